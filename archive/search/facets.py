"""Facets: how many hits fall to each source, type, topic, issuer and year."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass

from archive.search.matching import Matches


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


def count_facets(conn: sqlite3.Connection, found: Matches) -> Facets:
    """Count all hits by their properties."""
    rows = conn.execute(
        f"select d.source, d.doc_type, d.issuer, d.year, count(*) {found.source} group by 1, 2, 3, 4",  # noqa: S608
        found.parameters,
    ).fetchall()
    tallies: list[Counter[str]] = [Counter(), Counter(), Counter(), Counter()]
    for *values, count in rows:
        for tally, value in zip(tallies, values, strict=True):
            if value is not None:
                tally[str(value)] += count
    source, doc_type, issuer, year = tallies
    return Facets(
        source=_ranked(source),
        doc_type=_ranked(doc_type),
        issuer=_ranked(issuer),
        year=tuple(Count(value=value, label=value, count=year[value]) for value in sorted(year)),
        topic=_topics(conn, found),
    )


def _topics(conn: sqlite3.Connection, found: Matches) -> tuple[Count, ...]:
    rows = conn.execute(
        "select dt.topic_id, coalesce(topics.label, dt.topic_id), count(*) as n from document_topics dt"  # noqa: S608
        f" left join topics on topics.id = dt.topic_id where dt.document_id in (select d.id {found.source})"
        " group by dt.topic_id order by n desc, dt.topic_id",
        found.parameters,
    )
    return tuple(Count(value=str(value), label=str(label), count=int(n)) for value, label, n in rows)


def _ranked(tally: Counter[str]) -> tuple[Count, ...]:
    ranked = sorted(tally.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(value=value, label=value, count=count) for value, count in ranked)
