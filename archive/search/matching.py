"""The set of documents that a plan and filters leave, as SQL."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from archive.search.expression import any_expression, match_expression
from archive.search.filters import Filters, conditions
from archive.search.plan import Plan

FACETS_INDEX = "indexed by documents_facets"


@dataclass(frozen=True, kw_only=True)
class Matches:
    """``from … where …`` over ``documents`` as ``d``, with its parameters.

    Only columns of the index ``documents_facets`` should be asked for where many rows may come.
    """

    source: str
    parameters: tuple[str, ...]

    def docnos(self, conn: sqlite3.Connection) -> list[int]:
        """The numbers of all of them, in no certain order."""
        return [docno for (docno,) in conn.execute(f"select d.docno {self.source}", self.parameters)]


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
    return Matches(source=f"from {joined} where {where}", parameters=(expression, *values))


def _without_question(plan: Plan, filters: Filters) -> Matches:
    texts, values = conditions(filters)
    if (unwanted := any_expression(plan.without)) is not None:
        texts.append("d.docno not in (select rowid from documents_fts where documents_fts match ?)")
        values.append(unwanted)
    return Matches(
        source=f"from documents d {FACETS_INDEX} where {' and '.join(texts)}", parameters=tuple(values)
    )
