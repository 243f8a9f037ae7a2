"""Folds the long unchanged stretches of a diff away, so that the changes are seen at once; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.diff import Change, Op

CONTEXT = 40
"""Words of unchanged text shown before and after a change."""

WORTH_FOLDING = 60
"""Fewer unchanged words are shown; to fold them would hide more than it helps."""

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of a diff; ``folded`` holds the number of its words where it is folded away, else 0."""

    op: Op
    text: str
    folded: int = 0


def folded(changes: Sequence[Change]) -> list[Stretch]:
    """The changes in order, nothing left out.

    >>> [part.folded for part in folded([("=", "Wort " * 200), ("-", "alt"), ("+", "neu")])]
    [160, 0, 0, 0]
    """
    last = len(changes) - 1
    if all(op == "=" for op, _ in changes):
        return [Stretch(op=op, text=text) for op, text in changes]
    return [
        part
        for place, (op, text) in enumerate(changes)
        for part in (
            _parts(text, before=0 if place == 0 else CONTEXT, after=0 if place == last else CONTEXT)
            if op == "="
            else (Stretch(op=op, text=text),)
        )
    ]


def _parts(text: str, *, before: int, after: int) -> Iterator[Stretch]:
    """A stretch of unchanged text; its middle folded, without the words near a change."""
    words = list(_WORD.finditer(text))
    hidden = len(words) - before - after
    if hidden < WORTH_FOLDING:
        yield Stretch(op="=", text=text)
        return
    start = words[before].start() if before else 0
    end = words[len(words) - after].start() if after else len(text)
    if start:
        yield Stretch(op="=", text=text[:start])
    yield Stretch(op="=", text=text[start:end], folded=hidden)
    if end < len(text):
        yield Stretch(op="=", text=text[end:])


NEAR = 9
"""Words of unchanged text beside a change in a list of changes."""


def passages(changes: Sequence[Change]) -> list[list[Change]]:
    """The changed places alone, each with a few words of its paragraph around it; … stands for the rest.

    >>> passages([("=", "Zuvor.\\nDie Gebühr beträgt "), ("-", "10"), ("+", "20"), ("=", " Euro.\\nDanach.")])
    [[('=', 'Die Gebühr beträgt '), ('-', '10'), ('+', '20'), ('=', ' Euro.')]]
    """
    found: list[list[Change]] = [[]]
    for place, (op, text) in enumerate(changes):
        if op != "=" or (0 < place < len(changes) - 1 and _stays_whole(text)):
            found[-1].append((op, text))
        else:
            found[-1].append(("=", _beginning(text)))
            found.append([("=", _ending(text))])
    return [
        [change for change in passage if change[1]]
        for passage in found
        if any(op != "=" and text.strip() for op, text in passage)
    ]


def _stays_whole(text: str) -> bool:
    return "\n" not in text and len(text.split()) <= 2 * NEAR


def _beginning(text: str) -> str:
    paragraph = text.split("\n", 1)[0]
    words = list(_WORD.finditer(paragraph))
    return paragraph if len(words) <= NEAR else paragraph[: words[NEAR - 1].end()] + " …"


def _ending(text: str) -> str:
    paragraph = text.rsplit("\n", 1)[-1]
    words = list(_WORD.finditer(paragraph))
    return paragraph if len(words) <= NEAR else "… " + paragraph[words[-NEAR].start() :]
