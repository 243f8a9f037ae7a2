"""Finds which document is a newer version of which, by title and file name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pipelines.links.names import Key, Version, file_key, file_version, title_key, title_version, weight
from pipelines.links.records import RULES, Paper, Relation, days_between

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
    order = [min(ranked[rank], key=_original_first) for rank in sorted(ranked)]
    yield from ((newer, older) for older, newer in pairwise(order) if _replaces(newer, older))


def _original_first(paper: Paper) -> tuple[bool, str, str]:
    return (not paper.url.lower().endswith(".pdf"), paper.date or "9999", paper.id)


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
