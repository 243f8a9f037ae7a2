"""The date that a document states of itself, in its kicker or on its first pages, and the label of a listed paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from pipelines.dates.grammar import DASH, STAND, WORDS, DateReading, RejectedDate, any_of
from pipelines.dates.printed import LONGEST, leading_dates, read_date, unreadable_date
from pipelines.dates.running_text import scan_dates

_REACH = 6000  # characters: the first two or three pages
_HEAD_LINES = 6
_STAND = re.compile(rf"(?<![^\W_]){STAND}(?![^\W_])", re.IGNORECASE)
_LINE_ENDS = re.compile(r"(?:[ \t]in[ \t][A-ZÄÖÜ][\w-]{1,30})?[ \t).]*(?:\r?\n|\Z)")
_VERSION = re.compile(
    rf"(?<![^\W_]){any_of(WORDS['words']['version'])}\.?\s?[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{0,3}}[a-z]?[,;:]?\s{{0,3}}[(–-]?\s{{0,3}}",
    re.IGNORECASE,
)


def stand_date(front_matter: str, *, today: date) -> DateReading | None:
    """The date of the first "Stand …", else of the first "Version … vom …", else of the paper's own heading.

    ``front_matter`` is the text of the first pages; only its first 6,000 characters count. A date
    in a sentence is none of these.

    >>> stand_date("Orientierungshilfe\\nStand: 17. Juli 2020\\nRedaktion: …", today=date(2026, 11, 23)).raw
    'Stand: 17. Juli 2020'
    >>> stand_date("KI und Datenschutz\\nVersion 1.0 vom 6. Mai 2024", today=date(2026, 11, 23)).value
    '2024-05-06'
    """
    text = front_matter[:_REACH]
    found = (*_behind(_STAND, text, today, whole=True), *_behind(_VERSION, text, today, whole=False))
    return found[0] if found else _own_heading(text, today)


def _behind(pattern: re.Pattern[str], text: str, today: date, *, whole: bool) -> Iterator[DateReading]:
    """The dates that follow a word; ``whole`` takes the word into the reading."""
    for word in pattern.finditer(text):
        begin = word.start() if whole else word.end()
        for found, _ in leading_dates(text[begin : begin + 80], today=today):
            if isinstance(found, DateReading) and not found.raw.isdigit():
                yield replace(found, start=begin + found.start)
                break


def _own_heading(text: str, today: date) -> DateReading | None:
    """ "Stellungnahme der Konferenz … vom 29. April 2021" as the first lines, the date at a line's end."""
    paragraph = re.split(r"\n\s*\n", text.lstrip()[:1200], maxsplit=1)[0]
    head = "\n".join(paragraph.splitlines()[:_HEAD_LINES])
    found = kicker_date(head, today=today) if reads_like_kicker(head) else None
    if found is None or not _LINE_ENDS.match(head, found.end):
        return None
    return replace(found, start=found.start + len(text) - len(text.lstrip()))


_LONGEST = 600  # characters; real kickers have up to 150
_WEEKDAY = rf"(?:{any_of(WORDS['words']['weekdays'])}\.?,?\s{{0,3}}(?:den\s{{1,3}})?)?"
_OPENS = re.compile(rf"\s*{any_of(WORDS['kicker']['opens'])}(?![^\W_])", re.IGNORECASE)
_INTRODUCES = re.compile(
    rf"(?:(?<![^\W_]){any_of(WORDS['kicker']['introduces'])}:?\s{{1,3}}|(?:[,:;(|\n]|{DASH})\s{{0,3}})"
    rf"(?:den\s{{1,3}}|vom\s{{1,3}})?{_WEEKDAY}\Z",
    re.IGNORECASE,
)
_TURNS = re.compile(rf"(?<![^\W_])(?:{any_of(WORDS['kicker']['turns'])})(?![^\W_])", re.IGNORECASE)
_DECISION = re.compile(rf"\s*{any_of(WORDS['kicker']['decisions'])}(?![^\W_])", re.IGNORECASE)
_DECIDED = re.compile(rf"(?<![^\W_])am\s{{1,3}}{_WEEKDAY}\Z", re.IGNORECASE)
_VOM = re.compile(r"(?<![^\W_])vom\s", re.IGNORECASE)


def reads_like_kicker(line: str) -> bool:
    """Whether a heading says what the text is ("Pressemitteilung der …") rather than what it is about.

    >>> reads_like_kicker("Pressemitteilung vom 11. Mai 2023"), reads_like_kicker("Mehr Schutz für Kinder")
    (True, False)
    """
    return _OPENS.match(line) is not None


def kicker_date(kicker: str, *, today: date) -> DateReading | None:
    """The date of issue in a kicker, or None. See :func:`read_kicker`.

    >>> kicker_date("Pressemitteilung der Konferenz … vom 21. Juni 2021", today=date(2026, 11, 23)).value
    '2021-06-21'
    >>> kicker_date("Presseinformation - Vorsitz der Konferenz 2018", today=date(2026, 11, 23)) is None
    True
    """
    found = read_kicker(kicker, today=today)
    return found if isinstance(found, DateReading) else None


def read_kicker(kicker: str, *, today: date) -> DateReading | RejectedDate | None:
    """The date of issue in a kicker, or why it is not believed, or None where the kicker has none.

    It is introduced by "vom", "den" or a comma, or stands right behind the opening word. A date
    behind "zum", "anlässlich", "am" … belongs to what the kicker speaks of (seen on release 150771);
    only a decision is issued "am" a day.
    """
    line = kicker[:_LONGEST]
    for found in scan_dates(line, today=today):
        if isinstance(found, RejectedDate) and found.reason == "ambiguous":
            return _torn(line, today)
        if _is_of_issue(line, found.start):
            # A range over the turn of a year is one in a kicker; the printed window is narrower.
            longest = (one for one, _ in leading_dates(line[found.start :], today=today) if one.start == 0)
            exact = next(longest, found)
            return replace(exact, start=found.start)
    return _torn(line, today)


def _is_of_issue(line: str, start: int) -> bool:
    head = line[:start]
    if _DECISION.match(line) and (decided := _DECIDED.search(head)):
        return not _TURNS.search(head[: decided.start()])
    if _TURNS.search(head):
        return False
    opening = _OPENS.match(line)
    behind_opening = opening is not None and not line[opening.end() : start].strip()
    return not head.strip() or behind_opening or _INTRODUCES.search(head) is not None


def _torn(line: str, today: date) -> DateReading | RejectedDate | None:
    """A day torn apart ("vom 2 1. Juni 2021") is certain only where the kicker ends with the date."""
    for vom in _VOM.finditer(line):
        found = read_date(line[vom.end() :], today=today)
        if found is not None and not _TURNS.search(line[: vom.start()]):
            return replace(found, start=vom.end() + found.start)
    return None


_SEPARATOR = re.compile(rf"\s*(?:{DASH}|[:|•·])\s*|\s+")
_EDGE = re.compile(rf"\A(?:\s|{DASH}|[:|•·])+")
_DATE_EDGE = re.compile(rf"(?:\s|{DASH}|[:|])+\Z")
_LEADS = {"", *(lead.casefold() for kind in ("leads", "weekdays") for lead in WORDS["words"][kind])}
_STAND_BEHIND = re.compile(rf"\s*(?:[(\[,;:|•·]|(?<=\s){DASH})\s*(?P<stand>{STAND}\b.*)\Z", re.IGNORECASE)
_DASHED = re.compile(rf"[\s)\]]*{DASH}")
_DASH_BEHIND = re.compile(rf"\s+{DASH}\s+")
_MONTH_AND_YEAR = r"(?:0?[1-9]|1[0-2])/(?:19|20)[0-9]{2}"
_BRACKETED_MONTH = re.compile(rf"\({_MONTH_AND_YEAR}\)(?=\s)")
_NUMBERED = re.compile(rf"{any_of(WORDS['file_name']['numbered'])}(?![^\W_])", re.IGNORECASE)
"""What is numbered by number and year: "05/2020 - Leitlinien …" is no month."""
_SLASHED_MONTH = re.compile(_MONTH_AND_YEAR)
_FURTHER = re.compile(
    rf"[\s,;(]*(?:(?P<changed>{any_of(WORDS['label']['changed'])}:?)|{any_of(WORDS['label']['also'])})\s{{1,3}}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*(?:Kurzpapier\s*)?Nr\.?\s?(?P<number>[0-9]{1,3})(?![0-9.])\s*", re.IGNORECASE)
_NOTE = re.compile(rf"[\s(\[,;–-]*(?P<note>{any_of(WORDS['label']['notes'])})[\s)\].]*\Z", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class LabelReading:
    """A label as read: ``raw`` is all of it, ``title`` what is left without date, number, dash and note.

    ``rejected`` is set where a date is printed in front that cannot be believed. ``others`` are the dates
    printed beside the one that counts: the first day of two, the day of a change.
    """

    raw: str
    title: str
    date: DateReading | None = None
    number: str | None = None
    note: str | None = None
    rejected: RejectedDate | None = None
    others: tuple[DateReading, ...] = ()


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
    found, others, rest = _further_dates(found, rest, today)
    number, title = _number_and_title(rest)
    title, note = _without_note(title)
    return LabelReading(
        raw=label,
        title=" ".join(title.split()) or " ".join(label.split()),
        date=found if isinstance(found, DateReading) else None,
        rejected=found if isinstance(found, RejectedDate) else None,
        number=number,
        note=note,
        others=others,
    )


def listed_date(text: str, *, today: date) -> LabelReading:
    """The date that a feed or a list gives a page, as a label that says nothing else."""
    found = read_date(text, today=today)
    day = found if isinstance(found, DateReading) else None
    return LabelReading(raw=text, title="", date=day, rejected=found if isinstance(found, RejectedDate) else None)


Found = DateReading | RejectedDate | None


def _date_and_rest(label: str, date_text: str | None, today: date) -> tuple[Found, str]:
    if date_text and len(date_text) <= LONGEST:
        found = read_date(_DATE_EDGE.sub("", date_text), today=today)
        found = found or unreadable_date(_DATE_EDGE.sub("", date_text))
        if found is not None:
            return found, _EDGE.sub("", _after_date_text(label, date_text))
    return _date_in_front(label, today)


def _goes_on(rest: str, today: date) -> bool:
    """Whether a second date stands directly behind the first, and a dash behind both."""
    lead = _FURTHER.match(rest)
    return lead is not None and any(
        found.start == 0 and _DASHED.match(rest[lead.end() + end :]) is not None
        for found, end in leading_dates(rest[lead.end() :], today=today)
    )


def _further_dates(found: Found, rest: str, today: date) -> tuple[Found, tuple[DateReading, ...], str]:
    """The date that counts, the others, and the title: "22.11.2023 und 23.11.2023 – …", "…, aktualisiert am … - …"."""
    lead = _FURTHER.match(rest) if isinstance(found, DateReading) else None
    if lead is None or not isinstance(found, DateReading):
        return found, (), rest
    for second, end in leading_dates(rest[lead.end() :], today=today):
        title = rest[lead.end() + end :]
        if not isinstance(second, DateReading) or second.start or not _DASHED.match(title):
            continue
        later, earlier = (found, second) if lead["changed"] else (second, found)
        return later, (earlier,), _EDGE.sub("", title.lstrip(" )]"))
    return found, (), rest


def _after_date_text(label: str, date_text: str) -> str:
    printed = label.lstrip()
    head = date_text.strip()
    return printed[len(head) :] if printed.startswith(head) else printed


def _date_in_front(label: str, today: date) -> tuple[Found, str]:
    """The longest beginning of the label that is a date expression and is set off from the rest."""
    for found, end in leading_dates(label, today=today):
        lead = label[: found.start].strip(" \t\n\u00a0([,.").casefold()
        rest = label[end:].removeprefix(")") if "(" in label[: found.start] else label[end:]
        if lead in _LEADS and (_set_off(found.raw, rest) or _goes_on(rest, today)):
            return found, _EDGE.sub("", rest)
    return _set_off_by_a_dash(label, today) or _stand_behind(label, today)


def _set_off_by_a_dash(label: str, today: date) -> tuple[Found, str] | None:
    """Before a dash, or in brackets, a month can be printed as "06/2021", and it can be unreadable."""
    dash = _BRACKETED_MONTH.match(label) or _DASH_BEHIND.search(label[:LONGEST])
    cut = (dash.start() or dash.end()) if dash else 0
    head, title = label[:cut], _EDGE.sub("", label[dash.end() if dash else 0 :])
    if not head or not title:
        return None
    month = _SLASHED_MONTH.fullmatch(head.strip(" ()"))
    stand = read_date(f"Stand {month[0]}", today=today) if month and not _NUMBERED.match(title) else None
    if isinstance(stand, DateReading) and month is not None:
        return replace(stand, raw=month[0], start=label.index(month[0])), title
    unreadable = unreadable_date(head)
    return (unreadable, title) if unreadable else None


def _stand_behind(label: str, today: date) -> tuple[Found, str]:
    """ "Muster (Stand: November 2022)": only a "Stand" may date a label from behind."""
    behind = _STAND_BEHIND.search(label[-LONGEST:])
    found = read_date(behind["stand"], today=today) if behind else None
    if behind is None or found is None:
        return None, label
    offset = max(0, len(label) - LONGEST)
    title = label[: offset + behind.start()]
    return (replace(found, start=offset + behind.start("stand") + found.start), title) if title else (None, label)


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
