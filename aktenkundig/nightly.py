"""The unattended run: harvest all, look after the database, judge, report."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from aktenkundig.crawl_options import CrawlOptions
from aktenkundig.crawling import crawl_sources
from aktenkundig.lock import archive_lock
from aktenkundig.messages import MessageSettings, Report, send
from archive.database import open_archive, transaction
from archive.health import Finding, assess
from archive.incidents import Change, note_findings, open_incidents
from archive.search.upkeep import optimize_index
from archive.timestamps import utc_text
from crawler.sources import source_names

HEALTHY, ALARM = 0, 1
LEAST_FREE_BYTES = 1_000_000_000
LEAST_FREE_SHARE = 0.03


def run_night(
    options: CrawlOptions, *, wait: float, time_limit: float, environ: Mapping[str, str] = os.environ
) -> int:
    """The whole night; 0 healthy, 1 alarm. Raises ArchiveBusy when another run does not end in time."""
    with archive_lock(options.data, wait=wait):
        crawl_sources(source_names(), options, time_limit=time_limit)
        conn = open_archive(options.data)
        try:
            tidy(conn)
            now = options.now or utc_text(datetime.now(UTC))
            changes = judge(conn, options.data, at=now)
            report = report_of(conn, options.data, changes)
        finally:
            conn.close()
    for line in report.lines:
        click.echo(line)
    for complaint in send(report, MessageSettings.from_environment(environ)):
        click.echo(complaint, err=True)
    sys.stdout.flush()
    return HEALTHY if report.healthy else ALARM


def tidy(conn: sqlite3.Connection) -> None:
    """Index, statistics and write-ahead log in good order; no row is touched."""
    with transaction(conn):
        optimize_index(conn)
    conn.execute("analyze")
    conn.execute("pragma optimize")
    conn.execute("pragma wal_checkpoint(truncate)")


def judge(conn: sqlite3.Connection, data: Path, *, at: str) -> tuple[Change, ...]:
    """Assess the newest run of every source and the disk; incidents that began or ended."""
    changes: list[Change] = []
    with transaction(conn):
        for source in source_names():
            row = conn.execute("select max(id) from runs where source = ?", (source,)).fetchone()
            if row[0] is not None:
                changes += note_findings(conn, source, assess(conn, row[0]), at=at, run_id=row[0])
        changes += note_findings(conn, "archiv", disk_findings(data), at=at, run_id=None)
    return tuple(changes)


def disk_findings(data: Path) -> list[Finding]:
    """An alarm while there is still room to do something about it."""
    usage = shutil.disk_usage(data)
    if usage.free >= LEAST_FREE_BYTES and usage.free >= LEAST_FREE_SHARE * usage.total:
        return []
    return [
        Finding(
            kind="disk_low",
            detail=f"Auf dem Datenträger des Archivs sind nur noch {usage.free / 1e9:.1f} GB frei.",
        )
    ]


def report_of(conn: sqlite3.Connection, data: Path, changes: tuple[Change, ...]) -> Report:
    """The night in a few lines."""
    lines = [_run_line(conn, source) for source in source_names()]
    vault = sum(path.stat().st_size for path in (data / "warc").glob("*.warc.gz"))
    lines.append(f"Belege: {vault / 1e6:.1f} MB, frei: {shutil.disk_usage(data).free / 1e9:.1f} GB")
    incidents = open_incidents(conn)
    lines += [f"Alarm seit {row['opened_at']}: {row['source']}: {row['detail']}" for row in incidents]
    lines += [f"Entwarnung: {change.source}: {change.detail}" for change in changes if not change.opened]
    return Report(healthy=not incidents, changes=changes, lines=tuple(lines))


def _run_line(conn: sqlite3.Connection, source: str) -> str:
    run = conn.execute("select * from runs where source = ? order by id desc limit 1", (source,)).fetchone()
    if run is None:
        return f"{source}: kein Lauf"
    return (
        f"{source}: {run['outcome']}, {run['listed']} gelistet, {run['new']} neu, {run['changed']} geändert, "
        f"{run['removed']} entfernt, {run['failed']} fehlgeschlagen, {run['requests']} Abrufe"
    )
