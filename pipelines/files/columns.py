"""The reading order of pages whose lines were drawn across their columns or out of order; runs in the worker."""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, pairwise
from typing import Any

from pipelines.files.pieces import Piece, box, cut, near, runs, split

ROWS = 8
"""So many rows must have text on both sides of a gap before a page counts as set in columns."""

SHORT = 3
"""So many rows are enough at the end of a document, where the last column breaks off (see ``_breaks_off``)."""

SAMPLE = 5
"""So many lines are looked at first, to save the time on ordinary pages."""

LONG = 30
"""Characters; what looks narrow and holds so many goes back and forth between rows."""

WHITE = 6.0
"""Points; less white between two columns is a blank."""

UNLIKE = 2.5
"""No column is so many times as wide as another: beside text so narrow stand terms or numbers."""

_COUNTED = re.compile(r"\n\d{1,4}(?=[ \r])")
_NUMBER = re.compile(r"(\d{1,4})(?: |$)")
_LAST_NUMBER = re.compile(r" (\d{1,4})$")

_INNER = ("- ", "\x02 ", "\ufffe ")
_INNER_PLACE = re.compile("[-\x02\ufffe] ")

Span = tuple[float, float]


def column_order(textpage: Any, text: str, pieces: list[Piece], width: float) -> list[Piece]:
    """The pieces in reading order: unchanged, unless the page has columns that were drawn row by row.

    A page has columns where a gap is white in most lines and both its sides are filled with text. If the
    lines run across it or change sides nearly every time, they are cut at the gaps, and between two
    full-width lines the left pieces come before the right ones. Tables are left alone: their cells hold
    several lines or little text. Lines drawn from the foot of the page to its head are turned round first.
    """
    if _upwards(pieces):
        pieces = sorted(pieces, key=lambda piece: (-round(piece[4]), piece[2]))
    long = [piece for piece in pieces if piece[3] - piece[2] > 0.2 * width or piece[1] - piece[0] >= LONG]
    if len(long) < ROWS:
        return pieces
    some = long[:: len(long) // SAMPLE][:SAMPLE]
    gaps = _gaps([span for piece in some for span in runs(textpage, piece)], width, [0, 1, 2])
    if not gaps or len(_across(pieces, gaps)) + _changes(pieces, gaps) < SHORT:
        return pieces
    spans = {piece: runs(textpage, piece) for piece in long}
    allowed = [share * len(long) for share in (0, 0.05, 0.1, 0.15, 0.3, 0.5)]
    gaps = _gaps([span for found in spans.values() for span in found], width, allowed)
    if not gaps:
        return pieces
    across = {*_across(pieces, gaps), *(piece for piece, found in spans.items() if _goes_back(found))}
    parts = [
        part
        for piece in pieces
        for part in (cut(textpage, text, piece, gaps, _goes_back(spans.get(piece, ()))) if piece in across else [piece])
    ]
    return _left_first(parts, gaps) if _drawn_by_row(parts, gaps) else pieces


def _upwards(pieces: list[Piece]) -> bool:
    """True if most lines stand above the one before."""
    ups = sum(later[4] > piece[4] + 0.5 * piece[5] for piece, later in pairwise(pieces))
    return len(pieces) >= ROWS and 2 * ups > len(pieces)


def _goes_back(spans: Sequence[Span]) -> bool:
    """True for a line in which text stands to the left of what comes before: several rows in one."""
    return any(later[0] < before[0] for before, later in pairwise(spans))


def _column(piece: Piece, gaps: list[float]) -> int | None:
    """The number of the column a piece stands in, or None if it reaches across a gap."""
    first = bisect(gaps, piece[2])
    return first if first == bisect(gaps, piece[3]) else None


def _changes(pieces: list[Piece], gaps: list[float]) -> int:
    """How often the pieces change from one column to another."""
    columns = (column for piece in pieces if (column := _column(piece, gaps)) is not None)
    return sum(one != other for one, other in pairwise(columns))


def _drawn_by_row(pieces: list[Piece], gaps: list[float]) -> bool:
    filled: list[list[Piece]] = [[] for _ in range(len(gaps) + 1)]
    for piece in pieces:
        column = _column(piece, gaps)
        if column is not None:
            filled[column].append(piece)
    least = min(map(len, filled))
    if least < SHORT or not (all(map(_is_filled, filled)) and _are_alike(filled)):
        return False
    changes = _changes(pieces, gaps)
    return changes >= max(ROWS, 1.2 * least) or (_breaks_off(filled) and changes >= 1.2 * least)


def _breaks_off(columns: list[list[Piece]]) -> bool:
    """True if only the last column is short, and begins beside the first and in lines as far apart."""
    first, last = columns[0], columns[-1]
    beside = abs(first[0][4] - last[0][4]) < 2 * last[0][5]
    alike = 0.85 < _step(last) / max(0.1, _step(first)) < 1.18
    return beside and alike and all(len(column) >= 2 * ROWS for column in columns[:-1])


def _step(column: list[Piece]) -> float:
    """The usual distance of lines."""
    steps = sorted(before[4] - piece[4] for before, piece in pairwise(column))
    return steps[len(steps) // 2]


def _is_filled(column: list[Piece]) -> bool:
    """True if half of the pieces are nearly as wide as their column."""
    if not column:
        return False
    wide = _width(column)
    return 2 * sum(piece[3] - piece[2] > 0.7 * wide for piece in column) >= len(column)


def _are_alike(columns: list[list[Piece]]) -> bool:
    widths = [_width(column) for column in columns]
    return max(widths) <= UNLIKE * min(widths)


def _width(column: list[Piece]) -> float:
    return max(piece[3] for piece in column) - min(piece[2] for piece in column)


def _across(pieces: list[Piece], gaps: list[float]) -> list[Piece]:
    """The pieces with text on both sides of a gap, or out of order."""
    return [
        piece
        for piece in pieces
        if piece[3] < piece[2] or any(piece[2] < gap - 3 and gap + 3 < piece[3] for gap in gaps)
    ]


def _gaps(spans: Sequence[Span], width: float, allowed: Sequence[float]) -> list[float]:
    """The middles of the stretches, away from the page's edges, that hardly any of the spans cross.

    ``allowed`` are the numbers of spans that may cross them, tried in order. They must be 6 points wide.
    """
    low, high = 0.2 * width, 0.8 * width
    events = [(low, 0), (high, 0)]
    for left, right in spans:
        if left < high and right > low:
            events += [(max(low, left), 1), (min(high, right), -1)]
    events.sort()
    for most in allowed:
        found = [start + wide / 2 for wide, start in _white_stretches(events, low, most) if wide >= WHITE]
        if found:
            return found
    return []


def _white_stretches(events: list[tuple[float, int]], low: float, most: float) -> Iterator[Span]:
    """Width and beginning of each stretch between spans that at most ``most`` spans cover."""
    start, crossed = low, 0
    for x, change in events:
        if change > 0 and crossed <= most < crossed + change and start > low:
            yield x - start, start
        if change < 0 and crossed > most >= crossed + change:
            start = x
        crossed += change


def without_margin_numbers(textpage: Any, text: str, pieces: list[Piece]) -> tuple[str, list[Piece]]:
    """The text without line numbers and the numbers of paragraphs in the margin, which count down the page.

    All that is no such number stands to the right of them. pdfium gives some of them behind their line.
    """
    if not _COUNTED.search(text):
        return text, pieces
    numbered = {piece: met for piece in pieces if (met := _number_of(text, piece))}
    lefts = {piece: _left_of_rest(textpage, piece, met) for piece, met in numbered.items()}
    others = (piece[2] for piece in pieces if piece not in numbered and piece[1] - piece[0] > 1)
    edge = min([*filter(None, lefts.values()), *others], default=0.0)
    found = {piece: met for piece, met in numbered.items() if box(textpage, met.end(1) - 1)[2] < edge}
    counted = [int(found[piece][1]) for piece in sorted(found, key=lambda piece: -piece[4])]
    begun = [left - edge < 3 for piece in found if (left := lefts[piece])]
    if not _counts_down(counted) or 2 * sum(begun) < len(begun):
        return text, pieces
    for met in found.values():
        text = text[: met.start()] + "\x00" * (met.end() - met.start()) + text[met.end() :]
    return text, [
        _rest(textpage, piece, found[piece], lefts[piece]) if piece in found else piece
        for piece in pieces
        if piece not in found or lefts[piece]
    ]


def _number_of(text: str, piece: Piece) -> re.Match[str] | None:
    """The number that the piece begins with, or the one at its end if that stands to the left of the rest."""
    start, end, left, right, *_ = piece
    return _LAST_NUMBER.search(text, start, end) if right < left else _NUMBER.match(text, start, end)


def _left_of_rest(textpage: Any, piece: Piece, met: re.Match[str]) -> float:
    """Where what is no number begins, 0.0 if the piece is the number alone."""
    if met.start() > piece[0]:
        return piece[2]
    return box(textpage, met.end())[0] if met.end() < piece[1] else 0.0


def _counts_down(numbers: list[int]) -> bool:
    """True if nearly all of the numbers are one, or five, more than the one above, and none is less."""
    steps = [later - before for before, later in pairwise(numbers)]
    usual = max(steps.count(1), steps.count(5))
    return bool(steps) and min(steps) > 0 and 10 * usual >= 9 * len(steps)


def _rest(textpage: Any, piece: Piece, met: re.Match[str], left: float) -> Piece:
    """The piece without its number."""
    if met.start() > piece[0]:
        return (piece[0], met.start(), left, box(textpage, met.start() - 1)[2], *piece[4:])
    return (met.end(), piece[1], left, *piece[3:])


def cells_apart(textpage: Any, text: str, pieces: list[Piece]) -> list[Piece]:
    """The pieces, with the rest of a divided word taken out of lines that another cell of a table begins.

    Looked at are lines that begin far to the left of a line with a hyphen at its end and reach beyond
    that line's beginning.
    """
    if any(sign in text for sign in _INNER):
        places = [found.start() for found in _INNER_PLACE.finditer(text)]
        rows = {piece for piece in pieces if _ends_cell(textpage, places, piece)}
        pieces = list(_cells_in_order(textpage, text, pieces, rows)) if rows else pieces
    ordered: list[Piece] = pieces[:1]
    for piece in pieces[1:]:
        above = ordered[-1]
        if piece[2] < above[2] - 2 * piece[5] < piece[3] and piece[4] < above[4] and _divided(text, above):
            ordered += _continued_first(split(textpage, text, piece, near), above[2])
        else:
            ordered.append(piece)
    return ordered


def _cells_in_order(textpage: Any, text: str, pieces: list[Piece], rows: set[Piece]) -> Iterator[Piece]:
    """The pieces, with ``rows`` that pdfium made one line of parted where a word is divided at a cell's edge.

    The cells come one after the other, each with its lines, as long as the lines below have the same cells.
    """
    at = 0
    while at < len(pieces):
        is_row = pieces[at] in rows
        columns = [[cell] for cell in split(textpage, text, pieces[at], _beside)] if is_row else []
        after = at + 1
        while after < len(pieces) and any(_divided(text, cells[-1]) for cells in columns[:-1]):
            below = [
                (next((cells for cells in columns if abs(cells[0][2] - part[2]) < 3), None), part)
                for part in split(textpage, text, pieces[after], _beside)
            ]
            if not all(cells for cells, _ in below):
                break
            for cells, part in below:
                if cells is not None:
                    cells.append(part)
            after += 1
        yield from chain.from_iterable(columns) if after > at + 1 else pieces[at:after]
        at = after


def _ends_cell(textpage: Any, places: list[int], piece: Piece) -> bool:
    """True if more than a blank stands behind one of the hyphens, which are at ``places``, within the piece."""
    first, last = bisect(places, piece[0]), bisect_left(places, piece[1] - 2)
    return first < last and any(
        box(textpage, at + 2)[0] - box(textpage, at)[2] >= 0.7 * piece[5] for at in places[first:last]
    )


def _beside(part: Piece, here: Piece) -> bool:
    """True if no more than a blank stands between the two."""
    return here[2] - part[3] < 0.7 * max(part[5], here[5])


def _divided(text: str, piece: Piece) -> bool:
    return text[piece[1] - 1 : piece[1] + 1].rstrip(" \r").endswith(("-", "\x02", "\ufffe"))


def _continued_first(parts: list[Piece], left: float) -> list[Piece]:
    same = [part for part in parts if abs(part[2] - left) < 2]
    return [*same, *(part for part in parts if part not in same)]


def _left_first(pieces: list[Piece], gaps: list[float]) -> list[Piece]:
    """Between two full-width lines the columns one after the other, where each has several lines."""
    ordered: list[Piece] = []
    for is_set, band in groupby(pieces, lambda piece: _column(piece, gaps) is not None):
        found = list(band)
        columns = [[piece for piece in found if _column(piece, gaps) == at] for at in range(len(gaps) + 1)]
        in_columns = is_set and min(map(len, columns)) >= SHORT
        ordered += chain.from_iterable(columns) if in_columns else found
    return ordered
