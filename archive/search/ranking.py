"""Ranking: the order of hits. All weights of it stand here and in ``tables.WEIGHTS``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from archive.german.folding import WORD, index_term
from archive.search.candidates import Candidate, gather
from archive.search.filters import Filters
from archive.search.matching import matches_of
from archive.search.plan import EXACT, AllOf, AnyOf, Node, Plan, Terms, grade

TITLE = 4.0
"""All words in the title, each as it was typed. Forms and compounds count less (``plan``)."""

KICKER = 0.6
ATTACHMENTS = 0.4
FOUND_AS = {Candidate.TYPED: 0.9, Candidate.INFLECTED: 0.4, Candidate.OTHER: 0.0}
"""The words stand there as they were typed; in some form; or some of them only in compounds."""

NEAR = 0.5
"""The words stand close together."""

NEAR_WORDS = 6
TEXT = 1.0
"""What bm25 can add at most."""

HALF_BM25 = 6.0
HEADS = """
select docno, title, kicker, attachment_titles, published_on from documents {}
where docno in (select value from json_each(?))"""

POOL = 100
"""Candidates looked at from each side, besides those that are asked for."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A document with its score."""

    docno: int
    score: float


def rank(
    conn: sqlite3.Connection, plan: Plan, filters: Filters, *, found: Sequence[int], needed: int
) -> list[Ranked]:
    """The first ``needed`` of the found documents by relevance, at equal relevance the newest first."""
    pool = gather(conn, plan, filters, found=found, size=POOL + needed)
    near = _near(conn, plan, filters)
    scored = []
    for docno, head in _heads(conn, pool):
        kind, bm25 = pool[docno]
        score = FOUND_AS[kind] + TEXT * bm25 / (bm25 + HALF_BM25) + _head_score(plan.required, head)
        score += NEAR if docno in near else 0
        scored.append((round(score, 2), head.published_on, docno))
    scored.sort(key=lambda item: item[2])
    scored.sort(key=lambda item: (item[0], item[1]), reverse=True)
    return [Ranked(docno=docno, score=score) for score, _, docno in scored[:needed]]


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
        rows = conn.execute(HEADS.format("indexed by documents_heads"), (numbers,))
    except sqlite3.OperationalError:  # an archive of an older version, opened for reading
        rows = conn.execute(HEADS.format(""), (numbers,))
    for docno, *values in rows:
        title, kicker, attachments, published_on = (value or "" for value in values)
        yield docno, _Head(title=title, kicker=kicker, attachments=attachments, published_on=published_on)


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
