"""Finds documents that publish again what the DSK published: near-duplicate texts."""

from __future__ import annotations

import heapq
import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from zlib import crc32

from pipelines.links.records import RULES, Paper, Relation, days_between

_RULE = RULES["duplicates"]
_WORD = re.compile(r"[^\W_]+")
_HYPHENS = re.compile("[-\u00ad\u2010\u2011\x02]\n?")
_BITS = 0xFFFFFFFFFFFF
_PLACE_BITS = 20
"""A million originals; 44 bits are left for a hash."""
_PLACES = (1 << _PLACE_BITS) - 1
_HASH_BITS = (1 << 64 - _PLACE_BITS) - 1
ORIGIN, COPIES = "dsk", "dsmv"


def shingles(text: str) -> set[int]:
    """Hashes of the three-word sequences of a text's first words; hyphens and case do not count.

    >>> len(shingles("Die Konferenz tagte am Freitag"))
    3
    """
    words = [
        crc32(word.encode()) for word in _WORD.findall(_HYPHENS.sub("", text).casefold())[: _RULE["words"]]
    ]
    return {
        ((first * 0x9E3779B97F4A7C15 ^ second * 0xC2B2AE3D27D4EB4F ^ third * 0x165667B19E3779F9) >> 8) & _BITS
        for first, second, third in zip(words, words[1:], words[2:], strict=False)
    }


def sketch(hashes: Iterable[int]) -> tuple[int, ...]:
    """The smallest hashes: two texts share as many of them as they share of their sequences."""
    return tuple(heapq.nsmallest(_RULE["sketch"], hashes))


def find_republications(papers: Iterable[Paper]) -> Iterator[Relation]:
    """``republishes`` relations from documents of the DSMV to those of the DSK with the same text."""
    ordered = sorted(papers, key=lambda paper: paper.id)
    originals: list[Paper] = []
    entries = array("Q")
    for paper, values in _sketched(ordered, ORIGIN):
        entries.extend(_entry(value, len(originals)) for value in values)
        originals.append(paper)
    entries = array("Q", sorted(entries))
    for paper, values in _sketched(ordered, COPIES) if originals else ():
        relation = _best(paper, [originals[place] for place in _alike(values, entries)])
        if relation is not None:
            yield relation


def _sketched(papers: Iterable[Paper], source: str) -> Iterator[tuple[Paper, tuple[int, ...]]]:
    """The documents of a source that have text enough, each with its sketch; one at a time in memory."""
    for paper in papers:
        if paper.source == source and len(hashes := shingles(_text(paper))) >= _RULE["least_shingles"]:
            yield paper, sketch(hashes)


def _text(paper: Paper) -> str:
    return "\n".join(text for _, text in paper.pages)


def _entry(value: int, place: int) -> int:
    """A hash and the place of the document that has it, in 64 bits: sorted, they are an index."""
    return (value & _HASH_BITS) << _PLACE_BITS | place


def _holders(value: int, entries: array[int]) -> Iterator[int]:
    """The places of the documents that have a hash."""
    low = _entry(value, 0)
    at = bisect_left(entries, low)
    while at < len(entries) and entries[at] >> _PLACE_BITS == low >> _PLACE_BITS:
        yield entries[at] & _PLACES
        at += 1


def _alike(values: Sequence[int], entries: array[int]) -> list[int]:
    shared = Counter(place for value in values for place in _holders(value, entries))
    ranked = sorted(shared.items(), key=lambda entry: (-entry[1], entry[0]))
    return [place for place, count in ranked[: _RULE["most_candidates"]] if count >= _RULE["least_shared"]]


def _best(paper: Paper, candidates: Sequence[Paper]) -> Relation | None:
    """The candidate with the most equal text, if it is enough and of the same time."""
    if not candidates:
        return None
    mine = shingles(_text(paper))
    ranked = []
    for other in candidates:
        if paper.date and other.date and abs(days_between(other.date, paper.date)) > _days(paper):
            continue
        jaccard, contained, ratio = _overlap(mine, shingles(_text(other)))
        if jaccard >= _RULE["jaccard"] or (
            contained >= _RULE["containment"] and ratio >= _RULE["size_ratio"]
        ):
            ranked.append((contained + jaccard, other))
    if not ranked:
        return None
    ranked.sort(key=lambda entry: (-entry[0], entry[1].id))
    score, other = ranked[0]
    percent = round(50 * score)
    return Relation(
        document_id=paper.id, kind="republishes", url=other.url, target_id=other.id,
        evidence=f"{percent} % gleicher Text", score=round(score / 2, 3),
    )  # fmt: skip


def _days(paper: Paper) -> int:
    """Releases are repeated within weeks; copies of guidance papers lie on a site for years."""
    return int(_RULE["days_apart"]) if paper.doc_type == "pressemitteilung" else 36_500


def _overlap(mine: set[int], theirs: set[int]) -> tuple[float, float, float]:
    common = len(mine & theirs)
    smaller, larger = sorted((len(mine), len(theirs)))
    return common / len(mine | theirs), common / max(1, smaller), smaller / max(1, larger)
