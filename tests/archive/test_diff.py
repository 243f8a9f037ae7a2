"""The word diff: lossless, word-wise, quick on long and on hostile texts."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.diff import Change, word_diff

WORDS = ["Daten", "Schutz", "§ 26", "Art. 6", "E-Mail", "\n\n", "nicht", "„Zitat“", "ß", "1,5", "  ", "\t"]


def old_of(changes: list[Change]) -> str:
    """The old text, put together again."""
    return "".join(text for op, text in changes if op in "=-")


def new_of(changes: list[Change]) -> str:
    """The new text, put together again."""
    return "".join(text for op, text in changes if op in "=+")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS)), st.lists(st.sampled_from(WORDS)))
def test_nothing_is_lost(left: list[str], right: list[str]) -> None:
    """Both texts can be put together from the parts, and no part is empty or doubled."""
    a, b = " ".join(left), "".join(right)
    changes = word_diff(a, b)

    assert (old_of(changes), new_of(changes)) == (a, b)
    assert all(text for _, text in changes)
    assert all(one[0] != two[0] for one, two in pairwise(changes))


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text())
def test_any_text_will_do(a: str, b: str) -> None:
    """Whatever characters come, nothing raises and nothing is lost."""
    changes = word_diff(a, b)

    assert (old_of(changes), new_of(changes)) == (a, b)


@pytest.mark.parametrize(
    ("a", "b", "taken", "put"),
    [
        ("Die Frist endet am 1. Mai.", "Die Frist endet am 8. Mai.", ["1"], ["8"]),
        ("Das gilt nicht.", "Das gilt.", [" nicht"], []),
        ("nach Art. 6 DSGVO", "nach Art. 9 DSGVO", ["6"], ["9"]),
        ("Die Corona-App hilft", "Die Corona-Warn-App hilft", ["Corona-App"], ["Corona-Warn-App"]),
        ("eins zwei drei vier", "eins drei zwei vier", None, None),
        ("gleich", "gleich", [], []),
        ("alt", "", ["alt"], []),
        ("A\n\nB", "A\n\nNeu\n\nB", [], None),
    ],
)
def test_marks_the_words_that_changed(a: str, b: str, taken: list[str] | None, put: list[str] | None) -> None:
    """What was taken out and put in is whole words and no more."""
    changes = word_diff(a, b)

    assert taken is None or [text for op, text in changes if op == "-"] == taken
    assert put is None or [text for op, text in changes if op == "+"] == put


def test_neighbouring_words_are_one_phrase() -> None:
    """Two changed words in a row are shown as one change, not as two with a space between."""
    assert word_diff("ein alter grauer Text", "ein neuer bunter Text") == [
        ("=", "ein "),
        ("-", "alter grauer"),
        ("+", "neuer bunter"),
        ("=", " Text"),
    ]


def long_text(size: int, *, lines: bool) -> list[str]:
    """About ``size`` characters of made-up words, in words."""
    dice = random.Random(4)
    stock = ["".join(dice.choices("abcdefghilmnorstu", k=dice.randint(2, 12))) for _ in range(4000)]
    words = []
    while size > 0:
        words.append(dice.choice(stock) + ("\n\n" if lines and dice.random() < 0.02 else ""))
        size -= len(words[-1]) + 1
    return words


@pytest.mark.parametrize("lines", [True, False])
def test_few_edits_in_a_long_text_stay_few(lines: bool) -> None:
    """Fifty edits in 200 kB give about fifty changes, with and without line breaks."""
    words = long_text(200_000, lines=lines)
    edited = list(words)
    for place in random.Random(9).sample(range(len(words)), 50):
        edited[place] = "GEÄNDERT"
    changes = word_diff(" ".join(words), " ".join(edited))

    assert 45 <= sum(1 for op, _ in changes if op == "+") <= 55
    assert (old_of(changes), new_of(changes)) == (" ".join(words), " ".join(edited))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("a " * 500_000, "a " * 499_999 + "b"),
        ("a\nb\n" * 250_000, "b\na\n" * 250_000),
        ("x" * 1_000_000, "x" * 999_999 + "y"),
        (" " * 1_000_000, "\n" * 1_000_000),
        ("." * 500_000, "," * 500_000),
    ],
    ids=["repeated words", "repeated lines", "one word", "spaces", "signs"],
)
def test_hostile_megabytes_are_compared(a: str, b: str) -> None:
    """A megabyte of the worst kind loses nothing."""
    changes = word_diff(a, b)

    assert (old_of(changes), new_of(changes)) == (a, b)
