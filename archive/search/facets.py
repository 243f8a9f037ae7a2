"""Facets: how many hits fall to each source, type, topic, issuer and year."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.search.columns import WORTH, Columns, columns_of


@dataclass(frozen=True, kw_only=True)
class Count:
    """A value and the number of hits that have it; ``value`` is what the filter takes."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Facets:
    """Counts of all hits, most frequent first; ``year`` in ascending order. Hits without a value are not listed."""

    source: tuple[Count, ...] = ()
    doc_type: tuple[Count, ...] = ()
    topic: tuple[Count, ...] = ()
    issuer: tuple[Count, ...] = ()
    year: tuple[Count, ...] = ()

    @property
    def total(self) -> int:
        """All hits: every document has one source."""
        return sum(count.count for count in self.source)


COUNTING = """
with found as materialized (
  select d.id, d.source, d.doc_type, d.issuer, d.year
  from json_each(?) cross join documents d indexed by documents_facets on d.docno = json_each.value
)
select 'source', source, source, count(*) from found group by source
union all select 'doc_type', doc_type, doc_type, count(*) from found group by doc_type
union all select 'issuer', issuer, issuer, count(*) from found where issuer is not null group by issuer
union all select 'year', year, year, count(*) from found where year is not null group by year
union all select 'topic', topic_id, coalesce((select label from topics where id = topic_id), topic_id), count(*)
  from found cross join document_topics on document_id = found.id group by topic_id"""
"""One pass over the hits; a topic counts each document once (primary key of ``document_topics``)."""


def count_facets(conn: sqlite3.Connection, docnos: Sequence[int]) -> Facets:
    """Count documents by their properties."""
    columns = columns_of(conn) if len(docnos) > WORTH else None
    rows = _counted_by_sql(conn, docnos) if columns is None else _counted(conn, columns, docnos)
    counts: dict[str, list[Count]] = {}
    for facet, value, label, count in rows:
        counts.setdefault(facet, []).append(Count(value=str(value), label=str(label), count=int(count)))
    ranked = {facet: tuple(sorted(values, key=_by_count)) for facet, values in counts.items()}
    years = sorted(counts.get("year", ()), key=lambda count: count.value)
    return Facets(**ranked | {"year": tuple(years)})


Row = tuple[str, object, object, int]
"""Facet, value, label, number of documents."""


def _counted_by_sql(conn: sqlite3.Connection, docnos: Sequence[int]) -> Iterator[Row]:
    yield from (tuple(row) for row in conn.execute(COUNTING, (json.dumps(docnos),)))


def _counted(conn: sqlite3.Connection, columns: Columns, docnos: Sequence[int]) -> Iterator[Row]:
    """The same from memory."""
    counts: dict[tuple[str, object], int] = defaultdict(int)
    for group, count in columns.count_groups(docnos):
        for facet, value in group._asdict().items():
            counts[facet, value] += count
    yield from ((facet, value, value, count) for (facet, value), count in counts.items() if value is not None)
    labels = dict(conn.execute("select id, label from topics").fetchall())
    for topic, count in columns.count_topics(docnos).items():
        yield "topic", topic, labels.get(topic, topic), count


def _by_count(count: Count) -> tuple[int, str]:
    return -count.count, count.value
