"""Columns: what counting and sorting need of every document, kept in memory while the archive rests."""

from __future__ import annotations

import sqlite3
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from threading import Lock
from typing import NamedTuple

from archive.search.vocabulary import database_name

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

    def newest(self, docnos: Iterable[int], *, limit: int, offset: int = 0) -> list[int]:
        """The newest of the documents; undated ones come last."""
        return nsmallest(offset + limit, docnos, key=self.place_of.__getitem__)[offset:]


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
        "select docno, id, source, doc_type, issuer, year from documents indexed by documents_facets"
        " order by published_on is null, published_on desc, docno desc"
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
