"""One run of one source: its connection, vault, clock and counts, and when all of it is committed."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock
from scrapy.crawler import Crawler

from archive.database import busy_seconds, is_busy, set_patience
from archive.errors import sentence_for
from archive.keeping.ledger import RunCounts
from archive.keeping.removal import RemovalRule
from archive.vault.writer import VaultWriter
from pipelines.run import Run
from pipelines.run.recorder import Recorder

WRITES_PER_COMMIT = 50
SECONDS_PER_COMMIT = 2.0
PAUSE = 0.01


class RunLost(Exception):
    """Nothing can be kept any more (disk full, database broken); raised by ``Session.ready``."""


@dataclass(kw_only=True)
class Session(Run):
    """A run that harvests, with its vault. Rows are committed only after the vault is flushed.

    ``stop`` ends the run; it is called once, when nothing can be kept any more. ``side_by_side`` says
    that other runs may wait for their turn to write. ``lock`` is the archive's lock
    where the run had to take it itself.
    """

    vault: VaultWriter
    data: Path
    rule: RemovalRule
    recorder: Recorder = field(init=False)
    stop: Callable[[], None] = lambda: None
    side_by_side: bool = False
    lock: FileLock | None = None
    lost: str | None = None
    closed: bool = False
    _writes: int = 0
    _kept: RunCounts = field(default_factory=RunCounts)
    _due: asyncio.TimerHandle | None = None

    def __post_init__(self) -> None:
        self.recorder = Recorder(self)

    async def ready(self) -> None:
        """Open a transaction. While another program writes, everything else goes on.

        Raises RunLost, or sqlite3.OperationalError when the other one does not come to an end.
        """
        patience = time.monotonic() + busy_seconds()
        while not self._begun():
            if time.monotonic() > patience:
                raise sqlite3.OperationalError("database is locked")
            await asyncio.sleep(PAUSE)

    def _begun(self) -> bool:
        if self.lost is not None or self.closed:
            raise RunLost(self.lost or "closed")
        if self.conn.in_transaction:
            return True
        try:
            self.conn.execute("begin immediate")
        except sqlite3.OperationalError as error:
            if is_busy(error):
                return False
            raise
        self._due = asyncio.get_running_loop().call_later(SECONDS_PER_COMMIT, self._commit_due)
        return True

    def wrote(self) -> None:
        """Count one write; commit when enough came together, at once where other runs wait for their turn."""
        self._writes += 1
        if self.side_by_side or self._writes >= WRITES_PER_COMMIT:
            self.commit()

    def commit(self) -> None:
        """Bytes first, rows afterwards."""
        self.vault.flush()
        if self.conn.in_transaction:
            self.conn.execute("commit")
        self._writes, self._kept = 0, replace(self.counts)
        self._forget_due()

    def _commit_due(self) -> None:
        """Nothing waits longer than SECONDS_PER_COMMIT for its commit, however slow the next answer is."""
        try:
            self.commit()
        except (OSError, sqlite3.Error) as error:
            self.give_up(error)

    def _forget_due(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def give_up(self, error: Exception) -> None:
        """Take back what is not committed, rows and counts, and end the run."""
        first, self.lost = self.lost is None, self.lost or sentence_for(error)
        self._forget_due()
        with suppress(sqlite3.Error):
            if self.conn.in_transaction:
                self.conn.execute("rollback")
        vars(self.counts).update(vars(self._kept))
        if first:
            self.stop()

    def finish(self) -> None:
        """Before the run is closed: commit, and from now on wait for others as long as it takes."""
        set_patience(self.conn, busy_seconds())
        self.commit()

    def close(self) -> None:
        """Let go of everything."""
        self.closed = True
        self._forget_due()
        self.recorder.close()
        with suppress(OSError):
            self.vault.close()
        self.conn.close()
        if self.lock is not None:
            self.lock.release()


def keep_session(crawler: Crawler, session: Session) -> None:
    """Hang the run on its crawler, for everybody who works on it."""
    crawler.archive_run = session  # type: ignore[attr-defined]


def session_or_none(crawler: Crawler) -> Session | None:
    """The run of a crawler, if it ever got one."""
    return getattr(crawler, "archive_run", None)
