"""What a browser shows of a page: hidden text is taken out, quotation marks and strikes are written in."""

from __future__ import annotations

import re
from functools import cache

from lxml import etree

from crawler.pages.blocks import BLOCK_TAGS
from crawler.sources import page_classes
from crawler.wordlists import words

STRUCK = ("[gestrichen: ", "]")
QUOTED = (("„", "“"), ("‚", "‘"))

_HIDING = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)"
    r"|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)|clip\s*:\s*rect\(\s*[01](?:px)?\b"
    r"|(?:left|top|text-indent|margin-left)\s*:\s*-\d{3,})",
    re.IGNORECASE,
)
_STRIKING = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_MAY_SPEAK = re.compile(r"<(?:q|del|s|strike)[\s>]|line-through", re.IGNORECASE)


def render(tree: etree._Element, source_text: str) -> None:
    """Take hidden text out of a tree, and write quotation marks and strikes into it."""
    lower = source_text.lower()
    if "style=" in lower or "style =" in lower or any(name in lower for name in _hiding_names()):
        for element in [one for one in tree.iter(etree.Element) if _is_hidden(one)]:
            _take_out(element)
    if _MAY_SPEAK.search(source_text):
        for quote in tree.iter("q"):
            depth = sum(1 for _ in quote.iterancestors("q"))
            _enclose(quote, *QUOTED[depth % 2])
        for element in [one for one in tree.iter(etree.Element) if _is_struck(one)]:
            for line in _lines_of(element):
                _enclose(line, *STRUCK)


def _is_hidden(element: etree._Element) -> bool:
    """Hidden by style, or there for screen readers only; what opens on a click is not hidden."""
    style, names = element.get("style"), element.get("class")
    by_style = style is not None and _HIDING.search(style) is not None
    if not by_style and not (names and _hiding_names() & set(names.lower().split())):
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
