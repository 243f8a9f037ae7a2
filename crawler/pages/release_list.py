"""A list page of press releases: its teasers, and where it goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bs4 import Tag

from crawler.addresses import host_of
from crawler.errors import NotTheDocument, UnknownIdentity
from crawler.identity import document_id_for, is_release
from crawler.items import ExcludedLink, ListedItem, Listing
from crawler.pages.blocks import HEADINGS, Anchor, Block, is_marked, note_place, read_blocks
from crawler.pages.heading import is_meta_line, read_meta
from crawler.pages.rendering import excluded_link, is_address
from crawler.pages.soup import ParsedPage, open_page, says_not_the_document
from crawler.sources import SourceDescription, page_classes
from crawler.wordlists import words


def read_release_list(body: bytes, *, url: str, source: SourceDescription, content_type: str = "") -> Listing:
    """Read a list page of releases; ``url`` is its canonical address.

    Entries come from the seen markup (``div.teaser``), else from links to releases (``fallback``, markup
    ``links``). A link without a usable id, or to a release named above, is excluded with a reason. A page
    that has the list or its search form but no entries is a Listing without items: whether that is an
    alarm only the caller knows. Any other page is NotTheDocument; a page cut off is MissingPart.
    """
    page = open_page(body, url=url, source=source, content_type=content_type)
    page.refuse_cut_off()
    column = page.column(("list", "pager") if page.has("list") else ("teaser", "pager"))
    seen = [read_teaser(tag) for tag in _teasers(column)]
    teasers = [one for one in seen if one.anchor] or teasers_by_links(column, source)
    if not teasers:
        _refuse_other_pages(page)
    reader = _Reader(source=source, fallback=not any(one.anchor for one in seen))
    entries = [reader.entry(teaser) for teaser in teasers]
    return Listing(
        url=url,
        title=page.first_heading() or page.title or None,
        items=tuple(one for one in entries if isinstance(one, ListedItem)),
        excluded=(*(one for one in entries if isinstance(one, ExcludedLink)), *_next_elsewhere(column, url, source)),
        next_url=_next_url(column, url, source),
        markup="links" if reader.fallback and teasers else "teaser",
    )


class _Reader:
    """Turns teasers into entries; knows which releases the page has named already."""

    def __init__(self, *, source: SourceDescription, fallback: bool) -> None:
        self.source, self.fallback = source, fallback
        self._named: set[str] = set()

    def entry(self, teaser: Teaser) -> ListedItem | ExcludedLink:
        """The release a teaser announces, or its link with the reason for leaving it out."""
        anchor = teaser.anchor or Anchor(href="", text=teaser.title)
        address = anchor.href
        if not is_address(address):
            return excluded_link(address, teaser.title)
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
        if is_address(href) and href != url and host_of(href) in source.hosts:
            return href
    return None


def _next_elsewhere(column: Tag, url: str, source: SourceDescription) -> Iterable[ExcludedLink]:
    """A next link that leaves the site, where there is no other: the list goes on where nobody may follow."""
    if _next_url(column, url, source) is None:
        for href in _next_hrefs(column):
            if is_address(href) and host_of(href) not in source.hosts:
                reason = words("furniture")["reasons"]["next_elsewhere"]
                yield ExcludedLink(url=href, text="", reason=reason)
                return


def _next_hrefs(column: Tag) -> Iterable[str]:
    pagers = column.find_all(class_=list(page_classes("zones")["pager"]))
    for holder in (*pagers, column):
        for link in holder.find_all("a", href=True):
            if is_marked(link, "next_page") or "next" in (link.get("rel") or ()):
                yield str(link["href"])
    said = words("furniture")["words"]["next_page"]
    for holder in pagers:
        for link in holder.find_all("a", href=True):
            if " ".join(link.get_text().split()).casefold() in said:
                yield str(link["href"])


_ENDS_SENTENCE = re.compile(r"[.!?…:][\"“”»’)]?\Z")


@dataclass(frozen=True, kw_only=True)
class Teaser:
    """One entry as printed; ``anchor`` is the link of its title, None where it has none."""

    title: str
    anchor: Anchor | None
    date_text: str | None = None
    text: str | None = None
    captions: tuple[str, ...] = ()


def says_caption(line: str) -> bool:
    """Whether a line names a photograph or its maker, by the words of ``furniture.toml``."""
    folded = line.casefold()
    return len(folded) < 300 and any(mark in folded for mark in words("furniture")["words"]["caption_marks"])


def read_teaser(tag: Tag) -> Teaser:
    """Read one ``div.teaser``.

    >>> from bs4 import BeautifulSoup
    >>> one = read_teaser(BeautifulSoup('''<div class="teaser"><div class="teaser_meta"><span class="dtstart">
    ...   16.04.2025</span> | DSMV</div><h3><a href="/presse/?id=7">Neue Regeln</a></h3>
    ...   <p>Foto: Landtag<br>Seit heute gelten neue Regeln.</p></div>''', "lxml"))
    >>> one.date_text, one.title, one.text
    ('16.04.2025', 'Neue Regeln', 'Seit heute gelten neue Regeln.')
    """
    return teaser_of(read_blocks(tag))


def teaser_of(blocks: Sequence[Block]) -> Teaser:
    """Make a teaser of the blocks of one entry."""
    title = next((block for block in blocks if block.tag in HEADINGS and block.anchors), None)
    title = title or next((block for block in blocks if block.anchors and block.zone != "meta"), None)
    metas = [block for block in blocks if block.zone == "meta" or is_meta_line(_one_line(block))]
    others = [block for block in blocks if block is not title and block not in metas]
    text, captions = _parted([block for block in others if not _is_more_link(block)])
    _note(title, _one_line(title) if title else "", others)
    return Teaser(
        title=_one_line(title) if title else "",
        anchor=title.anchors[0] if title else None,
        date_text=read_meta(metas).published_text if metas else None,
        text=text,
        captions=captions,
    )


def teasers_by_links(column: Tag, source: SourceDescription) -> list[Teaser]:
    """Entries of a page without the seen markup: each link to a release, and what stands around it."""
    blocks = read_blocks(column)
    starts = [at for at, block in enumerate(blocks) if _release_anchor(block, source)]
    found: list[Teaser] = []
    for place, at in enumerate(starts):
        anchor = _release_anchor(blocks[at], source)
        if anchor is None or (_is_more_link(blocks[at]) and found):
            continue
        end = starts[place + 1] if place + 1 < len(starts) else len(blocks)
        found.append(_teaser_around(blocks, at, end, anchor))
    return found


def _teaser_around(blocks: Sequence[Block], at: int, end: int, anchor: Anchor) -> Teaser:
    before = [block for block in blocks[max(0, at - 2) : at] if is_meta_line(_one_line(block))]
    metas = before or [block for block in blocks[at:end] if is_meta_line(_one_line(block))]
    texts = [block for block in blocks[at + 1 : end] if block.tag == "p" and not block.anchors]
    text, captions = _parted([block for block in texts if block not in metas][:3])
    title = " ".join(anchor.text.split()) or _one_line(blocks[at])
    date = read_meta(metas[-1:]).published_text if metas else None
    _note(blocks[at], title, texts)
    return Teaser(title=title, anchor=anchor, date_text=date, text=text, captions=captions)


def _note(title: Block | None, said: str, texts: Sequence[Block]) -> None:
    """Where title and text of an entry stand."""
    for kind, value, block in (("title", said, title), *(("teaser", _one_line(one), one) for one in texts)):
        if block is not None:
            note_place(kind, value, block.element)


def _release_anchor(block: Block, source: SourceDescription) -> Anchor | None:
    leads = (one for one in block.anchors if is_address(one.href) and is_release(one.href, source))
    return next(leads, None)


def _parted(blocks: Sequence[Block]) -> tuple[str | None, tuple[str, ...]]:
    """Text and captions: a caption names a photograph, or stands before the text and ends no sentence."""
    lines = [(line, block.zone) for block in blocks for line in block.text.split("\n") if line]
    texts: list[str] = []
    captions: list[str] = []
    for at, (line, zone) in enumerate(lines):
        more_follows = at + 1 < len(lines)
        opening = more_follows and not texts and not _ENDS_SENTENCE.search(line)
        named = says_caption(line) and (more_follows or bool(texts))
        (captions if zone == "image" or opening or named else texts).append(line)
    return "\n".join(texts) or None, tuple(captions)


def _is_more_link(block: Block) -> bool:
    """Whether a block is nothing but a link that says "more"."""
    folded = block.folded
    return bool(block.anchors) and (not folded or folded in words("furniture")["words"]["generic"])


def _one_line(block: Block) -> str:
    return " ".join(block.text.split())
