"""Reading the printed label of a listed paper: date, number and bare title."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from pipelines.dates.grammar import DASH
from pipelines.dates.printed import LONGEST, leading_dates, read_date
from pipelines.dates.reading import DateReading, RejectedDate
from pipelines.dates.vocabulary import STAND, WORDS, any_of

_SEPARATOR = re.compile(rf"\s*(?:{DASH}|[:|•·])\s*|\s+")
_EDGE = re.compile(rf"\A(?:\s|{DASH}|[:|•·])+")
_DATE_EDGE = re.compile(rf"(?:\s|{DASH}|[:|])+\Z")
_LEADS = {"", *(lead.casefold() for kind in ("leads", "weekdays") for lead in WORDS["words"][kind])}
_STAND_BEHIND = re.compile(rf"\s*(?:[(\[,;:|•·]|(?<=\s){DASH})\s*(?P<stand>{STAND}\b.*)\Z", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(?:Kurzpapier\s*)?Nr\.?\s?(?P<number>[0-9]{1,3})(?![0-9.])\s*", re.IGNORECASE)
_NOTE = re.compile(rf"[\s(\[,;–-]*(?P<note>{any_of(WORDS['label']['notes'])})[\s)\].]*\Z", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class LabelReading:
    """A label as read: ``raw`` is all of it, ``title`` what is left without date, number, dash and note.

    ``rejected`` is set where a date is printed in front that cannot be believed.
    """

    raw: str
    title: str
    date: DateReading | None = None
    number: str | None = None
    note: str | None = None
    rejected: RejectedDate | None = None


def read_label(label: str, date_text: str | None = None, *, today: date) -> LabelReading:
    """Date, number and title of a label as the section pages of the DSK print it.

    ``date_text`` is what stands in an element of its own (``<b>``), if anything does; it may be
    part of ``label`` or not. Only a date in front is the label's date, or a "Stand" behind the title; a
    date inside the title stays.
    A title is never empty where the label is not.

    >>> reading = read_label("Stand Februar 2018 - Muster zur Auftragsverarbeitung", today=date(2026, 11, 23))
    >>> reading.date.value, reading.date.raw, reading.title
    ('2018-02', 'Stand Februar 2018', 'Muster zur Auftragsverarbeitung')
    >>> reading = read_label("Nr. 5Datenschutz-Folgenabschätzung", today=date(2026, 11, 23))
    >>> reading.number, reading.title
    ('5', 'Datenschutz-Folgenabschätzung')
    """
    found, rest = _date_and_rest(label, date_text, today)
    number, title = _number_and_title(rest)
    title, note = _without_note(title)
    return LabelReading(
        raw=label,
        title=" ".join(title.split()) or " ".join(label.split()),
        date=found if isinstance(found, DateReading) else None,
        rejected=found if isinstance(found, RejectedDate) else None,
        number=number,
        note=note,
    )


Found = DateReading | RejectedDate | None


def _date_and_rest(label: str, date_text: str | None, today: date) -> tuple[Found, str]:
    if date_text and len(date_text) <= LONGEST:
        found = read_date(_DATE_EDGE.sub("", date_text), today=today)
        if found is not None:
            return found, _EDGE.sub("", _after_date_text(label, date_text))
    return _date_in_front(label, today)


def _after_date_text(label: str, date_text: str) -> str:
    printed = label.lstrip()
    head = date_text.strip()
    return printed[len(head) :] if printed.startswith(head) else printed


def _date_in_front(label: str, today: date) -> tuple[Found, str]:
    """The longest beginning of the label that is a date expression and is set off from the rest."""
    for found, end in leading_dates(label, today=today):
        lead = label[: found.start].strip(" \t\n\u00a0([,.").casefold()
        if lead in _LEADS and _set_off(found.raw, label[end:]):
            return found, _EDGE.sub("", label[end:])
    return _stand_behind(label, today)


def _stand_behind(label: str, today: date) -> tuple[Found, str]:
    """ "Muster (Stand: November 2022)": only a "Stand" may date a label from behind."""
    behind = _STAND_BEHIND.search(label[-LONGEST:])
    found = read_date(behind["stand"], today=today) if behind else None
    if behind is None or found is None:
        return None, label
    offset = max(0, len(label) - LONGEST)
    title = label[: offset + behind.start()]
    return (
        (replace(found, start=offset + behind.start("stand") + found.start), title)
        if title
        else (None, label)
    )


def _set_off(raw: str, rest: str) -> bool:
    """A dash, a colon or a new word follows; a bare year needs the dash, and no second year behind it."""
    separator = _SEPARATOR.match(rest)
    if separator is None:
        return not rest.strip()
    if raw.isdigit():
        return bool(separator[0].strip()) and not rest[separator.end() :][:4].isdigit()
    return bool(separator[0].strip()) or not rest[separator.end() :][:1].islower()


def _number_and_title(rest: str) -> tuple[str | None, str]:
    match = _NUMBER.match(rest)
    if match is None or not rest[match.end() :].strip():
        return None, rest
    return match["number"], _EDGE.sub("", rest[match.end() :])


def _without_note(title: str) -> tuple[str, str | None]:
    match = _NOTE.search(title[-80:])
    if match is None:
        return title, None
    kept = title[: len(title) - len(title[-80:]) + match.start()]
    return (kept, match["note"]) if kept.strip() else (title, None)
