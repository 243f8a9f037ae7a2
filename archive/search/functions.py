"""SQL functions for Datasette's SQL pages: the archive's German search after ``match``, and its hits as rows."""

from __future__ import annotations

import json
import sqlite3

from archive.search.engine import answer, plan_query, search
from archive.search.plan import NOTHING, any_expression, match_expression

MOST_HITS = 100
"""Hits that ``suche`` gives at most."""


def search_expression(conn: sqlite3.Connection, query: str) -> str:
    """The FTS5 match expression of a query, for ``documents_fts`` and ``pages_fts`` alike.

    Where no document has all the words, it is that of the query without its slips, else that of any of the words.
    Provisions and dates are answered by rows, which no expression can say: see `search_rows`.
    """
    plan = plan_query(conn, query)
    expression = match_expression(plan)
    if plan.is_open or plan.without:
        return expression
    found = answer(conn, query)
    if found.full or not found.docnos:
        return expression
    if found.mended:
        return match_expression(found.mended_plan)
    return any_expression(one.node for one in found.mended_plan.wanted) or NOTHING


def search_rows(conn: sqlite3.Connection, query: str) -> str:
    """The hits of a query as a JSON array of objects, best first, for ``json_each``."""
    result = search(conn, query, limit=MOST_HITS)
    rows = [
        {
            "rank": number,
            "id": hit.id,
            "title": hit.title,
            "page": hit.page,
            "score": hit.score,
            "missing": list(hit.missing),
            "corrected": list(hit.corrected),
            "snippet": hit.snippet_text,
        }
        for number, hit in enumerate(result.hits, start=1)
    ]
    return json.dumps(rows, ensure_ascii=False)


def register_functions(conn: sqlite3.Connection) -> None:
    """Make ``suchausdruck(q)`` and ``suche(q)`` known to SQL, and let Datasette's search box use it (``escape_fts``).

    Python's SQLite makes no table-valued functions; ``json_each(suche(q))`` is the nearest thing.
    """

    def suchausdruck(query: object) -> str:
        return search_expression(conn, "" if query is None else str(query))

    def suche(query: object) -> str:
        return search_rows(conn, "" if query is None else str(query))

    conn.create_function("suchausdruck", 1, suchausdruck)
    conn.create_function("escape_fts", 1, suchausdruck)
    conn.create_function("suche", 1, suche)
