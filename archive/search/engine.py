"""Search: a question and filters in, ranked hits with page and snippet out. Reads only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from archive.search.expansion import expand
from archive.search.facets import Facets, count_facets
from archive.search.matching import Filters, best_page, found_by
from archive.search.nearest import ENOUGH, Near, nearest
from archive.search.offers import Offer, either, offers
from archive.search.plan import AnyOf, Node, Plan, is_hopeless
from archive.search.query import parse_query
from archive.search.ranking import Ranked, newest, oldest, rank
from archive.search.slips import corrected_query
from archive.search.snippets import Segments, to_html
from archive.search.vocabulary import vocabulary_of

Sort = Literal["relevanz", "datum", "datum-alt"]

ALL = Filters()

SHORTEST_COPY = 40
"""Characters from which on two documents with the same text are one thing."""

COPIES = """
select b.id from documents a join documents b on length(b.text) = length(a.text) and b.text = a.text
where a.docno = ?1 and b.docno <> ?1 and length(a.text) >= ?2 and b.blocked_at is null order by b.docno"""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A document that was found; ``page`` is its best page, ``snippet`` comes from there.

    ``score`` compares hits of one search only; it is 0 where nothing was asked or dates decide.
    ``published_on`` is ISO 8601 at the printed precision, or None. ``missing`` are words of the query that the
    document lacks (a full hit lacks none), ``corrected`` those it has once slips are mended, ``same_as`` the ids of
    documents with the very same text. An annex has its paper's title, an outdated paper the id of the newer version.
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
    """``total`` hits, of which ``hits`` were asked for; the first ``full`` answer all words.

    ``suggestion`` is the query without its slips, where hits are owed to it; ``corrections`` says what was what.
    """

    total: int
    hits: tuple[Hit, ...]
    full: int = 0
    suggestion: str | None = None
    corrections: Mapping[str, str] = field(default_factory=dict)
    facets: Facets | None = None
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What answers a question: documents with all words, with all words once slips are mended, and the nearest."""

    plan: Plan
    full: Sequence[int]
    mended_plan: Plan
    mended: Sequence[int] = ()
    near: Sequence[Near] = ()
    corrections: Mapping[str, str] = field(default_factory=dict)
    better: str | None = None

    @property
    def docnos(self) -> list[int]:
        """All of them."""
        return [*self.full, *self.mended, *(one.docno for one in self.near)]


def answer(conn: sqlite3.Connection, query: str, filters: Filters = ALL, *, literally: bool = False) -> Answer:
    """Find all documents that answer a query; ``literally`` mends no slips and looks for nothing near."""
    plan = plan_query(conn, query)
    full = found_by(conn, plan, filters)
    if len(full) < ENOUGH and (printed := plan_query(conn, query, printed=True)).required != plan.required:
        plan, full = printed, found_by(conn, printed, filters)
    nothing = Answer(plan=plan, full=full, mended_plan=plan)
    if literally or plan.is_open or len(full) >= ENOUGH:
        return nothing
    better, corrections = corrected_query(
        conn,
        vocabulary_of(conn),
        query,
        plan.unknown,
        plan.doubtful if not full else (),
        has_hits=lambda tried: bool(found_by(conn, plan_query(conn, tried), filters)),
    )
    mended_plan = plan_query(conn, better) if corrections else plan
    known = set(full)
    mended = [docno for docno in found_by(conn, mended_plan, filters) if docno not in known] if corrections else []
    near: list[Near] = []
    if len(full) + len(mended) < ENOUGH:
        mended_plan = plan_query(conn, better, near=True)
        near = nearest(conn, mended_plan, filters, full=[*full, *mended])
    if not mended and not near:
        return nothing
    return replace(
        nothing,
        mended_plan=mended_plan,
        mended=mended,
        near=near,
        corrections=corrections,
        better=better if corrections else None,
    )


def search(
    conn: sqlite3.Connection,
    query: str,
    filters: Filters = ALL,
    *,
    sort: Sort = "relevanz",
    limit: int = 20,
    offset: int = 0,
    with_facets: bool = False,
    literally: bool = False,
) -> SearchResult:
    """Find documents: one hit each, with its best page; those with all words first, then the nearest.

    An empty query lists all documents, newest first. ``sort="datum"`` puts the newest first, ``"datum-alt"``
    the oldest, and undated documents last, within each tier. ``literally`` leaves out corrected and near hits.
    Never raises for anything typed.
    """
    limit, offset = max(0, limit), max(0, offset)
    found = answer(conn, query, filters, literally=literally)
    docnos = found.docnos
    return SearchResult(
        total=len(docnos),
        full=len(found.full) + len(found.mended),
        hits=tuple(_page_of_hits(conn, found, filters, sort, limit, offset)),
        suggestion=found.better,
        corrections=found.corrections,
        facets=count_facets(conn, docnos) if with_facets else None,
        offers=_offers(conn, query, found, filters),
    )


def _offers(conn: sqlite3.Connection, query: str, found: Answer, filters: Filters) -> tuple[Offer, ...]:
    if found.plan.is_open:
        return ()
    near = [one.docno for one in found.near] if not found.full else []
    made = offers(conn, parse_query(query), found.mended_plan, near)
    if (better := either(query)) is not None:
        count = len(found_by(conn, plan_query(conn, better), filters))
        made += (Offer(kind="either", value=better, label=better, count=count),) if count else ()
    return made


def _page_of_hits(
    conn: sqlite3.Connection, found: Answer, filters: Filters, sort: Sort, limit: int, offset: int
) -> Iterator[Hit]:
    """The hits from ``offset`` on, tier by tier."""
    for plan, docnos in ((found.plan, found.full), (found.mended_plan, found.mended)):
        corrected = tuple(found.corrections) if docnos is found.mended else ()
        for one in _ranked(conn, plan, filters, docnos, sort, limit, offset):
            limit -= 1
            yield _hit(conn, one, plan, corrected=corrected)
        offset = max(0, offset - len(docnos))
    near = {one.docno: one for one in found.near}
    order = list(near) if sort == "relevanz" else by_date(conn, sort, list(near), limit=len(near))
    plan = replace(found.mended_plan, required=tuple(_near_nodes(found.mended_plan)))
    for docno in order[offset : offset + limit]:
        missing = near[docno].missing
        corrected = tuple(typed for typed, better in found.corrections.items() if better not in missing)
        yield _hit(conn, Ranked(docno=docno, score=near[docno].score), plan, missing=missing, corrected=corrected)


def _ranked(
    conn: sqlite3.Connection, plan: Plan, filters: Filters, docnos: Sequence[int], sort: Sort, limit: int, offset: int
) -> Sequence[Ranked]:
    if len(docnos) <= offset or not limit:
        return ()
    if sort != "relevanz" or plan.is_open:
        order = by_date(conn, sort, docnos, limit=limit, offset=offset)
        return [Ranked(docno=docno, score=0.0) for docno in order]
    return rank(conn, plan, filters, found=docnos, needed=offset + limit)[offset:]


def by_date(conn: sqlite3.Connection, sort: Sort, docnos: Sequence[int], *, limit: int, offset: int = 0) -> list[int]:
    """Documents in the order of their dates, those without one last."""
    order = oldest if sort == "datum-alt" else newest
    return order(conn, docnos, limit=limit, offset=offset)


def _near_nodes(plan: Plan) -> Iterator[Node]:
    """Each word with its everyday words and parts, as what may be marked in a near hit."""
    for one in plan.wanted:
        beside = (one.related, *one.everyday, *one.parts)
        others = tuple(node for node in beside if node is not None and not is_hopeless(node))
        yield AnyOf(nodes=(one.node, *others)) if others else one.node


def facets(conn: sqlite3.Connection, query: str, filters: Filters = ALL) -> Facets:
    """Count all hits of a search by source, type, topic, issuer and year."""
    return count_facets(conn, answer(conn, query, filters).docnos)


def plan_query(conn: sqlite3.Connection, query: str, *, near: bool = False, printed: bool = False) -> Plan:
    """Read a query and spell it out in the words of the archive; ``near`` and ``printed`` as in `expand`."""
    return expand(parse_query(query), vocabulary_of(conn), conn, near=near, printed=printed)


def _hit(
    conn: sqlite3.Connection,
    ranked: Ranked,
    plan: Plan,
    *,
    missing: tuple[str, ...] = (),
    corrected: tuple[str, ...] = (),
) -> Hit:
    row = conn.execute(
        "select id, title, kicker, published_on, issuer, source, doc_type, removed_at, attachment_titles,"
        " (select title from documents p where p.id = d.parent_id and p.blocked_at is null),"
        " (select l.document_id from links l where l.target_id = d.id and l.kind = 'replaces' limit 1)"
        " from documents d where docno = ?",
        (ranked.docno,),
    ).fetchone()
    page, snippet = best_page(conn, ranked.docno, plan, str(row[8] or ""))
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
        missing=missing,
        corrected=corrected,
        same_as=tuple(str(one) for (one,) in conn.execute(COPIES, (ranked.docno, SHORTEST_COPY))),
        parent_title=row[9],
        replaced_by=row[10],
    )
