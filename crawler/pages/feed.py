"""A feed (RSS 2.0, RSS 1.0, Atom): its entries with title, address, date and text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from lxml import etree

from crawler.errors import NotTheDocument, ReadingError, UnknownIdentity
from crawler.identity import canonical_url, distinct_ids
from crawler.items import ExcludedLink, ListedItem, Listing
from crawler.pages.blocks import note_place, read_blocks
from crawler.pages.soup import decode
from crawler.sources import Section, SourceDescription
from crawler.wordlists import words

_FORMATS = {"rss": "rss", "RDF": "rdf", "feed": "atom"}
_OWN = ("", "http://purl.org/rss/1.0/", "http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
_DUBLIN = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DATES = ("pubDate", "published", "issued", "date", "created")
"""When an entry was published; ``updated`` and ``modified`` are not that."""

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]{2,31}[0-9]{0,2};")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&(?:#?\w{2,31});")
MOST_ENTRIES = 5000
"""More than any feed has."""


def read_feed(body: bytes, *, url: str, section: Section, source: SourceDescription, content_type: str = "") -> Listing:
    """Read a feed at its canonical address; its entries are ``passing``. An empty feed is one without items.

    Titles, dates and texts are verbatim (markup gone); addresses are canonical, an entry of another site or without
    an address is excluded with the reason. Raises NotTheDocument for what is no feed, ReadingError for a feed that
    declares entities or has more entries than any.
    """
    root = _parsed(body, url, content_type)
    entries = [one for one in root.iter(etree.Element) if _name(one, _OWN) in ("item", "entry")]
    if len(entries) > MOST_ENTRIES:
        raise ReadingError(url, "more elements than any page has")
    addresses = {one: _address(one, url, source) for one in entries}
    ids = distinct_ids((address for address in addresses.values() if address), source)
    items: dict[str, ListedItem] = {}
    excluded: list[ExcludedLink] = []
    for entry, address in addresses.items():
        reason = "no_link" if address is None else "twice" if address in items else "foreign"
        if address is None or address not in ids or address in items:
            said = _plain(_text_of(entry, "title"))
            excluded.append(ExcludedLink(url=address or url, text=said, reason=words("furniture")["reasons"][reason]))
        else:
            items[address] = _item(entry, address, ids[address], section)
    return Listing(
        url=url,
        title=_plain(next((_inner(one) for one in root.iter(etree.Element) if _name(one, _OWN) == "title"), ""))
        or None,
        items=tuple(items.values()),
        excluded=tuple(excluded),
        markup=_FORMATS[etree.QName(root).localname],
    )


def _parsed(body: bytes, url: str, content_type: str) -> etree._Element:
    """The root of a feed; no entity of its own is expanded, nothing is fetched."""
    text = _DECLARATION.sub("", decode(body, content_type).lstrip("\ufeff"))
    if "<!ENTITY" in text:
        raise ReadingError(url, "a feed that declares entities")
    text = _NAMED.sub(lambda found: html.escape(html.unescape(found.group()), quote=False), text)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser, base_url=url)
    except etree.LxmlError as error:
        raise NotTheDocument(url, "no feed") from error
    if root is None or etree.QName(root).localname not in _FORMATS:
        raise NotTheDocument(url, "no feed")
    return root


def _item(entry: etree._Element, address: str, document_id: str, section: Section) -> ListedItem:
    title, speaks = _plain(_text_of(entry, "title")), section.text == "entry"
    teaser = _paragraphs(_summary(entry, longest=speaks))
    dates = ((name, _text_of(entry, name, (*_OWN, *_DUBLIN))) for name in _DATES)
    element, date = next((one for one in dates if one[1]), ("", None))
    within = etree.QName(entry).localname
    for kind, said, path in (("title", title, "title"), ("date", date, element), ("teaser", teaser, "Text")):
        note_place(kind, said, f"{within} > {path}")
    return ListedItem(
        document_id=document_id,
        url=address,
        doc_type=section.doc_type,
        label=title or address,
        title_text=title or address,
        date_text=date,
        teaser=(teaser if speaks else " ".join(teaser.split())) or None,
        rubric=section.label or None,
        issuer=section.issuer or None,
        passing=True,
        speaks=speaks,
    )


def _address(entry: etree._Element, url: str, source: SourceDescription) -> str | None:
    """The canonical address of an entry: its link, else a ``guid`` that is one."""
    for href, base in _hrefs(entry):
        try:
            return canonical_url(href, base or url, source)
        except UnknownIdentity:
            continue
    return None


def _hrefs(entry: etree._Element) -> Iterator[tuple[str, str | None]]:
    links = [one for one in entry if _name(one, _OWN) == "link"]
    for link in sorted(links, key=lambda one: (one.get("type") or "text/html") != "text/html"):
        if (link.get("rel") or "alternate") == "alternate" and (href := link.get("href") or _inner(link)):
            yield href, link.base
    guid = next((one for one in entry if _name(one, _OWN) in ("guid", "id")), None)
    if guid is not None and guid.get("isPermaLink", "true") != "false" and _inner(guid).startswith("http"):
        yield _inner(guid), None


def _summary(entry: etree._Element, *, longest: bool) -> str:
    """The first, or the longest, of the texts an entry carries."""
    texts = [_text_of(entry, name) for name in ("description", "summary", "content")]
    found = [text for text in (*texts, _text_of(entry, "encoded", (_CONTENT,))) if text]
    return max(found, key=len, default="") if longest else next(iter(found), "")


def _text_of(entry: etree._Element, name: str, namespaces: tuple[str, ...] = _OWN) -> str:
    return next((_inner(one) for one in entry if _name(one, namespaces) == name), "")


def _inner(element: etree._Element) -> str:
    """The text of an element; markup that is no text but elements (Atom's XHTML) as markup."""
    if len(element) == 0:
        return " ".join((element.text or "").split()) if "<" not in (element.text or "") else str(element.text).strip()
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _paragraphs(text: str) -> str:
    """A text that may be markup, as printed, ``\\n\\n`` between its paragraphs."""
    if not _MARKUP.search(text):
        return text
    return "\n\n".join(block.printed for block in read_blocks(BeautifulSoup(text, "lxml")) if block.text)


def _plain(text: str) -> str:
    return " ".join(_paragraphs(text).split())


def _name(element: etree._Element, namespaces: tuple[str, ...]) -> str:
    """The name of an element of these namespaces, ``""`` for any other."""
    if not isinstance(element.tag, str):
        return ""
    name = etree.QName(element)
    return name.localname if (name.namespace or "") in namespaces else ""
