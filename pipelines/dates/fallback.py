"""The last resort for a short string that names day, month and year in an order of its own: dateparser."""

from __future__ import annotations

import re
from datetime import date, datetime

from pipelines.dates.reading import CalendarDate
from pipelines.dates.vocabulary import FULL_MONTHS, SHORT_MONTHS

_MONTH = rf"(?<![^\W_])(?:{FULL_MONTHS}|{SHORT_MONTHS})(?![^\W_])"
_MONTH_NAME = re.compile(_MONTH, re.IGNORECASE)
_NUMBERS = re.compile(r"[0-9]+")
_DAY_BESIDE_MONTH = re.compile(
    rf"(?<![0-9])(?P<before>[0-9]{{1,2}})[. -]{{0,2}}{_MONTH}"
    rf"|{_MONTH}[. -]{{0,2}}(?P<after>[0-9]{{1,2}})(?![0-9])",
    re.IGNORECASE,
)
LONGEST = 40


def read_with_dateparser(text: str, *, today: date) -> CalendarDate | None:
    """The day that ``dateparser`` reads, if day, month and year are all printed; otherwise None.

    Asked only where exactly one name of a month, one number of up to two digits beside it, and
    one of four digits stand in ``text``; an answer with any other day or year is thrown away, so
    that no day is ever invented (dateparser alone makes "März 2021" a day).

    >>> read_with_dateparser("November 13, 2020", today=date(2026, 11, 23)).value
    '2020-11-13'
    >>> read_with_dateparser("März 2021", today=date(2026, 11, 23)) is None
    True
    """
    printed = _printed_day_and_year(text)
    if printed is None:
        return None
    answer = _ask(text, today)
    if answer is None or (answer.day, answer.year) != printed:
        return None
    return CalendarDate(year=answer.year, month=answer.month, day=answer.day)


def _printed_day_and_year(text: str) -> tuple[int, int] | None:
    if len(text) > LONGEST or len(_MONTH_NAME.findall(text)) != 1:
        return None
    beside = _DAY_BESIDE_MONTH.search(text)
    numbers = _NUMBERS.findall(text)
    years = [int(number) for number in numbers if len(number) == 4]
    if beside is None or len(numbers) != 2 or len(years) != 1:
        return None
    return int(beside["before"] or beside["after"]), years[0]


def _ask(text: str, today: date) -> datetime | None:
    import dateparser  # imported here: it takes longer to load than most runs need it for

    settings = {
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["day", "month", "year"],
        "RELATIVE_BASE": datetime(today.year, today.month, today.day),
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    answer: datetime | None = dateparser.parse(text, languages=["de"], settings=settings)
    return answer
