"""What stands on a page besides its drawn text, and what of that text cannot be seen; runs in the worker."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, repeat
from typing import Any, NamedTuple

from pypdfium2 import raw

from pipelines.files.pieces import DESCENT, HEIGHT, Piece, box, glyph_box, unchecked

GONE = "\x00"
"""Takes the place of a character that is left out, so that places in the text stay what they are."""

_get_object = unchecked(raw.FPDFPage_GetObject)
_count_segments = unchecked(raw.FPDFPath_CountSegments)
_get_type = unchecked(raw.FPDFPageObj_GetType)

MAX_OBJECTS = 20_000
MAX_ANNOTATIONS = 2000
LEAST_COVERED = 3
"""So many letters under a box are words that were meant to be gone."""
LEAST_CORNERS, MOST_CORNERS = 4, 6
_TYPED = (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT)
_SWITCHES = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON, raw.FPDF_FORMFIELD_PUSHBUTTON)
_SIGN = r"(?:[^\W\d_]|ff[il]?|f[ilt]|tt|ti)"
_SPACED = re.compile(
    rf"(?<!\S)(?:\d{{1,2}} \. )?{_SIGN}(?: {_SIGN}){{3,}}(?: [-\xad\x02\ufffe](?=[ \r\n]))?(?=[.,;:!?]?(?:\s|$))"
)
"""Single letters and ligatures, perhaps behind the number of a heading and before a hyphen at the line's end."""
_SIGNS = re.compile(r"\S+")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LIKELY = re.compile(r" \w \w \w\b")
_DOTS = re.compile("\xa8")
_UNDER_DOTS = dict(zip("aouAOU", "äöüÄÖÜ", strict=True))
_AROUND_DOTS = re.compile(f"(?<=[^ {GONE}\r\n])(?= *{GONE})[ {GONE}]+(?=[^ {GONE}\r\n])")
_WITHIN_LINE = re.compile("(?<=\\w)\xad(?=\\w)")
NEAR = 120
"""So many characters around dots is the letter under them."""

WIDER = 1.5
"""So many times the usual gap between two letters of a letter-spaced line is a gap between words."""


class Note(NamedTuple):
    """A value typed into a form, or a text typed onto the page, and where it stands."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


def typed_notes(page: Any, form: Any) -> Iterator[Note]:
    """The values of form fields and the free texts of a page; ``form`` is pdfium's form environment or None."""
    count = raw.FPDFPage_GetAnnotCount(page)
    for index in range(min(count, MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        hidden = raw.FPDFAnnot_GetFlags(annotation) & raw.FPDF_ANNOT_FLAG_HIDDEN
        text = _text_of(annotation, kind, form) if kind in _TYPED and not hidden else ""
        if text:
            sides = raw.FS_RECTF()
            raw.FPDFAnnot_GetRect(annotation, sides)
            yield Note(text, sides.left, sides.bottom, sides.right, sides.top)
        raw.FPDFPage_CloseAnnot(annotation)


def _text_of(annotation: Any, kind: int, form: Any) -> str:
    if kind == raw.FPDF_ANNOT_FREETEXT:
        return stated(lambda *to: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", *to))
    if form is None or raw.FPDFAnnot_GetFormFieldType(form, annotation) in _SWITCHES:
        return ""
    return stated(lambda *to: raw.FPDFAnnot_GetFormFieldValue(form, annotation, *to))


def stated(read: Any) -> str:
    """A string that pdfium writes into a buffer (UTF-16), asked for its size first."""
    size = read(None, 0)
    if not 2 < size < 100_000:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace").replace("\r", "\n").strip()


def with_notes(text: str, pieces: list[Piece], notes: Sequence[Note]) -> tuple[str, list[Piece]]:
    """The text with the notes behind it, and the pieces with theirs where they stand on the page."""
    usual = sorted(piece[5] for piece in pieces)[len(pieces) // 2] if pieces else 11.0 * HEIGHT
    for note in notes:
        for row, line in enumerate(filter(None, map(str.strip, note.text.split("\n")))):
            height = min(usual, max(1.0, note.top - note.bottom))
            bottom = max(note.bottom, note.top - (1.1 * row + 1) * height)
            start = len(text) + 1
            text += "\n" + line
            new = (start, len(text), note.left, note.right, bottom, height)
            pieces.insert(_place_among(pieces, new), new)
    return text, pieces


def _place_among(pieces: list[Piece], new: Piece) -> int:
    """Behind what stands to the left in the same row, or before the first piece below."""
    middle = new[4] + new[5] / 2
    beside = [at for at, one in enumerate(pieces) if one[4] < middle < one[4] + one[5] and one[2] <= new[2] + 1]
    if beside:
        return beside[-1] + 1
    return next((at for at, one in enumerate(pieces) if one[4] + one[5] / 2 < middle), len(pieces))


def unseen(page: Any, textpage: Any, pieces: Sequence[Piece]) -> set[Piece]:
    """The pieces that stand outside the page or under a box that was drawn over them."""
    return _outside(page.get_bbox(), pieces) | _covered(page.raw, textpage, pieces) if pieces else set()


def _outside(sides: tuple[float, float, float, float], pieces: Sequence[Piece]) -> set[Piece]:
    left, bottom, right, top = sides
    _, _, lefts, rights, bottoms, _ = zip(*pieces, strict=True)
    if min(rights) > left and max(lefts) < right and min(bottoms) > bottom and max(bottoms) < top:
        return set()
    return {
        piece
        for piece in pieces
        if piece[3] <= left or piece[2] >= right or piece[4] + piece[5] <= bottom or piece[4] >= top
    }


def _covered(page: Any, textpage: Any, pieces: Sequence[Piece]) -> set[Piece]:
    count = min(raw.FPDFPage_CountObjects(page), MAX_OBJECTS)
    kinds = list(map(_get_type, map(_get_object, repeat(page), range(count))))
    if raw.FPDF_PAGEOBJ_PATH not in kinds:
        return set()
    first_text = kinds.index(raw.FPDF_PAGEOBJ_TEXT) if raw.FPDF_PAGEOBJ_TEXT in kinds else count
    boxes = [
        (at, sides)
        for at in range(first_text, count)
        if kinds[at] == raw.FPDF_PAGEOBJ_PATH
        and LEAST_CORNERS <= _count_segments(_get_object(page, at)) <= MOST_CORNERS
        and (sides := _box_of(raw.FPDFPage_GetObject(page, at)))
    ]
    parts = ((at, _part_in(textpage, piece, sides)) for at, sides in boxes for piece in pieces)
    under = [(at, piece) for at, piece in parts if piece is not None]
    if not under:
        return set()
    order = {
        ctypes.cast(raw.FPDFPage_GetObject(page, at), ctypes.c_void_p).value: at
        for at in range(count)
        if kinds[at] == raw.FPDF_PAGEOBJ_TEXT
    }
    found = {piece for at, piece in under if 0 <= _drawn_at(textpage, piece, order) < at}
    return set() if found.issuperset(pieces) else found


def _box_of(item: Any) -> tuple[float, float, float, float] | None:
    """The sides of an opaque filled rectangle, or None for anything else."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPath_GetDrawMode(item, mode, stroke):
        return None
    if not mode.value or raw.FPDFPageObj_HasTransparency(item):
        return None
    if not raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha) or alpha.value < 255:
        return None
    sides = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *sides)
    left, bottom, right, top = (side.value for side in sides)
    return (left, bottom, right, top)


def _part_in(textpage: Any, piece: Piece, sides: tuple[float, float, float, float]) -> Piece | None:
    """The letters of the piece that lie between the sides, as high as a small one: all, some in a row, or None."""
    size = piece[5] / HEIGHT
    base = piece[4] + DESCENT * size
    left, bottom, right, top = sides
    if right < piece[2] or piece[3] < left or bottom > base + 1 or base + 0.45 * size > top + 1:
        return None
    if left <= piece[2] + 1 and piece[3] - 1 <= right:
        return piece
    boxes = {at: box(textpage, at) for at in range(piece[0], piece[1])}
    inside = [at for at, (low, _, high, _) in boxes.items() if high > low and left <= low + 1 and high - 1 <= right]
    if len(inside) < LEAST_COVERED:
        return None
    first, last = inside[0], inside[-1]
    return (first, last + 1, boxes[first][0], boxes[last][2], piece[4], piece[5])


def _drawn_at(textpage: Any, piece: Piece, order: dict[int | None, int]) -> int:
    item = raw.FPDFText_GetTextObject(textpage, piece[0])
    return order.get(ctypes.cast(item, ctypes.c_void_p).value, -1)


def without(text: str, pieces: set[Piece]) -> str:
    """The text with the characters of these pieces gone."""
    for start, end, *_ in pieces:
        text = text[:start] + GONE * (end - start) + text[end:]
    return text


def dotted(textpage: Any, text: str) -> str:
    """The text with the dots that TeX sets as a sign of their own on the letters under them.

    pdfium gives them before the letter or behind one of the letters after it, with blanks around.
    """
    signs = list(text)
    for found in _DOTS.finditer(text):
        left, _, right, top = glyph_box(textpage, found.start())
        near = range(max(0, found.start() - NEAR), min(len(text), found.start() + NEAR))
        for at in near:
            if signs[at] in _UNDER_DOTS:
                first, bottom, last, upper = glyph_box(textpage, at)
                if first - 1 < (left + right) / 2 < last + 1 and bottom < top < 2 * upper - bottom:
                    signs[at] = _UNDER_DOTS[signs[at]]
                    signs[found.start()] = GONE
                    break
    text = "".join(signs)
    for run in _AROUND_DOTS.finditer(text):
        _, _, right, _ = box(textpage, run.start() - 1)
        left, bottom, _, top = box(textpage, run.end())
        rest = " " if left - right > 0.12 * (top - bottom) and " " in run[0] else ""
        text = text[: run.start()] + rest + GONE * (len(run[0]) - len(rest)) + text[run.end() :]
    return text


def drawn_hyphens(textpage: Any, text: str) -> str:
    """The text with soft hyphens that are printed within a line as the hyphens they are."""
    for found in _WITHIN_LINE.finditer(text):
        left, _, right, _ = glyph_box(textpage, found.start())
        if right - left > 0.5:
            text = text[: found.start()] + "-" + text[found.end() :]
    return text


def closed_up(textpage: Any, text: str) -> str:
    """The text with the blanks inside letter-spaced words gone: "A n l a s s  u n d" is "Anlass und".

    The gap between two words is wider than that between their letters.
    """
    for run in list(_SPACED.finditer(text)) if _LIKELY.search(text) else ():
        signs = [(found.start() + run.start(), found[0]) for found in _SIGNS.finditer(run[0])]
        letters = [sign for _, sign in signs]
        if "".join(letters) in _ALPHABET:
            continue
        gaps = [
            box(textpage, later)[0] - box(textpage, at + len(sign) - 1)[2] for (at, sign), (later, _) in pairwise(signs)
        ]
        wide = WIDER * sorted(gaps)[len(gaps) // 2]
        blanks = (GONE if gap <= wide else " " for gap in gaps)
        closed = "".join(chain.from_iterable(zip(letters, (*blanks, ""), strict=True)))
        text = text[: run.start()] + closed + text[run.end() :]
    return text
