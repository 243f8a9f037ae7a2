"""The strict grammar of German date expressions: forms, and what each one says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from pipelines.dates.reading import (
    ENGLISH_MONTHS,
    FULL_MONTHS,
    SEASONS,
    SHORT_MONTHS,
    WORDS,
    CalendarDate,
    Reason,
    Window,
    any_of,
    full_year,
    month_number,
    objection,
)

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
    return Expression(
        last=last, earlier=_earlier(groups, last), ambiguous=_is_year_range(groups.get("iso_month"), year)
    )


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
    year = _number(groups.get("year0")) or _span_year(month, last)
    return (CalendarDate(year=year, month=month, day=_number(groups.get("day0"))),)


def _span_year(month: int, last: CalendarDate) -> int:
    """A span from December to January began in the year before."""
    return last.year - 1 if (month, last.month) == (12, 1) else last.year


def _is_year_range(month: str | None, year: int) -> bool:
    """``2010-11`` may be November 2010 or the years 2010 and 2011."""
    return month is not None and int(month) == (year + 1) % 100


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
