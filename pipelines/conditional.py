"""Asks known addresses conditionally: ETag and Last-Modified of the last answer that was safely stored."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from archive.ledger import last_read_snapshot
from pipelines.session import session_of


class ConditionalMiddleware:
    """Adds ``If-None-Match`` and ``If-Modified-Since`` (RFC 9110, section 13.1)."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Only snapshots whose content was stored count: a crash in between asks in full again."""
        previous = last_read_snapshot(session_of(self._crawler).conn, request.url)
        if previous is None:
            return
        if previous["etag"]:
            request.headers["If-None-Match"] = previous["etag"]
        if previous["last_modified"]:
            request.headers["If-Modified-Since"] = previous["last_modified"]
