"""Harvests sources one after the other, each in a process of its own."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType

from aktenkundig.crawl_options import CrawlOptions
from aktenkundig.german_cli import bar
from archive.database import meta_value, open_archive, open_reading, set_meta
from archive.errors import sentence_for
from archive.export import renew_downloads as make_downloads
from archive.keeping.blocks import forget_blocked
from archive.keeping.ledger import say_why
from archive.timestamps import utc_text
from archive.vault.seals import put_right, seal_finished_runs
from pipelines.reading_version import READING_VERSION, READING_VERSION_KEY

FINISHED, NOT_FINISHED, COULD_NOT_RUN = 0, 1, 2
PATIENCE = 20.0
"""Seconds that a source's process has to end in good order."""


def crawl_sources(
    sources: Sequence[str], options: CrawlOptions, *, time_limit: float | None = None
) -> dict[str, int]:
    """Harvest every source; exit codes by source (0 finished, 1 not, 2 could not run).

    One failing never stops the next. Call under the archive's lock. ``time_limit`` is in seconds per source.
    """
    prepare(options)
    with terminated_like_interrupted():
        codes = {source: _crawl(source, options, time_limit) for source in sources}
    _seal(options)
    renew_downloads(options)
    return codes


def prepare(options: CrawlOptions) -> None:
    """Put right what an earlier run left behind: runs that never ended, torn WARC files, an old reading."""
    with closing(open_archive(options.data)) as conn:
        put_right(conn, options.data, at=now_of(options))
        bring_up_to_date(conn, options)


def bring_up_to_date(conn: sqlite3.Connection, options: CrawlOptions) -> None:
    """Rebuild an archive that an older version read, so that a better reading never looks like an edit."""
    if meta_value(conn, READING_VERSION_KEY) == READING_VERSION:
        return
    if conn.execute("select exists (select 1 from documents)").fetchone()[0]:
        from aktenkundig.replay import rebuild  # here, for it needs much memory

        sys.stderr.write("Das Archiv wurde von einer anderen Version gelesen und wird neu aufgebaut …\n")
        rebuild(conn, options.data, progress=bar("Läufe"))
        forget_blocked(conn)
    set_meta(conn, READING_VERSION_KEY, READING_VERSION)


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM end a crawl as Ctrl-C does: the source's process closes its run first."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def now_of(options: CrawlOptions) -> str:
    """The moment of a run: that of the options, else the clock's."""
    return options.now or utc_text(datetime.now(UTC))


def _crawl(source: str, options: CrawlOptions, time_limit: float | None) -> int:
    code = _crawl_in_process(source, options, time_limit)
    if code in (FINISHED, NOT_FINISHED, COULD_NOT_RUN):
        return code
    sys.stderr.write(f"{source}: Der Lauf brach unerwartet ab (Code {code}).\n")
    _put_right(options)
    return NOT_FINISHED


def _seal(options: CrawlOptions) -> None:
    """Seal what the runs wrote; what does not come to it now, the next start does."""
    with suppress(OSError, sqlite3.Error), closing(open_archive(options.data)) as conn:
        seal_finished_runs(conn, options.data)


def renew_downloads(options: CrawlOptions) -> None:
    """Make the files for download anew; a run that cannot is none the worse, the portal says that they are missing."""
    try:
        with closing(open_reading(options.data)) as conn:
            make_downloads(conn, options.data, made_at=now_of(options))
    except (OSError, sqlite3.Error) as error:
        sys.stderr.write(f"Die Dateien zum Herunterladen wurden nicht erneuert: {sentence_for(error)}\n")


def _put_right(options: CrawlOptions, source: str = "", *, said: str = "") -> None:
    with closing(open_archive(options.data)) as conn:
        put_right(conn, options.data, at=now_of(options))
        if said:
            say_why(conn, source, said)


def _crawl_in_process(source: str, options: CrawlOptions, time_limit: float | None) -> int:
    """Run ``crawl_source``: out of reach of the terminal's Ctrl-C, and with a pipe that tells it of our end."""
    command = [sys.executable, "-m", "aktenkundig.crawl_source", source, options.to_json()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0) as process:  # noqa: S603
        try:
            return process.wait(timeout=time_limit)
        except subprocess.TimeoutExpired:
            said = f"Zeitgrenze von {time_limit:.0f} s überschritten"
            sys.stderr.write(f"{source}: {said}, der Lauf wird beendet.\n")
            _stop(process)
            _put_right(options, source, said=f"Der Lauf endete vorzeitig: {said}.")
            return NOT_FINISHED
        except KeyboardInterrupt:
            _stop(process)
            _put_right(options)
            raise


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask nicely, then end it; a second Ctrl-C ends it at once."""
    process.terminate()
    try:
        process.wait(timeout=PATIENCE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()
