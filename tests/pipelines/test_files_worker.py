"""The worker process: one for many files, killed when it hangs, gone when its parent is."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from made_files import Layout, made_pdf, nested_forms_pdf, paragraphs

from pipelines.files import FileLimits
from pipelines.files.file_worker import FileWorker, WorkerTimeout, _stated
from pipelines.files.reader import read_file

ROOT = Path(__file__).resolve().parents[2]
PDF = made_pdf(paragraphs(1, 12), Layout(foot="{number}")).body
ASK = {"task": "pdf", "first": 1}


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pid: int, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_running(pid)


def test_the_worker_is_started_with_the_first_file_and_serves_many():
    with FileWorker() as worker:
        assert worker.pid is None
        first = read_file(PDF, worker=worker)
        pid = worker.pid

        assert all(read_file(PDF, worker=worker) == first for _ in range(5))
        assert (worker.pid, worker.starts) == (pid, 1)


def test_closing_ends_the_process_and_leaves_no_zombie():
    with FileWorker() as worker:
        read_file(PDF, worker=worker)
        pid = worker.pid

    assert worker.pid is None
    assert pid
    assert not is_running(pid)


def test_a_closed_worker_may_be_asked_again():
    with FileWorker() as worker:
        read_file(PDF, worker=worker)
        worker.close()

        assert read_file(PDF, worker=worker).problems == ()
        assert worker.starts == 2


def test_a_forgotten_worker_is_ended_with_its_object():
    worker = FileWorker()
    read_file(PDF, worker=worker)
    pid = worker.pid
    del worker
    gc.collect()

    assert pid
    assert not is_running(pid)


def test_a_worker_that_was_killed_between_files_is_replaced_unnoticed():
    with FileWorker() as worker:
        first = read_file(PDF, worker=worker)
        os.kill(worker.pid or 0, signal.SIGKILL)

        assert read_file(PDF, worker=worker) == first
        assert worker.starts == 2


def test_a_worker_that_stands_still_is_killed_and_the_file_gets_a_problem():
    with FileWorker() as worker:
        read_file(PDF, worker=worker)
        pid = worker.pid or 0
        os.kill(pid, signal.SIGSTOP)
        read = read_file(PDF, worker=worker, limits=FileLimits(page_seconds=0.5))

        assert [met.kind for met in read.problems] == ["timeout"]
        assert not read.complete
        assert not is_running(pid)
        assert read_file(PDF, worker=worker).problems == ()


class Mortal(FileWorker):
    """A worker that is killed after ``answers`` messages of a file, for the first ``deaths`` times."""

    def __init__(self, *, answers: int, deaths: int) -> None:
        super().__init__()
        self._answers, self._deaths = answers, deaths

    def ask(self, request: dict[str, Any], body: bytes, limits: FileLimits) -> Iterator[Any]:
        for count, answer in enumerate(super().ask(request, body, limits), 1):
            yield answer
            if count == self._answers and self._deaths:
                self._deaths -= 1
                os.kill(self.pid or 0, signal.SIGKILL)
                time.sleep(0.05)


def long_pdf() -> bytes:
    """So many pages that no pipe holds all answers."""
    return made_pdf(paragraphs(3, 1200), Layout(lines=40)).body


def test_a_worker_that_dies_inside_a_file_is_replaced_and_goes_on_where_it_was():
    body = long_pdf()
    with FileWorker() as worker, Mortal(answers=3, deaths=2) as mortal:
        whole = read_file(body, worker=worker)

        assert read_file(body, worker=mortal) == whole
        assert whole.complete
        assert mortal.starts == 3


def test_a_worker_that_dies_again_and_again_loses_the_rest_of_the_file_and_says_so():
    with Mortal(answers=2, deaths=99) as mortal:
        read = read_file(long_pdf(), worker=mortal)

        assert [met.kind for met in read.problems] == ["crashed"]
        assert not read.complete
        assert len(read.pages) == read.page_count
        assert {page.method for page in read.pages} == {"pdf", "none"}


def test_a_page_that_takes_too_long_raises_a_timeout():
    limits = FileLimits(page_seconds=0.02, memory_bytes=2**32)
    with FileWorker() as worker:
        read_file(PDF, worker=worker)
        with pytest.raises(WorkerTimeout):
            list(worker.ask(ASK, nested_forms_pdf(7), limits))

        assert worker.pid is None


def test_leaving_the_answers_early_does_not_mix_up_the_next_file():
    with FileWorker() as worker:
        answers = worker.ask(ASK, PDF, FileLimits())
        next(answers)
        answers.close()

        assert read_file(PDF, worker=worker).problems == ()


def test_threads_may_share_a_worker():
    bodies = [made_pdf(paragraphs(seed, 6)).body for seed in range(8)]
    with FileWorker() as worker:
        alone = [read_file(body, worker=worker) for body in bodies]
        with ThreadPoolExecutor(4) as threads:
            together = list(threads.map(lambda body: read_file(body, worker=worker), bodies))

        assert together == alone
        assert worker.starts == 1


PARENT = """
import sys, time
from pipelines.files.file_worker import FileWorker
from pipelines.files.reader import read_file
worker = FileWorker()
read_file(sys.stdin.buffer.read(), worker=worker)
print(worker.pid, flush=True)
{then}
"""


def parent(then: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(then=then)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    process.stdin.write(PDF)
    process.stdin.close()
    return process


@pytest.mark.parametrize("then", ["time.sleep(60)", "pass"], ids=["killed", "ended without close"])
def test_the_worker_ends_with_its_parent(then):
    process = parent(then)
    assert process.stdout
    pid = int(process.stdout.readline())
    if "sleep" in then:
        assert is_running(pid)
        process.kill()
    process.wait(20)
    process.stdout.close()

    assert wait_until_gone(pid)


def test_the_worker_knows_nothing_of_the_operators_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords, hooks and paths of the archive stay on this side."""
    monkeypatch.setenv("AKTENKUNDIG_SMTP_PASSWORD", "geheim")
    monkeypatch.setenv("AKTENKUNDIG_WEBHOOK", "https://example.org/haken")
    with FileWorker() as worker:
        list(worker.ask(ASK, PDF, FileLimits()))
        names = {
            line.partition(b"=")[0].decode() for line in Path(f"/proc/{worker.pid}/environ").read_bytes().split(b"\0")
        }

    assert not [name for name in names if name.startswith("AKTENKUNDIG")]
    assert "PYTHONPATH" in names


@pytest.mark.parametrize(("size", "most"), [(580, 512), (20_000_000, 640), (60_000_000, 896)])
def test_a_small_file_gets_little_memory(size: int, most: int) -> None:
    """In MiB; what the four workers of a night may take together stays near the memory of its unit."""
    limits = FileLimits()
    granted = int(_stated({}, limits, size)["memory_bytes"])

    assert granted <= most * 1024 * 1024
    assert granted <= limits.memory_bytes
