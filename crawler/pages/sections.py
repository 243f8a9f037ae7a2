"""A section page: its files, with what is printed about each."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.errors import EmptyListing, NotTheDocument
from crawler.identity import distinct_ids, is_file
from crawler.items import ExcludedLink, ListedItem, Listing
from crawler.pages.addresses import host_of
from crawler.pages.annexes import with_parents
from crawler.pages.attachments import file_name
from crawler.pages.entries import Entry, entries_of
from crawler.pages.links import resolve
from crawler.pages.menu import site_menu
from crawler.pages.soup import ParsedPage, open_page, says_not_the_document
from crawler.pages.wordlists import words
from crawler.sources import Section, SourceDescription


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
    page = open_page(body, url=url, content_type=content_type)
    page.refuse_cut_off()
    _refuse_other_pages(page)
    entries = list(entries_of(page.main_with("thumbnails"), numbered=section.doc_type == "kurzpapier"))
    items, excluded = list_files(entries, url, section.doc_type, source)
    if not items and not any(_leads_elsewhere(link, entries, source) for link in excluded):
        raise EmptyListing(url, "the section page links no file of its own site")
    return Listing(
        url=url,
        title=page.first_heading() or page.title or None,
        items=with_parents(items),
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
    addresses = [
        ExcludedLink(url=url, text="", reason=_reason("no_link"))
        if entry.href is None
        else resolve(entry.href, url, source)
        for entry in entries
    ]
    ids = distinct_ids((one for one in addresses if isinstance(one, str) and is_file(one, source)), source)
    items: dict[str, ListedItem] = {}
    excluded: list[ExcludedLink] = []
    for entry, address in zip(entries, addresses, strict=True):
        reason = _reason_against(address, ids, items, source)
        if isinstance(address, str) and reason is None:
            items[address] = _item(entry, address, ids, url, doc_type, source)
        else:
            target = address if isinstance(address, str) else address.url
            excluded.append(ExcludedLink(url=target, text=entry.label.whole, reason=reason or ""))
    return list(items.values()), excluded


def _item(
    entry: Entry, address: str, ids: dict[str, str], url: str, doc_type: str, source: SourceDescription
) -> ListedItem:
    main = resolve(entry.main_href, url, source) if entry.main_href else None
    parent = ids.get(main) if isinstance(main, str) and main != address else None
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
        parent_id=parent,
        fallback=not entry.seen,
    )


def is_foreign(link: ExcludedLink, source: SourceDescription) -> bool:
    """Whether a link that was left out leads to another body's site."""
    return link.url.startswith(("http://", "https://")) and host_of(link.url) not in source.hosts


def _leads_elsewhere(link: ExcludedLink, entries: Sequence[Entry], source: SourceDescription) -> bool:
    """True for a file of another body, and for any of its pages that stands in the seen markup."""
    return is_foreign(link, source) and (is_file(link.url, source) or any(entry.seen for entry in entries))


def _reason_against(
    address: str | ExcludedLink,
    ids: dict[str, str],
    items: dict[str, ListedItem],
    source: SourceDescription,
) -> str | None:
    if isinstance(address, ExcludedLink):
        return address.reason
    if host_of(address) not in source.hosts:
        return _reason("foreign")
    if not is_file(address, source):
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
