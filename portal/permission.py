"""What readers' SQL may touch: an authorizer over the allow-list ``allowed_sql.toml``; all else is denied."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from functools import cache
from pathlib import Path

_MODULE = re.compile(r"create\s+virtual\s+table\b.*?\busing\s+[\"'`\[]?(\w+)", re.IGNORECASE | re.DOTALL)
_MADE_UP = ("pragma_", "sqlite_")
_DECLARED = (sqlite3.SQLITE_UPDATE, "sqlite_master")
"""So SQLite asks when it opens a virtual table; to write there it refuses in any case."""

_OTHERWISE = "Die Datenbank lässt sich hier nur lesen."


@cache
def allowed() -> dict[str, frozenset[str]]:
    """The allow-list: ``functions``, ``tables``, ``pragmas``, ``modules``, in small letters."""
    text = Path(__file__).with_name("allowed_sql.toml").read_text(encoding="utf-8")
    return {kind: frozenset(names) for kind, names in tomllib.loads(text).items()}


class Permission:
    """The authorizer of one connection; ``denied`` is the German sentence about what was denied last.

    Make it before anything untrusted runs: it looks up which tables the archive has, and which modules
    this SQLite brings along. ``look_again`` does so anew, for a schema that has changed since.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self.denied: str | None = None
        self._own: frozenset[str] = frozenset()
        self._modules = frozenset(str(row[0]).lower() for row in conn.execute("pragma module_list"))
        self._own = self._tables()
        conn.set_authorizer(self)

    def _tables(self) -> frozenset[str]:
        """Tables and views of the archive, without virtual tables of a kind that nobody has allowed."""
        rows = self._conn.execute("select name, sql from sqlite_master where type in ('table', 'view')")
        names = set()
        for name, sql in rows.fetchall():
            module = _MODULE.match(sql or "")
            if module is None or module[1].lower() in allowed()["modules"]:
                names.add(str(name).lower())
        return frozenset(names)

    def look_again(self) -> bool:
        """Whether the archive has other tables than before."""
        before, self._own = self._own, self._tables()
        return before != self._own

    def __call__(
        self, action: int, first: str | None, second: str | None, database: str | None, inside: str | None
    ) -> int:
        """SQLite's question about one step of a statement it prepares: SQLITE_OK or SQLITE_DENY."""
        sentence = self._objection(action, (first or "").lower(), (second or "").lower())
        if sentence is None:
            return sqlite3.SQLITE_OK
        self.denied = sentence
        return sqlite3.SQLITE_DENY

    def _objection(self, action: int, first: str, second: str) -> str | None:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return None
        if (action, first) == _DECLARED:
            return None
        if action == sqlite3.SQLITE_FUNCTION:
            return None if second in allowed()["functions"] else f"Diese Funktion ist hier nicht erlaubt: {second}"
        if action == sqlite3.SQLITE_READ:
            return None if self._may_read(first, second) else f"Diese Tabelle ist hier nicht erlaubt: {first}"
        if action == sqlite3.SQLITE_PRAGMA:
            return None if first in allowed()["pragmas"] else f"Dieses Pragma ist hier nicht erlaubt: {first}"
        return _OTHERWISE

    def _may_read(self, table: str, column: str) -> bool:
        """Without a column the name may be a reader's own, of a ``with`` part: no made-up table is meant then."""
        if table in self._own or table in allowed()["tables"]:
            return True
        return not column and table not in self._modules and not table.startswith(_MADE_UP)
