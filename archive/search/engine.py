"""Search: a question and filters in, ranked hits with page and snippet out. Reads only."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from archive.search.expansion import expand
from archive.search.facets import Facets, count_facets
from archive.search.matching import Filters, matches
from archive.search.plan import FORM, PART, Plan, all_expression, any_expression
from archive.search.query import parse_query
from archive.search.ranking import Ranked, newest, rank
from archive.search.snippets import Segments, find_marks, make_snippet, parse_contact, to_html
from archive.search.suggestions import suggest_word
from archive.search.vocabulary import vocabulary_of

Sort = Literal["relevanz", "datum"]

ALL = Filters()

FOUND_PAGES = """
select rowid, length(highlight(pages_fts, 0, char(1), '')) - length(text) from pages_fts
where pages_fts match ? and rowid between ? and ? limit 12"""
"""Pages of a document that match, with how many places (bm25 would read the index of all documents)."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A document that was found; ``page`` is its best page, ``snippet`` comes from there.

    ``score`` compares hits of one search only; it is 0 where nothing was asked or dates decide.
    ``published_on`` is ISO 8601 at the printed precision, or None.
    """

    id: str
    title: str
    kicker: str | None
    published_on: str | None
    issuer: str | None
    source: str
    doc_type: str
    page: int
    snippet: Segments
    score: float
    removed_at: str | None

    @property
    def snippet_text(self) -> str:
        """The snippet as plain text."""
        return "".join(text for text, _ in self.snippet)

    @property
    def snippet_html(self) -> str:
        """The snippet as HTML: escaped, found words in ``<mark>``."""
        return to_html(self.snippet)


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """``total`` hits, of which ``hits`` were asked for; ``suggestion`` is a better query when there are none."""

    total: int
    hits: tuple[Hit, ...]
    suggestion: str | None = None
    facets: Facets | None = None


def search(
    conn: sqlite3.Connection,
    query: str,
    filters: Filters = ALL,
    *,
    sort: Sort = "relevanz",
    limit: int = 20,
    offset: int = 0,
    with_facets: bool = False,
) -> SearchResult:
    """Find documents: one hit each, with its best page.

    An empty query lists all documents, newest first. ``sort="datum"`` puts the newest first and
    undated documents last. Never raises for anything typed.
    """
    limit, offset = max(0, limit), max(0, offset)
    plan = plan_query(conn, query)
    found = matches(plan, filters).docnos(conn)
    ranked: Sequence[Ranked] = ()
    if len(found) > offset and limit:
        if sort == "datum" or plan.is_open:
            ranked = [
                Ranked(docno=docno, score=0.0) for docno in newest(conn, found, limit=limit, offset=offset)
            ]
        else:
            ranked = rank(conn, plan, filters, found=found, needed=offset + limit)[offset:]
    return SearchResult(
        total=len(found),
        hits=tuple(_hit(conn, one, plan) for one in ranked),
        suggestion=None if found else _suggestion(conn, query, plan),
        facets=count_facets(conn, found) if with_facets else None,
    )


def facets(conn: sqlite3.Connection, query: str, filters: Filters = ALL) -> Facets:
    """Count all hits of a search by source, type, topic, issuer and year."""
    return count_facets(conn, matches(plan_query(conn, query), filters).docnos(conn))


def plan_query(conn: sqlite3.Connection, query: str) -> Plan:
    """Read a query and spell it out in the words of the archive."""
    return expand(parse_query(query), vocabulary_of(conn))


def _hit(conn: sqlite3.Connection, ranked: Ranked, plan: Plan) -> Hit:
    row = conn.execute(
        "select id, title, kicker, published_on, issuer, source, doc_type, removed_at, attachment_titles"
        " from documents where docno = ?",
        (ranked.docno,),
    ).fetchone()
    page, snippet = _best_page(conn, ranked.docno, plan, str(row[8] or ""))
    return Hit(
        id=row[0],
        title=row[1],
        kicker=row[2],
        published_on=row[3],
        issuer=row[4],
        source=row[5],
        doc_type=row[6],
        removed_at=row[7],
        page=page,
        snippet=snippet,
        score=ranked.score,
    )


def _best_page(conn: sqlite3.Connection, docno: int, plan: Plan, attachments: str) -> tuple[int, Segments]:
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
    keys = [int(row[0]) for row in conn.execute(
        "select id from pages where id between ? and ? order by id limit 2", (first, last)
    )]  # fmt: skip
    if len(keys) < 2:
        return keys[0] if keys else first
    for expression in _page_expressions(plan):
        rows = conn.execute(FOUND_PAGES, (expression, first, last)).fetchall()
        if rows:
            return max(rows, key=lambda row: (row[1], -row[0]))[0] if len(rows) > 1 else int(rows[0][0])
    return keys[0]


def _page_expressions(plan: Plan) -> Iterator[str]:
    """What to ask of pages first: all words in some form, all words, some."""
    for at_least in (FORM, PART):
        if len(plan.required) > 1 and (words := all_expression(plan.required, at_least=at_least)) is not None:
            yield words
    for at_least in (FORM, PART):
        if (words := any_expression(plan.required, at_least=at_least)) is not None:
            yield words


def _suggestion(conn: sqlite3.Connection, query: str, plan: Plan) -> str | None:
    """The query with its unknown words replaced by the nearest known ones."""
    vocabulary = vocabulary_of(conn)
    better = query
    for word in plan.unknown:
        nearest = suggest_word(conn, vocabulary, word)
        if nearest is not None:
            better = re.sub(rf"\b{re.escape(word)}\b", nearest, better)
    return better if better != query else None
