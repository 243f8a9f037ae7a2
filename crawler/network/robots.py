"""What a site asks for: robots.txt as RFC 9309 says, and ``Retry-After`` (RFC 9110, section 10.2.3)."""

from __future__ import annotations

import asyncio
import logging
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

PRIORITY = 1000
LONGEST = 512 * 1024
"""So much of robots.txt is read (RFC 9309, 2.5, asks for at least 500 KiB)."""


class RobotsForbidden(IgnoreRequest):
    """robots.txt does not allow this address."""


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be read (server error, no connection): nothing is fetched (RFC 9309, 2.3.1.4)."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Asks each host once for its robots.txt, before anything else is asked of it.

    Unlike Scrapy's own: a server error or a broken connection forbids everything, as RFC 9309 says (any other answer
    but 200 allows everything), what is refused is told by its class, and ``Crawl-delay`` is kept.
    """

    DOWNLOAD_PRIORITY = PRIORITY

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unread: dict[str, Exception] = {}
        crawler.signals.connect(self._keep_distance, signal=signals.robots_parsed)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raise RobotsForbidden or RobotsUnreachable for what may not be asked."""
        parts = urlsplit(request.url)
        if (error := self._unread.get(parts.netloc)) is not None:
            raise RobotsUnreachable(f"{parts.scheme}://{parts.netloc}") from error
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise RobotsForbidden(request.url) from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            raise RobotsUnreachable(response.url)
        body = response.body[:LONGEST] if response.status == 200 else b""
        await super()._parse_robots(response.replace(body=body), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._unread[netloc] = exc
        super()._robots_error(exc, netloc)

    def _keep_distance(self, robotparser: RobotParser) -> None:
        keep_distance(self.crawler, robotparser.crawl_delay(str(self._robotstxt_useragent)))


logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)
"""What kept robots.txt away is a problems row, in German."""


def keep_distance(crawler: Crawler, wanted: float | None) -> None:
    """Raise the politeness delay to a ``Crawl-delay`` (seconds), up to ``AKTENKUNDIG_CRAWL_DELAY_LIMIT``."""
    settings = crawler.settings
    if wanted is None or not math.isfinite(wanted) or wanted <= settings.getfloat("DOWNLOAD_DELAY"):
        return
    delay = min(float(wanted), settings.getfloat("AKTENKUNDIG_CRAWL_DELAY_LIMIT"))
    logger.info("robots.txt bittet um %s s Abstand zwischen zwei Abrufen", wanted)
    downloader = crawler.engine.downloader
    source = getattr(crawler.spider, "source", None)
    for host in source.hosts if source else ():
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
