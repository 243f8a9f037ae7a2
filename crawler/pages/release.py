"""One press release: from the bytes of its page to its parts, verbatim."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.errors import MissingPart, NotTheDocument
from crawler.items import PageText
from crawler.pages.attachments import read_attachments
from crawler.pages.blocks import read_blocks
from crawler.pages.heading import heading_lines, split_heading
from crawler.pages.images import captions_of
from crawler.pages.links import read_links
from crawler.pages.meta import Meta, read_meta
from crawler.pages.parts import Parts, sort_parts
from crawler.pages.soup import ParsedPage, open_page, says_not_the_document
from crawler.sources import SourceDescription


def read_release(
    body: bytes, *, url: str, document_id: str, content_type: str, source: SourceDescription
) -> PageText:
    """Read a release page. ``url`` is its canonical address, ``content_type`` the header's value or ``""``.

    Raises MissingPart (``heading``, ``date``, ``end of page``) where the page looks like a release without
    that part, NotTheDocument where it is something else (error page, start page, list, empty template),
    and ReadingError where it is no page at all.
    """
    page = open_page(body, url=url, source=source, content_type=content_type)
    _refuse_lists(page)
    blocks = read_blocks(page.column(("heading", "meta", "press")))
    parts = sort_parts(blocks, source)
    meta = read_meta(parts.meta)
    lines = heading_lines(parts.heading)
    _refuse_others(page, parts, meta, lines)
    page.refuse_cut_off()
    if not any(lines):
        raise MissingPart(url, "heading")
    if meta.published_text is None:
        raise MissingPart(url, "date")
    heading = split_heading(lines)
    return PageText(
        document_id=document_id,
        url=url,
        headline=heading.headline,
        kicker=heading.kicker,
        heading_lines=lines,
        number=meta.number,
        published_text=meta.published_text,
        authority=meta.authority,
        paragraphs=tuple(block.printed for block in parts.body if block.text),
        links=read_links(anchor for block in parts.body for anchor in block.anchors),
        attachments=read_attachments(parts.files),
        captions=captions_of("\n".join(block.text for block in parts.captions)),
        markup=(*_seen_markup(page), *parts.notes),
        unplaced=tuple(block.text for block in parts.unplaced if block.text),
    )


def _refuse_lists(page: ParsedPage) -> None:
    if page.has("list") and not page.has("press"):
        raise NotTheDocument(page.url, "a list page stands at the address of a release")


def _refuse_others(page: ParsedPage, parts: Parts, meta: Meta, lines: Sequence[str]) -> None:
    """Anything without a date that says it is something else, or says nothing at all."""
    if meta.published_text is not None:
        return
    said = says_not_the_document(page.title, page.first_heading(), " ".join(lines))
    if said is not None:
        raise NotTheDocument(page.url, f"the page says {said!r}")
    if not parts.body and not parts.files and not page.has("press"):
        raise NotTheDocument(page.url, "neither date nor text of a release")


def _seen_markup(page: ParsedPage) -> tuple[str, ...]:
    zones = ("column", "heading", "meta", "press", "body", "image")
    return tuple(zone for zone in zones if page.has(zone))
