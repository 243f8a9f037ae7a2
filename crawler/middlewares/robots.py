"""Obeys robots.txt as RFC 9309 says, unreachable files and ``Crawl-delay`` included."""

from __future__ import annotations

import logging
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

NOTHING_ALLOWED = b"User-agent: *\nDisallow: /\n"


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be read (server error, no connection): nothing is fetched (RFC 9309, 2.3.1.4)."""


class StrictRobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware, with the two answers that it takes too lightly.

    A server error or a broken connection forbids everything; any other answer but 200 allows everything.
    """

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            response = response.replace(status=200, body=NOTHING_ALLOWED)
            self._stats.inc_value("robotstxt/unreachable")
        elif response.status != 200:
            response = response.replace(status=200, body=b"")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._stats.inc_value("robotstxt/unreachable")
        super()._robots_error(IgnoreRequest(), netloc)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Refuse when robots.txt was unreachable or forbids the address."""
        if rp is None or self._stats.get_value("robotstxt/unreachable"):
            raise RobotsUnreachable("robots.txt ist nicht erreichbar; es wird nichts abgerufen.")
        super().process_request_2(rp, request)


class CrawlDelay:
    """Raises the politeness delay to the ``Crawl-delay`` of robots.txt, when that is longer."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        extension = cls(crawler)
        crawler.signals.connect(extension.robots_parsed, signal=signals.robots_parsed)
        return extension

    def robots_parsed(self, robotparser: RobotParser) -> None:
        """Look for a Crawl-delay for us and apply it to every slot, those to come included."""
        settings = self._crawler.settings
        wanted = robotparser.crawl_delay(settings["ROBOTSTXT_USER_AGENT"])
        engine = self._crawler.engine
        if wanted is None or engine is None or wanted <= settings.getfloat("DOWNLOAD_DELAY"):
            return
        logger.info("robots.txt bittet um %s s Abstand zwischen zwei Abrufen", wanted)
        for host in self._crawler.spider.source.hosts:  # type: ignore[union-attr]
            engine.downloader.per_slot_settings[host] = {"delay": wanted}
        for slot in engine.downloader.slots.values():
            slot.delay = max(slot.delay, wanted)
