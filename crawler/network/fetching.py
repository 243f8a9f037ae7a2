"""A fetcher of a cluster: ``python -m crawler.network.fetching REDIS [STAND-IN]`` fetches what writers want."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import urlsplit

import redis
from redis.asyncio import Redis
from redis.exceptions import RedisError
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy_redis.dupefilter import RFPDupeFilter
from scrapy_redis.scheduler import Scheduler
from scrapy_redis.spiders import RedisSpider

from crawler.network.frontier import (
    ANSWER_SECONDS,
    FRONTIER,
    INTAKE,
    SEEN,
    Job,
    answer_key,
    as_request,
    pack,
    pack_failure,
    wanted_key,
)

AT_ONCE = 8
"""Requests of one fetcher, each for another host; those that wait for their host's turn count too."""
TURN = 0.01
"""Seconds until a fetcher asks again whether a host is free."""

LOST = "fetcher/redis_lost"

RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
PROLONG = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"


class AttemptFilter(RFPDupeFilter):  # type: ignore[misc]
    """scrapy-redis' duplicate filter over attempts instead of addresses: writers know what they ask twice."""

    def request_fingerprint(self, request: Request) -> str:
        """The job and how often it was put on the frontier."""
        return attempt_name(Job.from_json(request.meta["job"]))


class FrontierScheduler(Scheduler):  # type: ignore[misc]
    """scrapy-redis' scheduler without its counting, which Scrapy will not support much longer."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        made: Self = cls.from_settings(crawler.settings)
        return made


class FetchSpider(RedisSpider):  # type: ignore[misc]
    """Takes jobs in as they come; scrapy-redis alone would look every five seconds."""

    name = "fetcher"
    redis_key = INTAKE

    def make_request_from_data(self, data: bytes | str) -> Request:
        """A job as request."""
        return Request(**as_request(data), callback=self.parse)

    async def start(self) -> AsyncIterator[Request]:
        """Every job, as long as the process lives."""
        client = Redis.from_url(self.settings["REDIS_URL"])
        while True:
            try:
                found = await client.blpop([INTAKE], timeout=1)
            except RedisError as error:
                self.crawler.stats.set_value(LOST, True)
                raise CloseSpider(LOST) from error
            if found:
                yield self.make_request_from_data(found[1])

    def parse(self, response: Response, **kwargs: Any) -> None:
        """Nothing is left to do: the handler has answered."""


class FetchHandler(HTTP11DownloadHandler):
    """Fetches a job when its host is free and its writer still waits, and puts the answer back."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._redis = Redis.from_url(crawler.settings["REDIS_URL"])
        self._hold = crawler.settings.getfloat("AKTENKUNDIG_HOST_SECONDS")

    async def download_request(self, request: Request) -> Response:
        """The bare status of the answer; raises IgnoreRequest where nobody waits for it any more."""
        job = Job.from_json(request.meta["job"])
        try:
            async with host_lock(self._redis, urlsplit(job.url).netloc.lower(), self._hold):
                if await self._redis.get(wanted_key(job)) != str(job.attempt).encode():
                    raise IgnoreRequest("superseded")
                try:
                    response = await super().download_request(request)
                    answer = pack(response)
                except Exception as error:  # noqa: BLE001 - the writer is told, and decides
                    answer = pack_failure(error)
            await self._answer(job, answer)
        finally:
            await self._redis.srem(SEEN, attempt_name(job))
        return Response(request.url, status=204)

    async def _answer(self, job: Job, answer: bytes) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.rpush(answer_key(job), answer)
            pipe.expire(answer_key(job), ANSWER_SECONDS)
            await pipe.execute()

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()
        await super().close()


def attempt_name(job: Job) -> str:
    """One attempt at a job, as the duplicate filter knows it."""
    return f"{job.id}:{job.attempt}"


@asynccontextmanager
async def host_lock(client: Redis, host: str, seconds: float) -> AsyncIterator[None]:
    """Nobody else asks this host meanwhile. The lock outlives a killed holder by ``seconds`` at most."""
    key, lifetime = f"aktenkundig:host:{host}", int(seconds * 1000)
    token = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"
    while not await client.set(key, token, nx=True, px=lifetime):
        await asyncio.sleep(TURN)
    keeper = asyncio.ensure_future(_prolong(client, key, token, lifetime))
    try:
        yield
    finally:
        keeper.cancel()
        await client.eval(RELEASE, 1, key, token)


async def _prolong(client: Redis, key: str, token: str, lifetime: int) -> None:
    while True:
        await asyncio.sleep(lifetime / 3000)
        await client.eval(PROLONG, 1, key, token, str(lifetime))


def fetcher_settings(address: str, stand_in: str | None = None) -> Settings:
    """Scrapy as a pair of hands: no robots.txt, redirect, retry or cookie of its own; TLS and resolver hold.

    ``stand_in`` is the only private address that may be asked (its port does not matter).
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    handler = "crawler.network.fetching.FetchHandler"
    changes = {
        "REDIS_URL": address,
        "AKTENKUNDIG_STAND_IN": stand_in,
        "SCHEDULER": "crawler.network.fetching.FrontierScheduler",
        "SCHEDULER_PERSIST": True,
        "SCHEDULER_QUEUE_KEY": FRONTIER,
        "SCHEDULER_DUPEFILTER_KEY": SEEN,
        "SCHEDULER_SERIALIZER": "crawler.network.frontier",
        "DUPEFILTER_CLASS": "crawler.network.fetching.AttemptFilter",
        "DOWNLOAD_HANDLERS": dict(settings.getdict("DOWNLOAD_HANDLERS"), http=handler, https=handler),
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "DOWNLOADER_MIDDLEWARES": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS": {},
        "EXTENSIONS_BASE": {},
        "ITEM_PIPELINES": {},
        "HTTPPROXY_ENABLED": False,
        "CONCURRENT_REQUESTS": AT_ONCE,
        "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
        "DOWNLOAD_DELAY": 0,
    }
    settings.setdict(changes, priority="cmdline")
    return settings


def main(arguments: list[str]) -> int:
    """Fetch until told to stop; the exit code: 0 stopped, 1 Redis was lost, 2 it never was there."""
    address = arguments[0] if arguments else os.environ.get("AKTENKUNDIG_CLUSTER", "")
    try:
        redis.Redis.from_url(address).ping()
    except (RedisError, ValueError) as error:
        sys.stderr.write(f"Redis ist nicht erreichbar ({type(error).__name__}).\n")
        return 2
    process = CrawlerProcess(fetcher_settings(address, *arguments[1:2]))
    crawler = process.create_crawler(FetchSpider)
    process.crawl(crawler)
    process.start()
    if crawler.stats.get_value(LOST):
        sys.stderr.write("Die Verbindung zu Redis ist abgebrochen.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
