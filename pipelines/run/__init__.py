"""One run over one source: what Scrapy calls, and what becomes of it in archive and vault."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

from archive.keeping.ledger import RunCounts
from crawler.items import Memory


@dataclass(kw_only=True)
class Run:
    """What everybody who works on a run shares: archive, source, clock, what was known before, and the counts."""

    conn: sqlite3.Connection
    source: str
    run_id: int
    now: Callable[[], str]
    memory: Memory
    counts: RunCounts = field(default_factory=RunCounts)
