"""The quality gate: floors for recall, precision and nDCG@10 per kind of query.

Lower a floor only together with the reason in the commit. Floors are the measured figures, less one
hundredth where a kind has few queries.
"""

from __future__ import annotations

import os
import sqlite3
import tomllib
from collections.abc import Sequence

import pytest
from search_archives import HERE, QUERIES, RELEASES, archive_of, releases, sample_texts, second_set
from search_gate import (
    Case,
    Graded,
    Score,
    grade_all,
    graded_cases,
    measure,
    reader_cases,
    release_cases,
    sample_cases,
    score,
    shared_cases,
    table,
)

from archive.search.engine import search

KINDS = ("inflection", "compound", "umlaut", "abbreviation", "hyphen", "broken", "multiword")

OVERALL = {"recall": 0.97, "precision": 0.95, "ndcg": 0.95}
KIND_RECALL = 0.90

SAMPLE_FLOORS = dict.fromkeys(KINDS, (0.99, 0.95, 0.95))
RELEASE_FLOORS = {
    "inflection": (0.99, 0.98, 0.98),
    "compound": (0.99, 0.98, 0.98),
    "umlaut": (0.99, 0.98, 0.98),
    "abbreviation": (0.99, 0.98, 0.98),
    "hyphen": (0.95, 0.98, 0.95),
    "broken": (0.97, 0.98, 0.97),
    "multiword": (0.99, 0.98, 0.98),
}

needs_releases = pytest.mark.skipif(not RELEASES.exists(), reason="../shared/corpus/dsmv is not beside the checkout")


needs_second_set = pytest.mark.skipif(
    "CORPUS" not in os.environ and not (QUERIES / "dev_queries_2.json").exists(),
    reason="dev_queries_2.json is not beside the checkout, and CORPUS names no folder",
)

SECOND = Graded(queries=100, ndcg=0.88, first=0.85, five=0.95, nothing=0.02)
SECOND_KINDS = {"everyday": 0.72, "question": 0.72}
READERS = Graded(queries=60, ndcg=0.93, first=0.90, five=0.94, nothing=0.03)
MOST_WEAK = 3


def ids(conn: sqlite3.Connection, query: str) -> list[str]:
    """What our search finds, the near hits left out."""
    return [hit.id for hit in search(conn, query, limit=200).hits if not hit.missing]


@pytest.fixture(scope="module")
def sample_scores() -> dict[str, Score]:
    return measure(archive_of(sample_texts()), sample_cases(), ids)


@pytest.fixture(scope="module")
def release_scores() -> dict[str, Score]:
    documents = releases()
    return measure(archive_of(documents), release_cases(documents), ids)


def assert_floors(scores: dict[str, Score], kind: str, floors: tuple[float, float, float]) -> None:
    measured = scores[kind]

    assert measured.recall >= floors[0], table(scores)
    assert measured.precision >= floors[1], table(scores)
    assert measured.ndcg >= floors[2], table(scores)


def test_sample_is_large_enough() -> None:
    cases = sample_cases()

    assert len(sample_texts()) >= 40
    assert len(cases) >= 50
    assert {case.kind for case in cases} == set(KINDS)


def test_judgements_name_sample_documents() -> None:
    known = {one.id for one in sample_texts()}

    assert {one for case in sample_cases() for one in case.grades} <= known


@pytest.mark.parametrize("kind", KINDS)
def test_sample_texts(sample_scores: dict[str, Score], kind: str) -> None:
    assert_floors(sample_scores, kind, SAMPLE_FLOORS[kind])


@needs_releases
@pytest.mark.parametrize("kind", KINDS)
def test_own_queries_over_releases(release_scores: dict[str, Score], kind: str) -> None:
    assert_floors(release_scores, kind, RELEASE_FLOORS[kind])


@needs_releases
def test_shared_queries_over_releases() -> None:
    documents = releases()
    scores = measure(archive_of(documents), shared_cases(documents), ids)

    assert_floors(scores, "all", (OVERALL["recall"], OVERALL["precision"], OVERALL["ndcg"]))
    assert min(one.recall for one in scores.values()) >= KIND_RECALL, table(scores)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["a", "b"], (1.0, 1.0, 1.0)),
        (["b", "a"], (1.0, 1.0, pytest.approx(0.797, abs=0.001))),
        (["a", "x"], (0.5, 0.5, pytest.approx(0.826, abs=0.001))),
        ([], (0.0, 0.0, 0.0)),
    ],
)
def test_the_measure_itself(found: Sequence[str], expected: tuple[float, float, float]) -> None:
    """Title hits count three times as much as text hits; missing and wrong hits cost."""
    assert score(Case(kind="", query="", grades={"a": 2, "b": 1}), found) == expected


def assert_graded(scores: dict[str, Graded], floor: Graded) -> None:
    one = scores["all"]

    assert one.queries >= floor.queries
    assert one.ndcg >= floor.ndcg, scores
    assert one.first >= floor.first, scores
    assert one.five >= floor.five, scores
    assert one.nothing <= floor.nothing, scores


def test_what_readers_type_over_sample_texts() -> None:
    """Everyday words, questions, slips, dates, English: the second tier counts here."""
    conn = archive_of(sample_texts())

    assert_graded(grade_all(reader_cases(), lambda query: [hit.id for hit in search(conn, query).hits]), READERS)


def test_what_is_not_there_is_not_found() -> None:
    conn = archive_of(sample_texts())
    queries = tomllib.loads((HERE / "reader_queries.toml").read_text("utf-8"))["nothing"]
    found = [search(conn, query) for query in queries]

    assert len(queries) >= 20
    assert sum(one.total for one in found) / len(found) <= MOST_WEAK
    assert [one.full for one in found] == [0] * len(found)


@needs_second_set
def test_second_set() -> None:
    conn = archive_of(second_set())
    scores = grade_all(graded_cases(), lambda query: [hit.id for hit in search(conn, query).hits])

    assert_graded(scores, SECOND)
    for kind, one in scores.items():
        assert kind == "thin" or one.ndcg >= SECOND_KINDS.get(kind, 0.65), (kind, one)
