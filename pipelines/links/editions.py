"""Finds what repeats an older document: copies with the same text, and newer versions of a paper."""

from __future__ import annotations

import heapq
import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from zlib import crc32

from pipelines.links.papers import (
    RULES,
    Key,
    Paper,
    Relation,
    Version,
    days_between,
    file_key,
    file_version,
    title_key,
    title_version,
    weight,
)

_RULE = RULES["duplicates"]
_WORD = re.compile(r"[^\W_]+")
_HYPHENS = re.compile("[-\u00ad\u2010\u2011\x02]\n?")
_BITS = 0xFFFFFFFFFFFF
_PLACE_BITS = 20
"""A million originals; 44 bits are left for a hash."""
_PLACES = (1 << _PLACE_BITS) - 1
_HASH_BITS = (1 << 64 - _PLACE_BITS) - 1


def shingles(text: str) -> set[int]:
    """Hashes of the three-word sequences of a text's first words; hyphens and case do not count.

    >>> len(shingles("Die Konferenz tagte am Freitag"))
    3
    """
    words = [crc32(word.encode()) for word in _WORD.findall(_HYPHENS.sub("", text).casefold())[: _RULE["words"]]]
    return {
        ((first * 0x9E3779B97F4A7C15 ^ second * 0xC2B2AE3D27D4EB4F ^ third * 0x165667B19E3779F9) >> 8) & _BITS
        for first, second, third in zip(words, words[1:], words[2:], strict=False)
    }


def sketch(hashes: Iterable[int]) -> tuple[int, ...]:
    """The smallest hashes: two texts share as many of them as they share of their sequences."""
    return tuple(heapq.nsmallest(_RULE["sketch"], hashes))


def find_republications(papers: Iterable[Paper]) -> Iterator[Relation]:
    """``republishes`` relations to documents of a source of originals from those of others with the same text."""
    ordered = sorted(papers, key=lambda paper: paper.id)
    originals: list[Paper] = []
    entries = array("Q")
    for paper, values in _sketched(ordered, original=True):
        entries.extend(_entry(value, len(originals)) for value in values)
        originals.append(paper)
    entries = array("Q", sorted(entries))
    for paper, values in _sketched(ordered, original=False) if originals else ():
        relation = _best(paper, [originals[place] for place in _alike(values, entries)])
        if relation is not None:
            yield relation


def _sketched(papers: Iterable[Paper], *, original: bool) -> Iterator[tuple[Paper, tuple[int, ...]]]:
    """The documents, originals or others, that have text enough, each with its sketch; one at a time in memory."""
    for paper in papers:
        if paper.original is original and len(hashes := shingles(_text(paper))) >= _RULE["least_shingles"]:
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
    # Releases are repeated within weeks; copies of guidance papers lie on a site for years.
    days = int(_RULE["days_apart"]) if paper.doc_type == "pressemitteilung" else 36_500
    ranked = []
    for other in candidates:
        if paper.date and other.date and abs(days_between(other.date, paper.date)) > days:
            continue
        jaccard, contained, ratio = _overlap(mine, shingles(_text(other)))
        if jaccard >= _RULE["jaccard"] or (contained >= _RULE["containment"] and ratio >= _RULE["size_ratio"]):
            ranked.append((contained + jaccard, other))
    if not ranked:
        return None
    ranked.sort(key=lambda entry: (-entry[0], entry[1].id))
    score, other = ranked[0]
    percent = round(50 * score)
    return Relation(
        document_id=paper.id,
        kind="republishes",
        url=other.url,
        target_id=other.id,
        evidence=f"{percent} % gleicher Text",
        score=round(score / 2, 3),
    )


def _overlap(mine: set[int], theirs: set[int]) -> tuple[float, float, float]:
    common = len(mine & theirs)
    smaller, larger = sorted((len(mine), len(theirs)))
    return common / len(mine | theirs), common / max(1, smaller), smaller / max(1, larger)


_VERSIONED = frozenset(RULES["types"]["versioned"])
_REVISED = frozenset(RULES["types"]["revised"])
_DAYS_APART = RULES["replacing"]["days_apart"]
_HEAD = 500
_LEAST_LETTERS = 8
_PERIOD = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def find_replacements(papers: Iterable[Paper]) -> Iterator[Relation]:
    """``replaces`` relations: each version to the one directly before it, of the same source and language."""
    found: dict[tuple[str, str], Relation] = {}
    for group in _groups(papers):
        for newer, older in _steps(group):
            relation = _relation(newer, older)
            found.setdefault((relation.document_id, older.id), relation)
    yield from (found[key] for key in sorted(found))


def stated_version(paper: Paper) -> Version | None:
    """The version of a document: as its title, its file name, or its first lines state it."""
    head = paper.pages[0][1][:_HEAD] if paper.pages else ""
    return title_version(paper.title) or file_version(paper.url) or title_version(head)


def _groups(papers: Iterable[Paper]) -> Iterator[list[Paper]]:
    groups: dict[tuple[str, str, str, Key], list[Paper]] = defaultdict(list)
    for paper in sorted(papers, key=lambda paper: paper.id):
        if paper.doc_type not in _VERSIONED or paper.parent_id:
            continue
        for by, key in (("title", title_key(paper.title)), ("file", _file_key(paper))):
            if weight(key) >= _LEAST_LETTERS:
                groups[by, paper.source, paper.language or "de", key].append(paper)
    yield from (group for _, group in sorted(groups.items()) if len(group) > 1)


def _file_key(paper: Paper) -> Key:
    key = file_key(paper.url)
    return key if paper.url.rsplit("/", 1)[-1].count(".") else ()


def _steps(group: Sequence[Paper]) -> Iterator[tuple[Paper, Paper]]:
    """Neighbours of a group in the order of versions; two formats of one version are one step."""
    ranked: dict[tuple[tuple[int, int, str], str], list[Paper]] = defaultdict(list)
    for paper in group:
        version = stated_version(paper)
        number = version.number if version else (0, 0, "")
        ranked[number, "" if version else (paper.date or "")].append(paper)
    order = [
        min(ranked[rank], key=lambda one: (not one.url.lower().endswith(".pdf"), one.date or "9999", one.id))
        for rank in sorted(ranked)
    ]
    yield from ((newer, older) for older, newer in pairwise(order) if _replaces(newer, older))


def _replaces(newer: Paper, older: Paper) -> bool:
    new, old = stated_version(newer), stated_version(older)
    apart = days_between(older.date, newer.date) if older.date and newer.date else None
    if new is None:
        return _revised(newer, older, apart)
    if apart is not None and apart < -_DAYS_APART:
        return False
    if old is None:
        return new.number > (1, 0, "") and _same_kind(newer, older)
    return new.number > old.number and _same_kind(newer, older)


def _same_kind(newer: Paper, older: Paper) -> bool:
    return newer.doc_type == older.doc_type or title_key(newer.title) == title_key(older.title)


def _revised(newer: Paper, older: Paper, apart: int | None) -> bool:
    """No version is stated: the same title again, clearly later, of a type that is revised."""
    same = title_key(newer.title) == title_key(older.title) and newer.doc_type == older.doc_type
    if not same or newer.doc_type not in _REVISED or _PERIOD.search(newer.title + older.title):
        return False
    return apart is not None and apart >= _DAYS_APART


def _relation(newer: Paper, older: Paper) -> Relation:
    new, old = stated_version(newer), stated_version(older)
    same = "gleicher Titel" if title_key(newer.title) == title_key(older.title) else "gleicher Dateiname"
    says = (
        f"{new.raw} nach {old.raw if old else 'einer Fassung ohne Nummer'}"
        if new
        else f"{newer.date} nach {older.date}"
    )
    return Relation(
        document_id=newer.id,
        kind="replaces",
        url=older.url,
        target_id=older.id,
        evidence=f"{same}: {says}",
        score=0.9 if new else 0.7,
    )
