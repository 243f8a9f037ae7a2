"""The portal's side of the archive's search: a reader's request in, hits and numbers to show out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request

from archive.search.engine import SearchResult, answer, by_date, register_functions, search
from archive.search.facets import Facets, Offer, count_facets
from archive.search.hits import Hit
from archive.search.matching import Filters
from archive.statutes import law_slug, laws
from portal.access import recall
from portal.labels import words
from portal.search_request import PARAMETERS, Known, SearchRequest, read_request

if TYPE_CHECKING:
    from datasette.app import Datasette


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A condition over ``documents d`` with its parameters, in order."""

    where: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What a hit's line shows beside what the search itself says."""

    page_count: int | None = None
    unlisted_at: str | None = None
    publisher: str | None = None
    issuer: str | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """The hits of one page with the numbers of all hits; ``topics`` names topics, ``beside`` is by id.

    ``undated`` counts what would answer but for the period, and bears no date.
    """

    total: int
    full: int
    earlier: int
    hits: tuple[Hit, ...]
    suggestion: str | None
    corrections: Mapping[str, str]
    offers: tuple[Offer, ...]
    facets: Facets
    topics: Mapping[str, str]
    beside: Mapping[str, Beside]
    undated: int = 0


def known_values(conn: sqlite3.Connection) -> Known:
    """The values that the filters may have: those we have a name for, and those that occur."""

    def occurring(sql: str) -> tuple[str, ...]:
        return tuple(row[0] for row in conn.execute(sql))

    cited = occurring("select distinct law from citations where law is not null")
    return {
        "source": occurring("select name from sources union select distinct source from documents"),
        "doc_type": words("doc_type"),
        "topic": occurring("select id from topics"),
        "issuer": (
            *occurring("select short from bodies"),
            *occurring("select distinct coalesce(issuer, publisher, source) from documents where blocked_at is null"),
        ),
        "provision": frozenset(law_slug(law) for law in (*laws(), *cited)),
    }


async def asked_of(datasette: Datasette, request: Request, beside: str = "") -> SearchRequest:
    """What an address asks for; ``beside`` names parameters that its page takes beside those of the search."""
    return read_request(request.args, await recall(datasette, known_values), beside)


def register_search_functions(conn: sqlite3.Connection) -> None:
    """Make ``suchausdruck(q)`` known to SQL, and let Datasette's search box use it."""
    register_functions(conn)


def filters_of(request: SearchRequest) -> Filters:
    """The filters of a request as the search takes them."""
    return Filters(
        source=request.source,
        doc_type=request.doc_type,
        topic=request.topic,
        issuer=request.issuer,
        provision=request.provision,
        date_from=request.since,
        date_to=request.until,
        undated=request.undated,
    )


def find(
    conn: sqlite3.Connection, request: SearchRequest, *, limit: int, offset: int = 0, with_facets: bool = True
) -> Found:
    """The hits of a request from ``offset`` on."""
    result: SearchResult = search(
        conn,
        request.query,
        filters_of(request),
        sort=request.sort,  # type: ignore[arg-type]
        limit=limit,
        offset=offset,
        with_facets=with_facets,
        literally=request.literally,
        earlier=request.earlier,
    )
    return Found(
        total=result.total,
        hits=result.hits,
        full=result.full,
        earlier=result.earlier,
        suggestion=result.suggestion,
        corrections=result.corrections,
        offers=result.offers,
        facets=_open_facets(conn, request, result.facets) if result.facets else Facets(),
        topics={row["id"]: row["label"] for row in conn.execute("select id, label from topics")},
        beside=_beside(conn, [hit.id for hit in result.hits]),
        undated=_undated(conn, request) if with_facets else 0,
    )


def _open_facets(conn: sqlite3.Connection, request: SearchRequest, counted: Facets) -> Facets:
    """The numbers, for each filter with a value as they are without it: so that a second value can be added."""
    opened = {
        name: getattr(count_facets(conn, _docnos(conn, request.with_filter(name, None))), name)
        for name in PARAMETERS
        if getattr(request, name)
    }
    return replace(counted, **opened)


def _undated(conn: sqlite3.Connection, request: SearchRequest) -> int:
    if not (request.since or request.until):
        return 0
    return len(_docnos(conn, replace(request, since=None, until=None, undated=True)))


def _docnos(conn: sqlite3.Connection, request: SearchRequest) -> list[int]:
    kinds = {"literally": request.literally, "earlier": request.earlier}
    return answer(conn, request.query, filters_of(request), **kinds).docnos


def _beside(conn: sqlite3.Connection, ids: list[str]) -> dict[str, Beside]:
    marks = ", ".join("?" * len(ids))
    columns = tuple(field.name for field in fields(Beside))
    rows = conn.execute(f"select id, {', '.join(columns)} from documents where id in ({marks})", ids)
    return {row["id"]: Beside(**{name: row[name] for name in columns}) for row in rows}


def docnos_by_date(conn: sqlite3.Connection, request: SearchRequest) -> list[int]:
    """All documents that answer a request, the newest first, or the oldest where it asks for that."""
    docnos = _docnos(conn, request)
    return by_date(conn, request.sort, docnos, limit=len(docnos))  # type: ignore[arg-type]


def chosen_by(conn: sqlite3.Connection, request: SearchRequest) -> Selection:
    """The documents that match a request, as a condition: for the feed, which has an order of its own."""
    docnos = _docnos(conn, request)
    return Selection(where="d.docno in (select value from json_each(?))", parameters=(json.dumps(docnos),))
