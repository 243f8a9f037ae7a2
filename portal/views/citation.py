"""Citations as files: of one document's version or page, and of all hits of a search."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from portal.access import read, read_bulk
from portal.addresses import version_path
from portal.citing import Reference, bibtex, csl_json, reference, short_citation
from portal.layout import absolute_url
from portal.queries.versions import newest_versions
from portal.rendering import file_headers
from portal.search_request import SearchRequest
from portal.searching import asked_of, docnos_by_date
from portal.views.document import NOINDEX, asked_version, number_given, page_cited

if TYPE_CHECKING:
    from datasette.app import Datasette

MOST_CITED = 5000
"""Citations in one file."""


def _as_csl(refs: Sequence[Reference]) -> str:
    return json.dumps([item for ref in refs for item in csl_json(ref)], ensure_ascii=False, indent=1)


@dataclass(frozen=True, kw_only=True)
class _Format:
    content_type: str
    write: Callable[[Sequence[Reference]], str]


_FORMATS = {
    "bib": _Format(content_type="application/x-bibtex; charset=utf-8", write=lambda refs: "\n".join(map(bibtex, refs))),
    "json": _Format(content_type="application/vnd.citationstyles.csl+json", write=_as_csl),
    "txt": _Format(
        content_type="text/plain; charset=utf-8", write=lambda refs: "".join(short_citation(ref) + "\n" for ref in refs)
    ),
}


async def show_citation(datasette: Datasette, request: Request) -> Response:
    """The citation of the newest version, or of ``?version=n``; of one page with ``?seite=n``."""
    found = await read(datasette, asked_version, request.url_vars["document"], number_given(request))
    permalink = absolute_url(datasette, request, version_path(found.document.id, found.version.version))
    cited = page_cited(request, found)
    kind = request.path.rpartition(".")[2]
    body = _FORMATS[kind].write([reference(found.document, found.version, permalink, cited)])
    page = f"-s{cited}" if cited else ""
    name = f"{found.document.id}-v{found.version.version}{page}.{kind}"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-cache"}
    if found.document.removed_at is not None:
        headers |= NOINDEX
    return Response(body, headers=headers, content_type=_FORMATS[kind].content_type)


def _cited(conn: sqlite3.Connection, asked: SearchRequest, base: str) -> tuple[int, list[Reference]]:
    """How many documents answer a search, and the references of the first ``MOST_CITED`` by date."""
    docnos = docnos_by_date(conn, asked)
    pairs = newest_versions(conn, docnos[:MOST_CITED])
    return len(docnos), [
        reference(document, version, base + version_path(document.id, version.version)[1:])
        for document, version in pairs
    ]


async def send_citations(datasette: Datasette, request: Request) -> Response:
    """All hits of a search as BibTeX or CSL-JSON, ``MOST_CITED`` at most, the newest first."""
    asked = await asked_of(datasette, request)
    total, refs = await read_bulk(datasette, _cited, asked, absolute_url(datasette, request, "/"))
    name = request.path.rpartition("/")[2]
    headers = file_headers(name, total=total, most=MOST_CITED, ignored=asked.ignored)
    made = _FORMATS[name.rpartition(".")[2]]
    return Response(made.write(refs), headers=headers, content_type=made.content_type)
