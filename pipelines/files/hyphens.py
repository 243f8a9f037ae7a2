"""Joins a word that was divided at a line's end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import chain

from pipelines.files.records import wording

IsWord = Callable[[str], bool]

_HANGING = frozenset(wording("hyphens")["hanging"])
_KEPT = frozenset(wording("hyphens")["kept"])
_LAST = re.compile(r"[^\W_]+$")
_FIRST = re.compile(r"[^\W_]+")


TAKEN = "\b"
"""The bond that takes the hyphen away; a control character that no text of a page has."""


def bond(before: str, after: str, is_word: IsWord | None = None) -> str:
    """What comes between two pieces of a divided word; ``before`` ends with the hyphen.

    Before a capital or a digit the hyphen is part of the word (nothing is added); before "und", "oder", … it
    hangs (a blank); after an abbreviation ("IT-", "E-") or a first part like "nicht-" it stays; otherwise
    it is ``TAKEN`` away, unless ``is_word`` knows the hyphenated word and not the joined one.

    >>> bond("die Aufbewah-", "rungsfrist") == TAKEN, bond("eine EU-", "Richtlinie"), bond("Vor-", "und Nachteile")
    (True, '', ' ')
    """
    first, last = after.partition(" ")[0], before[-80:-1].rpartition(" ")[2]
    if not first.isalnum():
        first = _found(_FIRST.match(first))
    if not last.isalnum():
        last = _found(_LAST.search(last))
    if not first or not last:
        return ""
    if first in _HANGING:
        return " "
    if not first[0].islower() or _keeps_hyphen(last):
        return ""
    if is_word is not None and not is_word(last + first) and is_word(f"{last}-{first}"):
        return ""
    return TAKEN


def join(bonds: Iterable[str], texts: Iterable[str]) -> str:
    """The texts with what comes between them; the first bond stands before the first text.

    >>> join(["", TAKEN, " ", ""], ["Die Aufbewah-", "rungsfrist", "nach IT-", "gestützter Prüfung"])
    'Die Aufbewahrungsfrist nach IT-gestützter Prüfung'
    """
    return "".join(chain.from_iterable(zip(bonds, texts, strict=True))).replace("-" + TAKEN, "")


def _found(match: re.Match[str] | None) -> str:
    return match[0] if match else ""


def _keeps_hyphen(part: str) -> bool:
    return len(part) == 1 or part[-1].isdigit() or part.isupper() or part.lower() in _KEPT
