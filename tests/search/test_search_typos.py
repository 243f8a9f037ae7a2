"""Typo help: the right word comes first for nearly every single slip."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from search_archives import RELEASES, Sample, archive_of, releases, sample_texts
from search_slips import slips

from archive.german import fold, is_stopword
from archive.search.engine import search

RIGHT = 0.95
WORDS = 120


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


def test_only_the_unknown_word_is_replaced() -> None:
    conn = archive_of(sample_texts())

    assert search(conn, "Drohnen im Grten").suggestion == "Drohnen im Garten"


@pytest.mark.parametrize("query", ["", "Wochenmarkt", "xqzzwv", "12345", "a", "Drohnen Kapitän"])
def test_no_suggestion_where_none_helps(query: str) -> None:
    conn = archive_of(sample_texts())

    assert search(conn, query).suggestion is None
