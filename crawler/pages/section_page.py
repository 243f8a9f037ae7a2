"""Pages that list files, with what is printed about each: sections of the DSK, and guidance pages with their text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import unquote, urlsplit

from crawler.addresses import host_of
from crawler.errors import EmptyListing, MissingPart, NotTheDocument
from crawler.identity import distinct_ids, document_id_for, ending_of, file_doc_type, is_document, is_file, is_release
from crawler.items import ExcludedLink, Link, ListedItem, Listing, PageText
from crawler.pages.attachments import file_name, is_file_address, read_attachments
from crawler.pages.blocks import Block, note_place, printed, read_blocks
from crawler.pages.entries import Entry, entries_of
from crawler.pages.frame import open_whole
from crawler.pages.furniture import captions_in, is_around_text
from crawler.pages.heading import heading_lines
from crawler.pages.rendering import excluded_link, is_address, read_links
from crawler.pages.soup import ParsedPage, open_page, says_not_the_document
from crawler.sources import Section, SourceDescription
from crawler.wordlists import words


def read_section(
    body: bytes, *, url: str, section: Section, source: SourceDescription, content_type: str = ""
) -> Listing:
    """Read a section page; ``url`` is its canonical address, ``section`` what the source says of it.

    Entries come from the seen markup (``ul.thumbnail_list``); files linked outside it are entries too,
    with ``fallback`` set. Links in a hint box, and files named as annexes of a listed one, get a
    ``parent_id`` and the type ``anlage``. Every other link of the text column is excluded with a reason.

    A page may have no file of its own site, but links to files of other bodies.

    Raises NotTheDocument for a page that says it is not there, EmptyListing for one without any file,
    MissingPart (``end of page``) for one cut off, ReadingError for what is no page.
    """
    page = open_page(body, url=url, source=source, content_type=content_type)
    page.refuse_cut_off()
    _refuse_other_pages(page)
    column, numbered = page.main_with("thumbnails"), section.doc_type == "kurzpapier"
    entries = list(entries_of(column, numbered=numbered, date_at=section.date_at))
    items, excluded = list_files(entries, url, section.doc_type, source)
    if not items and not any(_leads_elsewhere(link, entries, source) for link in excluded):
        raise EmptyListing(url, "the section page links no file of its own site")
    rubric, issuer = section.label or None, section.issuer or None
    return Listing(
        url=url,
        title=page.first_heading() or page.title or None,
        items=tuple(replace(item, rubric=rubric, issuer=issuer) for item in with_parents(items)),
        excluded=tuple(excluded),
        menu=site_menu(page.anchors(), url, source),
        markup="thumbnail_list" if any(entry.seen for entry in entries) else "links",
    )


def list_files(
    entries: Sequence[Entry], url: str, doc_type: str, source: SourceDescription
) -> tuple[list[ListedItem], list[ExcludedLink]]:
    """The entries that are files of this source, once each, and all others with the reason.

    Two files whose contract ids are the same are told apart (see ``crawler.identity``), never merged.
    """
    files = (one.href for one in entries if one.href and is_address(one.href) and is_document(one.href, source))
    ids = distinct_ids(files, source)
    items: dict[str, ListedItem] = {}
    excluded: list[ExcludedLink] = []
    for entry in entries:
        left_out = _left_out(entry, url, ids, items, source)
        if left_out is None and entry.href is not None:
            items[entry.href] = _item(entry, entry.href, ids, doc_type)
        elif left_out is not None:
            excluded.append(left_out)
    return list(items.values()), excluded


def _item(entry: Entry, address: str, ids: dict[str, str], doc_type: str) -> ListedItem:
    main = entry.main_href
    parent = ids.get(main) if main is not None and main != address else None
    label = entry.label
    return ListedItem(
        document_id=ids[address],
        url=address,
        doc_type="anlage" if parent else doc_type,
        label=label.whole or file_name(address),
        title_text=label.title or file_name(address),
        date_text=label.date,
        number_text=label.number,
        heading=entry.heading,
        notes=label.notes,
        status=label.status,
        parent_id=parent,
        fallback=not entry.seen,
    )


def is_foreign(link: ExcludedLink, source: SourceDescription) -> bool:
    """Whether a link that was left out leads to another body's site."""
    return link.url.startswith(("http://", "https://")) and host_of(link.url) not in source.hosts


def _leads_elsewhere(link: ExcludedLink, entries: Sequence[Entry], source: SourceDescription) -> bool:
    """True for a file of another body, and for any of its pages that stands in the seen markup."""
    return is_foreign(link, source) and (is_file(link.url, source) or any(entry.seen for entry in entries))


def _left_out(
    entry: Entry, url: str, ids: dict[str, str], items: dict[str, ListedItem], source: SourceDescription
) -> ExcludedLink | None:
    text = entry.label.whole
    if entry.href is None:
        return ExcludedLink(url=url, text=text, reason=_reason("no_link"))
    if not is_address(entry.href):
        return excluded_link(entry.href, text)
    reason = _reason_against(entry.href, ids, items, source)
    return None if reason is None else ExcludedLink(url=entry.href, text=text, reason=reason)


def _reason_against(
    address: str, ids: dict[str, str], items: dict[str, ListedItem], source: SourceDescription
) -> str | None:
    if host_of(address) not in source.hosts:
        return _reason("foreign")
    if not is_document(address, source):
        return _reason("page")
    if address not in ids:
        return _reason("unreadable")
    return _reason("twice") if address in items else None


def _refuse_other_pages(page: ParsedPage) -> None:
    said = None if page.has("thumbnails") else says_not_the_document(page.title, page.first_heading())
    if said is not None:
        raise NotTheDocument(page.url, f"the page says {said!r}")


def _reason(key: str) -> str:
    reason: str = words("furniture")["reasons"][key]
    return reason


def with_parents(items: Sequence[ListedItem]) -> tuple[ListedItem, ...]:
    """Give annexes their ``parent_id`` and the type ``anlage`` where the main file is listed too.

    ``x_Anlage.pdf``, ``x_Anhang_2.pdf``, ``x_zusammenfassung.pdf`` belong to ``x.pdf``; ``x.odt`` beside
    ``x.pdf`` belongs to it. An annex without a listed main file stays what its section says.

    >>> one = ListedItem(document_id="dsk-oh-ki", url="https://x.de/media/oh/ki.pdf", label="KI",
    ...                  title_text="KI", doc_type="orientierungshilfe")
    >>> two = replace(one, document_id="dsk-oh-ki-anhang", url="https://x.de/media/oh/ki_Anhang.pdf")
    >>> [(item.doc_type, item.parent_id) for item in with_parents([one, two])]
    [('orientierungshilfe', None), ('anlage', 'dsk-oh-ki')]
    """
    stems = _stems(items)
    return tuple(_with_parent(item, stems) for item in items)


def _with_parent(item: ListedItem, stems: Mapping[str, ListedItem]) -> ListedItem:
    if item.parent_id is not None:
        return item
    main = _main_file(item, stems)
    if main is None or main.document_id == item.document_id:
        return item
    return replace(item, parent_id=main.document_id, doc_type="anlage")


def _main_file(item: ListedItem, stems: Mapping[str, ListedItem]) -> ListedItem | None:
    stem = _stem(item.url)
    same = stems.get(stem)
    if same is not None and ending_of(same.url) == "pdf" != ending_of(item.url):
        return same
    match = _suffix().search(stem)
    return stems.get(stem[: match.start()]) if match else None


def _stems(items: Sequence[ListedItem]) -> dict[str, ListedItem]:
    """The file of each stem: its PDF if there is one, else the first listed."""
    stems: dict[str, ListedItem] = {}
    for item in items:
        stem = _stem(item.url)
        if stem not in stems or (ending_of(item.url) == "pdf" != ending_of(stems[stem].url)):
            stems[stem] = item
    return stems


def _stem(url: str) -> str:
    path, _, _ = unquote(url).casefold().partition("?")
    folder, _, name = path.rpartition("/")
    return f"{folder}/{name.rpartition('.')[0] or name}"


@cache
def _suffix() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in words("furniture")["annexes"]["suffixes"])
    return re.compile(rf"[_ -]{{1,3}}(?:{names})(?:[_ -]?(?:nr[._ -]?)?[0-9]{{1,2}}|[_ -][a-e])?\Z")


def site_menu(anchors: Iterable[tuple[str, str]], url: str, source: SourceDescription) -> tuple[Link, ...]:
    """Links to further section pages (``*.html`` on the source's host) that its description does not name.

    ``anchors`` are address and text as on the page ``url``. Imprint, contact and the like are left out.
    """
    described = {source.site + section.path for section in source.sections} | {url}
    found: dict[str, Link] = {}
    for address, text in anchors:
        if is_address(address) and address not in described and _may_be_section(address, source):
            found.setdefault(address, Link(url=address, text=text))
    return tuple(found.values())


def _may_be_section(address: str, source: SourceDescription) -> bool:
    if host_of(address) not in source.hosts or is_file(address, source):
        return False
    parts = urlsplit(address)
    stem = parts.path.rsplit("/", 1)[-1].rpartition(".")[0].casefold()
    return ending_of(address) in ("html", "htm") and not parts.query and stem not in _no_sections()


def _no_sections() -> list[str]:
    stems: list[str] = words("furniture")["no_sections"]["stems"]
    return stems


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
    page = open_whole(body, url=url, source=source, content_type=content_type)
    column = page.main_with("heading")
    return GuidancePage(
        page=read_text(page, read_blocks(column), document_id, source),
        listing=_read_listing(page, list(entries_of(column)), source),
    )


def read_text(page: ParsedPage, blocks: Sequence[Block], document_id: str, source: SourceDescription) -> PageText:
    """Heading, paragraphs, links and own files of these blocks; raises MissingPart (``heading``)."""
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
        paragraphs=printed(body),
        links=read_links(anchor for block in body for anchor in block.anchors),
        attachments=tuple(one for one in attachments if _is_own_file(one.url, source)),
        captions=captions_in([block for block in blocks if block.zone == "image"]),
        markup=tuple(zone for zone in ("column", "heading", "body", "teaser") if page.has(zone)),
    )


def _headline(page: ParsedPage, blocks: Sequence[Block]) -> tuple[str, ...]:
    """The lines of the page title's element, else of the first ``h1`` (or ``h2``), else the ``<title>``."""
    marked = [block for block in blocks if block.zone == "heading"]
    for tag in ("h1", "h2"):
        marked = marked or [block for block in blocks if block.tag == tag][:1]
    lines = heading_lines(marked) or ((page.title,) if page.title else ())
    note_place("heading", page.title, "head > title")
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
    items = [one if one.parent_id else replace(one, doc_type=file_doc_type(one.url, source)) for one in files]
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
    below = (urlsplit(url).path.rpartition("/")[0] + "/", *source.guidance)
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


def _is_own_file(href: str, source: SourceDescription) -> bool:
    return is_file_address(href, source) and host_of(href) in source.hosts
