"""Measures search quality: recall, precision and nDCG@10 per kind of query."""

from __future__ import annotations

import json
import math
import re
import sqlite3
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from search_archives import HERE, QUERIES, SHARED, Sample

Search = Callable[[sqlite3.Connection, str], Sequence[str]]
"""Query in, document ids out, best first."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A query with the grade (2 title, 1 text) of every relevant document."""

    kind: str
    query: str
    grades: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Score:
    """Means over the queries of one kind, each 0 to 1."""

    queries: int
    recall: float
    precision: float
    ndcg: float


def sample_cases() -> list[Case]:
    """The queries over the sample texts."""
    cases = []
    for kind, query, ids in tomllib.loads((HERE / "sample_queries.toml").read_text("utf-8"))["queries"]:
        grades = {one.lstrip("+"): 2 if one.startswith("+") else 1 for one in ids.split()}
        cases.append(Case(kind=kind, query=query, grades=grades))
    return cases


def shared_cases(documents: Iterable[Sample]) -> list[Case]:
    """The queries that lie beside the checkout, judged by their patterns."""
    entries = json.loads((SHARED / "search" / "dev_queries.json").read_text("utf-8"))
    return _judged([(one["kind"], one["query"], one["relevant_pattern"]) for one in entries], documents)


def release_cases(documents: Iterable[Sample]) -> list[Case]:
    """Our own queries over the same releases."""
    entries = tomllib.loads((HERE / "release_queries.toml").read_text("utf-8"))["queries"]
    return _judged([(kind, query, pattern) for kind, query, pattern in entries], documents)


def _judged(entries: Sequence[tuple[str, str, str]], documents: Iterable[Sample]) -> list[Case]:
    known, cases = list(documents), []
    for kind, query, pattern in entries:
        compiled = re.compile(pattern, re.IGNORECASE)
        matches = compiled.match if pattern.startswith("(?=") else compiled.search
        grades = {}
        for one in known:
            if matches(" ".join((one.kicker or "", one.title, *one.pages))):
                grades[one.id] = 2 if matches(one.title) else 1
        cases.append(Case(kind=kind, query=query, grades=grades))
    return cases


def measure(conn: sqlite3.Connection, cases: Iterable[Case], search: Search) -> dict[str, Score]:
    """Scores per kind, and over all queries under ``all``."""
    values: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for case in cases:
        scored = score(case, search(conn, case.query))
        values[case.kind].append(scored)
        values["all"].append(scored)
    return {kind: _mean(found) for kind, found in values.items()}


def score(case: Case, found: Sequence[str]) -> tuple[float, float, float]:
    """Recall, precision and nDCG@10 of one answer. Nothing wanted and nothing found is perfect."""
    hits = len(set(found) & set(case.grades))
    if not case.grades:
        return (1.0, 0.0, 0.0) if found else (1.0, 1.0, 1.0)
    ideal = _gain(sorted(case.grades.values(), reverse=True))
    ranked = _gain([case.grades.get(one, 0) for one in found])
    return hits / len(case.grades), hits / len(found) if found else 0.0, ranked / ideal


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:10]))


def _mean(found: Sequence[tuple[float, float, float]]) -> Score:
    recall, precision, ndcg = (sum(column) / len(found) for column in zip(*found, strict=True))
    return Score(queries=len(found), recall=recall, precision=precision, ndcg=ndcg)


def table(scores: Mapping[str, Score]) -> str:
    """The scores as lines of text."""
    return "\n".join(
        f"{kind:14} {one.queries:4} {one.recall:6.3f} {one.precision:6.3f} {one.ndcg:6.3f}"
        for kind, one in scores.items()
    )


@dataclass(frozen=True, kw_only=True)
class Graded:
    """Means over the queries of one kind: nDCG@10, a best hit first, a wanted one among five, nothing found."""

    queries: int
    ndcg: float
    first: float
    five: float
    nothing: float


def graded_cases() -> list[dict[str, object]]:
    """The graded queries of the second set."""
    return list(json.loads((QUERIES / "dev_queries_2.json").read_text("utf-8")))


def reader_cases() -> list[dict[str, object]]:
    """Our own queries, as readers type them, over the sample texts."""
    entries = tomllib.loads((HERE / "reader_queries.toml").read_text("utf-8"))["queries"]
    return [
        {
            "kind": kind,
            "query": query,
            "relevant": {one.lstrip("+"): 2 if one.startswith("+") else 1 for one in ids.split()},
            "first": [],
        }
        for kind, query, ids in entries
        if ids
    ]


def grade_all(cases: Iterable[Mapping[str, object]], search: Callable[[str], Sequence[str]]) -> dict[str, Graded]:
    """Scores per kind of graded queries, and of all under ``all``; where nothing is wanted, only ``nothing`` counts."""
    values: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    for case in cases:
        one = grade_one(case, search(str(case["query"])))
        values[str(case["kind"])].append(one)
        if case["kind"] != "thin":
            values["all"].append(one)
    return {
        kind: Graded(queries=len(found), **dict(zip(("ndcg", "first", "five", "nothing"), _means(found), strict=True)))
        for kind, found in values.items()
    }


def grade_one(case: Mapping[str, object], found: Sequence[str]) -> tuple[float, float, float, float]:
    """nDCG@10, whether a best hit is first, whether a wanted one is among five, whether nothing is found."""
    grades: Mapping[str, int] = case["relevant"]  # type: ignore[assignment]
    best = set(case["first"]) or {one for one, grade in grades.items() if grade == max(grades.values())}  # type: ignore[call-overload]
    if not grades:
        return (0.0, 0.0, 0.0, float(not found))
    ideal = _gain(sorted(grades.values(), reverse=True))
    gain = _gain([grades.get(one, 0) for one in found])
    return (
        gain / ideal,
        float(bool(found) and found[0] in best),
        float(any(one in grades for one in found[:5])),
        float(not found),
    )


def _means(found: Sequence[tuple[float, ...]]) -> list[float]:
    return [sum(column) / len(found) for column in zip(*found, strict=True)]
