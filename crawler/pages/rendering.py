"""What a browser shows of a page: links resolved, hidden text gone, strikes, quotation marks and bullets written in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, cast
from urllib.parse import urljoin

from bs4 import Tag
from lxml import etree

from crawler.errors import UnknownIdentity
from crawler.identity import canonical_url
from crawler.items import ExcludedLink, Link
from crawler.sources import SourceDescription, page_classes
from crawler.wordlists import words

if TYPE_CHECKING:
    from crawler.pages.blocks import Anchor


BLOCK_TAGS = frozenset(words("furniture")["block_elements"])
STRUCK = ("[gestrichen: ", "]")
QUOTED = (("„", "“"), ("‚", "‘"))

_HIDING = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)"
    r"|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)|clip\s*:\s*rect\(\s*[01](?:px)?\b"
    r"|(?:left|top|text-indent|margin-left)\s*:\s*-\d{3,})",
    re.IGNORECASE,
)
_STRIKING = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_CLASSES = etree.XPath("//@class", smart_strings=False)


def classes_with(tree: etree._Element, names: frozenset[str]) -> set[str]:
    """The values of ``class`` in a tree that hold one of these names, in any case."""
    values = cast("list[str]", _CLASSES(tree))
    return {value for value in set(values) if not names.isdisjoint(value.lower().split())}


def render(tree: etree._Element, lower: str) -> None:
    """Take hidden text out of a tree, and write quotation marks and strikes into it; ``lower`` is its source."""
    hiding = classes_with(tree, _hiding_names())
    if hiding or "style=" in lower or "style =" in lower:
        for element in [one for one in tree.iter(etree.Element) if _is_hidden(one, hiding)]:
            _take_out(element)
    for quote in tree.iter("q"):
        depth = sum(1 for _ in quote.iterancestors("q"))
        _enclose(quote, *QUOTED[depth % 2])
    if "line-through" in lower or next(tree.iter("del", "s", "strike"), None) is not None:
        for element in [one for one in tree.iter(etree.Element) if _is_struck(one)]:
            for line in _lines_of(element):
                _enclose(line, *STRUCK)


def _is_hidden(element: etree._Element, hiding: set[str]) -> bool:
    """Hidden by style, or there for screen readers only; what opens on a click is not hidden."""
    style = element.get("style")
    if not (style is not None and _HIDING.search(style)) and element.get("class") not in hiding:
        return False
    return not _unfolds(element) and not _holds_known_parts(element)


def _unfolds(element: etree._Element) -> bool:
    """Whether an element, or what stands right before it, is part of something that opens and closes."""
    if next(element.iterancestors("details"), None) is not None:
        return True
    previous, parent = element.getprevious(), element.getparent()
    around = [one for one in (element, previous, parent) if one is not None]
    names = " ".join(f"{one.get('class') or ''} {one.get('id') or ''}" for one in around).lower()
    return any(word in names for word in words("furniture")["skip"]["unfolding"])


def _holds_known_parts(element: etree._Element) -> bool:
    """A page that a script shows only when it is loaded is no hidden text."""
    if element.tag in ("html", "body", "main") or next(element.iter("h1", "main"), None) is not None:
        return True
    known = _zone_names()
    return any(known & set((one.get("class") or "").split()) for one in element.iter(etree.Element))


def _take_out(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    previous = element.getprevious()
    if element.tail and previous is not None:
        previous.tail = (previous.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _is_struck(element: etree._Element) -> bool:
    if element.tag in ("del", "s", "strike"):
        return next(element.iterancestors("del", "s", "strike"), None) is None
    return _STRIKING.search(element.get("style") or "") is not None


def _lines_of(element: etree._Element) -> list[etree._Element]:
    """The element itself, or the blocks in it that hold no further block."""
    blocks = [one for one in element.iter(etree.Element) if one is not element and one.tag in BLOCK_TAGS]
    return [one for one in blocks if not any(child.tag in BLOCK_TAGS for child in one)] or [element]


def _enclose(element: etree._Element, opening: str, closing: str) -> None:
    """Put signs around the text of an element that has text and does not bring them itself."""
    text = "".join(str(part) for part in element.itertext()).strip()
    if not text or text.startswith(tuple('„“”"»«‚‘’')):
        return
    element.text = opening + (element.text or "").lstrip()
    last = element[-1] if len(element) else None
    if last is None:
        element.text = element.text.rstrip() + closing
    else:
        last.tail = (last.tail or "").rstrip() + closing


@cache
def _hiding_names() -> frozenset[str]:
    return frozenset(words("furniture")["skip"]["hidden"])


@cache
def _zone_names() -> frozenset[str]:
    zones = page_classes("zones")
    return frozenset(
        name for zone in ("heading", "meta", "body", "press", "list", "thumbnails") for name in zones[zone]
    )


BULLET = "•"
_BROUGHT = re.compile(r"(?:[•·◦●▪‣*–—\-\uf0b7\uf0a7]|\(?(?:\d{1,3}|[a-z]|[ivxIVX]{1,5}|[A-Z])[.)])\s")
_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)", re.IGNORECASE)
_TYPES = {
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
    "decimal": "1",
    "none": "none",
}
_ROMAN = (("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1))
_ROMAN_TENS = (("c", 100), ("xc", 90), ("l", 50), ("xl", 40))


class Markers:
    """Counts the entries of every list of a page, in page order."""

    def __init__(self) -> None:
        self._next: dict[int, int] = {}

    def of(self, entry: Tag) -> str:
        """The marker of a list entry, ``3.`` or ``•``; ``""`` for a list that has none.

        >>> from bs4 import BeautifulSoup
        >>> markers = Markers()
        >>> soup = BeautifulSoup("<ol start=3 type=a><li>x<li>y</ol>", "lxml")
        >>> [markers.of(one) for one in soup.find_all("li")]
        ['c.', 'd.']
        """
        holder = entry.parent
        if holder is None or holder.name not in ("ol", "ul", "menu", "dir"):
            return ""
        kind = _kind(entry, holder)
        if holder.name != "ol" or kind == "none":
            return "" if kind == "none" else BULLET
        number = _whole(entry.get("value"))
        if number is None:
            number = self._next.get(id(holder), _first(holder))
        self._next[id(holder)] = number + (-1 if holder.has_attr("reversed") else 1)
        return f"{written(number, kind)}."


def brings_marker(text: str) -> bool:
    """Whether a text begins with a bullet or a number of its own."""
    return _BROUGHT.match(text) is not None


def written(number: int, kind: str) -> str:
    """A number of a list in its script: ``1``, ``a``, ``A``, ``i`` or ``I``.

    >>> written(4, "i"), written(28, "A"), written(0, "a")
    ('iv', 'AB', '0')
    """
    if number < 1 or kind not in ("a", "A", "i", "I") or (kind in "iI" and number > 399):
        return str(number)
    letters = _roman(number) if kind in "iI" else _letters(number)
    return letters.upper() if kind in "AI" else letters


def _kind(entry: Tag, holder: Tag) -> str:
    for one in (entry, holder):
        style = _STYLE.search(str(one.get("style") or ""))
        if style is not None and style.group(1).lower() in _TYPES:
            return _TYPES[style.group(1).lower()]
        if one.get("type"):
            return str(one["type"]).strip()
    return "1"


def _first(holder: Tag) -> int:
    start = _whole(holder.get("start"))
    if start is not None:
        return start
    return len(holder.find_all("li", recursive=False)) if holder.has_attr("reversed") else 1


def _whole(value: object) -> int | None:
    text = str(value).strip() if value is not None else ""
    return int(text) if re.fullmatch(r"-?[0-9]{1,6}", text) else None


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _roman(number: int) -> str:
    letters = ""
    for sign, worth in (*_ROMAN_TENS, *_ROMAN):
        count, number = divmod(number, worth)
        letters += sign * count
    return letters


UNREADABLE = "unreadable:"
"""Stands before what was written where an address should be and cannot be read."""

MOST_SPELLED = 20_000
"""Links that are remembered of a site; later ones are resolved each time."""

_BREAKS = re.compile(r"[\t\n\r]+")
_WEB = ("http://", "https://")
_NO_ADDRESS = ("javascript:", "data:", "tel:", "fax:", "sms:", "callto:", "about:", "blob:", "vbscript:")


def resolve_links(tree: etree._Element, url: str, source: SourceDescription) -> None:
    """Give every link of a page its canonical address; ``<base href>`` is obeyed.

    What is no web address (a mailbox, a fragment, a script) stays as written; what cannot be read is marked.
    """
    base = next((href for one in tree.iter("base") if (href := one.get("href"))), "")
    try:
        base = urljoin(url, base.strip())
    except ValueError:
        base = url
    at_home = base.startswith(source.site + "/")
    for link in tree.iter("a", "area"):
        href = link.get("href")
        if href is None:
            continue
        known = source.spelled.get(href) if at_home else None
        if known is None:
            known = _resolved(_BREAKS.sub("", href.strip()), base, source)
            if at_home and href.startswith(("/", "https://")) and len(source.spelled) < MOST_SPELLED:
                source.spelled[href] = known
        link.set("href", known)


def is_address(href: str) -> bool:
    """Whether the href of an opened page is a web address."""
    return href.startswith(_WEB)


def excluded_link(href: str, text: str) -> ExcludedLink:
    """The record for a link that is no web address, with the reason."""
    reasons = words("furniture")["reasons"]
    if href.lower().startswith("mailto:"):
        return ExcludedLink(url=href, text=text, reason=reasons["mail"])
    if not href or href.startswith("#"):
        return ExcludedLink(url=href, text=text, reason=reasons["anchor"])
    return ExcludedLink(url=href.removeprefix(UNREADABLE)[:200], text=text, reason=reasons["unreadable"])


def read_links(anchors: Iterable[Anchor]) -> tuple[Link, ...]:
    """The web links among these anchors, each address and text once, in order."""
    found: dict[tuple[str, str], Link] = {}
    for anchor in anchors:
        if is_address(anchor.href):
            link = Link(url=anchor.href, text=anchor.text or anchor.hint)
            found.setdefault((link.url, link.text), link)
    return tuple(found.values())


def _resolved(href: str, base: str, source: SourceDescription) -> str:
    lower = href.lower()
    if not href or href.startswith("#") or lower.startswith(("mailto:", *_NO_ADDRESS)):
        return href.replace("\f", "%0C")
    try:
        return canonical_url(href.replace("\f", "%0C"), base, source)
    except UnknownIdentity:
        return UNREADABLE + href.replace("\f", "%0C")
