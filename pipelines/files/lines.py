"""The printed lines of a PDF page with their places, and how pieces of one line find together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """A line: ``left``, ``right``, ``bottom`` and ``height`` in points, the origin at the page's lower left.

    ``raised`` says that it begins with smaller letters than it ends with, as a footnote does.
    ``height`` is 0 where places are unknown (turned text).
    """

    text: str
    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    height: float = 0.0
    raised: bool = False

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.bottom + self.height


def same_row(first: Line, second: Line) -> bool:
    """True if the two overlap in height by more than a third of the smaller one."""
    overlap = min(first.top, second.top) - max(first.bottom, second.bottom)
    return overlap > 0.34 * min(first.height, second.height)


def whole_lines(lines: Iterable[Line]) -> list[Line]:
    """The lines with pieces that continue a line put to it (raised footnote numbers).

    >>> word = Line("aufbewahrt.", 70, 130, 500, 14)
    >>> [line.text for line in whole_lines([word, Line("16 Konkrete", 130.5, 190, 501, 13)])]
    ['aufbewahrt.16 Konkrete']
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
    near = second.left - first.right < 0.6 * first.height
    return near and second.height > 0 and same_row(first, second)


def _put_together(first: Line, second: Line) -> Line:
    tall = first if first.height >= second.height else second
    glue = " " if second.left - first.right > 0.18 * tall.height else ""
    text = first.text + glue + second.text
    raised = first.raised or first.height < 0.9 * second.height
    return Line(text, first.left, second.right, tall.bottom, tall.height, raised)


def usual(values: Sequence[float], share: float = 0.5, otherwise: float = 0.0) -> float:
    """The value below which ``share`` of the values lie, or ``otherwise`` if there are none."""
    if not values:
        return otherwise
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
