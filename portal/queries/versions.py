"""The versions of a document, their pages and the snapshot behind each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields

from portal.queries.documents import Document, Page, records


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version: what a reader could see from ``seen_at`` on (without its text)."""

    document_id: str
    version: int
    seen_at: str
    content_sha256: str
    title: str
    kicker: str | None
    number: str | None
    teaser: str | None
    published_on: str | None
    issued_on: str | None
    attachments: str
    links: str
    not_before: str | None
    snapshot_id: int | None

    @property
    def attached(self) -> list[tuple[str, str]]:
        """The attachments as (address, title)."""
        entries = [item for item in _entries(self.attachments) if isinstance(item, dict)]
        return [(str(item.get("url", "")), str(item.get("title", ""))) for item in entries]

    @property
    def linked(self) -> list[str]:
        """The addresses that the text links to."""
        return [item for item in _entries(self.links) if isinstance(item, str)]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A response that was fetched: when, from where, and where its bytes lie."""

    id: int
    url: str
    fetched_at: str
    status: int
    content_type: str | None
    sha256: str | None
    bytes: int
    warc_file: str | None
    warc_offset: int | None


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a document: ``removed``, ``returned``, ``unlisted``, ``moved`` …"""

    at: str
    kind: str
    detail: str | None


def _entries(stored: str) -> list[object]:
    try:
        entries = json.loads(stored)
    except ValueError:
        return []
    return entries if isinstance(entries, list) else []


def versions_of(conn: sqlite3.Connection, document_id: str) -> list[Version]:
    """All versions, the newest first."""
    sql = "select * from versions where document_id = ? order by version desc"
    return records(Version, conn.execute(sql, (document_id,)))


def find_version(conn: sqlite3.Connection, document_id: str, number: int) -> Version | None:
    """One version; None if there is none of that number."""
    sql = "select * from versions where document_id = ? and version = ?"
    found = records(Version, conn.execute(sql, (document_id, number)))
    return found[0] if found else None


def newest_versions(conn: sqlite3.Connection, docnos: Sequence[int]) -> list[tuple[Document, Version]]:
    """Documents with their newest versions, in the order given; texts are not read."""
    chosen = (json.dumps(docnos),)
    columns = ", ".join(f"v.{field.name}" for field in fields(Version))
    versions = records(
        Version,
        conn.execute(
            f"select {columns} from json_each(?) j cross join documents d on d.docno = j.value"
            " join versions v on v.document_id = d.id and v.version = d.version",
            chosen,
        ),
    )
    columns = ", ".join(f"d.{field.name}" for field in fields(Document))
    sql = f"select {columns} from json_each(?) j cross join documents d on d.docno = j.value"
    documents = {document.id: document for document in records(Document, conn.execute(sql, chosen))}
    return [(documents[version.document_id], version) for version in versions]


def version_pages(conn: sqlite3.Connection, document_id: str, number: int) -> list[Page]:
    """The pages of a version; its whole text as one page where no pages were kept."""
    sql = "select * from version_pages where document_id = ? and version = ? order by page"
    found = records(Page, conn.execute(sql, (document_id, number)))
    if found:
        return found
    sql = "select 1 as page, text, 'html' as method from versions where document_id = ? and version = ?"
    return records(Page, conn.execute(sql, (document_id, number)))


def find_snapshot(conn: sqlite3.Connection, snapshot_id: int | None) -> Snapshot | None:
    """A snapshot by its number."""
    found = records(Snapshot, conn.execute("select * from snapshots where id = ?", (snapshot_id,)))
    return found[0] if found else None


def events_of(conn: sqlite3.Connection, document_id: str) -> list[Event]:
    """What happened to a document beside its versions, the newest first."""
    sql = (
        "select at, kind, detail from events where document_id = ? and kind not in ('new', 'changed')"
        " order by at desc, rowid desc"
    )
    return records(Event, conn.execute(sql, (document_id,)))
