"""One run of one source: its connection, vault, clock and counts, and when all of it is committed."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self
from weakref import WeakKeyDictionary

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from archive.database import open_archive
from archive.ledger import RunCounts, begin_run
from archive.removal import RemovalRule
from archive.timestamps import moment, utc_text
from archive.vault import VaultWriter
from crawler.items import Memory
from pipelines.closing import close_run
from pipelines.memory import remember
from pipelines.recorder import Recorder
from pipelines.topics import write_topics

logger = logging.getLogger(__name__)

WRITES_PER_COMMIT = 50
SECONDS_PER_COMMIT = 2.0


@dataclass(kw_only=True)
class Session:
    """What the stages of one run share. Rows are committed only after the vault is flushed."""

    conn: sqlite3.Connection
    vault: VaultWriter
    data: Path
    source: str
    run_id: int
    counts: RunCounts
    recorder: Recorder
    now: Callable[[], str]
    memory: Memory
    rule: RemovalRule
    started: float = 0.0
    writes: int = 0
    lost: str | None = None

    def begin(self) -> None:
        """Make sure a transaction is open."""
        if not self.conn.in_transaction:
            self.conn.execute("begin immediate")
            self.started = time.monotonic()
            self.writes = 0

    def wrote(self) -> None:
        """Count one write; commit when enough came together or enough time went by."""
        self.writes += 1
        if self.writes >= WRITES_PER_COMMIT or time.monotonic() - self.started > SECONDS_PER_COMMIT:
            self.commit()

    def commit(self) -> None:
        """Bytes first, rows afterwards."""
        self.vault.flush()
        if self.conn.in_transaction:
            self.conn.execute("commit")

    def abandon(self, reason: str) -> None:
        """Give up what is not committed: the disk is full, or the database broke."""
        self.lost = self.lost or reason
        if self.conn.in_transaction:
            self.conn.execute("rollback")


_sessions: WeakKeyDictionary[Crawler, Session] = WeakKeyDictionary()


def session_of(crawler: Crawler) -> Session:
    """The session of a running crawler; KeyError before the spider was opened."""
    return _sessions[crawler]


def clock_from(fixed: str | None) -> Callable[[], str]:
    """A clock of archive timestamps; starts at ``fixed`` and runs from there, when given."""
    if fixed is None:
        return lambda: utc_text(datetime.now(UTC))
    offset = moment(fixed) - datetime.now(UTC)
    return lambda: utc_text(datetime.now(UTC) + offset)


class SessionExtension:
    """Opens the session with the spider and closes it with the run's outcome."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signal=signals.spider_closed)
        return extension

    def spider_opened(self, spider: Spider) -> None:
        """Open archive and vault, and give the spider what the archive knows."""
        settings = self._crawler.settings
        data = Path(settings["AKTENKUNDIG_DATA"])
        conn = open_archive(data)
        write_topics(conn)
        now = clock_from(settings.get("AKTENKUNDIG_NOW"))
        version = settings.get("AKTENKUNDIG_VERSION", "")
        started_at = now()
        rule = RemovalRule(
            checks=settings.getint("AKTENKUNDIG_REMOVAL_CHECKS"),
            days=settings.getfloat("AKTENKUNDIG_REMOVAL_DAYS"),
        )
        run_id = begin_run(
            conn,
            source=spider.name,
            started_at=started_at,
            version=version,
            checks=rule.checks,
            days=rule.days,
        )
        memory = remember(conn, spider.name, before_run=run_id)
        counts = RunCounts()
        session = Session(
            conn=conn,
            vault=VaultWriter(
                data,
                source=spider.name,
                run_id=run_id,
                started_at=started_at,
                software=f"aktenkundig {version}",
            ),
            data=data,
            source=spider.name,
            run_id=run_id,
            counts=counts,
            recorder=Recorder(conn, run_id=run_id, source=spider.name, counts=counts, memory=memory, now=now),
            now=now,
            memory=memory,
            rule=rule,
        )
        _sessions[self._crawler] = session
        spider.memory = memory  # type: ignore[attr-defined]

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """Settle removals and listings, close the run, and leave its outcome in the stats."""
        session = session_of(self._crawler)
        try:
            outcome = self._settle(session, reason)
        finally:
            session.recorder.close()
            session.vault.close()
            session.conn.close()
        self._crawler.stats.set_value("aktenkundig/outcome", outcome)

    def _settle(self, session: Session, reason: str) -> str:
        try:
            session.commit()
            return close_run(session, reason=session.lost or reason)
        except (OSError, sqlite3.Error) as error:
            logger.error("Der Lauf konnte nicht abgeschlossen werden: %s", error)
            session.abandon(str(error))
            self._crawler.stats.set_value("aktenkundig/lost", str(error))
            return "failed"
