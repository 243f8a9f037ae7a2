"""What the archive remembers of a source, as the spiders need it."""

from __future__ import annotations

import json
import sqlite3

from crawler.items import Known, ListedItem, Memory


def remember(conn: sqlite3.Connection, source: str, *, before_run: int) -> Memory:
    """Every known document of a source with its last listing entry, and how many links each listing had
    in the last finished run before ``before_run``."""
    documents = {
        row["id"]: Known(
            document_id=row["id"],
            url=row["url"],
            doc_type=row["doc_type"],
            listed=listed_from_json(row["listed"]),
        )
        for row in conn.execute("select id, url, doc_type, listed from documents where source = ?", (source,))
    }
    listings = dict(
        conn.execute(
            "select url, seen from listings where run_id = (select max(id) from runs where source = ? and id < ?"
            " and outcome in ('ok', 'alarm') and id in (select run_id from listings))",
            (source, before_run),
        ).fetchall()
    )
    return Memory(documents=documents, listings=listings)


def listed_to_json(listed: ListedItem | None) -> str | None:
    """A listing entry as the ``documents.listed`` column keeps it."""
    return None if listed is None else json.dumps(vars(listed), ensure_ascii=False, sort_keys=True)


def listed_from_json(text: str | None) -> ListedItem | None:
    """The listing entry behind ``documents.listed``."""
    if text is None:
        return None
    values = json.loads(text)
    return ListedItem(**values | {"notes": tuple(values.get("notes", ()))})
