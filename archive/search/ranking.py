"""Ranking: which documents may come first, and their order. All weights stand here and in ``tables.WEIGHTS``."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice

from archive.german.words import WORD, index_term
from archive.search.facets import WORTH, columns_of
from archive.search.matching import Filters, matches_of
from archive.search.plan import (
    EXACT,
    FORM,
    NOTHING,
    PART,
    AllOf,
    Listed,
    Node,
    Plan,
    Terms,
    all_expression,
    any_expression,
    grade,
    has_rows,
    leaves,
    listed_grade,
    match_expression,
    node_expression,
)

FEW = 600
"""Up to this many hits, all of them are candidates."""

LONG = 12_000
"""Characters of an expression from which on its bm25 costs too much (some 500 words)."""

MANY = 5_000
"""Documents with a word in the title, of which the newest are taken."""

HEADS_FOUND = "select rowid from documents_fts where documents_fts match ?"
HEADS = "{title kicker attachment_titles}"


class Candidate(Enum):
    """How a document answers: all words as typed, all in some form, or otherwise."""

    TYPED = "typed"
    INFLECTED = "inflected"
    OTHER = "other"


Pool = dict[int, tuple[Candidate, float]]
"""Candidates by docno, with their bm25 (higher is better; 0 where it was not computed)."""


def gather(conn: sqlite3.Connection, plan: Plan, filters: Filters, *, found: Sequence[int], size: int) -> Pool:
    """Collect at least the best ``size`` documents; costly questions (all compounds) only where needed."""
    if any(map(has_rows, plan.required)):
        return _gather_listed(conn, plan, filters, found, size)
    pool: Pool = {}
    _add(pool, _best(conn, match_expression(plan, at_least=EXACT), filters, found, size), Candidate.TYPED)
    if len(pool) < size:
        _add(pool, _best(conn, match_expression(plan, at_least=FORM), filters, found, size), Candidate.INFLECTED)
    inflected = len(pool)
    if len(found) > FEW:
        _add(pool, _in_heads(conn, plan, found, size), Candidate.OTHER)
    if inflected < size:
        _add(pool, _rest(conn, plan, filters, found, size), Candidate.OTHER)
    return pool


def _gather_listed(conn: sqlite3.Connection, plan: Plan, filters: Filters, found: Sequence[int], size: int) -> Pool:
    """The same where rows answer a part of the question: those that rows know best, then the newest."""
    chosen: Sequence[int] = found
    if len(found) > FEW:
        order = {docno: place for place, docno in enumerate(newest(conn, found, limit=len(found)))}
        by_rows = {docno: sum(listed_grade(node, docno) for node in plan.required) for docno in found}
        chosen = sorted(found, key=lambda docno: (-by_rows[docno], order.get(docno, 0)))[: FEW + size]
    plain = [node for node in plan.required if not has_rows(node)]
    pool: Pool = {}
    for at_least, kind in ((EXACT, Candidate.TYPED), (FORM, Candidate.INFLECTED)):
        if (expression := all_expression(plain, at_least=at_least)) is not None:
            best = matches_of(expression, filters).best(conn, FEW + size)
            _add(pool, {docno: bm25 for docno, bm25 in best.items() if docno in set(chosen)}, kind)
    _add(pool, dict.fromkeys(chosen, 0.0), Candidate.OTHER)
    return pool


def _add(pool: Pool, found: dict[int, float], kind: Candidate) -> None:
    for docno, bm25 in found.items():
        pool.setdefault(docno, (kind, bm25))


def _best(
    conn: sqlite3.Connection, expression: str, filters: Filters, found: Sequence[int], size: int
) -> dict[int, float]:
    """The best documents by bm25, with it; the newest where bm25 says nothing.

    A word that stands in more than half of all documents has no weight (FTS5, section 5.1.1).
    """
    if expression == NOTHING:
        return {}
    matches = matches_of(expression, filters)
    columns = columns_of(conn) if len(found) > WORTH else None
    if columns is not None and len(found) * 2 > columns.total:
        typed = matches.docnos(conn)
        if len(typed) * 2 > columns.total:
            return dict.fromkeys(columns.newest(typed, limit=size), 0.0)
    return matches.best(conn, size)


def _in_heads(conn: sqlite3.Connection, plan: Plan, found: Sequence[int], size: int) -> dict[int, float]:
    """Found documents with words of the plan in title, kicker or attachment titles; the best places first."""
    among, chosen = set(found), dict[int, float]()
    for expression in _head_expressions(plan):
        rows = conn.execute(HEADS_FOUND, (expression,))
        new = (docno for (docno,) in rows if docno in among and docno not in chosen)
        room, some = size - len(chosen), list(islice(new, MANY))
        chosen |= dict.fromkeys(newest(conn, some, limit=room) if len(some) > room else some, 0.0)
        if len(chosen) >= size:
            break
    return chosen


def _head_expressions(plan: Plan) -> Iterator[str]:
    """What to ask of titles first: all words as typed, all in some form, some; then the same of other heads."""
    for at_least in (EXACT, FORM):
        if (words := all_expression(plan.required, at_least=at_least)) is not None:
            yield f"title : ({words})"
    for columns, at_least in (("title", FORM), (HEADS, FORM), (HEADS, PART)):
        if (words := any_expression(plan.required, at_least=at_least)) is not None:
            yield f"{columns} : {words}"


def _rest(conn: sqlite3.Connection, plan: Plan, filters: Filters, found: Sequence[int], size: int) -> dict[int, float]:
    """Documents that only compounds answer: by bm25 where it is cheap, else all of few, or the newest."""
    whole = match_expression(plan)
    if len(whole) <= LONG and len(found) <= FEW:
        return _best(conn, whole, filters, found, max(size, FEW))
    if len(found) <= FEW:
        return dict.fromkeys(found, 0.0)
    return dict.fromkeys(newest(conn, found, limit=size), 0.0)


def newest(conn: sqlite3.Connection, docnos: Sequence[int], *, limit: int) -> list[int]:
    """The newest of the documents; undated ones come last."""
    columns = columns_of(conn) if len(docnos) > WORTH else None
    return oldest(conn, docnos, limit=limit, way="desc") if columns is None else columns.newest(docnos, limit=limit)


def oldest(conn: sqlite3.Connection, docnos: Sequence[int], *, limit: int, way: str = "asc") -> list[int]:
    """The oldest of the documents; undated ones come last."""
    return [int(docno) for (docno,) in conn.execute(BY_DATE.format(way=way), (json.dumps(docnos), limit))]


BY_DATE = """
select d.docno from json_each(?) cross join documents d indexed by documents_facets on d.docno = json_each.value
order by d.published_on is null, d.published_on {way}, d.docno {way} limit ?"""


TITLE = 4.0
"""All words in the title, each as it was typed. Forms and compounds count less (``plan``)."""

KICKER = 0.6
ATTACHMENTS = 0.4
FOUND_AS = {Candidate.TYPED: 0.9, Candidate.INFLECTED: 0.4, Candidate.OTHER: 0.0}
"""The words stand there as they were typed; in some form; or some of them only in compounds."""

LISTED = 1.0
"""Rows say so: the date, the type, the provision that was asked for."""

NEAR = 0.5
"""The words stand close together."""

NEAR_WORDS = 6
BESIDE = 0.7
MOST_FORMS = 4
"""Side by side, in the order in which they were typed."""
TEXT = 1.0
"""What bm25 can add at most."""

QUOTED, QUOTED_WORDS, LOOKED_THROUGH = 5.0, 3, 30
"""So many words in a row as they were typed, those that say little included, are a quotation; in how many of the best
documents it is looked for."""

TEXTS_OF = """select docno, title || ' ' || coalesce(kicker, '') || ' ' || text from documents
where docno in (select value from json_each(?))"""

HALF_BM25 = 6.0
HEADS_OF = """
select docno, title, kicker, attachment_titles, published_on from documents {}
where docno in (select value from json_each(?))"""

LESSER = """
with pool as materialized (
  select d.docno, d.id, d.parent_id from json_each(?) cross join documents d on d.docno = value)
select a.docno, b.docno from links l join pool a on a.id = l.target_id join documents b on b.id = l.document_id
 where l.kind = 'replaces'
union all select a.docno, b.docno from pool a join documents b on b.id = a.parent_id"""
LONGEST_CHAIN, STEP = 4, 0.001

POOL = 100
"""Candidates looked at from each side, besides those that are asked for."""


def rank(
    conn: sqlite3.Connection, plan: Plan, filters: Filters, *, found: Sequence[int], needed: int
) -> list[tuple[int, float]]:
    """The first ``needed`` of the found documents by relevance, at equal relevance the newest first."""
    pool = gather(conn, plan, filters, found=found, size=POOL + needed)
    near = _near(conn, plan, filters)
    scores: dict[int, float] = {}
    dates: dict[int, str] = {}
    for docno, head in _heads(conn, pool):
        kind, bm25 = pool[docno]
        score = FOUND_AS[kind] + TEXT * bm25 / (bm25 + HALF_BM25) + _head_score(plan.required, head, docno)
        scores[docno] = round(score + near.get(docno, 0), 2)
        dates[docno] = head.published_on
    _lift_quoted(conn, plan, scores)
    lower_the_lesser(conn, scores)
    order = sorted(scores)
    order.sort(key=lambda docno: (scores[docno], dates[docno]), reverse=True)
    return [(docno, scores[docno]) for docno in order[:needed]]


def _lift_quoted(conn: sqlite3.Connection, plan: Plan, scores: dict[int, float]) -> None:
    """Lift those of the best documents that have the whole question word for word."""
    if len(plan.typed) < QUOTED_WORDS:
        return
    quoted = re.compile(r"\W+".join(map(re.escape, plan.typed)), re.IGNORECASE)
    best = sorted(scores, key=scores.__getitem__, reverse=True)[:LOOKED_THROUGH]
    for docno, text in conn.execute(TEXTS_OF, (json.dumps(best),)):
        if quoted.search(text):
            scores[docno] = round(scores[docno] + QUOTED, 2)


def lower_the_lesser(conn: sqlite3.Connection, scores: dict[int, float]) -> None:
    """Put a paper below the newer version that replaced it, and an annex below its paper, where both are there."""
    pairs = conn.execute(LESSER, (json.dumps(list(scores)),)).fetchall()
    for _ in range(LONGEST_CHAIN):
        wrong = [(lesser, better) for lesser, better in pairs if better in scores and scores[lesser] >= scores[better]]
        for lesser, better in wrong:
            scores[lesser] = round(scores[better] - STEP, 3)
        if not wrong:
            return


@dataclass(frozen=True, kw_only=True)
class _Head:
    title: str
    kicker: str
    attachments: str
    published_on: str


def _heads(conn: sqlite3.Connection, docnos: Iterable[int]) -> Iterator[tuple[int, _Head]]:
    """Title, kicker, attachment titles and date of documents, from the index that holds just them."""
    numbers = json.dumps(list(docnos))
    try:
        rows = conn.execute(HEADS_OF.format("indexed by documents_heads"), (numbers,))
    except sqlite3.OperationalError:  # an archive of an older version, opened for reading
        rows = conn.execute(HEADS_OF.format(""), (numbers,))
    for docno, *values in rows:
        title, kicker, attachments, published_on = (value or "" for value in values)
        yield docno, _Head(title=title, kicker=kicker, attachments=attachments, published_on=published_on)


def _head_score(nodes: Sequence[Node], head: _Head, docno: int) -> float:
    by_rows = [listed_grade(node, docno) for node in nodes]
    known = LISTED * sum(by_rows) / max(1, len(nodes))
    parts = ((TITLE, head.title), (KICKER, head.kicker), (ATTACHMENTS, head.attachments))
    return known + sum(weight * _answered(nodes, text, by_rows) for weight, text in parts if text)


def _answered(nodes: Sequence[Node], text: str, by_rows: Sequence[float]) -> float:
    """How much of the question a short text answers, 0 to 1; what rows say of the document stands in for words."""
    words = [index_term(word) for word in WORD.findall(text)]
    grades = (max(grade(node, words), FORM * known) for node, known in zip(nodes, by_rows, strict=True))
    return sum(grades) / max(1, len(nodes))


def _near(conn: sqlite3.Connection, plan: Plan, filters: Filters) -> dict[int, float]:
    """What documents gain in which all words, as they were typed, stand close together, or side by side."""
    words = [word for node in plan.required for word in _typed(node)]
    if len(words) < 2 or len(words) > 8:
        return {}
    gains: dict[int, float] = {}
    together = "NEAR(" + " ".join(f'"{word}"' for word in words) + f", {NEAR_WORDS})"
    phrase = Terms(slots=tuple(_inflected(node) for node in plan.required))
    for expression, gain in ((together, NEAR), (node_expression(phrase), NEAR + BESIDE)):
        if expression is None:
            continue
        found = matches_of(expression, filters)
        rows = conn.execute(f"select d.docno {found.source} limit 2000", found.parameters)
        gains |= {int(docno): gain for (docno,) in rows}
    return gains


def _inflected(node: Node) -> dict[str, float]:
    """The forms of a word, for a phrase; none where it is more than one word."""
    first = next(leaves(node), None)
    forms = first.slots[0] if first is not None and len(first.slots) == 1 else {}
    return {term: value for term, value in islice(forms.items(), MOST_FORMS) if value >= FORM}


def _typed(node: Node) -> list[str]:
    """The words that a node was made from, as index terms."""
    if isinstance(node, Terms):
        firsts = [next((term for term, value in slot.items() if value == EXACT), None) for slot in node.slots]
        return [term for term in firsts if term is not None]
    if isinstance(node, Listed):
        return []
    children: Sequence[Node] = node.nodes if isinstance(node, AllOf) else node.nodes[:1]
    return [word for child in children for word in _typed(child)]
