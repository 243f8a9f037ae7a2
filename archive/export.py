"""Exports the archive: the database for others, every table as CSV, JSON Lines and Parquet, a data package."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from archive.data_package import data_package
from archive.errors import ArchiveError
from archive.export_formats import ExportedTable, export_table
from archive.public_copy import make_public_copy

TABLES = (
    "documents", "dates", "pages", "versions", "version_pages", "topics", "document_topics", "citations", "links",
    "mendings", "events", "runs", "listings", "snapshots",
)  # fmt: skip
"""What is exported as files; the search index and internal tables are in the database only."""

DATABASE, PACKAGE = "archive.db", "datapackage.json"


class ExportError(ArchiveError):
    """An export cannot be written where it should go."""


def export(
    conn: sqlite3.Connection,
    data: Path,
    target: Path,
    *,
    made_at: str,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[ExportedTable]:
    """Write everything into the folder ``target``; what was written.

    All files are made from one copy of the database, so they agree whatever is written meanwhile.
    ``datapackage.json`` comes last: where it is there, the export is whole. ``data`` is the archive's
    own folder, into which nothing is exported. Parquet is written when pyarrow is installed (extra
    ``parquet``). Raises ExportError, OSError.
    """
    _make_ready(target, data)
    database = target / DATABASE
    make_public_copy(conn, database)
    progress(1, len(TABLES) + 1)
    tables = []
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as copy:
        for done, name in enumerate(TABLES, start=2):
            tables.append(export_table(copy, name, target))
            progress(done, len(TABLES) + 1)
    package = data_package(tables, database, made_at=made_at)
    text = json.dumps(package, ensure_ascii=False, indent=2)
    (target / PACKAGE).write_text(text + "\n", encoding="utf-8")
    return tables


def _make_ready(target: Path, data: Path) -> None:
    if target.exists() and not target.is_dir():
        raise ExportError(f"{target} ist kein Ordner.")
    if target.resolve() == data.resolve():
        raise ExportError("Der Export kann nicht in den Ordner des Archivs selbst.")
    target.mkdir(parents=True, exist_ok=True)
    (target / PACKAGE).unlink(missing_ok=True)
