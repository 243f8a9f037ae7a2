"""A document's citation as a file: BibTeX, CSL-JSON or text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from portal.access import read
from portal.addresses import version_path
from portal.citing import Reference, bibtex, csl_json, reference, short_citation
from portal.layout import absolute_url
from portal.views.document import NOINDEX, asked_version, number_given, page_cited

if TYPE_CHECKING:
    from datasette.app import Datasette


_WRITERS: dict[str, Callable[[Reference], str]] = {
    "bib": bibtex,
    "json": lambda ref: json.dumps(csl_json(ref), ensure_ascii=False, indent=1),
    "txt": lambda ref: short_citation(ref) + "\n",
}
_TYPES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json",
    "txt": "text/plain; charset=utf-8",
}


async def show_citation(datasette: Datasette, request: Request) -> Response:
    """The citation of the newest version, or of ``?version=n``; of one page with ``?seite=n``."""
    found = await read(datasette, asked_version, request.url_vars["document"], number_given(request))
    permalink = absolute_url(datasette, request, version_path(found.document.id, found.version.version))
    cited = page_cited(request, found)
    ref = reference(found.document, found.version, permalink, cited)
    kind = request.url_vars["format"]
    body = _WRITERS[kind](ref)
    page = f"-s{cited}" if cited else ""
    name = f"{found.document.id}-v{found.version.version}{page}.{kind}"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-cache"}
    if found.document.removed_at is not None:
        headers |= NOINDEX
    return Response(body, headers=headers, content_type=_TYPES[kind])
