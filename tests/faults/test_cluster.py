"""Writers and fetchers over one frontier: a fetcher is killed in mid-fetch, and nothing is lost or doubled."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest
from crawl_process import end_of, run, start
from derived_tables import derived, integrity
from scrapy import Request

from aktenkundig.sample import SampleSite, server
from archive.database import database_path
from crawler.network.frontier import FRONTIER, INTAKE, job_for

pytestmark = pytest.mark.faults

redis = pytest.importorskip("redis", reason="Zubehör »cluster« fehlt: pip install 'aktenkundig[cluster]'")
pytest.importorskip("scrapy_redis", reason="Zubehör »cluster« fehlt: pip install 'aktenkundig[cluster]'")
needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server fehlt: apt install redis-server"
)

ORDERS = (("dsmv", "dsk"), ("dsmv", "dsk"), ("dsk", "dsmv"))
"""Three writers, each with an archive of its own for which it asks both hosts at once."""
KILLED_AFTER = 60
"""Requests that the site has seen when a fetcher is killed."""
QUICK = {"AKTENKUNDIG_CLUSTER_PATIENCE": "3", "AKTENKUNDIG_HOST_SECONDS": "1"}


class Gauge:
    """How many requests a host of the site is answering, and the most it ever was."""

    def __init__(self) -> None:
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._lock = threading.Lock()

    def come(self, host: str) -> None:
        """A request is being answered."""
        with self._lock:
            self.now[host] += 1
            self.most[host] = max(self.most[host], self.now[host])

    def go(self, host: str) -> None:
        """Its answer is about to be sent."""
        with self._lock:
            self.now[host] -= 1


@pytest.fixture
def gauge(monkeypatch: pytest.MonkeyPatch) -> Gauge:
    """Looks at every request of the sample site from its arrival to its answer."""
    made, serve, send = Gauge(), server._Handler._serve, server._Handler._send

    def serve_watched(handler: server._Handler, *, with_body: bool) -> None:
        made.come(handler.server.host)
        serve(handler, with_body=with_body)

    def send_watched(handler: server._Handler, *values: object) -> None:
        made.go(handler.server.host)
        send(handler, *values)  # type: ignore[arg-type]

    monkeypatch.setattr(server._Handler, "_serve", serve_watched)
    monkeypatch.setattr(server._Handler, "_send", send_watched)
    return made


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[str]:
    """A Redis that keeps nothing."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen([*command, "--dir", str(tmp_path)], stdout=subprocess.DEVNULL) as process:
        address = f"redis://127.0.0.1:{port}/0"
        try:
            wait_for(lambda: answers(address), "redis-server does not answer")
            yield address
        finally:
            process.terminate()


def answers(address: str) -> bool:
    """Whether Redis is there."""
    try:
        with closing(redis.Redis.from_url(address)) as client:
            return bool(client.ping())
    except redis.exceptions.ConnectionError:
        return False


def wait_for(reached: object, failure: str, *, seconds: float = 30.0) -> None:
    """Until something is true."""
    end = time.monotonic() + seconds
    while not reached():  # type: ignore[operator]
        assert time.monotonic() < end, failure
        time.sleep(0.002)


def fetcher(address: str, log: Path) -> subprocess.Popen[bytes]:
    """A fetcher of its own."""
    with log.open("wb") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", "crawler.network.fetching", address, "http://127.0.0.1"],
            env={**os.environ, **QUICK},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
        )


def crawl(site: SampleSite, data: Path, order: tuple[str, ...], **env: str) -> subprocess.Popen[str]:
    """A writer of both sources."""
    at = [word for name in order for word in ("--at", f"{name}={site.address(name)}")]
    return start("--data", str(data), "crawl", *order, *at, "--delay", "0", env=env)


def leave_a_stale_job(address: str, url: str) -> None:
    """A request whose writer is gone."""
    job = job_for(Request(url), id="stale", attempt=1)
    with closing(redis.Redis.from_url(address)) as client:
        client.rpush(INTAKE, job.to_json())


def waiting(address: str) -> list[int]:
    """How many requests are left on the frontier."""
    with closing(redis.Redis.from_url(address)) as client:
        return [client.llen(INTAKE), client.zcard(FRONTIER)]


def holders(address: str) -> set[int]:
    """The processes that are asking a host at this moment."""
    with closing(redis.Redis.from_url(address)) as client:
        values = [client.get(key) for key in client.keys("aktenkundig:host:*")]
    return {int(value.decode().split(":")[1]) for value in values if value}


def stopped_in_mid_fetch(process: subprocess.Popen[bytes], address: str) -> bool:
    """Whether a fetcher could be stopped while it had a host, and its writer no answer yet."""
    if process.pid not in holders(address):
        return False
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.01)
    if process.pid in holders(address):
        return True
    process.send_signal(signal.SIGCONT)
    return False


def asked(data: Path) -> Counter[tuple[object, ...]]:
    """What the archive has answers for, and how often."""
    with closing(sqlite3.connect(database_path(data))) as conn:
        return Counter(conn.execute("select url, status, payload_digest from snapshots"))


def at_once(data: Path) -> list[str]:
    """The sources of an archive, where each began before any other ended."""
    with closing(sqlite3.connect(database_path(data))) as conn:
        runs = conn.execute("select source, started_at, finished_at from runs order by source").fetchall()
    assert max(began for _, began, _ in runs) < min(ended for *_, ended in runs)
    return [source for source, *_ in runs]


def test_the_gauge_sees_two_requests_at_once(gauge: Gauge) -> None:
    """Without this the figure below could not fail."""
    with SampleSite() as site:
        site.fault("*", delay=0.3)
        asking = [threading.Thread(target=lambda: urlopen(site.address("dsk") + "/").read()) for _ in "ab"]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()

    assert gauge.most == {"dsk": 2}
    assert gauge.now == {"dsk": 0}


@needs_redis
def test_a_killed_fetcher_loses_nothing(gauge: Gauge, frontier: str, tmp_path: Path) -> None:
    with SampleSite() as site:
        assert end_of(crawl(site, tmp_path / "alone", ("dsmv", "dsk"))).code == 0
        usual = len(site.requests)
        site.forget_requests()
        gauge.most.clear()
        site.fault("*", delay=0.02)
        leave_a_stale_job(frontier, site.address("dsk") + "/stale")
        logs = [tmp_path / "victim.log", tmp_path / "survivor.log"]
        victim, survivor = (fetcher(frontier, log) for log in logs)
        writers = [
            crawl(site, tmp_path / str(number), order, AKTENKUNDIG_CLUSTER=frontier, **QUICK)
            for number, order in enumerate(ORDERS)
        ]
        try:
            wait_for(lambda: survivor.pid in holders(frontier), "one fetcher does nothing")
            wait_for(lambda: len(site.requests) >= KILLED_AFTER, "the writers ask nothing")
            wait_for(lambda: stopped_in_mid_fetch(victim, frontier), "the other fetcher does nothing")
            victim.send_signal(signal.SIGKILL)
            before = len(site.requests)
            ended = [end_of(writer, timeout=60) for writer in writers]
        finally:
            survivor.terminate()
            victim.kill()
            codes = victim.wait(10), survivor.wait(10)

    assert [one.code for one in ended] == [0, 0, 0], [one.err for one in ended]
    assert codes == (-signal.SIGKILL, 0)
    assert [log.read_text() for log in logs] == ["", ""]
    assert before < usual * len(ORDERS) * 0.9, "killed too late"
    assert gauge.most == {"dsmv": 1, "dsk": 1}
    assert waiting(frontier) == [0, 0]
    assert not [one for one in site.requests if one.target == "/stale"]
    assert usual * len(ORDERS) <= len(site.requests) <= usual * len(ORDERS) + 2
    for number in range(len(ORDERS)):
        data = tmp_path / str(number)
        assert derived(data) == derived(tmp_path / "alone")
        assert asked(data) == asked(tmp_path / "alone")
        assert integrity(data) == ["ok"]
        assert at_once(data) == ["dsk", "dsmv"]
        assert run("--data", str(data), "verify").code == 0


@needs_redis
def test_a_fetcher_that_loses_redis_says_so_and_ends(frontier: str, tmp_path: Path) -> None:
    with closing(redis.Redis.from_url(frontier)) as client:
        process = fetcher(frontier, tmp_path / "log")
        try:
            wait_for(lambda: len(client.client_list()) > 1, "the fetcher does not come")
            time.sleep(1.0)
            client.shutdown(nosave=True)
            code = process.wait(20)
        finally:
            process.kill()

    assert code == 1
    assert "Die Verbindung zu Redis ist abgebrochen." in (tmp_path / "log").read_text()
