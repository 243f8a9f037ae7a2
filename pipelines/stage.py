"""The Scrapy stage that hands scraped records to the recorder."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any, Self

from scrapy.crawler import Crawler

from crawler.items import DocumentRead, FileBody
from pipelines.session import RunLost, session_of


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
            await session.ready()
            session.recorder.record(item, file_text=file_text)
            session.wrote()
        except RunLost:
            return item
        except (sqlite3.OperationalError, OSError) as error:
            session.give_up(error)
        return item
