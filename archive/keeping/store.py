"""Keeps publications: the newest reading in ``documents``, every version in ``versions``."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

from archive.database import transaction
from archive.keeping.erasing import erase, remember_title, without_blocked
from archive.keeping.ledger import mark_read
from archive.keeping.records import KEY_BITS, Publication, keys_of
from archive.search.indexing import index_document, unindex_document

Outcome = Literal["new", "changed", "unchanged", "blocked"]

PAGE_BITS = 16
"""``pages.id`` is ``docno << 16 | page``: fixed for a document, whatever the order of the crawl."""

CHILD_TABLES = ("dates", "pages", "document_topics", "citations", "mendings", "sections")
"""What is read from the newest version; replaced as a whole when a document is read again."""


def keep(conn: sqlite3.Connection, publication: Publication, *, run_id: int | None = None) -> Outcome:
    """Store one reading of a document, in one transaction; what it was.

    A new version comes into being when ``content_sha256`` differs from the newest one's. Blocked
    documents stay blocked: nothing of the reading is stored.
    """
    with transaction(conn):
        publication = _with_known_parent(conn, without_blocked(conn, publication))
        known = conn.execute("select * from documents where id = ?", (publication.id,)).fetchone()
        if (known is not None and known["blocked_at"] is not None) or is_blocked(conn, publication.id):
            _keep_tombstone(conn, publication, known)
            outcome: Outcome = "blocked"
        elif known is None:
            _insert(conn, publication)
            outcome = "new"
        else:
            outcome = _update(conn, publication, known)
        if outcome in ("new", "changed"):
            add_event(conn, publication.id, outcome, at=publication.seen_at, run_id=run_id)
        mark_read(conn, publication.snapshot_id, at=publication.seen_at)
    return outcome


def _with_known_parent(conn: sqlite3.Connection, publication: Publication) -> Publication:
    """An annex may come before its parent, or its parent never; ``annexes.link_annexes`` joins them later."""
    known = publication.parent_id and knows(conn, publication.parent_id)
    return publication if known or publication.parent_id is None else replace(publication, parent_id=None)


def knows(conn: sqlite3.Connection, document_id: str) -> bool:
    """Whether the archive has this document, blocked ones included."""
    return conn.execute("select 1 from documents where id = ?", (document_id,)).fetchone() is not None


def keep_entry(conn: sqlite3.Connection, publication: Publication) -> None:
    """Enter a document whose bytes were taken out of the vault, unless it is known: what its listing says, no text.

    It keeps the digest that it had when it was blocked, so that the text may come back as the same version.
    """
    if knows(conn, publication.id):
        return
    row = conn.execute(
        "select content_sha256 from blocks where document_id = ? order by id desc", (publication.id,)
    ).fetchone()
    digest = publication.content_sha256 if row is None else row["content_sha256"]
    keep(conn, replace(publication, content_sha256=digest or publication.content_sha256))


def touch(conn: sqlite3.Connection, document_id: str, *, seen_at: str) -> None:
    """Note that a document was seen unchanged."""
    conn.execute("update documents set last_seen_at = max(last_seen_at, ?) where id = ?", (seen_at, document_id))


def is_blocked(conn: sqlite3.Connection, document_id: str) -> bool:
    """Whether the ledger says that this document is blocked now."""
    row = conn.execute("select 1 from blocks where document_id = ? and unblocked_at is null", (document_id,)).fetchone()
    return row is not None


def number_of(conn: sqlite3.Connection, document_id: str) -> int:
    """The document's number, given once and kept for good (also through a rebuild)."""
    row = conn.execute("select docno from document_numbers where document_id = ?", (document_id,)).fetchone()
    if row is not None:
        return int(row[0])
    docno = int(conn.execute("select coalesce(max(docno), 0) + 1 from document_numbers").fetchone()[0])
    conn.execute("insert into document_numbers (document_id, docno) values (?, ?)", (document_id, docno))
    return docno


def add_event(
    conn: sqlite3.Connection, document_id: str, kind: str, *, at: str, run_id: int | None, detail: str | None = None
) -> None:
    """Record what happened to a document, for its history and the feeds; nothing of blocked ones."""
    if is_blocked(conn, document_id):
        return
    conn.execute(
        "insert into events (id, document_id, at, kind, version, detail, run_id)"
        " select coalesce((select max(id) from events where document_id = d.id), docno << ?) + 1,"
        " d.id, ?, ?, version, ?, ? from documents d where id = ?",
        (KEY_BITS, at, kind, detail, run_id, document_id),
    )


def _insert(conn: sqlite3.Connection, publication: Publication) -> None:
    row = _columns(publication) | {
        "docno": number_of(conn, publication.id),
        "first_seen_at": publication.seen_at,
        "last_seen_at": publication.seen_at,
        "last_changed_at": publication.seen_at,
        "version": 1,
    }
    _write(conn, "documents", [row])
    _write_version(conn, publication, version=1)
    _replace_children(conn, publication)


def _update(conn: sqlite3.Connection, publication: Publication, known: sqlite3.Row) -> Outcome:
    changed = publication.content_sha256 != known["content_sha256"]
    row = _columns(publication) | {"last_seen_at": max(publication.seen_at, known["last_seen_at"])}
    if changed:
        row |= {"version": known["version"] + 1, "last_changed_at": publication.seen_at}
    unindex_document(conn, publication.id)
    settings = ", ".join(f"{name} = :{name}" for name in row if name != "id")
    conn.execute(f"update documents set {settings} where id = :id", row)
    if changed:
        _write_version(conn, publication, version=known["version"] + 1, not_before=known["last_seen_at"])
    elif publication.pages and not known["text"]:
        _fill_version(conn, publication, version=known["version"])
    _replace_children(conn, publication)
    return "changed" if changed else "unchanged"


def _fill_version(conn: sqlite3.Connection, publication: Publication, *, version: int) -> None:
    """Give a version its text back that had been left without one; it was seen when it was seen."""
    key = (publication.id, version)
    query = "select seen_at, not_before from versions where document_id = ? and version = ?"
    seen_at, not_before = conn.execute(query, key).fetchone() or (publication.seen_at, None)
    conn.execute("delete from version_pages where document_id = ? and version = ?", key)
    conn.execute("delete from versions where document_id = ? and version = ?", key)
    _write_version(conn, replace(publication, seen_at=seen_at), version=version, not_before=not_before)


def _columns(publication: Publication) -> dict[str, object]:
    """The columns of ``documents`` that come from the reading: every field of one value has one of its name."""
    row = {name: value for name, value in vars(publication).items() if not isinstance(value, tuple)}
    for name in ("snapshot_id", "seen_at"):
        del row[name]
    dated = publication.published_on or publication.issued_on
    return row | {"text": publication.text, "year": int(dated[:4]) if dated else None}


def _write_version(
    conn: sqlite3.Connection, publication: Publication, *, version: int, not_before: str | None = None
) -> None:
    targets = sorted({(link.kind, link.url) for link in publication.links if link.kind == "link"})
    names = (
        "seen_at",
        "content_sha256",
        "title",
        "kicker",
        "number",
        "teaser",
        "text",
        "published_on",
        "issued_on",
        "snapshot_id",
    )
    key: dict[str, object] = {"document_id": publication.id, "version": version}
    row = {name: getattr(publication, name) for name in names} | {
        "not_before": not_before,
        "attachments": json.dumps([vars(item) for item in publication.attachments], ensure_ascii=False),
        "links": json.dumps([url for _, url in targets], ensure_ascii=False),
    }
    _write(conn, "versions", [key | row])
    pages = [key | {"page": page.page, "text": page.text, "method": page.method} for page in publication.pages]
    _write(conn, "version_pages", pages)


def _replace_children(conn: sqlite3.Connection, publication: Publication) -> None:
    clear_children(conn, publication.id)
    key: dict[str, object] = {"document_id": publication.id}
    docno = number_of(conn, publication.id)
    pages = [
        key
        | {
            "id": docno << PAGE_BITS | page.page,
            "page": page.page,
            "text": page.text,
            "method": page.method,
            "contact": json.dumps(page.contact) if page.contact else None,
            "crossing": page.crossing,
        }
        for page in publication.pages
    ]
    _write(conn, "pages", pages)
    _write(conn, "document_topics", [key | vars(item) for item in publication.topics])
    for table in ("dates", "citations", "mendings", "sections", "links"):
        items = zip(keys_of(docno), getattr(publication, table), strict=False)
        _write(conn, table, [{"id": number} | key | _row(item) for number, item in items])
    index_document(conn, publication.id)


def _row(item: Any) -> dict[str, object]:
    return {name: int(value) if isinstance(value, bool) else value for name, value in vars(item).items()}


def clear_children(conn: sqlite3.Connection, document_id: str) -> None:
    """Take away what was read from the newest version (versions and links to it stay)."""
    for table in CHILD_TABLES:
        conn.execute(f"delete from {table} where document_id = ?", (document_id,))
    conn.execute("delete from links where document_id = ?", (document_id,))


def _keep_tombstone(conn: sqlite3.Connection, publication: Publication, known: sqlite3.Row | None) -> None:
    """A blocked document is only seen: times, digest and version number go on, nothing else.

    What else prints its title is read in the same rebuild, before it or after it.
    """
    remember_title(conn, publication)
    if known is None:
        blocked_at = conn.execute(
            "select min(blocked_at) from blocks where document_id = ? and unblocked_at is null", (publication.id,)
        ).fetchone()[0]
        _write(conn, "documents", [_tombstone(conn, publication, blocked_at)])
        erase(conn, [publication.id], titles=[publication.title])
        return
    touch(conn, publication.id, seen_at=publication.seen_at)
    if publication.content_sha256 != known["content_sha256"]:
        conn.execute(
            "update documents set content_sha256 = ?, version = version + 1, last_changed_at = ? where id = ?",
            (publication.content_sha256, publication.seen_at, publication.id),
        )


def _tombstone(conn: sqlite3.Connection, publication: Publication, blocked_at: str) -> dict[str, object]:
    """The row that stays of a blocked document: identity and digest, no content."""
    return {
        "id": publication.id,
        "docno": number_of(conn, publication.id),
        "source": publication.source,
        "doc_type": publication.doc_type,
        "title": "",
        "url": publication.url,
        "first_seen_at": publication.seen_at,
        "last_seen_at": publication.seen_at,
        "last_changed_at": publication.seen_at,
        "blocked_at": blocked_at,
        "content_sha256": publication.content_sha256,
    }


_NAME = re.compile(r"[a-z_0-9]+\Z")


def _write(conn: sqlite3.Connection, table: str, rows: Iterable[dict[str, object]]) -> None:
    rows = list(rows)
    if not rows:
        return
    names = list(rows[0])
    if not all(_NAME.match(name) for name in names):
        raise ValueError(f"unexpected column names: {names}")
    columns, marks = ", ".join(names), ", ".join(f":{name}" for name in names)
    conn.executemany(f"insert into {table} ({columns}) values ({marks})", rows)
