"""A list page of press releases: its entries, and where it goes on."""

from __future__ import annotations

from collections.abc import Iterable

from bs4 import Tag

from crawler.errors import NotTheDocument, UnknownIdentity
from crawler.identity import document_id_for, is_release
from crawler.items import ExcludedLink, ListedItem, Listing
from crawler.pages.addresses import host_of
from crawler.pages.blocks import Anchor
from crawler.pages.links import resolve
from crawler.pages.soup import ParsedPage, open_page, says_not_the_document
from crawler.pages.teaser import Teaser, read_teaser, teasers_by_links
from crawler.pages.wordlists import words
from crawler.sources import SourceDescription


def read_release_list(body: bytes, *, url: str, source: SourceDescription, content_type: str = "") -> Listing:
    """Read a list page of releases; ``url`` is its canonical address.

    Entries come from the seen markup (``div.teaser``), else from links to releases (``fallback``, markup
    ``links``). A link without a usable id, or to a release named above, is excluded with a reason. A page
    that has the list or its search form but no entries is a Listing without items: whether that is an
    alarm only the caller knows. Any other page is NotTheDocument; a page cut off is MissingPart.
    """
    page = open_page(body, url=url, content_type=content_type)
    page.refuse_cut_off()
    column = page.column(("list", "pager") if page.has("list") else ("teaser", "pager"))
    seen = [read_teaser(tag) for tag in _teasers(column)]
    teasers = [one for one in seen if one.anchor] or teasers_by_links(column, url, source)
    if not teasers:
        _refuse_other_pages(page)
    reader = _Reader(url=url, source=source, fallback=not any(one.anchor for one in seen))
    entries = [reader.entry(teaser) for teaser in teasers]
    return Listing(
        url=url,
        title=page.first_heading() or page.title or None,
        items=tuple(one for one in entries if isinstance(one, ListedItem)),
        excluded=(
            *(one for one in entries if isinstance(one, ExcludedLink)),
            *_next_elsewhere(column, url, source),
        ),
        next_url=_next_url(column, url, source),
        markup="links" if reader.fallback and teasers else "teaser",
    )


class _Reader:
    """Turns teasers into entries; knows which releases the page has named already."""

    def __init__(self, *, url: str, source: SourceDescription, fallback: bool) -> None:
        self.url, self.source, self.fallback = url, source, fallback
        self._named: set[str] = set()

    def entry(self, teaser: Teaser) -> ListedItem | ExcludedLink:
        """The release a teaser announces, or its link with the reason for leaving it out."""
        anchor = teaser.anchor or Anchor(href="", text=teaser.title)
        address = resolve(anchor.href, self.url, self.source)
        if isinstance(address, ExcludedLink):
            return ExcludedLink(url=address.url, text=teaser.title, reason=address.reason)
        reason = self._reason_against(address)
        if reason is not None:
            return ExcludedLink(url=address, text=teaser.title, reason=reason)
        document_id = document_id_for(address, self.source)
        self._named.add(document_id)
        return ListedItem(
            document_id=document_id,
            url=address,
            doc_type=self.source.doc_type,
            label=teaser.title,
            title_text=teaser.title,
            date_text=teaser.date_text,
            teaser=teaser.text,
            notes=(),
            fallback=self.fallback,
        )

    def _reason_against(self, address: str) -> str | None:
        reasons: dict[str, str] = words("furniture")["reasons"]
        if host_of(address) not in self.source.hosts:
            return reasons["foreign"]
        try:
            document_id = document_id_for(address, self.source)
        except UnknownIdentity:
            return reasons["no_number"]
        if not is_release(address, self.source):
            return reasons["no_release"]
        return reasons["twice"] if document_id in self._named else None


def _teasers(column: Tag) -> Iterable[Tag]:
    """The teasers of a column; one inside another counts once, as the outer."""
    found = column.find_all(class_="teaser")
    inner = {id(tag) for one in found for tag in one.find_all(class_="teaser")}
    return [tag for tag in found if id(tag) not in inner]


def _refuse_other_pages(page: ParsedPage) -> None:
    said = says_not_the_document(page.title, page.first_heading())
    if said is not None:
        raise NotTheDocument(page.url, f"the page says {said!r}")
    if page.has("list") or page.has("pager") or page.tree.xpath("boolean(//*[@name='sa.query'])"):
        return
    raise NotTheDocument(page.url, "neither a list of releases nor its search form")


def _next_url(column: Tag, url: str, source: SourceDescription) -> str | None:
    """Where the list goes on: ``a.next`` of the pager, ``rel=next``, or a link that says so."""
    for href in _next_hrefs(column):
        address = resolve(href, url, source)
        if isinstance(address, str) and address != url and host_of(address) in source.hosts:
            return address
    return None


def _next_elsewhere(column: Tag, url: str, source: SourceDescription) -> Iterable[ExcludedLink]:
    """A next link that leaves the site, where there is no other: the list goes on where nobody may follow."""
    if _next_url(column, url, source) is None:
        for href in _next_hrefs(column):
            address = resolve(href, url, source)
            if isinstance(address, str) and host_of(address) not in source.hosts:
                reason = words("furniture")["reasons"]["next_elsewhere"]
                yield ExcludedLink(url=address, text="", reason=reason)
                return


def _next_hrefs(column: Tag) -> Iterable[str]:
    pagers = column.find_all(class_=words("furniture")["zones"]["pager"])
    for holder in (*pagers, column):
        for link in holder.find_all("a", href=True):
            if "next" in (*(link.get("class") or ()), *(link.get("rel") or ())):
                yield str(link["href"])
    said = words("furniture")["words"]["next_page"]
    for holder in pagers:
        for link in holder.find_all("a", href=True):
            if " ".join(link.get_text().split()).casefold() in said:
                yield str(link["href"])
