"""One run over one source: what Scrapy calls, and what becomes of it in archive and vault."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

from archive.keeping.ledger import RunCounts
from archive.views import write_lookups
from crawler.items import Memory
from pipelines.reading.issuers import body_rows
from pipelines.topics import write_topics


@dataclass(kw_only=True)
class Run:
    """What everybody who works on a run shares: archive, source, clock, what was known before, and the counts."""

    conn: sqlite3.Connection
    source: str
    run_id: int
    now: Callable[[], str]
    memory: Memory
    counts: RunCounts = field(default_factory=RunCounts)


def write_vocabularies(conn: sqlite3.Connection) -> None:
    """Topics, bodies, laws and types of documents as this version names them; before documents are stored."""
    write_topics(conn)
    write_lookups(conn, body_rows())
