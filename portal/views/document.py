"""The page of a document, at its newest version or at an old one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from datasette.utils.asgi import NotFound, Request, Response

from archive.statutes import official_url
from portal.access import read
from portal.addresses import document_path, version_original_path, version_path
from portal.citing import bibtex, reference, short_citation
from portal.errors import Blocked
from portal.heads import document_head
from portal.labels import licence_of
from portal.layout import absolute_url
from portal.passages import Piece, Span, paragraphs
from portal.provisions import Provision, provisions
from portal.queries.document_page import DocumentPage, document_page
from portal.queries.documents import Citation, Document, Page, find_document, find_tombstone
from portal.rendering import page
from portal.untrusted import shortened

if TYPE_CHECKING:
    from datasette.app import Datasette

NOINDEX = {"X-Robots-Tag": "noindex"}


def known_document(conn: sqlite3.Connection, document_id: str) -> Document:
    """The document, to be shown. Raises Blocked for a blocked one, NotFound where there is none."""
    tombstone = find_tombstone(conn, document_id)
    if tombstone is not None:
        raise Blocked(tombstone)
    document = find_document(conn, document_id)
    if document is None:
        raise NotFound("Dieses Dokument ist nicht im Archiv.")
    return document


def asked_version(conn: sqlite3.Connection, document_id: str, number: int | None) -> DocumentPage:
    """The document at a version. Raises NotFound where there is no such version, Blocked as above."""
    found = document_page(conn, known_document(conn, document_id), number)
    if found is None:
        raise NotFound("Diese Fassung gibt es nicht.")
    return found


def number_in(request: Request, name: str) -> int | None:
    """A number from the address; None where it is not part of it."""
    text = request.url_vars.get(name)
    return int(text) if text is not None else None


def number_given(request: Request, name: str = "version") -> int | None:
    """The number in ``?version=n`` or ``?seite=n``; None without one. Raises NotFound for what is no number."""
    text = request.args.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise NotFound(_NO_SUCH[name])
    return int(text)


_NO_SUCH = {"version": "Diese Fassung gibt es nicht.", "seite": "Diese Seite gibt es in dem Dokument nicht."}


def page_cited(request: Request, found: DocumentPage) -> int | None:
    """The page in ``?seite=n``; None without one. Raises NotFound for a page that the version does not have."""
    number = number_given(request, "seite")
    if number is not None and number not in {each.page for each in found.pages}:
        raise NotFound(_NO_SUCH["seite"])
    return number


async def show_document(datasette: Datasette, request: Request) -> Response:
    """The document at the version asked for (the newest without one)."""
    found = await read(datasette, asked_version, request.url_vars["document"], number_in(request, "version"))
    document, version = found.document, found.version
    permalink = absolute_url(datasette, request, version_path(document.id, version.version))
    cited = page_cited(request, found)
    ref = reference(document, version, permalink, cited)
    removed = document.removed_at is not None
    original = version_original_path(document.id, version.version)
    return await page(
        datasette,
        request,
        "document.html",
        headers=NOINDEX if removed else None,
        found=found,
        document=document,
        version=version,
        pages=_pages(found),
        provisions=_provisions(found),
        licence=licence_of(document.source, document.doc_type),
        permalink=permalink,
        canonical=absolute_url(datasette, request, document_path(document.id)),
        short_citation=short_citation(ref),
        bibtex=bibtex(ref),
        cited=cited,
        head=document_head(ref, shortened(_opening(found), 300), absolute_url(datasette, request, original)),
        noindex=removed,
    )


def _opening(found: DocumentPage) -> str:
    return found.version.teaser or next((each.text for each in found.pages if each.text), "")


def _provisions(found: DocumentPage) -> list[Provision]:
    return provisions(found.citations, official_url, found.cited_elsewhere)


def _pages(found: DocumentPage) -> list[tuple[Page, list[list[Piece]]]]:
    """Every page with its paragraphs, citations linked to the official text."""
    cited: dict[int, list[Citation]] = {}
    for citation in found.citations:
        cited.setdefault(citation.page, []).append(citation)
    return [(each, _paragraphs(each, cited.get(each.page, []))) for each in found.pages]


def _paragraphs(part: Page, cited: Sequence[Citation]) -> list[list[Piece]]:
    spans = [
        Span(start=citation.start, end=citation.start + len(citation.raw), href=href)
        for citation in cited
        if part.text.startswith(citation.raw, citation.start)
        and (href := official_url(citation.law, citation.unit, citation.number))
    ]
    return paragraphs(part.text, spans)
