"""The annotated samples of links between documents: precision and recall are pinned."""

from __future__ import annotations

import hashlib
import random
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipelines.links import relate
from pipelines.links.catalogue import AddressBook
from pipelines.links.papers import Hyperlink, Paper, Relation

DATA = Path(__file__).parent / "data"
SAMPLES = {
    "links.toml": "d2d4034548e155d5ba7b2568913836c3512438e2b4995b5ae055324218788338",
    "links_unseen.toml": "1d301ae11b03ebcc143c524497e30e158bb74717c5a2336deac1cfcf501b25bc",
}
PRECISION, RECALL, LEAST_PAIRS = 0.95, 0.85, 100

Pair = tuple[str, str, str]

each_sample = pytest.mark.parametrize("name", SAMPLES)


@cache
def sample(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def paper_of(name: str, row: dict[str, Any]) -> Paper:
    texts = {entry["id"]: entry.get("text", "") for entry in sample(name)["library"]}
    text = " ".join(part for part in (texts.get(row.get("copies", ""), ""), row.get("text", "")) if part)
    return Paper(
        id=row["id"],
        source=row.get("source", "dsk"),
        original=row.get("source", "dsk") == "dsk",
        doc_type=row["doc_type"],
        title=row["title"],
        number=row.get("number"),
        url=row.get("url", f"https://www.aufsicht.example/presse/?id={row['id']}"),
        dated=(row["date"],) if "date" in row else (),
        language=row.get("language", "de"),
        pages=((1, text),) if text else (),
    )


def library(name: str) -> list[Paper]:
    return [paper_of(name, row) for row in sample(name)["library"]]


def related(papers: list[Paper], rows: list[dict[str, Any]]) -> list[Relation]:
    hyperlinks = [
        Hyperlink(document_id=row["id"], url=url, text="mehr") for row in rows for url in row.get("hyperlinks", ())
    ]
    return relate(papers, book=AddressBook(papers, {}), hyperlinks=hyperlinks)


def pairs(relations: list[Relation], document_id: str | None = None) -> set[Pair]:
    return {
        (one.document_id, one.kind, one.target_id)
        for one in relations
        if one.target_id and (document_id is None or one.document_id == document_id)
    }


def wanted(row: dict[str, Any]) -> set[Pair]:
    return {(row["id"], *text.split()) for text in row.get("links", ())}  # type: ignore[misc]


@cache
def outcome(name: str) -> tuple[set[Pair], set[Pair]]:
    """All relations expected and found: the library alone, then each case with the library."""
    expected = {pair for row in sample(name)["library"] for pair in wanted(row)}
    found = pairs(related(library(name), []))
    for row in sample(name)["case"]:
        expected |= wanted(row)
        found |= pairs(related([*library(name), paper_of(name, row)], [row]), row["id"])
    return expected, found


@each_sample
def test_sample_is_the_one_the_floors_were_set_for(name: str) -> None:
    """Changing the sample takes changing the digest, visibly."""
    digest = hashlib.sha256((DATA / name).read_bytes()).hexdigest()

    assert digest == SAMPLES[name]


@each_sample
def test_sample_is_large_and_has_both_sides(name: str) -> None:
    """At least 100 annotated pairs, positive and negative."""
    rows = [*sample(name)["library"], *sample(name)["case"]]
    positive = sum(len(row.get("links", ())) for row in rows)
    negative = sum(len(row.get("not", ())) for row in rows)

    assert positive + negative >= LEAST_PAIRS
    assert min(positive, negative) >= 40


@each_sample
def test_precision_and_recall_keep_their_floors(name: str) -> None:
    """A relation counts only with the right kind; every relation to the library that is not listed is wrong."""
    expected, found = outcome(name)

    assert len(expected & found) / len(found) >= PRECISION
    assert len(expected & found) / len(expected) >= RECALL


@each_sample
def test_every_relation_shows_its_evidence(name: str) -> None:
    """Kind, evidence and a score between 0 and 1."""
    rows = sample(name)["case"]
    relations = related([*library(name), *(paper_of(name, row) for row in rows)], rows)

    assert relations
    assert all(one.evidence and 0 < one.score <= 1 for one in relations)


@each_sample
def test_order_of_documents_does_not_matter(name: str) -> None:
    """The same documents in any order give the same relations."""
    rows = sample(name)["case"]
    papers = [*library(name), *(paper_of(name, row) for row in rows)]
    first = related(papers, rows)
    random.Random(7).shuffle(papers)

    assert related(papers, list(reversed(rows))) == first
