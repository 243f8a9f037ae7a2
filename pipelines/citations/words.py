"""The words and values of legal citations: ``pipelines/data/citations.toml``, compiled."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

DATA: dict[str, Any] = tomllib.loads(
    (files("pipelines") / "data" / "citations.toml").read_text(encoding="utf-8")
)

GAP = re.compile(r"[^\S\n]{0,8}\n?[^\S\n]{0,24}")
"""White space inside a citation: at most one line break, never an empty line."""

_NOT_LETTER = r"(?![A-Za-zÄÖÜäöüß])"


def one_of(patterns: Iterable[str]) -> str:
    """A group that matches any of the patterns, the first one that fits."""
    return f"(?:{'|'.join(patterns)})"


def after_gap(text: str, position: int) -> int:
    """The first position behind the white space that a citation may contain."""
    match = GAP.match(text, position)
    return match.end() if match else position


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What a citation begins with: its sign, how long its numbers get, whether a law must follow."""

    sign: str
    max_digits: int
    needs_law: bool


UNITS = tuple(
    Unit(sign=row["sign"], max_digits=row["max_digits"], needs_law=row["needs_law"]) for row in DATA["unit"]
)
UNIT = re.compile(
    "|".join(
        rf"(?P<u{index}>{one_of(row['words'])})"
        if row["sign"] == "§" and not row["needs_law"]
        else rf"(?P<u{index}>{one_of(row['words'])}{_NOT_LETTER})"
        for index, row in enumerate(DATA["unit"])
    )
)
"""Where a provision may begin; the group's number is the index in ``UNITS``."""

NUMBER_WORD = re.compile(r"(?:\((?:EG|ErwGr?\.?)\)\s?)?(?:Nrn?\.\s?)?")
"""Between a recital and its number: "Erwägungsgrund Nr. 47", "Erwägungsgrund (EG) 47"."""
COUNTED = re.compile(r"(?<![\w.,/-])(\d{1,3})\.\s{1,2}\Z")
"""The number before a recital: "47. Erwägungsgrund"."""

LEVELS = tuple(DATA["levels"])
LEVEL = re.compile("|".join(rf"(?P<{name}>{one_of(words)})" for name, words in DATA["levels"].items()))
ORDINAL = re.compile(rf"\d{{1,2}}\.\s?{one_of(DATA['ordinals']['half'])}")
RANGE = re.compile(one_of(DATA["joints"]["range"]))
LIST = re.compile(one_of(DATA["joints"]["list"]))
WITH = re.compile(one_of(DATA["joints"]["with"]))
FOLLOWING = re.compile(one_of(DATA["joints"]["following"]))
NO_NUMBER = re.compile(
    rf"%|€|[.:,]\d|\d|-[A-Za-zÄÖÜ]|\.\s{{1,3}}(?:[a-zäöü]|{one_of(DATA['no_number']['following_words'])})"
    rf"|\s{{0,3}}{one_of(DATA['no_number']['following_words'])}{_NOT_LETTER}|\s?%|\s?€"
)
NO_FIRST = re.compile(rf"[.:]\d|\d|-[A-Za-zÄÖÜ]|\s{{0,2}}{one_of(DATA['no_number']['first_followers'])}")

ANNEX = re.compile(
    rf"\s{{0,4}}{one_of([*DATA['joints']['with'], *DATA['joints']['list']])}\s{{0,4}}{DATA['law']['annex']}"
)
"""Stands between a provision and the law that both belong to: "i. V. m. Anhang III"."""

CHAIN = re.compile(
    rf"\s{{0,4}}(?:;|/|{one_of(DATA['joints']['with'])}|{one_of(DATA['joints']['list'])}"
    rf"|{one_of(DATA['joints']['range'])})"
    rf"\s{{0,4}}(?:{one_of(DATA['chain']['lead'])}\s{{1,4}}){{0,2}}"
)

LONGEST_RANGE = 20
"""A range of up to so many provisions is one row each; of a longer one the ends are kept."""

NUMERIC = ("number", "paragraph", "subparagraph", "sentence", "item")
RANK = {name: rank for rank, name in enumerate(("number", *LEVELS))}
RANK["number"] = -1

ARTICLE = re.compile(
    r"(?:\((?=\d{1,4}\)))?(\d{1,4}(?:(?!ff?\.|ff(?![a-z]))[a-z](?![a-zäöüß])"
    r"|\s[a-eg-z](?=\s(?:Abs|S\.|Satz|[A-ZÄÖÜ]{2}|[A-Z][a-zäöü]{0,4}[A-Z])))?)(?!\d)\)?"
)
NUMBER = re.compile(r"\(?(\d{1,3}(?:(?!ff?\.|ff(?![a-z]))[a-z](?![a-zäöüß]))?)(?!\d)\)?")
LETTER = re.compile(r"[„\"(]?([a-z]{1,2})(?![A-Za-zäöüß\d])[“\"]?\)?")
ROMAN = re.compile(r"(X?(?:IX|IV|V?I{1,3}|V)|X)(?![A-Za-zÄÖÜäöüß.\-])")
ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
ABBREVIATION = re.compile(r"[a-z]\.\s?[A-Za-z]{1,2}\.")
"""Letters that are no part of a provision: "a. F.", "i. V. m."."""
SUBLETTER = re.compile(r"\(?([a-eg-z])\1\)?(?![A-Za-zäöüß\d])")
"""A letter below a letter ("lit. b aa"); it has no column."""
BRACKET = re.compile(r"\((\d{1,2}[a-z]?|[a-z]{1,2})\)")


def value_pattern(level: str) -> re.Pattern[str]:
    if level == "letter":
        return LETTER
    return ARTICLE if level == "number" else NUMBER


def between(low: str, high: str) -> list[str]:
    """The values after ``low`` up to ``high``; only ``high`` where the range is long or no plain one.

    >>> between("12", "14"), between("a", "d"), between("15a", "17"), between("5", "99")
    (['13', '14'], ['b', 'c', 'd'], ['17'], ['99'])
    """
    if low.isdigit() and high.isdigit():
        steps = range(int(low) + 1, int(high) + 1)
        return [str(step) for step in steps] if 0 < len(steps) < LONGEST_RANGE else [high]
    if len(low) == len(high) == 1 and low.isalpha() and low < high:
        return [chr(code) for code in range(ord(low) + 1, ord(high) + 1)]
    return [high]


def ascends(low: str, high: str) -> bool:
    if low[0].isdigit() and high[0].isdigit():
        return leading(low) < leading(high)
    return low < high


def leading(value: str) -> int:
    digits = re.match(r"\d+", value)
    return int(digits.group()) if digits else 0


def from_roman(numeral: str) -> int:
    values = [ROMAN_VALUES[letter] for letter in numeral]
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))


def digits(number: str) -> int:
    return sum(letter.isdigit() for letter in number)
