"""Obeys robots.txt as RFC 9309 says: forbidden, unreachable and ``Crawl-delay``."""

from __future__ import annotations

import asyncio
import logging
import math
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser

logger = logging.getLogger(__name__)

PRIORITY = 1000
LONGEST = 512 * 1024
"""So much of robots.txt is read (RFC 9309, 2.5, asks for at least 500 KiB)."""


class RobotsForbidden(IgnoreRequest):
    """robots.txt does not allow this address."""


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be read (server error, no connection): nothing is fetched (RFC 9309, 2.3.1.4)."""


class RobotsMiddleware:
    """Asks each host once for its robots.txt, before anything else is asked of it.

    A server error or a broken connection forbids everything; any other answer but 200 allows everything.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._name: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._rules: dict[str, asyncio.Future[RobotParser]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RobotsForbidden or RobotsUnreachable for what may not be asked."""
        if request.meta.get("robots"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._ask(origin))
        rules = await self._rules[origin]
        if not rules.allowed(request.url, self._name):
            raise RobotsForbidden(request.url)

    async def _ask(self, origin: str) -> RobotParser:
        request = Request(
            f"{origin}/robots.txt", priority=PRIORITY, callback=NO_CALLBACK, meta={"robots": True}
        )  # fmt: skip
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # whatever went wrong: the rules are not known
            raise RobotsUnreachable(origin) from error
        rules = self._read(response)
        keep_distance(self._crawler, rules.crawl_delay(self._name))
        return rules

    def _read(self, response: Response) -> RobotParser:
        if response.status >= 500 or response.status == 429:
            raise RobotsUnreachable(response.url)
        body = response.body[:LONGEST] if response.status == 200 else b""
        return ProtegoRobotParser.from_crawler(self._crawler, body)


def keep_distance(crawler: Crawler, wanted: float | None) -> None:
    """Raise the politeness delay to a ``Crawl-delay`` (seconds), up to ``AKTENKUNDIG_CRAWL_DELAY_LIMIT``."""
    settings = crawler.settings
    if wanted is None or not math.isfinite(wanted) or wanted <= settings.getfloat("DOWNLOAD_DELAY"):
        return
    delay = min(float(wanted), settings.getfloat("AKTENKUNDIG_CRAWL_DELAY_LIMIT"))
    logger.info("robots.txt bittet um %s s Abstand zwischen zwei Abrufen", wanted)
    downloader = crawler.engine.downloader
    for host in crawler.spider.source.hosts:  # type: ignore[union-attr]
        downloader.per_slot_settings[host] = {"delay": delay}
    for slot in downloader.slots.values():
        slot.delay = max(slot.delay, delay)
