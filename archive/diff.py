"""Compares two texts word by word, with the white space kept, so that both can be put together again."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

Op = Literal["=", "+", "-"]
Change = tuple[Op, str]

_TOKEN = re.compile(r"\s+|\d+(?:[.,:/]\d+)+|\w+(?:[-\u2010\u2011]\w+)*|[^\w\s]")
_SMALL = 250_000
"""Product of token counts up to which two blocks are compared in full (quadratic time in the worst case)."""
_ANCHOR = 3
"""Length in tokens of the passages, unique in both texts, at which long blocks are taken apart."""


def word_diff(a: str, b: str) -> list[Change]:
    """What became of ``a`` in ``b``: parts kept (``=``), taken out (``-``) and put in (``+``).

    The parts with ``=`` and ``-`` joined give ``a``, those with ``=`` and ``+`` give ``b``.
    Long texts (200 kB) take well under a second: they are taken apart at passages that are
    unique in both; a long block without such passages counts as replaced.

    >>> word_diff("Die Frist endet am 1. Mai.", "Die Frist endet am 8. Mai.")
    [('=', 'Die Frist endet am '), ('-', '1'), ('+', '8'), ('=', '. Mai.')]

    Numbers, dates and times are one word each, so that a change shows them whole.

    >>> word_diff("1.500 Euro", "2.500 Euro")
    [('-', '1.500'), ('+', '2.500'), ('=', ' Euro')]
    """
    changes: list[Change] = []
    for left, right in _blocks(_TOKEN.findall(a), _TOKEN.findall(b)):
        changes += _compared(left, right)
    return _joined(_without_lone_space(_joined(changes)))


def _blocks(left: list[str], right: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Pairs of blocks that belong together: cut at anchors where comparing at once would take long."""
    if len(left) * len(right) <= _SMALL:
        yield left, right
        return
    cuts = [(0, 0), *_anchors(left, right), (len(left), len(right))]
    for (left_from, right_from), (left_to, right_to) in pairwise(cuts):
        yield left[left_from:left_to], right[right_from:right_to]


def _anchors(left: list[str], right: list[str]) -> list[tuple[int, int]]:
    """Places (in both) of passages that are unique in both, in an order that rises in both."""
    places = _unique_places(right)
    pairs = [
        (i, places[passage])
        for passage, i in sorted(_unique_places(left).items(), key=lambda item: item[1])
        if passage in places
    ]
    return _rising(pairs)


def _unique_places(tokens: list[str]) -> dict[tuple[str, ...], int]:
    passages = list(zip(*(tokens[n:] for n in range(_ANCHOR)), strict=False))
    counts = Counter(passages)
    return {passage: place for place, passage in enumerate(passages) if counts[passage] == 1}


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of ``pairs`` whose second places rise too (patience sorting)."""
    ends: list[int] = []
    tops: list[int] = []
    before: list[int] = []
    for place, (_, target) in enumerate(pairs):
        pile = bisect_left(ends, target)
        ends[pile : pile + 1] = [target]
        tops[pile : pile + 1] = [place]
        before.append(tops[pile - 1] if pile else -1)
    chain: list[tuple[int, int]] = []
    place = tops[-1] if tops else -1
    while place >= 0:
        chain.append(pairs[place])
        place = before[place]
    return chain[::-1]


def _compared(left: list[str], right: list[str]) -> list[Change]:
    """Two blocks, token by token; what both ends share is set aside first."""
    shortest = min(len(left), len(right))
    head = next((n for n in range(shortest) if left[n] != right[n]), shortest)
    rest = shortest - head
    tail = next((n for n in range(rest) if left[-1 - n] != right[-1 - n]), rest)
    old, new = left[head : len(left) - tail], right[head : len(right) - tail]
    changes: list[Change] = [("=", "".join(left[:head]))]
    if len(old) * len(new) > _SMALL:
        changes += [("-", "".join(old)), ("+", "".join(new))]
    else:
        changes += _in_full(old, new)
    return [*changes, ("=", "".join(left[len(left) - tail :]))]


def _in_full(old: list[str], new: list[str]) -> Iterator[Change]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "=", "".join(old[i:j])
        else:
            yield "-", "".join(old[i:j])
            yield "+", "".join(new[k:m])


def _without_lone_space(changes: list[Change]) -> list[Change]:
    """A kept space between two changes joins them: whole phrases read better than single words."""
    result: list[Change] = []
    for place, (op, text) in enumerate(changes):
        between = 0 < place < len(changes) - 1
        if op == "=" and between and text.isspace() and "\n" not in text:
            result += [("-", text), ("+", text)]
        else:
            result.append((op, text))
    return result


def _joined(changes: list[Change]) -> list[Change]:
    """Neighbours joined: between two kept parts at most one taken out and one put in; none empty."""
    result: list[Change] = []
    taken, put = "", ""
    for op, text in [*changes, ("=", "")]:
        if op == "-":
            taken += text
        elif op == "+":
            put += text
        elif text or taken or put:
            result += [("-", taken)] if taken else []
            result += [("+", put)] if put else []
            taken = put = ""
            if text and result and result[-1][0] == "=":
                result[-1] = ("=", result[-1][1] + text)
            elif text:
                result.append(("=", text))
    return result
