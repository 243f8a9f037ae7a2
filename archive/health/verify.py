"""Checks the whole archive: every digest against the WARC bytes, the database, and what should belong together."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.errors import REBUILD
from archive.keeping.ledger import checks_of
from archive.search.indexing import check_index
from archive.vault.reading import CodingError, Member, digest_of, members
from archive.vault.seals import broken_seals
from archive.vault.writer import BLOCKS, CHECKS, FOLDER, PURGED

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


DAMAGED = f"Die Datenbankdatei ist beschädigt ({{}}); {REBUILD}"

Answer = tuple[str, str, int]
"""Address, time and status of an answer."""


@dataclass
class _Found:
    """What a WARC file holds: payload digests (SHA-256, hex) by offset, answers, and where it is damaged.

    ``purged`` holds the digests (as in ``snapshots.payload_digest``) of payloads that were taken out on demand,
    ``checks`` the answers 304 that its last note of them names, None without such a note.
    """

    digests: dict[int, str] = field(default_factory=dict)
    purged: dict[int, str] = field(default_factory=dict)
    answers: Counter[Answer] = field(default_factory=Counter)
    checks: Counter[Answer] | None = None
    damaged: list[Member] = field(default_factory=list)


def verify(conn: sqlite3.Connection, data: Path, *, progress: Callable[[str], None] = lambda _: None) -> list[str]:
    """Everything that is off, one German sentence each; an empty list when all is well."""
    try:
        faults = [*_database_faults(conn)]
        return faults or [*_dangling_rows(conn), *check_index(conn), *_vault_faults(conn, data, progress)]
    except sqlite3.DatabaseError as error:
        return [DAMAGED.format(error)]


def _database_faults(conn: sqlite3.Connection) -> Iterator[str]:
    found = [line for row in conn.execute("pragma integrity_check") for line in row[0].splitlines() if line != "ok"]
    if found:
        yield DAMAGED.format(f"{len(found)} Befunde, zuerst: {found[0]}")
        return
    for row in conn.execute("pragma foreign_key_check"):
        yield f"Datenbank: {row[0]}, Zeile {row[1]}, verweist auf Fehlendes in {row[2]}"


def _dangling_rows(conn: sqlite3.Connection) -> Iterator[str]:
    for name, query in DANGLING.items():
        for row in conn.execute(query):
            yield f"{name}: {row[0]}"


def _vault_faults(conn: sqlite3.Connection, data: Path, progress: Callable[[str], None]) -> Iterator[str]:
    """File by file; that a seal is broken is told where nothing else says why."""
    seals = broken_seals(conn, data)
    needed = "select warc_file from snapshots where warc_file is not null"
    sealed = "select warc_file from runs where warc_sha256 is not null"
    named = {row[0] for row in conn.execute(f"{needed} union {sealed}")}
    there = {f"{FOLDER}/{path.name}" for path in (data / FOLDER).glob("*.warc.gz")}
    for warc_file in sorted(named | there):
        progress(warc_file)
        faults = [*_file_faults(conn, data, warc_file)] if warc_file in there else [f"{warc_file} fehlt."]
        yield from faults or [seals[name] for name in (warc_file,) if name in seals]
    known = {row[0] for row in conn.execute("select warc_file from runs")} | named
    if strays := sorted(one for one in there - known if not one.startswith(f"{FOLDER}/{BLOCKS}-")):
        yield f"WARC-Dateien, die kein Lauf kennt: {', '.join(strays)}."


def _file_faults(conn: sqlite3.Connection, data: Path, warc_file: str) -> Iterator[str]:
    read = _read(data / warc_file)
    rows = conn.execute(
        "select id, url, warc_offset, sha256, payload_digest, purged_at from snapshots where warc_file = ? order by id",
        (warc_file,),
    ).fetchall()
    unread = {member.offset for member in read.damaged}
    for member in read.damaged:
        yield _damage(data / warc_file, member, [row["url"] for row in rows if row["warc_offset"] == member.offset])
    for row in rows:
        found = read.digests.get(row["warc_offset"])
        if row["warc_offset"] in unread:
            continue
        if found is None:
            yield f"Abruf {row['id']} ({row['url']}): kein Eintrag in {warc_file} ab Byte {row['warc_offset']}."
        elif row["purged_at"] is not None:
            if read.purged.get(row["warc_offset"]) != row["payload_digest"]:
                yield f"Abruf {row['id']} ({row['url']}): Der Vermerk in {warc_file} nennt eine andere Prüfsumme."
        elif row["sha256"] and found != row["sha256"]:
            yield f"Abruf {row['id']} ({row['url']}): Prüfsumme stimmt nicht mit {warc_file} überein."
    yield from _unmatched(conn, warc_file, read)


def _damage(path: Path, member: Member, urls: list[str]) -> str:
    what = f"ein Eintrag ab Byte {member.offset} ist beschädigt"
    if member.offset + member.length == path.stat().st_size:
        what = f"der letzte Eintrag ab Byte {member.offset} ist beschädigt oder abgeschnitten"
    if not urls:
        return f"{FOLDER}/{path.name}: {what}; kein Abruf braucht ihn."
    others = f" und {len(urls) - 1} weitere" if len(urls) > 1 else ""
    return f"{FOLDER}/{path.name}: {what}; er ist der Beleg für {urls[0]}{others}."


def _unmatched(conn: sqlite3.Connection, warc_file: str, read: _Found) -> Iterator[str]:
    """Rows of the ledger that the file of their run does not bear out, and answers that no row names any more.

    What a damaged record may have said is not missed beside it.
    """
    query = "select id, settled from runs where outcome <> 'running' and warc_file = ?"
    run = conn.execute(query, (warc_file,)).fetchone()
    if run is None:
        return
    rows = conn.execute("select url, fetched_at, status from snapshots where run_id = ?", (run["id"],))
    told = Counter((row["url"], row["fetched_at"], row["status"]) for row in rows)
    urls = dict(conn.execute(_CONFIRMED, (run["id"],)).fetchall())
    checks = Counter((str(urls.get(one.snapshot_id)), one.at, 304) for one in checks_of(conn, run["id"]))
    missed = [*(told - read.answers).elements(), *(checks - (read.checks or Counter())).elements()]
    if checks and read.checks is None:
        missed = [*(told - read.answers).elements()]
        if not read.damaged:
            yield f"{warc_file}: Der Vermerk über {checks.total()} unveränderte Antworten fehlt."
    for url, at, status in missed[len(read.damaged) :]:
        yield f"Abruf von {url} ({at}, Status {status}) steht so nicht in {warc_file}."
    if run["settled"]:
        for url, at, status in (read.answers - told) + ((read.checks or Counter()) - checks):
            yield f"{warc_file}: zur Antwort von {url} ({at}, Status {status}) gibt es keinen Abruf."


_CONFIRMED = """
select s.id, s.url from checks c join snapshots s on s.id between c.first_snapshot_id and c.last_snapshot_id
where c.run_id = ?
"""


def _read(path: Path) -> _Found:
    """Every record of a file."""
    found = _Found()
    for member in members(path):
        record = member.record
        if record is None or not member.sound:
            found.damaged.append(member)
            continue
        found.digests[member.offset] = _payload_digest(record, member.body)
        if member.profile == PURGED:
            found.purged[member.offset] = str(record.rec_headers.get_header("WARC-Payload-Digest"))
        if member.profile == CHECKS:
            notes = [json.loads(line) for line in member.body.splitlines()]
            found.checks = Counter((str(one["url"]), str(one["at"]), 304) for one in notes)
        if record.rec_type in ("response", "revisit") and record.http_headers is not None:
            found.answers[_answer(record)] += 1
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
