"""The evidence: every response as WARC records (ISO 28500), one file per run and source.

Answers 304 are noted beside the file as they come (``….warc.gz.checks``, one JSON line each) and go into it as one
``metadata`` record when the run ends, together with the rows of the run's ledger.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

FOLDER = "warc"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
CHECKS, RUN = "urn:aktenkundig:warc:checks", "urn:aktenkundig:warc:run"
"""Profiles of the ``metadata`` records that close a run: its answers 304, a JSON object each line; its ledger, JSON."""

BLOCKS, NOTES = "blocks", ".checks"
"""How files begin that tell of blocks between two runs; how the notes beside a file end."""

PURGED = "urn:aktenkundig:warc:purged"
"""Profile of an answer whose payload is withheld on demand: status, digest and the headers in KEPT_HEADERS stay."""

KEPT_HEADERS = ("content-type", "date", "last-modified", "etag", "location", "server")

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its response as they went over the wire.

    ``body`` is the entity body as received (content coding kept). ``fetched_at`` is an archive
    timestamp. ``same_as`` names an earlier snapshot with the same payload (its URL and time);
    the body is then not stored again. Where it is ``withheld`` (blocked for good) only its digest is stored.
    """

    url: str
    fetched_at: str
    status: int
    reason: str
    request_headers: Headers
    response_headers: Headers
    body: bytes
    same_as: tuple[str, str] | None = None
    withheld: bool = False


@dataclass(frozen=True, kw_only=True)
class NotModified:
    """An answer 304: what was asked when, with which validators, and what came. ``asked_url`` is the address that
    was asked when a redirect led to ``url``."""

    url: str
    at: str
    sent: Headers
    status: str
    headers: Headers
    asked_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a record lies: file relative to the data folder, byte offset of its gzip member."""

    warc_file: str
    warc_offset: int


class _Unbuffered:
    """A file opened for appending whose every byte is handed to the system at once, or raises OSError."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("ab", buffering=0)

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        while view:
            view = view[self._raw.write(view) :]
        return len(data)

    def tell(self) -> int:
        return self._raw.tell()

    def flush(self) -> None:
        """Nothing is held back."""

    def sync(self) -> None:
        os.fsync(self._raw.fileno())

    def cut(self, offset: int) -> None:
        self._raw.truncate(offset)
        self._raw.seek(offset)

    def close(self) -> None:
        self._raw.close()


def warc_name(source: str, started_at: str, run_id: int) -> str:
    """The WARC file of a run, relative to the data folder.

    >>> warc_name("dsk", "2026-03-01T04:00:00Z", 7)
    'warc/dsk-20260301T040000Z-000007.warc.gz'
    """
    return f"{FOLDER}/{source}-{started_at.replace('-', '').replace(':', '')}-{run_id:06d}.warc.gz"


class VaultWriter:
    """Appends exchanges to the WARC file of one run. The file comes into being with the first one."""

    def __init__(self, data: Path, *, source: str, run_id: int, started_at: str, software: str) -> None:
        self.warc_file = warc_name(source, started_at, run_id)
        self._path = data / self.warc_file
        self._notes_path = self._path.with_name(self._path.name + NOTES)
        self._notes: _Unbuffered | None = None
        self._software, self._source, self._run = software, source, run_id
        self._started_at = started_at
        self._stream: _Unbuffered | None = None
        self._writer: WARCWriter | None = None

    def write(self, exchange: Exchange) -> Place:
        """Write request and response; the place of the response record. OSError when the disk is full."""
        writer = self._open()
        assert self._stream is not None
        offset = self._stream.tell()
        try:
            response = _response_record(writer, exchange)
            writer.write_record(response)
            writer.write_record(_request_record(writer, exchange, response))
        except OSError:
            self._cut(offset)
            raise
        return Place(warc_file=self.warc_file, warc_offset=offset)

    def note(self, answer: NotModified) -> None:
        """Keep an answer 304 beside the file until the run is concluded. OSError when the disk is full."""
        if self._notes is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._notes = _Unbuffered(self._notes_path)
        offset = self._notes.tell()
        line = {name: told for name, told in vars(answer).items() if told}
        try:
            self._notes.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        except OSError:
            self._notes.cut(offset)
            raise

    def conclude(self, told: Mapping[str, object], *, run_id: int, at: str) -> None:
        """Write the answers 304 and what is ``told`` of the run, and flush; then the notes have done their work.

        A run that is concluded again (it was killed in between) may have the records twice: the last ones count.
        """
        writer, notes = self._open(), self._whole_notes()
        uri, ledger = f"urn:aktenkundig:run:{run_id}", json.dumps(told, ensure_ascii=False).encode()
        if notes:
            writer.write_record(note_record(writer, uri, CHECKS, notes, at=at, kind="application/x-ndjson"))
        writer.write_record(note_record(writer, uri, RUN, ledger, at=at, kind="application/json"))
        self.flush()
        self._notes_path.unlink(missing_ok=True)

    def _whole_notes(self) -> bytes:
        notes = self._notes_path.read_bytes() if self._notes_path.exists() else b""
        return notes[: notes.rfind(b"\n") + 1]

    def flush(self) -> None:
        """Bring what was written to the disk; rows that point to it may be committed afterwards."""
        for stream in (self._stream, self._notes):
            if stream is not None:
                stream.sync()

    def close(self) -> None:
        """Flush and close the file."""
        for stream in (self._stream, self._notes):
            if stream is not None:
                stream.sync()
                stream.close()
        self._stream = self._notes = self._writer = None

    def _open(self) -> WARCWriter:
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = _Unbuffered(self._path)
            writer = WARCWriter(self._stream, gzip=True, warc_version="1.1")
            try:
                if not self._stream.tell():
                    self._introduce(writer)
            except OSError:
                self._cut(0)
                raise
            self._writer = writer
        return self._writer

    def _introduce(self, writer: WARCWriter) -> None:
        info = {"software": self._software, "format": "WARC File Format 1.1", "source": self._source, "run": self._run}
        record = writer.create_warcinfo_record(self._path.name, info)
        record.rec_headers.replace_header("WARC-Date", self._started_at)
        writer.write_record(record)

    def _cut(self, offset: int) -> None:
        """Take a half-written record back, so that the file stays whole."""
        if self._stream is not None:
            self._stream.cut(offset)


def _response_record(writer: WARCWriter, exchange: Exchange) -> ArcWarcRecord:
    headers = StatusAndHeaders(
        f"{exchange.status} {exchange.reason}".strip(), list(exchange.response_headers), protocol="HTTP/1.1"
    )
    extra = {"WARC-Date": exchange.fetched_at}
    if exchange.withheld and exchange.body:
        return bare_record(
            writer,
            url=exchange.url,
            date=exchange.fetched_at,
            status=headers.statusline,
            headers=headers.headers,
            digest=payload_digest(exchange.body),
        )
    if exchange.status == 304:  # which nobody asked for; the others are noted
        extra["WARC-Profile"] = NOT_MODIFIED
        return writer.create_warc_record(exchange.url, "revisit", http_headers=headers, warc_headers_dict=extra)
    if exchange.same_as is None:
        return writer.create_warc_record(
            exchange.url,
            "response",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            http_headers=headers,
            warc_headers_dict=extra,
        )
    url, date = exchange.same_as
    digest = payload_digest(exchange.body)
    return writer.create_revisit_record(exchange.url, digest, url, date, http_headers=headers, warc_headers_dict=extra)


def bare_record(
    writer: WARCWriter,
    *,
    url: str,
    date: str,
    status: str,
    headers: Headers,
    digest: str | None,
    record_id: str | None = None,
) -> ArcWarcRecord:
    """An answer without its payload, which nothing holds any more: a ``revisit`` record of a profile of our own.

    ``status`` is the status without the protocol (``200 OK``), ``digest`` that of the payload.
    """
    kept = [(name, value) for name, value in headers if name.lower() in KEPT_HEADERS]
    extra = {"WARC-Date": date, "WARC-Profile": PURGED, "WARC-Truncated": "unspecified"}
    if digest is not None:
        extra["WARC-Payload-Digest"] = digest
    if record_id is not None:
        extra["WARC-Record-ID"] = record_id
    told = StatusAndHeaders(status, kept, protocol="HTTP/1.1")
    return writer.create_warc_record(url, "revisit", http_headers=told, warc_headers_dict=extra)


def _request_record(writer: WARCWriter, exchange: Exchange, response: ArcWarcRecord) -> ArcWarcRecord:
    path = "/" + exchange.url.split("://", 1)[-1].partition("/")[2]
    headers = StatusAndHeaders(f"GET {path} HTTP/1.1", list(exchange.request_headers), is_http_request=True)
    return writer.create_warc_record(
        exchange.url,
        "request",
        http_headers=headers,
        warc_headers_dict={
            "WARC-Date": exchange.fetched_at,
            "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
        },
    )


def note_record(
    writer: WARCWriter, url: str, profile: str, note: bytes, *, at: str, kind: str, refers_to: str | None = None
) -> ArcWarcRecord:
    """A ``metadata`` record of ours; ``kind`` is the content type of the note."""
    extra = {"WARC-Date": at, "WARC-Profile": profile} | ({"WARC-Refers-To": refers_to} if refers_to else {})
    return writer.create_warc_record(
        url, "metadata", payload=BytesIO(note), length=len(note), warc_content_type=kind, warc_headers_dict=extra
    )


def payload_digest(body: bytes) -> str:
    """The digest WARC files use for a payload: ``sha1:`` and base32 (WARC 1.1, section 5.8).

    >>> payload_digest(b"")
    'sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    digest = hashlib.sha1(body, usedforsecurity=False).digest()
    return "sha1:" + b32encode(digest).decode("ascii")
