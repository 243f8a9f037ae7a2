"""The frame of a site: what stands around the content of its pages, and whether a page stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawler.errors import Interposed, NotTheDocument, ReadingError
from crawler.pages.soup import ParsedPage, open_page, says_not_the_document
from crawler.sources import SourceDescription

LEAST = 3
"""With fewer marks a frame tells nobody anything."""

SHARE = 0.5
"""How much of the frame a page of the same site shows: menus open and close, head and foot stay."""

_ADDRESSES = ("href", "src", "action")
_CONTENT = ("list", "pager", "teaser", "press", "thumbnails", "body")
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The marks around the content of one page: addresses it links or loads, ids, classes.

    ``asks_password`` says that the page itself has a field for a password: then such a field means nothing.
    """

    marks: frozenset[str]
    asks_password: bool = False

    @property
    def is_known(self) -> bool:
        """Whether there is enough of a frame to tell pages of the site from others."""
        return len(self.marks) >= LEAST


def read_frame(body: bytes, *, url: str, source: SourceDescription, content_type: str = "") -> Frame:
    """The frame of a page that was read as what it ought to be (a list, a section). Raises ReadingError."""
    page = open_page(body, url=url, source=source, content_type=content_type)
    inside = page.content_of(_CONTENT)
    around = () if inside is None else _outside(page.tree, inside)
    return Frame(marks=frozenset(_marks(around, url)), asks_password=_asks_password(page))


def refuse_interposed(page: ParsedPage, frame: Frame | None) -> None:
    """Raise Interposed for a page that lacks the site's own frame, or asks for a password where the site does not.

    Without a frame to compare with (None, or one of too few marks) nothing is refused.
    """
    if frame is None or not frame.is_known:
        return
    shown = frame.marks & set(_marks(page.tree.iter(etree.Element), page.url))
    if len(shown) < max(LEAST, SHARE * len(frame.marks)):
        raise Interposed(page.url, "the page lacks the frame of the site")
    if _asks_password(page) and not frame.asks_password:
        raise Interposed(page.url, "the page asks for a password")


@dataclass(frozen=True, kw_only=True)
class Gist:
    """What a page shows, to compare answers of several addresses.

    ``exact`` is a digest of all its words; ``loose`` leaves out the numbers below its headings: the same for pages
    that differ in a token or a time. ``canonical`` is the address the page gives as its own, as written, or None.
    """

    exact: str
    loose: str
    canonical: str | None


def gist_of(body: bytes, *, url: str, source: SourceDescription, content_type: str = "") -> Gist | None:
    """The gist of a page; None for what is no page."""
    try:
        page = open_page(body, url=url, source=source, content_type=content_type)
    except ReadingError:
        return None
    shown = " ".join(_texts(page.tree)).casefold()
    canonical = next((one.get("href") for one in page.tree.iter("link") if one.get("rel") == "canonical"), None)
    return Gist(
        exact=_digest(shown.split()),
        loose=_digest([page.title, page.first_heading(), *_WORD.findall(shown)]),
        canonical=canonical,
    )


def _digest(words: Iterable[str]) -> str:
    return sha256(" ".join(words).encode()).hexdigest()


def _texts(tree: etree._Element) -> Iterator[str]:
    for element in tree.iter(etree.Element):
        if element.tag not in ("script", "style", "template") and element.text:
            yield element.text
        if element.tail:
            yield element.tail


def _outside(tree: etree._Element, inside: etree._Element) -> Iterator[etree._Element]:
    within = set(inside.iter())
    return (element for element in tree.iter(etree.Element) if element not in within)


def _marks(elements: Iterable[etree._Element], url: str) -> Iterator[str]:
    for element in elements:
        yield from (f".{name}" for name in (element.get("class") or "").split())
        if element.get("id"):
            yield f"#{element.get('id')}"
        for name in _ADDRESSES:
            address = element.get(name)
            if address and (path := _path(address, url)):
                yield path


def _path(address: str, url: str) -> str | None:
    """Host and path an address leads to; None for the start page (every page may lead home) and for no address."""
    try:
        parts = urlsplit(urljoin(url, address))
        here = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.path in ("", "/", here.path):
        return None
    return parts.path if parts.netloc == here.netloc else f"//{parts.netloc}{parts.path}"


def _asks_password(page: ParsedPage) -> bool:
    return any((one.get("type") or "").lower() == "password" for one in page.tree.iter("input"))


def open_whole(body: bytes, *, url: str, source: SourceDescription, content_type: str) -> ParsedPage:
    """A page that neither says that it is not there (NotTheDocument) nor breaks off (MissingPart)."""
    page = open_page(body, url=url, source=source, content_type=content_type)
    said = says_not_the_document(page.title, page.first_heading())
    if said is not None:
        raise NotTheDocument(url, f"the page says {said!r}")
    page.refuse_cut_off()
    return page
