"""What the archive remembers of a source, as the spiders need it."""

from __future__ import annotations

import json
import sqlite3
from functools import partial
from pathlib import Path

from archive.errors import RecordUnreadable
from archive.keeping.ledger import last_read_snapshot
from archive.vault.reading import read_payload
from crawler.items import Attachment, Known, ListedItem, Memory, Recalled


def remember(conn: sqlite3.Connection, source: str, *, before_run: int, data: Path | None = None) -> Memory:
    """Every known document of a source with its last listing entry and the files it offers, and how many links
    each listing had when it was last read before ``before_run``. With the folder ``data`` also what its vault holds.
    """
    offered = {
        row["document_id"]: (attachments_from_json(row["attachments"]), tuple(json.loads(row["links"] or "[]")))
        for row in conn.execute(
            "select v.document_id, v.attachments, v.links from versions v join documents d"
            " on d.id = v.document_id and d.version = v.version where d.source = ?"
            " and (v.attachments <> '[]' or v.links <> '[]') and d.page_count is null",
            (source,),
        )
    }
    nothing: tuple[tuple[Attachment, ...], tuple[str, ...]] = ((), ())
    documents = {
        row["id"]: Known(
            document_id=row["id"],
            url=row["url"],
            doc_type=row["doc_type"],
            listed=listed_from_json(row["listed"]),
            attachments=offered.get(row["id"], nothing)[0],
            links=offered.get(row["id"], nothing)[1],
            content_sha256=row["content_sha256"],
            gone=row["removed_at"] is not None or row["moved_to"] is not None,
        )
        for row in conn.execute(
            "select id, url, doc_type, listed, content_sha256, removed_at, moved_to from documents where source = ?",
            (source,),
        )
    }
    listings = dict(
        conn.execute(
            "select url, seen from listings where (url, run_id) in (select url, max(run_id) from listings"
            " where run_id in (select id from runs where source = ? and id < ? and outcome in ('ok', 'alarm'))"
            " group by url)",
            (source, before_run),
        ).fetchall()
    )
    if data is None:
        return Memory(documents=documents, listings=listings)
    return Memory(documents=documents, listings=listings, recall=partial(_recall, conn, data, before_run=before_run))


def resting(conn: sqlite3.Connection, source: str, *, above: int, at: str) -> frozenset[str]:
    """The documents of a source with more than ``above`` addresses that a run at ``at`` need not ask.

    They have been unlisted, removed or moved for a year (known for a year, where a feed named them), or are annexes of
    such; every night has a seventh of them. Nothing rests whose absence is being checked, nor what has not been seen
    for a week.
    """
    return frozenset(row[0] for row in conn.execute(_RESTING, {"source": source, "above": above, "at": at}))


_RESTING = """
select d.id from documents d left join documents p on p.id = json_extract(d.listed, '$.parent_id')
where d.source = :source and (select count(*) from documents where source = :source) > :above
and coalesce(d.unlisted_at, d.removed_at, p.unlisted_at, p.removed_at,
  iif(json_extract(d.listed, '$.passing'), d.first_seen_at, null),
  iif(json_extract(p.listed, '$.passing'), p.first_seen_at, null)) < strftime('%Y-%m-%dT%H:%M:%SZ', :at, '-1 year')
and (coalesce(p.docno, d.docno) + cast(julianday(:at) as integer)) % 7 <> 0
and (d.removed_at is not null or d.moved_to is not null
  or d.absent_since is null and d.last_seen_at >= strftime('%Y-%m-%dT%H:%M:%SZ', :at, '-7 days'))
"""


def _recall(conn: sqlite3.Connection, data: Path, url: str, *, before_run: int) -> Recalled | None:
    """The last good answer of an address in earlier runs; None also where its bytes cannot be read any more."""
    row = last_read_snapshot(conn, url, before_run=before_run)
    if row is None:
        return None
    try:
        body = read_payload(conn, data, row["id"]).body
    except RecordUnreadable:
        return None
    return Recalled(body=body, content_type=row["content_type"] or "", fetched_at=row["fetched_at"])


def attachments_from_json(text: str) -> tuple[Attachment, ...]:
    """The files behind ``versions.attachments``."""
    return tuple(Attachment(url=one["url"], title=one["title"]) for one in json.loads(text))


def listed_from_json(text: str | None) -> ListedItem | None:
    """The listing entry behind ``documents.listed``."""
    if text is None:
        return None
    values = json.loads(text)
    return ListedItem(**values | {"notes": tuple(values.get("notes", ()))})
