"""Cuts a page's text into paragraphs, with links and found words as pieces of their own; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar
from urllib.parse import quote

_GAP = re.compile(r"\n[^\S\n]*\n\s*")
_END = r"[^\s<>\"„“”»«‹›]"
_ADDRESS = re.compile(
    rf"(?<![\w@./-])(?:https?://{_END}+|www\.[\w-]+(?:\.[\w-]+)+(?:/{_END}*)?"
    rf"|(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{{2,}}/{_END}+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)",
    re.IGNORECASE,
)
AROUND = 3
"""Words beside found ones that tell their place."""

_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of the text, from ``start`` to before ``end``, that leads to ``href``."""

    start: int
    end: int
    href: str


@dataclass(frozen=True, kw_only=True)
class Find:
    """A place with a searched word; ``anchor`` is its name on the page, ``following`` that of the next one."""

    start: int
    end: int
    anchor: str
    following: str | None = None


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Text of a paragraph; ``href`` is set where it is a link, ``find`` where it is a found word."""

    text: str
    href: str | None = None
    find: Find | None = None


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph, counted from 1 on its page."""

    number: int
    pieces: list[Piece]

    @property
    def text(self) -> str:
        """Its words alone."""
        return "".join(piece.text for piece in self.pieces)


def paragraphs(text: str, spans: Sequence[Span] = (), finds: Sequence[Find] = ()) -> list[Paragraph]:
    """The paragraphs of a text (separated by empty lines), each as its pieces in order.

    Spans that overlap an earlier one, or reach over a paragraph's end, are left out; so are finds.

    >>> paragraphs("Nach Art. 6 DSGVO.\\n\\nEnde", [Span(start=5, end=11, href="https://x.example/")])[0].pieces[1].text
    'Art. 6'
    """
    links = sorted(spans, key=lambda span: (span.start, -span.end))
    places = sorted(finds, key=lambda find: find.start)
    return [
        Paragraph(number=number, pieces=_pieces(text, start, end, links, places))
        for number, (start, end) in enumerate(_bounds(text), start=1)
    ]


def _bounds(text: str) -> Iterator[tuple[int, int]]:
    place = 0
    for gap in _GAP.finditer(text):
        if text[place : gap.start()].strip():
            yield place, gap.start()
        place = gap.end()
    if text[place:].strip():
        yield place, len(text)


S = TypeVar("S", Span, Find)


def _within(start: int, end: int, spans: Sequence[S]) -> list[S]:
    """Those that lie in the paragraph and overlap no earlier one."""
    kept: list[S] = []
    for span in spans:
        if (kept[-1].end if kept else start) <= span.start < span.end <= end:
            kept.append(span)
    return kept


def _pieces(text: str, start: int, end: int, links: Sequence[Span], finds: Sequence[Find]) -> list[Piece]:
    link_at = {link.start: link for link in _within(start, end, links)}
    find_at = {find.start: find for find in _within(start, end, finds)}
    ends = [place for link in link_at.values() for place in (link.start, link.end)]
    ends += [place for find in find_at.values() for place in (find.start, find.end)]
    pieces: list[Piece] = []
    over: Span | None = None
    found: Find | None = None
    for here, there in pairwise(sorted({start, end, *ends})):
        over = link_at.get(here, over if over and here < over.end else None)
        found = find_at.get(here, found if found and here < found.end else None)
        pieces.append(Piece(text=text[here:there], href=over.href if over else None, find=found))
    return pieces


def addresses(text: str) -> Iterator[Span]:
    """Web and mail addresses that are printed in a text, without the signs of the sentence around them.

    >>> [(span.href, text) for text in ("(www.bfdi.example/a).",) for span in addresses(text)]
    [('https://www.bfdi.example/a', '(www.bfdi.example/a).')]
    >>> [span.href for span in addresses("Post an a.b@amt.example, Näheres: https://amt.example/x_(y)")]
    ['mailto:a.b@amt.example', 'https://amt.example/x_(y)']
    """
    for found in _ADDRESS.finditer(text):
        printed = _without_sentence(found[0])
        if "@" in printed and "/" not in printed:
            href = f"mailto:{printed}"
        else:
            href = printed if "://" in printed else f"https://{printed}"
        yield Span(start=found.start(), end=found.start() + len(printed), href=href)


def _without_sentence(address: str) -> str:
    """An address without stops and closing brackets that belong to the sentence."""
    while address[-1] in ".,;:!?'’…*" or (
        address[-1] in _PAIRS and address.count(address[-1]) > address.count(_PAIRS[address[-1]])
    ):
        address = address[:-1]
    return address


def text_fragment(snippet: Sequence[tuple[str, bool]]) -> str:
    """The part of an address that leads browsers to the first marked words of a snippet; nothing without any.

    A few words around them tell the place from others with the same words.

    >>> text_fragment((("… der ", False), ("Kamera-Einsatz", True), (" war", False)))
    ':~:text=der-,Kamera%2DEinsatz,-war'
    """
    at = next((place for place, (_, marked) in enumerate(snippet) if marked), None)
    if at is None:
        return ""
    before = " ".join(text for text, _ in snippet[:at]).replace("…", " ").split()[-AROUND:]
    after = " ".join(text for text, _ in snippet[at + 1 : at + 2]).replace("…", " ").split()[:AROUND]
    parts = [_encoded(before) + "-"] if before else []
    parts.append(_encoded(snippet[at][0].split()))
    parts += ["-" + _encoded(after)] if after else []
    return ":~:text=" + ",".join(parts)


def _encoded(words: Sequence[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")
