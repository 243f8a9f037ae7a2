"""SQL functions for Datasette's SQL pages: the archive's German search after ``match``."""

from __future__ import annotations

import sqlite3

from archive.search.engine import plan_query
from archive.search.plan import match_expression


def search_expression(conn: sqlite3.Connection, query: str) -> str:
    """The FTS5 match expression of a query, for ``documents_fts`` and ``pages_fts`` alike."""
    return match_expression(plan_query(conn, query))


def register_functions(conn: sqlite3.Connection) -> None:
    """Make ``suchausdruck(q)`` known to SQL, and let Datasette's search box use it (``escape_fts``)."""

    def suchausdruck(query: object) -> str:
        return search_expression(conn, "" if query is None else str(query))

    conn.create_function("suchausdruck", 1, suchausdruck)
    conn.create_function("escape_fts", 1, suchausdruck)
