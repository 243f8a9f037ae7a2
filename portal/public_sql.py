"""What of Datasette itself is replaced: how it runs readers' SQL (in child processes), and how it prints errors."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import finalize

from datasette.database import QueryInterrupted, Results
from datasette.utils.asgi import BadRequest

from portal.pools import Message, Stopped, pool_of
from portal.sandbox import Statement

if TYPE_CHECKING:
    from datasette.database import Database

RESULT_BYTES = 5_000_000
CSV_BYTES = 24_000_000
PAGE_ROWS = 1000
"""Rows of a page; as JSON and CSV there may be as many as ``max_returned_rows``."""

SHORT_TURN = 0.1
"""Seconds of processor time that every statement has at first."""

_INTERRUPTED: Message = ("error", "OperationalError", "interrupted")

FIXED = frozenset({"PRAGMA schema_version", "PRAGMA database_list;"})
"""Datasette's own questions about the database itself; it shows readers none of the answers."""

_LOOKED_UP = re.compile(r":(_\w+)")

asked_as: ContextVar[str | None] = ContextVar("asked_as", default=None)
"""What the request that is being answered asks for: ``csv``, ``json``, or ``""`` for a page."""

_ERRORS: Mapping[str, type[Exception]] = {
    name: getattr(sqlite3, name)
    for name in (
        "DatabaseError",
        "DataError",
        "IntegrityError",
        "InterfaceError",
        "InternalError",
        "NotSupportedError",
        "OperationalError",
        "ProgrammingError",
        "Warning",
    )
}


def replace_internals(database: Database) -> None:
    """Run readers' statements elsewhere; and let no traceback be printed with all local values, questions included."""
    from datasette import handle_exception  # not at the top: it imports this package while it loads

    handle_exception.rich = None
    database.execute = executing(database)


def executing(database: Database) -> Callable[..., Awaitable[Results]]:
    """What takes the place of ``database.execute``: the same answers, from a process that can be ended.

    It raises what ``execute`` raises, and Overloaded where too many statements wait.
    """
    at_home = database.execute
    shapes = sqlite3.connect(":memory:", check_same_thread=False)
    finalize(database, shapes.close)

    async def execute(
        sql: str,
        params: Any = None,
        truncate: bool = False,
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        log_sql_errors: bool = False,
    ) -> Results:
        if sql in FIXED:
            return await at_home(sql, params, log_sql_errors=False)
        most = _most_rows(database, truncate, page_size)
        limit, plain = database.ds.sql_time_limit_ms, asked_as.get() == "csv"
        asked = Statement(
            sql=sql,
            parameters=_parameters(sql, params),
            seconds=min(custom_time_limit or limit, limit) / 1000,
            rows=None if most is None else most + 1,
            budget=CSV_BYTES if plain else RESULT_BYTES,
            plain=plain,
            may_end=truncate and page_size is None,
        )
        try:
            return _results(shapes, await _answer(database, asked), most)
        except Stopped as error:
            raise QueryInterrupted(error, sql, params) from error
        except sqlite3.OperationalError as error:
            if error.args == ("interrupted",):
                raise QueryInterrupted(error, sql, params) from error
            raise

    return execute


async def _answer(database: Database, asked: Statement) -> list[Message]:
    """A statement that a short turn is not enough for goes to another line: small ones never wait behind long ones."""
    with suppress(Stopped):
        messages = await pool_of(database, "short").ask(replace(asked, seconds=SHORT_TURN))
        if messages[-1] != _INTERRUPTED:
            return messages
    return await pool_of(database, "long").ask(replace(asked, seconds=max(asked.seconds - 2 * SHORT_TURN, SHORT_TURN)))


def _most_rows(database: Database, truncate: bool, page_size: int | None) -> int | None:
    """As many rows as Datasette would return; fewer on a page. Raises BadRequest for a page of more."""
    most: int = database.ds.max_returned_rows
    if asked_as.get() == "":
        most = min(most, PAGE_ROWS)
        if (page_size or 0) > most:
            raise BadRequest(f"Auf einer Seite stehen höchstens {most} Zeilen (_size); als JSON und CSV mehr.")
    if most == (page_size or database.ds.page_size):
        most += 1
    return most if truncate and most else None


def _parameters(sql: str, given: Any) -> Any:
    """Parameters as plain values: Datasette's own mapping looks some up only when it is asked for them."""
    if not isinstance(given, dict) or type(given) is dict:
        return given if given is not None else {}
    plain = dict(given)
    for name in _LOOKED_UP.findall(sql):
        with suppress(KeyError):
            plain[name] = given[name]
    return plain


def _results(shapes: sqlite3.Connection, messages: list[Message], most: int | None) -> Results:
    if messages[-1][0] == "error":
        _, kind, text = messages[-1]
        raise _ERRORS.get(kind, sqlite3.OperationalError)(text)
    names = messages[0][1]
    if not names:
        return Results([], False, None)
    columns = ", ".join('null as "{}"'.format(name.replace('"', '""')) for name in names)
    shape = shapes.execute(f"select {columns}")
    rows = [sqlite3.Row(shape, row) for message in messages[1:-1] for row in message[1]]
    truncated = messages[-1][1] or (most is not None and len(rows) > most)
    return Results(rows[:most], truncated, shape.description)
