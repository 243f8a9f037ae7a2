"""Choosing the dates of a document among all that were found, those of its file name and metadata included."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from urllib.parse import unquote

from archive.keeping.records import DateRecord
from pipelines.dates.grammar import (
    FULL_MONTHS,
    SHORT_MONTHS,
    WORDS,
    CalendarDate,
    DateReading,
    RejectedDate,
    Window,
    any_of,
    full_year,
    month_number,
    objection,
    printed_window,
)
from pipelines.dates.labels import LabelReading, read_kicker, reads_like_kicker, stand_date
from pipelines.dates.printed import pdf_metadata_date, read_date
from pipelines.dates.running_text import find_dates

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

    A group with two readings is undecided ("20190405" is 5 April or 4 May). ``candidates`` are all readings.
    """

    groups: tuple[tuple[DateReading, ...], ...] = ()

    @property
    def candidates(self) -> tuple[DateReading, ...]:
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
        agreeing = [tuple(reading for reading in group if reading.value.startswith(printed)) for group in self.groups]
        settled = (one if len(one) == 1 else group for one, group in zip(agreeing, self.groups, strict=True))
        return FileNameDates(groups=tuple(settled))


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
    groups = (_readings(token, printed_window(today)) for token in _TOKEN.finditer(bare))
    return FileNameDates(groups=tuple(filter(None, groups)))


def _readings(token: re.Match[str], window: Window) -> tuple[DateReading, ...]:
    distinct = {day.value: day for day in _proposals(token, window) if objection(day, window) is None}
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
        year, month = int(token["iso_year"]), int(token["iso_month"])
        if month != (year + 1) % 100:  # "2010-11" may be two years
            yield CalendarDate(year=year, month=month)
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


def _named(token: re.Match[str]) -> Iterator[CalendarDate]:
    """A single digit needs its full stop: in ``Anlage_2_Mai_2024`` the 2 may count annexes."""
    if _LETTER_BEFORE.search(token.string[max(0, token.start("name") - 1) : token.start("name")]):
        return
    month = CalendarDate(year=int(token["named_year"]), month=month_number(token["name"]))
    if token["named_day"] is None:
        yield month
        return
    yield replace(month, day=int(token["named_day"]))
    counted = _COUNTED.search(token.string, 0, token.start())
    if "." not in token["stop"] and (len(token["named_day"]) == 1 or counted):
        yield month


_LONGEST_META = 400  # characters; a real meta line has about 60
Column = Literal["published_on", "issued_on"]
Finding = DateReading | RejectedDate


@dataclass(frozen=True, kw_only=True)
class DateSources:
    """Everything of a document that can carry a date, verbatim; what it has not is left out.

    ``label`` is the read label of its listing; ``meta`` the printed date of a release (or its whole meta line),
    ``dateline`` the line of place and day of a text; ``front_matter`` the text of the first pages of a file; ``pages``
    the verbatim text of every page; ``text_from`` says where the last two were read: ``body`` or ``pdf_text``.
    """

    label: LabelReading | None = None
    meta: str | None = None
    kicker: str | None = None
    headline: str | None = None
    dateline: str | None = None
    front_matter: str | None = None
    file_name: str | None = None
    pdf_metadata: str | None = None
    pages: tuple[str, ...] = ()
    text_from: Literal["body", "pdf_text"] = "body"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One source of a column's date: what is read, and under which role it is recorded.

    ``found_in`` is None where it is the ``text_from`` of the document; ``read`` where all printed dates settle it.
    """

    column: Column
    role: str
    found_in: str | None
    read: Callable[[DateSources, date], Finding | None] | None


def _label(sources: DateSources, today: date) -> Finding | None:
    return (sources.label.date or sources.label.rejected) if sources.label else None


def _meta(sources: DateSources, today: date) -> Finding | None:
    """The printed date, or the first part of a whole meta line that is one ("Nr.… | 13.11.2020 | DSMV").

    What is printed in its place and is none ("heute", "10-05-2024") is unreadable.
    """
    text = (sources.meta or "")[:_LONGEST_META]
    parts = (read_date(part, today=today) for part in (text, *text.split("|"), *re.split("[|,;(]", text)[:1]))
    found = next((found for found in parts if found), None)
    return found or (RejectedDate(raw=text.strip(), reason="unreadable") if text.strip() else None)


def _kicker(sources: DateSources, today: date) -> Finding | None:
    """A heading that is nothing but a kicker carries the date as well (seen on release 190961)."""
    headline = sources.headline if sources.headline and reads_like_kicker(sources.headline) else ""
    return read_kicker(sources.kicker or "", today=today) or read_kicker(headline, today=today)


def _front_matter(sources: DateSources, today: date) -> Finding | None:
    return stand_date(sources.front_matter, today=today) if sources.front_matter else None


def _dateline(sources: DateSources, today: date) -> Finding | None:
    return read_date(sources.dateline or "", today=today)


RULES: tuple[Rule, ...] = (
    Rule(column="published_on", role="published", found_in="label", read=_label),
    Rule(column="published_on", role="published", found_in="meta", read=_meta),
    Rule(column="published_on", role="published", found_in="body", read=_dateline),
    Rule(column="issued_on", role="issued", found_in="kicker", read=_kicker),
    Rule(column="published_on", role="stand", found_in=None, read=_front_matter),
    Rule(column="published_on", role="file_name", found_in="file_name", read=None),
)
"""The order of choice: the first believed date of a column is the one it shows."""


@dataclass(frozen=True, kw_only=True)
class DatesRead:
    """All that :func:`choose_dates` says; ``rejected`` is printed where a date belongs, and cannot be believed."""

    published_on: str | None
    issued_on: str | None
    records: tuple[DateRecord, ...]
    rejected: tuple[RejectedDate, ...]


def read_dates(sources: DateSources, *, today: date) -> DatesRead:
    """All dates of a document and the two that are shown. See :func:`choose_dates` for the order of choice."""
    printed = [rule.read(sources, today) if rule.read else None for rule in RULES]
    names = _settled_file_name(sources, printed, today)
    shown: dict[Column, str] = {}
    records: list[DateRecord] = []
    for rule, found in zip(RULES, printed, strict=True):
        found = found if rule.read else names.decided
        if isinstance(found, DateReading):
            chosen = rule.column not in shown
            shown.setdefault(rule.column, found.value)
            records.append(_record(found, rule.role, rule.found_in or sources.text_from, chosen=chosen))
    records += [_record(reading, "file_name", "file_name") for reading in names.candidates]
    records += _never_chosen(sources, records, today)
    return DatesRead(
        published_on=shown.get("published_on"),
        issued_on=shown.get("issued_on"),
        records=_distinct(records),
        rejected=tuple(found for found in printed if isinstance(found, RejectedDate)),
    )


def choose_dates(sources: DateSources, *, today: date) -> tuple[str | None, str | None, tuple[DateRecord, ...]]:
    """``published_on``, ``issued_on`` (ISO dates at the precision printed, or None) and every date found.

    ``published_on`` is the first of: printed label, meta line, line of place and day, the document's own front matter
    ("Stand …"), file name. ``issued_on`` is the kicker's date and nothing else. A file name with two readings is
    decided by a printed date, else none is chosen. PDF metadata and dates in running text are never chosen.

    >>> published, issued, records = choose_dates(
    ...     DateSources(meta="31.03.2023", kicker="Pressemitteilung der Konferenz … vom 22. März 2023"),
    ...     today=date(2026, 11, 23))
    >>> published, issued
    ('2023-03-31', '2023-03-22')
    """
    found = read_dates(sources, today=today)
    return found.published_on, found.issued_on, found.records


def _record(found: DateReading, role: str, found_in: str, *, chosen: bool = False) -> DateRecord:
    value, raw, method = found.value, found.raw, found.method
    return DateRecord(
        role=role, value=value, precision=found.precision, raw=raw, found_in=found_in, chosen=chosen, method=method
    )


def _settled_file_name(sources: DateSources, printed: Iterable[Finding | None], today: date) -> FileNameDates:
    """The dates of the file name; where it has two readings, a printed date decides."""
    dates = dates_in_file_name(sources.file_name or "", today=today)
    for found in printed if dates.candidates else ():
        if isinstance(found, DateReading):
            dates = dates.settled_by(found.value)
    return dates


def _never_chosen(sources: DateSources, records: list[DateRecord], today: date) -> Iterator[DateRecord]:
    """Metadata, and dates in running text; not those that were read there in another role already."""
    made = pdf_metadata_date(sources.pdf_metadata, today=today) if sources.pdf_metadata else None
    if made is not None:
        yield _record(made, "pdf_metadata", "pdf_metadata")
    for beside in sources.label.others if sources.label else ():
        yield _record(beside, "mentioned", "label")
    for found_in, text in _running_texts(sources):
        read_there = [record.raw for record in records if record.found_in == found_in]
        for reading in find_dates(text, today=today):
            if not any(reading.raw in raw for raw in read_there):
                yield _record(reading, "mentioned", found_in)


def _running_texts(sources: DateSources) -> Iterator[tuple[str, str]]:
    if sources.label:
        yield "label", sources.label.title
    if sources.kicker:
        yield "kicker", sources.kicker
    if sources.headline:
        yield ("kicker" if reads_like_kicker(sources.headline) else sources.text_from), sources.headline
    yield from ((sources.text_from, page) for page in sources.pages)


def _distinct(records: Iterable[DateRecord]) -> tuple[DateRecord, ...]:
    """Each record once; the chosen one stands for its likes."""
    distinct: dict[DateRecord, DateRecord] = {}
    for record in records:
        distinct.setdefault(replace(record, chosen=False), record)
    return tuple(distinct.values())
