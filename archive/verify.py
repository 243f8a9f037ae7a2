"""Checks the whole archive: every digest against the WARC bytes, the database, and what should belong together."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from archive.content_coding import CodingError, digest_of
from archive.search.indexing import check_index
from archive.torn import end_of_last_whole_record
from archive.vault import FOLDER
from archive.vault_reading import UNREADABLE

DANGLING = {
    "Dokument ohne Fassung": """select id from documents d where blocked_at is null and not exists
        (select 1 from versions v where v.document_id = d.id and v.version = d.version)""",
    "Fassung ohne Dokument": "select document_id from versions where document_id not in (select id from documents)",
    "Seite ohne Dokument": "select document_id from pages where document_id not in (select id from documents)",
    "Fassung ohne Abruf": """select document_id from versions where snapshot_id is null
        or snapshot_id not in (select id from snapshots)""",
    "Verweis auf unbekanntes Dokument": """select document_id from links where target_id is not null
        and target_id not in (select id from documents)""",
    "Abruf ohne Lauf": "select url from snapshots where run_id not in (select id from runs)",
    "Gesperrtes Dokument mit Inhalt": """select id from documents where blocked_at is not null and (text <> ''
        or title <> '' or id in (select document_id from versions) or id in (select document_id from pages))""",
}
"""What must not exist: German name → query for the keys of what does."""


def verify(
    conn: sqlite3.Connection, data: Path, *, progress: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Everything that is off, one German sentence each; an empty list when all is well."""
    return [
        *_database_faults(conn),
        *_dangling_rows(conn),
        *check_index(conn),
        *_vault_faults(conn, data, progress),
    ]


def _database_faults(conn: sqlite3.Connection) -> Iterator[str]:
    for row in conn.execute("pragma integrity_check"):
        if row[0] != "ok":
            yield f"Datenbank: {row[0]}"
    for row in conn.execute("pragma foreign_key_check"):
        yield f"Datenbank: {row[0]}, Zeile {row[1]}, verweist auf Fehlendes in {row[2]}"


def _dangling_rows(conn: sqlite3.Connection) -> Iterator[str]:
    for name, query in DANGLING.items():
        for row in conn.execute(query):
            yield f"{name}: {row[0]}"


def _vault_faults(conn: sqlite3.Connection, data: Path, progress: Callable[[str], None]) -> Iterator[str]:
    named = [
        row[0]
        for row in conn.execute(
            "select distinct warc_file from snapshots where warc_file is not null order by 1"
        )
    ]
    for warc_file in named:
        progress(warc_file)
        if (data / warc_file).is_file():
            yield from _file_faults(conn, data, warc_file)
        else:
            yield f"{warc_file} fehlt."
    for path in sorted((data / FOLDER).glob("*.warc.gz")):
        if f"{FOLDER}/{path.name}" not in named:
            yield from (fault for fault in _records_of(path)[1] if fault)


def _file_faults(conn: sqlite3.Connection, data: Path, warc_file: str) -> Iterator[str]:
    digests, faults = _records_of(data / warc_file)
    yield from faults
    rows = conn.execute(
        "select id, url, warc_offset, sha256 from snapshots where warc_file = ? order by id", (warc_file,)
    )
    for row in rows:
        found = digests.get(row["warc_offset"])
        if found is None:
            yield f"Abruf {row['id']} ({row['url']}): kein Eintrag in {warc_file} ab Byte {row['warc_offset']}."
        elif row["sha256"] and found != row["sha256"]:
            yield f"Abruf {row['id']} ({row['url']}): Prüfsumme stimmt nicht mit {warc_file} überein."


def _records_of(path: Path) -> tuple[dict[int, str], list[str]]:
    """Payload digests (SHA-256, hex) by offset, and what is wrong with the file."""
    digests: dict[int, str] = {}
    faults: list[str] = []
    if end_of_last_whole_record(path) != path.stat().st_size:
        faults.append(f"{path.name} endet mitten in einem Eintrag.")
    try:
        with path.open("rb") as stream:
            records = ArchiveIterator(stream, check_digests=True)
            for record in records:
                body = record.raw_stream.read()
                if record.digest_checker.passed is False:
                    faults.append(
                        f"{path.name}: ein Eintrag ab Byte {records.get_record_offset()} ist beschädigt."
                    )
                digests[records.get_record_offset()] = _payload_digest(record, body)
    except UNREADABLE as error:
        faults.append(f"{path.name} ist nicht bis zum Ende lesbar: {error}")
    return digests, faults


def _payload_digest(record: object, body: bytes) -> str:
    headers = getattr(record, "http_headers", None)
    coding = (headers.get_header("Content-Encoding") or "") if headers is not None else ""
    try:
        return digest_of(body, coding)
    except CodingError:
        return "unpackable"
