"""Reads WARC records back: the bytes behind a ``snapshots`` row."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from archive.errors import RecordUnreadable
from archive.vault.content_coding import decoded

UNREADABLE = (ArchiveLoadFailed, OSError, ValueError, EOFError, AttributeError, TypeError, zlib.error)
"""What the WARC reader raises on torn or foreign bytes; Attribute- and TypeError stand for half a header."""


@dataclass(frozen=True, kw_only=True)
class StoredResponse:
    """A response from the vault: ``body`` is the payload without content coding."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    received: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, case-insensitive, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


def read_record(data: Path, warc_file: str, warc_offset: int) -> StoredResponse:
    """The response record at that place. Raises RecordUnreadable when there is none."""
    path = data / warc_file
    try:
        with path.open("rb") as stream:
            stream.seek(warc_offset)
            record = next(iter(ArchiveIterator(stream)))
            return _stored(record)
    except (StopIteration, *UNREADABLE) as error:
        raise RecordUnreadable(f"{warc_file} ab Byte {warc_offset} ist nicht lesbar: {error}") from error


def _stored(record: Any) -> StoredResponse:
    if record.rec_type not in ("response", "revisit") or record.http_headers is None:
        raise ValueError(f"record of type {record.rec_type}")
    headers = tuple((str(key), str(value)) for key, value in record.http_headers.headers)
    received = record.raw_stream.read()
    coding = next((value for key, value in headers if key.lower() == "content-encoding"), "")
    return StoredResponse(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        status=int(record.http_headers.get_statuscode()),
        headers=headers,
        body=decoded(received, coding) if record.rec_type == "response" else b"",
        received=received,
    )


def read_payload(conn: sqlite3.Connection, data: Path, snapshot_id: int) -> StoredResponse:
    """The response of a snapshot, its digest checked. Raises RecordUnreadable."""
    row = conn.execute(
        "select warc_file, warc_offset, sha256, purged_at from snapshots where id = ?", (snapshot_id,)
    ).fetchone()
    if row is None or row["warc_file"] is None:
        raise RecordUnreadable(f"Zu Abruf {snapshot_id} sind keine Bytes hinterlegt.")
    if row["purged_at"] is not None:
        raise RecordUnreadable(f"Die Bytes von Abruf {snapshot_id} wurden auf Verlangen entfernt.")
    stored = read_record(data, row["warc_file"], row["warc_offset"])
    if row["sha256"] and hashlib.sha256(stored.body).hexdigest() != row["sha256"]:
        raise RecordUnreadable(f"Abruf {snapshot_id}: Prüfsumme stimmt nicht ({row['warc_file']}).")
    return stored


def can_read(conn: sqlite3.Connection, data: Path, snapshot_id: int) -> bool:
    """Whether the bytes of a snapshot are still there, with the digest they had."""
    try:
        read_payload(conn, data, snapshot_id)
    except RecordUnreadable:
        return False
    return True
