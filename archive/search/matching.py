"""What is asked of the index as SQL: filters, and the documents that a plan and filters leave, earlier wordings too."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from threading import Lock
from weakref import finalize

from archive.german.stems import stem
from archive.search.plan import (
    NOTHING,
    PART,
    AllOf,
    Listed,
    Node,
    Plan,
    all_expression,
    any_expression,
    has_rows,
    match_expression,
    node_expression,
)
from archive.search.vocabulary import Vocabulary, database_name
from archive.statutes import law_slug, laws

DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)

RECITAL = "erwgr-"

FIRST_DAY = "substr(d.published_on || '-01-01', 1, 10)"
LAST_DAY = "d.published_on || substr('-12-31', length(d.published_on) - 3)"
"""A date as the days it may mean: 2024-05 is 2024-05-01 to 2024-05-31."""


Wanted = str | tuple[str, ...] | None
"""A value, or several of which one is enough."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What hits must be. Empty or None: anything.

    A filter with several values (a tuple) lets through what has one of them.
    ``provision`` is ``dsgvo/28``: the law as in addresses, and the number (``erwgr-47`` for a recital).
    ``undated`` asks for documents without a printed date.
    ``date_from`` and ``date_to`` are ``2024``, ``2024-05`` or ``2024-05-06``; anything else is ignored.
    A period matches when a document's printed date may lie in it; undated documents never do.
    """

    source: Wanted = None
    doc_type: Wanted = None
    topic: Wanted = None
    issuer: Wanted = None
    date_from: str | None = None
    date_to: str | None = None
    provision: Wanted = None
    undated: bool = False


Conditions = tuple[list[str], list[str]]
"""SQL conditions on ``documents`` as ``d``, and their parameters."""


READ_AS = {"issuer": "coalesce(d.issuer, d.publisher)"}
"""A document of no stated issuer is found by the body on whose site it stands."""


def conditions(filters: Filters) -> Conditions:
    """The conditions that unblocked documents must meet.

    >>> conditions(Filters(source="dsk", date_from="2024-05"))[1]
    ['dsk', '2024-05-01']
    """
    texts = ["d.blocked_at is null"]
    values: list[str] = []
    for column in ("source", "doc_type", "issuer"):
        if wanted := _several(getattr(filters, column)):
            texts.append(f"{READ_AS.get(column, f'd.{column}')} in ({_marks(wanted)})")
            values += wanted
    if topics := _several(filters.topic):
        texts.append(
            f"exists (select 1 from document_topics t where t.document_id = d.id and t.topic_id in ({_marks(topics)}))"
        )
        values += topics
    if provisions := _several(filters.provision):
        cited = [_citing(provision) for provision in provisions]
        texts.append(f"({' or '.join(text for text, _ in cited)})")
        values += [value for _, found in cited for value in found]
    if filters.undated:
        texts.append("d.published_on is null")
    if first := _bound(filters.date_from, "-01-01"):
        texts.append(f"{LAST_DAY} >= ?")
        values.append(first)
    if last := _bound(filters.date_to, "-12-31"):
        texts.append(f"{FIRST_DAY} <= ?")
        values.append(last)
    return texts, values


def _several(wanted: Wanted) -> tuple[str, ...]:
    return (wanted,) if isinstance(wanted, str) and wanted else tuple(wanted or ())


def _marks(values: tuple[str, ...]) -> str:
    return ", ".join("?" * len(values))


def _citing(provision: str) -> tuple[str, list[str]]:
    """The condition that a document cites a provision; one that no law's address names is cited by none."""
    slug, _, number = provision.strip().lower().partition("/")
    law = next((law for law in laws() if law_slug(law) == slug), slug)
    units = "c.unit = 'ErwGr'" if number.startswith(RECITAL) else "c.unit in ('Art.', '§')"
    text = f"""exists (select 1 from citations c where c.document_id = d.id and c.law = ? collate nocase
 and {units} and c.number = ? collate nocase)"""
    return text, [law, number.removeprefix(RECITAL)]


def _bound(value: str | None, rest: str) -> str | None:
    """A date filled up to a day.

    >>> _bound("2024-05", "-12-31"), _bound("gestern", "-01-01")
    ('2024-05-31', None)
    """
    text = (value or "").strip()
    if not DATE.fullmatch(text):
        return None
    return text + rest[len(text) - 4 :]


FACETS_INDEX = "indexed by documents_facets"

ALL_ROWIDS = "select rowid from documents_fts where documents_fts match ?"
NEWEST_ROWIDS = "select rowid from documents_fts where documents_fts match ? order by rowid desc limit ?"
BEST_ROWIDS = "select rowid, rank from documents_fts where documents_fts match ? order by rank limit ?"


@dataclass(frozen=True, kw_only=True)
class Matches:
    """``from … where …`` over ``documents`` as ``d``, with its parameters.

    Only columns of the index ``documents_facets`` should be asked for where many rows may come.
    """

    source: str
    parameters: tuple[str, ...]
    expression: str | None = None
    """The FTS5 expression, where it is all that is asked: blocked documents are not in the index."""

    def docnos(self, conn: sqlite3.Connection) -> list[int]:
        """The numbers of all of them, in no certain order."""
        if self.expression is not None:
            rows = conn.execute(ALL_ROWIDS, (self.expression,))
        else:
            rows = conn.execute(f"select d.docno {self.source}", self.parameters)
        return [docno for (docno,) in rows]

    def best(self, conn: sqlite3.Connection, limit: int) -> dict[int, float]:
        """The best of them by bm25, with it (higher is better)."""
        if self.expression is not None:
            rows = conn.execute(BEST_ROWIDS, (self.expression, limit))
        else:
            select = f"select documents_fts.rowid, rank {self.source} order by rank limit ?"
            rows = conn.execute(select, (*self.parameters, limit))
        return {int(docno): -float(rank) for docno, rank in rows}


def found_by(conn: sqlite3.Connection, plan: Plan, filters: Filters) -> list[int]:
    """The numbers of all documents that answer a plan (all documents where it asks for nothing), in no order."""
    if plan.is_open:
        return _without_question(plan, filters).docnos(conn)
    by_rows = [node for node in (*plan.required, *plan.without) if has_rows(node)]
    if not by_rows:
        return matches_of(match_expression(plan), filters).docnos(conn)
    by_text = [node for node in plan.required if node not in by_rows]
    sets = [answering(conn, node) for node in plan.required if node in by_rows]
    if by_text:
        sets.append(set(matches_of(all_expression(by_text) or NOTHING, Filters()).docnos(conn)))
    found = set.intersection(*sets) - {docno for node in plan.without for docno in answering(conn, node)}
    return allowed(conn, found, filters)


def answering(conn: sqlite3.Connection, node: Node, *, at_least: float = PART, most: int = -1) -> set[int]:
    """The documents that answer one node, by rows or by text; of those by text the ``most`` newest."""
    if not has_rows(node):
        expression = node_expression(node, at_least=at_least)
        rows = () if expression is None else conn.execute(NEWEST_ROWIDS, (expression, most))
        return {docno for (docno,) in rows}
    if isinstance(node, Listed):
        by_text = answering(conn, node.text, at_least=at_least, most=most) if node.in_text and node.text else set()
        return by_text | {docno for docno, grade in node.grades.items() if grade >= at_least}
    sets = [answering(conn, child, at_least=at_least, most=most) for child in node.nodes]  # type: ignore[union-attr]
    return set.intersection(*sets) if isinstance(node, AllOf) else set().union(*sets)


def allowed(conn: sqlite3.Connection, docnos: Collection[int], filters: Filters) -> list[int]:
    """Those of the documents that filters leave, in rising order."""
    texts, values = conditions(filters)
    rows = conn.execute(
        f"select d.docno from json_each(?) cross join documents d {FACETS_INDEX} on d.docno = json_each.value"
        f" where {' and '.join(texts)}",
        (json.dumps(sorted(docnos)), *values),
    )
    return [int(docno) for (docno,) in rows]


def matches_of(expression: str, filters: Filters) -> Matches:
    """The documents that match an FTS5 expression."""
    texts, values = conditions(filters)
    where = " and ".join(["documents_fts match ?", *texts])
    joined = f"documents_fts cross join documents d {FACETS_INDEX} on d.docno = documents_fts.rowid"
    return Matches(
        source=f"from {joined} where {where}",
        parameters=(expression, *values),
        expression=None if values else expression,
    )


def _without_question(plan: Plan, filters: Filters) -> Matches:
    texts, values = conditions(filters)
    if (unwanted := any_expression(plan.without)) is not None:
        texts.append("d.docno not in (select rowid from documents_fts where documents_fts match ?)")
        values.append(unwanted)
    return Matches(source=f"from documents d {FACETS_INDEX} where {' and '.join(texts)}", parameters=tuple(values))


# -- earlier wordings: an index in memory, made when somebody first asks for them -------------------------

EARLIER_READ = 8_000_000
"""Characters of earlier wordings that are read, the newest first (some 4,000 releases: a second, 6 MB)."""

MOST_EARLIER = 1_000
EARLIER = """
select d.docno << 16 | v.version, v.title, v.kicker, v.text from versions v join documents d on d.id = v.document_id
where v.version < d.version and d.blocked_at is null order by v.rowid desc"""
STATE = """
select (select token from search_state), (select id from search_words order by id desc limit 1), max(rowid)
from versions"""


class EarlierWordings:
    """The full text of what documents said before their newest version, with its words."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._lock = Lock()
        self._index = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        finalize(self, self._index.close)
        self._index.execute(
            "create virtual table wordings using fts5 (title, kicker, text, content='',"
            ' tokenize="unicode61 remove_diacritics 2")'
        )
        self._index.execute("begin")
        self._index.executemany("insert into wordings (rowid, title, kicker, text) values (?, ?, ?, ?)", _read(conn))
        self._index.execute("commit")
        self._index.execute("create virtual table words using fts5vocab (wordings, row)")
        self.vocabulary = Vocabulary()
        terms = self._index.execute("select term from words").fetchall()
        self.vocabulary.add((number, term, stem(term)) for number, (term,) in enumerate(terms, start=1))

    def found_by(self, plan: Plan) -> dict[int, int]:
        """The documents of which an earlier wording answers a plan, best first, with its number (the newest one)."""
        found: dict[int, int] = {}
        with self._lock:
            sql = "select rowid from wordings where wordings match ? order by rank limit ?"
            for (key,) in self._index.execute(sql, (match_expression(plan), MOST_EARLIER)):
                found[key >> 16] = max(found.get(key >> 16, 0), key & 65535)
        return found


def _read(conn: sqlite3.Connection) -> Iterator[tuple[object, ...]]:
    left = EARLIER_READ
    for row in conn.execute(EARLIER):
        left -= len(row[3])
        if left < 0:
            return
        yield tuple(row)


_EARLIER: dict[str, tuple[tuple[object, ...], EarlierWordings]] = {}
_EARLIER_LOCK = Lock()


def earlier_wordings(conn: sqlite3.Connection) -> EarlierWordings:
    """The earlier wordings of a connection's archive, read anew whenever it has changed."""
    name, state = database_name(conn), tuple(conn.execute(STATE).fetchone())
    with _EARLIER_LOCK:
        if name not in _EARLIER or _EARLIER[name][0] != state:
            _EARLIER.clear()
            _EARLIER[name] = (state, EarlierWordings(conn))
        return _EARLIER[name][1]
