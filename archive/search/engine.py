"""Search: a question and filters in, ranked hits with page and snippet out. Reads only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Literal

from archive.search.expansion import expand
from archive.search.facets import Facets, Offer, count_facets, either, offers
from archive.search.hits import Hit, copies_of, make_hit
from archive.search.matching import Filters, allowed, earlier_wordings, found_by
from archive.search.nearest import ENOUGH, Near, nearest
from archive.search.plan import NOTHING, AnyOf, Node, Plan, any_expression, is_hopeless, match_expression
from archive.search.query import parse_query
from archive.search.ranking import newest, oldest, rank
from archive.search.slips import corrected_query
from archive.search.vocabulary import vocabulary_of

Sort = Literal["relevanz", "datum", "datum-alt"]

ALL = Filters()


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """``total`` hits, of which ``hits`` were asked for; the first ``full`` answer all words, the next ``earlier``
    did so in an earlier wording.

    ``suggestion`` is the query without its slips, where hits are owed to it; ``corrections`` says what was what.
    """

    total: int
    hits: tuple[Hit, ...]
    full: int = 0
    earlier: int = 0
    suggestion: str | None = None
    corrections: Mapping[str, str] = field(default_factory=dict)
    facets: Facets | None = None
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What answers a question: documents with all words, with all words once slips are mended, those that had them in
    an earlier wording (with its number), and the nearest."""

    plan: Plan
    full: Sequence[int]
    mended_plan: Plan
    mended: Sequence[int] = ()
    earlier_plan: Plan = field(default_factory=Plan)
    earlier: Mapping[int, int] = field(default_factory=dict)
    near: Sequence[Near] = ()
    corrections: Mapping[str, str] = field(default_factory=dict)
    better: str | None = None

    @property
    def docnos(self) -> list[int]:
        """All of them."""
        return [*self.full, *self.mended, *self.earlier, *(one.docno for one in self.near)]


def answer(
    conn: sqlite3.Connection, query: str, filters: Filters = ALL, *, literally: bool = False, earlier: bool = False
) -> Answer:
    """Find all documents that answer a query; ``literally`` mends no slips and looks for nothing near.

    With ``earlier``, documents whose newest version does not answer it, but an earlier one did, are found too.
    """
    plan = plan_query(conn, query)
    full = found_by(conn, plan, filters)
    if len(full) < ENOUGH and (printed := plan_query(conn, query, printed=True)).required != plan.required:
        plan, full = printed, found_by(conn, printed, filters)
    found = Answer(plan=plan, full=full, mended_plan=plan)
    if earlier and not plan.is_open:
        found = _with_earlier(conn, query, filters, found)
    if literally or plan.is_open or len(full) + len(found.earlier) >= ENOUGH:
        return found
    return _with_near(conn, query, filters, found)


def _with_earlier(conn: sqlite3.Connection, query: str, filters: Filters, found: Answer) -> Answer:
    wordings = earlier_wordings(conn)
    plan = expand(parse_query(query), wordings.vocabulary, conn)
    versions = wordings.found_by(plan)
    known = set(found.full)
    open_to = {docno for docno in allowed(conn, versions, filters) if docno not in known}
    left = {docno: version for docno, version in versions.items() if docno in open_to}
    return replace(found, earlier_plan=plan, earlier=left)


def _with_near(conn: sqlite3.Connection, query: str, filters: Filters, found: Answer) -> Answer:
    plan = found.plan
    better, corrections, others = corrected_query(
        conn,
        vocabulary_of(conn),
        query,
        plan.unknown if not found.earlier else (),
        plan.doubtful if not found.full else (),
        has_hits=lambda tried: bool(found_by(conn, plan_query(conn, tried), filters)),
    )
    mended_plan = plan_query(conn, better) if corrections else plan
    known = {*found.full, *found.earlier}
    mended = [docno for docno in found_by(conn, mended_plan, filters) if docno not in known] if corrections else []
    near: list[Near] = []
    if len(known) + len(mended) < ENOUGH:
        mended_plan = plan_query(conn, better, near=True, others=others)
        near = nearest(conn, mended_plan, filters, full=[*known, *mended])
    if not mended and not near:
        return found
    found = replace(found, mended_plan=mended_plan, mended=mended, near=near)
    return replace(found, corrections=corrections, better=better) if corrections else found


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
    earlier: bool = False,
) -> SearchResult:
    """Find documents: one hit each, with its best page; those with all words first, then the nearest.

    An empty query lists all documents, newest first. ``sort="datum"`` puts the newest first, ``"datum-alt"``
    the oldest, and undated documents last, within each tier. ``literally`` leaves out corrected and near hits,
    ``earlier`` takes in what only earlier wordings answer. Never raises for anything typed.
    """
    limit, offset = max(0, limit), max(0, offset)
    found = answer(conn, query, filters, literally=literally, earlier=earlier)
    docnos = found.docnos
    return SearchResult(
        total=len(docnos),
        full=len(found.full) + len(found.mended),
        earlier=len(found.earlier),
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


Placed = tuple[int, Plan, dict[str, Any]]
"""A document in the order of hits, the plan it answers, and what else the search says of it."""


def _page_of_hits(
    conn: sqlite3.Connection, found: Answer, filters: Filters, sort: Sort, limit: int, offset: int
) -> Iterator[Hit]:
    """The hits from ``offset`` on; each knows which documents with its very text are hits, and stand before it."""
    if not limit:
        return
    order = list(islice(_in_order(conn, found, filters, sort, offset + limit), offset + limit))
    places = {docno: place for place, (docno, _, _) in enumerate(order)}
    everything = {*found.full, *found.mended, *(one.docno for one in found.near)}
    for docno, plan, said in order[offset:]:
        same = copies_of(conn, docno) if said.get("version") is None else {}
        first = min((docno, *same), key=lambda one: places.get(one, len(order)))
        said |= {"same_as": tuple(same.values()), "folded_into": same.get(first)}
        said["copies"] = tuple(one for other, one in same.items() if other in everything)
        yield make_hit(conn, docno, plan, **said)


def _in_order(conn: sqlite3.Connection, found: Answer, filters: Filters, sort: Sort, needed: int) -> Iterator[Placed]:
    """The documents tier by tier, at least the first ``needed``."""
    by_words = sort == "relevanz" and not found.plan.is_open
    for plan, docnos, corrected in (
        (found.plan, found.full, ()),
        (found.mended_plan, found.mended, tuple(found.corrections)),
    ):
        if not by_words:
            ranked = [(docno, 0.0) for docno in by_date(conn, sort, docnos, limit=needed)]
        else:
            ranked = rank(conn, plan, filters, found=docnos, needed=needed) if docnos else []
        yield from ((docno, plan, {"score": score, "corrected": corrected}) for docno, score in ranked)
    earlier = list(found.earlier) if by_words else by_date(conn, sort, list(found.earlier), limit=needed)
    yield from ((docno, found.earlier_plan, {"score": 0.0, "version": found.earlier[docno]}) for docno in earlier)
    near = {one.docno: one for one in found.near}
    plan = replace(found.mended_plan, required=tuple(_near_nodes(found.mended_plan)))
    for docno in list(near) if by_words else by_date(conn, sort, list(near), limit=len(near)):
        missing = near[docno].missing
        corrected = tuple(typed for typed, better in found.corrections.items() if better not in missing)
        yield docno, plan, {"score": near[docno].score, "missing": missing, "corrected": corrected}


def by_date(conn: sqlite3.Connection, sort: Sort, docnos: Sequence[int], *, limit: int) -> list[int]:
    """Documents in the order of their dates, those without one last."""
    return (oldest if sort == "datum-alt" else newest)(conn, docnos, limit=limit)


def _near_nodes(plan: Plan) -> Iterator[Node]:
    """Each word with its everyday words and parts, as what may be marked in a near hit."""
    for one in plan.wanted:
        beside = (one.related, *one.everyday, *one.parts, *one.others)
        others = tuple(node for node in beside if node is not None and not is_hopeless(node))
        yield AnyOf(nodes=(one.node, *others)) if others else one.node


def facets(conn: sqlite3.Connection, query: str, filters: Filters = ALL) -> Facets:
    """Count all hits of a search by source, type, topic, issuer and year."""
    return count_facets(conn, answer(conn, query, filters).docnos)


def plan_query(conn: sqlite3.Connection, query: str, **how: Any) -> Plan:
    """Read a query and spell it out in the words of the archive, ``how`` as in `expand`."""
    return expand(parse_query(query), vocabulary_of(conn), conn, **how)


# -- SQL functions for Datasette's SQL pages ----------------------------------------------------------------

MOST_HITS = 100
"""Hits that ``suche`` gives at most."""


def search_expression(conn: sqlite3.Connection, query: str) -> str:
    """The FTS5 match expression of a query, for ``documents_fts`` and ``pages_fts`` alike.

    Where no document has all the words, it is that of the query without its slips, else that of any of the words.
    Provisions, dates and shortened pairs are spelled out as the texts print them; what only rows say (the type of a
    document, its date) is left to `search_rows`.
    """
    found = answer(conn, query)
    expression = match_expression(found.plan)
    if found.full or not found.docnos or found.plan.is_open or found.plan.without:
        return expression
    if found.mended:
        return match_expression(found.mended_plan)
    return any_expression(one.node for one in found.mended_plan.wanted) or NOTHING


def search_rows(conn: sqlite3.Connection, query: str) -> str:
    """The hits of a query as a JSON array of objects, best first, for ``json_each``."""
    result = search(conn, query, limit=MOST_HITS)
    rows = [
        {
            "rank": number,
            "id": hit.id,
            "title": hit.title,
            "page": hit.page,
            "score": hit.score,
            "missing": list(hit.missing),
            "corrected": list(hit.corrected),
            "snippet": hit.snippet_text,
        }
        for number, hit in enumerate(result.hits, start=1)
    ]
    return json.dumps(rows, ensure_ascii=False)


def register_functions(conn: sqlite3.Connection) -> None:
    """Make ``suchausdruck(q)`` and ``suche(q)`` known to SQL, and let Datasette's search box use it (``escape_fts``).

    Python's SQLite makes no table-valued functions; ``json_each(suche(q))`` is the nearest thing.
    """

    def suchausdruck(query: object) -> str:
        return search_expression(conn, "" if query is None else str(query))

    def suche(query: object) -> str:
        return search_rows(conn, "" if query is None else str(query))

    conn.create_function("suchausdruck", 1, suchausdruck)
    conn.create_function("escape_fts", 1, suchausdruck)
    conn.create_function("suche", 1, suche)
