"""Words that must not be found by other words, however alike they look."""

from __future__ import annotations

import pytest
from search_archives import HERE, Sample, archive_of, sample_texts

from archive.german.folding import index_term
from archive.search.engine import plan_query, search
from archive.search.plan import leaves

PAIRS = [
    tuple(line.split())
    for line in (HERE / "not_to_match.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
ALLOWED = 0.02


def test_there_are_enough_pairs() -> None:
    assert len(PAIRS) >= 60
    assert all(len(pair) == 2 for pair in PAIRS)


def test_other_words_are_not_found() -> None:
    """At most two in a hundred, among all the words of the samples too (they serve as parts of compounds)."""
    words = " ".join(word for pair in PAIRS for word in pair)
    conn = archive_of([*sample_texts(), Sample(id="words", title="Probe", pages=(words,))])

    false = []
    for query, word in PAIRS:
        terms = {
            term
            for node in plan_query(conn, query).required
            for leaf in leaves(node)
            for slot in leaf.slots
            for term in slot
        }
        if index_term(word) in terms:
            false.append((query, word))

    assert len(false) / len(PAIRS) <= ALLOWED, false


@pytest.mark.parametrize(
    ("query", "word"), [("Ei", "Freiheit"), ("Rat", "Beratung"), ("Bund", "Hund"), ("Art", "Artikel")]
)
def test_such_a_document_is_no_hit(query: str, word: str) -> None:
    conn = archive_of([Sample(id="only", title="Probe", pages=(f"Hier steht {word}.",))])

    assert search(conn, query).total == 0
