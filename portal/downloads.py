"""The files for download: what is on offer; they are made at the end of a run (``archive.export``)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from archive.export import TABLES

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "db": "application/vnd.sqlite3",
    "json": "application/json; charset=utf-8",
}


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file that can be downloaded."""

    name: str
    description: str
    table: str | None = None

    @property
    def content_type(self) -> str:
        """The media type of the file."""
        return CONTENT_TYPES[self.name.rpartition(".")[2]]


@cache
def downloads() -> dict[str, Download]:
    """The files on offer by name; Parquet where pyarrow is installed."""
    formats = ["csv", "jsonl", *(["parquet"] if find_spec("pyarrow") else [])]
    offered = [
        Download(name="archive.db", description="die ganze Datenbank als SQLite-Datei, mit Volltextsuche"),
        Download(
            name="datapackage.json", description="Beschreibung aller Dateien mit Schema, Größe und Prüfsumme"
        ),
    ]
    for table in TABLES:
        offered += [
            Download(name=f"{table}.{kind}", description=f"Tabelle {table}", table=table) for kind in formats
        ]
    return {download.name: download for download in offered}
