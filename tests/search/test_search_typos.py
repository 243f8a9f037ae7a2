"""Typo help: the right word comes first for nearly every single slip."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Sequence

import pytest
from search_archives import QUERIES, RELEASES, Sample, archive_of, releases, sample_texts, second_set
from search_slips import slips

from archive.german import fold, is_stopword
from archive.search.engine import search

RIGHT = 0.95
FIRST = 0.93
WORDS = 120
LONG = re.compile(r"[A-Za-zÄÖÜäöüß-]{5,}")


def common_words(documents: Sequence[Sample]) -> list[str]:
    """Capitalised words of the documents from six letters on, spread over the alphabet."""
    text = " ".join(" ".join((one.title, *one.pages)) for one in documents)
    words = sorted({word for word in re.findall(r"\b[A-ZÄÖÜ][a-zäöüß]{5,}\b", text) if not is_stopword(word)})
    return words[:: max(1, len(words) // WORDS)]


def share_right(documents: Sequence[Sample]) -> tuple[float, list[tuple[str, str, str | None]]]:
    """How often the right word is suggested first, where the slip finds nothing."""
    conn = archive_of(documents)
    asked, wrong = 0, []
    for word in common_words(documents):
        for _, typed in slips(word, seed=1):
            result = search(conn, typed)
            if result.full and not result.corrections:
                continue
            asked += 1
            if fold(result.suggestion or "") != fold(word):
                wrong.append((word, typed, result.suggestion))

    assert asked >= 3 * WORDS
    return 1 - len(wrong) / asked, wrong


def test_slips_in_sample_words() -> None:
    right, wrong = share_right(sample_texts())

    assert right >= RIGHT, wrong


@pytest.mark.skipif(not RELEASES.exists(), reason="../shared/corpus/dsmv is not beside the checkout")
def test_slips_in_words_of_releases() -> None:
    right, wrong = share_right(releases())

    assert right >= RIGHT, wrong


def extracts(documents: Sequence[Sample], seed: int) -> Iterator[tuple[str, str]]:
    """Of each document three words in a row, of five letters or more, that no other has, and one letter wrong in them."""
    texts = {one.id: " ".join((one.title, *one.pages)) for one in documents}
    for one, text in texts.items():
        pick, words = random.Random(f"{one}{seed}"), re.findall(r"[\w-]+", text)
        threes = zip(words, words[1:], words[2:], strict=False)
        rows = [row for row in threes if all(map(LONG.fullmatch, row)) and " ".join(row) in text]
        pick.shuffle(rows)
        for row in rows[:20]:
            quoted = re.compile(r"\W+".join(row))
            if [bool(quoted.search(other)) for other in texts.values()].count(True) == 1:
                spoilt = pick.randrange(3)
                wrong = dict(slips(row[spoilt], seed))["wrong"]
                yield one, " ".join(wrong if place == spoilt else word for place, word in enumerate(row))
                break


def share_first(asked: Sequence[tuple[str, str]], documents: Sequence[Sample]) -> float:
    """How often the document that a query was taken from is the first hit."""
    conn = archive_of(documents)
    return sum([hit.id for hit in search(conn, query, limit=1).hits] == [one] for one, query in asked) / len(asked)


def test_three_words_with_a_slip_find_their_sample() -> None:
    documents = sample_texts()
    asked = [pair for seed in (1, 2) for pair in extracts(documents, seed)]

    assert len(asked) >= 80
    assert share_first(asked, documents) >= FIRST


@pytest.mark.skipif("CORPUS" not in os.environ and not QUERIES.exists(), reason="../shared/search is not at hand")
def test_three_words_with_a_slip_find_their_release() -> None:
    documents = second_set()
    asked = [pair for pair in extracts(documents, 1) if pair[0].startswith("dsmv-")]

    assert len(asked) >= 75
    assert share_first(asked, documents) >= FIRST


def test_words_that_say_little_count_in_a_quotation() -> None:
    """All three stand in each text; word for word only in the second, whose title says nothing of them."""
    conn = archive_of(
        [
            Sample(id="title", title="Regelungen für die Kita", pages=("Diese wenden sich gegen Aushänge im Flur.",)),
            Sample(id="quoted", title="Ein Brief", pages=("Der Verein klagt gegen diese Regelungen vor Gericht.",)),
        ]
    )

    assert [hit.id for hit in search(conn, "gegen diese Regelungen").hits] == ["quoted", "title"]
    assert [hit.id for hit in search(conn, "Regelungen diese gegen").hits] == ["title", "quoted"]


def test_only_the_unknown_word_is_replaced() -> None:
    conn = archive_of(sample_texts())

    assert search(conn, "Drohnen im Grten").suggestion == "Drohnen im Garten"


@pytest.mark.parametrize("query", ["", "Wochenmarkt", "xqzzwv", "12345", "a", "Drohnen Kapitän"])
def test_no_suggestion_where_none_helps(query: str) -> None:
    conn = archive_of(sample_texts())

    assert search(conn, query).suggestion is None
