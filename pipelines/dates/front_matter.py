"""The date that a paper states of itself on its first pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pipelines.dates.kickers import kicker_date, reads_like_kicker
from pipelines.dates.printed import leading_dates
from pipelines.dates.reading import DateReading
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
