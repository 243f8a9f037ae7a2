"""The child process that answers questions to the archive where it can be ended at any moment.

``main(address, kind)``: the address is SQLite's of the database, the kind is ``sql`` (readers' statements,
under the allow-list) or ``bulk`` (functions of our own). Questions come over stdin, answers go over stdout, both as
frames: eight bytes of length and a pickle. When stdin closes, for the parent has ended however it did, the child
ends at once, also in the middle of a statement.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import sqlite3
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from json.encoder import encode_basestring_ascii
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from portal.labels import learn, names_of
from portal.permission import Permission

LENGTH = struct.Struct(">Q")
CHUNK = 500_000
"""Bytes of rows that are sent at a time."""

SOME_ROWS = 200
"""From so many rows on an answer may end where its bytes are used up."""

GRACE = 0.2
"""Seconds of processor time after its limit until a statement that does not listen costs the process its life."""

VALUE_BYTES = 4_000_000
HEAP_BYTES = 40_000_000
MEMORY_BYTES = 64_000_000
"""What the process may take beyond what it has at its start; SQLite alone may take ``HEAP_BYTES``."""

FILE_BYTES = 128_000_000
"""The largest temporary file, for sorting."""

NICENESS = 5
_CHECK_EVERY = 1000
_LIMITS = (
    (sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES),
    (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 500),
    (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200),
    (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 60),
    (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A reader's statement. ``seconds`` are of processor time; ``rows`` and ``budget`` bound the answer.

    The budget counts bytes as JSON writes them, with all escapes and the column names of each row;
    with ``plain`` it counts them as they are, for CSV. Where it is used up the answer ends, if it ``may_end``
    there and has some rows already, else it is an error.
    """

    sql: str
    parameters: Any
    seconds: float
    rows: int | None
    budget: int
    plain: bool = False
    may_end: bool = False


@dataclass(frozen=True, kw_only=True)
class Call:
    """A question of our own: ``function(conn, *arguments, **options)``."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    seconds: float


class ResultTooLarge(sqlite3.OperationalError):
    """A query returned more bytes than a reader may take at once; the reader is shown the sentence."""


def framed(message: Any) -> bytes:
    """A message as it goes through a pipe."""
    body = pickle.dumps(message, protocol=5)
    return LENGTH.pack(len(body)) + body


def as_written(value: Any) -> int:
    """The bytes that a value takes in JSON as Datasette writes it.

    >>> as_written("Öffentlich"), as_written(b"abc"), as_written(None)
    (17, 44, 4)
    """
    if isinstance(value, str):
        return len(encode_basestring_ascii(value))
    if isinstance(value, bytes):
        return len(value) * 4 // 3 + 40
    return len(str(value))


def as_it_is(value: Any) -> int:
    """The bytes of a value in CSV, give or take."""
    return len(value.encode()) if isinstance(value, str) else as_written(value)


def batches(
    rows: Iterator[Sequence[Any]], size: Callable[[Sequence[Any]], int], budget: int, *, may_end: bool = False
) -> Iterator[list[Sequence[Any]] | None]:
    """Rows in lists of about ``CHUNK`` bytes; then None where the rest was left. Raises ResultTooLarge."""
    batch: list[Sequence[Any]] = []
    taken = sent = 0
    for number, row in enumerate(rows):
        taken += size(row)
        if taken > budget and may_end and number >= SOME_ROWS:
            yield batch
            yield None
            return
        if taken > budget:
            raise ResultTooLarge(
                f"Das Ergebnis ist größer als {budget // 1_000_000} MB. Weniger Spalten oder Zeilen helfen."
            )
        batch.append(row)
        if taken - sent > CHUNK:
            yield batch
            sent, batch = taken, []
    yield batch


class Sandbox:
    """Answers one question after the other over one connection."""

    def __init__(self, address: str, kind: str) -> None:
        self.conn = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=1.0)
        self.conn.create_function("suchausdruck", 1, self._expression)
        self.conn.create_function("escape_fts", 1, self._expression)
        self.conn.create_function("suche", 1, self._hits)
        self.permission: Permission | None = None
        if kind == "sql":
            for what, most in _LIMITS:
                self.conn.setlimit(what, most)
            self.permission = Permission(self.conn)
        else:
            self.conn.row_factory = sqlite3.Row
        self._inner = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        self._inner.row_factory = sqlite3.Row

    def _expression(self, query: object) -> str:
        from archive.search.engine import search_expression  # here, for most statements do without

        return search_expression(self._inner, "" if query is None else str(query))

    def _hits(self, query: object) -> str:
        from archive.search.engine import search_rows

        return search_rows(self._inner, "" if query is None else str(query))

    def answers(self, question: Statement | Call) -> Iterator[tuple[Any, ...]]:
        """The messages of an answer: ``columns``, ``rows`` …, ``end`` (are rows left?); or ``value``; or ``error``."""
        end, last = time.process_time() + question.seconds, time.monotonic() + 2 * question.seconds + 1
        self.conn.set_progress_handler(lambda: time.process_time() > end or time.monotonic() > last, _CHECK_EVERY)
        signal.setitimer(signal.ITIMER_PROF, question.seconds + GRACE)
        try:
            yield from self._statement(question) if isinstance(question, Statement) else self._call(question)
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
            yield ("error", *self._told(error))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.conn.set_progress_handler(None, 0)

    def _told(self, error: Exception) -> tuple[str, str]:
        """The name of an error's class in ``sqlite3`` and its text."""
        if self.permission is not None and self.permission.denied:
            return "OperationalError", self.permission.denied
        if isinstance(error, MemoryError):
            return "OperationalError", "out of memory"
        named = isinstance(error, (sqlite3.Error, sqlite3.Warning)) and not isinstance(error, ResultTooLarge)
        return type(error).__name__ if named else "OperationalError", str(error)

    def _statement(self, asked: Statement) -> Iterator[tuple[Any, ...]]:
        cursor = self._execute(asked)
        names = [column[0] for column in cursor.description or ()]
        one, around = (as_it_is, 0) if asked.plain else (as_written, sum(map(as_written, names)))
        yield "columns", names
        rows = islice(cursor, asked.rows)
        ended = False
        for batch in batches(rows, lambda row: around + sum(map(one, row)), asked.budget, may_end=asked.may_end):
            ended = batch is None
            yield "rows", batch or []
        cursor.close()
        yield "end", ended

    def _execute(self, asked: Statement) -> sqlite3.Cursor:
        """Run the statement; once more where it was denied a table that the archive has got meanwhile."""
        assert self.permission is not None
        self.permission.denied = None
        try:
            return self.conn.execute(asked.sql, asked.parameters)
        except sqlite3.DatabaseError:
            if self.permission.denied is None or not self.permission.look_again():
                raise
        self.permission.denied = None
        return self.conn.execute(asked.sql, asked.parameters)

    def _call(self, asked: Call) -> Iterator[tuple[Any, ...]]:
        self.conn.execute("begin")
        try:
            learn(names_of(self.conn))
            yield "value", asked.function(self.conn, *asked.arguments, **asked.options)
        finally:
            self.conn.execute("rollback")


def _confine(kind: str) -> None:
    """Bounds that the system keeps: memory beyond today's, files, no core dump; others come first."""
    os.nice(NICENESS)
    with closing(sqlite3.connect(":memory:")) as conn:
        conn.execute(f"pragma hard_heap_limit = {HEAP_BYTES}")  # of the whole process; it cannot be raised again
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if kind == "sql":
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
        taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES, taken + MEMORY_BYTES))


def _listen(questions: SimpleQueue[Any]) -> None:
    """Take questions from stdin; its end is the end of the process."""
    with os.fdopen(0, "rb", closefd=False) as pipe:
        while len(head := pipe.read(LENGTH.size)) == LENGTH.size:
            questions.put(pickle.loads(pipe.read(*LENGTH.unpack(head))))  # noqa: S301 -- from our parent
    os._exit(0)


def _send(message: Any) -> None:
    view = memoryview(framed(message))
    while view:
        view = view[os.write(1, view) :]


def main(address: str, kind: str) -> None:
    """Answer until stdin closes."""
    questions: SimpleQueue[Any] = SimpleQueue()
    sandbox = Sandbox(address, kind)
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    _confine(kind)
    _send(("ready",))
    while True:
        for message in sandbox.answers(questions.get()):
            _send(message)
