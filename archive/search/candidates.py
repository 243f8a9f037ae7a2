"""Candidates: the documents among the found ones that may come first, without ranking all of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from enum import Enum

from archive.search.expression import NOTHING, any_expression, match_expression
from archive.search.filters import Filters
from archive.search.matching import matches_of
from archive.search.plan import EXACT, FORM, PART, Plan

FEW = 300
"""Up to this many hits, all of them are candidates."""

LONG = 12_000
"""Characters of an expression from which on its bm25 costs too much (some 500 words)."""

HEADS = "{title kicker attachment_titles}"


class Candidate(Enum):
    """How a document answers: all words as typed, all in some form, or otherwise."""

    TYPED = "typed"
    INFLECTED = "inflected"
    OTHER = "other"


Pool = dict[int, tuple[Candidate, float]]
"""Candidates by docno, with their bm25 (higher is better; 0 where it was not computed)."""


def gather(
    conn: sqlite3.Connection, plan: Plan, filters: Filters, *, found: Sequence[int], size: int
) -> Pool:
    """Collect at least the best ``size`` documents; costly questions (all compounds) only where needed."""
    pool: Pool = {}
    _add(pool, _best(conn, match_expression(plan, at_least=EXACT), filters, size), Candidate.TYPED)
    if len(pool) < size:
        _add(pool, _best(conn, match_expression(plan, at_least=FORM), filters, size), Candidate.INFLECTED)
    inflected = len(pool)
    if len(found) > FEW:
        _add(pool, _in_heads(conn, plan, set(found), size), Candidate.OTHER)
    if inflected < size:
        _add(pool, _rest(conn, plan, filters, found, size), Candidate.OTHER)
    return pool


def _add(pool: Pool, found: dict[int, float], kind: Candidate) -> None:
    for docno, bm25 in found.items():
        pool.setdefault(docno, (kind, bm25))


def _best(conn: sqlite3.Connection, expression: str, filters: Filters, size: int) -> dict[int, float]:
    """The best documents by bm25, with it."""
    if expression == NOTHING:
        return {}
    matches = matches_of(expression, filters)
    rows = conn.execute(
        f"select documents_fts.rowid, rank {matches.source} order by rank limit ?",
        (*matches.parameters, size),
    )
    return {int(docno): -float(value) for docno, value in rows}


def _in_heads(conn: sqlite3.Connection, plan: Plan, found: set[int], size: int) -> dict[int, float]:
    """Found documents with a word of the plan in title, kicker or attachment titles; forms before compounds."""
    chosen: dict[int, float] = {}
    for at_least, order in ((FORM, "order by rank"), (PART, "order by rowid desc")):
        words = any_expression(plan.required, at_least=at_least)
        if words is None or len(chosen) >= size:
            continue
        rows = conn.execute(
            f"select rowid from documents_fts where documents_fts match ? {order}", (f"{HEADS} : {words}",)
        )
        for (docno,) in rows:
            if docno in found:
                chosen.setdefault(int(docno), 0.0)
            if len(chosen) >= size:
                break
    return chosen


def _rest(
    conn: sqlite3.Connection, plan: Plan, filters: Filters, found: Sequence[int], size: int
) -> dict[int, float]:
    """Documents that only compounds answer: by bm25 where it is cheap, else all of few, or the newest."""
    whole = match_expression(plan)
    if len(whole) <= LONG and len(found) <= FEW:
        return _best(conn, whole, filters, max(size, FEW))
    if len(found) <= FEW:
        return dict.fromkeys(found, 0.0)
    return dict.fromkeys(newest(conn, found, limit=size), 0.0)


def newest(conn: sqlite3.Connection, docnos: Iterable[int], *, limit: int, offset: int = 0) -> list[int]:
    """The newest of the documents; undated ones come last."""
    rows = conn.execute(
        "select d.docno from json_each(?)"
        " cross join documents d indexed by documents_facets on d.docno = json_each.value"
        " order by d.published_on is null, d.published_on desc, d.docno desc limit ? offset ?",
        (json.dumps(list(docnos)), limit, offset),
    )
    return [int(docno) for (docno,) in rows]
