"""A hit: what is shown of a document that was found, its best page and the snippet from there among it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from archive.german.words import WORD, index_term
from archive.search.plan import FORM, PART, Plan, Terms, all_expression, answers, any_expression, grade, leaves
from archive.search.snippets import Segments, find_marks, make_snippet, parse_contact, to_html

SHORTEST_COPY = 40
"""Characters from which on two documents with the same text are one thing."""

COPIES = """
select b.docno, b.id from documents a join documents b on length(b.text) = length(a.text) and b.text = a.text
where a.docno = ?1 and b.docno <> ?1 and length(a.text) >= ?2 and b.blocked_at is null order by b.docno"""

FEW_PAGES = 8
"""Pages of a document up to which all are read to choose the best."""

PAGE_STEPS = ((all, FORM), (all, PART), (any, FORM), (any, PART))
"""What is asked of pages first: all words in some form, all words, some."""

BREAK = 400
"""Characters on either side of a page break in which a phrase may run over it."""

MOST_PAGES = 60
VERSION_PAGES = "select page, text from version_pages where document_id = ? and version = ? order by page limit ?"
FOUND_PAGES = """
select rowid, length(highlight(pages_fts, 0, char(1), '')) - length(text) from pages_fts
where pages_fts match ? and rowid between ? and ? limit 12"""
"""Pages of a document that match, with how many places (bm25 would read the index of all documents)."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A document that was found; ``page`` is its best page, ``snippet`` comes from there.

    ``score`` compares hits of one search only; it is 0 where nothing was asked or dates decide.
    ``published_on`` is ISO 8601 at the printed precision, or None. ``missing`` are words of the query that the
    document lacks (a full hit lacks none), ``corrected`` those it has once slips are mended, ``same_as`` the ids of
    documents with the very same text. An annex has its paper's title, an outdated paper the id of the newer version.
    ``version`` is the number of an earlier wording that was found, whose title, date and page these are then.
    ``copies`` are those of ``same_as`` that the search finds too; ``folded_into`` one of them that stands before it.
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
    missing: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    parent_title: str | None = None
    replaced_by: str | None = None
    version: int | None = None
    copies: tuple[str, ...] = ()
    folded_into: str | None = None

    @property
    def snippet_text(self) -> str:
        """The snippet as plain text."""
        return "".join(text for text, _ in self.snippet)

    @property
    def snippet_html(self) -> str:
        """The snippet as HTML: escaped, found words in ``<mark>``."""
        return to_html(self.snippet)


ROW = """
select d.id, coalesce(v.title, d.title), iif(v.version, v.kicker, d.kicker),
 iif(v.version, v.published_on, d.published_on),
 d.issuer, d.source, d.doc_type, d.removed_at,
 (select title from documents p where p.id = d.parent_id and p.blocked_at is null),
 (select l.document_id from links l join documents n on n.id = l.document_id where l.target_id = d.id
  and l.kind = 'replaces' and n.blocked_at is null order by n.docno desc limit 1), d.attachment_titles
from documents d left join versions v on v.document_id = d.id and v.version = ?2 where d.docno = ?1"""
FIELDS = ("id", "title", "kicker", "published_on", "issuer", "source", "doc_type", "removed_at", "parent_title")


def make_hit(conn: sqlite3.Connection, docno: int, plan: Plan, version: int | None = None, **said: Any) -> Hit:
    """What is shown of a document, or of an earlier ``version`` of it; ``said`` is what the search knows."""
    *values, replaced_by, attachments = conn.execute(ROW, (docno, version)).fetchone()
    shown = dict(zip(FIELDS, values, strict=True)) | {"replaced_by": replaced_by}
    if version is None:
        page, snippet = _best_page(conn, docno, plan, str(attachments or ""))
    else:
        page, snippet = _best_page_of_version(conn, shown["id"], version, plan)
    return Hit(**shown, page=page, snippet=snippet, version=version, **said)


def copies_of(conn: sqlite3.Connection, docno: int) -> dict[int, str]:
    """The other documents with the very same text: docno → id."""
    return {int(other): str(one) for other, one in conn.execute(COPIES, (docno, SHORTEST_COPY))}


def _best_page_of_version(conn: sqlite3.Connection, document_id: str, version: int, plan: Plan) -> tuple[int, Segments]:
    """The page of an earlier wording with most of the words, among the first."""
    rows = conn.execute(VERSION_PAGES, (document_id, version, MOST_PAGES)).fetchall()
    found = [(int(page), str(text), find_marks(str(text), plan.required)) for page, text in rows]
    best = max(found, key=lambda one: (len({mark.leaf for mark in one[2]}), len(one[2]), -one[0]), default=(1, "", []))
    return best[0], make_snippet(best[1], best[2])


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
