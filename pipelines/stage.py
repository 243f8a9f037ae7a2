"""The Scrapy stage that hands scraped records to the recorder."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import Any, Self

from scrapy.crawler import Crawler

from crawler.items import DocumentRead, FileBody
from pipelines.evidence import end_run
from pipelines.session import session_of

logger = logging.getLogger(__name__)


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
        session = session_of(self._crawler)
        file_text = None
        if isinstance(item, DocumentRead) and isinstance(item.content, FileBody):
            file_text = await asyncio.to_thread(session.recorder.read_file, item.content)
        try:
            session.begin()
            session.recorder.record(item, file_text=file_text)
            session.wrote()
        except (sqlite3.OperationalError, OSError) as error:
            logger.error("Der Eintrag konnte nicht gespeichert werden: %s", error)
            session.abandon(str(error))
            self._crawler.stats.set_value("aktenkundig/lost", str(error))
            end_run(self._crawler)
        return item
