"""What a date reading is, with the window in which a date is believed."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from typing import Literal

from pipelines.dates.vocabulary import WORDS

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
