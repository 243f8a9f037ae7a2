"""Reads a PDF page by page with pdfium, and draws its pages as pictures; runs only inside the worker."""

from __future__ import annotations

import ctypes
import hashlib
import re
from array import array
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import Any

import pypdfium2
from pypdfium2 import raw

from pipelines.files.characters import from_cork, from_old_tex, letters
from pipelines.files.columns import cells_apart, column_order, without_margin_numbers
from pipelines.files.overlays import closed_up, dotted, drawn_hyphens, stated, typed_notes, unseen, with_notes, without
from pipelines.files.pieces import (
    Piece,
    is_crowded,
    looks_turned,
    place,
    quarter_turns,
    rows_apart,
    shifted_digits,
    unchecked,
    upright_place,
)

FEW_LETTERS = 30
"""A page with fewer letters is looked at as a picture (measured: no page of text has so few)."""

Answer = tuple[dict[str, Any], bytes]

MAX_LINKS = 1000
STATED = ("Title", "Author", "CreationDate", "ModDate")
MAX_ENTRIES, MAX_DEPTH, MAX_ELEMENTS = 2000, 8, 4000
_HEADINGS = {"Title": 1, "H": 1} | {f"H{level}": level for level in range(1, 7)}
"""Standard types of structure (ISO 32000-1, 14.8.4.3.2) and their levels."""
_text_object, _content_id = unchecked(raw.FPDFText_GetTextObject), unchecked(raw.FPDFPageObj_GetMarkedContentID)
_PRINTED = re.compile(r"[^\s\0\x02\ufffe](?:[^\r\n\x02\ufffe]*[^\s\0\x02\ufffe])?")
_CORK = "\x1b\x1c\x1d\x1e\x1f\x9f"
_LETTER = re.compile(r"[^\W\d_]")
_REFUSALS = {raw.FPDF_ERR_PASSWORD: "encrypted", raw.FPDF_ERR_SECURITY: "encrypted", raw.FPDF_ERR_FILE: "no_pages"}


def read_pdf(
    body: bytes, *, first: int, max_pages: int, max_chars: int, until: int = 0, share: int = 0
) -> Iterator[Answer]:
    """A head message (page count, metadata), then one message a page from page ``first`` on.

    Reading ends with page ``until``, if it is given. A file of ``share`` pages or more is read to its middle
    only: the head message says ``until`` which page, and somebody else reads the rest.

    The blob of a page's message holds its lines: six floats for each (``pieces.Piece``).
    A file that does not open gives one message ``{"problem": kind}``, a broken page
    ``{"page": n, "problem": "page_damaged"}``.
    """
    raw.FPDF_LoadDocument(b"", None)  # sets "file not found": pdfium gives no error of its own for zero pages
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        yield {"problem": _REFUSALS.get(getattr(error, "err_code", None), "damaged")}, b""
        return
    count = len(document)
    last = min(count, max_pages, until or count)
    if share and last >= share:
        last = -(-last // 2)
    if document.get_formtype():
        document.init_forms()
    head = {"count": count, "metadata": {name: document.get_metadata_value(name) for name in STATED}, "until": last}
    outline = list(_outline(document))
    yield head | ({"outline": outline} if first == 1 else {}), b""
    is_tagged = not outline and bool(raw.FPDFCatalog_IsTagged(document))
    for number in range(first, last + 1):
        try:
            yield _read_page(document, number, max_chars, is_tagged)
        except pypdfium2.PdfiumError:
            yield {"page": number, "problem": "page_damaged"}, b""
    document.close()


def _read_page(document: Any, number: int, max_chars: int, is_tagged: bool) -> Answer:
    page = document[number - 1]
    textpage = page.get_textpage()
    text, pieces = _printed(textpage, max_chars)
    annotated = raw.FPDFPage_GetAnnotCount(page) > 0
    links, picture = list(_links(document, page)) if annotated else [], None
    if letters(text) < FEW_LETTERS and has_picture(page):
        picture = picture_digest(page)
    text, pieces, hidden = _seen(page, textpage.raw, text, pieces)
    is_turned = page.get_rotation() or (any(map(is_crowded, pieces)) and looks_turned(pieces))
    if is_turned:
        textpage, text, pieces = _set_upright(page, textpage, text, pieces, max_chars)
    elif pieces:
        pieces = _in_order(textpage.raw, text, pieces, page.get_width())
    shifted = [] if is_turned else shifted_digits(textpage.raw, text, pieces)
    headings = list(_tagged(page, textpage.raw, text, shifted)) if is_tagged and not is_turned else []
    notes = list(typed_notes(page, document.formenv)) if annotated else []
    if notes:
        text, pieces = with_notes(text, pieces, notes)
    message: dict[str, Any] = {
        "page": number,
        "text": text,
        "shifted": shifted,
        "hidden": hidden,
        "size": page.get_size(),
        "links": links,
        "headings": headings,
        "cut": textpage.count_chars() > max_chars,
    }
    if picture:
        message["picture"] = picture
    textpage.close()
    page.close()
    return message, array("f", chain.from_iterable(pieces)).tobytes()


def _seen(page: Any, textpage: Any, text: str, pieces: list[Piece]) -> tuple[str, list[Piece], int]:
    """What can be seen of the text and its pieces, letter-spaced words closed up, and how many letters cannot."""
    gone = {piece for piece in unseen(page, textpage, pieces) if _LETTER.search(text, piece[0], piece[1])}
    if gone:
        text, pieces = without(text, gone), [piece for piece in pieces if piece not in gone]
    text, pieces = without_margin_numbers(textpage, text, pieces)
    return closed_up(textpage, text), pieces, sum(end - start for start, end, *_ in gone)


def _tagged(page: Any, textpage: Any, text: str, shifted: list[int]) -> Iterator[tuple[int, str]]:
    """Level and text of the headings that the tags of a page name, as far as it can be seen, without raised marks."""
    tree = raw.FPDF_StructTree_GetForPage(page)
    found = list(_headings(tree)) if tree else []
    if tree:
        raw.FPDF_StructTree_Close(tree)
    places = {number: at for at, (_, numbers) in enumerate(found) for number in numbers}
    texts, ended, before = [""] * len(found), 0, None
    runs = zip(*[iter(shifted)] * 3, strict=True)
    marks = {index for first, last, sign in runs if sign > 0 for index in range(first, last)}
    for start, end, at in _marked(textpage, text, places) if found else ():
        if at is not None:
            begin, gap = (ended, "") if at == before else (start, "\n")
            texts[at] += gap + "".join(text[index] for index in range(begin, end) if index not in marks)
        ended, before = end, at
    yield from ((level, heading) for (level, _), heading in zip(found, texts, strict=True) if heading.strip(" \0\r\n"))


def _marked(textpage: Any, text: str, places: dict[int, int]) -> Iterator[tuple[int, int, int | None]]:
    """Stretches of a text and which of ``places`` (by number of marked content) they belong to: each line, or, where
    its ends do not belong to the same, each character."""

    def place_of(index: int) -> int | None:
        item = _text_object(textpage, index)
        return places.get(_content_id(item)) if item else None

    for line in _PRINTED.finditer(text):
        start, end = line.span()
        if (at := place_of(start)) == place_of(end - 1):
            yield start, end, at
            continue
        for index in range(start, end):
            at = at if text[index].isspace() else place_of(index)
            yield index, index + 1, at


def _headings(tree: Any) -> Iterator[tuple[int, list[int]]]:
    """The level of each heading in the tags of a page, and the numbers of its marked content."""
    roots = (raw.FPDF_StructTree_GetChildAtIndex(tree, at) for at in range(raw.FPDF_StructTree_CountChildren(tree)))
    for element in _elements(roots):
        kind = stated(partial(raw.FPDF_StructElement_GetType, element))
        if kind in _HEADINGS:
            inner = [element, *_elements(_children(element))]
            counted = ((one, raw.FPDF_StructElement_GetMarkedContentIdCount(one)) for one in inner)
            ids = [
                raw.FPDF_StructElement_GetMarkedContentIdAtIndex(one, at)
                for one, count in counted
                for at in range(count)
            ]
            yield _HEADINGS[kind], ids


def _elements(roots: Iterable[Any]) -> Iterator[Any]:
    """Elements with all below them, in reading order, so many at most and so deep."""
    stack = [iter(roots)]
    for _ in range(MAX_ELEMENTS):
        while stack and (element := next(stack[-1], None)) is None:
            stack.pop()
        if not stack:
            return
        yield element
        if len(stack) < MAX_DEPTH * 4:
            stack.append(iter(_children(element)))


def _children(element: Any) -> Iterator[Any]:
    some = range(min(raw.FPDF_StructElement_CountChildren(element), MAX_ELEMENTS))
    return (child for at in some if (child := raw.FPDF_StructElement_GetChildAtIndex(element, at)))


def _outline(document: Any) -> Iterator[tuple[int, int, str]]:
    """The entries of the outline that lead to a page of the file: page, level (from 1) and title."""
    try:
        for entry in islice(document.get_toc(max_depth=MAX_DEPTH), MAX_ENTRIES):
            place = entry.get_dest()
            page = place.get_index() if place else None
            if page is not None and page >= 0:
                yield page + 1, entry.level + 1, entry.get_title()
    except pypdfium2.PdfiumError:
        return


def _printed(textpage: Any, max_chars: int) -> tuple[str, list[Piece]]:
    """The text of a page as pdfium orders it, and the pieces of its lines."""
    count = min(textpage.count_chars(), max_chars)
    text = textpage.get_text_range(0, count) if count > 0 else ""
    if len(text) != count:
        text = _by_character(textpage, count)
    if "\x7f" in text:
        text = from_old_tex(text)
    if any(map(text.__contains__, _CORK)):
        text = from_cork(text)
    pointer = textpage.raw
    if "\xa8" in text:
        text = dotted(pointer, text)
    if "\xad" in text:
        text = drawn_hyphens(pointer, text)
    return text, [_placed(pointer, text, *found.span()) for found in _PRINTED.finditer(text)]


def _placed(pointer: Any, text: str, start: int, end: int) -> Piece:
    """The piece; where it begins and ends with digits, which may both be off the line, a letter tells its size."""
    piece = place(pointer, start, end)
    if text[start].isdigit() and text[end - 1].isdigit():
        letter = _LETTER.search(text, start, end)
        inner = place(pointer, letter.start(), letter.end()) if letter else piece
        if inner[5] > piece[5]:
            return (*piece[:4], *inner[4:])
    return piece


def _set_upright(
    page: Any, textpage: Any, text: str, pieces: list[Piece], max_chars: int
) -> tuple[Any, str, list[Piece]]:
    """The page turned so that its text stands upright and pdfium finds its order; then its text and pieces."""
    turns = quarter_turns(textpage, text)
    if turns * 90 != page.get_rotation():
        page.set_rotation(turns * 90)
        textpage.close()
        textpage = page.get_textpage()
        text, pieces = _printed(textpage, max_chars)
    pointer = textpage.raw
    if turns == 0:
        return textpage, text, _in_order(pointer, text, pieces, page.get_width())
    size = page.get_size() if turns == 2 else page.get_size()[::-1]
    return textpage, text, [upright_place(pointer, start, end, turns, *size) for start, end, *_ in pieces]


def _by_character(textpage: Any, count: int) -> str:
    """The text with one code point for each of pdfium's characters, so that places can be looked up."""
    codes = (raw.FPDFText_GetUnicode(textpage, index) for index in range(count))
    return "".join(chr(code) if 0 < code < 0x110000 else " " for code in codes)


def _in_order(textpage: Any, text: str, pieces: list[Piece], width: float) -> list[Piece]:
    return cells_apart(textpage, text, column_order(textpage, text, rows_apart(textpage, text, pieces), width))


def _links(document: Any, page: Any) -> Iterator[str]:
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    for _ in range(MAX_LINKS):
        if not raw.FPDFLink_Enumerate(page, position, link):
            return
        action = raw.FPDFLink_GetAction(link)
        if action and raw.FPDFAction_GetType(action) == raw.PDFACTION_URI:
            size = raw.FPDFAction_GetURIPath(document, action, None, 0)
            if 1 < size < 4096:
                buffer = ctypes.create_string_buffer(size)
                raw.FPDFAction_GetURIPath(document, action, buffer, size)
                yield buffer.raw[: size - 1].decode("utf-8", "replace")


DIGEST_WIDTH = 256
MAX_PIXELS = 40_000_000
MANY_PATHS = 60
_SIXTEEN_GREYS = bytes(value >> 4 for value in range(256))


def has_picture(page: Any) -> bool:
    """True if the page holds an image, or so many drawn shapes that they may be letters."""
    paths = 0
    for seen, item in enumerate(page.get_objects(max_depth=4)):
        paths += item.type == raw.FPDF_PAGEOBJ_PATH
        if item.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING) or paths >= MANY_PATHS:
            return True
        if seen > 5000:
            return False
    return False


def picture_digest(page: Any) -> str:
    """SHA-256 of the page as a grey picture 256 pixels wide with 16 shades, as ``bild:<hex>``.

    A scan saved again without loss has the same digest, another scan another.
    """
    width, height, pixels = _grey(page, DIGEST_WIDTH / max(1.0, page.get_width()))
    shades = pixels.translate(_SIXTEEN_GREYS)
    return "bild:" + hashlib.sha256(f"{width}x{height}:".encode() + shades).hexdigest()


def draw_pages(body: bytes, *, pages: list[int], dpi: int) -> Iterator[tuple[int, bytes]]:
    """Page number and its picture as a grey PGM (binary), for each of ``pages``; broken ones are left out."""
    document = pypdfium2.PdfDocument(body)
    for number in pages:
        try:
            page = document[number - 1]
            width, height, pixels = _grey(page, dpi / 72)
        except pypdfium2.PdfiumError:
            continue
        yield number, f"P5 {width} {height} 255\n".encode() + pixels
    document.close()


def _grey(page: Any, scale: float) -> tuple[int, int, bytes]:
    area = max(1.0, page.get_width()) * max(1.0, page.get_height())
    scale = min(scale, (MAX_PIXELS / area) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False, draw_annots=False)
    stored = bytes(bitmap.buffer)
    rows = (stored[y * bitmap.stride : y * bitmap.stride + bitmap.width] for y in range(bitmap.height))
    return bitmap.width, bitmap.height, b"".join(rows)
