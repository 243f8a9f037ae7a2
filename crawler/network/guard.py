"""Keeps requests at the source: its own hosts, http and https, no odd ports, no private network behind a name."""

from __future__ import annotations

import ipaddress
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase


class ForeignAddress(IgnoreRequest):
    """An address (or a redirect) leads away from the source; it is not followed."""


class GuardMiddleware:
    """Checks every request, redirects included, against the hosts of the source description.

    Stands before everything that could ask something of the address, robots.txt included.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy; the spider, where there is one of ours, carries the source description."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise ForeignAddress unless the address belongs to the source of the spider."""
        source = getattr(self._crawler.spider, "source", None)
        if source is not None and not is_own(request.url, source.hosts):
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
    return parts.scheme in ("http", "https") and own_port and "@" not in parts.netloc and parts.hostname in hosts


class PrivateAddress(IgnoreRequest):
    """A host name of the source leads to a private address; no connection is made."""


class PublicResolver(CachingThreadedResolver):
    """Resolves names to public addresses only, except that of the stand-in (and of a proxy, where one is used)."""

    exempt: frozenset[str] = frozenset()
    unguarded = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Built by Scrapy, once for the process."""
        resolver = super().from_crawler(crawler, reactor)
        stand_in = urlsplit(crawler.settings.get("AKTENKUNDIG_STAND_IN") or "").hostname
        resolver.exempt = frozenset({stand_in} if stand_in else ())
        resolver.unguarded = crawler.settings.getbool("HTTPPROXY_ENABLED")
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:
        """A Deferred of the address; fails with PrivateAddress for a private one."""
        found = super().getHostByName(name, timeout)
        if self.unguarded or name in self.exempt:
            return found
        return found.addCallback(public_address, name)


def public_address(address: str, name: str) -> str:
    """The address, if it is a public one. Raises PrivateAddress.

    >>> public_address("8.8.8.8", "www.datenschutz-mv.de")
    '8.8.8.8'
    """
    if not is_public(address):
        raise PrivateAddress(f"{name}: {address}")
    return address


def is_public(address: str) -> bool:
    """Whether an IP address is reachable for everybody.

    >>> is_public("169.254.169.254"), is_public("10.0.0.1"), is_public("::1"), is_public("192.0.2.7")
    (False, False, False, False)
    """
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False
