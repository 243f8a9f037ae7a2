"""The evidence: every response as WARC records (ISO 28500), one file per run and source."""

from __future__ import annotations

import hashlib
import os
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

FOLDER = "warc"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
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


class VaultWriter:
    """Appends exchanges to the WARC file of one run. The file comes into being with the first one."""

    def __init__(self, data: Path, *, source: str, run_id: int, started_at: str, software: str) -> None:
        stamp = started_at.replace("-", "").replace(":", "")
        self.warc_file = f"{FOLDER}/{source}-{stamp}-{run_id:06d}.warc.gz"
        self._path = data / self.warc_file
        self._software = software
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

    def flush(self) -> None:
        """Bring what was written to the disk; rows that point to it may be committed afterwards."""
        if self._stream is not None:
            self._stream.sync()

    def close(self) -> None:
        """Flush and close the file."""
        if self._stream is not None:
            self.flush()
            self._stream.close()
            self._stream = self._writer = None

    def _open(self) -> WARCWriter:
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = _Unbuffered(self._path)
            writer = WARCWriter(self._stream, gzip=True, warc_version="1.1")
            try:
                self._introduce(writer)
            except OSError:
                self._cut(0)
                raise
            self._writer = writer
        return self._writer

    def _introduce(self, writer: WARCWriter) -> None:
        info = {"software": self._software, "format": "WARC File Format 1.1"}
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
    if exchange.status == 304:
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


def payload_digest(body: bytes) -> str:
    """The digest WARC files use for a payload: ``sha1:`` and base32 (WARC 1.1, section 5.8).

    >>> payload_digest(b"")
    'sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    digest = hashlib.sha1(body, usedforsecurity=False).digest()
    return "sha1:" + b32encode(digest).decode("ascii")
