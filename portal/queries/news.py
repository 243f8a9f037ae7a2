"""What happened in the archive, for the feeds: documents seen first, edits, removals, returns."""

from __future__ import annotations

import sqlite3
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
_OF_VERSION = "documents d join versions v on v.document_id = d.id"
_OF_NEWEST = f"{_OF_VERSION} and v.version = d.version"
_EVENTS = {
    "new": ("d.first_seen_at", "1", f"{_OF_VERSION} and v.version = 1", "1"),
    "changed": ("v.seen_at", "v.version", f"{_OF_VERSION} and v.version > 1", "1"),
    "removed": ("d.removed_at", "d.version", _OF_NEWEST, "d.removed_at is not null"),
    "returned": ("d.returned_at", "d.version", _OF_NEWEST, "d.returned_at is not null"),
}


def news(conn: sqlite3.Connection, chosen: Selection, *, edits: bool, removals: bool) -> list[NewsItem]:
    """The latest happenings among the chosen documents, the newest first."""
    wanted = ["new", *(["changed"] if edits else []), *(["removed", "returned"] if removals else [])]
    found = [item for event in wanted for item in _happenings(conn, chosen, event)]
    return sorted(found, key=lambda item: (item.at, item.id, item.number), reverse=True)[:LIMIT]


def _happenings(conn: sqlite3.Connection, chosen: Selection, event: str) -> list[NewsItem]:
    at, number, tables, condition = _EVENTS[event]
    sql = (
        f"select '{event}' as event, {at} as at, {number} as number, {_COLUMNS} from {tables}"
        f" where {condition} and {chosen.where} order by {at} desc, d.docno desc limit {LIMIT}"
    )
    return records(NewsItem, conn.execute(sql, chosen.parameters))
