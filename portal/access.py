"""How the portal's pages reach the archive: one reading transaction with a time limit per page."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from datasette.utils.asgi import NotFound

from portal.labels import learn, names_of
from portal.pools import Overloaded, pool_of
from portal.remembering import memory_of
from portal.sandbox import Call
from portal.settings import archive_database

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database


VALUE_BYTES = 32_000_000
"""A value: the text of the longest report fits in several times."""

HEAP_BYTES = 120_000_000
"""SQLite's memory in the whole process of a portal that serves."""


def limit_connection(connection: sqlite3.Connection) -> None:
    """Set the limits on values and attached files."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.row_factory = sqlite3.Row


PAGE_SECONDS = 2.5
"""Of processor time: on a busy machine a page may wait for its turn, up to four times as long."""

BULK_SECONDS = 6.0
MOST_PAGES = 64
"""Pages that are made or wait to be made; whoever comes then is told to come again."""

_PAGES: WeakKeyDictionary[Database, int] = WeakKeyDictionary()

T = TypeVar("T")


async def recall(datasette: Datasette, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """As ``read``, with the answer kept until the archive changes.

    For questions that many readers ask, whose answers are small and depend on the archive alone;
    the arguments are hashable.
    """
    return await _recalled(read, datasette, question, *args, **kwargs)


async def recall_bulk(datasette: Datasette, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """As ``read_bulk``, with the answer kept until the archive changes."""
    return await _recalled(read_bulk, datasette, question, *args, **kwargs)


async def _recalled(
    asking: Callable[..., Awaitable[T]], datasette: Datasette, question: Callable[..., T], *args: Any, **kwargs: Any
) -> T:
    database = archive_database(datasette)
    if database is None:
        return await asking(datasette, question, *args, **kwargs)
    memory = memory_of(database)
    state = memory.current_state()
    if state is None:
        return await asking(datasette, question, *args, **kwargs)
    key = (question, args, tuple(sorted(kwargs.items())))
    known: T | None = memory.recall(key, state)
    if known is None:
        known = await asking(datasette, question, *args, **kwargs)
        memory.keep(key, state, known)
    return known


_LEARNED: WeakKeyDictionary[Database, int | None] = WeakKeyDictionary()


async def _learn_names(database: Database) -> None:
    """What the archive calls its sources and bodies, once for every state of it."""
    state = memory_of(database).current_state()
    if database not in _LEARNED or state not in (None, _LEARNED[database]):
        _LEARNED[database] = state
        learn(await database.execute_fn(names_of))


async def read(datasette: Datasette, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """The answer of ``question(conn, *args, **kwargs)``, asked in a reading thread.

    All it reads belongs to one state of the archive, also while a crawl writes. Raises NotFound without
    an archive, Overloaded at once where too many pages wait, sqlite3.OperationalError after ``PAGE_SECONDS``.
    """
    database = _archive(datasette)

    def ask(conn: sqlite3.Connection) -> T:
        conn.execute("begin")
        try:
            end, last = time.thread_time() + PAGE_SECONDS, time.monotonic() + 4 * PAGE_SECONDS
            conn.set_progress_handler(lambda: time.thread_time() > end or time.monotonic() > last, 1000)
            return question(conn, *args, **kwargs)
        finally:
            conn.set_progress_handler(None, 0)
            conn.rollback()

    if _PAGES.get(database, 0) >= MOST_PAGES:
        raise Overloaded
    _PAGES[database] = _PAGES.get(database, 0) + 1
    try:
        await _learn_names(database)
        return await database.execute_fn(ask)  # type: ignore[no-any-return]
    finally:
        _PAGES[database] -= 1


async def read_bulk(datasette: Datasette, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """As ``read``, in one of the few processes for large answers, which no page has to wait for.

    Question, arguments and answer go through a pipe (pickle). Raises NotFound, Overloaded, Stopped.
    """
    await _learn_names(_archive(datasette))
    call = Call(function=question, arguments=args, options=kwargs, seconds=BULK_SECONDS)
    (kind, *answer), *_ = await pool_of(_archive(datasette), "bulk").ask(call)
    if kind == "error":
        raise sqlite3.OperationalError(answer[-1])
    result: T = answer[0]
    return result


def _archive(datasette: Datasette) -> Database:
    database = archive_database(datasette)
    if database is None:
        raise NotFound("Hier ist kein Archiv geladen: Es fehlt die Datei archive.db.")
    return database
