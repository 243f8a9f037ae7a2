"""Cuts a page's text into paragraphs, with the citations in it as links; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_GAP = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of the text, from ``start`` to before ``end``, that leads to ``href``."""

    start: int
    end: int
    href: str


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Text of a paragraph; ``href`` is set where it is a link."""

    text: str
    href: str | None = None


def paragraphs(text: str, spans: Sequence[Span] = ()) -> list[list[Piece]]:
    """The paragraphs of a text (separated by empty lines), each as plain and linked pieces in order.

    Spans that overlap an earlier one, or reach over a paragraph's end, are left out.

    >>> paragraphs("Nach Art. 6 DSGVO.\\n\\nEnde", [Span(start=5, end=11, href="https://x.example/")])[0][1].text
    'Art. 6'
    """
    ordered = sorted(spans, key=lambda span: (span.start, -span.end))
    return [_pieces(text, start, end, ordered) for start, end in _bounds(text)]


def _bounds(text: str) -> Iterator[tuple[int, int]]:
    place = 0
    for gap in _GAP.finditer(text):
        if text[place : gap.start()].strip():
            yield place, gap.start()
        place = gap.end()
    if text[place:].strip():
        yield place, len(text)


def _pieces(text: str, start: int, end: int, spans: Sequence[Span]) -> list[Piece]:
    pieces: list[Piece] = []
    place = start
    for span in spans:
        if span.start < place or span.end > end or span.end <= span.start:
            continue
        if span.start > place:
            pieces.append(Piece(text=text[place : span.start]))
        pieces.append(Piece(text=text[span.start : span.end], href=span.href))
        place = span.end
    if place < end:
        pieces.append(Piece(text=text[place:end]))
    return pieces
