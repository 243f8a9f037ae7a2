"""What travels between writer and fetchers comes out as it went in."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, DownloadTimeoutError
from scrapy.http import HtmlResponse, Response

from crawler.errors import describe_failure
from crawler.network.fetching import fetcher_settings
from crawler.network.frontier import Job, as_request, dumps, job_for, loads, pack, pack_failure, unpack
from crawler.network.guard import PrivateAddress

URL = "https://www.datenschutz-mv.de/presse/?id=7"


def test_a_request_travels_with_its_headers_and_limits() -> None:
    asked = Request(
        URL,
        headers={"If-None-Match": '"ä"', "Accept": ["a", "b"]},
        priority=7,
        meta={"download_maxsize": 5, "download_timeout": 2.5, "kind": "file"},
    )
    job = job_for(asked, id="x", attempt=2)
    made = Request(**as_request(job.to_json()))

    assert Job.from_json(job.to_json()) == job
    assert (made.url, made.method, made.priority) == (URL, "GET", 7)
    assert made.headers.to_unicode_dict() == asked.headers.to_unicode_dict()
    assert made.headers.getlist("Accept") == [b"a", b"b"]
    assert {name: made.meta[name] for name in ("download_maxsize", "download_timeout")} == {
        "download_maxsize": 5,
        "download_timeout": 2.5,
    }


def test_the_queue_of_scrapy_redis_holds_json() -> None:
    job = job_for(Request(URL), id="x", attempt=1)
    request = Request(**as_request(job.to_json()))

    assert dumps(request.to_dict()) == job.to_json()
    assert Request(**loads(dumps(request.to_dict()).encode())).to_dict() == request.to_dict()


@pytest.mark.parametrize("body", [b"", b"\n", b"\x00\xff\r\n{}\n" * 3, "Größe".encode()])
def test_an_answer_travels_byte_for_byte(body: bytes) -> None:
    headers = {"Content-Type": "text/html", "Set-Cookie": ["a=1", "b=2"], "X-Odd": b"\xe4\xff"}
    sent = Response(URL, status=404, headers=headers, body=body, ip_address=ip_address("8.8.8.8"))
    got = unpack(pack(sent), URL)

    assert isinstance(got, HtmlResponse)
    assert (got.url, got.status, got.body, got.ip_address) == (URL, 404, body, sent.ip_address)
    assert dict(got.headers) == dict(sent.headers)


@pytest.mark.parametrize("error", [DownloadTimeoutError("x"), DownloadCancelledError("x"), PrivateAddress("x")])
def test_a_failure_keeps_its_name(error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        unpack(pack_failure(error), URL)

    assert describe_failure(raised.value) == describe_failure(error)


def test_an_unknown_failure_is_a_broken_connection() -> None:
    with pytest.raises(DownloadFailedError, match="KeyError: 'x'"):
        unpack(pack_failure(KeyError("x")), URL)


def test_a_fetcher_adds_nothing_of_its_own() -> None:
    settings = fetcher_settings("redis://127.0.0.1:1/0")

    assert not any(settings.getdict("DOWNLOADER_MIDDLEWARES_BASE").values())
    assert not any(settings.getwithbase("DOWNLOADER_MIDDLEWARES").values())
    assert not any(settings.getwithbase("SPIDER_MIDDLEWARES").values())
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert settings["TWISTED_DNS_RESOLVER"] == "crawler.network.guard.PublicResolver"
    assert settings["STATS_CLASS"] == "scrapy.statscollectors.MemoryStatsCollector"
