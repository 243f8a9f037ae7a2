"""Text that does not run from left to right on its page as stored: which way it runs, and its places set upright."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from pypdfium2 import raw

from pipelines.files.pieces import Piece, box

SAMPLE = 15
LONG = 10


def looks_turned(pieces: list[Piece]) -> bool:
    """True if a good part of the longer lines is not as wide as its letters must be.

    They may be turned, or hold several rows at once (see ``columns``); ``quarter_turns`` tells.
    """
    long = narrow = 0
    for start, end, left, right, _, height, _ in pieces:
        if end - start >= LONG:
            long += 1
            narrow += right - left < 0.1 * height * (end - start)
    return narrow > 0.3 * long


def quarter_turns(textpage: Any, text: str) -> int:
    """How many times the page must be turned clockwise by 90 degrees for most of its text to stand upright."""
    letters = [index for index, letter in enumerate(text) if letter.isalnum()]
    some = letters[:: max(1, len(letters) // SAMPLE)]
    angles = (raw.FPDFText_GetCharAngle(textpage, index) for index in some)
    turns = Counter(round(-angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0)
    return turns.most_common(1)[0][0] if turns else 0


def upright_place(textpage: Any, start: int, end: int, turns: int, width: float, height: float) -> Piece:
    """The piece from character ``start`` up to ``end`` as ``pieces.place`` gives it, on the page as turned.

    ``width`` and ``height`` are those of the page as stored.
    """
    first, last = (_turned(box(textpage, index), turns, width, height) for index in (start, end - 1))
    tall, other = first[3] - first[1], last[3] - last[1]
    if other <= tall:
        return start, end, first[0], last[2], first[1], tall, 0
    return start, end, first[0], last[2], last[1], other, int(tall < 0.9 * other)


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
