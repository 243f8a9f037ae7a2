"""The Scrapy stage that hands scraped records to the recorder."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import Any, Self

from scrapy.crawler import Crawler

from crawler.items import DocumentRead, FileBody
from pipelines.files.records import FileText
from pipelines.run.session import RunLost, Session, session_of

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
            return await asyncio.to_thread(session.recorder.read_file, item.content)
        except Exception:
            logger.exception("%s konnte nicht gelesen werden", item.url)
            return None
