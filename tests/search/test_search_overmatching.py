"""Words that must not be found by other words, however alike they look."""

from __future__ import annotations

import sqlite3

import pytest
from search_archives import HERE, Sample, archive_of, sample_texts

from archive.german.words import index_term
from archive.search.engine import plan_query, search
from archive.search.plan import leaves


def pairs_of(name: str) -> list[tuple[str, str]]:
    """The pairs of a list: a query and a word."""
    lines = (line for line in (HERE / name).read_text("utf-8").splitlines() if line and line[0] != "#")
    return [(query, word) for query, word in map(str.split, lines)]


PAIRS = pairs_of("not_to_match.txt")
COMPOUNDS = pairs_of("compounds_to_match.txt")
ALLOWED = 0.02


def test_there_are_enough_pairs() -> None:
    assert len(PAIRS) >= 600
    assert len(COMPOUNDS) >= 50


def wrongly_answered(pairs: list[tuple[str, str]], *, found: bool) -> list[tuple[str, str]]:
    """Pairs whose word is found by its query, or is not, among all words of the pairs and the samples."""
    words = " ".join(word for pair in pairs for word in pair)
    conn = archive_of([*sample_texts(), Sample(id="words", title="Probe", pages=(words,))])
    return [(query, word) for query, word in pairs if (index_term(word) in terms_of(conn, query)) == found]


def terms_of(conn: sqlite3.Connection, query: str) -> set[str]:
    """All index terms that answer a query."""
    required = plan_query(conn, query).required
    slots = (slot for node in required for leaf in leaves(node) for slot in leaf.slots)
    return {term for slot in slots for term in slot}


def test_parts_of_compounds_are_found() -> None:
    assert wrongly_answered(COMPOUNDS, found=False) == []


def test_other_words_are_not_found() -> None:
    """At most two in a hundred, among all the words of the samples too (they serve as parts of compounds)."""
    false = wrongly_answered(PAIRS, found=True)

    assert len(false) / len(PAIRS) <= ALLOWED, false


def test_words_are_found_in_their_forms() -> None:
    """Each query finds its words, in an archive that holds all of them."""
    lines = (HERE / "words_to_match.txt").read_text("utf-8").splitlines()
    pairs = [(query, text) for query, text in (line.split("|") for line in lines if line[0] != "#")]
    texts = list(dict.fromkeys(text for _, text in pairs))
    conn = archive_of([Sample(id=text, title="Probe", pages=(text,)) for text in texts])

    missed = [(query, text) for query, text in pairs if text not in {h.id for h in search(conn, query, limit=500).hits}]

    assert len(pairs) >= 450
    assert missed == []


@pytest.mark.parametrize(
    ("query", "word"), [("Ei", "Freiheit"), ("Rat", "Beratung"), ("Bund", "Hund"), ("Art", "Artikel")]
)
def test_such_a_document_is_no_hit(query: str, word: str) -> None:
    conn = archive_of([Sample(id="only", title="Probe", pages=(f"Hier steht {word}.",))])

    assert search(conn, query).total == 0
