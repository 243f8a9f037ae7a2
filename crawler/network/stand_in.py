"""The download handler: sends requests to a stand-in site when one is given, and keeps private addresses out."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.network.guard import PrivateAddress, is_public

logging.getLogger("scrapy.core.downloader.handlers.http11").setLevel(logging.ERROR)
"""Its warnings (too large, cut off) are problems rows, in German."""


class StandInHandler(HTTP11DownloadHandler):
    """Everything above it sees canonical addresses only.

    With the setting ``AKTENKUNDIG_STAND_IN`` every request goes to that origin (and path prefix)
    instead of its own host; addresses in ``Location`` headers are turned back.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        base = crawler.settings.get("AKTENKUNDIG_STAND_IN")
        self._base = base.rstrip("/") if base else None

    async def download_request(self, request: Request) -> Response:
        """Fetch; raises PrivateAddress for a live answer from a private address."""
        if self._base is None:
            response = await self.fetch(request)
            if "proxy" not in request.meta:
                _refuse_private(response)
            return response
        mapped = request.replace(url=to_stand_in(request.url, self._base))
        response = await self.fetch(mapped)
        location = response.headers.get("Location")
        if location:
            response.headers["Location"] = from_stand_in(location.decode("latin-1"), self._base, request.url)
        return response.replace(url=request.url)

    async def fetch(self, request: Request) -> Response:
        """The answer to a request as it is; `crawler/network/frontier.py` has others ask."""
        return await super().download_request(request)


def to_stand_in(url: str, base: str) -> str:
    """The address at the stand-in that answers for ``url``.

    >>> to_stand_in("https://www.datenschutz-mv.de/presse/?id=7", "http://127.0.0.1:8123/dsmv")
    'http://127.0.0.1:8123/dsmv/presse/?id=7'
    """
    parts = urlsplit(url)
    return base + urlunsplit(("", "", parts.path or "/", parts.query, ""))


def from_stand_in(location: str, base: str, url: str) -> str:
    """A ``Location`` value of the stand-in as address of the site that ``url`` belongs to.

    >>> from_stand_in("http://127.0.0.1:8123/presse/", "http://127.0.0.1:8123", "https://www.datenschutz-mv.de/x")
    'https://www.datenschutz-mv.de/presse/'
    """
    if not (location == base or location.startswith((base + "/", base + "?"))):
        return location
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{location[len(base) :] or '/'}"


def _refuse_private(response: Response) -> None:
    """What the resolver let through is looked at once more."""
    address = response.ip_address
    if address is not None and not is_public(str(address)):
        raise PrivateAddress(f"{response.url}: {address}")
