"""What a date reading is, with the window in which a date is believed, and the German words of dates."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from importlib.resources import files
from typing import Any, Literal

WORDS: dict[str, Any] = tomllib.loads(files("pipelines").joinpath("data", "dates.toml").read_text(encoding="utf-8"))

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
FULL_MONTHS = any_of(name for month in WORDS["months"] for name in (*month["names"], *month.get("english", ())))
SHORT_MONTHS = any_of(name for month in WORDS["months"] for name in month["short"])
SEASONS = any_of(WORDS["words"]["seasons"])
STAND = any_of(WORDS["words"]["stand"])


def month_number(name: str) -> int:
    """1 … 12 for the name of a month or its abbreviation in any spelling.

    >>> month_number("Jänner"), month_number("Sept")
    (1, 9)
    """
    return MONTH_NUMBERS[fold(name)]


Precision = Literal["day", "month", "year"]
Method = Literal["grammar", "repaired", "dateparser"]
Reason = Literal["impossible", "reversed", "future", "too_early", "ambiguous", "context", "unreadable"]


@dataclass(frozen=True, kw_only=True)
class DateReading:
    """One date as read.

    ``value`` is ISO 8601 at ``precision`` (``2024-05-06``, ``2024-05``, ``2024``); ``raw`` is the
    verbatim text from offset ``start``, ranges and "Stand" included. ``method`` flags readings that
    needed more than the strict grammar: ``repaired`` (digits torn apart) or ``dateparser``.
    """

    value: str
    precision: Precision
    raw: str
    start: int
    method: Method = "grammar"

    @property
    def end(self) -> int:
        """The offset behind ``raw``."""
        return self.start + len(self.raw)


@dataclass(frozen=True, kw_only=True)
class RejectedDate:
    """Something that has the form of a date, and why it is not believed."""

    raw: str
    reason: Reason
    start: int = 0

    @property
    def explanation(self) -> str:
        """The reason as a German phrase for people."""
        return str(WORDS["reasons"][self.reason])


@dataclass(frozen=True, kw_only=True)
class Window:
    """The first year and the last day that are believed."""

    earliest_year: int
    latest: date


def printed_window(today: date) -> Window:
    """The window for dates that say when a document was made or published."""
    ahead = timedelta(days=WORDS["window"]["printed_days_ahead"])
    return _window(today, ahead, WORDS["window"]["earliest_year"])


def mentioned_window(today: date) -> Window:
    """The window for dates in running text, where deadlines lie years ahead and laws are old."""
    ahead = timedelta(days=round(365.25 * WORDS["window"]["mentioned_years_ahead"]))
    return _window(today, ahead, WORDS["window"]["mentioned_earliest_year"])


def _window(today: date, ahead: timedelta, earliest_year: int) -> Window:
    latest = today + ahead if date.max - today > ahead else date.max
    return Window(earliest_year=earliest_year, latest=latest)


@dataclass(frozen=True, kw_only=True)
class CalendarDate:
    """Year, and month and day where they are printed."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def precision(self) -> Precision:
        """How much of the date is printed."""
        if self.day is not None:
            return "day"
        return "year" if self.month is None else "month"

    @property
    def value(self) -> str:
        """ISO 8601 at the precision known.

        >>> CalendarDate(year=2026, month=1).value
        '2026-01'
        """
        month = "" if self.month is None else f"-{self.month:02}"
        return f"{self.year:04}{month}" + ("" if self.day is None else f"-{self.day:02}")


def objection(day: CalendarDate, window: Window) -> Reason | None:
    """Why this date is not believed, or None. The first day of a month or year decides.

    >>> objection(CalendarDate(year=2021, month=2, day=30), printed_window(date(2026, 11, 23)))
    'impossible'
    """
    if not _exists(day):
        return "impossible"
    if day.year < window.earliest_year:
        return "too_early"
    if date(day.year, day.month or 1, day.day or 1) > window.latest:
        return "future"
    return None


def _exists(day: CalendarDate) -> bool:
    if not 1 <= day.year <= MAXYEAR:
        return False
    if day.month is None:
        return True
    if not 1 <= day.month <= 12:
        return False
    return day.day is None or 1 <= day.day <= monthrange(day.year, day.month)[1]


def full_year(digits: str, window: Window) -> int:
    """The year of two or four printed digits; two digits fall into the century that the window allows.

    >>> window = printed_window(date(2026, 11, 23))
    >>> full_year("26", window), full_year("85", window)
    (2026, 1985)
    """
    year = int(digits)
    if len(digits) == 4:
        return year
    century = window.latest.year // 100 * 100
    return year + century if year + century <= window.latest.year else year + century - 100
