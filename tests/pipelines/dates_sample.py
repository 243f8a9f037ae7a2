"""The annotated sample of dates: reading it, and what the code makes of each line."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.dates import (
    DateReading,
    RejectedDate,
    dates_in_file_name,
    find_dates,
    read_date,
    read_kicker,
    read_label,
    stand_date,
)

SAMPLE = Path(__file__).parent / "data" / "dates.tsv"
TODAY = date(2026, 11, 23)
_ESCAPES = {"\\n": "\n", "\\s": "\u00a0", "\\t": "\u2009", "\\h": "\u00ad"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One line: what kind of text it is, what a careful reader makes of it, and the text."""

    line: int
    kind: str
    expected: str
    text: str


def cases() -> list[Case]:
    """All lines of the sample."""
    return [
        Case(line=number, kind=kind, expected=expected, text=_plain(text))
        for number, row in enumerate(SAMPLE.read_text(encoding="utf-8").splitlines(), start=1)
        if not row.startswith("#")
        for kind, expected, text in [row.split("\t", 2)]
    ]


def sample_digest() -> str:
    """SHA-256 of the sample's bytes."""
    return hashlib.sha256(SAMPLE.read_bytes()).hexdigest()


def _plain(text: str) -> str:
    for escape, character in _ESCAPES.items():
        text = text.replace(escape, character)
    return text


def said(found: DateReading | RejectedDate | None) -> str:
    """How the sample writes a finding."""
    if found is None:
        return "-"
    return found.value if isinstance(found, DateReading) else f"!{found.reason}"


def answer(case: Case) -> str:
    """What the code makes of a line, in the notation of the sample."""
    return _ANSWERS[case.kind](case.text)


def _mentioned(text: str) -> str:
    return ";".join(found.value for found in find_dates(text, today=TODAY)) or "-"


def _named(text: str) -> str:
    groups = dates_in_file_name(text, today=TODAY).groups
    return ";".join("|".join(reading.value for reading in group) for group in groups) or "-"


def _labelled(text: str) -> str:
    label = read_label(text, today=TODAY)
    return f"{said(label.date or label.rejected)};{label.title}"


_ANSWERS = {
    "string": lambda text: said(read_date(text, today=TODAY)),
    "sentence": _mentioned,
    "name": _named,
    "label": _labelled,
    "kicker": lambda text: said(read_kicker(text, today=TODAY)),
    "front": lambda text: said(stand_date(text, today=TODAY)),
}
