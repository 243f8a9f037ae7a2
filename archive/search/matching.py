"""What is asked of the index as SQL: filters, and the documents that a plan and filters leave."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.german.words import WORD, index_term
from archive.search.plan import (
    FORM,
    NOTHING,
    PART,
    AllOf,
    Listed,
    Node,
    Plan,
    Terms,
    all_expression,
    answers,
    any_expression,
    grade,
    has_rows,
    leaves,
    match_expression,
    node_expression,
)
from archive.search.snippets import Segments, find_marks, make_snippet, parse_contact
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


FEW_PAGES = 8
"""Pages of a document up to which all are read to choose the best."""

PAGE_STEPS = ((all, FORM), (all, PART), (any, FORM), (any, PART))
"""What is asked of pages first: all words in some form, all words, some."""

BREAK = 400
"""Characters on either side of a page break in which a phrase may run over it."""

FOUND_PAGES = """
select rowid, length(highlight(pages_fts, 0, char(1), '')) - length(text) from pages_fts
where pages_fts match ? and rowid between ? and ? limit 12"""
"""Pages of a document that match, with how many places (bm25 would read the index of all documents)."""


def best_page(conn: sqlite3.Connection, docno: int, plan: Plan, attachments: str) -> tuple[int, Segments]:
    """The page that answers best, and the snippet from it."""
    first, last = docno << 16, docno << 16 | 65535
    key = _page_key(conn, first, last, plan)
    row = conn.execute("select page, text, contact from pages where id = ?", (key,)).fetchone()
    if row is None:
        return 1, ()
    page, text, contact = int(row[0]), str(row[1]), parse_contact(row[2])
    marks = find_marks(text, plan.required)
    if not marks and attachments and (found := find_marks(attachments, plan.required)):
        return page, make_snippet(attachments, found)
    return page, make_snippet(text, marks, contact)


def _page_key(conn: sqlite3.Connection, first: int, last: int, plan: Plan) -> int:
    """The id of the best page of a document; of its first page where only the title answers."""
    keys = [
        int(row[0])
        for row in conn.execute(
            "select id from pages where id between ? and ? order by id limit ?", (first, last, FEW_PAGES + 1)
        )
    ]
    if len(keys) < 2:
        return keys[0] if keys else first
    best = _best_of_few if len(keys) <= FEW_PAGES else _best_of_many
    return best(conn, first, last, plan) or _page_before_break(conn, first, last, plan) or keys[0]


def _best_of_few(conn: sqlite3.Connection, first: int, last: int, plan: Plan) -> int | None:
    """The best page, by reading them all: the index would look up hundreds of terms for each document."""
    pages = conn.execute("select id, text from pages where id between ? and ? order by id", (first, last))
    words = {int(key): [index_term(word) for word in WORD.findall(text)] for key, text in pages}
    found = [one for node in plan.required for one in leaves(node)]
    for every, at_least in PAGE_STEPS:
        chosen = [key for key in words if every(answers(node, words[key], at_least) for node in plan.required)]
        if len(chosen) == 1:
            return chosen[0]
        if chosen:
            return max(chosen, key=lambda key: (_places(found, words[key], at_least), -key))
    return None


def _places(found: Sequence[Terms], words: Sequence[str], at_least: float) -> int:
    """How many words of a text answer."""
    return len({at for leaf in found for at, _, grade in leaf.matches(words) if grade >= at_least})


def _best_of_many(conn: sqlite3.Connection, first: int, last: int, plan: Plan) -> int | None:
    """The best page as the index sees it."""
    for expression in _page_expressions(plan):
        rows = conn.execute(FOUND_PAGES, (expression, first, last)).fetchall()
        if rows:
            return int(max(rows, key=lambda row: (row[1], -row[0]))[0])
    return None


def _page_before_break(conn: sqlite3.Connection, first: int, last: int, plan: Plan) -> int | None:
    """The page on which a phrase begins that ends on the next one; None where there is none."""
    phrases = [node for node in plan.required if (leaf := next(leaves(node), None)) and len(leaf.slots) > 1]
    if not phrases:
        return None
    pages = conn.execute(
        f"select id, substr(text, 1, {BREAK}), substr(text, -{BREAK}) from pages where id between ? and ? order by id",
        (first, last),
    ).fetchall()
    for (key, _, end), (_, start, _) in pairwise(pages):
        words = [index_term(word) for word in WORD.findall(f"{end}\n{start}")]
        if any(grade(node, words) for node in phrases):
            return int(key)
    return None


def _page_expressions(plan: Plan) -> Iterator[str]:
    for every, at_least in PAGE_STEPS:
        expression = all_expression if every is all else any_expression
        if (words := expression(plan.required, at_least=at_least)) is not None:
            yield words
