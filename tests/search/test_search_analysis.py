"""German analysis: forms of one word agree, different words differ, and nothing takes it down."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_archives import HERE

from archive.german import fold, load_equivalents, stem
from archive.german.compounds import divide
from archive.german.words import WORD, index_term, read_lines, read_table

SAME = [line.split() for line in (HERE / "same_word.txt").read_text("utf-8").splitlines() if line and line[0] != "#"]


@pytest.mark.parametrize("forms", SAME, ids=lambda forms: forms[0])
def test_forms_have_one_stem(forms: list[str]) -> None:
    assert {form: stem(form) for form in forms} == dict.fromkeys(forms, stem(forms[0]))


def test_different_words_have_different_stems() -> None:
    """Every line of same_word.txt is another word."""
    stems = [stem(forms[0]) for forms in SAME]

    assert sorted(stems) == sorted(set(stems))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Videoüberwachung", ("video", "uberwachung")),
        ("Datenschutzaufsichtsbehörden", ("datenschutz", "aufsicht", "behord")),
        ("Löschfristen", ("losch", "frist")),
        ("Kinderzimmer", ("kind", "zimmer")),
        ("Verordnung", ()),
        ("Kandidaten", ()),
        ("Beratung", ()),
        ("und", ()),
        ("", ()),
    ],
)
def test_parts_of_compounds(word: str, parts: tuple[str, ...]) -> None:
    assert tuple(part.stem for part in divide(fold(word))) == parts


@settings(max_examples=300)
@given(word=st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüßABCÄÖÜ", max_size=30))
def test_stem_is_a_stable_beginning(word: str) -> None:
    """Case and spelling of umlauts do not matter, and a stem is never empty."""
    assert stem(word) == stem(fold(word))
    assert stem(word.upper()) == stem(word.lower().replace("ß", "ss"))
    assert bool(stem(word)) == bool(word)


@pytest.mark.parametrize(
    "text", ["ung" * 350_000, "a-" * 500_000, "datenschutz" * 90_000, "ä\u0308" * 300_000, "\x00" * 1_000_000]
)
def test_words_of_hostile_text_have_stems_no_longer_than_they_are(text: str) -> None:
    assert all(0 < len(stem(word)) <= len(word) for word in set(WORD.findall(text)))


def test_index_terms_are_those_of_sqlite() -> None:
    """Our spelling of a term is the one FTS5 files it under."""
    import sqlite3

    text = "Straße ÄRGER Café naïve Größe œuvre İstanbul 2016/679 E-Mail Müller’s Ångström Łódź ﬁnal a\u0308rgern x²"
    conn = sqlite3.connect(":memory:")
    conn.execute("create virtual table t using fts5 (text, tokenize='unicode61 remove_diacritics 2')")
    conn.execute("create virtual table words using fts5vocab (t, row)")
    conn.execute("insert into t values (?)", (text,))
    terms = {row[0] for row in conn.execute("select term from words")}

    assert {index_term(word) for word in WORD.findall(text)} == terms


def test_every_equivalent_finds_its_group() -> None:
    table = load_equivalents()
    groups = read_table("equivalents.toml")["groups"]

    assert len(groups) >= 80
    for group in groups:
        for name in [*group.get("same", []), *group.get("short", [])]:
            words = re.findall(r"\w+", name)
            expected = len(group.get("same", [])) + len(group.get("short", [])) + len(group.get("long", []))
            assert len(table.of(words)) >= min(2, expected), name


def test_word_lists_hold_each_word_once() -> None:
    verbs = [line.split()[0] for line in read_lines("verbs.txt")]

    assert len(verbs) == len(set(verbs))
