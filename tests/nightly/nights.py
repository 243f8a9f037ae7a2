"""Runs nights against a sample site and keeps what they said."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from aktenkundig.crawling import CrawlOptions
from aktenkundig.nightly import run_night
from aktenkundig.sample import SampleSite
from archive.schema import LEDGER


@dataclass(frozen=True)
class Said:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class FirstNight:
    """Archive and report of a first night."""

    data: Path
    said: Said


def options_for(site: SampleSite, data: Path, **changes: object) -> CrawlOptions:
    """A harvest of both sample sites without delay."""
    values = {"data": data, "at": {name: site.address(name) for name in ("dsmv", "dsk")}, "delay": 0.0}
    return CrawlOptions(**(values | {"progress": False} | changes))  # type: ignore[arg-type]


def night(
    site: SampleSite,
    data: Path,
    *,
    environ: Mapping[str, str] | None = None,
    time_limit: float = 300,
    deep_every: int = 0,
    **changes: object,
) -> Said:
    """One night."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        options = options_for(site, data, **changes)
        code = run_night(options, wait=0, time_limit=time_limit, deep_every=deep_every, environ=environ or {})
    return Said(code, out.getvalue(), err.getvalue())


def rows(data: Path, query: str, *values: object) -> list[tuple[object, ...]]:
    """The rows of a query."""
    with closing(sqlite3.connect(data / "archive.db")) as conn:
        return conn.execute(query, values).fetchall()


def contents(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that is neither ledger nor search index inside, times of looking left out."""
    with closing(sqlite3.connect(data / "archive.db")) as conn:
        names = [row[0] for row in conn.execute("select name from sqlite_master where type = 'table'")]
        kept = [name for name in names if name not in LEDGER and not name.startswith(("sqlite_", "meta"))]
        kept = [name for name in kept if "_fts" not in name and not name.endswith("_words")]
        return {name: sorted(map(_without_seen, conn.execute(f"select * from {name}")), key=repr) for name in kept}


def _without_seen(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(value for value in row if not (isinstance(value, str) and value.endswith("Z") and len(value) == 20))
