"""Makes flowing text of the printed lines of a page: words rejoined, lines joined, paragraphs apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from pipelines.files.hyphens import IsWord, address_at_end, address_bond, bond, goes_on, join
from pipelines.files.records import wording


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


_BULLETS: list[str] = wording("paragraphs")["bullets"]
_SIGNS = frozenset(bullet[0] for bullet in _BULLETS)
_ITEM = re.compile(rf"(?:{'|'.join(map(re.escape, _BULLETS))}|\(?(?:[a-z]|\d{{1,2}})\)|\[\d{{1,3}}\]) ")
_LEADERS = re.compile(r"(?:\.{4}|(?:\. ){4}|…{2})\s*\w{0,6}$")
_SENTENCE_END = re.compile(r"[.!?]['\"”“»«)]?$")
_ORDINAL = re.compile(r"\b(?:[A-Za-zÄÖÜäöü]|[A-Z][a-z]{1,3}|\d{1,3})\.$")


class Flowing:
    """The lines of one page with what comes between each two of them.

    ``pitch`` is the usual distance of lines in heights of a line; ``links`` are the addresses that links of
    the page lead to.
    """

    def __init__(
        self, lines: Sequence[Line], *, pitch: float, is_word: IsWord | None = None, links: Sequence[str] = ()
    ) -> None:
        self.lines = list(lines)
        self._links = links
        self._pitch = pitch
        self._is_word = is_word
        self._margins = _right_margins(lines)
        self._addresses: dict[int, str] = {}
        self._bonds = ["", *(self._bond(index - 1, index) for index in range(1, len(lines)))]

    @cached_property
    def _printed(self) -> str:
        """The addresses of the page that stand whole: link targets, and pieces of addresses inside lines."""
        pieces = (piece for line in self.lines for piece in line.text.split(" ")[1:-1])
        return " ".join([*self._links, *(piece for piece in pieces if address_at_end(piece))])

    def text(self, left_out: Collection[int] = ()) -> str:
        """Paragraphs separated by an empty line, lines that the page breaks on purpose by a line feed.

        ``left_out`` are positions of lines that do not belong to the text.
        """
        if not left_out:
            return join(self._bonds[: len(self.lines)], [line.text for line in self.lines]).strip()
        return self.excerpt([index for index in range(len(self.lines)) if index not in left_out])

    def excerpt(self, positions: Sequence[int]) -> str:
        """The text of these lines alone, in their order."""
        bonds = [
            self._bonds[index] if index == before + 1 else self._bond(before, index)
            for before, index in pairwise(positions)
        ]
        return join(["", *bonds][: len(positions)], [self.lines[at].text for at in positions]).strip()

    def change(self, position: int, text: str) -> None:
        """Give a line another text, of which the bonds to its neighbours follow."""
        self.lines[position] = self.lines[position]._replace(text=text)
        for index in (position, position + 1):
            if 0 < index < len(self.lines):
                self._bonds[index] = self._bond(index - 1, index)

    def is_full(self, position: int, following: Line) -> bool:
        """True if the first word of the following line would not have fitted on the line."""
        return not _room(self._margins[position], self.lines[position], following)

    def _bond(self, first: int, second: int) -> str:
        before, line = self.lines[first], self.lines[second]
        if self._address_goes_on(first, second):
            return address_bond(before.text.rpartition(" ")[2], line.text, self._printed, self._is_word)
        if before.text[-1:] == "-" and self._divided(before, line):
            return bond(before.text, line.text, self._is_word)
        if not before.height or not line.height:
            return "\n"
        if line.left > before.right and same_row(before, line):
            return " "
        room = _room(self._margins[first], before, line)
        if self._apart(before, line, room):
            return "\n\n"
        if room:
            return "\n\n" if ends_sentence(before.text) and not line.text[:1].islower() else "\n"
        if starts_item(line.text) or _has_leaders(before.text):
            return "\n"
        return "\n\n" if _indented(before, line) else " "

    def _address_goes_on(self, first: int, second: int) -> bool:
        """True if an address runs over the two lines; remembers it, as it may go on for more lines."""
        before, line = self.lines[first], self.lines[second]
        known = self._addresses.get(first, "")
        address = known if known and " " not in before.text else address_at_end(before.text)
        if not address or not self._adjacent(before, line):
            return False
        letter = (before.right - before.left) / max(1, len(before.text))
        is_full = before.right + 1.5 * letter > self._margins[first]
        if not goes_on(address, line.text, self._is_word, is_full):
            return False
        if " " not in line.text:
            self._addresses[second] = address + line.text
        return True

    def _divided(self, before: Line, line: Line) -> bool:
        """True if a word with a hyphen goes on in the next line: a letter, same size, lines adjacent."""
        return line.text[:1].isalnum() and self._adjacent(before, line)

    def _adjacent(self, before: Line, line: Line) -> bool:
        """True if both have letters of one size, and the second may be the next line of the same text."""
        height = before.height
        if not height or not line.height:
            return True
        similar = abs(height - line.height) < 0.2 * height
        near = before.bottom - line.bottom < 1.7 * self._pitch * height
        return similar and near and not (line.left > before.right and same_row(before, line))

    def _apart(self, before: Line, line: Line, room: bool) -> bool:
        """True for another size of letters, a wide gap, or a new column after a full stop."""
        height = before.height
        if abs(height - line.height) > 0.12 * height and not _runs_on(before, line, room):
            return True
        step = before.bottom - line.bottom
        if step < -0.5 * height:
            return room or ends_sentence(before.text)
        return step > 1.3 * self._pitch * height


def usual_pitch(pages: Sequence[Sequence[Line]], otherwise: float = 1.2) -> float:
    """The usual distance between lines, in heights of a line: the lower third of those that occur."""
    steps = [
        (before.bottom - line.bottom) / before.height
        for page in pages
        for before, line in pairwise(page)
        if before.height and abs(before.height - line.height) < 0.1 * before.height
    ]
    return usual([step for step in steps if 0.6 < step < 3], 0.33, otherwise)


def _right_margins(lines: Sequence[Line]) -> list[float]:
    """For each line the right margin of its column, which ends at the next jump upwards.

    It is where all lines end but the furthest twelfth, which may be heads or reach into the margin.
    """
    margins: list[float] = []
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or lines[index].bottom > lines[index - 1].bottom + 2 * lines[index - 1].height:
            rights = sorted(line.right for line in lines[start:index])
            margin = rights[len(rights) - 1 - len(rights) // 12]
            margins += [margin] * (index - start)
            start = index
    return margins


def _room(margin: float, before: Line, line: Line) -> bool:
    """True if the first word of the line would have fitted on the line before: the break is meant."""
    space = margin - before.right - 0.5 * before.height
    if space < 0:
        return False
    letter = (before.right - before.left) / max(1, len(before.text))
    return (len(line.text.split(" ", 1)[0]) + 1) * letter < space


def ends_sentence(text: str) -> bool:
    """True for a full stop that is no part of a number or of an abbreviation."""
    return bool(_SENTENCE_END.search(text[-3:])) and not _ORDINAL.search(text[-6:])


def _runs_on(before: Line, line: Line, room: bool) -> bool:
    return not room and line.text[:1].islower() and not ends_sentence(before.text)


def _has_leaders(text: str) -> bool:
    return ("..." in text or "…" in text or ". . ." in text) and bool(_LEADERS.search(text[-250:]))


def _indented(before: Line, line: Line) -> bool:
    return 0.7 * line.height < line.left - before.left < 4 * line.height and ends_sentence(before.text)


def starts_item(text: str) -> bool:
    """True for a bullet or a letter or number in brackets: "• ", "a) ", "(1) "."""
    likely = text[:1] in _SIGNS or text[:1] == "[" or ")" in text[1:4]
    return likely and _ITEM.match(text) is not None
