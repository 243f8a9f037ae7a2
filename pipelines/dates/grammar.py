"""German dates: their words, what a reading is and when it is believed, and the strict grammar of their forms."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from itertools import pairwise
from typing import Literal

from pipelines import tables

WORDS = tables("dates")

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
    for letter, sign in ((letter, sign) for letter, signs in _DAMAGED.items() for sign in signs):
        low = low.replace(sign, letter)
    return low.translate(_SPELLINGS)


def any_of(words: Iterable[str]) -> str:
    """A regular expression (a group without name) for these words, the longest first."""
    return "(?:" + "|".join("".join(map(_letter, word)) for word in sorted(words, key=len, reverse=True)) + ")"


def _letter(letter: str) -> str:
    if letter == " ":
        return r"\s{1,3}"
    low = letter.lower()
    if low not in _UMLAUTS:
        return re.escape(letter)
    base, second = _UMLAUTS[low]
    others = ([] if low == "ß" else [f"{base}\u0308"]) + [*_DAMAGED[low]]
    return f"(?:{'|'.join((low, letter, base + second, *others))})"


_MISREAD = {"o": "[o0]", "i": "[i1l|]", "l": "[l1i|]"}


def torn_word(word: str) -> str:
    """A regular expression for a word whose letters stand apart, or were taken for digits by OCR.

    >>> bool(re.fullmatch(torn_word("Oktober"), "0kto- ber"))
    True
    """
    return r"[\u00ad-]?\s?".join(_MISREAD.get(letter.lower(), re.escape(letter)) for letter in word)


_MONTH_NUMBERS = {
    fold(name): number
    for number, month in enumerate(WORDS["months"], start=1)
    for name in (*month["names"], *month["short"], *month.get("english", ()))
}

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
    return _MONTH_NUMBERS[fold(name)]


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
    return _window(today, WORDS["window"]["printed_days_ahead"], WORDS["window"]["earliest_year"])


def mentioned_window(today: date) -> Window:
    """The window for dates in running text, where deadlines lie years ahead and laws are old."""
    ahead = round(365.25 * WORDS["window"]["mentioned_years_ahead"])
    return _window(today, ahead, WORDS["window"]["mentioned_earliest_year"])


def _window(today: date, days: int, earliest_year: int) -> Window:
    return Window(earliest_year=earliest_year, latest=today + min(timedelta(days), date.max - today))


@dataclass(frozen=True, kw_only=True)
class CalendarDate:
    """Year, and month and day where they are printed."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def precision(self) -> Precision:
        """How much of the date is printed."""
        return "day" if self.day is not None else "year" if self.month is None else "month"

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
    month = 1 if day.month is None else day.month
    if not (1 <= day.year <= MAXYEAR and 1 <= month <= 12):
        return False
    return day.day is None or 1 <= day.day <= monthrange(day.year, month)[1]


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


DASH = "[-\u2010-\u2015\u2212]"
_DAY = "[0-9]{1,2}"
_YEAR = "[0-9]{4}"
_DOT = r"\s{0,2}\.\s{0,3}"
_TO = rf"{DASH}|/|{any_of(WORDS['words']['joins'])}"
_JOIN = rf"\s{{0,3}}(?:{_TO}|[,+&]|{any_of(WORDS['words']['ands'])})\s{{0,3}}"
_EARLIER = rf"(?P<earlier>(?:{_DAY}\s?\.?{_JOIN}){{1,6}})?"
_MONTH = rf"(?:{FULL_MONTHS}|{SHORT_MONTHS})"
_MONTH_YEAR = r"\.?\s{0,3}[,/]?\s{0,3}"
_ORDINAL = "(?:st|nd|rd|th)"
_PART = rf"(?:{any_of(WORDS['words']['parts'])}\s{{1,3}})"


def _numeric(year: str) -> str:
    return rf"(?P<day>{_DAY}){_DOT}(?P<month>{_DAY}){_DOT}(?P<year>{year})"


def _named(year: str) -> str:
    stop = rf"(?P<stop>{_DOT}|{_ORDINAL}\s{{1,3}}(?:of\s{{1,3}})?|\s{{1,3}}|)"
    return rf"(?P<day>{_DAY}){stop}(?P<name>{_MONTH}){_MONTH_YEAR}(?P<year>{year})"


_DAY_BEFORE = rf"(?:{_DAY}\s?\.?{_JOIN})?"
_NUMERIC0 = rf"{_DAY_BEFORE}(?P<day0>{_DAY}){_DOT}(?P<month0>{_DAY})\s?\.?"
_NAMED0 = rf"{_DAY_BEFORE}(?P<day0>{_DAY})(?:{_DOT}|\s{{1,3}})(?P<name0>{_MONTH})\.?"
_MONTH0 = rf"(?P<name0>{_MONTH})\.?"
_MONTH_ONLY = rf"(?P<name>{_MONTH}){_MONTH_YEAR}(?P<year>{_YEAR})"
# Two complete dates are a range only with a word or sign for it: "und" leaves them two.
_TO_OR_YEAR = rf"(?:{_JOIN}|\s{{0,3}}(?P<year0>{_YEAR})\s{{0,3}}(?:{_TO})\s{{0,3}})"
_ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_ROMAN = rf"(?P<day>{_DAY}){_DOT}(?P<roman>{any_of(_ROMANS)})(?:{_DOT}|\s{{1,3}})(?P<year>{_YEAR})"
_NO_STOP = rf"(?P<day>[0-9]{{2}})\.(?P<month>[0-9]{{2}})[ \u00a0](?P<year>{_YEAR})"  # "26.04 2022"
_SLASHED = rf"(?P<day>1[3-9]|2[0-9]|3[01])/(?P<month>[0-9]{{1,2}})/(?P<year>{_YEAR})"


def _month_first(month: str, comma: str) -> str:
    """ "May 25, 2018", as English texts write it."""
    return rf"(?P<name>{month})\.?\s{{1,3}}(?P<day>{_DAY}){_ORDINAL}?{comma}\s{{1,3}}(?P<year>{_YEAR})"


_SEASON = rf"(?:{_PART}?(?:{SEASONS}\s?/\s?)?{SEASONS}|{any_of(WORDS['words']['parts'])})\s{{1,3}}(?P<year>{_YEAR})"

SHORT_YEAR = f"{_YEAR}|'?[0-9]{{2}}"
_MARKED_YEAR = f"{_YEAR}|['’][0-9]{{2}}"  # "5. Mai 10" may be the beginning of a time
PRINTED_SOURCES = (
    _EARLIER + _numeric(SHORT_YEAR),
    _EARLIER + _named(_MARKED_YEAR),
    rf"{_PART}?(?:{_MONTH0}{_TO_OR_YEAR})?{_MONTH_ONLY}",
    rf"(?P<year>{_YEAR})(?P<sep>[-/.])(?P<month>[0-9]{{1,2}})(?P=sep)(?P<day>{_DAY})",
    _NUMERIC0 + _TO_OR_YEAR + _numeric(SHORT_YEAR),
    _NAMED0 + _TO_OR_YEAR + _named(_YEAR),
    _SEASON,
    rf"(?P<month>[0-9]{{1,2}})\s?\.\s?(?P<year>{_YEAR})",
    rf"(?P<year>{_YEAR})-(?P<iso_month>[0-9]{{2}})",
    rf"(?P<year>{_YEAR})",
    _month_first(ENGLISH_MONTHS, ",?"),
    _ROMAN,
    _NO_STOP,
    _SLASHED,  # only where the first number can be no month
)
"""The forms of a short printed date, the most frequent first."""

STAND_SOURCES = (rf"(?P<month>[0-9]{{1,2}})\s?/\s?(?P<year>{_YEAR}|1[3-9]|[2-9][0-9])",)
"""Forms that are dates only behind "Stand": elsewhere ``05/2020`` numbers a paper of that year."""

NUMERIC_SOURCES = (_NUMERIC0 + _JOIN + _numeric(SHORT_YEAR), _EARLIER + _numeric(SHORT_YEAR))
"""Running text, digits only. Two complete dates are two dates there, not a range."""

NO_STOP_SOURCES = (_NO_STOP,)
"""The same with the full stop before the year forgotten."""

NAMED_SOURCES = (_NAMED0 + _JOIN + _named(_YEAR), _EARLIER + _named(_YEAR))
MONTH_FIRST_SOURCES = (_month_first(_MONTH, ","),)
"""Running text, with the name of a month."""

MONTH_SOURCES = (rf"{_PART}?(?:{_MONTH0}{_JOIN})?{_MONTH_ONLY}",)
SEASON_SOURCES = (_SEASON,)


@dataclass(frozen=True, kw_only=True)
class Expression:
    """What an expression says: the last day, month or year, and those named before it."""

    last: CalendarDate
    earlier: tuple[CalendarDate, ...] = ()
    ambiguous: bool = False


def express(match: re.Match[str], window: Window) -> Expression:
    """What the match of any form says; nothing is checked yet."""
    groups = match.groupdict()
    year = full_year(groups["year"].lstrip("'’"), window)
    last = CalendarDate(year=year, month=_month(groups), day=_number(groups.get("day")))
    month = groups.get("iso_month")  # "2010-11" may be November 2010 or the years 2010 and 2011
    ambiguous = month is not None and int(month) == (year + 1) % 100
    return Expression(last=last, earlier=_earlier(groups, last), ambiguous=ambiguous)


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _month(groups: dict[str, str | None], suffix: str = "") -> int | None:
    name = groups.get(f"name{suffix}")
    if name:
        return month_number(name)
    if not suffix and (roman := groups.get("roman")):
        return _ROMANS.index(roman.upper()) + 1
    return _number(groups.get(f"month{suffix}") or groups.get(f"iso_month{suffix}"))


def _earlier(groups: dict[str, str | None], last: CalendarDate) -> tuple[CalendarDate, ...]:
    days = re.findall(r"[0-9]+", groups.get("earlier") or "")
    if days:
        return tuple(CalendarDate(year=last.year, month=last.month, day=int(day)) for day in days)
    month = _month(groups, "0")
    if month is None:
        return ()
    over_new_year = (month, last.month) == (12, 1)
    year = _number(groups.get("year0")) or last.year - over_new_year
    return (CalendarDate(year=year, month=month, day=_number(groups.get("day0"))),)


def complaint(said: Expression, window: Window) -> Reason | None:
    """Why the expression is not believed, or None."""
    reason = objection(said.last, window)
    if reason or not (said.earlier or said.ambiguous):
        return reason
    if said.ambiguous:
        return "ambiguous"
    if any(objection(day, window) == "impossible" for day in said.earlier):
        return "impossible"
    values = [day.value for day in (*said.earlier, said.last)]
    return "reversed" if any(a >= b for a, b in pairwise(values)) else None


def compiled(sources: tuple[str, ...], wrap: str = "{}") -> tuple[re.Pattern[str], ...]:
    """The forms as patterns; ``wrap`` puts boundaries around each of them."""
    return tuple(re.compile(wrap.replace("{}", source), re.IGNORECASE) for source in sources)
