"""A search as JSON and CSV, with the parameters of the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response

from archive.search.hits import Hit
from portal.access import read_bulk, recall
from portal.addresses import document_path, version_path
from portal.facets import value_label
from portal.layout import absolute_url
from portal.rendering import file_headers, page_headers
from portal.search_request import MOST_PAGES, PAGE_SIZE, SearchRequest
from portal.searching import Found, asked_of, find
from portal.untrusted import shortened, spreadsheet_cell, visible

if TYPE_CHECKING:
    from datasette.app import Datasette

COLUMNS = (
    "id",
    "title",
    "published_on",
    "source",
    "doc_type",
    "issuer",
    "version",
    "page",
    "snippet",
    "snippet_html",
    "score",
    "missing",
    "corrected",
    "same_as",
    "removed_at",
    "replaced_by",
    "url",
)


def hit_record(hit: Hit, absolute: Callable[[str], str]) -> dict[str, Any]:
    """A hit as a record with ``COLUMNS``; ``url`` is its full address here, with the page.

    ``version`` is the number of the earlier wording that was found, None for the newest.
    """
    path = version_path(hit.id, hit.version) if hit.version else document_path(hit.id)
    return {
        "id": hit.id,
        "title": visible(shortened(hit.title, 1000)),
        "published_on": hit.published_on,
        "source": hit.source,
        "doc_type": hit.doc_type,
        "issuer": hit.issuer,
        "version": hit.version,
        "page": hit.page,
        "snippet": visible(hit.snippet_text),
        "snippet_html": visible(hit.snippet_html),
        "score": hit.score,
        "missing": list(hit.missing),
        "corrected": list(hit.corrected),
        "same_as": list(hit.same_as),
        "removed_at": hit.removed_at,
        "replaced_by": hit.replaced_by,
        "url": f"{absolute(path)}#seite-{hit.page}",
    }


def as_json(
    request: SearchRequest, found: Found, absolute: Callable[[str], str], next_address: str | None
) -> dict[str, Any]:
    """The results with the numbers per filter; ``next`` is the full address of the next page, or None.

    ``ignored`` holds what was given and is not heeded (``typ=erlass``): unknown parameters and values.
    """
    return {
        "query": request.query,
        "total": found.total,
        "full": found.full,
        "earlier": found.earlier,
        "suggestion": found.suggestion,
        "corrections": dict(found.corrections),
        "offers": [asdict(offer) for offer in found.offers],
        "ignored": [f"{name}={value}" for name, value in request.ignored],
        "facets": _named(found),
        "hits": [hit_record(hit, absolute) for hit in found.hits],
        "next": next_address,
    }


def _named(found: Found) -> dict[str, list[dict[str, Any]]]:
    """The numbers per filter with the German names of the values."""
    return {
        name: [
            {
                **count,
                "label": count["label"]
                if name in ("year", "provision")
                else value_label(name, count["value"], found.topics),
            }
            for count in counts
        ]
        for name, counts in asdict(found.facets).items()
    }


def as_csv(found: Found, absolute: Callable[[str], str]) -> str:
    """The results as CSV (RFC 4180) with a header line; no cell is taken for a formula."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for hit in found.hits:
        values = hit_record(hit, absolute).values()
        cells = (" ".join(value) if isinstance(value, list) else value for value in values)
        writer.writerow([spreadsheet_cell(value) if isinstance(value, str) else value for value in cells])
    return target.getvalue()


MOST_ROWS = 1000


async def send_json(datasette: Datasette, request: Request) -> Response:
    """One page of hits with the numbers per filter."""
    asked = await asked_of(datasette, request)
    found = await recall(datasette, find, asked, limit=PAGE_SIZE, offset=(asked.page - 1) * PAGE_SIZE)

    def absolute(path: str) -> str:
        return absolute_url(datasette, request, path)

    more = asked.page * PAGE_SIZE < found.total and asked.page < MOST_PAGES
    following = absolute(replace(asked, page=asked.page + 1).address("/suche.json")) if more else None
    answer = Response.json(as_json(asked, found, absolute, following))
    answer.headers.update(page_headers())
    return answer


async def send_csv(datasette: Datasette, request: Request) -> Response:
    """All hits, at most ``MOST_ROWS``."""
    asked = await asked_of(datasette, request)
    found = await read_bulk(datasette, find, asked, limit=MOST_ROWS, with_facets=False)
    body = as_csv(found, lambda path: absolute_url(datasette, request, path))
    headers = file_headers("suche.csv", total=found.total, most=MOST_ROWS, ignored=asked.ignored)
    return Response("\ufeff" + body, headers=headers, content_type="text/csv; charset=utf-8")
