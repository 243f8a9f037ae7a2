"""Opens the session of a run: lock, archive, vault, memory and clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock
from scrapy.settings import BaseSettings

from archive.database import open_archive, set_patience
from archive.keeping.ledger import RunCounts, begin_run
from archive.keeping.removal import RemovalRule
from archive.lock import take_lock
from archive.timestamps import moment, utc_text
from archive.vault.seals import put_right
from archive.vault.writer import VaultWriter
from pipelines.run.memory import remember
from pipelines.run.recorder import Recorder
from pipelines.run.session import Session
from pipelines.topics import write_topics


def open_session(settings: BaseSettings, source: str) -> Session:
    """Begin a run of ``source``. Raises ArchiveError, OSError or sqlite3.Error when that is not possible."""
    data = Path(settings["AKTENKUNDIG_DATA"])
    lock = None if settings.getbool("AKTENKUNDIG_LOCKED") else take_lock(data)
    try:
        return _session(settings, source, data, lock)
    except BaseException:
        if lock is not None:
            lock.release()
        raise


def _session(settings: BaseSettings, source: str, data: Path, lock: FileLock | None) -> Session:
    conn = open_archive(data)
    now = clock_from(settings.get("AKTENKUNDIG_NOW"))
    if lock is not None:
        put_right(conn, data, at=now())
    write_topics(conn)
    started_at, version, rule = now(), settings.get("AKTENKUNDIG_VERSION") or "", rule_from(settings)
    run_id = begin_run(
        conn, source=source, started_at=started_at, version=version, checks=rule.checks, days=rule.days
    )
    memory = remember(conn, source, before_run=run_id, data=data)
    counts = RunCounts()
    vault = VaultWriter(
        data, source=source, run_id=run_id, started_at=started_at, software=f"aktenkundig {version}"
    )
    set_patience(conn, 0)
    return Session(
        conn=conn,
        vault=vault,
        data=data,
        source=source,
        run_id=run_id,
        counts=counts,
        recorder=Recorder(conn, run_id=run_id, source=source, counts=counts, memory=memory, now=now),
        now=now,
        memory=memory,
        rule=rule,
        lock=lock,
    )


def rule_from(settings: BaseSettings) -> RemovalRule:
    """When a vanished document counts as removed, as the settings say."""
    return RemovalRule(
        checks=settings.getint("AKTENKUNDIG_REMOVAL_CHECKS"),
        days=settings.getfloat("AKTENKUNDIG_REMOVAL_DAYS"),
    )


def clock_from(fixed: str | None) -> Callable[[], str]:
    """A clock of archive timestamps; starts at ``fixed`` and runs from there, when given."""
    if fixed is None:
        return lambda: utc_text(datetime.now(UTC))
    offset = moment(fixed) - datetime.now(UTC)
    return lambda: utc_text(datetime.now(UTC) + offset)
