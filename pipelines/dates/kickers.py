"""The date that a document states of itself: in its kicker, or on its first pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pipelines.dates.grammar import DASH
from pipelines.dates.printed import leading_dates, read_date
from pipelines.dates.reading import DateReading, RejectedDate
from pipelines.dates.running_text import scan_dates
from pipelines.dates.vocabulary import STAND, WORDS, any_of

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
            exact = _whole_range(line[found.start :], today) or found  # the printed window is narrower
            return replace(exact, start=found.start)
    return _torn(line, today)


def _whole_range(text: str, today: date) -> DateReading | RejectedDate | None:
    """The longest date expression at the beginning: a range over the turn of a year is one in a kicker."""
    return next((found for found, _ in leading_dates(text, today=today) if found.start == 0), None)


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
