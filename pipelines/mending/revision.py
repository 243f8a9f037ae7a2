"""Edits of a text, the positions before and after them, and the list of what was mended."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


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


class Edit(NamedTuple):
    """Replace ``before[start:end]`` with ``text``."""

    start: int
    end: int
    text: str


class Revision:
    """One step: the text ``before``, its ``edits`` in order without overlap, the text ``after``.

    ``listed`` says whether its edits are worth telling.

    >>> step = Revision("per-sonenbezogen", [Edit(3, 4, "")])
    >>> step.after, step.origin(5, end=False), step.arrival(5, end=False)
    ('personenbezogen', 6, 4)
    """

    def __init__(self, before: str, edits: Sequence[Edit], *, listed: bool = True) -> None:
        self.before = before
        self.listed = listed
        self.edits = edits
        self.after = _applied(before, edits) if edits else before
        self._old_starts: list[int] = []
        self._new_starts: list[int] = []

    def origin(self, position: int, *, end: bool) -> int:
        """The position in ``before``; inside a replaced piece its outer edge, by ``end``."""
        self._index()
        at = (bisect_left if end else bisect_right)(self._new_starts, position) - 1
        if at < 0:
            return position
        edit, new_end = self.edits[at], self._new_starts[at] + len(self.edits[at].text)
        if position < new_end or (end and position == new_end):
            return edit.end if end else edit.start
        return edit.end + position - new_end

    def arrival(self, position: int, *, end: bool) -> int:
        """The position in ``after``; inside a replaced piece its outer edge, by ``end``."""
        self._index()
        at = (bisect_left if end else bisect_right)(self._old_starts, position) - 1
        if at < 0:
            return position
        edit, new_start = self.edits[at], self._new_starts[at]
        if position < edit.end or (end and position == edit.end):
            return new_start + len(edit.text) if end else new_start
        return new_start + len(edit.text) + position - edit.end

    def _index(self) -> None:
        if len(self._old_starts) == len(self.edits):
            return
        shift = 0
        for edit in self.edits:
            self._old_starts.append(edit.start)
            self._new_starts.append(edit.start + shift)
            shift += len(edit.text) - (edit.end - edit.start)


def _applied(text: str, edits: Sequence[Edit]) -> str:
    pieces: list[str] = []
    last = 0
    for start, end, new in edits:
        pieces += (text[last:start], new)
        last = end
    pieces.append(text[last:])
    return "".join(pieces)
