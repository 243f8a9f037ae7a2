"""Looks after the search index as a whole: empties it, keeps it quick."""

from __future__ import annotations

import hashlib
import sqlite3

from archive.search.tables import COLUMNS_READ

INDEXES = ("documents_fts", "pages_fts")


def clear_index(conn: sqlite3.Connection) -> None:
    """Empty the index; the tables it covers may be emptied afterwards."""
    for table in INDEXES:
        conn.execute(f"insert into {table} ({table}) values ('delete-all')")
    conn.execute("delete from search_words")


def optimize_index(conn: sqlite3.Connection) -> None:
    """Merge the index's segments, so that searches read less (FTS5, section 6.8)."""
    for table in INDEXES:
        conn.execute(f"insert into {table} ({table}) values ('optimize')")


def settle_state(conn: sqlite3.Connection) -> None:
    """Make ``search_state.token`` a digest of what the search keeps in memory, once the archive comes to rest.

    While rows change, triggers make it a random number. Settled, archives of the same content have the same
    token, whichever way they got it: a rebuilt archive equals the one before, a copy another copy.
    """
    digest = hashlib.sha256()
    columns = ", ".join(COLUMNS_READ)
    for row in conn.execute(f"select {columns} from documents order by docno"):
        digest.update(repr(tuple(row)).encode())
    for row in conn.execute("select document_id, topic_id from document_topics order by 1, 2"):
        digest.update(repr(tuple(row)).encode())
    token = int.from_bytes(digest.digest()[:8], "big", signed=True)
    conn.execute("update search_state set token = ?1 where token <> ?1", (token,))
