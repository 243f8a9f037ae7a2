"""Describes an export as a data package (Frictionless Data Package 1.0): files, schemas, sizes, digests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archive.export.tables import Column, ExportedTable

LICENCE_NOTE = (
    "Die Texte gehören ihren Urhebern (DSMV, DSK); möglicherweise amtliche Werke (§ 5 UrhG). "
    "Standard-Datenschutzmodell: Datenlizenz Deutschland – Namensnennung – 2.0."
)
TYPES = {"INTEGER": "integer", "REAL": "number", "TEXT": "string"}
"""SQLite type → Table Schema type."""

MEDIA = {"csv": "text/csv", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}


def data_package(
    tables: Sequence[ExportedTable], database: Path, *, made_at: str, blocks: str
) -> dict[str, Any]:
    """The descriptor ``datapackage.json``.

    ``blocks`` says which blocks the export knows of (``archive.export.folder.state_of_blocks``). ``contentHash`` of a
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
        "licenses": [{"name": "other-open", "title": LICENCE_NOTE}],
        "sources": [
            {"title": "DSMV", "path": "https://www.datenschutz-mv.de"},
            {"title": "DSK", "path": "https://www.datenschutzkonferenz-online.de"},
        ],
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
        resource |= {
            "profile": "tabular-data-resource",
            "encoding": "utf-8",
            "schema": _schema(table, exported),
        }
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
