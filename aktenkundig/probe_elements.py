"""Where on a page a value stands, and which class names the reading does not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lxml import etree

from crawler.pages.soup import ParsedPage
from crawler.sources import page_classes
from crawler.wordlists import words

LONGEST_TEXT = 2_000_000
"""Characters of a page in which elements are looked for; more is no page for people."""

STEPS = 3


def element_path(page: ParsedPage, value: str, zones: Sequence[str] = ()) -> str | None:
    """The innermost element that holds ``value``, as ``div.teaser_meta > span.dtstart``; None if none does.

    White space does not count. ``zones`` (see ``crawler/sources``) are searched first, then the whole page.

    >>> from crawler.pages.soup import open_page
    >>> from crawler.sources import load_source
    >>> body = b"<div class='teaser_meta'>Nr.20250416 | <span class='dtstart'>16.04.2025</span> | DSMV</div>"
    >>> page = open_page(body, url="https://www.datenschutz-mv.de/presse/?id=7", source=load_source("dsmv"))
    >>> element_path(page, "16.04.2025", ["meta"])
    'div.teaser_meta > span.dtstart'
    """
    wanted = _squeezed(value)
    places = [element for zone in zones for element in page.zones.get(zone, ())]
    for place in (*places, page.tree):
        text = _text(place)
        if wanted and wanted in text and len(text) <= LONGEST_TEXT:
            return _path(_innermost(place, wanted))
    return None


def class_names(page: ParsedPage, zones: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
    """The class names of the text column: those that the reading knows, and those that it does not."""
    column = page.column(zones)
    names = Counter(str(name) for tag in column.find_all(class_=True) for name in tag.get("class") or ())
    known = _known_names()
    return (
        Counter({name: count for name, count in names.items() if name.lower() in known}),
        Counter({name: count for name, count in names.items() if name.lower() not in known}),
    )


def _known_names() -> set[str]:
    tables = (page_classes("zones"), page_classes("marks"))
    described = (name for table in tables for names in table.values() for name in names)
    return {name.lower() for name in (*described, *words("furniture")["skip"]["names"])}


def _innermost(element: etree._Element, wanted: str) -> etree._Element:
    while True:
        inner = next((child for child in element if _is_element(child) and wanted in _text(child)), None)
        if inner is None:
            return element
        element = inner


def _path(element: etree._Element) -> str:
    steps = [_step(element)]
    for parent in element.iterancestors():
        if len(steps) >= STEPS or (len(steps) > 1 and "." in steps[-1]) or parent.tag in ("body", "html"):
            break
        steps.append(_step(parent))
    return " > ".join(reversed(steps))


def _step(element: etree._Element) -> str:
    names = (element.get("class") or "").split()[:2]
    return ".".join([str(element.tag), *names])


def _is_element(node: etree._Element) -> bool:
    return isinstance(node.tag, str)


def _text(element: etree._Element) -> str:
    return _squeezed("".join(str(part) for part in element.itertext()))


def _squeezed(text: str) -> str:
    return "".join(text.split())
