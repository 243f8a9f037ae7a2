"""Pieces of printed lines and where pdfium says they stand; runs in the worker."""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from struct import Struct
from typing import Any

from pypdfium2 import raw

Piece = tuple[int, int, float, float, float, float, int]
"""A piece of a line: first and last (exclusive) character, left, right, bottom, height, raised 0/1."""


def _unchecked(function: Any) -> Any:
    """A pdfium function without its list of argument types, whose check takes longer than the call."""
    return type(function)(ctypes.cast(function, ctypes.c_void_p).value)


_char_box = _unchecked(raw.FPDFText_GetLooseCharBox)
_count_rects = _unchecked(raw.FPDFText_CountRects)
_rect = _unchecked(raw.FPDFText_GetRect)

_BOXES = (raw.FS_RECTF * 2)()
_FIRST, _LAST = ctypes.byref(_BOXES[0]), ctypes.byref(_BOXES[1])
_edges = Struct("8f").unpack_from  # left, top, right, bottom of the first and of the last character

_RECT = (ctypes.c_double * 4)()
_SIDES = [ctypes.byref(_RECT, 8 * side) for side in range(4)]

_WORD = re.compile("[^ \u00a0]+")

FAR = 1e6
"""Places further out, in points, are no places: a damaged file may state any number."""

AROUND = 16
"""So many characters before and after the likely place of a gap are looked at for it first."""


def place(textpage: Any, start: int, end: int) -> Piece:
    """The piece of text from character ``start`` up to ``end``, by the boxes of its first and last character."""
    _char_box(textpage, start, _FIRST)
    _char_box(textpage, end - 1, _LAST)
    left, top, _, bottom, _, last_top, right, last = _edges(_BOXES)
    height, other = top - bottom, last_top - last
    if other <= height:
        return start, end, left, right, bottom, height, 0
    return start, end, left, right, last, other, int(height < 0.9 * other)


def rectangles(textpage: Any, pieces: list[Piece]) -> Iterator[tuple[float, float]]:
    """Left and right of what is printed in the pieces: one rectangle for each run of letters."""
    for start, end, *_ in pieces:
        for index in range(min(_count_rects(textpage, start, end - start), 100)):
            _rect(textpage, index, *_SIDES)
            yield _RECT[0], _RECT[2]


def cut(textpage: Any, text: str, piece: Piece, gap: float) -> list[Piece]:
    """The piece cut at the gap and wherever the next character stands to the left or on another line."""
    start, end, first, last, *_ = piece
    if -FAR < first < gap < last < FAR:
        guess = start + int((end - start) * (gap - first) / (last - first))
        some = _WORD.finditer(text, max(start, guess - AROUND), min(end, guess + AROUND))
        words = [word.span() for word in some]
        at = bisect_left(words, gap - 1, key=lambda word: _left(textpage, word[0]))
        if 0 < at < len(words):
            left, right = place(textpage, start, words[at - 1][1]), place(textpage, words[at][0], end)
            if _is_cut(left, right, gap) and _same_line(left, right):
                return [left, right]
    return split(textpage, text, piece, lambda part, here: not _is_cut(part, here, gap))


def split(textpage: Any, text: str, piece: Piece, goes_on: Callable[[Piece, Piece], bool]) -> list[Piece]:
    """The piece parted between words that stand on different lines or where it does not go on."""
    parts: list[Piece] = []
    for word in _WORD.finditer(text, piece[0], piece[1]):
        here = place(textpage, word.start(), word.end())
        if parts and _same_line(parts[-1], here) and goes_on(parts[-1], here):
            parts[-1] = _longer(parts[-1], here)
        else:
            parts.append(here)
    return parts or [piece]


def near(part: Piece, here: Piece) -> bool:
    """True if no more than a wide blank stands between the two."""
    return here[2] - part[3] < 1.2 * max(part[5], here[5])


def _left(textpage: Any, index: int) -> float:
    _char_box(textpage, index, _FIRST)
    return float(_BOXES[0].left)


def _is_cut(part: Piece, here: Piece, gap: float) -> bool:
    """True if the gap lies between the two, and is no mere blank."""
    return part[3] <= gap + 1 and here[2] >= gap - 1 and here[2] - part[3] > 0.5 * part[5]


def _same_line(part: Piece, here: Piece) -> bool:
    tall = max(part[5], here[5], 0.1)
    return here[2] - part[3] > -tall and abs(here[4] - part[4]) < 0.6 * tall


def _longer(part: Piece, here: Piece) -> Piece:
    start, _, left, _, bottom, height, raised = part
    if here[5] > height:
        bottom, height, raised = here[4], here[5], int(raised or height < 0.9 * here[5])
    return start, here[1], left, max(here[3], part[3]), bottom, height, raised
