"""The two annotated samples of citations: precision, recall and the laws of the Länder are pinned."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from archive.keeping.records import CitationRecord
from archive.statutes import lands, laws
from pipelines.citations import find_citations

DATA = Path(__file__).parent / "data"
SAMPLES = {
    "citations.toml": "39a394417f43bf967026bc5532c86ef84d4e3119f7179972d392e7556c5e61b9",
    "citations_unseen.toml": "5db00064bb3c5be1b76de746b997515807139e39ba9c9d9de9c8257437fa395c",
}
PRECISION, RECALL, LEAST_ROWS = 0.98, 0.95, 300

Row = tuple[str, ...]


@cache
def cases(sample: str) -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads((DATA / sample).read_text(encoding="utf-8"))["case"])


ALL_CASES = [case for sample in SAMPLES for case in cases(sample)]
each_sample = pytest.mark.parametrize("sample", SAMPLES)
each_case = pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case["text"][:50])


def expected(case: dict[str, Any]) -> Counter[Row]:
    return Counter(tuple((row.split("|") + [""] * 7)[:7]) for row in case["rows"])


def as_row(citation: CitationRecord) -> Row:
    parts = (
        citation.law,
        citation.unit,
        citation.number,
        citation.paragraph,
        citation.sentence,
        citation.letter,
        citation.item,
    )
    return tuple(part or "" for part in parts)


def found(case: dict[str, Any]) -> Counter[Row]:
    return Counter(as_row(citation) for citation in find_citations(case["text"]))


def is_state_law(law: str) -> bool:
    known = laws().get(law)
    return known.level == "land" if known else any(law.endswith(f" {land}") for land in lands())


@each_sample
def test_sample_is_the_one_the_floors_were_set_for(sample: str) -> None:
    """Changing a sample takes changing its digest, visibly."""
    digest = hashlib.sha256((DATA / sample).read_bytes()).hexdigest()

    assert digest == SAMPLES[sample]


@each_sample
def test_sample_is_large_and_a_third_of_it_adversarial(sample: str) -> None:
    """At least 300 annotated citations, a third of the cases adversarial."""
    rows = sum(len(case["rows"]) for case in cases(sample))
    hard = [case for case in cases(sample) if case.get("adversarial")]

    assert rows >= LEAST_ROWS
    assert 3 * len(hard) >= len(cases(sample))
    assert 3 * sum(len(case["rows"]) for case in hard) >= rows


@each_sample
def test_precision_and_recall_keep_their_floors(sample: str) -> None:
    """A row counts only if every column is right."""
    hits = sum(sum((expected(case) & found(case)).values()) for case in cases(sample))
    precision = hits / sum(sum(found(case).values()) for case in cases(sample))
    recall = hits / sum(sum(expected(case).values()) for case in cases(sample))

    assert precision >= PRECISION
    assert recall >= RECALL


@each_case
def test_state_law_is_never_merged_into_federal_law(case: dict[str, Any]) -> None:
    """A provision of a Land comes out as that Land's, or not at all; and the other way round."""
    key = lambda row: (row[1], row[2], row[3])  # noqa: E731
    wanted: dict[Row, set[str]] = {}
    for row in expected(case):
        wanted.setdefault(key(row), set()).add(row[0])
    for row in found(case):
        others = wanted.get(key(row), set())
        if row[0] and others and row[0] not in others:
            assert is_state_law(row[0]) == any(map(is_state_law, others))


@each_case
def test_offset_and_raw_reproduce_the_text(case: dict[str, Any]) -> None:
    """``text[start:start + len(raw)] == raw`` for every row."""
    text = case["text"]
    for citation in find_citations(text, page=3):
        assert text[citation.start : citation.start + len(citation.raw)] == citation.raw
        assert citation.page == 3
