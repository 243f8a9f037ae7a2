"""A guidance page: its own text, and the files and further pages it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from crawler.addresses import host_of
from crawler.errors import MissingPart, NotTheDocument
from crawler.identity import document_id_for, file_doc_type, is_file, is_release
from crawler.items import ExcludedLink, ListedItem, Listing, PageText
from crawler.pages.attachments import is_file_address, read_attachments
from crawler.pages.blocks import Block, read_blocks
from crawler.pages.entries import Entry, entries_of
from crawler.pages.furniture import captions_of, is_around_text
from crawler.pages.heading import heading_lines
from crawler.pages.rendering import read_links
from crawler.pages.section_page import list_files
from crawler.pages.soup import ParsedPage, open_page, says_not_the_document
from crawler.sources import SourceDescription
from crawler.wordlists import words


@dataclass(frozen=True, kw_only=True)
class GuidancePage:
    """The text of a guidance page, and its links as a listing (files, and pages below the same path)."""

    page: PageText
    listing: Listing


def read_guidance(
    body: bytes, *, url: str, document_id: str, source: SourceDescription, content_type: str = ""
) -> GuidancePage:
    """Read a guidance page at its canonical address; markup unseen, so headings and links decide.

    Files of the source are listed with the type its description gives their path; pages below the same
    path as ``information``; every other link of the text column is excluded with a reason. Raises
    NotTheDocument for a page that says it is not there, MissingPart (``heading``, ``end of page``),
    and ReadingError for what is no page.
    """
    page = open_page(body, url=url, source=source, content_type=content_type)
    said = says_not_the_document(page.title, page.first_heading())
    if said is not None:
        raise NotTheDocument(url, f"the page says {said!r}")
    page.refuse_cut_off()
    column = page.main_with("heading")
    return GuidancePage(
        page=_read_text(page, read_blocks(column), document_id, source),
        listing=_read_listing(page, list(entries_of(column)), source),
    )


def _read_text(page: ParsedPage, blocks: Sequence[Block], document_id: str, source: SourceDescription) -> PageText:
    lines = _headline(page, blocks)
    furniture = words("furniture")["words"]
    left_out = {*furniture["foot"], *furniture["furniture"], *furniture["image"]}
    body = [block for block in blocks if block.zone not in ("heading", "image")]
    body = [one for one in body if not (one.folded in left_out or one.text in lines or is_around_text(one))]
    files = [block for block in body if any(_is_own_file(one.href, source) for one in block.anchors)]
    attachments = read_attachments(files)
    return PageText(
        document_id=document_id,
        url=page.url,
        headline=" ".join(lines),
        heading_lines=lines,
        paragraphs=tuple(block.printed for block in body if block.text),
        links=read_links(anchor for block in body for anchor in block.anchors),
        attachments=tuple(one for one in attachments if _is_own_file(one.url, source)),
        captions=captions_of("\n".join(block.text for block in blocks if block.zone == "image")),
        markup=tuple(zone for zone in ("column", "heading", "body", "teaser") if page.has(zone)),
    )


def _headline(page: ParsedPage, blocks: Sequence[Block]) -> tuple[str, ...]:
    """The lines of the page title's element, else of the first ``h1`` (or ``h2``), else the ``<title>``."""
    marked = [block for block in blocks if block.zone == "heading"]
    for tag in ("h1", "h2"):
        marked = marked or [block for block in blocks if block.tag == tag][:1]
    lines = heading_lines(marked) or ((page.title,) if page.title else ())
    if not lines:
        raise MissingPart(page.url, "heading")
    return lines


def _read_listing(page: ParsedPage, entries: Sequence[Entry], source: SourceDescription) -> Listing:
    files, others = list_files(entries, page.url, "information", source)
    pages: dict[str, ListedItem] = {}
    excluded: list[ExcludedLink] = []
    for link in others:
        if _leads_on(link, page.url, source) and link.url not in pages:
            pages[link.url] = _listed_page(link, entries, source)
        else:
            excluded.append(_with_reason(link, pages, source))
    items = [replace(item, doc_type=_file_type(item, source)) for item in files]
    return Listing(
        url=page.url,
        title=page.first_heading() or page.title or None,
        items=(*items, *pages.values()),
        excluded=tuple(excluded),
        markup="links",
    )


def _leads_on(link: ExcludedLink, url: str, source: SourceDescription) -> bool:
    """Whether a link goes to a page below this one, or below another guidance page of the source."""
    if host_of(link.url) not in source.hosts or is_file(link.url, source) or is_release(link.url, source):
        return False
    path = urlsplit(link.url).path
    below = (_folder(url), *source.guidance)
    return link.url != url and any(path.startswith(one) and one != "/" for one in below)


def _listed_page(link: ExcludedLink, entries: Sequence[Entry], source: SourceDescription) -> ListedItem:
    entry = next(one for one in entries if one.href == link.url)
    return ListedItem(
        document_id=document_id_for(link.url, source),
        url=link.url,
        doc_type="information",
        label=entry.label.whole or entry.heading or link.url,
        title_text=entry.label.title or entry.heading or link.url,
        heading=entry.heading,
        fallback=True,
    )


def _with_reason(link: ExcludedLink, pages: dict[str, ListedItem], source: SourceDescription) -> ExcludedLink:
    reasons: dict[str, str] = words("furniture")["reasons"]
    if link.url in pages:
        return replace(link, reason=reasons["twice"])
    return replace(link, reason=reasons["release"]) if is_release(link.url, source) else link


def _file_type(item: ListedItem, source: SourceDescription) -> str:
    return "anlage" if item.parent_id else file_doc_type(item.url, source)


def _is_own_file(href: str, source: SourceDescription) -> bool:
    return is_file_address(href, source) and host_of(href) in source.hosts


def _folder(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[0] + "/"
