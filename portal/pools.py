"""Pools of child processes that answer questions to the archive, each with a queue that can be full."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from datasette.utils.asgi import Base400

from portal.sandbox import GRACE, LENGTH, Call, Statement, framed

if TYPE_CHECKING:
    from datasette.database import Database

_log = logging.getLogger("aktenkundig.portal")

ROOT = Path(__file__).resolve().parents[1]
START = "import sys; from portal.sandbox import main; main(*sys.argv[1:])"
START_SECONDS = 30.0
PATIENCE = 3.0
"""Seconds that a question waits for its turn."""

POOLS = {"short": ("sql", 2, 14), "long": ("sql", 2, 10), "bulk": ("bulk", 2, 6)}
"""Kind of the child processes, how many, and how many questions wait for them: readers' statements have a short turn
first and a long one only where they need it; large answers of our own stand in a line of their own."""

PART = 64 * 1024

Message = tuple[Any, ...]


class Overloaded(Base400):  # type: ignore[misc]  # Datasette is untyped
    """Raised when a queue is full; answered with 503 and Retry-After."""

    status = 503

    def __init__(self, message: str = "", *, retry_after: int = 5) -> None:
        super().__init__(message or "Gerade laufen zu viele Abfragen. Bitte gleich noch einmal versuchen.")
        self.retry_after = retry_after


class Stopped(Exception):
    """Raised when a question took too long, or its process died of it."""


class _Plain(pickle.Unpickler):
    """Reads plain values alone: what comes from where readers' SQL ran is not trusted."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name}")


class Worker:
    """One child process. What it answers is read as plain values unless it is ``trusted``."""

    def __init__(self, address: str, kind: str) -> None:
        self.trusted = kind != "sql"
        self._process = _started(address, kind)
        self._end = weakref.finalize(self, _ended, self._process)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._news = select.poll()
        self._news.register(self._from, select.POLLIN)
        self._deadline = time.monotonic() + START_SECONDS
        self._message()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def ask(self, question: Statement | Call) -> list[Message]:
        """The messages of the answer. Raises Stopped; the worker is of no use any more then."""
        view = memoryview(framed(question))
        self._deadline = time.monotonic() + 2 * question.seconds + 1 + GRACE
        try:
            while view:
                view = view[os.write(self._to, view) :]
            return list(self._messages())
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            self.end()
            self._complain()
            raise Stopped from error

    def _messages(self) -> Iterator[Message]:
        while True:
            message = self._message()
            yield message
            if message[0] in ("end", "value", "error"):
                return

    def _message(self) -> Message:
        body = self._read(*LENGTH.unpack(self._read(LENGTH.size)))
        reader = pickle.Unpickler if self.trusted else _Plain
        message: Message = reader(BytesIO(body)).load()
        return message

    def _read(self, size: int) -> bytes:
        parts, missing = [], size
        while missing:
            if not self._news.poll(max(0.0, self._deadline - time.monotonic()) * 1000):
                raise EOFError("no answer in time")
            part = os.read(self._from, min(missing, PART))
            if not part:
                raise EOFError("the process ended")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _complain(self) -> None:
        """Tell the operator of a death that no limit explains; never what was asked."""
        code = self._process.returncode
        if code not in (-signal.SIGPROF, -signal.SIGKILL):
            _log.warning("Ein Prozess für Abfragen ist mit Code %s gestorben und wird ersetzt.", code)

    def end(self) -> None:
        """End the process and wait for it."""
        self._end()


def _started(address: str, kind: str) -> subprocess.Popen[bytes]:
    """The child, with nothing of our environment that could hold a secret."""
    environment = {"PYTHONPATH": str(ROOT), "MALLOC_ARENA_MAX": "1", "LANG": "C.UTF-8"}
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-c", START, address, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
        env=environment,
    )


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


class Pool:
    """At most ``size`` processes, started when they are needed, and ``waiting`` questions in line."""

    def __init__(self, address: str, kind: str, *, size: int, waiting: int) -> None:
        self.address, self.kind = address, kind
        self.most = size + waiting
        self.asked = 0
        self._threads = ThreadPoolExecutor(size, thread_name_prefix=f"aktenkundig-{kind}")
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()

    @property
    def pids(self) -> list[int]:
        """The numbers of the running processes."""
        with self._lock:
            return [worker.pid for worker in (*self._idle, *self._busy)]

    async def ask(self, question: Statement | Call) -> list[Message]:
        """The messages of the answer. Raises Overloaded at once where the queue is full, Stopped."""
        if self.asked >= self.most:
            raise Overloaded
        self.asked += 1
        future = self._threads.submit(self._answer, question, time.monotonic() + PATIENCE)
        future.add_done_callback(self._answered)
        return await asyncio.wrap_future(future)

    def _answered(self, future: Future[list[Message]]) -> None:
        with self._lock:
            self.asked -= 1

    def _answer(self, question: Statement | Call, latest: float) -> list[Message]:
        if time.monotonic() > latest:
            raise Overloaded
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        worker = worker or Worker(self.address, self.kind)
        with self._lock:
            self._busy.add(worker)
        kept = False
        try:
            answer = worker.ask(question)
            kept = True
        finally:
            with self._lock:
                self._busy.discard(worker)
                if kept:
                    self._idle.append(worker)
        return answer

    def close(self) -> None:
        """End all processes."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            workers, self._idle = [*self._idle, *self._busy], []
        for worker in workers:
            worker.end()


_POOLS: WeakKeyDictionary[Database, dict[str, Pool]] = WeakKeyDictionary()


def pool_of(database: Database, name: str) -> Pool:
    """One of the ``POOLS`` of a database."""
    pools = _POOLS.setdefault(database, {})
    if name not in pools:
        how = "mode=ro" if database.is_mutable else "immutable=1"
        kind, size, waiting = POOLS[name]
        pools[name] = Pool(f"file:{quote(str(database.path))}?{how}", kind, size=size, waiting=waiting)
    return pools[name]


def close_pools(database: Database) -> None:
    """End all processes that work for a database."""
    for pool in _POOLS.pop(database, {}).values():
        pool.close()
