"""A running portal under statements that try to crash, freeze, fill and spy it out, and after a sudden death."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from benchmarks.children import MemoryWatch, family
from benchmarks.portal import fill

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "portal"))

from hostile_sql import DENIED, ENDLESS, GREEDY, HOSTILE  # noqa: E402

pytestmark = pytest.mark.faults

DOCUMENTS = 2_000
MEMORY_MB = 400
PROCESSOR_SECONDS = 2.0


class Portal:
    """``aktenkundig serve`` as a process of its own."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "aktenkundig", "--data", str(data), "serve", "--port", str(self.port)],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )

    def get(self, path: str, patience: float = 60.0) -> tuple[int, bytes]:
        """Status and body of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ask(self, sql: str) -> tuple[int, bytes]:
        """Status and body of a statement's answer."""
        return self.get(f"/archive.json?_shape=array&sql={quote(sql, safe='')}")

    def children(self) -> list[int]:
        """Its child processes."""
        return list(family(self.process.pid))[1:]


def seconds_of(pid: int) -> float:
    """Processor time of a process and of all its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two thousand documents."""
    folder = tmp_path_factory.mktemp("hostile")
    fill(folder, DOCUMENTS)
    return folder


@pytest.fixture
def portal(data: Path) -> Iterator[Portal]:
    """A portal that answers."""
    made = Portal(data)
    for _ in range(300):
        try:
            made.get("/robots.txt")
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    yield made
    made.process.kill()
    made.process.wait()


def spent(portal: Portal) -> float:
    """Processor time of the portal and of all its children, running or not."""
    total = seconds_of(portal.process.pid)
    for pid in portal.children():
        try:
            total += seconds_of(pid)
        except OSError:
            continue
    return total


def test_there_are_sixty_of_them() -> None:
    """The list is as long as it has to be, and no statement stands in it twice."""
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


def test_one_after_the_other_none_outlives_its_limit(portal: Portal) -> None:
    """No crash; each ends within its processor time; memory stays bounded; small answers."""
    portal.ask("select 1")
    watch = MemoryWatch(portal.process.pid)
    for sql in HOSTILE:
        before = spent(portal)
        status, body = portal.ask(sql)
        used = spent(portal) - before

        assert status in (200, 400), sql
        assert used < PROCESSOR_SECONDS, (sql, used)
        assert len(body) < 6_000_000, sql
        assert portal.ask("select count(*) as n from documents")[1] == b'[{"n": %d}]' % DOCUMENTS
    assert watch.stop() < MEMORY_MB


def test_eight_at_once_leave_others_their_answers(portal: Portal) -> None:
    """Plain questions and full text are answered while it lasts, pages are, and memory is bounded."""
    over = threading.Event()
    heavy = [*GREEDY, *ENDLESS] * 2
    statuses: list[int] = []
    watch = MemoryWatch(portal.process.pid)

    def read() -> list[int]:
        found = []
        while not over.wait(0.2):
            found.append(portal.get("/robots.txt")[0])
            found.append(portal.get("/suche?q=Datenschutz")[0])
            found.append(portal.ask("select count(*) as n from documents")[0])
            found.append(portal.ask("select rowid from documents_fts where documents_fts match 'daten' limit 5")[0])
        return found

    with ThreadPoolExecutor(9) as threads:
        reader = threads.submit(read)
        statuses += [status for status, _ in threads.map(portal.ask, heavy)]
        over.set()
        pages = reader.result()
    after = portal.ask("select count(*) as n from documents_fts where documents_fts match 'datenschutz'")

    assert set(statuses) <= {200, 400, 503}
    assert set(pages) == {200}
    assert after[0] == 200
    assert watch.stop() < MEMORY_MB
    assert portal.process.poll() is None


def test_what_is_denied_is_denied_to_the_end(portal: Portal) -> None:
    """The process that answers stays the same: nothing of it crashed."""
    portal.ask("select 1")
    before = set(portal.children())
    for sql in DENIED * 2:
        assert portal.ask(sql)[0] == 400, sql

    assert before <= set(portal.children())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_child_outlives_the_portal(portal: Portal, how: signal.Signals) -> None:
    """Also in the middle of a statement that asks nothing."""
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(portal.ask, ENDLESS[3])
        while not (children := portal.children()):
            time.sleep(0.02)
        portal.process.send_signal(how)
        portal.process.wait(timeout=20)
        asked.exception(timeout=20)
    for _ in range(100):
        if not any(Path(f"/proc/{pid}").exists() for pid in children):
            break
        time.sleep(0.1)

    assert not any(Path(f"/proc/{pid}").exists() for pid in children)
