"""Writes every response to the vault before anything reads it, and says which bytes are already known."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from functools import partial
from http import HTTPStatus
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from archive.content_coding import CodingError, decoded
from archive.ledger import SnapshotRecord, add_snapshot, last_answer, last_read_snapshot
from archive.vault import Exchange, payload_digest
from archive.vault_reading import read_payload
from crawler.items import Evidence
from pipelines.session import Session, session_of


class BadCoding(IgnoreRequest):
    """A body is not what its Content-Encoding says, is cut off, or unpacks to more than allowed."""


class VaultFull(IgnoreRequest):
    """The evidence could not be written; the response must not be used."""


class EvidenceMiddleware:
    """Stands next to the network: sees every response, redirects and errors included, as received."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._limit = crawler.settings.getint("DOWNLOAD_MAXSIZE") * 2

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Store the exchange; hand the response on decoded, with its evidence in ``meta``."""
        session = session_of(self._crawler)
        previous = last_read_snapshot(session.conn, request.url)
        coding = _header(response, "Content-Encoding") or ""
        try:
            payload = decoded(response.body, coding, limit=self._limit)
        except CodingError as error:
            self._keep(session, request, response, None)
            raise BadCoding(f"{request.url}: {error}") from error
        snapshot_id, fetched_at, digest = self._keep(session, request, response, payload)
        session.counts.requests += 1
        session.counts.bytes += len(response.body)
        request.meta["evidence"] = Evidence(snapshot_id=snapshot_id, fetched_at=fetched_at, sha256=digest)
        if response.status == HTTPStatus.NOT_MODIFIED and previous is not None:
            session.counts.not_modified += 1
            request.meta.update(_known_content(session, previous, fetched_at))
        elif response.status == HTTPStatus.OK and previous is not None and previous["sha256"] == digest:
            request.meta["evidence"] = Evidence(
                snapshot_id=snapshot_id, fetched_at=fetched_at, sha256=digest, unchanged=True
            )
        return _plain(response, payload) if coding else response

    def _keep(
        self, session: Session, request: Request, response: Response, payload: bytes | None
    ) -> tuple[int, str, str]:
        """Bytes into the vault, a row into ``snapshots``: its id, time and payload digest."""
        fetched_at = session.now()
        has_body = payload is not None and response.status != HTTPStatus.NOT_MODIFIED
        digest = hashlib.sha256(payload).hexdigest() if has_body and payload is not None else ""
        wire_digest = payload_digest(response.body) if has_body else None
        before = last_answer(session.conn, request.url)
        same = before if before is not None and wire_digest and before["payload_digest"] == wire_digest else None
        exchange = Exchange(
            url=request.url,
            fetched_at=fetched_at,
            status=response.status,
            reason=_reason(response.status),
            request_headers=_pairs(request.headers),
            response_headers=_pairs(response.headers),
            body=response.body,
            same_as=(same["url"], same["fetched_at"]) if same is not None else None,
        )
        try:
            session.begin()
            place = session.vault.write(exchange)
            snapshot_id = add_snapshot(
                session.conn,
                SnapshotRecord(
                    run_id=session.run_id,
                    url=request.url,
                    fetched_at=fetched_at,
                    status=response.status,
                    content_type=_header(response, "Content-Type"),
                    etag=_header(response, "ETag"),
                    last_modified=_header(response, "Last-Modified"),
                    sha256=digest or None,
                    payload_digest=wire_digest,
                    bytes=len(payload or b""),
                    warc_file=place.warc_file if same is None else same["warc_file"],
                    warc_offset=place.warc_offset if same is None else same["warc_offset"],
                    location=_header(response, "Location"),
                ),
            )
            session.wrote()
        except (OSError, sqlite3.Error) as error:
            self._give_up(session, error)
            raise VaultFull(f"{request.url}: {error}") from error
        return snapshot_id, fetched_at, digest

    def _give_up(self, session: Session, error: Exception) -> None:
        """Nothing can be kept any more: end the run instead of harvesting into the void."""
        session.abandon(str(error))
        self._crawler.stats.set_value("aktenkundig/lost", str(error))
        end_run(self._crawler)


_endings: set[asyncio.Task[None]] = set()


def end_run(crawler: Crawler) -> None:
    """Close the spider because nothing can be stored any more."""
    if crawler.engine is not None and not _endings:
        _endings.add(asyncio.ensure_future(crawler.engine.close_spider_async(reason="disk_full")))


def _known_content(session: Session, previous: sqlite3.Row, fetched_at: str) -> dict[str, object]:
    """What stands for the body of a 304: the bytes of the last good answer, read only when asked for."""
    snapshot_id = int(previous["id"])
    load = partial(_payload, session, snapshot_id)
    evidence = Evidence(
        snapshot_id=snapshot_id, fetched_at=fetched_at, sha256=previous["sha256"], unchanged=True
    )
    return {"evidence": evidence, "load": load, "status": 200}


def _payload(session: Session, snapshot_id: int) -> bytes:
    return read_payload(session.conn, session.data, snapshot_id).body


def _plain(response: Response, payload: bytes) -> Response:
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    return response.replace(body=payload, headers=headers)


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def _pairs(headers: Any) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1").replace("\r", " ").replace("\n", " "))
        for name, values in headers.items()
        for value in values
    ]


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
