"""Writes the rows of a table as CSV, JSON Lines and Parquet."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]
BATCH = 2000

HIDDEN = {"snapshots": ("warc_file", "warc_offset")}
"""Columns that mean something on the operator's machine only."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: ``kind`` is ``INTEGER``, ``REAL`` or ``TEXT``; ``leads_to`` the table and column it refers to."""

    name: str
    kind: str
    required: bool = False
    leads_to: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class ExportedTable:
    """One table as exported. ``content_hash`` is the same for every format, see :func:`content_line`."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: int
    content_hash: str
    files: tuple[Path, ...]


def export_table(conn: sqlite3.Connection, table: str, target: Path) -> ExportedTable:
    """Write one table into the folder ``target`` in every format that this machine can write."""
    columns, key = columns_of(conn, table), key_of(conn, table)
    names = [column.name for column in columns]
    plain, lines, packed = (target / f"{table}.{kind}" for kind in ("csv", "jsonl", "parquet"))
    count, digest = 0, hashlib.sha256()
    with plain.open("w", encoding="utf-8", newline="") as csv_file, lines.open("w", encoding="utf-8") as json_file:
        writer = csv.writer(csv_file)
        writer.writerow(names)
        for row in rows_of(conn, table, names, key):
            writer.writerow(row)
            json_file.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")
            digest.update(content_line(row))
            count += 1
    files = [plain, lines]
    if write_parquet(rows_of(conn, table, names, key), columns, packed):
        files.append(packed)
    return ExportedTable(
        name=table,
        columns=columns,
        key=key,
        rows=count,
        content_hash=f"sha256:{digest.hexdigest()}",
        files=tuple(files),
    )


def content_line(row: Sequence[Any]) -> bytes:
    """What the content hash is taken over, row by row: a JSON list of texts, NULL as the empty text.

    >>> content_line(("dsmv-7", None, 3, 5.5))
    b'["dsmv-7", "", "3", "5.5"]\\n'
    """
    texts = ["" if value is None else str(value) for value in row]
    return json.dumps(texts, ensure_ascii=False).encode() + b"\n"


def columns_of(conn: sqlite3.Connection, table: str) -> tuple[Column, ...]:
    """The columns to export, in order."""
    leads = {
        row[0]: (row[1], row[2])
        for row in conn.execute(f'select "from", "table", "to" from pragma_foreign_key_list(\'{table}\') where seq = 0')
    }
    return tuple(
        Column(name=row[1], kind=row[2].upper(), required=bool(row[3] or row[5]), leads_to=leads.get(row[1]))
        for row in conn.execute(f"pragma table_info({table})")
        if row[1] not in HIDDEN.get(table, ())
    )


def key_of(conn: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """The primary key's columns, in its order; empty where there is none."""
    keyed = [(row[5], row[1]) for row in conn.execute(f"pragma table_info({table})") if row[5]]
    return tuple(name for _, name in sorted(keyed))


def rows_of(conn: sqlite3.Connection, table: str, names: Sequence[str], key: Sequence[str]) -> Iterator[Row]:
    """All rows in the order of the key, or of all columns where there is none."""
    chosen, order = ", ".join(names), ", ".join(key or names)
    yield from (tuple(row) for row in conn.execute(f"select {chosen} from {table} order by {order}"))


def write_parquet(rows: Iterator[Row], columns: Sequence[Column], path: Path) -> bool:
    """Write a Parquet file; False without pyarrow (then a file of an earlier export is taken away)."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        path.unlink(missing_ok=True)
        return False
    kinds = {"INTEGER": pyarrow.int64(), "REAL": pyarrow.float64()}
    schema = pyarrow.schema([(column.name, kinds.get(column.kind, pyarrow.string())) for column in columns])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        while batch := list(islice(rows, BATCH)):
            arrays = [
                pyarrow.array(values, kind) for values, kind in zip(zip(*batch, strict=True), schema.types, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
    return True


LICENCE_NOTE = "Die Texte gehören ihren Urhebern; möglicherweise amtliche Werke (§ 5 UrhG)."
TYPES = {"INTEGER": "integer", "REAL": "number", "TEXT": "string"}
"""SQLite type → Table Schema type."""

MEDIA = {"csv": "text/csv", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where exported documents come from: its name, its start page, and the terms of its documents."""

    title: str
    path: str
    terms: str


def data_package(
    tables: Sequence[ExportedTable], database: Path, *, sites: Sequence[Site], made_at: str, blocks: str
) -> dict[str, Any]:
    """The descriptor ``datapackage.json``.

    ``blocks`` says which blocks the export knows of (``archive.export.state_of_blocks``). ``contentHash`` of a
    resource is the same for all formats of a table (``archive.export.tables.content_line``).
    """
    exported = {table.name for table in tables}
    resources = [_resource(table, path, exported) for table in tables for path in table.files]
    resources.append(
        {"name": "archive", "path": database.name, "format": "sqlite", "mediatype": "application/vnd.sqlite3"}
        | _digest_of(database)
    )
    return {
        "name": "aktenkundig",
        "id": f"aktenkundig-{made_at}",
        "title": "Aktenkundig: Veröffentlichungen deutscher Datenschutzbehörden",
        "description": "Dokumente mit Seiten, Fassungen, Datumsangaben, Themen, Rechtsvorschriften und Verweisen.",
        "profile": "data-package",
        "created": made_at,
        "blocks": blocks,
        "licenses": [{"name": "other-open", "title": " ".join((LICENCE_NOTE, *(f"{one.terms}." for one in sites)))}],
        "sources": [{"title": one.title, "path": one.path} for one in sites],
        "resources": resources,
    }


def _resource(table: ExportedTable, path: Path, exported: set[str]) -> dict[str, Any]:
    kind = path.suffix[1:]
    resource = {
        "name": f"{table.name}-{kind}".replace("_", "-"),
        "path": path.name,
        "format": kind,
        "mediatype": MEDIA[kind],
        "rowCount": table.rows,
        "contentHash": table.content_hash,
    }
    if kind != "csv":  # frictionless reads these with extras only; as plain files it checks size and digest
        resource["type"] = "file"
    else:
        resource |= {"profile": "tabular-data-resource", "encoding": "utf-8", "schema": _schema(table, exported)}
    return resource | _digest_of(path)


def _schema(table: ExportedTable, exported: set[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    leads = [(column.name, column.leads_to) for column in table.columns if column.leads_to]
    keys = [_foreign_key(name, *target) for name, target in leads if target[0] in exported]
    return schema | ({"foreignKeys": keys} if keys else {})


def _field(column: Column) -> dict[str, Any]:
    """A field; texts that may be empty are not ``required``, for CSV knows no difference from NULL."""
    field: dict[str, Any] = {"name": column.name, "type": TYPES.get(column.kind, "string")}
    needed = column.required and column.kind != "TEXT"
    return field | ({"constraints": {"required": True}} if needed else {})


def _foreign_key(name: str, table: str, column: str) -> dict[str, Any]:
    resource = f"{table}-csv".replace("_", "-")
    return {"fields": [name], "reference": {"resource": resource, "fields": [column]}}


def _digest_of(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return {"bytes": path.stat().st_size, "hash": f"sha256:{digest.hexdigest()}"}
