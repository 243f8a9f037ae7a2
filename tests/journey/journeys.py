"""A sample site and the archive harvested from it, day by day."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, time
from pathlib import Path

from aktenkundig.crawling import CrawlOptions, crawl_sources
from aktenkundig.sample import SampleSite
from aktenkundig.sample.history import calendar_day
from archive.database import connect, database_path
from archive.timestamps import utc_text

SOURCES = ("dsmv", "dsk")

NIGHTS = (1, 2, 3, 4, 5, 7, 9, 11, 12)
"""The days of the sample's history on which the shared archive looks."""


class Journey:
    """A sample site and the archive that is harvested from it, day by day."""

    def __init__(self, data: Path, site: SampleSite) -> None:
        self.data = data
        self.site = site

    def crawl(self, day: int | None = None, *sources: str, **changes: object) -> dict[str, int]:
        """Harvest the site as it is on a day (default: as it is now); exit codes by source."""
        self.site.day = day or self.site.day
        names = sources or SOURCES
        now = utc_text(datetime.combine(calendar_day(self.site.day), time(4), UTC))
        values: dict[str, object] = {
            "data": self.data,
            "at": {name: self.site.address(name) for name in SOURCES},
            "delay": 0.0,
            "now": now,
            "progress": False,
        }
        return crawl_sources(names, CrawlOptions(**(values | changes)))  # type: ignore[arg-type]

    def db(self) -> sqlite3.Connection:
        """A connection to the archive."""
        return connect(database_path(self.data))

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """The rows of a query."""
        conn = self.db()
        try:
            return [tuple(row) for row in conn.execute(query, values)]
        finally:
            conn.close()

    def value(self, query: str, *values: object) -> object:
        """The one value of a query."""
        return self.rows(query, *values)[0][0]
