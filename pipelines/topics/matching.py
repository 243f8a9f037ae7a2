"""Finds the phrases of the vocabulary in a text, word by word."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from archive.german import fold, stem
from archive.german.folding import WORD
from pipelines.marks import without_marks
from pipelines.topics.vocabulary import Phrase, WordPattern, load_vocabulary

WINDOW = 12
"""So many words to either side are the context of a phrase."""

LONGEST = 80
"""Longer words begin no phrase; bounds the work on hostile text."""

Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A phrase found: its words as printed."""

    phrase: Phrase
    words: str


def find_phrases(text: str, *, skip: Sequence[Span] = ()) -> Iterator[Hit]:
    """Yield the phrases of all topics in a text, in order; of one topic none inside another.

    What lies in a span of ``skip`` (contact blocks) or in the name of an office is passed over; marks of
    notes are read over.
    """
    words = [
        match for match in WORD.finditer(without_marks(text)) if not skip or not _skipped(match.start(), skip)
    ]
    covered: dict[str, int] = {}
    masked = 0
    for at, match in enumerate(words):
        if at < masked or match.end() - match.start() > LONGEST:
            continue
        candidates = candidates_for(match[0])
        if not candidates:
            continue
        for phrase in candidates:
            if at < covered.get(phrase.topic_id, 0) or not _follows(phrase.words, words, at):
                continue
            end = at + len(phrase.words)
            if not phrase.topic_id:
                masked = end
                break
            if _in_context(phrase, words, at):
                covered[phrase.topic_id] = end
                yield Hit(phrase=phrase, words=text[match.start() : words[end - 1].end()])


def count_words(text: str) -> int:
    """How many words a text has, as the search index counts them."""
    return sum(1 for _ in WORD.finditer(text))


def _skipped(start: int, spans: Sequence[Span]) -> bool:
    at = bisect_right(spans, (start, 1 << 62)) - 1
    return at >= 0 and spans[at][0] <= start < spans[at][1]


def _follows(patterns: Sequence[WordPattern], words: Sequence[re.Match[str]], at: int) -> bool:
    """Whether the words behind the first one are those of the phrase."""
    if len(patterns) == 1:
        return True
    if at + len(patterns) > len(words):
        return False
    return all(patterns[step].fits(words[at + step][0][:LONGEST]) for step in range(1, len(patterns)))


def _in_context(phrase: Phrase, words: Sequence[re.Match[str]], at: int) -> bool:
    if not phrase.near and not phrase.far:
        return True
    around = [match[0][:LONGEST] for match in words[max(0, at - WINDOW) : at + len(phrase.words) + WINDOW]]
    if phrase.far and _any_fits(phrase.far, around):
        return False
    return not phrase.near or _any_fits(phrase.near, around)


def _any_fits(patterns: Sequence[WordPattern], around: Sequence[str]) -> bool:
    return any(pattern.fits(word) for pattern in patterns for word in around)


@lru_cache(maxsize=100_000)
def candidates_for(surface: str) -> tuple[Phrase, ...]:
    """The phrases that may begin with a word: masks first, then the heavier and longer ones.

    >>> [phrase.text for phrase in candidates_for("Klingelkameras")]
    ['Klingelkamera', '*kamera']
    """
    index = _index()
    folded, stemmed = fold(surface), stem(surface)
    found = [*index.by_stem.get(stemmed, ())]
    for length in range(3, len(folded) + 1):
        found += index.by_begin.get(folded[:length], ())
    for start in range(1, len(stemmed) - 3):
        found += index.by_end.get(stemmed[start:], ())
    fitting = [phrase for phrase in found if phrase.words[0].fits(surface)]
    return tuple(sorted(fitting, key=lambda p: (bool(p.topic_id), -p.weight, -len(p.words))))


@dataclass(frozen=True, kw_only=True)
class _Index:
    """All phrases by their first word: its stem, the beginning or the end of its folded form."""

    by_stem: dict[str, list[Phrase]]
    by_begin: dict[str, list[Phrase]]
    by_end: dict[str, list[Phrase]]


@cache
def _index() -> _Index:
    index = _Index(by_stem=defaultdict(list), by_begin=defaultdict(list), by_end=defaultdict(list))
    for phrase in load_vocabulary().phrases:
        first = phrase.words[0]
        if first.stem:
            index.by_stem[first.stem].append(phrase)
        elif first.begin:
            index.by_begin[first.begin].append(phrase)
        else:
            index.by_end[first.end].append(phrase)
    return index
