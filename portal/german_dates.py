"""Dates and times as German readers write them, in both directions."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from portal.labels import label, words

BERLIN = ZoneInfo("Europe/Berlin")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})\.\s?)?(\d{1,2})[./]\s?(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_MONTH_WORD = re.compile(r"(?:(\d{1,2})\.\s?)?([^\W\d_]{3,9})\.?\s(\d{4})")


def as_date(value: str | None) -> str:
    """An ISO 8601 date at its own precision, written out; never more precise than it is.

    >>> as_date("2024-05-06"), as_date("2026-01"), as_date("2024"), as_date(None)
    ('6. Mai 2024', 'Januar 2026', '2024', 'ohne Datum')
    """
    if not value:
        return "ohne Datum"
    year, month, day = (value.split("-") + ["", ""])[:3]  # noqa: RUF005
    if not month:
        return year
    name = label("month", month)
    return f"{int(day)}. {name} {year}" if day.isdigit() else f"{name} {year}"


def moment(timestamp: str | None) -> datetime | None:
    """A stored UTC timestamp (``2024-05-06T12:03:00Z``) in Berlin time; None where it is none.

    >>> moment("2024-05-06T12:03:00Z").isoformat()
    '2024-05-06T14:03:00+02:00'
    """
    try:
        read = datetime.fromisoformat(timestamp or "")
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(BERLIN)


def as_time(timestamp: str | None) -> str:
    """A stored UTC timestamp as Berlin time.

    >>> as_time("2024-01-06T23:30:00Z")
    '7. Januar 2024, 00:30 Uhr'
    >>> as_time(None)
    'unbekannt'
    """
    local = moment(timestamp)
    return f"{as_date(local.date().isoformat())}, {local:%H:%M} Uhr" if local else "unbekannt"


def as_day(timestamp: str | None) -> str:
    """The Berlin day of a stored UTC timestamp.

    >>> as_day("2024-01-06T23:30:00Z")
    '7. Januar 2024'
    """
    local = moment(timestamp)
    return as_date(local.date().isoformat()) if local else "unbekannt"


def _checked(year: str, month: str | None, day: str | None) -> str | None:
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    parts = [year, *(f"{int(part):02d}" for part in (month, day) if part)]
    return "-".join(parts)


def _month_number(word: str) -> str | None:
    wanted = word.casefold()
    hits = [number for number in words("month") if label("month", number).casefold().startswith(wanted)]
    return hits[0] if len(hits) == 1 else None


def read_period(text: str | None) -> str | None:
    """What a reader types into a period field, as ISO 8601 at the precision typed; None if not a date.

    >>> [read_period(t) for t in ("2024", "05.2024", "06.05.2024", "6. Mai 2024", "2024-5", "31.02.2024")]
    ['2024', '2024-05', '2024-05-06', '2024-05-06', '2024-05', None]
    """
    text = " ".join((text or "").split())[:40]
    if found := _YEAR_FIRST.fullmatch(text):
        return _checked(found[1], found[2], found[3])
    if found := _DAY_FIRST.fullmatch(text):
        return _checked(found[3], found[2], found[1])
    if (found := _MONTH_WORD.fullmatch(text)) and (month := _month_number(found[2])):
        return _checked(found[3], month, found[1])
    return None


def as_typed(value: str | None) -> str:
    """An ISO date in the short form of the period fields.

    >>> as_typed("2024-05-06"), as_typed("2024-05"), as_typed(None)
    ('06.05.2024', '05.2024', '')
    """
    return ".".join(reversed(value.split("-"))) if value else ""


def first_day(value: str) -> str:
    """The first day an ISO date of any precision covers.

    >>> first_day("2024-02"), first_day("2024"), first_day("2024-05-06")
    ('2024-02-01', '2024-01-01', '2024-05-06')
    """
    return value + "-01-01"[len(value) - 4 :]


def last_day(value: str) -> str:
    """The last day an ISO date of any precision covers.

    >>> last_day("2024-02"), last_day("2024"), last_day("2024-05-06")
    ('2024-02-29', '2024-12-31', '2024-05-06')
    """
    parts = [int(part) for part in value.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    day = parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1]
    return f"{year:04d}-{month:02d}-{day:02d}"
