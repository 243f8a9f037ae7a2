"""What the archive remembers of a source, as the spiders need it."""

from __future__ import annotations

import json
import sqlite3

from crawler.items import Attachment, Known, ListedItem, Memory


def remember(conn: sqlite3.Connection, source: str, *, before_run: int) -> Memory:
    """Every known document of a source with its last listing entry and the files it offers, and how many links
    each listing had when it was last read before ``before_run``."""
    offered = {
        row["document_id"]: (
            attachments_from_json(row["attachments"]),
            tuple(json.loads(row["links"] or "[]")),
        )
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
        )
        for row in conn.execute("select id, url, doc_type, listed from documents where source = ?", (source,))
    }
    listings = dict(
        conn.execute(
            "select url, seen from listings where (url, run_id) in (select url, max(run_id) from listings"
            " where run_id in (select id from runs where source = ? and id < ? and outcome in ('ok', 'alarm'))"
            " group by url)",
            (source, before_run),
        ).fetchall()
    )
    return Memory(documents=documents, listings=listings)


def listed_to_json(listed: ListedItem | None) -> str | None:
    """A listing entry as the ``documents.listed`` column keeps it."""
    return None if listed is None else json.dumps(vars(listed), ensure_ascii=False, sort_keys=True)


def attachments_from_json(text: str) -> tuple[Attachment, ...]:
    """The files behind ``versions.attachments``."""
    return tuple(Attachment(url=one["url"], title=one["title"]) for one in json.loads(text))


def listed_from_json(text: str | None) -> ListedItem | None:
    """The listing entry behind ``documents.listed``."""
    if text is None:
        return None
    values = json.loads(text)
    return ListedItem(**values | {"notes": tuple(values.get("notes", ()))})
