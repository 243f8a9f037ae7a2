"""The text of a column as blocks: one for each paragraph, heading, list item or table, in page order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache

from bs4 import NavigableString, Tag
from bs4.element import PageElement, PreformattedString

from crawler.pages.rendering import BLOCK_TAGS, Markers, brings_marker
from crawler.sources import page_classes
from crawler.wordlists import words

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_INSIDE_CELL = {"ul", "ol", "dl", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
_LONGEST_CELL = 300
"""Characters; a table with more in a cell of paragraphs lays out a page."""
_MOST_SPAN = 60
_PARTS = re.compile(r"[-_]+")


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A link inside a block: href, on an opened page the canonical address; text, and ``title`` attribute."""

    href: str
    text: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of text. ``tag`` is its innermost block element, ``zone`` the innermost known container.

    Lines are separated by ``\\n`` where the page breaks them. ``marker`` is the number or bullet that a browser
    prints before it; ``element`` is the BeautifulSoup tag.
    """

    text: str
    tag: str
    zone: str | None
    anchors: tuple[Anchor, ...]
    element: Tag
    marker: str = ""

    @property
    def printed(self) -> str:
        """The text as printed: with its number or bullet, if it does not bring one itself."""
        return f"{self.marker} {self.text}" if self.marker and not brings_marker(self.text) else self.text

    @cached_property
    def folded(self) -> str:
        """The text in one line, case folded (NFC), without closing colon or stop, to look up in word lists."""
        return unicodedata.normalize("NFC", " ".join(self.text.split())).casefold().strip(" .:›»«<>")


Place = tuple[str, str, str]
"""What kind of value was taken, the value, and the element, as ``div.teaser_meta > span.dtstart``."""

_NOTED: ContextVar[list[Place] | None] = ContextVar("noted", default=None)
_STEPS = 3


@contextmanager
def noted_places() -> Iterator[list[Place]]:
    """Where readers take their values from while this is open, in the order in which they take them."""
    places: list[Place] = []
    token = _NOTED.set(places)
    try:
        yield places
    finally:
        _NOTED.reset(token)


def note_place(kind: str, value: str | None, element: Tag | str) -> None:
    """A reader says where it takes a value from: the innermost element in ``element`` that holds it, or a path.

    >>> from bs4 import BeautifulSoup
    >>> page = BeautifulSoup("<div class='meta'>Nr. 7 | <span class='day'>16.04.2025</span></div>", "lxml")
    >>> with noted_places() as places: note_place("date", "16.04.2025", page.body)
    >>> places
    [('date', '16.04.2025', 'div.meta > span.day')]
    """
    if (places := _NOTED.get()) is not None and value:
        places.append((kind, value, element if isinstance(element, str) else _path(element, "".join(value.split()))))


def _path(element: Tag, wanted: str) -> str:
    inner: Tag | None = element
    while inner is not None:
        element, tags = inner, (one for one in inner.children if isinstance(one, Tag))
        inner = next((one for one in tags if wanted in "".join(one.get_text().split())), None)
    parents = [one for one in element.parents if one.name not in ("body", "html", "[document]")]
    steps = [".".join([one.name, *(one.get("class") or ())[:2]]) for one in (element, *parents[: _STEPS - 1])]
    last = next((at for at, step in enumerate(steps) if at and "." in step), _STEPS)
    return " > ".join(reversed(steps[: last + 1]))


def printed(blocks: Iterable[Block]) -> tuple[str, ...]:
    """The paragraphs that these blocks print."""
    kept = [block for block in blocks if block.text]
    for block in kept:
        note_place("paragraph", block.printed, block.element)
    return tuple(block.printed for block in kept)


@dataclass
class _Open:
    """The block being read."""

    tag: str
    zone: str | None
    element: Tag
    pieces: list[str] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)


def collapsed(text: str) -> str:
    """White space inside lines collapsed, lines trimmed, empty lines left out.

    >>> collapsed("  Straße 12 \\n\\n 66111\\u00a0 Saarbrücken ")
    'Straße 12\\n66111 Saarbrücken'
    """
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def read_blocks(root: Tag) -> list[Block]:
    """All blocks below ``root`` that hold text or a link, furniture elements left out.

    >>> from bs4 import BeautifulSoup
    >>> page = BeautifulSoup("<p>Kontakt:<br>Straße 12</p><ul><li>Büro</ul>", "lxml")
    >>> [(block.tag, block.text) for block in read_blocks(page)]
    [('p', 'Kontakt:\\nStraße 12'), ('li', 'Büro')]
    """
    return _Walk(root).blocks()


class _Walk:
    """Depth first without recursion; a block ends where a block element begins or ends."""

    def __init__(self, root: Tag) -> None:
        self.found: list[Block] = []
        self.current = _Open(tag=root.name, zone=None, element=root)
        self.stack: list[tuple[Iterator[PageElement], _Open]] = [(iter(root.contents), self.current)]
        self.markers = Markers()
        self.marker = ""

    def blocks(self) -> list[Block]:
        while self.stack:
            children, outer = self.stack[-1]
            node = next(children, None)
            if node is None:
                self._leave(outer)
            elif isinstance(node, NavigableString):
                if not isinstance(node, PreformattedString):
                    preformatted = self.current.tag == "pre"
                    self.current.pieces.append(str(node) if preformatted else node.replace("\n", " "))
            elif isinstance(node, Tag) and not is_furniture(node):
                self._enter(node, outer)
        self._close()
        return self.found

    def _enter(self, node: Tag, outer: _Open) -> None:
        if node.name == "br":
            self.current.pieces.append("\n")
        elif node.name in BLOCK_TAGS:
            self._enter_block(node, outer)
        elif node.name == "a" and _holds(node, BLOCK_TAGS):
            self._whole(_block_link(node, outer.zone), outer)
        else:
            self.current.anchors += _anchors_of(node)
            self.stack.append((iter(node.contents), outer))

    def _enter_block(self, node: Tag, outer: _Open) -> None:
        zone = zone_of(node) or outer.zone
        if node.name == "table" and is_data_table(node):
            self._whole(_table(node, zone), outer)
            return
        self._close()
        if node.name == "li":
            self.marker = self.markers.of(node)
        self.current = _Open(tag=node.name, zone=zone, element=node)
        self.stack.append((iter(node.contents), self.current))

    def _whole(self, block: Block, outer: _Open) -> None:
        self._close()
        self._add(block)
        self._reopen(outer)

    def _leave(self, inner: _Open) -> None:
        self.stack.pop()
        if self.stack and self.stack[-1][1] is not inner:
            self._close()
            if inner.tag == "li":
                self.marker = ""
            self._reopen(self.stack[-1][1])

    def _close(self) -> None:
        block = self.current
        text = collapsed("".join(block.pieces))
        if text or block.anchors:
            self._add(_block(block, text))

    def _add(self, block: Block) -> None:
        """The first block of a list entry carries its number or bullet."""
        self.found.append(replace(block, marker=self.marker) if self.marker and block.text else block)
        self.marker = "" if block.text else self.marker

    def _reopen(self, outer: _Open) -> None:
        """Text after an inner block belongs to the outer element again, as a block of its own."""
        outer.pieces, outer.anchors = [], []
        self.current = outer


def _block(block: _Open, text: str) -> Block:
    return Block(text=text, tag=block.tag, zone=block.zone, anchors=tuple(block.anchors), element=block.element)


def _block_link(link: Tag, zone: str | None) -> Block:
    """A link around whole blocks is one block, a line for each block in it."""
    text = "\n".join(block.text for block in read_blocks(link))
    anchors = tuple(replace(anchor, text=" ".join(text.split())) for anchor in _anchors_of(link))
    return Block(text=text, tag="a", zone=zone, anchors=anchors, element=link)


def _holds(node: Tag, names: Set[str]) -> bool:
    return any(isinstance(inner, Tag) and inner.name in names for inner in node.descendants)


def _anchors_of(node: Tag) -> list[Anchor]:
    href = node.get("href") if node.name == "a" else None
    if not href:
        return []
    text = " ".join((" " if _holds(node, {"br"}) else "").join(node.strings).split())
    return [Anchor(href=str(href), text=text, hint=str(node.get("title") or ""))]


def zone_of(tag: Tag) -> str | None:
    """The zone an element opens by one of its class names, or because it is a figure."""
    if tag.name in ("figure", "figcaption", "caption"):
        return "image" if tag.name != "caption" else None
    names = tag.get("class")
    zones = _zones()
    return next((zones[name] for name in names if name in zones), None) if names else None


def is_furniture(tag: Tag) -> bool:
    """Whether an element holds nothing for readers of the text: scripts, forms, navigation."""
    elements = _skipped()
    if tag.get("role") in ("button", "navigation", "search", "dialog", "alertdialog"):
        return True
    if tag.name in elements or tag.has_attr("hidden"):
        return tag.name != "header" or tag.find("h1") is None
    own = [name.lower() for name in (*(tag.get("class") or ()), str(tag.get("id") or "")) if name]
    return any(map(_is_skipped, own))


def is_data_table(table: Tag) -> bool:
    """A table of plain cells in rows of two or more; layout tables are read like any container."""
    if _holds(table, _INSIDE_CELL):
        return False
    if _holds(table, {"p", "div"}) and any(len(cell.get_text()) > _LONGEST_CELL for cell in table.find_all("td")):
        return False
    return any(len(row.find_all(["td", "th"], recursive=False)) > 1 for row in table.find_all("tr"))


def _table(table: Tag, zone: str | None) -> Block:
    caption = table.find("caption", recursive=False)
    rows = [] if caption is None else [" ".join(caption.get_text(" ").split())]
    anchors = _Open(tag="table", zone=zone, element=table)
    rows += [" | ".join(cells) for cells in table_rows(table) if any(cells)]
    anchors.anchors = [anchor for link in table.find_all("a") for anchor in _anchors_of(link)]
    return _block(anchors, collapsed("\n".join(rows)))


def is_marked(tag: Tag, mark: str) -> bool:
    """Whether a class name says what an element is (``[classes.marks]`` of the source descriptions)."""
    names = tag.get("class")
    return names is not None and any(name in page_classes("marks")[mark] for name in names)


def table_rows(table: Tag) -> Iterator[list[str]]:
    """The cells of each row, empty ones too; one that spans rows stands in each of them, one over columns once."""
    carried: dict[int, tuple[int, str | None]] = {}
    for row in table.find_all("tr"):
        cells = row.find_all(["td", "th"], recursive=False)
        texts: list[str] = []
        column = 0
        while cells or any(place >= column for place in carried):
            if column in carried:
                left, text = carried.pop(column)
                texts += [text] if text is not None else []
                if left > 1:
                    carried[column] = (left - 1, text)
                column += 1
            elif cells:
                cell = cells.pop(0)
                texts.append(" ".join(cell.get_text(" ").split()))
                width, height = _span(cell, "colspan"), _span(cell, "rowspan")
                for place in range(width if height > 1 else 0):
                    carried[column + place] = (height - 1, None if place else texts[-1])
                column += width
            else:
                column += 1
        yield texts


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name) or "1").strip()
    return min(max(int(value), 1), _MOST_SPAN) if value.isascii() and value.isdigit() else 1


@cache
def _zones() -> dict[str, str]:
    zones = page_classes("zones")
    return {name: zone for zone, names in zones.items() if zone != "column" for name in names}


@cache
def _skipped() -> frozenset[str]:
    return frozenset(words("furniture")["skip"]["elements"])


@lru_cache(maxsize=4096)
def _is_skipped(name: str) -> bool:
    """Whether a class name or id is that of furniture: it, one of its parts, or how one of them begins."""
    skip, parts = words("furniture")["skip"], _PARTS.split(name)
    begins = any(part.startswith(tuple(skip["beginnings"])) for part in parts)
    return name in skip["names"] or begins or not set(parts).isdisjoint(skip["parts"])
