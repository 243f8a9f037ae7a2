"""Writes every response to the vault before anything reads it, and says which bytes are already known."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Self, TypeVar

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from archive.keeping.ledger import Check, SnapshotRecord, add_check, add_snapshot, last_answer, last_read_snapshot
from archive.keeping.purging import is_withheld
from archive.vault.reading import CodingError, can_read, decoded, read_payload
from archive.vault.reading import TooLarge as CodedTooLarge
from archive.vault.writer import Exchange, NotModified, payload_digest
from crawler.items import Evidence
from pipelines.run.conditional import VALIDATORS
from pipelines.run.session import RunLost, Session, session_or_none

Kept = TypeVar("Kept")


class BadCoding(IgnoreRequest):
    """A body is not what its Content-Encoding says, or is cut off."""


class TooLarge(IgnoreRequest):
    """A body unpacks to more than allowed."""


class VaultFull(IgnoreRequest):
    """The evidence could not be written; the response must not be used."""


class EvidenceMiddleware:
    """Stands next to the network: sees every response, redirects and errors included, as received."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._limit = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Store the exchange; hand the response on decoded, with its evidence in ``meta``. Without a run only decode.

        Raises BadCoding and TooLarge for a body that cannot be unpacked (it is stored all the same), VaultFull.
        """
        session = session_or_none(self._crawler)
        limit = request.meta.get("download_maxsize", self._limit)
        coding = _header(response, "Content-Encoding") or ""
        try:
            payload = decoded(response.body, coding, limit=limit)
        except CodingError as error:
            if session is not None:
                await self._keep(session, request, response, None)
            refusal = TooLarge if isinstance(error, CodedTooLarge) else BadCoding
            raise refusal(f"{request.url}: {error}") from error
        if session is not None:
            await self._know(session, request, response, payload)
        return _plain(response, payload) if coding else response

    async def _know(self, session: Session, request: Request, response: Response, payload: bytes) -> None:
        """Store the exchange; say in the request's ``meta`` what is known of it."""
        previous = last_read_snapshot(session.conn, request.url)
        if response.status == HTTPStatus.NOT_MODIFIED and previous is not None:
            at = await self._kept(session, request, response, partial(keep_check, session, request, response, previous))
            session.counts.not_modified += 1
            request.meta.update(_known_content(session, previous, at))
            return
        snapshot_id, fetched_at, digest = await self._keep(session, request, response, payload)
        request.meta["evidence"] = Evidence(
            snapshot_id=snapshot_id,
            fetched_at=fetched_at,
            sha256=digest,
            unchanged=response.status == HTTPStatus.OK and _as_last_run(session, request.url, digest),
        )

    async def _keep(
        self, session: Session, request: Request, response: Response, payload: bytes | None
    ) -> tuple[int, str, str]:
        """Bytes into the vault, a row into ``snapshots``: its id, time and payload digest."""
        return await self._kept(session, request, response, partial(keep_exchange, session, request, response, payload))

    async def _kept(self, session: Session, request: Request, response: Response, keep: Callable[[], Kept]) -> Kept:
        try:
            await session.ready()
            kept = keep()
            session.counts.requests += 1
            session.counts.bytes += len(response.body)
            session.wrote()
        except RunLost as error:
            raise VaultFull(request.url) from error
        except (OSError, sqlite3.Error) as error:
            session.give_up(error)
            raise VaultFull(f"{request.url}: {error}") from error
        return kept


def keep_check(session: Session, request: Request, response: Response, previous: sqlite3.Row) -> str:
    """Note an answer 304 that confirms what was read before, in the running transaction; when it came."""
    at, asked_url = session.now(), next(iter(request.meta.get("redirect_urls", ())), None)
    sent = [(name, value) for name, value in _pairs(request.headers) if name in VALIDATORS]
    status = f"HTTP/1.1 {response.status} {_reason(response.status)}"
    session.vault.note(
        NotModified(
            url=request.url, at=at, sent=sent, status=status, headers=_pairs(response.headers), asked_url=asked_url
        )
    )
    add_check(session.conn, session.run_id, Check(snapshot_id=previous["id"], at=at, asked_url=asked_url))
    return at


def keep_exchange(
    session: Session, request: Request, response: Response, payload: bytes | None
) -> tuple[int, str, str]:
    """Write one exchange in the running transaction: snapshot id, time and payload digest (hex, or ``""``).

    ``payload`` is the unpacked body, None where it could not be unpacked.
    """
    fetched_at = session.now()
    has_body = payload is not None and response.status != HTTPStatus.NOT_MODIFIED
    digest = hashlib.sha256(payload).hexdigest() if has_body and payload is not None else ""
    wire_digest = payload_digest(response.body) if has_body else None
    withheld = is_withheld(session.conn, (request.url, *request.meta.get("redirect_urls", ())))
    same = None if withheld else _same_before(session, request.url, wire_digest)
    place = session.vault.write(
        Exchange(
            url=request.url,
            fetched_at=fetched_at,
            status=response.status,
            reason=_reason(response.status),
            request_headers=_pairs(request.headers),
            response_headers=_pairs(response.headers),
            body=response.body,
            same_as=(same["url"], same["fetched_at"]) if same is not None else None,
            withheld=withheld,
        )
    )
    snapshot = SnapshotRecord(
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
        asked_url=next(iter(request.meta.get("redirect_urls", ())), None),
        purged_at=fetched_at if withheld and response.body else None,
    )
    return add_snapshot(session.conn, snapshot), fetched_at, digest


def _same_before(session: Session, url: str, wire_digest: str | None) -> sqlite3.Row | None:
    """The earlier snapshot with these very bytes, if they are still readable; else they are stored again."""
    before = last_answer(session.conn, url) if wire_digest else None
    if before is None or before["payload_digest"] != wire_digest:
        return None
    return before if can_read(session.conn, session.data, before["id"]) else None


def _as_last_run(session: Session, url: str, digest: str) -> bool:
    """Whether earlier runs read these bytes at this address. This run's own answers do not count: a redirect may
    have led here for another document."""
    before = last_read_snapshot(session.conn, url, before_run=session.run_id)
    return before is not None and before["sha256"] == digest and before["purged_at"] is None


def _known_content(session: Session, previous: sqlite3.Row, fetched_at: str) -> dict[str, object]:
    """What stands for the body of a 304: the bytes of the last good answer, read only when asked for."""
    snapshot_id = int(previous["id"])
    load = partial(_payload, session, snapshot_id)
    evidence = Evidence(
        snapshot_id=snapshot_id,
        fetched_at=fetched_at,
        sha256=previous["sha256"],
        unchanged=_as_last_run(session, previous["url"], previous["sha256"]),
    )
    return {"evidence": evidence, "load": load, "status": 200}


def _payload(session: Session, snapshot_id: int) -> bytes:
    return read_payload(session.conn, session.data, snapshot_id).body


def _plain(response: Response, payload: bytes) -> Response:
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    kind = responsetypes.from_args(headers=headers, url=response.url, body=payload)
    return response.replace(cls=kind, body=payload, headers=headers)


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
