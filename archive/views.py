"""What researchers read first: the views of ``data/views.sql``, and the lookups that give codes their names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

from archive.statutes import laws

if TYPE_CHECKING:
    from sqlite_utils import Database

_VIEW = re.compile(r"^create view (\w+) as\n(.*?);$", re.MULTILINE | re.DOTALL)


class Writes(Protocol):
    """A connection, as far as lookups need one."""

    def executemany(self, sql: str, rows: Iterable[Mapping[str, Any]], /) -> Any:
        """As ``sqlite3.Connection.executemany``."""


@cache
def views() -> dict[str, str]:
    """The views by name, each with its select statement.

    >>> list(views())[:2]
    ['v_documents', 'v_citations']
    """
    return dict(_VIEW.findall((files("archive") / "data" / "views.sql").read_text(encoding="utf-8")))


def create_views(db: Database) -> None:
    """Make every view, or make it anew where its statement has changed."""
    for name, statement in views().items():
        db.create_view(name, statement, replace=True)


def drop_views(db: Database) -> None:
    """Take the views away, so that a migration can rename or rebuild the tables they read."""
    for name in views():
        db.execute(f"drop view if exists {name}")


@cache
def doc_types() -> dict[str, dict[str, str]]:
    """The types of documents, each with ``label`` and ``plural``, in the order of lists.

    >>> doc_types()["beschluss"]["plural"]
    'Beschlüsse'
    """
    return tomllib.loads((files("archive") / "data" / "doc_types.toml").read_text(encoding="utf-8"))


def write_lookups(conn: Writes, bodies: Iterable[Mapping[str, str | None]] = ()) -> None:
    """Bring ``doc_types``, ``laws`` and ``bodies`` up to date; does not commit.

    ``bodies`` are rows of that table; a body that is no longer described stays.
    """
    rows: dict[str, list[dict[str, Any]]] = {
        "doc_types": [{"id": word, **names} for word, names in doc_types().items()],
        "laws": [{"id": one.id, "title": one.title, "level": one.level, "land": one.land} for one in laws().values()],
        "bodies": [dict(one) for one in bodies],
    }
    for table, values in rows.items():
        names = list(values[0]) if values else []
        marks = ", ".join(f":{one}" for one in names)
        settings = ", ".join(f"{one} = coalesce(excluded.{one}, {one})" for one in names[1:])
        if values:
            sql = f"insert into {table} ({', '.join(names)}) values ({marks})"
            conn.executemany(f"{sql} on conflict ({names[0]}) do update set {settings}", values)
