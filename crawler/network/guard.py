"""Lets only addresses of the source itself through: its own hosts, http and https, no odd ports."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest


class ForeignAddress(IgnoreRequest):
    """An address (or a redirect) leads away from the source; it is not followed."""


class GuardMiddleware:
    """Checks every request, redirects included, against the hosts of the source description.

    Stands before everything that could ask something of the address, robots.txt included.
    """

    def __init__(self, hosts: frozenset[str]) -> None:
        self._hosts = hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy; the spider carries the source description."""
        return cls(frozenset(crawler.spider.source.hosts))  # type: ignore[union-attr]

    def process_request(self, request: Request) -> None:
        """Raise ForeignAddress unless the address belongs to the source."""
        if not is_own(request.url, self._hosts):
            raise ForeignAddress(request.url)


def is_own(url: str, hosts: frozenset[str]) -> bool:
    """Whether an address is one of the source's own; one with a user name or password never is.

    >>> is_own("https://www.datenschutz-mv.de/presse/", frozenset({"www.datenschutz-mv.de"}))
    True
    >>> is_own("http://127.0.0.1/presse/", frozenset({"www.datenschutz-mv.de"}))
    False
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    own_port = port in (None, {"http": 80, "https": 443}.get(parts.scheme))
    return (
        parts.scheme in ("http", "https") and own_port and "@" not in parts.netloc and parts.hostname in hosts
    )
