"""Takedown: a document's content leaves the database; a tombstone with digest and reason stays."""

from __future__ import annotations

import sqlite3

from archive.database import transaction
from archive.errors import UnknownDocument
from archive.search.indexing import settle_state, unindex_document
from archive.store import clear_children, is_blocked

EMPTIED = (
    "issuer", "kicker", "number", "teaser", "language", "published_on", "issued_on", "year", "page_count",
    "parent_id", "section", "listed", "attachment_titles",
)  # fmt: skip
"""Columns of ``documents`` that a tombstone does not keep."""


def block(conn: sqlite3.Connection, document_id: str, *, reason: str, at: str) -> None:
    """Take the document out of every table and the index. Raises UnknownDocument.

    Blocking a blocked document again only adds the new reason.
    """
    row = conn.execute("select content_sha256 from documents where id = ?", (document_id,)).fetchone()
    if row is None:
        raise UnknownDocument(f"Das Dokument »{document_id}« ist nicht im Archiv.")
    with transaction(conn):
        conn.execute(
            "insert into blocks (document_id, content_sha256, reason, blocked_at) values (?, ?, ?, ?)",
            (document_id, row["content_sha256"], reason, at),
        )
        erase(conn, document_id, blocked_at=at)
        settle_state(conn)


def erase(conn: sqlite3.Connection, document_id: str, *, blocked_at: str) -> None:
    """Leave nothing of the content in any table; what stays is the tombstone."""
    unindex_document(conn, document_id)
    clear_children(conn, document_id)
    conn.execute("delete from version_pages where document_id = ?", (document_id,))
    conn.execute("delete from versions where document_id = ?", (document_id,))
    conn.execute("delete from events where document_id = ?", (document_id,))
    conn.execute("update links set target_id = null where target_id = ?", (document_id,))
    emptied = ", ".join(f"{name} = null" for name in EMPTIED)
    conn.execute(
        f"update documents set title = '', text = '', {emptied}, blocked_at = coalesce(blocked_at, ?) where id = ?",
        (blocked_at, document_id),
    )


def unblock(conn: sqlite3.Connection, document_id: str, *, at: str) -> None:
    """Lift the block in the ledger; the content comes back with the next rebuild. Raises UnknownDocument."""
    if not is_blocked(conn, document_id):
        raise UnknownDocument(f"Das Dokument »{document_id}« ist nicht gesperrt.")
    conn.execute(
        "update blocks set unblocked_at = ? where document_id = ? and unblocked_at is null", (at, document_id)
    )
