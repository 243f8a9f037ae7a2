"""What runs over from one page to the next: divided words are put together, sentences named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pipelines.files.hyphens import TAKEN, IsWord, bond
from pipelines.files.paragraphs import Flowing, Line, ends_sentence, starts_item, usual

LINES = 8
MOST = 400
"""So many lines, and characters, on either side of a break are looked at."""

LONG = 25
"""Characters; a shorter line that stops early may be a heading or an entry."""

SMALLER = 0.95
"""Lines at a page's foot whose letters are smaller than this share of the text's are notes."""

MANY = 0.8
"""This share of the long lines of a page has letters no larger than the text: the notes may be many."""

_NEW_SENTENCE = re.compile(r"[.!?]['\"”“»«)]?\s+(?=[A-ZÄÖÜ„\"(§])")


class Side(NamedTuple):
    """A page beside a break: its number, its flow, and the lines that do not belong to its text."""

    number: int
    flow: Flowing
    left_out: set[int]


class Crossing(NamedTuple):
    """A sentence that begins on one page and ends on the next; ``joint`` is where the next page begins in it."""

    text: str
    joint: int


def run_over(pages: Sequence[Side], is_word: IsWord | None) -> dict[int, Crossing]:
    """By number of the page it begins on, each sentence that goes on on the next page.

    A word divided by the break is put together on the page where it begins, and its rest taken from the next.
    """
    found: dict[int, Crossing] = {}
    for before, after in pairwise(pages):
        last, first = _end(before), _beginning(after)
        if last is None or first is None or after.number != before.number + 1:
            continue
        if not _runs_on(before.flow, last, after.flow.lines[first]):
            continue
        if before.flow.lines[last].text.endswith("-"):
            _put_together(before.flow, last, after, first, is_word)
        crossing = _sentence(before, last, after)
        if crossing:
            found[before.number] = crossing
    return found


def _kept(side: Side) -> list[int]:
    return [
        at for at, line in enumerate(side.flow.lines) if at not in side.left_out and line.height and line.text
    ]


def _body(side: Side) -> float:
    """The height of the lines of the text."""
    lines = [side.flow.lines[at] for at in _kept(side)]
    long = [line.height for line in lines if len(line.text) > 30]
    return usual(long or [line.height for line in lines], MANY)


def _end(side: Side) -> int | None:
    """The last line of the text proper: no note, and no line at the foot behind a divided word."""
    kept, body = _kept(side), _body(side)
    lines = side.flow.lines
    while kept and (lines[kept[-1]].height < SMALLER * body or lines[kept[-1]].text.isdigit()):
        kept.pop()
    for back in (1, 2):
        if len(kept) > back and side.flow.lines[kept[-1 - back]].text.endswith("-"):
            ended, foot = side.flow.lines[kept[-1 - back]], side.flow.lines[kept[-back]]
            if ended.bottom - foot.bottom > 1.8 * ended.height and len(foot.text) < 80:
                return kept[-1 - back]
    return kept[-1] if kept else None


def _beginning(side: Side) -> int | None:
    kept, body = _kept(side), _body(side)
    return next((at for at in kept if side.flow.lines[at].height >= SMALLER * body), None)


def _runs_on(flow: Flowing, last: int, line: Line) -> bool:
    before = flow.lines[last]
    if abs(before.height - line.height) > 0.12 * before.height:
        return False
    if before.text.endswith("-"):
        return line.text[:1].isalnum()
    ended = ends_sentence(before.text) or before.text.endswith((":", ";"))
    long = flow.is_full(last, line) or line.text[:1].islower() or len(before.text) >= LONG
    return long and not ended and not starts_item(line.text)


def _put_together(flow: Flowing, last: int, after: Side, first: int, is_word: IsWord | None) -> None:
    before, line = flow.lines[last].text, after.flow.lines[first].text
    between = bond(before, line, is_word)
    if between == " ":
        return
    token, _, rest = line.partition(" ")
    flow.change(last, (before[:-1] if between == TAKEN else before) + token)
    after.flow.change(first, rest)
    if not rest:
        after.left_out.add(first)


def _sentence(before: Side, last: int, after: Side) -> Crossing | None:
    ends = [at for at in _kept(before) if at <= last][-LINES:]
    beginning = _beginning(after)
    if beginning is None:
        return None
    starts = [at for at in _kept(after) if at >= beginning][:LINES]
    tail = before.flow.excerpt(ends).rpartition("\n\n")[2][-MOST:]
    head = after.flow.excerpt(starts).partition("\n\n")[0][:MOST]
    if ends_sentence(tail):
        return None
    for found in _NEW_SENTENCE.finditer(tail):
        if ends_sentence(tail[: found.start() + 1]):
            tail = tail[: found.start()] + "\0" * (found.end() - found.start()) + tail[found.end() :]
    tail = tail.rpartition("\0")[2]
    end = next(
        (at.end() for at in _NEW_SENTENCE.finditer(head) if ends_sentence(head[: at.start() + 1])), None
    )
    whole = f"{tail} {head[:end].rstrip()}"
    return Crossing(" ".join(whole.split()), len(" ".join(tail.split())) + 1)
