"""The Scrapy extension that opens a run with the spider and closes it with its outcome."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from archive.errors import ArchiveError, sentence_for
from pipelines.run.closing import close_run
from pipelines.run.opening import open_session
from pipelines.run.session import Session, keep_session, session_or_none

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
        crawler.signals.connect(extension.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signal=signals.spider_closed)
        return extension

    def spider_opened(self, spider: Spider) -> None:
        """Open archive and vault, and give the spider what the archive knows. Raises CloseSpider when that fails."""
        try:
            session = open_session(self._crawler.settings, spider.name)
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
