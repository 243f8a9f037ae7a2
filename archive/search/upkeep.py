"""Looks after the search index as a whole: empties it, keeps it quick."""

from __future__ import annotations

import sqlite3

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


def state_token(conn: sqlite3.Connection) -> int:
    """What ``search_state`` holds now."""
    return int(conn.execute("select token from search_state").fetchone()[0])


def set_state_token(conn: sqlite3.Connection, token: int) -> None:
    """Put a token back: a copy made of the same archive by the same steps is the same, byte for byte."""
    conn.execute("update search_state set token = ?", (token,))
