"""Limits of the connections with which the portal reads the archive for its own pages."""

from __future__ import annotations

import sqlite3

VALUE_BYTES = 32_000_000
"""A value: the text of the longest report fits in several times."""

HEAP_BYTES = 120_000_000
"""SQLite's memory in the whole process."""


def limit_connection(connection: sqlite3.Connection) -> None:
    """Set the limits on values, attached files and SQLite's own memory."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.execute(f"pragma hard_heap_limit = {HEAP_BYTES}")
    connection.row_factory = sqlite3.Row
