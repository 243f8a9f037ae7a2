"""Writes the rows of a table as CSV, JSON Lines and Parquet, and the data package that describes the files."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.dictionary import described

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


OVERVIEW = "documents_overview"
CELL = 32_000
"""A cell of a spreadsheet holds 32,767 characters at most."""


def write_overview(conn: sqlite3.Connection, target: Path) -> ExportedTable:
    """``documents_overview.csv`` for spreadsheets: ``v_documents`` with a BOM, semicolons, and short inert cells."""
    path, count, digest = target / f"{OVERVIEW}.csv", 0, hashlib.sha256()
    rows = conn.execute("select * from v_documents order by id")
    columns = tuple(Column(name=one[0], kind="TEXT") for one in rows.description)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([column.name for column in columns])
        for row in rows:
            cells = [inert_cell(value) if isinstance(value, str) else value for value in tuple(row)]
            writer.writerow(cells)
            digest.update(content_line(cells))
            count += 1
    content = f"sha256:{digest.hexdigest()}"
    return ExportedTable(name=OVERVIEW, columns=columns, key=("id",), rows=count, content_hash=content, files=(path,))


def inert_cell(text: str) -> str:
    """A text on one line, not too long for a cell, that no spreadsheet takes for a formula.

    >>> inert_cell("=SUMME(A1)"), inert_cell("zwei\\nZeilen")
    ("'=SUMME(A1)", 'zwei Zeilen')
    """
    line = " ".join(text.split())
    line = line if len(line) <= CELL else line[: CELL - 1] + "…"
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line


LICENCE_NOTE = "Die Texte gehören ihren Urhebern; möglicherweise amtliche Werke (§ 5 UrhG)."
TYPES = {"INTEGER": "integer", "REAL": "number", "TEXT": "string"}
"""SQLite type → Table Schema type."""

MEDIA = {
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "db": "application/vnd.sqlite3",
    "md": "text/markdown",
    "cff": "application/yaml",
}


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where exported documents come from, and under which terms: ``sources`` and ``licenses`` of the package."""

    sources: list[dict[str, str]]
    licences: list[dict[str, str]]


def origin_of(conn: sqlite3.Connection) -> Origin:
    """The described sites and their terms. What no licence is known for is ``notspecified``; a licence is named by
    the end of its address (``dl-de/by-2-0``), with the types of documents that it holds for."""
    sites = conn.execute("select label, label_long, home, licence from sources order by name").fetchall()
    note = " ".join((LICENCE_NOTE, *(f"{label}: {licence}." for label, _, _, licence in sites)))
    single = conn.execute(
        "select l.url, l.licence, group_concat(distinct coalesce(t.plural, l.doc_type))"
        " from source_licences l left join doc_types t on t.id = l.doc_type where l.url is not null"
        " group by l.url, l.licence order by 1, 2"
    )
    licences = [{"name": "notspecified", "title": note}]
    licences += [
        {"name": urlsplit(url).path.strip("/"), "path": url, "title": f"{licence}: {types}"}
        for url, licence, types in single
    ]
    return Origin(
        sources=[{"title": f"{label}: {long}", "path": home} for label, long, home, _ in sites], licences=licences
    )


def data_package(
    tables: Sequence[ExportedTable], others: Sequence[Path], *, origin: Origin, made_at: str, blocks: str
) -> dict[str, Any]:
    """The descriptor ``datapackage.json``; ``others`` are the files beside the tables.

    ``blocks`` says which blocks the export knows of (``archive.export.state_of_blocks``). ``contentHash`` of a
    resource is the same for all formats of a table (``archive.export.tables.content_line``).
    """
    exported = {table.name for table in tables}
    resources = [_resource(table, path, exported) for table in tables for path in table.files]
    resources += [_plain(path) for path in others]
    return {
        "name": "aktenkundig",
        "id": f"aktenkundig-{made_at}",
        "title": TITLE,
        "description": "Dokumente mit Seiten, Fassungen, Datumsangaben, Themen, Rechtsvorschriften und Verweisen.",
        "profile": "data-package",
        "version": version_of(made_at),
        "created": made_at,
        "blocks": blocks,
        "licenses": origin.licences,
        "sources": origin.sources,
        "resources": resources,
    }


TITLE = "Aktenkundig: Veröffentlichungen deutscher Datenschutzbehörden"


def version_of(made_at: str) -> str:
    """The version of the data set: the day on which it was exported.

    >>> version_of("2026-03-01T05:00:00Z")
    '2026.3.1'
    """
    return ".".join(str(int(part)) for part in made_at[:10].split("-"))


def citation_file(made_at: str) -> str:
    """``CITATION.cff`` of the data set."""
    return (
        "cff-version: 1.2.0\n"
        'message: "Bitte die archivierte Quelle und diesen Datenbestand nennen."\n'
        f'type: dataset\ntitle: "{TITLE}"\n'
        'authors:\n  - name: "Aktenkundig maintainers"\n'
        f"version: {version_of(made_at)}\ndate-released: {made_at[:10]}\n"
    )


def _plain(path: Path) -> dict[str, Any]:
    """A file that is no table; ``type`` keeps Frictionless from reading it as one."""
    name = "archive" if path.suffix == ".db" else path.name.lower().replace(".", "-")
    kind = "sqlite" if path.suffix == ".db" else path.suffix[1:]
    plain = {"name": name, "path": path.name, "format": kind, "mediatype": MEDIA[path.suffix[1:]]}
    return plain | ({} if kind == "sqlite" else {"type": "file"}) | _digest_of(path)


def _resource(table: ExportedTable, path: Path, exported: set[str]) -> dict[str, Any]:
    kind = path.suffix[1:]
    told = described().get("v_documents" if table.name == OVERVIEW else table.name, {})
    resource = {
        "name": f"{table.name}-{kind}".replace("_", "-"),
        "title": told.get("title", table.name),
        "description": told.get("description", ""),
        "path": path.name,
        "format": kind,
        "mediatype": MEDIA[kind],
        "rowCount": table.rows,
        "contentHash": table.content_hash,
    }
    if table.name == OVERVIEW:
        resource |= {"dialect": {"delimiter": ";"}}
    if kind != "csv":  # frictionless reads these with extras only; as plain files it checks size and digest
        resource["type"] = "file"
    else:
        coding = "utf-8-sig" if table.name == OVERVIEW else "utf-8"
        schema = _schema(table, exported, told.get("columns", {}))
        resource |= {"profile": "tabular-data-resource", "encoding": coding, "schema": schema}
    return resource | _digest_of(path)


def _schema(table: ExportedTable, exported: set[str], texts: Mapping[str, str]) -> dict[str, Any]:
    fields = [_field(column, texts.get(column.name, "")) for column in table.columns]
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    leads = [(column.name, column.leads_to) for column in table.columns if column.leads_to]
    keys = [_foreign_key(name, *target) for name, target in leads if target[0] in exported]
    return schema | ({"foreignKeys": keys} if keys else {})


def _field(column: Column, text: str) -> dict[str, Any]:
    """A field; texts that may be empty are not ``required``, for CSV knows no difference from NULL."""
    title = re.split("[,;:(]", text)[0].strip()
    field: dict[str, Any] = {"name": column.name, "type": TYPES.get(column.kind, "string")}
    field |= {"title": title or column.name, "description": text}
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
