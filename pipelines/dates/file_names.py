"""The dates that a file carries outside its text: in its name, in every shape the two sites use, and as metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

from pipelines.dates.reading import (
    FULL_MONTHS,
    SHORT_MONTHS,
    WORDS,
    CalendarDate,
    DateReading,
    Window,
    any_of,
    full_year,
    month_number,
    objection,
    printed_window,
)

_PDF_DATE = re.compile(r"\s*(?:D:)?(?P<year>[0-9]{4})(?:(?P<month>[0-9]{2})(?P<day>[0-9]{2})?)?")
_ISO_DATE = re.compile(r"\s*(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?![0-9])")


def pdf_metadata_date(text: str, *, today: date) -> DateReading | None:
    """The date of ``D:YYYYMMDDHHmmSS…`` (ISO 32000-1:2008 7.9.4; all behind the year is optional), or None.

    The day is the local one that the file states; time and zone stay in ``raw``.

    >>> pdf_metadata_date("D:20200821113339+02'00'", today=date(2026, 11, 23)).value
    '2020-08-21'
    """
    match = _ISO_DATE.match(text) or _PDF_DATE.match(text)
    if match is None:
        return None
    month, day = (int(match[part]) if match[part] else None for part in ("month", "day"))
    stated = CalendarDate(year=int(match["year"]), month=month, day=day)
    if objection(stated, printed_window(today)):
        return None
    return DateReading(value=stated.value, precision=stated.precision, raw=text, start=0)


_LONGEST = 500  # characters; file systems allow 255 bytes
_SPACE = "[ _.-]{0,2}"
_TOKEN = re.compile(
    r"(?<![0-9])(?:"
    r"(?P<eight>[0-9]{8})|(?P<six>[0-9]{6})"
    r"|(?P<year>[0-9]{4})(?P<sep>[-_. ])(?P<second>[0-9]{2})(?P=sep)(?P<third>[0-9]{2})"
    r"|(?P<day>[0-9]{2})(?P<point>[-_.])(?P<month>[0-9]{2})(?P=point)(?P<last>[0-9]{4})"
    r"|(?<=stand)[-_. ]?(?P<stand_month>[0-9]{2})[-_. ](?P<stand_year>[0-9]{4})"
    r"|(?P<iso_year>[0-9]{4})-(?P<iso_month>[0-9]{2})(?!-?[0-9])"
    rf"|(?:(?P<named_day>[0-9]{{1,2}})(?P<stop>{_SPACE}))?(?P<name>{FULL_MONTHS}|{SHORT_MONTHS})"
    rf"{_SPACE}(?P<named_year>[0-9]{{4}})"
    r")(?![0-9])",
    re.IGNORECASE,
)
_NUMBERED = re.compile(rf"(?<![^\W_]){any_of(WORDS['file_name']['numbered'])}[ _.-]*\Z", re.IGNORECASE)
_COUNTED = re.compile(rf"(?<![^\W_]){any_of(WORDS['file_name']['counted'])}[ _.-]*\Z", re.IGNORECASE)
_LETTER_BEFORE = re.compile(r"[^\W\d_]\Z")


@dataclass(frozen=True, kw_only=True)
class FileNameDates:
    """The dates of a file name: one group of valid readings for each date written in it.

    A group with two readings is undecided ("20190405" is 5 April or 4 May). ``candidates`` are
    all readings; ``decided`` is the one date that the name states, or None.
    """

    groups: tuple[tuple[DateReading, ...], ...] = ()

    @property
    def candidates(self) -> tuple[DateReading, ...]:
        """Every valid reading, in the order of the name."""
        return tuple(reading for group in self.groups for reading in group)

    @property
    def decided(self) -> DateReading | None:
        """The only date of the name (the finest, where a month merely repeats it), or None."""
        if not self.groups or any(len(group) != 1 for group in self.groups):
            return None
        finest = max(self.candidates, key=lambda reading: len(reading.value))
        return finest if all(finest.value.startswith(other.value) for other in self.candidates) else None

    def settled_by(self, printed: str) -> FileNameDates:
        """The same with every undecided group narrowed to the reading that a printed date confirms.

        ``printed`` is an ISO date at its precision; a printed month confirms every day in it.

        >>> names = dates_in_file_name("20240506_DSK_OH.pdf", today=date(2026, 11, 23))
        >>> [reading.value for reading in names.settled_by("2024-05-06").candidates]
        ['2024-05-06']
        """
        return FileNameDates(groups=tuple(_confirmed(group, printed) for group in self.groups))


def _confirmed(group: tuple[DateReading, ...], printed: str) -> tuple[DateReading, ...]:
    agreeing = tuple(reading for reading in group if reading.value.startswith(printed))
    return agreeing if len(agreeing) == 1 else group


def dates_in_file_name(name: str, *, today: date) -> FileNameDates:
    """The dates in a file name (percent-encoded or not, with or without a path).

    Shapes: YYYYMMDD, YYYYDDMM, YYYY_MM_DD, YYYY_DD_MM, YYYY-MM-DD, DD.MM.YYYY, YYMMDD, YYYYMM,
    DDMMYYYY, YYYY-MM, "Stand_05_2021", "Februar 2022". Where two readings are valid both are kept.
    A year alone is no date.

    >>> dates_in_file_name("20222604_beschluss.pdf", today=date(2026, 11, 23)).decided.value
    '2022-04-26'
    >>> [r.value for r in dates_in_file_name("20190405_oh_tmg.pdf", today=date(2026, 11, 23)).candidates]
    ['2019-04-05', '2019-05-04']
    """
    bare = unquote(name.rpartition("/")[2])[:_LONGEST]
    window = printed_window(today)
    groups = (_readings(token, window) for token in _TOKEN.finditer(bare))
    return FileNameDates(groups=tuple(group for group in groups if group))


def _readings(token: re.Match[str], window: Window) -> tuple[DateReading, ...]:
    valid = [day for day in _proposals(token, window) if objection(day, window) is None]
    distinct = {day.value: day for day in valid}
    return tuple(
        DateReading(value=value, precision=day.precision, raw=token[0], start=token.start())
        for value, day in distinct.items()
    )


def _proposals(token: re.Match[str], window: Window) -> Iterator[CalendarDate]:
    if token["eight"]:
        yield from _eight(token["eight"])
    elif token["six"]:
        if not _NUMBERED.search(token.string, 0, token.start()):
            yield from _six(token["six"], window)
    elif token["year"]:
        yield from _separated(token)
    elif token["last"]:
        yield _day(token["last"], token["month"], token["day"])
    elif token["stand_year"]:
        yield CalendarDate(year=int(token["stand_year"]), month=int(token["stand_month"]))
    elif token["iso_year"]:
        yield from _iso_month(int(token["iso_year"]), int(token["iso_month"]))
    else:
        yield from _named(token)


def _day(year: str, month: str, day: str) -> CalendarDate:
    return CalendarDate(year=int(year), month=int(month), day=int(day))


def _year_first(year: str, second: str, third: str) -> Iterator[CalendarDate]:
    yield _day(year, second, third)
    yield _day(year, third, second)


def _eight(digits: str) -> Iterator[CalendarDate]:
    """``20240516``, ``20241605`` and ``16052024``; where more than one of them is a day, all are kept."""
    yield from _year_first(digits[:4], digits[4:6], digits[6:])
    yield _day(digits[4:], digits[2:4], digits[:2])


def _six(digits: str, window: Window) -> Iterator[CalendarDate]:
    """``240816`` is YYMMDD, ``201802`` is YYYYMM, ``201003`` may be either."""
    year = full_year(digits[:2], window)
    yield CalendarDate(year=year, month=int(digits[2:4]), day=int(digits[4:]))
    yield CalendarDate(year=int(digits[:4]), month=int(digits[4:]))


def _separated(token: re.Match[str]) -> Iterator[CalendarDate]:
    """With hyphens, month before day is a standard (ISO 8601-1:2019); the swap counts where that fails."""
    readings = list(_year_first(token["year"], token["second"], token["third"]))
    if token["sep"] == "-" and int(token["second"]) <= 12:
        readings.pop()
    yield from readings


def _iso_month(year: int, month: int) -> Iterator[CalendarDate]:
    """``2021-12`` is a month; ``2010-11`` may be two years and is not read."""
    if month != (year + 1) % 100:
        yield CalendarDate(year=year, month=month)


def _named(token: re.Match[str]) -> Iterator[CalendarDate]:
    """A single digit needs its full stop: in ``Anlage_2_Mai_2024`` the 2 may count annexes."""
    if _LETTER_BEFORE.search(token.string[max(0, token.start("name") - 1) : token.start("name")]):
        return
    month = CalendarDate(year=int(token["named_year"]), month=month_number(token["name"]))
    if token["named_day"] is None:
        yield month
        return
    yield CalendarDate(year=month.year, month=month.month, day=int(token["named_day"]))
    counted = _COUNTED.search(token.string, 0, token.start())
    if "." not in token["stop"] and (len(token["named_day"]) == 1 or counted):
        yield month
