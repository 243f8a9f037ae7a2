"""Harvests sources one after the other, each in a process of its own."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from aktenkundig.crawl_options import CrawlOptions
from aktenkundig.progress import bar
from aktenkundig.rebuilding import rebuild
from archive.database import meta_value, open_archive, set_meta
from archive.ledger import close_abandoned_runs
from archive.timestamps import utc_text
from archive.torn import set_aside_torn_tails
from pipelines.reading_version import READING_VERSION, READING_VERSION_KEY


def crawl_sources(
    sources: Sequence[str], options: CrawlOptions, *, time_limit: float | None = None
) -> dict[str, int]:
    """Harvest every source; exit codes by source (see ``crawl_source``). One failing never stops the next.

    Call under the archive's lock. ``time_limit`` is in seconds per source.
    """
    prepare(options)
    return {source: _crawl_in_process(source, options, time_limit) for source in sources}


def prepare(options: CrawlOptions) -> None:
    """Put right what an earlier run left behind: runs that never ended, torn WARC files, an old schema."""
    conn = open_archive(options.data)
    try:
        now = options.now or utc_text(datetime.now(UTC))
        abandoned = close_abandoned_runs(conn, at=now)
        set_aside_torn_tails(conn, options.data, abandoned, at=now)
        bring_up_to_date(conn, options)
    finally:
        conn.close()


def bring_up_to_date(conn: sqlite3.Connection, options: CrawlOptions) -> None:
    """Rebuild an archive that an older version read, so that a better reading never looks like an edit."""
    if meta_value(conn, READING_VERSION_KEY) == READING_VERSION:
        return
    if conn.execute("select exists (select 1 from documents)").fetchone()[0]:
        sys.stderr.write("Das Archiv wurde von einer anderen Version gelesen und wird neu aufgebaut …\n")
        rebuild(conn, options.data, progress=bar("Läufe"))
    set_meta(conn, READING_VERSION_KEY, READING_VERSION)


def _crawl_in_process(source: str, options: CrawlOptions, time_limit: float | None) -> int:
    command = [sys.executable, "-m", "aktenkundig.crawl_source", source, options.to_json()]
    with subprocess.Popen(command) as process:  # noqa: S603
        try:
            return process.wait(timeout=time_limit)
        except subprocess.TimeoutExpired:
            sys.stderr.write(
                f"{source}: Zeitgrenze von {time_limit:.0f} s überschritten, der Lauf wird beendet.\n"
            )
            return _stop(process)
        except KeyboardInterrupt:
            _stop(process)
            raise


def _stop(process: subprocess.Popen[bytes]) -> int:
    """Ask nicely, then end it."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
    return 1
