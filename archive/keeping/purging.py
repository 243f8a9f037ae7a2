"""Takes the bytes of a blocked document out of the vault; their digests and a note of it stay."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any, BinaryIO

from warcio.warcwriter import WARCWriter

from archive.database import transaction
from archive.errors import RecordUnreadable
from archive.keeping.erasing import names_of
from archive.keeping.ledger import account_of
from archive.vault.reading import CodingError, Member, digest_of, members
from archive.vault.seals import FRESH, finish_purges, seal, seal_finished_runs
from archive.vault.writer import FOLDER, PURGED, RUN, bare_record, note_record


def purge(conn: sqlite3.Connection, data: Path, document_id: str, *, at: str) -> list[str]:
    """Rewrite every WARC file that holds an answer of a blocked document, without its payload; the files' names.

    Snapshots and seals follow. What is then written of its addresses holds no payload either, as long as it is
    blocked. Raises RecordUnreadable, and changes nothing, when such a file cannot be read to its end.
    """
    finish_purges(conn, data)
    seal_finished_runs(conn, data)
    urls = _addresses(conn, document_id)
    changed = []
    with transaction(conn):
        for warc_file in _files(conn, urls):
            if (data / warc_file).exists() and _purge_file(conn, data, warc_file, urls, at):
                changed.append(warc_file)
        conn.execute(
            "update blocks set purged_at = ? where document_id = ? and unblocked_at is null", (at, document_id)
        )
    finish_purges(conn, data)
    _drop_torn_tails(data, urls)
    return changed


def is_withheld(conn: sqlite3.Connection, urls: Collection[str]) -> bool:
    """Whether the answer of one of these addresses is not to be kept: its document is blocked and purged."""
    marks = ", ".join("?" for _ in urls)
    query = f"select 1 from blocks where url in ({marks}) and purged_at is not null and unblocked_at is null"
    return conn.execute(query, tuple(urls)).fetchone() is not None


def _addresses(conn: sqlite3.Connection, document_id: str) -> frozenset[str]:
    """The document's addresses, and where they led to when that is nobody else's address."""
    urls = names_of(conn, [document_id]).urls
    marks, values = ", ".join("?" for _ in urls), sorted(urls)
    led_to = conn.execute(
        f"select distinct url from snapshots where asked_url in ({marks}) and url not in (select url from listings)"
        " and url not in (select url from documents where id <> ?)",
        (*values, document_id),
    )
    return urls | {url for (url,) in led_to}


def _files(conn: sqlite3.Connection, urls: Collection[str]) -> list[str]:
    """Files that hold answers of these addresses or tell problems with them, and those of runs that were cut short:
    they may hold answers that no snapshot names."""
    marks, values = ", ".join("?" for _ in urls), sorted(urls)
    found = conn.execute(
        "select warc_file from snapshots where warc_file is not null"
        f" and (url in ({marks}) or run_id in (select id from runs where not settled)) union"
        f" select warc_file from runs where id in (select run_id from problems where url in ({marks})) order by 1",
        values * 2,
    )
    return [warc_file for (warc_file,) in found]


def _purge_file(conn: sqlite3.Connection, data: Path, warc_file: str, urls: Collection[str], at: str) -> bool:
    """Write the file anew beside itself and bring the ledger in line; False where there is nothing to take out."""
    path = data / warc_file
    fresh = path.with_name(path.name + FRESH)
    try:
        with fresh.open("wb") as target:
            moved, purged, told = _rewrite(conn, path, target, urls, at)
            target.flush()
            os.fsync(target.fileno())
    except RecordUnreadable:
        fresh.unlink(missing_ok=True)
        raise
    if not purged and not told:
        fresh.unlink()
        return False
    shutil.copymode(path, fresh)
    rows = conn.execute("select id, warc_offset from snapshots where warc_file = ?", (warc_file,)).fetchall()
    conn.executemany(
        "update snapshots set warc_offset = ?, purged_at = coalesce(purged_at, ?) where id = ?",
        [(moved.get(old, old), at if old in purged else None, one) for one, old in rows],
    )
    seal(conn, conn.execute("select id from runs where warc_file = ?", (warc_file,)).fetchone()[0], fresh)
    return bool(purged)


def _rewrite(
    conn: sqlite3.Connection, path: Path, target: BinaryIO, urls: Collection[str], at: str
) -> tuple[dict[int, int], set[int], bool]:
    """Copy record for record: where each one moved to, the old places of those whose payload went, and whether the
    account of the run's problems is told anew, as the ledger has it now."""
    moved, purged, told = {}, set(), False
    writer = WARCWriter(target, gzip=True, warc_version="1.1")
    with path.open("rb") as source:
        for member in members(path):
            record = member.record
            if record is None:
                raise RecordUnreadable(
                    f"{path.name} ist nicht bis zum Ende lesbar, beschädigt ab Byte {member.offset}."
                )
            moved[member.offset] = target.tell()
            anew = _told_anew(conn, member)
            if record.rec_type == "response" and record.rec_headers.get_header("WARC-Target-URI") in urls:
                purged.add(member.offset)
                _write_bare(writer, record, member.body, at)
            elif anew != member.body:
                told = True
                uri, date = (record.rec_headers.get_header(name) for name in ("WARC-Target-URI", "WARC-Date"))
                writer.write_record(note_record(writer, uri, RUN, anew, at=date, kind="application/json"))
            else:
                target.write(os.pread(source.fileno(), member.length, member.offset))
    return moved, purged, told


def _told_anew(conn: sqlite3.Connection, member: Member) -> bytes:
    """What a record holds; of the account of a run's problems nothing that the ledger has lost since."""
    if member.profile != RUN:
        return member.body
    account = json.loads(member.body)
    if account.get("runs", {}).get("rows"):
        number = dict(zip(account["runs"]["columns"], account["runs"]["rows"][0], strict=True))["id"]
        now = account_of(conn, number)
        told = {table: now[table] for table in ("problems", "ocr_pages") if now[table] != account.get(table)}
        if told:
            return json.dumps(account | told, ensure_ascii=False).encode()
    return member.body


def _write_bare(writer: WARCWriter, record: Any, body: bytes, at: str) -> None:
    """The record without its payload, and a note that says what was taken out, and when."""
    heads, http = record.rec_headers, record.http_headers
    url = heads.get_header("WARC-Target-URI")
    bare = bare_record(
        writer,
        url=url,
        date=heads.get_header("WARC-Date"),
        status=http.statusline,
        headers=http.headers,
        digest=heads.get_header("WARC-Payload-Digest"),
        record_id=heads.get_header("WARC-Record-ID"),
    )
    writer.write_record(bare)
    try:
        sha256 = digest_of(body, http.get_header("Content-Encoding") or "")
    except CodingError:
        sha256 = "unknown"
    told = {
        "purged-at": at,
        "original-length": heads.get_header("Content-Length"),
        "original-block-digest": heads.get_header("WARC-Block-Digest"),
        "original-payload-sha256": sha256,
    }
    note = "".join(f"{name}: {value}\r\n" for name, value in told.items()).encode()
    refers_to = heads.get_header("WARC-Record-ID")
    writer.write_record(
        note_record(writer, url, PURGED, note, at=at, kind="application/warc-fields", refers_to=refers_to)
    )


def _drop_torn_tails(data: Path, urls: Collection[str]) -> None:
    """Half records that a crash left: those of the document, and those whose address nobody can read."""
    for path in sorted((data / FOLDER).glob("*.torn")):
        try:
            head = zlib.decompressobj(31).decompress(path.read_bytes(), 1 << 16)
        except zlib.error:
            head = b""
        lines = head.decode("utf-8", "replace").splitlines()
        told = [line.split(":", 1)[1].strip().strip("<>") for line in lines if line.startswith("WARC-Target-URI:")]
        if not told or told[0] in urls:
            path.unlink()
