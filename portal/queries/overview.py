"""What the archive holds, for the start page."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from portal.collation import german_key
from portal.labels import body_label, label
from portal.queries.documents import Document, records

NEWEST = 8
SERIES = 5


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A way into the archive: the value of a filter, its German name and how many documents it has."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The numbers and lists of the start page; ``year_types`` is year → numbers per name in ``series``."""

    documents: int
    sources: int
    edited: int
    removed: int
    since: str | None
    last_run: str | None
    newest: list[Document]
    issuers: list[Entry]
    types: list[Entry]
    topics: list[Entry]
    years: list[Entry]
    series: tuple[str, ...]
    year_types: dict[int, list[int]]


_TOTALS = """
select (select count(distinct document_id) from versions where version > 1) as edited,
  (select count(*) from documents where removed_at is not null and blocked_at is null) as removed,
  (select min(started_at) from runs) as since,
  (select max(finished_at) from runs where outcome = 'ok') as last_run
"""
_NEWEST = """
select * from documents where blocked_at is null and doc_type <> 'anlage' and published_on is not null
order by published_on desc, first_seen_at desc, docno desc limit ?
"""
_GROUPS = """
select source, coalesce(issuer, publisher) as issuer, doc_type, year, count(*) as count
from documents indexed by documents_facets where blocked_at is null group by 1, 2, 3, 4
"""
"""From the index alone: the rows hold the texts, and to walk through them all takes ten times as long."""
_TOPICS = """
select t.id as value, t.label, count(*) as count from topics t join document_topics dt on dt.topic_id = t.id
where dt.document_id not in (select id from documents where blocked_at is not null)
group by t.id order by count(*) desc, t.label
"""


def overview(conn: sqlite3.Connection) -> Overview:
    """Everything the start page shows."""
    totals = conn.execute(_TOTALS).fetchone()
    groups = conn.execute(_GROUPS).fetchall()
    series, year_types = _by_year_and_type(groups)
    return Overview(
        documents=sum(row["count"] for row in groups),
        sources=len({row["source"] for row in groups}),
        edited=totals["edited"],
        removed=totals["removed"],
        since=totals["since"],
        last_run=totals["last_run"],
        newest=records(Document, conn.execute(_NEWEST, (NEWEST,))),
        issuers=_entries(groups, "issuer", body_label),
        types=_entries(groups, "doc_type", partial(label, "doc_types")),
        topics=records(Entry, conn.execute(_TOPICS)),
        years=sorted(_entries(groups, "year", str), key=lambda entry: entry.value, reverse=True),
        series=series,
        year_types=year_types,
    )


def bodies_named(conn: sqlite3.Connection) -> list[str]:
    """The bodies that issued something, in the German order of their names."""
    rows = conn.execute(
        "select distinct coalesce(issuer, publisher) as body from documents indexed by documents_facets"
        " where blocked_at is null and body is not null"
    )
    return sorted((row[0] for row in rows), key=lambda body: german_key(body_label(body)))


def _sums(groups: Sequence[sqlite3.Row], column: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in groups:
        if row[column] is not None:
            key = str(row[column])
            sums[key] = sums.get(key, 0) + row["count"]
    return sums


def _entries(groups: Sequence[sqlite3.Row], column: str, name: Callable[[str], str]) -> list[Entry]:
    entries = [Entry(value=value, label=name(value), count=count) for value, count in _sums(groups, column).items()]
    return sorted(entries, key=lambda entry: german_key(entry.label))


def _by_year_and_type(groups: Sequence[sqlite3.Row]) -> tuple[tuple[str, ...], dict[int, list[int]]]:
    """The numbers per year for the types most frequent among dated documents; the others are added up."""
    groups = [row for row in groups if row["year"] is not None]
    sums = _sums(groups, "doc_type")
    main = sorted(sums, key=lambda word: -sums[word])[:SERIES]
    names = [label("doc_types", word) for word in main] + (["Übrige"] if len(sums) > SERIES else [])
    table: dict[int, list[int]] = {}
    for row in groups:
        values = table.setdefault(row["year"], [0] * len(names))
        values[main.index(row["doc_type"]) if row["doc_type"] in main else SERIES] += row["count"]
    return tuple(names), table
