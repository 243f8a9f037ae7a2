"""Makes the files for download when they are first asked for, and again when the archive has changed."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

from archive.database import open_reading
from archive.export import TABLES, export
from archive.timestamps import utc_text
from portal import clock

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


def state_of(conn: sqlite3.Connection) -> str:
    """A word that changes whenever the export would: after runs, rebuilds, blocks and their end."""
    sql = (
        "select (select count(*) || '.' || coalesce(max(finished_at), '') from runs),"
        " (select count(*) || '.' || coalesce(max(at), '') from events),"
        " (select count(*) || '.' || count(unblocked_at) from blocks),"
        " (select count(*) || '.' || coalesce(max(last_seen_at), '') from documents)"
    )
    return "/".join(conn.execute(sql).fetchone())


@dataclass(kw_only=True)
class Workshop:
    """Holds the exported files of one archive; one export at a time."""

    data_dir: Path
    folder: Path | None = None
    state: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def file(self, name: str, state: str) -> Path:
        """The path of a file made from this state of the archive or a later one."""
        async with self.lock:
            if self.folder is None or self.state != state:
                fresh = await asyncio.to_thread(_made, self.data_dir)
                if self.folder is not None:
                    shutil.rmtree(self.folder, ignore_errors=True)
                self.folder, self.state = fresh, state
            return self.folder / name

    def clear(self) -> None:
        """Throw the files away."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder, self.state = None, ""


def _made(data_dir: Path) -> Path:
    folder = Path(mkdtemp(prefix="aktenkundig-"))
    conn = open_reading(data_dir)
    try:
        export(conn, data_dir, folder, made_at=utc_text(clock.now()))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        conn.close()
    return folder


@cache
def workshop(data_dir: Path) -> Workshop:
    """The workshop of an archive."""
    return Workshop(data_dir=data_dir)
