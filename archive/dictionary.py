"""The data dictionary: the archive's schema joined with its descriptions, in German and English; pure."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

INTERNAL = ("Nur für das Programm", "Program only")
"""So begin the descriptions of tables and columns that say nothing of the documents; they stand last."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: ``kind`` is its SQLite type, ``leads_to`` the ``table.column`` it refers to."""

    name: str
    kind: str
    required: bool
    key: bool
    leads_to: str | None
    description: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table or view with its title and description."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]


_TABLES = """
select t.name from pragma_table_list t
where t.schema = 'main' and t.type in ('table', 'virtual', 'view') and t.name not like 'sqlite_%' order by t.name
"""


def descriptions() -> dict[str, Any]:
    """The German descriptions and canned queries of ``datasette-metadata.json``."""
    found: dict[str, Any] = json.loads(_data("datasette-metadata.json"))
    return found


@cache
def described(language: str = "de") -> Mapping[str, Any]:
    """Title, description and ``columns`` of every table, in the order of the German ones.

    >>> described("en")["events"]["columns"]["at"]
    'When (UTC)'
    """
    german: Mapping[str, Any] = descriptions()["databases"]["archive"]["tables"]
    return german if language == "de" else {name: _in_english(name, table["columns"]) for name, table in german.items()}


def _in_english(name: str, columns: Mapping[str, str]) -> dict[str, Any]:
    """Where a column is called ``title`` or ``description`` as well, its own text stands under ``title_``."""
    known = tomllib.loads(_data("dictionary_en.toml"))
    own = known["table"].get(name, {})
    texts = {key.removesuffix("_"): text for key, text in own.items() if key not in ("title", "description")}
    return {
        "title": own.get("title", name),
        "description": own.get("description", ""),
        "columns": {one: texts.get(one) or known["columns"].get(one, "") for one in columns},
    }


def _data(name: str) -> str:
    return (files("archive") / "data" / name).read_text(encoding="utf-8")


def dictionary(conn: sqlite3.Connection, tables: Mapping[str, Any]) -> list[Table]:
    """The tables and views of the archive, those of ``tables`` first and in its order; the program's own last.

    ``tables`` is what :func:`described` gives.
    """
    names = [row[0] for row in conn.execute(_TABLES)]
    order = {name: place for place, name in enumerate(tables)}
    ordered = sorted(names, key=lambda name: (order.get(name, len(order)), name))
    return sorted((_table(conn, name, tables.get(name, {})) for name in ordered), key=_is_internal)


def _is_internal(described: Table | Column) -> bool:
    return described.description.startswith(INTERNAL)


def _table(conn: sqlite3.Connection, name: str, described: Mapping[str, Any]) -> Table:
    leads = {
        row[0]: f"{row[1]}.{row[2] or ''}".rstrip(".")
        for row in conn.execute('select "from", "table", "to" from pragma_foreign_key_list(?)', (name,))
    }
    texts: Mapping[str, str] = described.get("columns", {})
    columns = tuple(
        Column(
            name=row[0],
            kind=(row[1] or "").lower(),
            required=bool(row[2]),
            key=bool(row[3]),
            leads_to=leads.get(row[0]),
            description=texts.get(row[0], ""),
        )
        for row in conn.execute('select name, type, "notnull", pk from pragma_table_info(?)', (name,))
    )
    return Table(
        name=name,
        title=described.get("title", name),
        description=described.get("description", ""),
        columns=tuple(sorted(columns, key=_is_internal)),
    )


_WORDS = {"de": ("Spalte", "Typ", "Bedeutung", "Schlüssel"), "en": ("Column", "Type", "Meaning", "key")}


def as_markdown(tables: list[Table], language: str = "de") -> str:
    """The dictionary as the text of ``docs/data-dictionary.md`` or ``docs/data-dictionary.en.md``."""
    column, kind, meaning, key = _WORDS[language]
    lines = [_data(f"dictionary_head_{language}.md")]
    for table in tables:
        lines += [f"## {table.name}", "", f"**{table.title}.** {table.description}", ""]
        lines += [f"| {column} | {kind} | {meaning} |", "|---|---|---|"]
        lines += [f"| `{c.name}` | {f'{c.kind} {key}' if c.key else c.kind} | {_cell(c)} |" for c in table.columns]
        lines.append("")
    return "\n".join(lines)


def _cell(column: Column) -> str:
    leads = f" → `{column.leads_to}`" if column.leads_to else ""
    return column.description.replace("|", "\\|") + leads


if __name__ == "__main__":
    import sys

    from sqlite_utils import Database

    from archive.schema import migrations

    database = Database(memory=True)
    migrations.apply(database)
    language = sys.argv[1] if len(sys.argv) > 1 else "de"
    print(as_markdown(dictionary(database.conn, described(language)), language), end="")
