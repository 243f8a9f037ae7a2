"""A search as JSON and CSV, with the parameters of the page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from portal.access import read_bulk, recall
from portal.layout import absolute_url
from portal.rendering import page_headers
from portal.search_request import MOST_PAGES, PAGE_SIZE, read_request
from portal.search_results import as_csv, as_json
from portal.searching import find

if TYPE_CHECKING:
    from datasette.app import Datasette

MOST_ROWS = 1000


async def send_json(datasette: Datasette, request: Request) -> Response:
    """One page of hits with the numbers per filter."""
    asked = read_request(request.args)
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
    asked = read_request(request.args)
    found = await read_bulk(datasette, find, asked, limit=MOST_ROWS, with_facets=False)
    body = as_csv(found, lambda path: absolute_url(datasette, request, path))
    headers = {"Content-Disposition": 'attachment; filename="suche.csv"', **page_headers()}
    return Response("\ufeff" + body, headers=headers, content_type="text/csv; charset=utf-8")
