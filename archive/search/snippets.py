"""Snippets: the piece of a text that best shows why it was found, with the found words marked."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass

from archive.german.words import WORD, index_term
from archive.search.plan import Node, leaves

LENGTH = 260
"""Characters of a snippet."""

LEAD = 60
"""Characters shown before the first mark, at most."""

ELLIPSIS = "…"

Segments = tuple[tuple[str, bool], ...]
"""Pieces of text in order; True marks a found word."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A found place: [start, end) in the text, which leaf of the plan, and how well it answers."""

    start: int
    end: int
    leaf: int
    grade: float


def find_marks(text: str, nodes: Sequence[Node]) -> list[Mark]:
    """All places in a text that answer a plan, in order; overlapping places become one."""
    spans = [(match.start(), match.end()) for match in WORD.finditer(text)]
    words = [index_term(text[start:end]) for start, end in spans]
    found = [
        Mark(start=spans[first][0], end=spans[last - 1][1], leaf=number, grade=grade)
        for number, leaf in enumerate(leaf for node in nodes for leaf in leaves(node))
        for first, last, grade in leaf.matches(words)
    ]
    return _merged(sorted(found, key=lambda mark: (mark.start, -mark.end)))


def make_snippet(text: str, marks: Sequence[Mark], contact: Sequence[tuple[int, int]] = ()) -> Segments:
    """Cut the best piece out of a text. Contact blocks are shown only when nothing else matches.

    >>> marks = [Mark(start=4, end=20, leaf=0, grade=1.0)]
    >>> make_snippet("Die Videoüberwachung am Markt", marks)
    (('Die ', False), ('Videoüberwachung', True), (' am Markt', False))
    """
    outside = [mark for mark in marks if not _inside(mark.start, contact)] or list(marks)
    start = _start_of(text, outside, contact)
    end = _end_of(text, start, outside, contact)
    shown = [mark for mark in outside if start <= mark.start and mark.end <= end]
    return _segments(text, start, end, shown)


def parse_contact(raw: str | None) -> list[tuple[int, int]]:
    """The spans of ``pages.contact``."""
    return [(int(start), int(end)) for start, end in json.loads(raw)] if raw else []


def to_html(segments: Segments) -> str:
    """Escaped text with found words in ``<mark>``.

    >>> to_html((("a < ", False), ("b", True)))
    'a &lt; <mark>b</mark>'
    """
    return "".join(f"<mark>{html.escape(text)}</mark>" if marked else html.escape(text) for text, marked in segments)


def _merged(marks: list[Mark]) -> list[Mark]:
    kept: list[Mark] = []
    for mark in marks:
        if kept and mark.start < kept[-1].end:
            continue
        kept.append(mark)
    return kept


def _inside(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def _start_of(text: str, marks: Sequence[Mark], contact: Sequence[tuple[int, int]]) -> int:
    """Where the piece with the most, and best, different found words begins."""
    if not marks:
        return next((end for start, end in contact if start == 0), 0)
    best = max(range(len(marks)), key=lambda first: (_value(marks, first), -first))
    at = marks[best].start
    if at <= LEAD:
        return 0
    sentence = max(text.rfind(mark, at - LEAD, at) for mark in (". ", "! ", "? ", "\n"))
    if sentence >= 0:
        return sentence + (1 if text[sentence] == "\n" else 2)
    space = text.find(" ", at - LEAD, at)
    return at if space < 0 else space + 1


def _end_of(text: str, start: int, marks: Sequence[Mark], contact: Sequence[tuple[int, int]]) -> int:
    """Where a snippet ends: at its length, or before a contact block on the way in which nothing is marked."""
    silent = [span for span in contact if not any(_inside(mark.start, [span]) for mark in marks)]
    block = min((begin for begin, _ in silent if begin > start), default=len(text))
    if block < min(len(text), start + LENGTH):
        return start + len(text[start:block].rstrip())
    return _word_end(text, min(len(text), start + LENGTH))


def _value(marks: Sequence[Mark], first: int) -> float:
    """The sum of the best grades of the leaves found within one snippet's length."""
    limit = marks[first].start + LENGTH - LEAD
    best: dict[int, float] = {}
    for mark in marks[first : first + 50]:
        if mark.end > limit:
            break
        best[mark.leaf] = max(best.get(mark.leaf, 0), mark.grade)
    return sum(best.values())


def _word_end(text: str, end: int) -> int:
    if end == len(text):
        return end
    space = text.rfind(" ", max(0, end - 40), end)
    return end if space < 0 else space


def _segments(text: str, start: int, end: int, marks: Sequence[Mark]) -> Segments:
    pieces: list[tuple[str, bool]] = [(f"{ELLIPSIS} ", False)] if start > 0 else []
    at = start
    for mark in marks:
        pieces += [(text[at : mark.start], False), (text[mark.start : mark.end], True)]
        at = mark.end
    pieces.append((text[at:end], False))
    if end < len(text):
        pieces.append((f" {ELLIPSIS}", False))
    return tuple((piece, marked) for piece, marked in pieces if piece)
