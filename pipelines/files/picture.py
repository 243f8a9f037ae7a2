"""Draws pages as pictures, for OCR and to tell one scan from another; runs in the worker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pypdfium2
from pypdfium2 import raw

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
