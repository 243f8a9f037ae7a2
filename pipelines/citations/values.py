"""The values that parts of a provision can have: numbers, letters, ranges of them."""

from __future__ import annotations

import re

from pipelines.citations.words import LEVELS

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
