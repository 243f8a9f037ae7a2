"""How the portal's pages reach the archive: one reading transaction with a time limit per page."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import NotFound

from portal.remembering import memory_of
from portal.settings import archive_database

if TYPE_CHECKING:
    from datasette.app import Datasette

PAGE_TIME_MS = 10_000
T = TypeVar("T")


async def recall(datasette: Datasette, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """As ``read``, with the answer kept until the archive changes.

    For questions that many readers ask, whose answers are small and depend on the archive alone;
    the arguments are hashable.
    """
    database = archive_database(datasette)
    if database is None:
        return await read(datasette, question, *args, **kwargs)
    memory = memory_of(database)
    state = memory.current_state()
    if state is None:
        return await read(datasette, question, *args, **kwargs)
    key = (question, args, tuple(sorted(kwargs.items())))
    known: T | None = memory.recall(key, state)
    if known is None:
        known = await read(datasette, question, *args, **kwargs)
        memory.keep(key, state, known)
    return known


async def read(datasette: Datasette, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """The answer of ``question(conn, *args, **kwargs)``, asked in a reading thread.

    All it reads belongs to one state of the archive, also while a crawl writes.
    Raises NotFound without an archive, sqlite3.OperationalError after ``PAGE_TIME_MS``.
    """
    database = archive_database(datasette)
    if database is None:
        raise NotFound("Hier ist kein Archiv geladen: Es fehlt die Datei archive.db.")

    def ask(conn: sqlite3.Connection) -> T:
        conn.execute("begin")
        try:
            with sqlite_timelimit(conn, PAGE_TIME_MS):
                return question(conn, *args, **kwargs)
        finally:
            conn.rollback()

    return await database.execute_fn(ask)  # type: ignore[no-any-return]
