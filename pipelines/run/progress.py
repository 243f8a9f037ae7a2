"""Shows how a harvest goes: a live line on a terminal, plain lines in a log."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from archive.keeping.ledger import RunCounts
from pipelines.run.session import session_or_none

LIVE_SECONDS = 0.2
PLAIN_SECONDS = 30.0


class ProgressExtension:
    """Writes to stderr: found, fetched, new, changed, failed, and the rate."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._live = sys.stderr.isatty() and not crawler.settings.getbool("AKTENKUNDIG_SIDE_BY_SIDE")
        self._began = self._last = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy; the setting ``AKTENKUNDIG_PROGRESS`` switches it off."""
        extension = cls(crawler)
        if crawler.settings.getbool("AKTENKUNDIG_PROGRESS", True):
            crawler.signals.connect(extension.item_seen, signal=signals.item_scraped)
            crawler.signals.connect(extension.spider_closed, signal=signals.spider_closed)
        return extension

    def item_seen(self, spider: Spider) -> None:
        """Refresh the line when it is time."""
        now = time.monotonic()
        if now - self._last < (LIVE_SECONDS if self._live else PLAIN_SECONDS):
            return
        self._last = now
        self._write(spider.name, end="" if self._live else "\n")

    def spider_closed(self, spider: Spider) -> None:
        """The last word."""
        self._write(spider.name, end="\n")

    def _write(self, source: str, *, end: str) -> None:
        session = session_or_none(self._crawler)
        if session is None:
            return
        found = sum(len(listing.items) for listing in session.recorder.listings.values())
        line = progress_line(source, session.counts, found=found, seconds=time.monotonic() - self._began)
        sys.stderr.write((f"\r\x1b[K{fitted(line)}" if self._live else line) + end)
        sys.stderr.flush()


def fitted(line: str) -> str:
    """The line cut to the terminal's width: a line that wraps cannot be written over."""
    return line[: max(20, shutil.get_terminal_size().columns - 1)]


def progress_line(source: str, counts: RunCounts, *, found: int, seconds: float) -> str:
    """The line itself.

    >>> progress_line("dsmv", RunCounts(requests=12, new=9), found=30, seconds=6.0)
    'dsmv (2,0/s): 30 Links, 12 geholt, 9 neu, 0 anders, 0 gleich, 0 Fehler'
    """
    rate = f"{counts.requests / max(seconds, 0.001):.1f}".replace(".", ",")
    return (
        f"{source} ({rate}/s): {found} Links, {counts.requests} geholt, {counts.new} neu, "
        f"{counts.changed} anders, {counts.unchanged} gleich, {counts.failed} Fehler"
    )
