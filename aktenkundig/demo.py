"""The demonstration: the sample site on loopback plays some days, is harvested each day, and is shown."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, time, timedelta
from pathlib import Path

import click

from aktenkundig.crawling import CrawlOptions, crawl_sources
from aktenkundig.reading_commands import refuse_taken
from aktenkundig.sample import SampleSite
from aktenkundig.sample.history import calendar_day
from archive.database import SAMPLE, database_path, open_archive, set_meta
from archive.lock import archive_lock
from archive.timestamps import utc_text

DAYS = (1, 2, 3, 4, 5, 7, 11, 12)
"""Days of the sample's history that are harvested: enough for edits, removals and returns."""

SOURCES = ("dsmv", "dsk")
DELAY = 0.01


def run_demo(data: Path, *, serve: bool, port: int) -> int:
    """Harvest the sample's history into ``data`` and serve it; what was broken off goes on. Needs no network.

    Raises OSError before anything is harvested where somebody else answers at the port.
    """
    if serve:
        refuse_taken("127.0.0.1", port)
    done = days_done(data)
    if done >= len(DAYS):
        click.echo(f"Das Beispielarchiv liegt schon in {data}.")
    elif done:
        click.echo(f"Das Beispielarchiv in {data} ist nicht fertig geworden; es geht weiter.", err=True)
    code = play_history(data, DAYS[done:]) if done < len(DAYS) else 0
    if serve and code == 0:
        from portal.serving import serve as serve_portal

        serve_portal(data, host="127.0.0.1", port=port)
    return code


def days_done(data: Path) -> int:
    """How many days of the history both sources have come through."""
    if not database_path(data).exists():
        return 0
    with closing(open_archive(data)) as conn:
        runs = dict(conn.execute("select source, count(*) from runs where settled group by source").fetchall())
    return min(int(runs.get(source, 0)) for source in SOURCES)


def play_history(data: Path, days: Sequence[int] = DAYS) -> int:
    """Harvest the sample site once for each of these days; the worst exit code."""
    worst = 0
    with archive_lock(data), SampleSite() as site:
        with closing(open_archive(data)) as conn:
            set_meta(conn, SAMPLE, "1")
        stand_ins = {source: site.address(source) for source in SOURCES}
        for day in days:
            site.day = day
            click.echo(f"Tag {day} der Beispiel-Website ({calendar_day(day):%d.%m.%Y})", err=True)
            options = CrawlOptions(data=data, at=stand_ins, delay=DELAY, now=moment_of(day, last=day == days[-1]))
            worst = max(worst, *crawl_sources(SOURCES, options).values())
    return worst


def moment_of(day: int, *, last: bool) -> str | None:
    """Four in the morning of a sample day; the last one is harvested now, so that the data are fresh."""
    if last:
        return None
    return utc_text(datetime.combine(calendar_day(day), time(4)).astimezone() + timedelta(0))
