"""Asks known addresses conditionally: ETag and Last-Modified of the last answer that was safely stored."""

from __future__ import annotations

import sqlite3
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from archive.keeping.ledger import add_problem, last_read_snapshot
from archive.vault.reading import can_read
from pipelines.run.session import RunLost, Session, session_or_none

VALIDATORS = ("If-None-Match", "If-Modified-Since")


class ConditionalMiddleware:
    """Adds ``If-None-Match`` and ``If-Modified-Since`` (RFC 9110, section 13.1)."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Only snapshots whose content was stored, and can still be read, count; else the address is asked in full."""
        session = session_or_none(self._crawler)
        if session is None:
            return
        for name in VALIDATORS:  # a redirect brings along those of the address that led here
            request.headers.pop(name, None)
        previous = last_read_snapshot(session.conn, request.url)
        if previous is None or previous["purged_at"] or not (previous["etag"] or previous["last_modified"]):
            return
        if not can_read(session.conn, session.data, previous["id"]):
            await self._report(session, request.url, previous)
            return
        if previous["etag"]:
            request.headers["If-None-Match"] = previous["etag"]
        if previous["last_modified"]:
            request.headers["If-Modified-Since"] = previous["last_modified"]

    async def _report(self, session: Session, url: str, snapshot: sqlite3.Row) -> None:
        try:
            await session.ready()
            add_problem(
                session.conn,
                run_id=session.run_id,
                url=url,
                stage="vault",
                kind="evidence_unreadable",
                detail=f"Der Beleg von Abruf {snapshot['id']} ist nicht mehr lesbar ({snapshot['warc_file']}); "
                "die Adresse wird ganz neu abgerufen.",
                at=session.now(),
            )
            session.wrote()
        except (RunLost, OSError, sqlite3.Error) as error:
            raise IgnoreRequest(url) from error
