"""What one writer and many fetchers say to each other through Redis: requests, answers, and the names of the keys."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from ipaddress import ip_address
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError
from scrapy import Request, exceptions
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawler.network.guard import PrivateAddress
from crawler.network.stand_in import StandInHandler

INTAKE = "aktenkundig:intake"
"""A list: requests that no fetcher has seen yet."""
FRONTIER = "aktenkundig:frontier"
"""scrapy-redis' queue, one for all fetchers, the most urgent first."""
SEEN = "aktenkundig:seen"
"""scrapy-redis' duplicate filter: no attempt at a job is queued twice."""
ANSWER_SECONDS = 300
"""How long an answer waits for its writer."""

FAILURES: dict[str, type[Exception]] = {
    cls.__name__: cls
    for cls in (
        exceptions.CannotResolveHostError,
        exceptions.DownloadCancelledError,
        exceptions.DownloadConnectionRefusedError,
        exceptions.DownloadFailedError,
        exceptions.DownloadTimeoutError,
        exceptions.ResponseDataLossError,
        exceptions.UnsupportedURLSchemeError,
        PrivateAddress,
    )
}
"""What may go wrong at a fetcher, by the name it travels under."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A request as it travels. ``attempt`` counts how often it was put on the frontier."""

    id: str
    attempt: int
    url: str
    method: str
    headers: list[list[str]]
    priority: int
    maxsize: int | None
    timeout: float | None

    def to_json(self) -> str:
        """For Redis."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str | bytes) -> Job:
        """The reverse of :meth:`to_json`."""
        return Job(**json.loads(text))


def wanted_key(job: Job) -> str:
    """Where the attempt stands that a writer waits for; gone when it has its answer, or is gone itself."""
    return f"aktenkundig:wanted:{job.id}"


def answer_key(job: Job) -> str:
    """Where the answer to a job goes."""
    return f"aktenkundig:answer:{job.id}"


def job_for(request: Request, *, id: str, attempt: int) -> Job:
    """A request of a writer as job."""
    return Job(
        id=id,
        attempt=attempt,
        url=request.url,
        method=request.method,
        headers=_pairs(request.headers),
        priority=request.priority,
        maxsize=request.meta.get("download_maxsize"),
        timeout=request.meta.get("download_timeout"),
    )


def as_request(text: str | bytes) -> dict[str, Any]:
    """A job as the arguments of the fetcher's request: nothing is added and nothing left out."""
    job = Job.from_json(text)
    limits = {"download_maxsize": job.maxsize, "download_timeout": job.timeout}
    return {
        "url": job.url,
        "method": job.method,
        "headers": _headers(job.headers),
        "priority": job.priority,
        "meta": {"job": job.to_json(), **{name: value for name, value in limits.items() if value is not None}},
    }


def dumps(values: dict[str, Any]) -> str:
    """With ``loads`` the serializer of scrapy-redis' queue: JSON, where its own would be pickle."""
    job: str = values["meta"]["job"]
    return job


loads = as_request


def pack(response: Response) -> bytes:
    """An answer: one line of JSON, then the body as it came."""
    head = {"status": response.status, "headers": _pairs(response.headers), "ip": _text(response.ip_address)}
    return json.dumps(head).encode() + b"\n" + response.body


def pack_failure(error: BaseException) -> bytes:
    """A failure, by the name of its class; an unknown one is a broken connection."""
    names = (cls.__name__ for cls in type(error).__mro__)
    name = next((name for name in names if name in FAILURES), "DownloadFailedError")
    return json.dumps({"failure": name, "detail": f"{type(error).__name__}: {error}"}).encode() + b"\n"


def unpack(answer: bytes, url: str) -> Response:
    """The response to ``url``; raises the failure where the answer is one."""
    line, _, body = answer.partition(b"\n")
    head = json.loads(line)
    if "failure" in head:
        raise FAILURES[head["failure"]](head["detail"])
    headers = _headers(head["headers"])
    cls = responsetypes.from_args(headers=headers, url=url, body=body)
    address = ip_address(head["ip"]) if head["ip"] else None
    return cls(url=url, status=head["status"], headers=headers, body=body, ip_address=address)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _pairs(headers: Headers) -> list[list[str]]:
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, values in headers.items() for value in values]


def _headers(pairs: Iterable[Iterable[str]]) -> Headers:
    headers = Headers(encoding="latin-1")
    for name, value in pairs:
        headers.appendlist(name, value)
    return headers


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
