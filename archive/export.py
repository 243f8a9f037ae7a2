"""Exports the archive: every table as CSV, JSON Lines and Parquet, the database itself, and a data package."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.database import database_path
from archive.errors import ArchiveError

TABLES = (
    "documents", "dates", "pages", "versions", "version_pages", "topics", "document_topics", "citations", "links",
    "mendings", "events", "runs", "listings", "snapshots",
)  # fmt: skip
"""What is exported; the search index and internal tables are not."""

OF_DOCUMENTS = (
    "dates", "pages", "versions", "version_pages", "document_topics", "citations", "links", "mendings", "events",
)  # fmt: skip
WITHOUT_BLOCKED = {"documents": "id"} | dict.fromkeys(OF_DOCUMENTS, "document_id")
"""Tables with documents in them, and the column that names the document: blocked ones are left out."""

LICENCE_NOTE = (
    "Die Texte gehören ihren Urhebern (DSMV, DSK); möglicherweise amtliche Werke (§ 5 UrhG). "
    "Standard-Datenschutzmodell: Datenlizenz Deutschland – Namensnennung – 2.0."
)


class ExportError(ArchiveError):
    """An export cannot be written where it should go."""


@dataclass(frozen=True, kw_only=True)
class ExportedTable:
    """One table as exported: ``columns`` as (name, type), ``rows`` counted, files by format."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: int
    files: tuple[Path, ...]


def export(
    conn: sqlite3.Connection,
    data: Path,
    target: Path,
    *,
    made_at: str,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[ExportedTable]:
    """Write everything into the folder ``target``; what was written. Reads one consistent state.

    Parquet is written when pyarrow is installed (extra ``parquet``). Raises ExportError, OSError.
    """
    if target.exists() and not target.is_dir():
        raise ExportError(f"{target} ist kein Ordner.")
    target.mkdir(parents=True, exist_ok=True)
    conn.execute("begin")
    try:
        tables = []
        for done, name in enumerate(TABLES, start=1):
            tables.append(export_table(conn, name, target))
            progress(done, len(TABLES) + 1)
        copy_database(data, target / "archive.db")
    finally:
        conn.execute("rollback")
    package = data_package(tables, target / "archive.db", made_at=made_at)
    (target / "datapackage.json").write_text(
        json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    progress(len(TABLES) + 1, len(TABLES) + 1)
    return tables


def columns_of(conn: sqlite3.Connection, table: str) -> tuple[tuple[str, str], ...]:
    """The (name, SQLite type) of every column, in order."""
    return tuple((row[1], row[2]) for row in conn.execute(f"pragma table_info({table})"))


def rows_of(conn: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """The rows to export in a fixed order, blocked documents left out."""
    column = WITHOUT_BLOCKED.get(table)
    where = (
        f" where {column} not in (select id from documents where blocked_at is not null)" if column else ""
    )
    names = ", ".join(name for name, _ in columns_of(conn, table))
    yield from (tuple(row) for row in conn.execute(f"select {names} from {table}{where} order by {names}"))


def export_table(conn: sqlite3.Connection, table: str, target: Path) -> ExportedTable:
    """Write one table in every format."""
    columns = columns_of(conn, table)
    names = [name for name, _ in columns]
    paths = [target / f"{table}.csv", target / f"{table}.jsonl"]
    count = 0
    with (
        paths[0].open("w", encoding="utf-8", newline="") as plain,
        paths[1].open("w", encoding="utf-8") as lines,
    ):
        writer = csv.writer(plain)
        writer.writerow(names)
        for row in rows_of(conn, table):
            writer.writerow(row)
            lines.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")
            count += 1
    parquet = _write_parquet(conn, table, columns, target / f"{table}.parquet")
    return ExportedTable(
        name=table, columns=columns, rows=count, files=(*paths, *([parquet] if parquet else []))
    )


def _write_parquet(
    conn: sqlite3.Connection, table: str, columns: tuple[tuple[str, str], ...], path: Path
) -> Path | None:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        return None
    kinds = {"INTEGER": pyarrow.int64(), "REAL": pyarrow.float64()}
    schema = pyarrow.schema([(name, kinds.get(kind.upper(), pyarrow.string())) for name, kind in columns])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for batch in _batches(rows_of(conn, table)):
            arrays = [
                pyarrow.array(column, kind)
                for column, kind in zip(zip(*batch, strict=True), schema.types, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
    return path


def _batches(rows: Iterator[tuple[Any, ...]], size: int = 2000) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def copy_database(data: Path, target: Path) -> None:
    """A consistent copy of ``archive.db`` for others: without blocked documents, vault places and problems."""
    target.unlink(missing_ok=True)
    source = sqlite3.connect(f"file:{database_path(data)}?mode=ro", uri=True)
    copy = sqlite3.connect(target, isolation_level=None)
    try:
        source.backup(copy)
        copy.execute("pragma foreign_keys = off")
        copy.execute("pragma journal_mode = delete")
        copy.execute("begin")
        for table, column in sorted(WITHOUT_BLOCKED.items(), reverse=True):
            if table != "documents":
                copy.execute(
                    f"delete from {table} where {column} in (select id from documents where blocked_at is not null)"
                )
        copy.execute("delete from documents where blocked_at is not null")
        copy.execute("commit")
        copy.execute("vacuum")
    finally:
        copy.close()
        source.close()


TYPES = {"INTEGER": "integer", "REAL": "number", "TEXT": "string"}
"""SQLite type → Table Schema type (Frictionless Data Package 1.0)."""


def data_package(tables: list[ExportedTable], database: Path, *, made_at: str) -> dict[str, Any]:
    """The descriptor ``datapackage.json``: every file with its schema, size and SHA-256."""
    resources = [_resource(table, path) for table in tables for path in table.files]
    resources.append(
        {"name": "archive", "path": database.name, "format": "sqlite", "mediatype": "application/vnd.sqlite3"}
        | _digest_of(database)
    )
    return {
        "name": "aktenkundig",
        "title": "Aktenkundig: Veröffentlichungen deutscher Datenschutzbehörden",
        "profile": "data-package",
        "created": made_at,
        "licenses": [{"name": "other-open", "title": LICENCE_NOTE}],
        "sources": [
            {"title": "DSMV", "path": "https://www.datenschutz-mv.de"},
            {"title": "DSK", "path": "https://www.datenschutzkonferenz-online.de"},
        ],
        "resources": resources,
    }


def _resource(table: ExportedTable, path: Path) -> dict[str, Any]:
    kind = path.suffix[1:]
    common = {
        "name": f"{table.name}-{kind}".replace("_", "-"),
        "path": path.name,
        "format": kind,
        "rows": table.rows,
    }
    if kind != "csv":
        media = {"jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}[kind]
        return common | {"mediatype": media, "profile": "data-resource"} | _digest_of(path)
    fields = [{"name": name, "type": TYPES.get(sql.upper(), "string")} for name, sql in table.columns]
    schema = {"fields": fields, "missingValues": [""]}
    return (
        common
        | {"mediatype": "text/csv", "encoding": "utf-8", "profile": "tabular-data-resource", "schema": schema}
        | _digest_of(path)
    )


def _digest_of(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return {"bytes": path.stat().st_size, "hash": f"sha256:{digest.hexdigest()}"}
