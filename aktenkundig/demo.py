"""The demonstration: the sample site on loopback plays some days, is harvested each day, and is shown."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import click

from aktenkundig.crawling import CrawlOptions, crawl_sources
from aktenkundig.sample import SampleSite
from aktenkundig.sample.history import calendar_day
from archive.lock import archive_lock
from archive.timestamps import utc_text

DAYS = (1, 2, 3, 4, 5, 7, 11, 12)
"""Days of the sample's history that are harvested: enough for edits, removals and returns."""

DELAY = 0.01


def run_demo(data: Path, *, serve: bool, port: int) -> int:
    """Harvest the sample's history into ``data`` (once), then serve it. Needs no network."""
    if (data / "archive.db").exists():
        click.echo(f"Das Beispielarchiv liegt schon in {data}.")
        code = 0
    else:
        code = play_history(data)
    if serve and code == 0:
        from portal.serving import serve as serve_portal

        serve_portal(data, host="127.0.0.1", port=port)
    return code


def play_history(data: Path, days: tuple[int, ...] = DAYS) -> int:
    """Harvest the sample site once for each of its days; the worst exit code."""
    worst = 0
    with archive_lock(data), SampleSite() as site:
        stand_ins = {source: site.address(source) for source in ("dsmv", "dsk")}
        for day in days:
            site.day = day
            click.echo(f"Tag {day} der Beispiel-Website ({calendar_day(day):%d.%m.%Y})", err=True)
            options = CrawlOptions(data=data, at=stand_ins, delay=DELAY, now=moment_of(day, last=day == days[-1]))
            worst = max(worst, *crawl_sources(["dsmv", "dsk"], options).values())
    return worst


def moment_of(day: int, *, last: bool) -> str | None:
    """Four in the morning of a sample day; the last one is harvested now, so that the data are fresh."""
    if last:
        return None
    return utc_text(datetime.combine(calendar_day(day), time(4)).astimezone() + timedelta(0))
