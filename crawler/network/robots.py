"""What a site asks for: robots.txt as RFC 9309 says, and ``Retry-After`` (RFC 9110, section 10.2.3)."""

from __future__ import annotations

import asyncio
import logging
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
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
        request = Request(f"{origin}/robots.txt", priority=PRIORITY, callback=NO_CALLBACK, meta={"robots": True})
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


class RetryAfterMiddleware:
    """Holds the answer back until the asked time is over; with one request at a time nothing else goes out.

    ``AKTENKUNDIG_RETRY_AFTER_LIMIT`` (seconds) caps the wait. Counts ``retry_after/waits``.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._limit = crawler.settings.getfloat("AKTENKUNDIG_RETRY_AFTER_LIMIT")
        self._stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Wait after 429 and 503 answers that say for how long."""
        if response.status in (429, 503):
            value = response.headers.get("Retry-After")
            seconds = min(
                seconds_to_wait(value.decode("latin-1"), now=datetime.now(UTC)) if value else 0.0, self._limit
            )
            if seconds > 0:
                self._stats.inc_value("retry_after/waits")
                logger.info("%s bittet um %.0f s Pause", request.url, seconds)
                await asyncio.sleep(seconds)
        return response


def seconds_to_wait(value: str, *, now: datetime) -> float:
    """The seconds a ``Retry-After`` value asks for: a number or an HTTP date; 0 when it is neither.

    >>> seconds_to_wait("30", now=datetime.now(UTC))
    30.0
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
