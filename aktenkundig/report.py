"""A report of a period: one printable German page and its data, every figure with the query it comes from."""

from __future__ import annotations

import csv
import json
import sqlite3
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment

from archive.database import SAMPLE, meta_value
from archive.errors import ArchiveError
from archive.health.freshness import Stand, answered_nights, stands
from portal.german_dates import as_date, as_time, first_day, last_day, read_period

NAME = "bericht"


class BadPeriod(ArchiveError):
    """The period of a report makes no sense; its text says why."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of a report; ``sql`` gives its ``rows`` when it is run as it stands."""

    id: str
    title: str
    columns: tuple[str, ...]
    sql: str
    rows: tuple[tuple[Any, ...], ...]

    @cached_property
    def figures(self) -> frozenset[int]:
        """The places of the columns that hold numbers."""
        return frozenset(at for row in self.rows for at, value in enumerate(row) if isinstance(value, int | float))


@dataclass(frozen=True, kw_only=True)
class Section:
    """Some tables under one heading, and what is counted there."""

    id: str
    title: str
    text: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """Days are ISO 8601, ``made_at`` is UTC; ``sample`` says that the texts are invented."""

    since: str
    until: str
    made_at: str
    stands: tuple[Stand, ...]
    sample: bool
    sections: tuple[Section, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables in their order."""
        return tuple(table for section in self.sections for table in section.tables)


def period(since: str, until: str) -> tuple[str, str]:
    """First and last day of what was typed: days, months or years, ISO 8601 or German. Raises BadPeriod.

    >>> period("2025", "03.2026")
    ('2025-01-01', '2026-03-31')
    """
    begin, end = read_period(since), read_period(until)
    for text, read in ((since, begin), (until, end)):
        if read is None:
            raise BadPeriod(f"»{text}« ist kein Datum; möglich sind zum Beispiel 2025, 2025-03 oder 2025-03-31.")
    first, last = first_day(begin or ""), last_day(end or "")
    if first > last:
        raise BadPeriod(f"Der Zeitraum endet ({last}), bevor er beginnt ({first}).")
    return first, last


def make_report(conn: sqlite3.Connection, *, since: str, until: str, made_at: str) -> Report:
    """Everything a report tells of the days from ``since`` to ``until`` (ISO 8601)."""
    described = tomllib.loads(_data("report.toml"))["section"]
    return Report(
        since=since,
        until=until,
        made_at=made_at,
        stands=tuple(stands(answered_nights(conn), now=made_at)),
        sample=meta_value(conn, SAMPLE) is not None,
        sections=tuple(
            Section(
                id=section["id"],
                title=section["title"],
                text=section["text"],
                tables=tuple(_table(conn, table, since, until) for table in section["table"]),
            )
            for section in described
        ),
    )


def _table(conn: sqlite3.Connection, described: dict[str, Any], since: str, until: str) -> Table:
    sql = described["sql"].strip().replace(":from", f"'{since}'").replace(":to", f"'{until}'")
    rows = tuple(tuple(row) for row in conn.execute(sql))
    columns = tuple(described["columns"])
    return Table(id=described["id"], title=described["title"], columns=columns, sql=sql, rows=rows)


def write_report(report: Report, folder: Path, *, portal: str = "") -> list[Path]:
    """Write ``bericht.html``, ``.json`` and ``.csv`` into a folder; ``portal`` is its public address, for links."""
    folder.mkdir(parents=True, exist_ok=True)
    page, data, table = (folder / f"{NAME}.{ending}" for ending in ("html", "json", "csv"))
    page.write_text(as_html(report, portal=portal), encoding="utf-8")
    data.write_text(json.dumps(asdict(report), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("table", "row", "column", "value"), *_cells(report)])
    return [page, data, table]


def as_html(report: Report, *, portal: str = "") -> str:
    """The page: nothing is loaded from elsewhere, no script."""
    environment = Environment(autoescape=True, trim_blocks=True)
    environment.filters |= {"day": as_date, "moment": as_time, "figure": as_figure}
    documents = {row[0] for table in report.tables if table.columns[0] in ("Dokument", "Papier") for row in table.rows}
    template = environment.from_string(_data("report.html"))
    return template.render(**vars(report), portal=portal.rstrip("/"), documents=documents)


def as_figure(value: float) -> str:
    """A number as German readers write it.

    >>> as_figure(12345), as_figure(3.5), as_figure(4.0)
    ('12.345', '3,5', '4')
    """
    text = f"{value:,.1f}".removesuffix(".0")
    return text.translate(str.maketrans(",.", ".,"))


def _cells(report: Report) -> Iterator[tuple[Any, ...]]:
    for table in report.tables:
        for number, row in enumerate(table.rows, start=1):
            for column, value in zip(table.columns, row, strict=True):
                yield table.id, number, column, value


def _data(name: str) -> str:
    return (files("aktenkundig") / "data" / name).read_text(encoding="utf-8")
