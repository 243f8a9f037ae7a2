"""Pieces of printed lines and where pdfium says they stand, turned upright; runs in the worker."""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import hypot, pi
from struct import Struct
from typing import Any

from pypdfium2 import raw

Piece = tuple[int, int, float, float, float, float]
"""A piece of a line: first and last (exclusive) character, left, right, bottom, height."""


def unchecked(function: Any) -> Any:
    """A pdfium function without its list of argument types, whose check takes longer than the call."""
    return ctypes.PYFUNCTYPE(function.restype)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_char_box = unchecked(raw.FPDFText_GetLooseCharBox)
_glyph_box = unchecked(raw.FPDFText_GetCharBox)
_font_size = unchecked(raw.FPDFText_GetFontSize)
_matrix = unchecked(raw.FPDFText_GetMatrix)
_origin = unchecked(raw.FPDFText_GetCharOrigin)
_count_rects = unchecked(raw.FPDFText_CountRects)
_rect = unchecked(raw.FPDFText_GetRect)

_BOXES = (raw.FS_RECTF * 2)()
_FIRST, _LAST = ctypes.byref(_BOXES[0]), ctypes.byref(_BOXES[1])
_edges = Struct("8f").unpack_from  # left, top, right, bottom of the first and of the last character

_RECT = (ctypes.c_double * 4)()
_SIDES = [ctypes.byref(_RECT, 8 * side) for side in range(4)]
_MATRIX = raw.FS_MATRIX()
_FORM = ctypes.byref(_MATRIX)

DESCENT = 0.21
HEIGHT = 1.12
"""So far below its baseline a line begins and so high it is, in sizes of its letters."""

TINY = 3.0
"""A font of this size or less is magnified by its matrix, which then tells letters of two sizes apart."""

_DIGITS = re.compile("[0-9]+")
_ALONE = re.compile("(?<=[^0-9] )[0-9](?![0-9])")

_WORD = re.compile("[^ \u00a0]+")

FAR = 1e6
"""Places further out, in points, are no places: a damaged file may state any number."""

FEW_LETTERS = 20
NARROWEST = 0.27
"""Mean width of letters in heights of a line; ordinary fonts have 0.36 to 0.45."""


RAISED = 0.15
LOWERED = 0.08
SMALL = 0.56
"""In sizes of the letters beside them: how far above or below the line digits stand, and how high they are."""

MOST_RUNS = 300
LONG_WORD = 8
AROUND = 16
"""So many characters before and after the likely place of a gap are looked at for it first."""


def place(textpage: Any, start: int, end: int) -> Piece:
    """The piece of text from character ``start`` up to ``end``, which has letters of its first and last size.

    Its height is the size of the larger letters: the boxes of some fonts are only as high as each letter.
    """
    _char_box(textpage, start, _FIRST)
    _char_box(textpage, end - 1, _LAST)
    left, *_, right, _ = _edges(_BOXES)
    size, last = _font_size(textpage, start), _font_size(textpage, end - 1)
    if last > size or size <= TINY:
        at = end - 1 if _scaled(textpage, end - 1, last) > _scaled(textpage, start, size) else start
        size = _scaled(textpage, at, last if at > start else size)
    else:
        at, size = start, _scaled(textpage, start, size)
    _origin(textpage, at, _SIDES[0], _SIDES[1])
    return start, end, left, right, _RECT[1] - DESCENT * size, HEIGHT * size


def _scaled(textpage: Any, index: int, size: float) -> float:
    """The height of a character's font on the page."""
    _matrix(textpage, index, _FORM)
    return size * (hypot(_MATRIX.c, _MATRIX.d) if _MATRIX.c else abs(_MATRIX.d))


def is_crowded(piece: Piece) -> bool:
    """True if the letters of a piece must be narrower than any font has them: turned text, or several rows."""
    start, end, left, right, _, height = piece
    return end - start >= FEW_LETTERS and right - left < NARROWEST * height * (end - start)


def rows_apart(textpage: Any, text: str, pieces: list[Piece]) -> list[Piece]:
    """The pieces, those that hold several rows (pdfium joins rows that stand close) parted."""
    if not any(map(is_crowded, pieces)):
        return pieces
    return [
        part
        for piece in pieces
        for part in (split(textpage, text, piece, lambda *_: True) if is_crowded(piece) else [piece])
    ]


def box(textpage: Any, index: int) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of one character on the page as stored."""
    _char_box(textpage, index, _FIRST)
    left, top, right, bottom, *_ = _edges(_BOXES)
    return left, bottom, right, top


def glyph_box(textpage: Any, index: int) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of what is drawn of one character."""
    _glyph_box(textpage, index, *_SIDES)
    left, right, bottom, top = _RECT
    return left, bottom, right, top


def runs(textpage: Any, piece: Piece) -> list[tuple[float, float]]:
    """Left and right of what is printed in the piece: one rectangle for each run of letters, in their order."""
    found = []
    for index in range(min(_count_rects(textpage, piece[0], piece[1] - piece[0]), MOST_RUNS)):
        _rect(textpage, index, *_SIDES)
        found.append((_RECT[0], _RECT[2]))
    return found


def cut(textpage: Any, text: str, piece: Piece, gaps: list[float], by_word: bool) -> list[Piece]:
    """The piece cut at the gaps and wherever the next character stands to the left or on another line.

    ``by_word`` says that every word has to be looked at, as the piece is known to hold several rows.
    """
    if by_word:
        return split(textpage, text, piece, lambda part, here: not any(_is_cut(part, here, gap) for gap in gaps), gaps)
    for gap in gaps:
        halves = _halves(textpage, text, piece, gap)
        if halves:
            return [halves[0], *cut(textpage, text, halves[1], [x for x in gaps if x > gap], False)]
        if piece[2] < gap - 3 and gap + 3 < piece[3]:
            return cut(textpage, text, piece, gaps, True)
    return [piece] if piece[2] <= piece[3] else cut(textpage, text, piece, gaps, True)


def _halves(textpage: Any, text: str, piece: Piece, gap: float) -> list[Piece]:
    """What stands to the left and to the right of the gap, if the cut is found where it is likely."""
    start, end, first, last, *_ = piece
    if not -FAR < first < gap < last < FAR:
        return []
    guess = start + int((end - start) * (gap - first) / (last - first))
    some = _WORD.finditer(text, max(start, guess - AROUND), min(end, guess + AROUND))
    words = [word.span() for word in some]
    at = bisect_left(words, gap - 1, key=lambda word: _left(textpage, word[0]))
    if not 0 < at < len(words):
        return []
    left, right = place(textpage, start, words[at - 1][1]), place(textpage, words[at][0], end)
    return [left, right] if _is_cut(left, right, gap) and _same_line(left, right) else []


def split(
    textpage: Any, text: str, piece: Piece, goes_on: Callable[[Piece, Piece], bool], gaps: Sequence[float] = ()
) -> list[Piece]:
    """The piece parted between words that stand on different lines or where it does not go on.

    A word that reaches across one of the ``gaps`` is parted too: there was no blank between two columns.
    """
    parts: list[Piece] = []
    for start, end in _words(textpage, text, piece, gaps):
        here = place(textpage, start, end)
        if parts and _same_line(parts[-1], here) and goes_on(parts[-1], here):
            parts[-1] = _longer(parts[-1], here)
        else:
            parts.append(here)
    return parts or [piece]


def _words(textpage: Any, text: str, piece: Piece, gaps: Sequence[float]) -> Iterator[tuple[int, int]]:
    for word in _WORD.finditer(text, piece[0], piece[1]):
        start, end = word.span()
        here = place(textpage, start, end) if gaps and end - start > LONG_WORD else piece
        for gap in gaps if here is not piece else ():
            if here[2] < gap < here[3] or here[3] < here[2]:
                at = next((index for index in range(start + 1, end) if _is_break(textpage, index, gap)), end)
                if at < end:
                    yield start, at
                    start = at
        yield start, end


def _is_break(textpage: Any, index: int, gap: float) -> bool:
    """True if a character stands on the other side of the gap than the one before it."""
    return (_left(textpage, index) > gap) != (_left(textpage, index - 1) > gap)


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
    start, _, left, right, bottom, height = part
    if here[5] > height:
        bottom, height = here[4], here[5]
    return start, here[1], left, max(here[3], right), bottom, height


def shifted_digits(textpage: Any, text: str, pieces: Sequence[Piece]) -> list[int]:
    """Three numbers for each run of digits off its line: first character, end, and 1 (raised) or -1 (lowered).

    What counts is where the glyph stands: some fonts have raised digits of their own.
    """
    found: list[int] = []
    ordered = sorted(pieces)
    starts = [piece[0] for piece in ordered]
    begun = set(starts)
    for run in _DIGITS.finditer(text):
        first, last = run.span()
        if first not in begun and last - first == 1 and _ALONE.match(text, first):
            continue
        at = bisect_right(starts, first) - 1
        if at < 0 or first >= ordered[at][1]:
            continue
        last = min(last, ordered[at][1])
        size = ordered[at][5] / HEIGHT
        base = ordered[at][4] + DESCENT * size
        sign = _shift(textpage, last - 1, base, size)
        if sign:
            while first < last - 1 and _shift(textpage, first, base, size) != sign:
                first += 1
            found += first, last, sign
    return found


def _shift(textpage: Any, index: int, base: float, size: float) -> int:
    _glyph_box(textpage, index, *_SIDES)
    _, _, bottom, top = _RECT
    if bottom - base > RAISED * size:
        return int(top > bottom)
    low = base - bottom > LOWERED * size and 0 < top - bottom < SMALL * size and top - base < 0.4 * size
    return -low


SAMPLE = 15
LONG = 10


def looks_turned(pieces: list[Piece]) -> bool:
    """True if a good part of the longer lines is not as wide as its letters must be.

    They may be turned, or hold several rows at once (see ``columns``); ``quarter_turns`` tells.
    """
    long = narrow = 0
    for start, end, left, right, _, height in pieces:
        if end - start >= LONG:
            long += 1
            narrow += right - left < 0.1 * height * (end - start)
    return narrow > 0.3 * long


def quarter_turns(textpage: Any, text: str) -> int:
    """How many times the page must be turned clockwise by 90 degrees for most of its text to stand upright."""
    letters = [index for index, letter in enumerate(text) if letter.isalnum()]
    some = letters[:: max(1, len(letters) // SAMPLE)]
    angles = (raw.FPDFText_GetCharAngle(textpage, index) for index in some)
    turns = Counter(round(-angle / (pi / 2)) % 4 for angle in angles if angle >= 0)
    return turns.most_common(1)[0][0] if turns else 0


def upright_place(textpage: Any, start: int, end: int, turns: int, width: float, height: float) -> Piece:
    """The piece from character ``start`` up to ``end`` as ``pieces.place`` gives it, on the page as turned.

    ``width`` and ``height`` are those of the page as stored.
    """
    first, last = (_turned(box(textpage, index), turns, width, height) for index in (start, end - 1))
    tall, other = first[3] - first[1], last[3] - last[1]
    if other <= tall:
        return start, end, first[0], last[2], first[1], tall
    return start, end, first[0], last[2], last[1], other


def _turned(
    sides: tuple[float, float, float, float], turns: int, width: float, height: float
) -> tuple[float, float, float, float]:
    left, bottom, right, top = sides
    return (
        (left, bottom, right, top),
        (bottom, width - right, top, width - left),
        (width - right, height - top, width - left, height - bottom),
        (height - top, left, height - bottom, right),
    )[turns]
