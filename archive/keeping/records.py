"""Publication records: our reading of a document, as the archive stores it.

Dates are ISO 8601 text at the precision known (``2024-05-06``, ``2024-05``, ``2024``);
timestamps are UTC ``YYYY-MM-DDTHH:MM:SSZ``; offsets count characters from 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

KEY_BITS, PART_BITS = 20, 18
"""Keys of a document's rows are ``docno << 20 | part << 18 | number``: they too survive a rebuild."""

STORED, ANNEXES, DERIVED_LINKS = range(3)
"""The parts of ``links``: those read with the document, to its annexes, and those found by comparing documents."""


def keys_of(docno: int, part: int = 0) -> Iterator[int]:
    """The keys for a document's rows in a table, in their order.

    >>> next(keys_of(3)) - (3 << 20), next(keys_of(3, ANNEXES)) - (3 << 20)
    (1, 262145)
    """
    return count((docno << KEY_BITS | part << PART_BITS) + 1)


@dataclass(frozen=True, kw_only=True)
class PageRecord:
    """One page of a document. ``method`` is html, pdf, ocr, odt, docx or none.

    ``contact`` holds the [start, end) spans of contact blocks in ``text``. ``crossing`` is the sentence that
    begins on this page and ends on the next, whole.
    """

    page: int
    text: str
    method: str
    contact: tuple[tuple[int, int], ...] = ()
    crossing: str | None = None


@dataclass(frozen=True, kw_only=True)
class SectionRecord:
    """A heading of a paper's own outline: its page, its level from 1, and its name within the document."""

    page: int
    level: int
    title: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class DateRecord:
    """One date found: ``raw`` stands literally in the snapshot; ``chosen`` if a column shows it.

    ``method`` is grammar, repaired (digits torn apart) or dateparser. ``page`` and ``start`` say where ``raw`` stands
    first in the text of the pages, None where it stands elsewhere or was mended.
    """

    role: str
    value: str
    precision: str
    raw: str
    found_in: str
    chosen: bool = False
    method: str = "grammar"
    page: int | None = None
    start: int | None = None


@dataclass(frozen=True, kw_only=True)
class TopicRecord:
    """A topic given to a document; ``evidence`` says which phrase matched and where."""

    topic_id: str
    evidence: str
    score: float


@dataclass(frozen=True, kw_only=True)
class CitationRecord:
    """One legal citation; ``raw`` equals the page's text from ``start`` to ``start + len(raw)``.

    ``item`` is the number after "Nr." or "Ziff.", e.g. ``11`` in "Art. 4 Nr. 11 DS-GVO".
    """

    page: int
    law: str | None
    unit: str
    number: str
    paragraph: str | None
    sentence: str | None
    letter: str | None
    raw: str
    start: int
    item: str | None = None


@dataclass(frozen=True, kw_only=True)
class AttachmentRecord:
    """A file that a document offers: canonical address and printed title."""

    url: str
    title: str


@dataclass(frozen=True, kw_only=True)
class LinkRecord:
    """A link from a document to an address, with its kind and what shows it."""

    url: str
    kind: str
    evidence: str
    target_id: str | None = None
    score: float | None = None


@dataclass(frozen=True, kw_only=True)
class MendingRecord:
    """A word that was mended: verbatim ``raw``, what it became, and the page it stands on."""

    page: int
    raw: str
    mended: str


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One document as read on one day.

    ``content_sha256`` is taken over the verbatim content (see ``pipelines.reading.publication``), so that
    a better reading never looks like an edit. ``seen_at`` and ``snapshot_id`` are its evidence.
    ``listed`` is what its listing said of it, as JSON; ``captions`` holds one caption a line.
    """

    id: str
    source: str
    doc_type: str
    title: str
    url: str
    content_sha256: str
    snapshot_id: int
    seen_at: str
    issuer: str | None = None
    publisher: str | None = None
    kicker: str | None = None
    number: str | None = None
    teaser: str | None = None
    language: str | None = None
    published_on: str | None = None
    issued_on: str | None = None
    parent_id: str | None = None
    section: str | None = None
    page_count: int | None = None
    listed: str | None = None
    status: str | None = None
    captions: str | None = None
    pages: tuple[PageRecord, ...] = ()
    dates: tuple[DateRecord, ...] = ()
    topics: tuple[TopicRecord, ...] = ()
    citations: tuple[CitationRecord, ...] = ()
    attachments: tuple[AttachmentRecord, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    mendings: tuple[MendingRecord, ...] = ()
    sections: tuple[SectionRecord, ...] = ()

    @property
    def text(self) -> str:
        """The whole mended text, pages separated by one empty line."""
        return "\n\n".join(page.text for page in self.pages)
