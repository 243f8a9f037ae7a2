"""Checks the whole archive: every digest against the WARC bytes, the database, and what should belong together."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from archive.search.indexing import check_index
from archive.vault.reading import UNREADABLE, CodingError, digest_of
from archive.vault.seals import broken_seals, end_of_last_whole_record
from archive.vault.writer import FOLDER, PURGED

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
    "Dokument mit anderer Prüfsumme als seine neueste Fassung": """select d.id from documents d join versions v
        on v.document_id = d.id and v.version = d.version where v.content_sha256 <> d.content_sha256""",
    "Dokument, dem eine Fassung fehlt": """select id from documents d where blocked_at is null and version <>
        (select count(*) from versions v where v.document_id = d.id)""",
    "Dokument, dem ein Ereignis seiner Geschichte fehlt": """select id from documents d where blocked_at is null
        and version <> (select count(*) from events e where e.document_id = d.id and e.kind in ('new', 'changed'))""",
    "Dokument, dessen Text nicht der seiner Seiten ist": """select id from documents d where blocked_at is null
        and text <> coalesce((select group_concat(text, char(10, 10)) from (select text from pages p
        where p.document_id = d.id order by page)), '')""",
    "Fassung, deren Text nicht der ihrer Seiten ist": """select document_id || ', Fassung ' || version
        from versions v where text <> coalesce((select group_concat(text, char(10, 10)) from (select text
        from version_pages p where p.document_id = v.document_id and p.version = v.version order by page)), '')""",
    "Dokument mit einem Datum ohne Beleg": """select id from documents d where blocked_at is null
        and published_on is not null and not exists (select 1 from dates
        where document_id = d.id and chosen = 1 and value = d.published_on)""",
    "Nummer ohne ihr Dokument": """select document_id from document_numbers n where not exists
        (select 1 from documents d where d.id = n.document_id and d.docno = n.docno)""",
    "Gesperrtes Dokument mit Inhalt": """select id from documents where blocked_at is not null and (text <> ''
        or title <> '' or id in (select document_id from versions) or id in (select document_id from pages))""",
}
"""What must not exist: German name → query for the keys of what does."""


Answer = tuple[str, str, int]
"""Address, time and status of an answer."""


@dataclass
class _Found:
    """What a WARC file holds: payload digests (SHA-256, hex) by offset, answers, and what is wrong with it.

    ``purged`` holds the digests (as in ``snapshots.payload_digest``) of payloads that were taken out on demand.
    """

    digests: dict[int, str] = field(default_factory=dict)
    purged: dict[int, str] = field(default_factory=dict)
    answers: Counter[Answer] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def verify(conn: sqlite3.Connection, data: Path, *, progress: Callable[[str], None] = lambda _: None) -> list[str]:
    """Everything that is off, one German sentence each; an empty list when all is well."""
    return [
        *_database_faults(conn),
        *_dangling_rows(conn),
        *check_index(conn),
        *_vault_faults(conn, data, progress),
        *broken_seals(conn, data),
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
        for row in conn.execute("select distinct warc_file from snapshots where warc_file is not null order by 1")
    ]
    for warc_file in named:
        progress(warc_file)
        if (data / warc_file).is_file():
            yield from _file_faults(conn, data, warc_file)
        else:
            yield f"{warc_file} fehlt."
    for path in sorted((data / FOLDER).glob("*.warc.gz")):
        if f"{FOLDER}/{path.name}" not in named:
            found = _read(path)
            yield from found.faults
            yield from _unmatched(conn, path, found.answers)


def _file_faults(conn: sqlite3.Connection, data: Path, warc_file: str) -> Iterator[str]:
    read = _read(data / warc_file)
    yield from read.faults
    rows = conn.execute(
        "select id, url, warc_offset, sha256, payload_digest, purged_at from snapshots where warc_file = ? order by id",
        (warc_file,),
    )
    for row in rows:
        found = read.digests.get(row["warc_offset"])
        if found is None:
            yield f"Abruf {row['id']} ({row['url']}): kein Eintrag in {warc_file} ab Byte {row['warc_offset']}."
        elif row["purged_at"] is not None:
            if read.purged.get(row["warc_offset"]) != row["payload_digest"]:
                yield f"Abruf {row['id']} ({row['url']}): Der Vermerk in {warc_file} nennt eine andere Prüfsumme."
        elif row["sha256"] and found != row["sha256"]:
            yield f"Abruf {row['id']} ({row['url']}): Prüfsumme stimmt nicht mit {warc_file} überein."
    yield from _unmatched(conn, data / warc_file, read.answers)


def _unmatched(conn: sqlite3.Connection, path: Path, answers: Counter[Answer]) -> Iterator[str]:
    """Rows of the ledger that the file of their run does not bear out, and answers that no row names any more."""
    query = "select id, settled from runs where outcome <> 'running' and id = ?"
    run = conn.execute(query, (path.name.split(".")[0].rsplit("-", 1)[-1].lstrip("0"),)).fetchone()
    if run is None:
        return
    rows = conn.execute("select url, fetched_at, status from snapshots where run_id = ?", (run["id"],))
    told = Counter((row["url"], row["fetched_at"], row["status"]) for row in rows)
    for url, at, status in told - answers:
        yield f"Abruf von {url} ({at}, Status {status}) steht so nicht in {FOLDER}/{path.name}."
    if run["settled"]:
        for url, at, status in answers - told:
            yield f"{FOLDER}/{path.name}: zur Antwort von {url} ({at}, Status {status}) gibt es keinen Abruf."


def _read(path: Path) -> _Found:
    """Every record of a file."""
    found = _Found()
    if end_of_last_whole_record(path) != path.stat().st_size:
        found.faults.append(f"{path.name} endet mitten in einem Eintrag.")
    try:
        with path.open("rb") as stream:
            records = ArchiveIterator(stream, check_digests=True)
            for record in records:
                body = record.raw_stream.read()
                if record.digest_checker.passed is False:
                    found.faults.append(
                        f"{path.name}: ein Eintrag ab Byte {records.get_record_offset()} ist beschädigt."
                    )
                found.digests[records.get_record_offset()] = _payload_digest(record, body)
                if record.rec_headers.get_header("WARC-Profile") == PURGED:
                    digest = str(record.rec_headers.get_header("WARC-Payload-Digest"))
                    found.purged[records.get_record_offset()] = digest
                if record.rec_type in ("response", "revisit") and record.http_headers is not None:
                    found.answers[_answer(record)] += 1
    except UNREADABLE as error:
        found.faults.append(f"{path.name} ist nicht bis zum Ende lesbar: {error}")
    return found


def _answer(record: Any) -> Answer:
    heads = record.rec_headers
    status = int(record.http_headers.get_statuscode())
    return str(heads.get_header("WARC-Target-URI")), str(heads.get_header("WARC-Date")), status


def _payload_digest(record: object, body: bytes) -> str:
    headers = getattr(record, "http_headers", None)
    coding = (headers.get_header("Content-Encoding") or "") if headers is not None else ""
    try:
        return digest_of(body, coding)
    except CodingError:
        return "unpackable"
