"""The second tier: documents that answer a part of a question, nearest first, where few answer the whole."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archive.german.words import WORD, index_term
from archive.search.matching import Filters, allowed, answering
from archive.search.plan import (
    EXACT,
    FORM,
    PART,
    Node,
    Plan,
    Wanted,
    any_expression,
    grade,
    has_rows,
    is_hopeless,
    node_expression,
)
from archive.search.ranking import lower_the_lesser

ENOUGH = 10
"""Full hits from which on nothing else is looked for."""

COMMON = 5
"""A word in more than one of so many documents is not looked up: it tells nothing apart."""

RARE = 300
"""Documents up to which a word is never too common."""

LOOKED_AT = 2_000
"""Documents of one word that are looked at, the newest."""

CANDIDATES = 300
MOST = 20
"""Documents that are weighed, and that are shown."""

EVERYDAY, SOLE_EVERYDAY, RELATED, APART, OTHER = 0.7, 0.85, 0.75, 0.65, 0.5
"""Grade of another word for the word; where the word itself is nowhere; of a word of the same root; of its parts; of
what a slip may have meant too."""

LATER = (1.0, 0.9, 0.8, 0.75)
"""The usual word of the archive counts more than those named after it."""

SAYING = 0.6
"""Share of its grade that even a word has that stands everywhere; the rest grows as it gets rarer."""

FLOOR, FLOOR_BESIDE_FULL, OF_BEST = 0.25, 0.5, 0.5
"""Least coverage; least where there are full hits; least share of the best."""

FEW_FULL = 3
"""Full hits from which on a question of one word has all it needs."""

TITLE, WORDS = 0.5, 0.15
"""What words in the title add at most, and what bm25 adds."""


@dataclass(frozen=True, kw_only=True)
class Near:
    """A document that answers a part: its score, and the words that it lacks."""

    docno: int
    score: float
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """A word that was looked up: its weight, the grade of each document, and those with the word itself."""

    wanted: Wanted
    weight: float
    grades: Mapping[int, float]
    own: frozenset[int]


def nearest(conn: sqlite3.Connection, plan: Plan, filters: Filters, *, full: Sequence[int]) -> list[Near]:
    """The documents that come nearest, best first; none where the words say too little of any."""
    loose = [one for one in plan.wanted if not one.strict]
    if not loose or (len(plan.wanted) == 1 and len(full) >= FEW_FULL):
        return []
    total = int(conn.execute("select count(*) from documents_fts_docsize").fetchone()[0])
    looked = [found for one in loose if (found := _look_up(conn, one, total)) is not None]
    among = _strictly(conn, plan)
    coverage = _covered(looked, set(full), among)
    if not coverage:
        return []
    permitted = allowed(conn, coverage, filters)
    return _in_order(conn, {docno: coverage[docno] for docno in permitted}, looked, loose, beside_full=bool(full))


def _look_up(conn: sqlite3.Connection, wanted: Wanted, total: int) -> _Looked | None:
    """A word's documents with their grades; None for one that is too common to tell documents apart."""
    if _is_common(conn, wanted.node, max(RARE, total // COMMON)):
        return None
    grades: dict[int, float] = {}
    for at_least, docnos in zip((EXACT, FORM, PART), _by_grade(conn, wanted.node, (EXACT, FORM, PART)), strict=True):
        for docno in docnos:
            grades.setdefault(docno, at_least)
    own = frozenset(grades)
    found = [
        (exact, every, factor)
        for node, factor in _beside(wanted, known=bool(own))
        if not _is_common(conn, node, max(RARE, total // COMMON))
        for exact, every in [_by_grade(conn, node, (FORM, PART))]
    ]
    rarest = max((_weight(total, len(every)) for _, every, _ in found if every), default=1.0)
    for exact, every, factor in found:
        value = factor * (SAYING + (1 - SAYING) * _weight(total, len(every)) / rarest)
        for docno in every:
            grades[docno] = max(grades.get(docno, 0), value * (1 if docno in exact else FORM))
    parts = dict[int, float]()
    for node in wanted.parts:
        for docno in answering(conn, node, most=LOOKED_AT):
            parts[docno] = parts.get(docno, 0) + APART / len(wanted.parts)
    grades |= {docno: max(value, grades.get(docno, 0)) for docno, value in parts.items()}
    weight = _weight(total, len(own if own else grades))
    return _Looked(wanted=wanted, weight=weight, grades=grades, own=own)


def _by_grade(conn: sqlite3.Connection, node: Node, grades: Sequence[float]) -> list[set[int]]:
    """The documents that answer a node, by each of the grades at least; what is the same is asked once."""
    found: dict[str | float | None, set[int]] = {}
    keys = [at_least if has_rows(node) else node_expression(node, at_least=at_least) for at_least in grades]
    for key, at_least in zip(keys, grades, strict=True):
        if key not in found:
            found[key] = answering(conn, node, at_least=at_least, most=LOOKED_AT)
    return [found[key] for key in keys]


def _weight(total: int, documents: int) -> float:
    """How much a word tells that stands in so many of all documents."""
    return math.log(1 + total / (1 + documents))


def _beside(wanted: Wanted, *, known: bool) -> Iterator[tuple[Node, float]]:
    """Words that stand in for one, with their grade."""
    if wanted.related is not None:
        yield wanted.related, RELATED
    for place, node in enumerate(wanted.everyday):
        yield node, (EVERYDAY if known else SOLE_EVERYDAY) * LATER[min(place, len(LATER) - 1)]
    yield from ((node, OTHER) for node in wanted.others)


def _is_common(conn: sqlite3.Connection, node: Node, most: int) -> bool:
    expression = any_expression([node])
    if expression is None:
        return False
    rows = conn.execute(
        "select count(*) from (select 1 from documents_fts where documents_fts match ? limit ?)", (expression, most + 1)
    )
    return int(rows.fetchone()[0]) > most


def _strictly(conn: sqlite3.Connection, plan: Plan) -> set[int] | None:
    """The documents that phrases and prefixes leave; None where there are none of them."""
    sets = [answering(conn, one.node) for one in plan.wanted if one.strict]
    unwanted = {docno for node in plan.without for docno in answering(conn, node)}
    if sets:
        return set.intersection(*sets) - unwanted
    if unwanted:
        everything = {int(row[0]) for row in conn.execute("select id from documents_fts_docsize")}
        return everything - unwanted
    return None


def _covered(looked: Sequence[_Looked], full: set[int], among: set[int] | None) -> dict[int, float]:
    """The share of the question's weight that each document covers; the best of them only."""
    whole = sum(one.weight for one in looked)
    found: dict[int, float] = {}
    for one in sorted(looked, key=lambda one: -one.weight):
        for docno, value in one.grades.items():
            found[docno] = found.get(docno, 0) + one.weight * value / whole
    kept = ((docno, value) for docno, value in found.items() if docno not in full)
    if among is not None:
        kept = ((docno, value) for docno, value in kept if docno in among)
    best = sorted(kept, key=lambda item: (-item[1], -item[0]))[:CANDIDATES]
    return dict(best)


def _in_order(
    conn: sqlite3.Connection,
    coverage: Mapping[int, float],
    looked: Sequence[_Looked],
    loose: Sequence[Wanted],
    *,
    beside_full: bool,
) -> list[Near]:
    if not coverage:
        return []
    floor = max(FLOOR_BESIDE_FULL if beside_full else FLOOR, OF_BEST * max(coverage.values()))
    kept = {docno: value for docno, value in coverage.items() if value >= floor}
    titles, words = _titles(conn, kept), _bm25(conn, looked, kept)
    scores = {
        docno: value + TITLE * _title_share(titles.get(docno, ""), looked) + WORDS * words.get(docno, 0)
        for docno, value in kept.items()
    }
    lower_the_lesser(conn, scores)
    best = sorted(scores, key=lambda docno: (-round(scores[docno], 3), -docno))[:MOST]
    looked = [replace(one, own=_all_of(conn, one)) for one in looked]
    return [
        Near(docno=docno, score=round(scores[docno], 3), missing=_missing(conn, docno, looked, loose)) for docno in best
    ]


def _all_of(conn: sqlite3.Connection, one: _Looked) -> frozenset[int]:
    """All documents with a word itself, also those that were not looked at."""
    return frozenset(answering(conn, one.wanted.node)) if len(one.own) >= LOOKED_AT else one.own


def _title_share(title: str, looked: Sequence[_Looked]) -> float:
    words = [index_term(word) for word in WORD.findall(title)]
    whole = sum(one.weight for one in looked)
    return sum(one.weight * _title_grade(one, words) for one in looked) / whole


def _title_grade(one: _Looked, words: Sequence[str]) -> float:
    beside = (factor * grade(node, words) for node, factor in _beside(one.wanted, known=bool(one.own)))
    parts = sum(grade(node, words) for node in one.wanted.parts) * APART / max(1, len(one.wanted.parts))
    return max(grade(one.wanted.node, words), parts, *beside, 0)


def _titles(conn: sqlite3.Connection, docnos: Iterable[int]) -> dict[int, str]:
    rows = conn.execute(
        "select docno, title from documents where docno in (select value from json_each(?))",
        (json.dumps(list(docnos)),),
    )
    return {int(docno): str(title) for docno, title in rows}


def _bm25(conn: sqlite3.Connection, looked: Sequence[_Looked], docnos: Mapping[int, float]) -> dict[int, float]:
    """How bm25 sees the kept documents beside each other, 0 to 1; nothing where that would cost too much."""
    if sum(len(one.grades) for one in looked) > CANDIDATES * 10:
        return {}
    expression = any_expression(node for one in looked for node in _nodes(one.wanted))
    if expression is None:
        return {}
    rows = conn.execute("select rowid, rank from documents_fts where documents_fts match ?", (expression,))
    values = {int(docno): -float(rank) for docno, rank in rows if docno in docnos}
    most = max(values.values(), default=0)
    return {docno: value / most for docno, value in values.items()} if most > 0 else {}


def _nodes(wanted: Wanted) -> Iterator[Node]:
    beside = (node for node, _ in _beside(wanted, known=True))
    yield from (node for node in (wanted.node, *beside, *wanted.parts) if not is_hopeless(node))


def _missing(
    conn: sqlite3.Connection, docno: int, looked: Sequence[_Looked], loose: Sequence[Wanted]
) -> tuple[str, ...]:
    """The words of the question that a document lacks, in their order."""
    own = {id(one.wanted): one.own for one in looked}
    lacking = [
        one.typed
        for one in loose
        if (docno not in own[id(one)] if id(one) in own else not _stands_in(conn, one.node, docno))
    ]
    return tuple(dict.fromkeys(lacking))


def _stands_in(conn: sqlite3.Connection, node: Node, docno: int) -> bool:
    expression = any_expression([node])
    rows = conn.execute(
        "select 1 from documents_fts where documents_fts match ? and rowid = ?", (expression or '""', docno)
    )
    return rows.fetchone() is not None
