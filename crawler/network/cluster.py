"""The download handler of a cluster's writer: requests go to the shared frontier, answers come from a fetcher."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.http import Response

from crawler.network.frontier import INTAKE, Job, answer_key, job_for, unpack, wanted_key
from crawler.network.stand_in import StandInHandler

ATTEMPTS = 5
"""So often a request is put on the frontier before it counts as not answered."""


class ClusterHandler(StandInHandler):
    """Asks fetchers (`crawler/network/fetching.py`) instead of the site; everything above it notices nothing.

    What is not answered within ``AKTENKUNDIG_CLUSTER_PATIENCE`` seconds is put on the frontier again:
    a fetcher that was killed loses nothing.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._redis = Redis.from_url(crawler.settings["AKTENKUNDIG_CLUSTER"])
        self._patience = crawler.settings.getfloat("AKTENKUNDIG_CLUSTER_PATIENCE")

    async def fetch(self, request: Request) -> Response:
        """The answer of a fetcher; raises what went wrong there, or DownloadTimeoutError without one."""
        job = job_for(request, id=uuid.uuid4().hex, attempt=0)
        try:
            for attempt in range(1, ATTEMPTS + 1):
                await self._put(replace(job, attempt=attempt))
                answer = await self._wait(job)
                if answer is not None:
                    await self._redis.delete(wanted_key(job))
                    return unpack(answer, request.url)
        except RedisError as error:
            raise DownloadFailedError(f"Redis: {type(error).__name__}") from error
        raise DownloadTimeoutError(f"no fetcher answered for {request.url}")

    async def _put(self, job: Job) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(wanted_key(job), job.attempt, px=int(self._patience * 2000))
            pipe.rpush(INTAKE, job.to_json())
            await pipe.execute()

    async def _wait(self, job: Job) -> bytes | None:
        end = time.monotonic() + self._patience
        while (left := end - time.monotonic()) > 0:
            found = await self._redis.blpop([answer_key(job)], timeout=min(left, 1.0))
            if found:
                return cast("bytes", found[1])
        return None

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()
        await super().close()
