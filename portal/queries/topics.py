"""The topics with their numbers per year."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from portal.collation import german_key
from portal.queries.documents import Document, records
from portal.queries.provisions import CitedProvision


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


@dataclass(frozen=True, kw_only=True)
class Central:
    """A paper of a topic that many documents lead to."""

    id: str
    title: str
    doc_type: str
    source: str
    issuer: str | None
    publisher: str | None
    published_on: str | None
    removed_at: str | None
    links: int


@dataclass(frozen=True, kw_only=True)
class TopicPage:
    """All of a topic: its newest documents, those most referred to, the provisions they cite."""

    topic: Topic
    newest: list[Document]
    central: list[Central]
    provisions: list[CitedProvision]


_OF_TOPIC = """documents d join document_topics dt on dt.document_id = d.id and dt.topic_id = :topic
where d.blocked_at is null"""
_NEWEST = f"select d.* from {_OF_TOPIC} order by d.published_on is null, d.published_on desc, d.docno desc limit 10"
_CENTRAL = f"""
select d.id, d.title, d.doc_type, d.source, d.issuer, d.publisher, d.published_on, d.removed_at,
  (select count(distinct l.document_id) from links l where l.target_id = d.id and l.document_id <> d.id
     and l.kind in ('announces', 'cites', 'republishes')) as links
from {_OF_TOPIC} and links > 0 order by links desc, d.published_on desc limit 8
"""
_PROVISIONS = f"""
select c.law, c.unit, c.number, count(distinct c.document_id) as documents from citations c
where c.law is not null and c.unit <> 'Az' and c.document_id in (select d.id from {_OF_TOPIC})
group by c.law, c.unit, c.number order by documents desc, c.law, c.number limit 15
"""


def topic_page(conn: sqlite3.Connection, topic_id: str) -> TopicPage | None:
    """The page of a topic; None where there is none of that name."""
    topic = next((one for one in topics(conn) if one.id == topic_id), None)
    if topic is None:
        return None
    asked = {"topic": topic_id}
    return TopicPage(
        topic=topic,
        newest=records(Document, conn.execute(_NEWEST, asked)),
        central=records(Central, conn.execute(_CENTRAL, asked)),
        provisions=records(CitedProvision, conn.execute(_PROVISIONS, asked)),
    )
