"""One document: its columns, pages, dates, topics, citations and links."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from typing import TypeVar

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Document:
    """The newest reading of a document, as in the table ``documents`` (without its text)."""

    id: str
    source: str
    doc_type: str
    issuer: str | None
    publisher: str | None
    title: str
    kicker: str | None
    number: str | None
    teaser: str | None
    language: str | None
    url: str
    published_on: str | None
    issued_on: str | None
    page_count: int | None
    parent_id: str | None
    first_seen_at: str
    last_seen_at: str
    last_changed_at: str
    unlisted_at: str | None
    absent_since: str | None
    removed_at: str | None
    returned_at: str | None
    moved_to: str | None
    blocked_at: str | None
    status: str | None
    version: int
    content_sha256: str


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """What stays of a blocked document."""

    document_id: str
    reason: str
    blocked_at: str
    content_sha256: str | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of text."""

    page: int
    text: str
    method: str


@dataclass(frozen=True, kw_only=True)
class FoundDate:
    """A date found somewhere, with the words as printed."""

    role: str
    value: str
    raw: str
    found_in: str
    chosen: int


@dataclass(frozen=True, kw_only=True)
class GivenTopic:
    """A topic of the document and what speaks for it."""

    id: str
    label: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A citation where it stands: ``raw`` from ``start`` of the page's text."""

    page: int
    law: str | None
    unit: str
    number: str
    raw: str
    start: int


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A link from or to another document, or to an address; ``title`` is None for an address."""

    kind: str
    url: str | None
    other_id: str | None
    title: str | None
    published_on: str | None
    evidence: str | None


def records(kind: type[R], rows: sqlite3.Cursor) -> list[R]:
    """Rows as records of a dataclass whose fields are columns of the query."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return [kind(**{name: row[name] for name in names}) for row in rows]


def find_document(conn: sqlite3.Connection, document_id: str) -> Document | None:
    """The document with this id, blocked or not; None if there is none."""
    found = records(Document, conn.execute("select * from documents where id = ?", (document_id,)))
    return found[0] if found else None


def last_check(conn: sqlite3.Connection, document: Document) -> str:
    """When the address of a document was last asked, whatever it answered."""
    asked = conn.execute("select max(fetched_at) from snapshots where url = ?", (document.url,)).fetchone()[0]
    return max(document.last_seen_at, asked or "")


def find_tombstone(conn: sqlite3.Connection, document_id: str) -> Tombstone | None:
    """The tombstone of a document that is blocked now; None if it is not."""
    sql = (
        "select * from blocks where document_id = ? and unblocked_at is null order by blocked_at desc, id desc limit 1"
    )
    found = records(Tombstone, conn.execute(sql, (document_id,)))
    if found:
        return found[0]
    document = find_document(conn, document_id)
    if document is None or document.blocked_at is None:
        return None
    return Tombstone(
        document_id=document_id, reason="", blocked_at=document.blocked_at, content_sha256=document.content_sha256
    )


def pages_of(conn: sqlite3.Connection, document_id: str) -> list[Page]:
    """The pages of the newest version, in order."""
    return records(Page, conn.execute("select * from pages where document_id = ? order by page", (document_id,)))


def dates_of(conn: sqlite3.Connection, document_id: str) -> list[FoundDate]:
    """All dates found, those that are shown first."""
    sql = "select * from dates where document_id = ? order by chosen desc, role = 'mentioned', rowid"
    return records(FoundDate, conn.execute(sql, (document_id,)))


def topics_of(conn: sqlite3.Connection, document_id: str) -> list[GivenTopic]:
    """The topics of a document, the surest first."""
    sql = (
        "select t.id, t.label, dt.evidence from document_topics dt join topics t on t.id = dt.topic_id"
        " where dt.document_id = ? order by dt.score desc, t.label"
    )
    return records(GivenTopic, conn.execute(sql, (document_id,)))


def citations_of(conn: sqlite3.Connection, document_id: str) -> list[Citation]:
    """The citations of a document in reading order."""
    sql = "select * from citations where document_id = ? order by page, start, length(raw) desc"
    return records(Citation, conn.execute(sql, (document_id,)))


def cited_elsewhere(conn: sqlite3.Connection, document_id: str) -> dict[tuple[str | None, str, str], int]:
    """For each provision of a document (law, unit, number): how many other documents cite it."""
    sql = (
        "select law, unit, number, (select count(*) from (select distinct document_id from citations c"
        " where c.law = m.law and c.unit = m.unit and c.number = m.number collate nocase)) - 1"
        " from (select distinct law, unit, number from citations where document_id = ? and law is not null) m"
    )
    return {(row[0], row[1], row[2]): row[3] for row in conn.execute(sql, (document_id,))}


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading that a paper names itself."""

    page: int
    level: int
    title: str
    anchor: str


def sections_of(conn: sqlite3.Connection, document_id: str) -> list[Section]:
    """The headings of a paper, in its order."""
    sql = "select page, level, title, anchor from sections where document_id = ? order by rowid"
    return records(Section, conn.execute(sql, (document_id,)))


def links_from(conn: sqlite3.Connection, document_id: str) -> list[Relation]:
    """Where a document leads: other documents first, then addresses. Blocked targets are left out."""
    sql = (
        "select l.kind, l.url, l.target_id as other_id, d.title, d.published_on, l.evidence"
        " from links l left join documents d on d.id = l.target_id"
        " where l.document_id = ? and d.blocked_at is null"
        " order by l.target_id is null, l.kind = 'link', l.kind, d.published_on desc, l.rowid"
    )
    return records(Relation, conn.execute(sql, (document_id,)))


def links_to(conn: sqlite3.Connection, document_id: str) -> list[Relation]:
    """Which documents lead here."""
    sql = (
        "select l.kind, l.url, l.document_id as other_id, d.title, d.published_on, l.evidence"
        " from links l join documents d on d.id = l.document_id"
        " where l.target_id = ? and l.document_id <> ? and d.blocked_at is null"
        " order by l.kind = 'link', l.kind, d.published_on desc, l.rowid"
    )
    return records(Relation, conn.execute(sql, (document_id, document_id)))


def annexes_of(conn: sqlite3.Connection, document_id: str) -> list[Document]:
    """The annexes that hang on a document."""
    sql = (
        "select * from documents indexed by documents_parent where parent_id = ? and blocked_at is null order by docno"
    )
    return records(Document, conn.execute(sql, (document_id,)))
