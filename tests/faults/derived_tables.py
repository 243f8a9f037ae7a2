"""What an archive says in the end, freed from when and in which run it learned it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archive.database import connect, database_path
from archive.schema import DERIVED

Row = dict[str, object]

WHEN = frozenset({"first_seen_at", "last_seen_at", "last_changed_at", "seen_at", "at"})
"""Columns that say when something was seen."""

WHICH = frozenset({"run_id", "snapshot_id", "docno", "id_of_page"})
"""Columns that name a row of the ledger, or count in the order of arrival."""


def derived(data: Path) -> dict[str, dict[str, Row]]:
    """Every derived table by row key; moments, runs and snapshots left out, the index as its words per document."""
    with closing(connect(database_path(data))) as conn:
        tables = {table: _table(conn, table) for table in DERIVED if table != "absences"}
        return tables | {"index": _index(conn)}


def _table(conn: sqlite3.Connection, table: str) -> dict[str, Row]:
    rows = [_row(table, row) for row in conn.execute(f"select * from {table}")]
    return (
        {f"{key}": row for key, row in sorted((repr(sorted(row.items())), row) for row in rows)}
        if table not in ("documents",)
        else {str(row["id"]): row for row in sorted(rows, key=lambda one: str(one["id"]))}
    )


def _row(table: str, row: sqlite3.Row) -> Row:
    left_out = WHEN | WHICH | (set() if table == "documents" else {"id"})  # keys of the rest count with ``docno``
    return {name: row[name] for name in row.keys() if name not in left_out}  # noqa: SIM118


def _index(conn: sqlite3.Connection) -> dict[str, Row]:
    """How many documents and pages the index holds; each must be there once."""
    counts = {name: conn.execute(f"select count(*) from {name}_fts").fetchone()[0] for name in ("documents", "pages")}
    return {"counts": counts}


def integrity(data: Path) -> list[str]:
    """What ``PRAGMA integrity_check`` says."""
    with closing(connect(database_path(data))) as conn:
        return [row[0] for row in conn.execute("pragma integrity_check")]
