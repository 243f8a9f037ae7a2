"""The unattended run: harvest all, look after the database, judge, report."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

import click

from aktenkundig.crawling import COULD_NOT_RUN, CrawlOptions, crawl_sources, now_of, refuse_unknown_files
from aktenkundig.deep import verify_deep
from aktenkundig.german_cli import sentence_of
from aktenkundig.messages import MessageSettings, Report, Undelivered, send
from aktenkundig.output import OUTCOMES, stand_line
from archive.database import open_archive, transaction
from archive.errors import ArchiveError, sentence_for
from archive.health import Finding, assess
from archive.health.disk import Disk, disk_findings, look_at_disk
from archive.health.freshness import answered_nights, stands
from archive.health.incidents import Change, keep_undelivered, note_findings, open_incidents, undelivered
from archive.lock import archive_lock
from archive.search.indexing import optimize_index
from archive.timestamps import utc_text
from archive.vault.seals import put_right
from archive.vault.writer import FOLDER
from crawler.sources import active_sources

HEALTHY, ALARM = 0, 1
LEAST_ROOM = 1 << 20
"""Bytes that must find room before a night begins."""
ARCHIVE = "archiv"
VAULT = "belege"
"""The sources of incidents that concern no site but the archive itself, and its WARC files."""


def run_night(
    options: CrawlOptions,
    *,
    wait: float,
    time_limit: float,
    deep_every: int = 0,
    environ: Mapping[str, str] = os.environ,
) -> int:
    """The whole night; 0 healthy, 1 alarm. Raises ArchiveBusy when another run does not end in time.

    Every ``deep_every`` nights the archive is compared with its WARC files as ``verify --deep`` does.

    What keeps the night from being run at all (lock, settings, disk, database) is told to the operator and raised.
    """
    with told_when_not_run(environ, at=now_of(options)):
        settings = MessageSettings.from_environment(environ)
        with archive_lock(options.data, wait=wait):
            refuse_unwritable(options.data)
            refuse_unknown_files(options)
            report = _night(options, time_limit, settings, environ, deep_every)
    for line in report.lines:
        click.echo(line)
    sys.stdout.flush()
    return HEALTHY if report.healthy else ALARM


@contextmanager
def told_when_not_run(environ: Mapping[str, str] = os.environ, *, at: str | None = None) -> Iterator[None]:
    """Tell every channel that is set up right what kept the night from being run; the error goes on its way.

    Nobody knows what was told last night: this is told every night until it is over.
    """
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        said, now = sentence_of(error), at or utc_text(datetime.now(UTC))
        change = Change(source=ARCHIVE, kind="not_run", detail=said, opened=True, since=now)
        report = Report(healthy=False, changes=(change,), lines=(f"Der nächtliche Lauf war nicht möglich: {said}",))
        _complain(send(report, MessageSettings.of_usable_channels(environ)))
        raise


def refuse_unwritable(data: Path) -> None:
    """Raise OSError where no evidence could be kept: a disk that is full or read-only, a folder without rights."""
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=".probe-") as probe:
        probe.write(bytes(LEAST_ROOM))
        probe.flush()
        os.fsync(probe.fileno())


def _watch(data: Path, environ: Mapping[str, str], settings: MessageSettings | None = None) -> list[str]:
    """Before the harvest note where saved searches stand, after it (with ``settings``) tell them; what went wrong."""
    from aktenkundig.watch import begin, deliver, file_of, read_watches  # here, for it brings the portal along

    path = file_of(data, environ)
    if not path.exists():
        return []
    with closing(open_archive(data)) as conn:
        try:
            watches, portal = read_watches(conn, path, environ)
        except (ArchiveError, OSError) as error:
            return [] if settings is None else [sentence_for(error)]
        if settings is None:
            begin(conn, data, watches)
            return []
        return deliver(conn, data, watches, settings, portal=portal)


def _night(
    options: CrawlOptions, time_limit: float, settings: MessageSettings, environ: Mapping[str, str], deep_every: int
) -> Report:
    sources = active_sources()
    before = _newest_runs(options.data, sources)
    watching = _watch(options.data, environ)
    codes = crawl_sources(sources, options, time_limit=time_limit)
    if COULD_NOT_RUN in codes.values():
        refuse_unwritable(options.data)
    with closing(open_archive(options.data)) as conn:
        at = now_of(options)
        put_right(conn, options.data, at=at)
        tidy(conn)
        watching += _watch(options.data, environ, settings)
        changes = judge(conn, options.data, sources, before=before, at=at, watching=watching)
        changes += look_deep(conn, options.data, deep_every, at=at)
        report = report_of(conn, options.data, sources, changes, at=at)
        failed = send(report, settings, undelivered(conn))
        keep_undelivered(conn, {one.channel: one.changes for one in failed if one.changes})
    _complain(failed)
    return report


def tidy(conn: sqlite3.Connection) -> None:
    """Index, statistics and write-ahead log in good order; no row is touched."""
    with transaction(conn):
        optimize_index(conn)
    conn.execute("pragma analysis_limit = 1000")
    conn.execute("analyze")
    conn.execute("pragma optimize")
    conn.execute("pragma wal_checkpoint(truncate)")


def judge(
    conn: sqlite3.Connection,
    data: Path,
    sources: Sequence[str],
    *,
    before: Mapping[str, int],
    at: str,
    watching: Sequence[str] = (),
) -> tuple[Change, ...]:
    """Assess tonight's run of every source, the disk and the saved searches; incidents that began or ended.

    ``before`` holds the newest run of each source before the night: a harvest that made none has failed.
    """
    changes: list[Change] = []
    with transaction(conn):
        for source in sources:
            run_id = _newest_run(conn, source)
            findings = assess(conn, run_id) if run_id > before.get(source, 0) else [NOT_BEGUN]
            changes += note_findings(conn, source, findings, at=at, run_id=run_id or None)
        findings = disk_findings(look_at_disk(conn, data, at=at))
        findings += [Finding(kind="watch_failed", detail=" ".join(watching))] if watching else []
        changes += note_findings(conn, ARCHIVE, findings, at=at, run_id=None)
    return tuple(changes)


def look_deep(conn: sqlite3.Connection, data: Path, every: int, *, at: str) -> tuple[Change, ...]:
    """In every so-manieth night: whether the vault bears out all that is stored; what it says stays until the next."""
    nights = conn.execute("select count(distinct substr(started_at, 1, 10)) from runs").fetchone()[0]
    if not every or nights % every:
        return ()
    faults = verify_deep(conn, data)
    findings = [Finding(kind="vault", detail=f"{len(faults)} Beanstandungen, zuerst: {faults[0]}")] if faults else []
    with transaction(conn):
        return tuple(note_findings(conn, VAULT, findings, at=at, run_id=None))


NOT_BEGUN = Finding(kind="run_failed", detail="Der Abruf hat nicht begonnen.")


def _newest_runs(data: Path, sources: Sequence[str]) -> dict[str, int]:
    with closing(open_archive(data)) as conn:
        return {source: _newest_run(conn, source) for source in sources}


def _newest_run(conn: sqlite3.Connection, source: str) -> int:
    """The id of the newest run of a source, 0 without one."""
    row = conn.execute("select coalesce(max(id), 0) from runs where source = ?", (source,)).fetchone()
    return int(row[0])


def _complain(failed: Sequence[Undelivered]) -> None:
    for one in failed:
        click.echo(f"Nachricht per {one.channel} nicht zugestellt ({one.reason}).", err=True)


def report_of(
    conn: sqlite3.Connection, data: Path, sources: Sequence[str], changes: tuple[Change, ...], *, at: str
) -> Report:
    """Tonight's runs, the vault, what is wrong and what is right again; healthy when nothing is wrong."""
    incidents, found = open_incidents(conn), stands(answered_nights(conn), now=at)
    lines = [
        *(line for source in sources for line in _run_lines(conn, source)),
        *(stand_line(one) for one in found),
        disk_line(look_at_disk(conn, data, at=at)),
        *(f"Alarm seit {row['opened_at']}: {row['source']}: {row['detail']}" for row in incidents),
        *(f"Entwarnung: {change.source}: {change.detail}" for change in changes if not change.opened),
    ]
    return Report(healthy=not incidents, changes=changes, lines=tuple(lines), sources=tuple(found))


def disk_line(disk: Disk) -> str:
    """What the vault takes, how it grows, and what is left.

    >>> disk_line(Disk(vault=512_300_000, grown=12_000_000, free=40_000_000_000))
    'Belege: 512.3 MB (+12.0 MB in 30 Tagen), frei: 40.0 GB'
    """
    growth = f" (+{disk.grown / 1e6:.1f} MB in 30 Tagen)" if disk.grown else ""
    return f"Belege: {disk.vault / 1e6:.1f} MB{growth}, frei: {disk.free / 1e9:.1f} GB"


def _run_lines(conn: sqlite3.Connection, source: str) -> Iterator[str]:
    run = conn.execute("select * from runs where source = ? order by id desc limit 1", (source,)).fetchone()
    if run is None:
        yield f"{source}: kein Lauf"
        return
    yield (
        f"{source}: {OUTCOMES[run['outcome']]}, {run['listed']} gelistet, {run['new']} neu, "
        f"{run['changed']} geändert, {run['removed']} entfernt, {run['failed']} fehlgeschlagen, "
        f"{run['requests']} Abrufe"
    )
    if run["detail"]:
        yield f"    {run['detail']}"
