"""Reads WARC records back: the bytes behind a ``snapshots`` row."""

from __future__ import annotations

import hashlib
import mmap
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from archive.errors import RecordUnreadable

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


@dataclass(frozen=True, kw_only=True)
class Member:
    """A stretch of a WARC file: one record, or bytes from which none can be read (``record`` is None).

    ``sound`` says that the digests in the record hold; its payload is then in ``body``.
    """

    offset: int
    length: int
    record: Any = None
    body: bytes = b""
    sound: bool = False

    @property
    def profile(self) -> str | None:
        """What kind of note or revisit it is."""
        profile: str | None = self.record.rec_headers.get_header("WARC-Profile")
        return profile


def members(path: Path) -> Iterator[Member]:
    """Every record of a WARC file in its order. What is damaged is one stretch: reading goes on at the next record."""
    size = path.stat().st_size
    if not size:
        return
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as held:
        at = 0
        while at < size:
            content, end = _unpacked(held, at)
            member = _member(content, at, end - at)
            if member is None:
                member = Member(offset=at, length=_next_record(held, at + 1) - at)
            yield member
            at += member.length


def _unpacked(held: mmap.mmap, at: int, window: int = 31) -> tuple[bytes | None, int]:
    """The gzip member there and where it ends; None where it is damaged or cut off."""
    inflater, parts = zlib.decompressobj(window), []
    try:
        while not inflater.eof and at < len(held):
            parts.append(inflater.decompress(held[at : at + PIECE]))
            at = min(at + PIECE, len(held))
    except zlib.error:
        return None, at
    return (b"".join(parts), at - len(inflater.unused_data)) if inflater.eof else (None, at)


def _member(content: bytes | None, offset: int, length: int) -> Member | None:
    if content is None or not content.startswith(MARK):
        return None
    try:
        record = next(iter(ArchiveIterator(BytesIO(content), check_digests=True)))
        body = record.raw_stream.read()
    except (StopIteration, *UNREADABLE):
        return None
    sound = record.digest_checker.passed is not False
    return Member(offset=offset, length=length, record=record, body=body, sound=sound)


def _next_record(held: mmap.mmap, at: int) -> int:
    """Where the next record begins, the end of the file where there is none."""
    while (at := held.find(GZIP, at)) >= 0:
        with suppress(zlib.error):
            if zlib.decompressobj(31).decompress(held[at : at + 512], len(MARK)) == MARK:
                return at
        at += 1
    return len(held)


def read_record(data: Path, warc_file: str, warc_offset: int) -> StoredResponse:
    """The response record at that place. Raises RecordUnreadable when there is none.

    Where only the frame of its gzip member is damaged, the digests in the record decide.
    """
    place = f"{warc_file} ab Byte {warc_offset}"
    try:
        with (data / warc_file).open("rb") as stream:
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as held:
                member = _member(*_unpacked(held, warc_offset), 0) or _unframed(held, warc_offset)
            if member is None or not 0 <= warc_offset < stream.seek(0, 2):
                raise RecordUnreadable(f"{place} ist nicht lesbar.")
        return _stored(member)
    except UNREADABLE as error:
        raise RecordUnreadable(f"{place} ist nicht lesbar: {error}") from error


def _unframed(held: mmap.mmap, at: int) -> Member | None:
    """The record behind a damaged head or check sum of its gzip member (RFC 1952, 2.3), if its digests hold."""
    member = _member(*_unpacked(held, at + 10, -15), 0)
    return member if member is not None and member.record.digest_checker.passed else None


def _stored(member: Member) -> StoredResponse:
    record, received = member.record, member.body
    if record.rec_type not in ("response", "revisit") or record.http_headers is None:
        raise ValueError(f"record of type {record.rec_type}")
    headers = tuple((str(key), str(value)) for key, value in record.http_headers.headers)
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


LIMIT = 256 * 1024 * 1024
"""Largest decoded body in bytes unless the caller says otherwise."""

PIECE = 4 * 1024 * 1024
GZIP = b"\x1f\x8b"
MARK = b"WARC/1."
WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""zlib's window bits by content coding; "deflate" is sent with and without a header."""

UNREAD = frozenset({"br", "zstd", "dcb", "dcz", "compress", "x-compress", "exi", "pack200-gzip", "aes128gcm"})
"""The other codings that are registered (IANA). Any other word ("none", "UTF-8") says nothing of the bytes."""


class CodingError(ValueError):
    """A body is not what its Content-Encoding says, is cut off, or grows beyond the limit."""


class TooLarge(CodingError):
    """A body unpacks to more than the limit."""


def decoded(body: bytes, coding: str, *, limit: int = LIMIT) -> bytes:
    """The payload behind a ``Content-Encoding`` value. Raises CodingError.

    A word that is no content coding is passed over, as browsers do.

    >>> import gzip
    >>> decoded(gzip.compress(b"Grundrecht"), "gzip")
    b'Grundrecht'
    """
    for name in reversed(_codings(coding)):
        if body:
            body = _inflate(body, name, limit)
    return body


def _codings(header: str) -> list[str]:
    names = (part.strip().lower() for part in header.split(","))
    return [name for name in names if name in WINDOWS or name in UNREAD]


def digest_of(body: bytes, coding: str) -> str:
    """SHA-256 (hex) of the payload, unpacked piece by piece: however large it is, it needs little memory.

    Raises CodingError. Several codings one over the other are unpacked as a whole.
    """
    names = _codings(coding)
    if len(names) != 1 or not body:
        return hashlib.sha256(decoded(body, coding)).hexdigest()
    digest = hashlib.sha256()
    for piece in _pieces(body, names[0]):
        digest.update(piece)
    return digest.hexdigest()


def _inflate(body: bytes, name: str, limit: int) -> bytes:
    plain = bytearray()
    for piece in _pieces(body, name):
        plain += piece
        if len(plain) > limit:
            raise TooLarge(f"decoded body exceeds {limit} bytes")
    return bytes(plain)


def _pieces(body: bytes, name: str) -> Iterator[bytes]:
    windows = WINDOWS.get(name)
    if windows is None:
        raise CodingError(f"unknown content coding {name!r}")
    window = next((one for one in windows if _fits(body, one)), None)
    if window is None:
        raise CodingError(f"body is not {name}")
    while body:
        inflater = zlib.decompressobj(window)
        while not inflater.eof:
            try:
                piece = inflater.decompress(body, PIECE)
            except zlib.error as error:
                raise CodingError(f"body is not {name}") from error
            body = inflater.unconsumed_tail
            if not piece and not body and not inflater.eof:
                raise CodingError("compressed body is cut off")
            yield piece
        # gzip may come in several members (RFC 1952, 2.2); anything else behind the end is no part of it.
        body = inflater.unused_data if inflater.unused_data.startswith(GZIP) else b""


def _fits(body: bytes, window: int) -> bool:
    try:
        zlib.decompressobj(window).decompress(body[:4096], 4096)
    except zlib.error:
        return False
    return True
