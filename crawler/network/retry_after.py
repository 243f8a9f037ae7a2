"""Waits as long as a server asks for with ``Retry-After`` (RFC 9110, section 10.2.3)."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

logger = logging.getLogger(__name__)


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
