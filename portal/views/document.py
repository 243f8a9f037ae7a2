"""The page of a document, at its newest version or at an old one."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from datasette.utils.asgi import NotFound, Request, Response

from archive.search.engine import plan_query
from archive.search.snippets import Mark, find_marks
from archive.statutes import official_url
from portal.access import read
from portal.addresses import document_path, version_original_path, version_path
from portal.citing import bibtex, document_head, quotation, reference, short_citation
from portal.errors import Blocked
from portal.labels import licence_of
from portal.layout import absolute_url
from portal.passages import Find, Paragraph, Span, addresses, paragraphs
from portal.queries.document_page import DocumentPage, document_page
from portal.queries.documents import Citation, Document, Page, Section, find_document, find_tombstone
from portal.rendering import page
from portal.search_request import QUERY_LIMIT, typed
from portal.untrusted import shortened, web_address
from portal.views.provisions import Provision, provisions

if TYPE_CHECKING:
    from datasette.app import Datasette

NOINDEX = {"X-Robots-Tag": "noindex"}

SHORTEST_NAME = 3
"""Words of a link that are shorter say too little of where it leads."""


MOST_FINDS = 500


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


@dataclass(frozen=True, kw_only=True)
class Finds:
    """The places of a document that answer a question, by page, each leading on to the next one."""

    query: str = ""
    by_page: Mapping[int, Sequence[Find]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(len(finds) for finds in self.by_page.values())

    @property
    def first(self) -> Find | None:
        """The one to begin with."""
        return next((find for finds in self.by_page.values() for find in finds), None)


def finds_in(conn: sqlite3.Connection, pages: Sequence[Page], query: str) -> Finds:
    """Where the words of a question stand in a document, in all their forms; at most ``MOST_FINDS`` places."""
    places = _places(conn, pages, query) or _places(conn, pages, query, near=True)
    by_page: dict[int, list[Find]] = {}
    for (page_number, mark, anchor), following in zip_longest(places, [place[2] for place in places[1:]]):
        find = Find(start=mark.start, end=mark.end, anchor=anchor, following=following)
        by_page.setdefault(page_number, []).append(find)
    return Finds(query=query, by_page=by_page)


def _places(
    conn: sqlite3.Connection, pages: Sequence[Page], query: str, *, near: bool = False
) -> list[tuple[int, Mark, str]]:
    """Page, place and anchor of what answers a question; with ``near``, of what comes near it."""
    nodes = plan_query(conn, query, near=near).required if query else ()
    return [
        (part.page, mark, f"fund-{part.page}-{count}")
        for part in (pages if nodes else ())
        for count, mark in enumerate(find_marks(part.text, nodes), start=1)
    ][:MOST_FINDS]


def _read(conn: sqlite3.Connection, document_id: str, number: int | None, query: str) -> tuple[DocumentPage, Finds]:
    found = asked_version(conn, document_id, number)
    return found, finds_in(conn, found.pages, query)


async def show_document(datasette: Datasette, request: Request) -> Response:
    """The document at the version asked for (the newest without one), with the words of ``?suche=`` marked."""
    query = typed(request.args, "suche", QUERY_LIMIT)
    asked = request.url_vars["document"], number_in(request, "version"), query
    found, finds = await read(datasette, _read, *asked)
    document, version = found.document, found.version
    pages = _pages(found, finds.by_page)
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
        pages=pages,
        contents=contents(found.sections, pages),
        finds=finds,
        quotation=quotation(ref),
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


def _pages(found: DocumentPage, finds: Mapping[int, Sequence[Find]]) -> list[tuple[Page, list[Paragraph]]]:
    """Every page with its paragraphs: citations lead to the official text, addresses where they lead."""
    cited: dict[int, list[Citation]] = {}
    for citation in found.citations:
        cited.setdefault(citation.page, []).append(citation)
    return [
        (each, paragraphs(each.text, _spans(found, each, cited.get(each.page, [])), finds.get(each.page, ())))
        for each in found.pages
    ]


def _spans(found: DocumentPage, part: Page, cited: Sequence[Citation]) -> list[Span]:
    official = [
        Span(start=citation.start, end=citation.start + len(citation.raw), href=href)
        for citation in cited
        if part.text.startswith(citation.raw, citation.start)
        and (href := official_url(citation.law, citation.unit, citation.number))
    ]
    printed = [
        replace(span, href=document_path(found.archived[span.href]) if span.href in found.archived else span.href)
        for span in addresses(part.text)
        if span.href.startswith("mailto:") or web_address(span.href)
    ]
    return [*_named(found, part), *printed, *official]


def _named(found: DocumentPage, part: Page) -> list[Span]:
    """Words of a web page that were a link there: known from the link's own words, where they stand once."""
    if part.method != "html":
        return []
    targets = {
        (link.evidence or "").removeprefix("Verweis: "): document_path(link.other_id)
        if link.other_id
        else web_address(link.url)
        for link in found.links
    }
    return [
        Span(start=place, end=place + len(name), href=href)
        for name, href in targets.items()
        if href and len(name) > SHORTEST_NAME and part.text.count(name) == 1
        for place in (part.text.find(name),)
    ]


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A line of a contents list; ``target`` is the paragraph that begins with it, else its page."""

    title: str
    level: int
    page: int
    target: str


def contents(sections: Sequence[Section], pages: Sequence[tuple[Page, list[Paragraph]]]) -> list[Heading]:
    """The contents list of a paper from its own headings, levels counted from 1."""
    texts = {part.page: paragraphs for part, paragraphs in pages}
    highest = min((section.level for section in sections), default=1)
    return [
        Heading(
            title=section.title,
            level=section.level - highest + 1,
            page=section.page,
            target=_target(section, texts[section.page]),
        )
        for section in sections
        if section.page in texts
    ]


def _target(section: Section, paragraphs: Sequence[Paragraph]) -> str:
    wanted = "".join(section.title.split()).casefold()
    for paragraph in paragraphs:
        if "".join(paragraph.text[: 4 * len(section.title)].split()).casefold().startswith(wanted):
            return f"s{section.page}-a{paragraph.number}"
    return f"seite-{section.page}"
