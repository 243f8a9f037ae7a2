"""Drives a harvest with Scrapy: asks become requests, responses become answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, ClassVar, Self

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawler.harvest import Ask, Fetched, Harvest, Record
from crawler.identity import canonical_url
from crawler.items import Evidence, Memory
from crawler.sources import SourceDescription
from crawler.spiders.harvests import harvest_for

NO_EVIDENCE = Evidence(snapshot_id=0, fetched_at="1970-01-01T00:00:00Z", sha256="")


class HarvestSpider(scrapy.Spider):
    """A spider for one source description. ``memory`` is filled in before the start by whoever stores."""

    source: ClassVar[SourceDescription]
    memory: Memory = Memory()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._harvest: Harvest | None = None
        self._asked: Counter[str] = Counter()

    @property
    def harvest(self) -> Harvest:
        """The harvest of this run; built at first use, when ``memory`` is known."""
        if self._harvest is None:
            self._harvest = harvest_for(self.source, self.memory)
        return self._harvest

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Built by Scrapy."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.ask_remaining, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The first requests."""
        for ask in self.harvest.begin():
            if self._within_limit(ask):
                yield self._request(ask)

    def ask_remaining(self) -> None:
        """When nothing is left to do: every known address that was not asked yet, then stop."""
        asks = list(self.harvest.remaining())
        engine = self.crawler.engine
        if not asks or engine is None:
            return
        for ask in asks:
            engine.crawl(self._request(ask))
        raise DontCloseSpider

    def on_response(self, response: Response, ask: Ask) -> Iterator[Request | Record]:
        """Callback of every request."""
        yield from self._sent(self.harvest.answer(ask, self._fetched(response)))

    def on_failure(self, failure: TwistedFailure) -> Iterator[Request | Record]:
        """Errback of every request."""
        request: Request = failure.request  # type: ignore[attr-defined]
        kind, detail = describe_failure(failure.value)
        yield from self._sent(self.harvest.missed(request.cb_kwargs["ask"], kind, detail))

    def _sent(self, results: Iterable[Ask | Record]) -> Iterator[Request | Record]:
        for result in results:
            if not isinstance(result, Ask):
                yield result
            elif self._within_limit(result):
                yield self._request(result)

    def _within_limit(self, ask: Ask) -> bool:
        """Whether the setting ``AKTENKUNDIG_ASK_LIMITS`` (asks by kind; a look, no harvest) leaves room for it."""
        self._asked[ask.kind] += 1
        limit = self.settings.getdict("AKTENKUNDIG_ASK_LIMITS").get(ask.kind)
        return limit is None or self._asked[ask.kind] <= int(limit)

    def _request(self, ask: Ask) -> Request:
        return Request(
            ask.url,
            callback=self.on_response,
            errback=self.on_failure,
            cb_kwargs={"ask": ask},
            priority=ask.priority,
            dont_filter=True,
            meta={"kind": ask.kind},
        )

    def _fetched(self, response: Response) -> Fetched:
        load = response.meta.get("load") or (lambda: response.body)
        return Fetched(
            url=canonical_url(response.url, "", self.source),
            status=response.meta.get("status", response.status),
            content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"),
            evidence=response.meta.get("evidence", NO_EVIDENCE),
            load=load,
        )


FAILURES = (
    ("DownloadTimeoutError", "timeout", "Die Antwort kam nicht rechtzeitig."),
    ("TimeoutError", "timeout", "Die Antwort kam nicht rechtzeitig."),
    ("RobotsUnreachable", "robots_unreachable", "robots.txt ist nicht erreichbar; es wird nichts abgerufen."),
    ("ForeignAddress", "foreign_address", "Die Adresse führt von der Quelle weg."),
    ("PrivateAddress", "private_address", "Die Adresse führt in ein privates Netz."),
    ("DownloadCancelledError", "too_large", "Die Antwort ist größer als erlaubt."),
    ("ResponseDataLossError", "cut_off", "Die Antwort brach mitten im Inhalt ab."),
    ("BadCoding", "bad_coding", "Die Antwort ist anders gepackt, als sie angibt."),
    ("VaultFull", "vault_full", "Der Beleg konnte nicht geschrieben werden."),
)
"""Exception class name → (problem kind, sentence). Scrapy wraps the transport's own classes."""


def describe_failure(error: BaseException | None) -> tuple[str, str]:
    """The problem kind and a German sentence for an exception from the downloader."""
    for cls in type(error).__mro__:
        for name, kind, sentence in FAILURES:
            if cls.__name__ == name:
                return kind, f"{sentence} ({error})"
    if "robots.txt" in str(error):
        return "robots_forbidden", "robots.txt verbietet diese Adresse."
    if "redirect" in str(error).lower():
        return "redirect_loop", "Die Adresse leitet im Kreis oder zu oft weiter."
    return "unreachable", f"Keine Verbindung: {type(error).__name__} {error}".strip()
