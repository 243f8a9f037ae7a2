"""The topics with their numbers per year."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from portal.collation import german_key


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic: what it covers, how many documents it has, and how many per year."""

    id: str
    label: str
    description: str
    broader: str | None
    count: int
    years: dict[int, int] = field(default_factory=dict)


_NUMBERS = """
with shown as materialized (
  select id, year from documents indexed by documents_facets where blocked_at is null
)
select dt.topic_id, shown.year, count(*) as count from document_topics dt
join shown on shown.id = dt.document_id group by dt.topic_id, shown.year
"""
"""From the index: to look up each document in its table takes three times as long."""


def topics(conn: sqlite3.Connection) -> list[Topic]:
    """All topics in German order."""
    years: dict[str, dict[int, int]] = {}
    totals: dict[str, int] = {}
    for row in conn.execute(_NUMBERS):
        totals[row["topic_id"]] = totals.get(row["topic_id"], 0) + row["count"]
        if row["year"] is not None:
            years.setdefault(row["topic_id"], {})[row["year"]] = row["count"]
    found = [
        Topic(
            id=row["id"],
            label=row["label"],
            description=row["description"],
            broader=row["broader"],
            count=totals.get(row["id"], 0),
            years=years.get(row["id"], {}),
        )
        for row in conn.execute("select * from topics")
    ]
    return sorted(found, key=lambda topic: german_key(topic.label))


def topic_labels(conn: sqlite3.Connection) -> dict[str, str]:
    """The names of the topics by id, in German order."""
    rows = conn.execute("select id, label from topics").fetchall()
    return {row["id"]: row["label"] for row in sorted(rows, key=lambda row: german_key(row["label"]))}
