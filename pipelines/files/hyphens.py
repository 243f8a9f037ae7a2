"""Joins a word that was divided at a line's end."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipelines.files.wording import wording

IsWord = Callable[[str], bool]

_HANGING = frozenset(wording("hyphens")["hanging"])
_KEPT = frozenset(wording("hyphens")["kept"])
_LAST = re.compile(r"[^\W_]+$")
_FIRST = re.compile(r"[^\W_]+")


def joined(before: str, after: str, is_word: IsWord | None = None) -> str:
    """Two pieces of a divided word as one text; ``before`` comes without its final hyphen.

    Before a capital or a digit the hyphen is part of the word; before "und", "oder", … it hangs; after
    an abbreviation ("IT-", "E-") or a first part like "nicht-" it stays; otherwise the pieces are joined,
    unless ``is_word`` knows the hyphenated word and not the joined one.

    >>> joined("die Aufbewah", "rungsfrist"), joined("eine EU", "Richtlinie"), joined("Vor", "und Nachteile")
    ('die Aufbewahrungsfrist', 'eine EU-Richtlinie', 'Vor- und Nachteile')
    >>> joined("oder ", "überwachungen"), joined("IT", "gestützt")
    ('oder -überwachungen', 'IT-gestützt')
    """
    after = after.lstrip()
    first, last = _FIRST.match(after), _LAST.search(before[-80:].rpartition(" ")[2])
    if first is None or last is None:
        return f"{before}-{after}"
    if first[0] in _HANGING:
        return f"{before}- {after}"
    keep = not first[0][0].islower() or _keeps_hyphen(last[0])
    if not keep and is_word is not None:
        keep = not is_word(last[0] + first[0]) and is_word(f"{last[0]}-{first[0]}")
    return f"{before}-{after}" if keep else before + after


def _keeps_hyphen(part: str) -> bool:
    return len(part) == 1 or part[-1].isdigit() or part.isupper() or part.lower() in _KEPT
