"""Choosing the dates of a document among all that were found; every one of them becomes a record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from archive.keeping.records import DateRecord
from pipelines.dates.file_names import FileNameDates, dates_in_file_name, pdf_metadata_date
from pipelines.dates.labels import LabelReading, read_kicker, reads_like_kicker, stand_date
from pipelines.dates.printed import read_date
from pipelines.dates.reading import DateReading, RejectedDate
from pipelines.dates.running_text import find_dates

_LONGEST_META = 400  # characters; a real meta line has about 60
Column = Literal["published_on", "issued_on"]
Finding = DateReading | RejectedDate


@dataclass(frozen=True, kw_only=True)
class DateSources:
    """Everything of a document that can carry a date, verbatim; what it has not is left out.

    ``label`` is the read label of its listing; ``meta`` the printed publication date of a release
    (or its whole meta line); ``front_matter`` the text of the first pages of a file; ``pages`` the
    verbatim text of every page (without heading and meta line); ``text_from`` says where
    ``front_matter`` and ``pages`` were read: ``body`` for web pages, ``pdf_text`` for files.
    """

    label: LabelReading | None = None
    meta: str | None = None
    kicker: str | None = None
    headline: str | None = None
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
    found = next((found for found in parts if found is not None), None)
    return found or (RejectedDate(raw=text.strip(), reason="unreadable") if text.strip() else None)


def _kicker(sources: DateSources, today: date) -> Finding | None:
    """A heading that is nothing but a kicker carries the date as well (seen on release 190961)."""
    lines = [sources.kicker or ""]
    if sources.headline and reads_like_kicker(sources.headline):
        lines.append(sources.headline)
    found = (read_kicker(line, today=today) for line in lines)
    return next((finding for finding in found if finding is not None), None)


def _front_matter(sources: DateSources, today: date) -> Finding | None:
    return stand_date(sources.front_matter, today=today) if sources.front_matter else None


RULES: tuple[Rule, ...] = (
    Rule(column="published_on", role="published", found_in="label", read=_label),
    Rule(column="published_on", role="published", found_in="meta", read=_meta),
    Rule(column="issued_on", role="issued", found_in="kicker", read=_kicker),
    Rule(column="published_on", role="stand", found_in=None, read=_front_matter),
    Rule(column="published_on", role="file_name", found_in="file_name", read=None),
)
"""The order of choice: the first believed date of a column is the one it shows."""


@dataclass(frozen=True, kw_only=True)
class DatesRead:
    """Everything that is known of a document's dates, read once.

    ``published_on`` and ``issued_on`` are ISO dates at the precision printed, or None; ``records`` every date
    found; ``rejected`` what is printed where a date belongs and cannot be believed.
    """

    published_on: str | None
    issued_on: str | None
    records: tuple[DateRecord, ...]
    rejected: tuple[RejectedDate, ...]


def read_dates(sources: DateSources, *, today: date) -> DatesRead:
    """All dates of a document and the two that are shown. See :func:`choose_dates` for the order of choice.

    >>> read_dates(DateSources(meta="31.02.2023"), today=date(2026, 11, 23)).rejected[0].reason
    'impossible'
    """
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

    ``published_on`` is the first of: printed label, meta line, the document's own front matter
    ("Stand …"), file name. ``issued_on`` is the kicker's date and nothing else. A file name with two
    readings is decided by a printed date; otherwise both are recorded and none is chosen. PDF metadata
    and dates in running text (role ``mentioned``) are recorded, never chosen.

    >>> published, issued, records = choose_dates(
    ...     DateSources(meta="31.03.2023", kicker="Pressemitteilung der Konferenz … vom 22. März 2023"),
    ...     today=date(2026, 11, 23))
    >>> published, issued
    ('2023-03-31', '2023-03-22')
    """
    found = read_dates(sources, today=today)
    return found.published_on, found.issued_on, found.records


def _record(found: DateReading, role: str, found_in: str, *, chosen: bool = False) -> DateRecord:
    return DateRecord(
        role=role, value=found.value, precision=found.precision, raw=found.raw, found_in=found_in, chosen=chosen
    )


def _settled_file_name(sources: DateSources, printed: Iterable[Finding | None], today: date) -> FileNameDates:
    """The dates of the file name; where it has two readings, a printed date decides."""
    dates = dates_in_file_name(sources.file_name or "", today=today)
    for found in printed if dates.candidates else ():
        if isinstance(found, DateReading):
            dates = dates.settled_by(found.value)
    return dates


def _never_chosen(sources: DateSources, records: list[DateRecord], today: date) -> Iterator[DateRecord]:
    if sources.pdf_metadata:
        made = pdf_metadata_date(sources.pdf_metadata, today=today)
        if made is not None:
            yield _record(made, "pdf_metadata", "pdf_metadata")
    for beside in sources.label.others if sources.label else ():
        yield _record(beside, "mentioned", "label")
    yield from _mentions(sources, records, today)


def _mentions(sources: DateSources, records: list[DateRecord], today: date) -> Iterator[DateRecord]:
    """Dates in running text; not those that were read there in another role already."""
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
    for page in sources.pages:
        yield sources.text_from, page


def _distinct(records: Iterable[DateRecord]) -> tuple[DateRecord, ...]:
    """Each record once; the chosen one stands for its likes."""
    distinct: dict[DateRecord, DateRecord] = {}
    for record in records:
        distinct.setdefault(replace(record, chosen=False), record)
    return tuple(distinct.values())
