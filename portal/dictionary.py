"""The data dictionary: the archive's schema joined with the German descriptions of the metadata; pure."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
    """A table with its German title and description."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]


INTERNAL = "Nur für das Programm"
"""So begin the descriptions of tables and columns that say nothing of the documents; they stand last."""

_TABLES = """
select t.name from pragma_table_list t
where t.schema = 'main' and t.type in ('table', 'virtual', 'view') and t.name not like 'sqlite_%' order by t.name
"""


def dictionary(conn: sqlite3.Connection, metadata: Mapping[str, Any]) -> list[Table]:
    """The tables and views of the archive, those described in ``metadata`` first and in its order.

    ``metadata`` is the part of a database in ``datasette-metadata.json``. What only the program needs comes last.
    """
    described: Mapping[str, Any] = metadata.get("tables", {})
    names = [row[0] for row in conn.execute(_TABLES)]
    order = {name: place for place, name in enumerate(described)}
    ordered = sorted(names, key=lambda name: (order.get(name, len(order)), name))
    tables = [_table(conn, name, described.get(name, {})) for name in ordered]
    return sorted(tables, key=_is_internal)


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


def as_markdown(tables: list[Table]) -> str:
    """The dictionary as the text of ``docs/data-dictionary.md``."""
    lines = [
        "# Datenlexikon",
        "",
        "Alle Sichten (`v_…`) und Tabellen von `archive.db`. Zeiten sind UTC (`JJJJ-MM-TTThh:mm:ssZ`),",
        "Datumsangaben ISO 8601 in der gedruckten Genauigkeit (`2024-05-06`, `2024-05`, `2024`); unbekannt ist NULL.",
        "Die Beschreibungen stehen in",
        "`datasette-metadata.json`; diese Seite wird daraus und aus dem Schema erzeugt:",
        "`python -m portal.dictionary`.",
        "",
    ]
    for table in tables:
        lines += [f"## {table.name}", "", f"**{table.title}.** {table.description}", ""]
        lines += ["| Spalte | Typ | Bedeutung |", "|---|---|---|"]
        lines += [f"| `{c.name}` | {_kind(c)} | {_cell(c)} |" for c in table.columns]
        lines.append("")
    return "\n".join(lines)


def _kind(column: Column) -> str:
    return " ".join(filter(None, [column.kind, "Schlüssel" if column.key else ""]))


def _cell(column: Column) -> str:
    leads = f" → `{column.leads_to}`" if column.leads_to else ""
    return column.description.replace("|", "\\|") + leads


def written() -> str:
    """The dictionary of an empty archive of this version."""
    from sqlite_utils import Database

    from archive.schema import migrations
    from portal.serving import descriptions

    database = Database(memory=True)
    migrations.apply(database)
    return as_markdown(dictionary(database.conn, descriptions()["databases"]["archive"]))


if __name__ == "__main__":
    print(written(), end="")
