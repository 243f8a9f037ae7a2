"""Numbers beside hits: how many fall to each source, type, topic, issuer and year (what counting needs is kept in
memory), and what a query may mean besides, each with its number of documents."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from threading import Lock
from typing import NamedTuple

from archive.german.words import WORD, index_term
from archive.search.figures import kinds_of
from archive.search.matching import RECITAL, Filters, found_by
from archive.search.plan import FORM, Node, Plan, grade
from archive.search.provisions import Provision, provision_node
from archive.search.query import Query, Word
from archive.search.vocabulary import database_name
from archive.statutes import law_slug

WORTH = 2_000
"""Documents from which on memory is quicker than SQL."""

SPARSE = 10
"""Numbers without a document, for each one with, that are put up with."""

_CACHE: OrderedDict[str, tuple[int, Columns | None]] = OrderedDict()
_LOCK = Lock()
_MOST = 4


class Group(NamedTuple):
    """Documents that agree in all these."""

    source: str
    doc_type: str
    issuer: str | None
    year: int | None


@dataclass(frozen=True, kw_only=True)
class Columns:
    """By docno: the number of the document's group, the bits of its topics, its place when the newest comes first."""

    total: int
    groups: tuple[Group, ...]
    topics: tuple[str, ...]
    group_of: Sequence[int]
    topics_of: Sequence[int]
    place_of: Sequence[int]

    def count_groups(self, docnos: Iterable[int]) -> Iterator[tuple[Group, int]]:
        """How many of the documents fall to each group."""
        for number, count in Counter(map(self.group_of.__getitem__, docnos)).items():
            yield self.groups[number], count

    def count_topics(self, docnos: Iterable[int]) -> Counter[str]:
        """How many of the documents have each topic."""
        counts: Counter[str] = Counter()
        for bits, count in Counter(map(self.topics_of.__getitem__, docnos)).items():
            for at in range(bits.bit_length()):
                if bits >> at & 1:
                    counts[self.topics[at]] += count
        return counts

    def newest(self, docnos: Iterable[int], *, limit: int) -> list[int]:
        """The newest of the documents; undated ones come last."""
        return nsmallest(limit, docnos, key=self.place_of.__getitem__)


def columns_of(conn: sqlite3.Connection) -> Columns | None:
    """The columns of a connection's archive; None while it changes (then SQL is as quick as reading them).

    ``search_state.token`` changes with every change of what is kept. What is seen twice is read, and
    shared by all connections to the same file.
    """
    if conn.in_transaction or (token := _token(conn)) is None:
        return None
    name = database_name(conn)
    with _LOCK:
        known = _CACHE.get(name)
        if known is None or known[0] != token:
            _CACHE[name] = (token, None)
        elif known[1] is None:
            _CACHE[name] = (token, _read(conn))
        _CACHE.move_to_end(name)
        if len(_CACHE) > _MOST:
            _CACHE.popitem(last=False)
        return _CACHE[name][1]


def _token(conn: sqlite3.Connection) -> int | None:
    try:
        row = conn.execute("select token from search_state").fetchone()
    except sqlite3.OperationalError:  # an archive of an older version, opened for reading
        return None
    return None if row is None else int(row[0])


def _read(conn: sqlite3.Connection) -> Columns | None:
    """All columns; None where numbers are too sparse for lists."""
    rows = conn.execute(
        "select docno, id, source, doc_type, coalesce(issuer, publisher), year"
        " from documents indexed by documents_facets order by published_on is null, published_on desc, docno desc"
    ).fetchall()
    size = max((int(row[0]) for row in rows), default=0) + 1
    if size > SPARSE * (len(rows) + 100):
        return None
    numbers: dict[Group, int] = {}
    docno_of: dict[str, int] = {}
    group_of, place_of, topics_of = [0] * size, [size] * size, [0] * size
    for place, (docno, document_id, *values) in enumerate(rows):
        docno_of[document_id] = docno
        group_of[docno] = numbers.setdefault(Group(*values), len(numbers))
        place_of[docno] = place
    bits: dict[str, int] = defaultdict(lambda: 1 << len(bits))
    for document_id, topic in conn.execute("select document_id, topic_id from document_topics"):
        topics_of[docno_of[document_id]] |= bits[topic]
    return Columns(
        total=len(rows),
        groups=tuple(numbers),
        topics=tuple(bits),
        group_of=group_of,
        topics_of=topics_of,
        place_of=place_of,
    )


@dataclass(frozen=True, kw_only=True)
class Count:
    """A value and the number of hits that have it; ``value`` is what the filter takes."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Facets:
    """Counts of all hits, most frequent first; ``year`` in ascending order. Hits without a value are not listed.

    ``provision`` has the most cited ones only, and is empty where hits are many.
    """

    source: tuple[Count, ...] = ()
    doc_type: tuple[Count, ...] = ()
    topic: tuple[Count, ...] = ()
    issuer: tuple[Count, ...] = ()
    year: tuple[Count, ...] = ()
    provision: tuple[Count, ...] = ()

    @property
    def total(self) -> int:
        """All hits: every document has one source."""
        return sum(count.count for count in self.source)


COUNTING = """
with found as materialized (
  select d.id, d.source, d.doc_type, coalesce(d.issuer, d.publisher) as issuer, d.year
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
    cited = tuple(_provisions(conn, docnos)) if len(docnos) <= WORTH else ()
    return Facets(**ranked | {"year": tuple(years), "provision": cited})


def _provisions(conn: sqlite3.Connection, docnos: Sequence[int]) -> list[Count]:
    """The provisions that most of the documents cite; ``value`` as the filter takes it."""
    rows = conn.execute(CITED, (json.dumps(docnos), MOST_CITED)) if docnos else ()
    return [
        Count(value=provision_value(law, unit, number), label=f"{unit} {number} {law}", count=int(count))
        for law, unit, number, count in rows
    ]


def provision_value(law: str, unit: str, number: str) -> str:
    """A provision as the filter takes it.

    >>> provision_value("DSG M-V", "§", "5"), provision_value("DSGVO", "ErwGr", "47")
    ('dsg-m-v/5', 'dsgvo/erwgr-47')
    """
    return f"{law_slug(law)}/{RECITAL if unit == 'ErwGr' else ''}{number}"


MOST_CITED = 20
CITED = """
select c.law, c.unit, c.number, count(distinct c.document_id) as documents
from json_each(?) cross join documents d indexed by documents_facets on d.docno = value
cross join citations c on c.document_id = d.id
where c.law is not null and c.unit <> 'Az' group by 1, 2, 3 order by documents desc, 1, 2, 3 limit ?"""

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


# -- what a query may mean ----------------------------------------------------------------------------------

MOST_TOPICS, MOST_PROVISIONS = 4, 2
IN_COMMON = 3
"""What one of so many near hits has is offered."""

EITHER = re.compile(r"(?<=\S)\s+oder\s+(?=\S)")
COUNTED = """
select (select count(*) from document_topics where topic_id = ?1) - (
  select count(*) from documents d indexed by documents_facets join document_topics on document_id = d.id
  where d.blocked_at is not null and topic_id = ?1)"""
OF_NEAR = f"""
select topic_id from json_each(?) cross join documents d on d.docno = value join document_topics on document_id = d.id
group by topic_id having count(*) * {IN_COMMON} >= ? order by count(*) desc, topic_id"""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """``kind`` is ``topic``, ``provision``, ``type`` or ``either``; ``value`` is what the filter takes, for
    ``either`` the query with ODER; ``count`` is how many documents that gives."""

    kind: str
    value: str
    label: str
    count: int


def offers(conn: sqlite3.Connection, query: Query, plan: Plan, near: Sequence[int]) -> tuple[Offer, ...]:
    """What a query names; where its hits are only ``near``, what these have in common too. Never without documents."""
    named = (*_provisions_named(conn, query), *_types(conn, query), *_topics(conn, plan, near))
    common = (one for one in _provisions(conn, near)[:MOST_PROVISIONS] if one.count * IN_COMMON >= len(near) > 1)
    cited = (Offer(kind="provision", value=one.value, label=one.label, count=_citing(conn, one)) for one in common)
    found = {(offer.kind, offer.value): offer for offer in (*cited, *named) if offer.count}
    return tuple(found.values())


def _citing(conn: sqlite3.Connection, cited: Count) -> int:
    """The documents that cite a provision."""
    return len(found_by(conn, Plan(), Filters(provision=cited.value)))


def either(text: str) -> str | None:
    """The query with ODER between words where it says "oder", or None if it does not.

    >>> either("Kamera oder Drohne"), either("oder")
    ('Kamera ODER Drohne', None)
    """
    better = EITHER.sub(" ODER ", text.strip())
    return better if better != text.strip() else None


def _provisions_named(conn: sqlite3.Connection, query: Query) -> Iterator[Offer]:
    for item in (item for clause in query.clauses for item in clause):
        if isinstance(item, Provision) and item.law and item.unit != "Az":
            value = provision_value(item.law, item.unit, item.numbers[0])
            yield Offer(kind="provision", value=value, label=item.name, count=len(provision_node(conn, item).grades))


def _types(conn: sqlite3.Connection, query: Query) -> Iterator[Offer]:
    for item in (item for clause in query.clauses for item in clause):
        for doc_type in kinds_of(item.pieces) if isinstance(item, Word) else ():
            count = conn.execute(
                "select count(*) from documents where doc_type = ? and blocked_at is null", (doc_type,)
            ).fetchone()
            yield Offer(kind="type", value=doc_type, label=doc_type, count=int(count[0]))


def _topics(conn: sqlite3.Connection, plan: Plan, near: Sequence[int]) -> Iterator[Offer]:
    labels = dict(conn.execute("select id, label from topics order by id").fetchall())
    named = [topic for topic, label in labels.items() if _names(plan, label)]
    common = [row[0] for row in conn.execute(OF_NEAR, (json.dumps(list(near)), len(near)))] if near else []
    for topic in [one for one in dict.fromkeys([*named, *common]) if one in labels][:MOST_TOPICS]:
        count = conn.execute(COUNTED, (topic,)).fetchone()
        yield Offer(kind="topic", value=topic, label=labels[topic], count=int(count[0]))


def _names(plan: Plan, label: str) -> bool:
    """Whether a question has a word of a topic's name."""
    words = [index_term(word) for word in WORD.findall(label)]
    return any(grade(node, words) >= FORM for one in plan.wanted for node in _said(one.node, one.everyday[:1]))


def _said(node: Node, everyday: Sequence[Node]) -> Iterator[Node]:
    yield node
    yield from everyday
