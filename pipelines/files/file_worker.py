"""The parent's side of the worker process: starts it, asks it, and kills it when it takes too long."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipelines.files import FileLimits
from pipelines.files.worker import BrokenFrame, packed, unpacked

ROOT = Path(__file__).resolve().parents[2]
CHUNK = 1024 * 1024
PART = 64 * 1024
"""Read at once; asking for more costs the system's time for memory that is not needed."""

KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONHOME", "TESSDATA_PREFIX")
"""What programs that open hostile files may know of our surroundings: no passwords, no addresses of the operator."""

LEAST_MEMORY = 448 * 1024 * 1024
MEMORY_PER_BYTE = 6
"""Interpreter, libraries and a page of pictures take the first, a file of many pictures the second."""

PATIENCE = 2.0
"""Seconds that an idle worker has to end by itself."""


class WorkerFailure(RuntimeError):
    """The worker is gone; the next question starts a new one. ``kind`` is a kind of problem."""

    kind = "crashed"


class WorkerCrashed(WorkerFailure):
    """Raised when the worker died or answered nonsense."""


class WorkerTimeout(WorkerFailure):
    """Raised when one answer or all of them took too long; the worker has been killed."""

    kind = "timeout"


class FileWorker:
    """One long-lived worker process. Started with the first question; safe to share between threads.

    Use as a context manager or call ``close``. A worker that is forgotten is ended when this object is
    collected or the interpreter exits; a worker whose parent dies ends by itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._partner_lock = threading.Lock()
        self._partner: FileWorker | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[Any, Any] | None = None
        self.starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pids(self) -> list[int]:
        """Process ids of the running worker and of its partner."""
        return [pid for pid in (self.pid, self._partner.pid if self._partner else None) if pid]

    @property
    def pid(self) -> int | None:
        """Process id of the running worker, or None."""
        return self._process.pid if self._process else None

    @property
    def partner(self) -> FileWorker:
        """A second worker to share long files with; its process starts with its first question."""
        with self._partner_lock:
            self._partner = self._partner or FileWorker()
        return self._partner

    def close(self) -> None:
        """Ends the worker, and its partner, and waits for them; it may be asked again afterwards."""
        with self._lock:
            if self._process is not None:
                _let_end(self._process)
            self._stop()
        if self._partner is not None:
            self._partner.close()

    def ask(self, request: dict[str, Any], body: bytes, limits: FileLimits) -> Iterator[tuple[dict[str, Any], bytes]]:
        """The worker's messages to one request, as they come, without the final ``done``.

        ``request`` names the ``task``; times and memory are those of ``limits``. Raises WorkerCrashed or
        WorkerTimeout. Leaving the iteration early kills the worker.
        """
        with self._lock:
            finished = False
            try:
                yield from self._conversation(_stated(request, limits, len(body)), body, limits)
                finished = True
            except (EOFError, BrokenFrame, OSError) as error:
                raise WorkerCrashed(str(error)) from error
            finally:
                if not finished:
                    self._stop()

    def _conversation(
        self, request: dict[str, Any], body: bytes, limits: FileLimits
    ) -> Iterator[tuple[dict[str, Any], bytes]]:
        process = self._running()
        end = time.monotonic() + limits.file_seconds
        pipe = _Pipe(process)
        pipe.deadline = min(end, time.monotonic() + limits.page_seconds)
        pipe.write(packed(request, body))
        while True:
            pipe.deadline = min(end, time.monotonic() + limits.page_seconds)
            message, blob = unpacked(pipe.read)
            if message.get("done"):
                return
            yield message, blob

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._stop()
        if self._process is None:
            self._process = _started()
            self._end = weakref.finalize(self, _ended, self._process)
            self.starts += 1
        return self._process

    def _stop(self) -> None:
        if self._end is not None:
            self._end()
        self._process = self._end = None


class _Pipe:
    """Reads and writes the pipes of a process, no longer than until ``deadline`` (monotonic seconds)."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._to, self._from = process.stdin.fileno(), process.stdout.fileno()
        os.set_blocking(self._to, False)
        for pipe in (self._to, self._from):
            _widen(pipe)
        self._room, self._news = _poll(self._to, select.POLLOUT), _poll(self._from, select.POLLIN)
        self._ahead, self._at = b"", 0
        self.deadline = 0.0

    def read(self, size: int) -> bytes:
        if len(self._ahead) - self._at < size:
            self._read_on(size)
        taken = self._ahead[self._at : self._at + size]
        self._at += size
        return taken

    def _read_on(self, size: int) -> None:
        parts = [self._ahead[self._at :]]
        missing = size - len(parts[0])
        while missing > 0:
            self._wait(self._news)
            parts.append(os.read(self._from, PART))
            if not parts[-1]:
                raise EOFError("the worker ended")
            missing -= len(parts[-1])
        self._ahead, self._at = b"".join(parts), 0

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            self._wait(self._room)
            view = view[os.write(self._to, view[:CHUNK]) :]

    def _wait(self, poll: select.poll) -> None:
        if not poll.poll(max(0.0, self.deadline - time.monotonic()) * 1000):
            raise WorkerTimeout("no answer in time")


def _poll(pipe: int, event: int) -> select.poll:
    poll = select.poll()
    poll.register(pipe, event)
    return poll


def _widen(pipe: int) -> None:
    """Lets the pipe hold more, so that neither side waits for the other; the system may refuse."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, CHUNK)


def _stated(request: dict[str, Any], limits: FileLimits, size: int) -> dict[str, Any]:
    """The request with its limits; a small file gets less memory than a large one."""
    return {
        "page_seconds": limits.page_seconds,
        "memory_bytes": min(limits.memory_bytes, LEAST_MEMORY + MEMORY_PER_BYTE * size),
        "max_pages": limits.max_pages,
        "max_page_chars": limits.max_page_chars,
        "max_unpacked": limits.max_unpacked,
        **request,
    }


def _started() -> subprocess.Popen[bytes]:
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "pipelines.files.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
        env={**clean_environment(), "PYTHONPATH": os.pathsep.join(paths)},
    )


def clean_environment() -> dict[str, str]:
    """The few variables that a program for hostile files needs."""
    return {name: os.environ[name] for name in KEPT if name in os.environ}


def _let_end(process: subprocess.Popen[bytes]) -> None:
    """A worker without a task ends when its pipe is closed."""
    if process.stdin is not None:
        process.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=PATIENCE)


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.wait()


_shared: list[FileWorker] = []
_shared_lock = threading.Lock()


def shared_worker() -> FileWorker:
    """The worker of this process for callers that bring none; ends with the interpreter."""
    with _shared_lock:
        if not _shared:
            _shared.append(FileWorker())
        return _shared[0]
