"""Keeps public SQL from taking the machine's memory: limits on every connection a reader uses."""

from __future__ import annotations

import sqlite3
from typing import Any
from weakref import WeakKeyDictionary

VALUE_BYTES = 8_000_000
RESULT_BYTES = 64_000_000
HEAP_BYTES = 400_000_000

_LIMITS = (
    (sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES),
    (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 500),
    (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200),
    (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 60),
    (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
)


class ResultTooLarge(sqlite3.OperationalError):
    """A query returned more bytes than a reader may take at once; Datasette shows the sentence."""


class BudgetedRows:
    """A row factory that counts the bytes of each cursor and stops at ``RESULT_BYTES``."""

    def __init__(self, budget: int = RESULT_BYTES) -> None:
        self.budget = budget
        self.taken: WeakKeyDictionary[sqlite3.Cursor, int] = WeakKeyDictionary()

    def __call__(self, cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> sqlite3.Row:
        size = sum(len(value) for value in row if isinstance(value, (str, bytes)))
        taken = self.taken.get(cursor, 0) + size
        if taken > self.budget:
            raise ResultTooLarge(f"Das Ergebnis ist größer als {self.budget // 1_000_000} MB.")
        self.taken[cursor] = taken
        return sqlite3.Row(cursor, row)


def limit_connection(connection: sqlite3.Connection) -> None:
    """Set the limits on values, statements, results and SQLite's own memory."""
    for what, most in _LIMITS:
        connection.setlimit(what, most)
    connection.execute(f"pragma hard_heap_limit = {HEAP_BYTES}")
    connection.row_factory = BudgetedRows()
