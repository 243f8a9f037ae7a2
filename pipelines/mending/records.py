"""A mended text and the list of what was mended in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Change:
    """One mended place.

    ``raw`` stands literally in the text that was given, ``mended`` in the mended text at ``start``
    (characters from 0). Folded characters (spaces, soft hyphens) alone are not listed.
    """

    raw: str
    mended: str
    start: int


@dataclass(frozen=True, kw_only=True)
class Mended:
    """The mended text and its changes in order of place."""

    text: str
    changes: tuple[Change, ...] = ()
