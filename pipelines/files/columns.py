"""The reading order of two-column pages whose lines were drawn across both columns; runs in the worker."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from pipelines.files.pieces import Piece, cut, near, rectangles, split

ROWS = 8
"""So many rows must have text on both sides of the gap before a page counts as two columns."""

SAMPLE = 5
"""So many lines are looked at first, to save the time on ordinary pages."""


def column_order(textpage: Any, text: str, pieces: list[Piece], width: float) -> list[Piece]:
    """The pieces in reading order: unchanged, unless the page has two columns that were drawn row by row.

    A page has two columns where a gap in its middle is white in most lines and both sides are filled with
    text. If the lines run across it or change sides nearly every time, they are cut at the gap, and between
    two full-width lines the left pieces come before the right ones. Tables are left alone: their cells
    hold several lines or little text.
    """
    long = [piece for piece in pieces if piece[3] - piece[2] > 0.2 * width]
    if len(long) < ROWS:
        return pieces
    some = long[:: len(long) // SAMPLE][:SAMPLE]
    gap = _gap(rectangles(textpage, some), width, [0, 1, 2])
    if gap is None or len(_across(pieces, gap)) + _changes(pieces, gap) < ROWS:
        return pieces
    gap = _gap(rectangles(textpage, long), width, [share * len(long) for share in (0, 0.05, 0.1, 0.15)])
    if gap is None:
        return pieces
    across = set(_across(pieces, gap))
    parts = [
        part for piece in pieces for part in (cut(textpage, text, piece, gap) if piece in across else [piece])
    ]
    return _left_first(parts, gap) if _drawn_by_row(parts, gap) else pieces


def _changes(pieces: list[Piece], gap: float) -> int:
    """How often the pieces change from one side of the gap to the other."""
    sides = [piece[2] >= gap for piece in pieces if not piece[2] < gap < piece[3]]
    return sum(one != other for one, other in pairwise(sides))


def _drawn_by_row(pieces: list[Piece], gap: float) -> bool:
    left = [piece for piece in pieces if piece[3] <= gap]
    right = [piece for piece in pieces if piece[2] >= gap]
    often = max(ROWS, 1.2 * min(len(left), len(right)))
    return _changes(pieces, gap) >= often and _filled(left) and _filled(right)


def _filled(pieces: list[Piece]) -> bool:
    """True if half of the pieces are nearly as wide as their column."""
    wide = max(piece[3] for piece in pieces) - min(piece[2] for piece in pieces)
    return 2 * sum(piece[3] - piece[2] > 0.7 * wide for piece in pieces) >= len(pieces)


def _across(pieces: list[Piece], gap: float) -> list[Piece]:
    """The pieces with text on both sides of the gap, or out of order."""
    low, high = gap - 3, gap + 3
    return [piece for piece in pieces if piece[2] < low < high < piece[3] or piece[3] < piece[2]]


def _gap(spans: Iterable[tuple[float, float]], width: float, allowed: list[float]) -> float | None:
    """The middle of the widest stretch in the page's middle that hardly any of the spans cross.

    ``allowed`` are the numbers of spans that may cross it, tried in order. It must be 6 points wide.
    """
    low, high = 0.3 * width, 0.7 * width
    events = [(low, 0), (high, 0)]
    for left, right in spans:
        if left < high and right > low:
            events += [(max(low, left), 1), (min(high, right), -1)]
    events.sort()
    stretches = (_white_stretch(events, low, most) for most in allowed)
    return next((start + wide / 2 for wide, start in stretches if wide >= 6), None)


def _white_stretch(events: list[tuple[float, int]], low: float, most: float) -> tuple[float, float]:
    """Width and beginning of the widest stretch that at most ``most`` spans cover."""
    best, start, crossed = (0.0, low), low, 0
    for x, change in events:
        if crossed <= most:
            best = max(best, (x - start, start))
        if change < 0 and crossed > most >= crossed + change:
            start = x
        crossed += change
    return best


def cells_apart(textpage: Any, text: str, pieces: list[Piece]) -> list[Piece]:
    """The pieces, with the rest of a divided word taken out of lines that another cell of a table begins.

    Looked at are lines that begin far to the left of a line with a hyphen at its end and reach beyond
    that line's beginning.
    """
    ordered: list[Piece] = pieces[:1]
    for piece in pieces[1:]:
        above = ordered[-1]
        if piece[2] < above[2] - 2 * piece[5] < piece[3] and piece[4] < above[4] and _divided(text, above):
            ordered += _continued_first(split(textpage, text, piece, near), above[2])
        else:
            ordered.append(piece)
    return ordered


def _divided(text: str, piece: Piece) -> bool:
    return text[piece[1] - 1 : piece[1] + 1].rstrip(" \r").endswith(("-", "\x02", "\ufffe"))


def _continued_first(parts: list[Piece], left: float) -> list[Piece]:
    same = [part for part in parts if abs(part[2] - left) < 2]
    return [*same, *(part for part in parts if part not in same)]


def _left_first(pieces: list[Piece], gap: float) -> list[Piece]:
    ordered: list[Piece] = []
    left: list[Piece] = []
    right: list[Piece] = []
    for piece in pieces:
        if piece[2] < gap < piece[3]:
            ordered += [*left, *right, piece]
            left, right = [], []
        else:
            (left if piece[3] <= gap else right).append(piece)
    return [*ordered, *left, *right]
