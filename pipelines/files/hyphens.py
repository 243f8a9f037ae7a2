"""Joins a word that was divided at a line's end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from pipelines.files.wording import wording

IsWord = Callable[[str], bool]

_HANGING = frozenset(wording("hyphens")["hanging"])
_KEPT = frozenset(wording("hyphens")["kept"])
_LAST = re.compile(r"[^\W_]+$")
_FIRST = re.compile(r"[^\W_]+")


TAKEN = "\b"
"""The bond that takes the hyphen away."""


def bond(before: str, after: str, is_word: IsWord | None = None) -> str:
    """What comes between two pieces of a divided word; ``before`` ends with the hyphen.

    Before a capital or a digit the hyphen is part of the word (nothing is added); before "und", "oder", … it
    hangs (a blank); after an abbreviation ("IT-", "E-") or a first part like "nicht-" it stays; otherwise
    it is ``TAKEN`` away, unless ``is_word`` knows the hyphenated word and not the joined one.

    >>> bond("die Aufbewah-", "rungsfrist") == TAKEN, bond("eine EU-", "Richtlinie"), bond("Vor-", "und Nachteile")
    (True, '', ' ')
    """
    first, last = _FIRST.match(after), _LAST.search(before[-80:-1].rpartition(" ")[2])
    if first is None or last is None:
        return ""
    if first[0] in _HANGING:
        return " "
    if not first[0][0].islower() or _keeps_hyphen(last[0]):
        return ""
    if is_word is not None and not is_word(last[0] + first[0]) and is_word(f"{last[0]}-{first[0]}"):
        return ""
    return TAKEN


def join(parts: Iterable[tuple[str, str]]) -> str:
    """Text of pairs of a bond and what follows it.

    >>> join([("", "Die Aufbewah-"), (TAKEN, "rungsfrist"), (" ", "nach IT-"), ("", "gestützter Prüfung")])
    'Die Aufbewahrungsfrist nach IT-gestützter Prüfung'
    """
    texts: list[str] = []
    for between, text in parts:
        if between == TAKEN and texts:
            texts[-1] = texts[-1][:-1]
        elif texts:
            texts.append(between)
        texts.append(text)
    return "".join(texts)


def _keeps_hyphen(part: str) -> bool:
    return len(part) == 1 or part[-1].isdigit() or part.isupper() or part.lower() in _KEPT
