"""Drives a harvest with Scrapy: asks become requests, responses become answers; one spider per source description."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, ClassVar, Self

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure as TwistedFailure

from crawler.errors import ReadingError, describe_error, describe_failure
from crawler.harvests import harvest_for
from crawler.harvests.harvest import Ask, Fetched, Harvest, Record
from crawler.identity import canonical_url, document_id_for, file_doc_type
from crawler.items import Evidence, Known, Memory
from crawler.network.politeness import introduce
from crawler.sources import SourceDescription, load_source, source_names

NO_EVIDENCE = Evidence(snapshot_id=0, fetched_at="1970-01-01T00:00:00Z", sha256="")


class HarvestSpider(scrapy.Spider):
    """A spider for one source description.

    ``before_start`` is called where a harvest begins, and fills ``memory`` in. Where one page is only looked at
    (``scrapy shell``, ``fetch``, ``parse``, ``check``) no harvest begins, and nothing is stored.
    """

    source: ClassVar[SourceDescription]
    memory: Memory = Memory()
    before_start: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._harvest: Harvest | None = None
        self._asked: Counter[str] = Counter()
        self._endings: list[asyncio.Future[None]] = []

    @property
    def harvest(self) -> Harvest:
        """The harvest of this run; built at first use, when ``memory`` is known."""
        if self._harvest is None:
            self._harvest = harvest_for(self.source, self.memory)
            self._harvest.pages_limit = self.settings.getint("AKTENKUNDIG_LISTING_PAGES_LIMIT")
        return self._harvest

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Say who asks; raises UsageError where a live site would be asked without a contact."""
        super().update_settings(settings)
        introduce(settings, cls.name)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Built by Scrapy."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.ask_remaining, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The first requests of a harvest; all of them are drawn before the first is answered (see ``_sent``)."""
        self.before_start()
        for ask in list(self.harvest.begin()):
            if self._within_limit(ask):
                yield self._request(ask)

    def ask_remaining(self) -> None:
        """When nothing is left to do: what closes the run, where no answer has led there by itself; then stop."""
        engine = self.crawler.engine
        results = [] if engine is None else list(self.harvest.finish())
        for result in results:
            if isinstance(result, Ask):
                engine.crawl(self._request(result))
            else:
                self._endings.append(asyncio.ensure_future(engine.scraper.start_itemproc_async(result, response=None)))
        if results:
            raise DontCloseSpider

    def look(self, response: Response) -> Iterator[Request | Record]:
        """What this one page says by itself: no other page is there to doubt it by."""
        harvest, held = harvest_for(self.source, Memory()), []
        harvest._hold = lambda ask, fetched, results: held.append(results)  # type: ignore[method-assign]
        first, url = {ask.url: ask for ask in harvest.begin()}, response.url
        known = Known(document_id="", url=url, doc_type=file_doc_type(url, self.source))
        ask = first.get(url) or Ask(
            url=url,
            kind=harvest._kind_of(known),
            document_id=document_id_for(url, self.source),
            doc_type=known.doc_type,
        )
        yield from self._sent(harvest._answer(ask, self._fetched(response, ask)))
        for results in held:
            yield from self._sent(results())

    def on_response(self, response: Response, ask: Ask) -> Iterator[Request | Record]:
        """Callback of every request."""
        try:
            fetched = self._fetched(response, ask)
        except ReadingError as error:
            yield from self._sent(self.harvest.missed(ask, error.kind, describe_error(error)))
            return
        yield from self._sent(self.harvest.answer(ask, fetched))

    def on_failure(self, failure: TwistedFailure) -> Iterator[Request | Record]:
        """Errback of every request."""
        request: Request = failure.request  # type: ignore[attr-defined]
        kind, detail = describe_failure(failure.value)
        yield from self._sent(self.harvest.missed(request.cb_kwargs["ask"], kind, detail))

    def _sent(self, results: Iterable[Ask | Record]) -> Iterator[Request | Record]:
        """All results of one answer are drawn at once: Scrapy may deliver the next answer between two of them, and a
        harvest that has told only half of its asks would take itself to be done."""
        for result in list(results):
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
            meta={"kind": ask.kind, "download_maxsize": self._limit(ask)},
        )

    def _limit(self, ask: Ask) -> int:
        """The most bytes of an answer, packed or not: pages are small, files may be large."""
        return self.settings.getint("DOWNLOAD_MAXSIZE" if ask.kind == "file" else "AKTENKUNDIG_PAGE_LIMIT")

    def _fetched(self, response: Response, ask: Ask) -> Fetched:
        load = response.meta.get("load") or (lambda: response.body)
        return Fetched(
            url=ask.url if response.url == ask.url else canonical_url(response.url, "", self.source),
            status=response.meta.get("status", response.status),
            content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"),
            evidence=response.meta.get("evidence", NO_EVIDENCE),
            load=load,
        )


def _spider(name: str) -> type[HarvestSpider]:
    """The spider of a source, with what ``scrapy check`` holds it to."""
    source = load_source(name)

    def parse(self: HarvestSpider, response: Response) -> Iterator[Request | Record]:
        yield from self.look(response)

    parse.__doc__ = f"""The first list of the site.

    @url {source.start_urls()[0]}
    @returns items 1
    @returns requests 1
    @scrapes source listing evidence
    """
    values = {"name": name, "source": source, "allowed_domains": sorted(source.hosts), "parse": parse}
    return type(f"{name.title()}Spider", (HarvestSpider,), {**values, "__module__": __name__})


globals().update({spider.__name__: spider for spider in map(_spider, source_names())})
