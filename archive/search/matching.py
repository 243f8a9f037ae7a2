"""The set of documents that a plan and filters leave, as SQL."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from archive.search.expression import any_expression, match_expression
from archive.search.filters import Filters, conditions
from archive.search.plan import Plan

FACETS_INDEX = "indexed by documents_facets"

ALL_ROWIDS = "select rowid from documents_fts where documents_fts match ?"
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


def matches(plan: Plan, filters: Filters) -> Matches:
    """All documents that answer a plan, or all documents where it asks for nothing."""
    if plan.is_open:
        return _without_question(plan, filters)
    return matches_of(match_expression(plan), filters)


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
    return Matches(
        source=f"from documents d {FACETS_INDEX} where {' and '.join(texts)}", parameters=tuple(values)
    )
