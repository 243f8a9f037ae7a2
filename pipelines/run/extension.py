"""A run as Scrapy drives it: opened with the harvest, given its records, closed with its outcome."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

from filelock import FileLock
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.settings import BaseSettings

from archive.database import connect, database_path, open_archive, set_patience
from archive.errors import ArchiveError, sentence_for
from archive.keeping.backup import refuse_strays
from archive.keeping.ledger import begin_run, describe_source
from archive.keeping.removal import RemovalRule
from archive.lock import take_lock
from archive.timestamps import moment, utc_text
from archive.vault.seals import put_right, seal_finished_runs
from archive.vault.writer import VaultWriter
from crawler.items import DocumentRead, FileBody
from pipelines.files import FileText
from pipelines.run import write_vocabularies
from pipelines.run.closing import close_run
from pipelines.run.memory import remember, resting
from pipelines.run.session import RunLost, Session, keep_session, session_or_none

Entry = tuple[dict[str, str | int | None], list[dict[str, str | int | None]]]
"""The rows of a source in ``sources`` and ``source_licences``."""


def open_session(settings: BaseSettings, source: str, entry: Entry | None = None) -> Session:
    """Begin a run of ``source``; ``entry`` is what the archive keeps of its description.

    Raises ArchiveError, OSError or sqlite3.Error when that is not possible.
    """
    data = Path(settings["AKTENKUNDIG_DATA"])
    lock = None if settings.getbool("AKTENKUNDIG_LOCKED") else take_lock(data)
    try:
        return _session(settings, source, entry, data, lock)
    except BaseException:
        if lock is not None:
            lock.release()
        raise


def _session(settings: BaseSettings, source: str, entry: Entry | None, data: Path, lock: FileLock | None) -> Session:
    if lock is not None:
        refuse_strays(data)
    # Whoever holds the lock has migrated already; looking again would load far more than a harvest needs.
    conn = open_archive(data) if lock is not None else connect(database_path(data))
    now = clock_from(settings.get("AKTENKUNDIG_NOW"))
    if lock is not None:
        put_right(conn, data, at=now())
    write_vocabularies(conn)
    if entry is not None:
        describe_source(conn, *entry)
    started_at, version, rule = now(), settings.get("AKTENKUNDIG_VERSION") or "", rule_from(settings)
    run_id = begin_run(conn, source=source, started_at=started_at, version=version, checks=rule.checks, days=rule.days)
    memory = replace(
        remember(conn, source, before_run=run_id, data=data),
        resting=resting(conn, source, above=settings.getint("AKTENKUNDIG_TURNS_ABOVE", sys.maxsize), at=started_at),
    )
    vault = VaultWriter(data, source=source, run_id=run_id, started_at=started_at, software=f"aktenkundig {version}")
    set_patience(conn, 0)
    return Session(
        conn=conn,
        vault=vault,
        data=data,
        source=source,
        run_id=run_id,
        now=now,
        memory=memory,
        rule=rule,
        lock=lock,
        side_by_side=settings.getbool("AKTENKUNDIG_SIDE_BY_SIDE"),
    )


def rule_from(settings: BaseSettings) -> RemovalRule:
    """When a vanished document counts as removed, as the settings say."""
    return RemovalRule(
        checks=settings.getint("AKTENKUNDIG_REMOVAL_CHECKS"), days=settings.getfloat("AKTENKUNDIG_REMOVAL_DAYS")
    )


def clock_from(fixed: str | None) -> Callable[[], str]:
    """A clock of archive timestamps; starts at ``fixed`` and runs from there, when given."""
    if fixed is None:
        return lambda: utc_text(datetime.now(UTC))
    offset = moment(fixed) - datetime.now(UTC)
    return lambda: utc_text(datetime.now(UTC) + offset)


logger = logging.getLogger(__name__)

OUTCOME, LOST = "aktenkundig/outcome", "aktenkundig/lost"
"""Stats: the run's outcome; why nothing could be kept, where that is so."""

_endings: set[asyncio.Task[None]] = set()


class RunExtension:
    """Gives the run its session."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        extension = cls(crawler)
        crawler.signals.connect(extension.wait_for_start, signal=signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signal=signals.spider_closed)
        return extension

    def wait_for_start(self, spider: Spider) -> None:
        """A run begins with the first request of a harvest: who only looks at a page gets none."""
        spider.before_start = partial(self.begin, spider)  # type: ignore[attr-defined]

    def begin(self, spider: Spider) -> None:
        """Open archive and vault, and give the spider what the archive knows. Raises CloseSpider when that fails."""
        try:
            session = open_session(self._crawler.settings, spider.name, entry=spider.source.entry())  # type: ignore[attr-defined]
        except (ArchiveError, OSError, sqlite3.Error) as error:
            self._crawler.stats.set_value(LOST, sentence_for(error))
            logger.error("%s: %s", spider.name, sentence_for(error))
            raise CloseSpider("not_opened") from error
        session.stop = self._stop
        keep_session(self._crawler, session)
        spider.memory = session.memory  # type: ignore[attr-defined]

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """Close the run."""
        end_run(self._crawler, reason)

    def _stop(self) -> None:
        """End the crawl instead of harvesting into the void."""
        task = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason="lost"))
        _endings.add(task)
        task.add_done_callback(_endings.discard)


def end_run(crawler: Crawler, reason: str) -> None:
    """Settle removals and listings, close the run, and leave its outcome in the stats; once."""
    session = session_or_none(crawler)
    if session is None or session.closed:
        return
    try:
        crawler.stats.set_value(OUTCOME, _settled(session, reason))
        if session.lost is not None:
            crawler.stats.set_value(LOST, session.lost)
    finally:
        session.close()


def _settled(session: Session, reason: str) -> str:
    try:
        session.finish()
        return close_run(session, reason=reason)
    except (OSError, sqlite3.Error) as error:
        session.stop = lambda: None
        session.give_up(error)
        return "failed"
    finally:
        if session.lost is None:
            with suppress(OSError, sqlite3.Error):  # what does not come to it now, the next start does
                session.vault.close()
                seal_finished_runs(session.conn, session.data)


class ArchiveStage:
    """Files are read in a thread of their own (the extractor is a process anyway), everything else at once."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy."""
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Record one scraped record. A record that fails lands in ``problems``; the run goes on."""
        session = session_or_none(self._crawler)
        if session is None:
            return item
        try:
            file_text = await self._read_file(session, item)
            await session.ready()
            session.recorder.record(item, file_text=file_text)
            session.wrote()
        except RunLost:
            return item
        except (sqlite3.OperationalError, OSError) as error:
            session.give_up(error)
        return item

    async def _read_file(self, session: Session, item: Any) -> FileText | None:
        """The text of a file; None for anything else, and for a file whose reading broke (the recorder says so)."""
        if not isinstance(item, DocumentRead) or not isinstance(item.content, FileBody):
            return None
        try:
            kept = session.recorder.kept_ocr(item.content)
            return await asyncio.to_thread(session.recorder.read_file, item.content, kept)
        except Exception:
            logger.exception("%s konnte nicht gelesen werden", item.url)
            return None
