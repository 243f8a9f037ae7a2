"""The measure of a crawl: a Scrapy spider that fetches given addresses and does nothing, or only parses.

Run: ``python -m benchmarks.bare_spider ADDRESSES --parse``; ``ADDRESSES`` is a file with one address a line.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import scrapy
from bs4 import BeautifulSoup
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response, TextResponse

SETTINGS = {
    "CONCURRENT_REQUESTS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 0,
    "ROBOTSTXT_OBEY": True,
    "COOKIES_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "HTTPERROR_ALLOW_ALL": True,
    "USER_AGENT": "aktenkundig-benchmark",
    "LOG_LEVEL": "WARNING",
}
"""The politeness of ``crawler.settings``; everything else is as Scrapy ships it."""


class BareSpider(scrapy.Spider):
    """Fetches ``addresses``; with ``parse_pages`` every page goes through BeautifulSoup once."""

    name = "bare"

    def __init__(self, addresses: list[str], *, parse_pages: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._addresses = addresses
        self._parse_pages = parse_pages

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Every address, once."""
        for address in self._addresses:
            yield scrapy.Request(address, dont_filter=True)

    def parse(self, response: Response, **kwargs: Any) -> None:
        """Parse and forget."""
        if self._parse_pages and isinstance(response, TextResponse):
            BeautifulSoup(response.text, "lxml")


def main() -> None:
    """Run the spider over the addresses of a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("addresses", type=Path)
    parser.add_argument("--parse", action="store_true")
    options = parser.parse_args()
    process = CrawlerProcess(SETTINGS)
    addresses = options.addresses.read_text(encoding="utf-8").split()
    process.crawl(BareSpider, addresses, parse_pages=options.parse)
    process.start()


if __name__ == "__main__":
    main()
