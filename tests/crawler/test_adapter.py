"""The spider drives a harvest: asks become requests, responses answers, and what is missed is said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from scrapy import Request, signals
from scrapy.exceptions import DontCloseSpider, UsageError
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure as TwistedFailure

from crawler.harvests.harvest import Ask, Fetched, Harvest
from crawler.items import Evidence, Failure, Known, Memory
from crawler.sources import load_source
from crawler.spiders.adapter import HarvestSpider

SITE = "https://www.datenschutz-mv.de"
LIST = f"{SITE}/presse/"
EVIDENCE = Evidence(snapshot_id=7, fetched_at="2026-03-01T04:00:00Z", sha256="a" * 64)


def ask(path: str = "/presse/", kind: Any = "listing", **changes: Any) -> Ask:
    """Something a harvest asks for."""
    return Ask(url=SITE + path, kind=kind, **changes)


class FakeHarvest(Harvest):
    """Asks for what the test says, and remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(load_source("dsmv"), Memory())
        self.first: list[Ask] = []
        self.then: list[Any] = []
        self.left: list[Ask] = []
        self.told: list[tuple[Any, ...]] = []

    def begin(self) -> Iterator[Ask]:
        yield from self.first

    def answer(self, asked: Ask, fetched: Fetched) -> Iterator[Any]:
        self.told.append((asked, fetched))
        yield from self.then

    def missed(self, asked: Ask, kind: str, detail: str) -> Iterator[Any]:
        self.told.append((asked, kind, detail))
        yield from self.then

    def remaining(self) -> Iterator[Ask]:
        yield from self.left


class Signals:
    """Remembers who listens to what."""

    def __init__(self) -> None:
        self.listening: list[tuple[Any, Any]] = []

    def connect(self, receiver: Any, signal: Any = None) -> None:
        self.listening.append((receiver, signal))


class Engine:
    """Takes requests."""

    def __init__(self) -> None:
        self.taken: list[Request] = []

    def crawl(self, request: Request) -> None:
        self.taken.append(request)


class FakeCrawler:
    """What a spider needs of a crawler."""

    def __init__(self, **settings: Any) -> None:
        usual = {"DOWNLOAD_MAXSIZE": 900, "AKTENKUNDIG_PAGE_LIMIT": 50, "AKTENKUNDIG_LISTING_PAGES_LIMIT": 12}
        self.settings = Settings(usual | settings)
        self.signals = Signals()
        self.engine: Engine | None = Engine()
        self.stats = None


class PressSpider(HarvestSpider):
    """The spider of one source, as they are made for each description."""

    name = "dsmv"
    source = load_source("dsmv")


@pytest.fixture
def harvest(monkeypatch: pytest.MonkeyPatch) -> FakeHarvest:
    made = FakeHarvest()
    monkeypatch.setattr("crawler.spiders.adapter.harvest_for", lambda source, memory: made)
    return made


def spider(**settings: Any) -> PressSpider:
    """A spider on a crawler with these settings."""
    return PressSpider.from_crawler(FakeCrawler(**settings))  # type: ignore[arg-type]


def started(one: HarvestSpider) -> list[Request]:
    """The first requests."""

    async def begin() -> list[Request]:
        return [request async for request in one.start()]

    return asyncio.run(begin())


def sent_for(one: HarvestSpider, asked: Ask) -> Request:
    """The request that this ask becomes."""
    one.harvest.first = [asked]  # type: ignore[attr-defined]
    return started(one)[0]


# -- requests ------------------------------------------------------------------------------------------


def test_every_ask_becomes_a_request(harvest: FakeHarvest) -> None:
    asked = ask(priority=90)
    one = spider()
    request = sent_for(one, asked)

    assert (request.url, request.priority, request.method) == (LIST, 90, "GET")
    assert (request.callback, request.errback) == (one.on_response, one.on_failure)
    assert request.cb_kwargs == {"ask": asked}
    assert request.meta["kind"] == "listing"


def test_no_request_is_filtered(harvest: FakeHarvest) -> None:
    """The harvest knows itself what it has asked."""
    assert sent_for(spider(), ask()).dont_filter is True


@pytest.mark.parametrize(("kind", "limit"), [("listing", 50), ("release", 50), ("page", 50), ("file", 900)])
def test_pages_are_small_and_files_may_be_large(harvest: FakeHarvest, kind: str, limit: int) -> None:
    assert sent_for(spider(), ask(kind=kind)).meta["download_maxsize"] == limit


def test_all_first_asks_are_sent_in_order(harvest: FakeHarvest) -> None:
    harvest.first = [ask("/a"), ask("/b")]

    assert [request.url for request in started(spider())] == [f"{SITE}/a", f"{SITE}/b"]


def test_all_first_asks_are_drawn_before_the_first_is_sent(harvest: FakeHarvest) -> None:
    """A harvest that has told only half of where it begins would take the first half to be all."""
    drawn: list[str] = []
    harvest.first = (drawn.append(path) or ask(path) for path in ("/a", "/b", "/c"))  # type: ignore[assignment]

    async def first() -> Request:
        return await anext(spider().start())

    assert asyncio.run(first()).url == f"{SITE}/a"
    assert drawn == ["/a", "/b", "/c"]


LIMITS: dict[str, tuple[dict[str, int], list[str]]] = {
    "none": ({}, ["/1", "/2", "/3", "/f"]),
    "two lists": ({"listing": 2}, ["/1", "/2", "/f"]),
    "no files": ({"file": 0}, ["/1", "/2", "/3"]),
    "more than there are": ({"listing": 9, "file": 1}, ["/1", "/2", "/3", "/f"]),
}


@pytest.mark.parametrize("case", LIMITS)
def test_a_look_asks_for_so_many_of_a_kind(harvest: FakeHarvest, case: str) -> None:
    limits, paths = LIMITS[case]
    harvest.first = [ask("/1"), ask("/2"), ask("/3"), ask("/f", kind="file")]

    sent = [request.url.removeprefix(SITE) for request in started(spider(AKTENKUNDIG_ASK_LIMITS=limits))]
    assert sent == paths


def test_what_an_answer_leads_to_counts_for_the_limit_too(harvest: FakeHarvest) -> None:
    harvest.first = [ask("/1")]
    one = spider(AKTENKUNDIG_ASK_LIMITS={"listing": 2})
    (request,) = started(one)
    harvest.then = [ask("/2"), ask("/3"), ask("/f", kind="file")]
    sent = list(one.on_response(Response(request.url, request=request), ask=ask("/1")))

    assert [request.url for request in sent] == [f"{SITE}/2", f"{SITE}/f"]


# -- answers -------------------------------------------------------------------------------------------


def fetched_by(harvest: FakeHarvest, response: Response, asked: Ask | None = None, **meta: Any) -> Fetched:
    """What the harvest is given of a response."""
    request = Request(response.url, meta={"evidence": EVIDENCE} | meta)
    list(spider().on_response(response.replace(request=request), ask=asked or ask()))
    fetched = harvest.told[-1][1]
    assert isinstance(fetched, Fetched)
    return fetched


def test_a_response_becomes_an_answer(harvest: FakeHarvest) -> None:
    response = Response(LIST, status=200, headers={"Content-Type": "text/html; charset=utf-8"}, body=b"<p>Akte</p>")
    fetched = fetched_by(harvest, response)

    assert (fetched.url, fetched.status, fetched.content_type) == (LIST, 200, "text/html; charset=utf-8")
    assert fetched.evidence == EVIDENCE
    assert fetched.load() == b"<p>Akte</p>"
    assert harvest.told[0][0] == ask()


ANSWERS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[int, bytes]]] = {
    "as it came": ({"status": 404, "body": b"weg"}, {}, (404, b"weg")),
    "not modified": ({"status": 304}, {"status": 200, "load": lambda: b"von gestern"}, (200, b"von gestern")),
    "not modified, nothing known": ({"status": 304}, {}, (304, b"")),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_known_bytes_stand_for_an_answer_without(harvest: FakeHarvest, case: str) -> None:
    response, meta, (status, body) = ANSWERS[case]
    fetched = fetched_by(harvest, Response(LIST, **response), **meta)

    assert (fetched.status, fetched.load()) == (status, body)


def test_known_bytes_are_not_loaded_unless_asked_for(harvest: FakeHarvest) -> None:
    loaded: list[int] = []
    fetched_by(harvest, Response(LIST, status=304), status=200, load=lambda: loaded.append(1) or b"")

    assert loaded == []


def test_an_answer_without_a_type_has_none(harvest: FakeHarvest) -> None:
    assert fetched_by(harvest, Response(LIST)).content_type == ""


def test_an_answer_nobody_kept_points_to_no_snapshot(harvest: FakeHarvest) -> None:
    """As when a page is only looked at."""
    list(spider().on_response(Response(LIST, request=Request(LIST)), ask=ask()))

    assert harvest.told[-1][1].evidence.snapshot_id == 0


FINAL = [
    (f"{SITE}/presse/", "/presse/", f"{SITE}/presse/"),
    (f"{SITE}/presse/?id=5&processor=processor.sa.pressemitteilung&x=1", "/presse/", None),
    (f"{SITE}/presse/?b=1&a=2", "/presse/?b=1&a=2", f"{SITE}/presse/?b=1&a=2"),
]


@pytest.mark.parametrize(("came_from", "asked", "said"), FINAL)
def test_the_address_of_an_answer_is_as_it_was_asked_or_canonical(
    harvest: FakeHarvest, came_from: str, asked: str, said: str | None
) -> None:
    from crawler.identity import canonical_url

    fetched = fetched_by(harvest, Response(came_from), ask(asked))
    assert fetched.url == (said or canonical_url(came_from, "", load_source("dsmv")))


def test_a_redirect_to_no_address_is_missed(harvest: FakeHarvest) -> None:
    list(spider().on_response(Response("http://[::1", request=Request(LIST)), ask=ask()))

    assert harvest.told[-1][:2] == (ask(), "unknown_identity")


def test_records_and_requests_come_in_the_order_of_the_harvest(harvest: FakeHarvest) -> None:
    record = Failure(source="dsmv", url=LIST, stage="listing", kind="x", detail="")
    harvest.then = [record, ask("/b"), record]
    sent = list(spider().on_response(Response(LIST, request=Request(LIST)), ask=ask()))

    assert [type(one).__name__ for one in sent] == ["Failure", "Request", "Failure"]


@pytest.mark.parametrize("way", ["answered", "missed"])
def test_all_that_an_answer_leads_to_is_drawn_at_once(harvest: FakeHarvest, way: str) -> None:
    """Between two results Scrapy may deliver another answer: by then the harvest has to know of all its asks."""
    drawn: list[str] = []
    harvest.then = (drawn.append(path) or ask(path) for path in ("/a", "/b", "/c"))  # type: ignore[assignment]
    one = spider()
    if way == "answered":
        results = one.on_response(Response(LIST, request=Request(LIST)), ask=ask())
    else:
        failure = TwistedFailure(TimeoutError())
        failure.request = Request(LIST, cb_kwargs={"ask": ask()})  # type: ignore[attr-defined]
        results = one.on_failure(failure)

    assert next(iter(results)).url.endswith("/a")
    assert drawn == ["/a", "/b", "/c"]


# -- what was missed -----------------------------------------------------------------------------------


def test_an_address_without_an_answer_is_missed_with_its_reason(harvest: FakeHarvest) -> None:
    one = spider()
    failure = TwistedFailure(TimeoutError())
    failure.request = sent_for(one, ask())  # type: ignore[attr-defined]
    harvest.then = [ask("/b")]
    sent = list(one.on_failure(failure))

    assert harvest.told == [(ask(), "timeout", "Die Antwort kam nicht rechtzeitig.")]
    assert [getattr(one, "url", None) for one in sent] == [f"{SITE}/b"]


# -- the end -------------------------------------------------------------------------------------------


def test_when_nothing_is_left_known_addresses_are_asked(harvest: FakeHarvest) -> None:
    one = spider()
    harvest.left = [ask("/x"), ask("/y")]
    with pytest.raises(DontCloseSpider):
        one.ask_remaining()

    assert [request.url for request in one.crawler.engine.taken] == [f"{SITE}/x", f"{SITE}/y"]  # type: ignore[union-attr]


def test_the_spider_ends_when_everything_was_asked(harvest: FakeHarvest) -> None:
    one = spider()
    one.ask_remaining()

    assert one.crawler.engine.taken == []  # type: ignore[union-attr]


def test_a_spider_without_an_engine_asks_nobody(harvest: FakeHarvest) -> None:
    one = spider()
    one.crawler.engine = None
    harvest.left = [ask("/x")]

    assert one.ask_remaining() is None


def test_the_spider_hears_when_it_is_idle(harvest: FakeHarvest) -> None:
    one = spider()

    assert (one.ask_remaining, signals.spider_idle) in one.crawler.signals.listening


# -- beginning -----------------------------------------------------------------------------------------


def test_the_harvest_is_built_once_and_of_what_is_remembered() -> None:
    """The memory is filled in when the archive is open, after the spider was made."""
    one = spider()
    one.memory = Memory(documents={"dsmv-1": Known(document_id="dsmv-1", url=LIST, doc_type="x")})

    assert one.harvest is one.harvest
    assert one.harvest.memory is one.memory
    assert one.harvest.source.name == "dsmv"
    assert one.harvest.pages_limit == 12


def test_two_spiders_do_not_share_a_harvest() -> None:
    assert spider().harvest is not spider().harvest


def test_a_live_site_is_not_asked_by_nobody() -> None:
    with pytest.raises(UsageError, match="Kontakt"):
        PressSpider.update_settings(Settings())


def test_a_spider_says_who_asks() -> None:
    settings = Settings({"AKTENKUNDIG_CONTACT": "redaktion@example.org", "AKTENKUNDIG_VERSION": "9"})
    PressSpider.update_settings(settings)

    assert settings["USER_AGENT"] == "aktenkundig/9 (+redaktion@example.org)"
