"""What ``scrapy crawl … -o FILE`` writes: one flat publication per document that is known to be there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.extensions.feedexport import FeedExporter

from archive.database import open_reading
from pipelines.run.extension import end_run
from pipelines.run.session import session_or_none

ABOUT = ("id", "source", "doc_type", "issuer", "publisher", "title", "kicker", "number", "teaser", "text", "language")
DATED = ("published_on", "issued_on", "year", "first_seen_at", "last_seen_at", "last_changed_at", "absent_since")
COLUMNS = (*ABOUT, "url", *DATED, "page_count", "parent_id", "status", "version", "content_sha256")
FILE = ("url", "content_type", "sha256", "bytes", "warc_file", "warc_offset")
PARTS = {
    "dates": "select role, value, precision, raw, found_in, chosen from dates where document_id = ? order by rowid",
    "topics": "select topic_id as id, evidence from document_topics where document_id = ? order by topic_id",
    "citations": "select page, law, unit, number, paragraph, sentence, letter, raw, start from citations"
    " where document_id = ? order by page, start",
    "links": "select kind, url, target_id from links where document_id = ? order by rowid",
}


def publications(conn: sqlite3.Connection, source: str) -> Iterator[dict[str, Any]]:
    """Every document of a source that is not removed, moved or blocked, as ``publication.schema.json`` says.

    ``file`` names the archived answer it was read from: digest of its payload, WARC file and offset.
    """
    rows = conn.execute(
        f"select {', '.join(f'd.{name}' for name in COLUMNS)}, {', '.join(f's.{name} as file_{name}' for name in FILE)}"
        " from documents d left join versions v on v.document_id = d.id and v.version = d.version"
        " left join snapshots s on s.id = v.snapshot_id"
        " where d.source = ? and d.blocked_at is null and d.removed_at is null and d.moved_to is null order by d.docno",
        (source,),
    )
    for row in rows:
        parts = {name: [dict(part) for part in conn.execute(sql, (row["id"],))] for name, sql in PARTS.items()}
        file = {name: row[f"file_{name}"] for name in FILE}
        yield {**{name: row[name] for name in COLUMNS}, **parts, "file": file}


class PublicationFeed(FeedExporter):
    """Scrapy's feed export, of what the archive holds when the run is over; scraped records are no publications."""

    def item_scraped(self, item: Any, spider: Spider) -> None:
        """Write a publication; leave records of a harvest out."""
        if isinstance(item, dict):
            super().item_scraped(item, spider)

    async def close_spider(self, spider: Spider, reason: str = "finished") -> None:
        """Close the run first, then write and close the files."""
        session = session_or_none(self.crawler)
        if session is not None:
            end_run(self.crawler, reason)
            with closing(open_reading(Path(session.data))) as conn:
                for item in publications(conn, spider.name):
                    self.item_scraped(item, spider)
        await super().close_spider(spider)
