"""Topics: what a document is about, by rules over a controlled vocabulary, each with the phrases that show it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from archive.german import fold, stem
from archive.german.words import WORD
from archive.keeping.records import TopicRecord
from pipelines.reading import without_marks
from pipelines.topics.vocabulary import Phrase, WordPattern, load_vocabulary, topic_rows, write_topics

RULES_VERSION = load_vocabulary().version
"""Changes with every rule; documents tagged under another version are tagged again by ``rebuild``."""

__all__ = ["RULES_VERSION", "assign_topics", "topic_rows", "write_topics"]


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
    words = [match for match in WORD.finditer(without_marks(text)) if not skip or not _skipped(match.start(), skip)]
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


NOTHING, TITLE_ENOUGH = 5, 2.5
"""Where there is no text to speak of (a scan, a release of files only), a usual phrase in the title will do."""

TINY, TINY_ENOUGH = 60, 3.5
"""A text of at most so many words needs only so much: a notice, a list of links."""

USUAL = 150
"""From so many words on a text needs ``ENOUGH``; between, the score needed rises evenly."""

ENOUGH = 4.0
"""From this score on a short document has a topic: one strong phrase is not enough, two are."""

SHORT = 300
"""A document of so many words is short; longer ones need more, see `needed_score`."""

GROWTH = 0.75
DAMPING = 0.75
NAMING = ("sure", "strong")
TITLE_WORTH = {"sure": 6.0, "strong": 6.0, "usual": 2.5, "weak": 1.0}
KICKER_WORTH = {"sure": 3.0, "strong": 3.0, "usual": 1.0, "weak": 0.0}
SHOWN = 4
"""So many phrases are named as evidence."""


@dataclass(kw_only=True)
class _Found:
    """What speaks for one topic: phrases in the title, in the kicker and, with their pages, in the text."""

    title: list[Hit] = field(default_factory=list)
    kicker: list[Hit] = field(default_factory=list)
    text: dict[str, list[tuple[int, Hit]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def shown_by_more_than_weak(self) -> bool:
        in_text = (hits[0][1] for hits in self.text.values())
        return any(hit.phrase.strength != "weak" for hit in (*self.title, *self.kicker, *in_text))


def assign_topics(
    *, title: str, kicker: str | None, pages: Sequence[str], contact_spans: Sequence[Sequence[Span]] = ()
) -> tuple[TopicRecord, ...]:
    """Return the topics of a document, the surest first.

    ``pages`` are its mended pages in order, ``contact_spans`` the contact blocks of each as [start, end)
    offsets (nothing in them counts). ``evidence`` names the phrases as printed and where they stand.

    >>> topics = assign_topics(
    ...     title="Verbot der Kameras am Bahnhof", kicker=None,
    ...     pages=["Die Videoüberwachung war unzulässig. Die Kameras hatten keinen Zweck."])
    >>> topics[0].topic_id, topics[0].evidence
    ('videoueberwachung', 'Titel: »Kameras«; Text: »Videoüberwachung«, »Kameras«')
    """
    found: dict[str, _Found] = defaultdict(_Found)
    for hit in find_phrases(title):
        found[hit.phrase.topic_id].title.append(hit)
    for hit in find_phrases(kicker or ""):
        found[hit.phrase.topic_id].kicker.append(hit)
    for number, page in enumerate(pages, start=1):
        skip = contact_spans[number - 1] if number <= len(contact_spans) else ()
        for hit in find_phrases(page, skip=skip):
            found[hit.phrase.topic_id].text[hit.phrase.text].append((number, hit))
    needed = needed_score(sum(count_words(page) for page in pages))
    records = (_record(topic_id, one, paged=len(pages) > 1) for topic_id, one in found.items())
    places = {topic.id: place for place, topic in enumerate(load_vocabulary().topics)}
    chosen = (record for record in records if _belongs(found[record.topic_id], record.score, needed))
    return tuple(sorted(chosen, key=lambda record: (-record.score, places[record.topic_id])))


def needed_score(words: int) -> float:
    """The score that a text of so many words must reach, slowly growing with its length.

    >>> needed_score(40), needed_score(250), round(needed_score(12_000), 1)
    (3.5, 4.0, 63.6)
    """
    if words < NOTHING:
        return TITLE_ENOUGH
    if words < USUAL:
        return TINY_ENOUGH + (ENOUGH - TINY_ENOUGH) * max(0.0, (words - TINY) / (USUAL - TINY))
    return ENOUGH * float(max(1.0, words / SHORT) ** GROWTH)


def _belongs(found: _Found, score: float, needed: float) -> bool:
    """A strong phrase in the title names the topic, however long the text; weak ones alone never do."""
    if any(hit.phrase.strength in NAMING for hit in found.title):
        return True
    return score >= needed and found.shown_by_more_than_weak


def _record(topic_id: str, found: _Found, *, paged: bool) -> TopicRecord:
    text = sum(_worth(hits) for hits in found.text.values())
    title = sum(TITLE_WORTH[strength] for strength in {hit.phrase.strength for hit in found.title})
    kicker = sum(KICKER_WORTH[strength] for strength in {hit.phrase.strength for hit in found.kicker})
    return TopicRecord(topic_id=topic_id, evidence=_evidence(found, paged=paged), score=round(text + title + kicker, 2))


def _worth(hits: Sequence[tuple[int, Hit]]) -> float:
    """What the mentions of one phrase in the text are worth: each further one less than the first."""
    phrase = hits[0][1].phrase
    return phrase.weight if phrase.strength == "weak" else phrase.weight * float(len(hits) ** DAMPING)


def _evidence(found: _Found, *, paged: bool) -> str:
    """Where which phrase stands: ``Titel: »Videoüberwachung«; S. 3: »Kameras«``."""
    parts = []
    if found.title:
        parts.append("Titel: " + _quoted(hit.words for hit in found.title))
    if found.kicker:
        parts.append("Dachzeile: " + _quoted(hit.words for hit in found.kicker))
    best = sorted(found.text.values(), key=lambda hits: (-_worth(hits), hits[0][0]))
    by_page: dict[int, list[str]] = defaultdict(list)
    for hits in best[:SHOWN]:
        page, hit = hits[0]
        by_page[page].append(hit.words)
    for page, words in sorted(by_page.items()):
        parts.append((f"S. {page}: " if paged else "Text: ") + _quoted(words))
    return "; ".join(parts)


def _quoted(words: Iterable[str]) -> str:
    """Each once, on one line.

    >>> _quoted(["Kameras", "Kameras"])
    '»Kameras«'
    """
    return ", ".join(f"»{' '.join(one.split())}«" for one in dict.fromkeys(words))
