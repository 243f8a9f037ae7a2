"""Ranking: the order of hits. All weights of it stand here and in ``tables.WEIGHTS``."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from archive.german.folding import WORD, index_term
from archive.search.expression import NOTHING, any_expression, match_expression
from archive.search.filters import Filters
from archive.search.matching import matches_of
from archive.search.plan import EXACT, FORM, PART, AllOf, AnyOf, Node, Plan, Terms, grade

TITLE = 4.0
"""All words in the title, each as it was typed. Forms and compounds count less (``plan``)."""

KICKER = 0.6
ATTACHMENTS = 0.4
TYPED = 0.5
"""The words stand there as they were typed; INFLECTED: in some form; else only in compounds."""

INFLECTED = 0.4
NEAR = 0.5
"""The words stand close together."""

NEAR_WORDS = 6
TEXT = 1.0
"""What bm25 can add at most."""

HALF_BM25 = 6.0
POOL = 100
"""Candidates looked at from each side, besides those that are asked for."""

MANY = 1_000
"""With more hits than this, those that only compounds answer are taken newest first, without bm25."""

HEADS = "{title kicker attachment_titles}"


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A document with its score."""

    docno: int
    score: float


def rank(conn: sqlite3.Connection, plan: Plan, filters: Filters, *, total: int, needed: int) -> list[Ranked]:
    """The first ``needed`` documents in order of relevance, at equal relevance the newest first."""
    pool = _gather(conn, plan, filters, total=total, size=POOL + needed)
    near = _near(conn, plan, filters)
    scored = []
    for docno, (found_as, bm25) in pool.items():
        head = _head(conn, docno)
        score = found_as + TEXT * bm25 / (bm25 + HALF_BM25) + _head_score(plan.required, head)
        score += NEAR if docno in near else 0
        scored.append((round(score, 2), head.published_on, docno))
    scored.sort(key=lambda item: item[2])
    scored.sort(key=lambda item: (item[0], item[1]), reverse=True)
    return [Ranked(docno=docno, score=score) for score, _, docno in scored[:needed]]


Pool = dict[int, tuple[float, float]]
"""Candidates: docno → what the kind of match is worth, and bm25."""


def _gather(conn: sqlite3.Connection, plan: Plan, filters: Filters, *, total: int, size: int) -> Pool:
    """The documents that may come first. The costly questions (all compounds) are put only where needed."""
    pool: Pool = {}

    def add(found: dict[int, float], worth: float) -> int:
        for docno, bm25 in found.items():
            pool.setdefault(docno, (worth, bm25))
        return len(found)

    typed = add(_best(conn, match_expression(plan, at_least=EXACT), filters, size), INFLECTED + TYPED)
    inflected = typed
    if typed < size:
        inflected = add(_best(conn, match_expression(plan, at_least=FORM), filters, size), INFLECTED)
    if add(_best(conn, _heads_expression(plan, FORM), filters, size), 0) < size:
        add(_newest(conn, _heads_expression(plan, PART), filters, size), 0)
    if inflected < size:
        whole = match_expression(plan)
        add(_best(conn, whole, filters, size) if total <= MANY else _newest(conn, whole, filters, size), 0)
    return pool


@dataclass(frozen=True, kw_only=True)
class _Head:
    title: str
    kicker: str
    attachments: str
    published_on: str


def _best(conn: sqlite3.Connection, expression: str, filters: Filters, size: int) -> dict[int, float]:
    """The best documents by bm25, with it (higher is better)."""
    if expression == NOTHING:
        return {}
    found = matches_of(expression, filters)
    rows = conn.execute(
        f"select documents_fts.rowid, rank {found.source} order by rank limit ?", (*found.parameters, size)
    )
    return {int(docno): -float(value) for docno, value in rows}


def _newest(conn: sqlite3.Connection, expression: str, filters: Filters, size: int) -> dict[int, float]:
    """The newest documents, without the cost of bm25."""
    if expression == NOTHING:
        return {}
    found = matches_of(expression, filters)
    rows = conn.execute(
        f"select d.docno {found.source} order by d.published_on desc, d.docno limit ?",
        (*found.parameters, size),
    )
    return {int(docno): 0.0 for (docno,) in rows}


def _heads_expression(plan: Plan, at_least: float) -> str:
    """All documents of the plan with a word of it in title, kicker or attachment titles."""
    words = any_expression(plan.required, at_least=at_least)
    whole = match_expression(plan)
    if words is None or whole == NOTHING:
        return NOTHING
    in_heads = f"{HEADS} : {words}"
    return f"({in_heads}) AND ({whole})" if len(plan.required) > 1 or plan.without else in_heads


def _head(conn: sqlite3.Connection, docno: int) -> _Head:
    row = conn.execute(
        "select title, kicker, attachment_titles, published_on from documents where docno = ?", (docno,)
    ).fetchone()
    title, kicker, attachments, published_on = (value or "" for value in row)
    return _Head(title=title, kicker=kicker, attachments=attachments, published_on=published_on)


def _head_score(nodes: Sequence[Node], head: _Head) -> float:
    parts = ((TITLE, head.title), (KICKER, head.kicker), (ATTACHMENTS, head.attachments))
    return sum(weight * _answered(nodes, text) for weight, text in parts if text)


def _answered(nodes: Sequence[Node], text: str) -> float:
    """How much of the question a short text answers, 0 to 1."""
    words = [index_term(word) for word in WORD.findall(text)]
    return sum(grade(node, words) for node in nodes) / max(1, len(nodes))


def _near(conn: sqlite3.Connection, plan: Plan, filters: Filters) -> set[int]:
    """Documents in which all words, as they were typed, stand close together."""
    words = [word for node in plan.required for word in _typed(node)]
    if len(words) < 2 or len(words) > 8:
        return set()
    expression = "NEAR(" + " ".join(f'"{word}"' for word in words) + f", {NEAR_WORDS})"
    found = matches_of(expression, filters)
    rows = conn.execute(f"select d.docno {found.source} limit 2000", found.parameters)
    return {int(docno) for (docno,) in rows}


def _typed(node: Node) -> list[str]:
    """The words that a node was made from, as index terms."""
    if isinstance(node, Terms):
        firsts = [next((term for term, value in slot.items() if value == EXACT), None) for slot in node.slots]
        return [term for term in firsts if term is not None]
    children: Sequence[Node] = node.nodes if isinstance(node, AllOf) else node.nodes[:1]
    return [word for child in children for word in _typed(child)] if isinstance(node, AllOf | AnyOf) else []
