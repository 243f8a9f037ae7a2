"""What happened in the archive, for the feeds: documents seen first, edits, removals, returns."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from portal.queries.documents import records
from portal.searching import Selection

LIMIT = 50


@dataclass(frozen=True, kw_only=True)
class NewsItem:
    """One happening; ``event`` is ``new``, ``changed``, ``removed`` or ``returned``; ``at`` is UTC."""

    event: str
    at: str
    number: int
    id: str
    title: str
    teaser: str | None
    opening: str
    issuer: str | None
    source: str
    doc_type: str
    published_on: str | None
    first_seen_at: str


_COLUMNS = (
    "d.id, v.title, v.teaser, substr(v.text, 1, 600) as opening, d.issuer, d.source, d.doc_type,"
    " v.published_on, d.first_seen_at"
)
_EDITED = """(select document_id, version from versions where version > 1) e
cross join versions v on v.document_id = e.document_id and v.version = e.version
cross join documents d on d.id = v.document_id where 1"""
_REMOVED = "documents d indexed by documents_removed where d.removed_at is not null"
_RETURNED = """(select distinct document_id from events where kind = 'returned') e
cross join documents d on d.id = e.document_id where d.returned_at is not null"""
_LATEST = {
    "new": ("d.first_seen_at", "1", "documents d indexed by documents_first_seen where 1"),
    "changed": ("v.seen_at", "v.version", _EDITED),
    "removed": ("d.removed_at", "d.version", _REMOVED),
    "returned": ("d.returned_at", "d.version", _RETURNED),
}
"""For each happening: when, which version, and where to look, so that no text is read for what is left out."""


def news(conn: sqlite3.Connection, chosen: Selection, wanted: Sequence[str]) -> list[NewsItem]:
    """The latest happenings of the ``wanted`` kinds among the chosen documents, the newest first."""
    found = [item for event in wanted for item in _happenings(conn, chosen, event)]
    return sorted(found, key=lambda item: (item.at, item.id, item.number), reverse=True)[:LIMIT]


def _happenings(conn: sqlite3.Connection, chosen: Selection, event: str) -> list[NewsItem]:
    at, number, place = _LATEST[event]
    sql = (
        f"with latest as materialized (select d.docno, {at} as at, {number} as number from {place}"
        f" and {chosen.where} order by {at} desc, d.docno desc limit {LIMIT})"
        f" select '{event}' as event, latest.at, latest.number, {_COLUMNS} from latest"
        " join documents d on d.docno = latest.docno"
        " join versions v on v.document_id = d.id and v.version = latest.number"
    )
    return records(NewsItem, conn.execute(sql, chosen.parameters))
