"""Lines that show the moment of a visit, or count visits, and are no part of a text."""

from __future__ import annotations

import re
from functools import cache

from crawler.pages.blocks import HEADINGS, Block
from crawler.wordlists import words

LONGEST_WIDGET = 80
_WORDS = re.compile(r"[^\W\d_]+|\d+")


def is_widget(block: Block, *, in_text: bool = True) -> bool:
    """Whether a block is nothing but a date, time or number and words about the visit ("Stand heute: …").

    Outside the element of the text (``in_text`` false) the words may be missing: a bare date there is no text.
    """
    if len(block.folded) > LONGEST_WIDGET or block.tag in HEADINGS or block.anchors:
        return False
    return says_the_moment(block.folded, in_text=in_text)


def says_the_moment(line: str, *, in_text: bool = True) -> bool:
    """The same for a case-folded line.

    >>> says_the_moment("stand heute: 23.11.2026"), says_the_moment("stand heute: 12 länder"), says_the_moment("14")
    (True, False, False)
    """
    signs, fillers, days = _vocabulary()
    found = _WORDS.findall(line)
    told = any(word.isdigit() or word in days for word in found)
    plain = all(word.isdigit() or word in signs or word in fillers or word in days for word in found)
    return told and plain and (not in_text or any(word in signs for word in found))


@cache
def _vocabulary() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    table: dict[str, list[str]] = words("furniture")["widgets"]
    return frozenset(table["signs"]), frozenset(table["fillers"]), frozenset(table["days"])
