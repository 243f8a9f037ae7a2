"""Reads the numbers of a citation: "6 Abs. 1 UAbs. 1 Buchst. a und b" after its "Art."."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.citations.reader import Path, Reader
from pipelines.citations.values import ARTICLE, digits
from pipelines.citations.words import (
    COUNTED,
    NO_FIRST,
    NO_NUMBER,
    NUMBER_WORD,
    UNIT,
    UNITS,
    Unit,
    after_gap,
)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The numbers of one citation: ``paths`` of (level, value) pairs, its end, and where a law may follow."""

    unit: Unit
    start: int
    end: int
    resume: int
    paths: tuple[Path, ...]


def read_reference(text: str, start: int) -> Reference | None:
    """The reference whose unit word ("Art.", "§") begins at ``start``, or None if it is none.

    >>> read_reference("Art. 6 lit. a und b DSGVO", 0).paths
    ((('number', '6'), ('letter', 'a')), (('number', '6'), ('letter', 'b')))
    """
    word = UNIT.match(text, start)
    if word is None or word.lastgroup is None:
        return None
    unit = UNITS[int(word.lastgroup[1:])]
    at = after_gap(text, word.end())
    counted = NUMBER_WORD.match(text, at) if unit.sign == "ErwGr" else None
    number = ARTICLE.match(text, counted.end() if counted else at)
    if number is None and unit.sign == "ErwGr":
        return _counted_recital(text, unit, word)
    if number is None or NO_FIRST.match(text, number.end()) or digits(number[1]) > unit.max_digits:
        return None
    reader = Reader(text, unit, plural=word.group() in ("§§", "Artt.", "Artikeln"), number=number)
    reader.read()
    return Reference(unit=unit, start=start, end=reader.end, resume=reader.position, paths=reader.all_paths())


def _counted_recital(text: str, unit: Unit, word: re.Match[str]) -> Reference | None:
    """ "47. Erwägungsgrund": the number stands before the word."""
    number = COUNTED.search(text, max(0, word.start() - 8), word.start())
    if number is None or unit.needs_law:
        return None
    path: Path = (("number", number[1]),)
    return Reference(unit=unit, start=number.start(), end=word.end(), resume=word.end(), paths=(path,))


def read_further(text: str, unit: Unit, at: int) -> Reference | None:
    """What an enumeration goes on with at ``at`` without a unit word: the "15" of "§§ 28 BDSG, 15 TMG"."""
    number = ARTICLE.match(text, at)
    if number is None or NO_NUMBER.match(text, number.end()) or digits(number[1]) > unit.max_digits:
        return None
    reader = Reader(text, unit, plural=False, number=number)
    reader.read()
    return Reference(unit=unit, start=at, end=reader.end, resume=reader.position, paths=reader.all_paths())
