"""The German words of dates, read once from ``pipelines/data/dates.toml``."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

WORDS: dict[str, Any] = tomllib.loads(
    files("pipelines").joinpath("data", "dates.toml").read_text(encoding="utf-8")
)

_UMLAUTS = {"ä": ("a", "e"), "ö": ("o", "e"), "ü": ("u", "e"), "ß": ("s", "s")}
_DAMAGED = {"ä": ("ã¤", "â", "\ufffd"), "ö": ("ã¶", "\ufffd"), "ü": ("ã¼", "\ufffd"), "ß": ()}
"""What a wrong decoding or OCR makes of an umlaut, in lower case: "MÃ¤rz", "Mârz"."""
_SPELLINGS = str.maketrans({letter: "".join(pair) for letter, pair in _UMLAUTS.items()})


def fold(word: str) -> str:
    """One spelling for all: lower case, umlauts as two letters, no full stop.

    >>> fold("MÄRZ"), fold("Ma\\u0308rz"), fold("Maerz")
    ('maerz', 'maerz', 'maerz')
    """
    if word.isascii():
        return word.lower()
    low = unicodedata.normalize("NFC", word).lower()
    for letter, damaged in _DAMAGED.items():
        for sign in damaged:
            low = low.replace(sign, letter)
    return low.translate(_SPELLINGS)


def any_of(words: Iterable[str]) -> str:
    """A regular expression (a group without name) for these words, the longest first."""
    return "(?:" + "|".join(_spelled(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _spelled(word: str) -> str:
    return "".join(_letter(letter) for letter in word)


def _letter(letter: str) -> str:
    if letter == " ":
        return r"\s{1,3}"
    low = letter.lower()
    if low not in _UMLAUTS:
        return re.escape(letter)
    base, second = _UMLAUTS[low]
    decomposed = "" if low == "ß" else f"|{base}\u0308"
    damaged = "".join(f"|{sign}" for sign in _DAMAGED[low])
    return f"(?:{low}|{letter}|{base}{second}{decomposed}{damaged})"


_MISREAD = {"o": "[o0]", "i": "[i1l|]", "l": "[l1i|]"}


def torn_word(word: str) -> str:
    """A regular expression for a word whose letters stand apart, or were taken for digits by OCR.

    >>> bool(re.fullmatch(torn_word("Oktober"), "0kto- ber"))
    True
    """
    letters = (_MISREAD.get(letter.lower(), re.escape(letter)) for letter in word)
    return r"[\u00ad-]?\s?".join(letters)


def _month_numbers() -> dict[str, int]:
    months = enumerate(WORDS["months"], start=1)
    return {
        fold(name): number
        for number, month in months
        for name in (*month["names"], *month["short"], *month.get("english", ()))
    }


MONTH_NUMBERS = _month_numbers()
"""Folded name or abbreviation → 1 … 12."""

GERMAN_MONTHS = tuple(name for month in WORDS["months"] for name in month["names"])
ENGLISH_MONTHS = any_of(name for month in WORDS["months"] for name in month.get("english", ()))
FULL_MONTHS = any_of(
    name for month in WORDS["months"] for name in (*month["names"], *month.get("english", ()))
)
SHORT_MONTHS = any_of(name for month in WORDS["months"] for name in month["short"])
SEASONS = any_of(WORDS["words"]["seasons"])
STAND = any_of(WORDS["words"]["stand"])


def month_number(name: str) -> int:
    """1 … 12 for the name of a month or its abbreviation in any spelling.

    >>> month_number("Jänner"), month_number("Sept")
    (1, 9)
    """
    return MONTH_NUMBERS[fold(name)]
