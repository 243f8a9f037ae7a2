"""What linking reads of a document, and what it finds."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

RULES: dict[str, Any] = tomllib.loads(
    (files("pipelines") / "data" / "links.toml").read_text(encoding="utf-8")
)
GUIDANCE = frozenset(RULES["types"]["guidance"])
RELEASES = frozenset(RULES["types"]["releases"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A document as linking sees it; ``dated`` is its date at the precision known.

    ``pages`` are (number, text); of a large archive they are read anew at every use (see `StoredPages`).
    """

    id: str
    source: str
    doc_type: str
    title: str
    url: str
    number: str | None = None
    dated: tuple[str, ...] = ()
    language: str | None = None
    parent_id: str | None = None
    successor_id: str | None = None
    pages: Sequence[tuple[int, str]] = ()

    @property
    def date(self) -> str | None:
        """The date that decides windows: the first one known."""
        return self.dated[0] if self.dated else None


@dataclass(frozen=True, kw_only=True)
class Hyperlink:
    """A link as stored: from which document, to which address, with its text."""

    document_id: str
    url: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One row to be kept in ``links``. ``score`` is between 0 and 1."""

    document_id: str
    kind: str
    url: str
    target_id: str | None
    evidence: str
    score: float


def span_of(iso: str) -> tuple[date, date]:
    """First and last day that a date at its precision can mean.

    >>> span_of("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    year, *rest = (int(part) for part in iso.split("-"))
    if len(rest) == 2:
        day = date(year, rest[0], rest[1])
        return day, day
    first, last_month = (rest[0], rest[0]) if rest else (1, 12)
    following = date(year + last_month // 12, last_month % 12 + 1, 1)
    return date(year, first, 1), date.fromordinal(following.toordinal() - 1)


def days_between(earlier: str, later: str) -> int:
    """The fewest days from one date to the other that their precision allows; negative if before.

    >>> days_between("2024-05", "2024-06-03"), days_between("2024-05-06", "2024-05")
    (3, 0)
    """
    low, high = span_of(earlier), span_of(later)
    if high[0] > low[1]:
        return (high[0] - low[1]).days
    if high[1] < low[0]:
        return (high[1] - low[0]).days
    return 0


def quoted(page: int, text: str) -> str:
    """Evidence for people: the page and the words, on one line.

    >>> quoted(3, "Kurzpapier\\nNr. 5")
    'S. 3: Kurzpapier Nr. 5'
    """
    return f"S. {page}: {' '.join(text.split())}"
