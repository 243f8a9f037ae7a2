"""Candidates: the documents among the found ones that may come first, without ranking all of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import islice

from archive.search.columns import WORTH, columns_of
from archive.search.expression import NOTHING, all_expression, any_expression, match_expression
from archive.search.filters import Filters
from archive.search.matching import matches_of
from archive.search.plan import EXACT, FORM, PART, Plan

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


def gather(
    conn: sqlite3.Connection, plan: Plan, filters: Filters, *, found: Sequence[int], size: int
) -> Pool:
    """Collect at least the best ``size`` documents; costly questions (all compounds) only where needed."""
    pool: Pool = {}
    _add(pool, _best(conn, match_expression(plan, at_least=EXACT), filters, found, size), Candidate.TYPED)
    if len(pool) < size:
        _add(
            pool,
            _best(conn, match_expression(plan, at_least=FORM), filters, found, size),
            Candidate.INFLECTED,
        )
    inflected = len(pool)
    if len(found) > FEW:
        _add(pool, _in_heads(conn, plan, found, size), Candidate.OTHER)
    if inflected < size:
        _add(pool, _rest(conn, plan, filters, found, size), Candidate.OTHER)
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


def _rest(
    conn: sqlite3.Connection, plan: Plan, filters: Filters, found: Sequence[int], size: int
) -> dict[int, float]:
    """Documents that only compounds answer: by bm25 where it is cheap, else all of few, or the newest."""
    whole = match_expression(plan)
    if len(whole) <= LONG and len(found) <= FEW:
        return _best(conn, whole, filters, found, max(size, FEW))
    if len(found) <= FEW:
        return dict.fromkeys(found, 0.0)
    return dict.fromkeys(newest(conn, found, limit=size), 0.0)


def newest(conn: sqlite3.Connection, docnos: Sequence[int], *, limit: int, offset: int = 0) -> list[int]:
    """The newest of the documents; undated ones come last."""
    columns = columns_of(conn) if len(docnos) > WORTH else None
    if columns is not None:
        return columns.newest(docnos, limit=limit, offset=offset)
    rows = conn.execute(
        "select d.docno from json_each(?)"
        " cross join documents d indexed by documents_facets on d.docno = json_each.value"
        " order by d.published_on is null, d.published_on desc, d.docno desc limit ? offset ?",
        (json.dumps(docnos), limit, offset),
    )
    return [int(docno) for (docno,) in rows]
