"""Printed lines of pages: pieces that continue a line put to it; running heads and page numbers found among them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from math import ceil
from typing import NamedTuple

from pipelines import tables


class Line(NamedTuple):
    """A line: ``left``, ``right``, ``bottom`` and ``height`` in points, the origin at the page's lower left.

    ``height`` is the size of its letters, 0 where places are unknown (turned text).
    """

    text: str
    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    height: float = 0.0

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.bottom + self.height


def same_row(first: Line, second: Line) -> bool:
    """True if the two overlap in height by more than a third of the smaller one."""
    overlap = min(first.top, second.top) - max(first.bottom, second.bottom)
    return overlap > 0.34 * min(first.height, second.height)


def whole_lines(lines: Iterable[Line]) -> list[Line]:
    """The lines with pieces that continue a line put to it, small raised numbers as marks.

    >>> word = Line("aufbewahrt.", 70, 130, 500, 14)
    >>> [line.text for line in whole_lines([word, Line("16", 130.5, 138, 507, 8)])]
    ['aufbewahrt.[16]']
    """
    whole: list[Line] = []
    before = Line("")
    for line in lines:
        if line.left > before.right - 0.15 * before.height and whole and _continues(before, line):
            before = whole[-1] = _put_together(before, line)
        else:
            before = line
            whole.append(line)
    return whole


def _continues(first: Line, second: Line) -> bool:
    near = second.left - first.right < 0.6 * max(first.height, second.height)
    return near and second.height > 0 and same_row(first, second)


def _put_together(first: Line, second: Line) -> Line:
    tall = first if first.height >= second.height else second
    glue = " " if second.left - first.right > 0.18 * tall.height else ""
    start, end = first.text, second.text
    if first.height < 0.85 * second.height and _is_raised(first, second):
        start, glue = f"[{start}]", " "
    elif second.height < 0.85 * first.height and _is_raised(second, first):
        end, glue = f"[{end}]", ""
    return Line(start + glue + end, first.left, second.right, tall.bottom, tall.height)


def _is_raised(piece: Line, beside: Line) -> bool:
    return len(piece.text) < 4 and piece.text.isdigit() and piece.bottom > beside.bottom + 0.15 * beside.height


def usual(values: Sequence[float], share: float = 0.5, otherwise: float = 0.0) -> float:
    """The value below which ``share`` of the values lie, or ``otherwise`` if there are none."""
    if not values:
        return otherwise
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


EDGE_LINES = 4
EDGE_SHARE = 0.2
SHARE_OF_PAGES = 0.4
SAME_PLACE = 12.0
APART = 1.25
MARGIN = 0.055
"""In this share of the page's height at its edges stands no line of the text."""

_DIGITS = re.compile(r"\d{1,6}")
_NOTE = re.compile(r"(\[\d{1,3}\]|\d{1,3}) ?[^\W\d]")
_LETTER = re.compile(r"[^\W\d_]")
_ROMAN = re.compile(r"^[ivxl]{1,6}$")


class Edge(NamedTuple):
    """A line near the upper or lower edge of a page (from 1), and its position among the page's lines.

    ``key`` is its edge and its text without numbers. ``outermost`` says that no line stands further out.
    """

    page: int
    position: int
    key: tuple[bool, str]
    numbers: tuple[int, ...]
    line: Line
    outermost: bool


class Edges(NamedTuple):
    """The lines at the edges of one page, its height in points, and the usual height of its lines.

    ``pitch`` is the usual distance of its lines in heights of a line.
    """

    page: int
    lines: tuple[Edge, ...]
    height: float
    usual: float
    pitch: float = 1.2


def running_heads(pages: Sequence[Edges]) -> dict[int, set[int]]:
    """By page number the positions of its lines that are running heads or page numbers.

    A line counts if the same line, but for numbers, stands at the same place on about half of the pages (two
    fifths: title pages have none, left and right pages differ), its numbers are the same everywhere or
    count the pages, and no other line of the text stands further out. A line that counts nothing must
    be set apart from the text: the same words may begin several pages.
    """
    groups: dict[tuple[bool, str], list[Edge]] = defaultdict(list)
    for edge in (edge for page in pages for edge in page.lines):
        groups[edge.key].append(edge)
    enough = max(2, ceil(SHARE_OF_PAGES * len(pages)))
    body = usual([page.usual for page in pages if page.usual])
    found: dict[int, set[int]] = {page.page: set() for page in pages}
    counting: dict[int, set[int]] = {page.page: set() for page in pages}
    for edges in groups.values():
        likely = [edge for edge in edges if _may_be_head(edge.line, body)]
        numbers = (*_bare_numbers(likely, enough), *_stated(edges, len(pages)))
        repeated = _repeated(likely, enough)
        for edge in (*repeated, *numbers):
            found[edge.page].add(edge.position)
        for edge in (*(repeated if _counts_pages(repeated) else ()), *numbers):
            counting[edge.page].add(edge.position)
    return {page.page: _outside(page, found[page.page], counting[page.page]) for page in pages}


def edges_of(number: int, lines: Sequence[Line], height: float, pitch: float = 1.2) -> Edges:
    """The edges of page ``number``, which is ``height`` points high."""
    usual_height = usual([line.height for line in lines if len(line.text) > 30])
    return Edges(number, tuple(_edges(number, lines, height)), height, usual_height, pitch)


def _outside(page: Edges, heads: set[int], counting: set[int]) -> set[int]:
    """The positions of those heads beyond which no line of the text stands, and that are set apart from it."""
    kept: set[int] = set()
    for upper in (True, False):
        taken: list[Edge] = []
        text: Edge | None = None
        for edge in (edge for edge in page.lines if edge.key[0] == upper):
            if edge.position in heads:
                taken.append(edge)
            elif MARGIN * page.height < edge.line.bottom < (1 - MARGIN) * page.height:
                text = edge
                break
        known = text is not None or len(taken) < EDGE_LINES
        while taken and taken[-1].position not in counting and not (known and _is_apart(taken[-1], text, page)):
            text, known = taken.pop(), True
        kept.update(edge.position for edge in taken)
    return kept


def _is_apart(head: Edge, text: Edge | None, page: Edges) -> bool:
    """True if there is more room between the two than between lines of the text, or no text near."""
    if text is None:
        return True
    return abs(head.line.bottom - text.line.bottom) > APART * page.pitch * min(head.line.height, text.line.height)


def _counts_pages(edges: list[Edge]) -> bool:
    """True if a number in the line rises from page to page."""
    return any(len(set(column)) > 1 for column in zip(*(edge.numbers for edge in edges), strict=True))


def _edges(number: int, lines: Sequence[Line], height: float) -> Iterator[Edge]:
    """The outer lines of the upper edge from above, then those of the lower edge from below."""
    low, high = EDGE_SHARE * height, (1 - EDGE_SHARE) * height
    placed = [(line.bottom, index) for index, line in enumerate(lines) if not low <= line.bottom <= high]
    placed = [place for place in placed if lines[place[1]].height]
    above = sorted([place for place in placed if place[0] > high], reverse=True)
    below = sorted([place for place in placed if place[0] < low])
    for upper, places in ((True, above[:EDGE_LINES]), (False, below[:EDGE_LINES])):
        for order, (_, index) in enumerate(places):
            text = lines[index].text
            numbers = tuple(map(int, _DIGITS.findall(text)))
            key = _DIGITS.sub("#", text) if numbers else text
            key = "roman" if len(key) < 7 and _ROMAN.match(key.lower()) else key
            yield Edge(number, index, (upper, key), numbers, lines[index], order == 0)


def _may_be_head(line: Line, body: float) -> bool:
    """False for footnotes (a number, raised or before a sentence), for long lines and for big letters."""
    footnote = _NOTE.match(line.text) and line.text.startswith("[") | line.text.endswith((".", ";", ","))
    return not footnote and len(line.text) < 200 and not (body and line.height > 1.3 * body)


def _repeated(edges: list[Edge], enough: int) -> list[Edge]:
    if len(edges) < enough:
        return []
    place = usual([edge.line.bottom for edge in edges])
    same = [edge for edge in edges if abs(edge.line.bottom - place) <= SAME_PLACE]
    return same if len({edge.page for edge in same}) >= enough and _numbers_fit(same) else []


def _bare_numbers(edges: list[Edge], enough: int) -> list[Edge]:
    """Lines that are nothing but the number of the page, wherever at the edge they stand."""
    if not edges or _LETTER.search(edges[0].key[1]) or len(edges[0].numbers) != 1:
        return []
    shift, count = Counter(edge.numbers[0] - edge.page for edge in edges).most_common(1)[0]
    return [edge for edge in edges if edge.numbers[0] - edge.page == shift] if count >= enough else []


def _numbers_fit(edges: list[Edge]) -> bool:
    """True if each number of the line is the same on nearly all pages, or counts them on most."""
    for column in zip(*(edge.numbers for edge in edges), strict=True):
        constant = Counter(column).most_common(1)[0][1]
        counting = Counter(n - edge.page for n, edge in zip(column, edges, strict=True)).most_common(1)[0][1]
        if constant < 0.8 * len(edges) and counting < 0.6 * len(edges):
            return False
    return True


def _stated(edges: list[Edge], count: int) -> Iterator[Edge]:
    """Page numbers that say so ("Seite 2 von 5", "- 2 -", an outermost "2") need only be the right number."""
    for edge in edges:
        text = edge.line.text.strip()
        if edge.numbers[:1] != (edge.page,) or (len(edge.numbers) == 2 and edge.numbers[1] != count):
            continue
        if _page_number().match(text) or (edge.outermost and text.isdigit()):
            yield edge


@cache
def _page_number() -> re.Pattern[str]:
    words, of = (_either(tables("files")["page_numbers"][name]) for name in ("words", "of"))
    dash = "[-–—]"
    return re.compile(rf"^(?:{words} ?\d+(?: ?{of} ?\d+)?|\d+ ?{of} ?\d+|{dash} ?\d+ ?{dash})$")


def _either(words: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in words) + ")"
