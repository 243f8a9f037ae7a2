"""The query language, and that nothing typed is ever an error."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from search_archives import Sample, archive_of, sample_texts

from archive.search.engine import facets, register_functions, search, search_expression
from archive.search.matching import Filters
from archive.search.query import MOST_ITEMS, Exact, Prefix, Word, parse_query

SYNTAX = [
    '"',
    "„",
    "“",
    "-",
    "*",
    "(",
    ")",
    ":",
    "^",
    "+",
    "{",
    "}",
    ",",
    "NEAR(",
    "AND",
    "OR",
    "NOT",
    "ODER",
    "UND",
    "|",
    "title:",
    "rank",
    "'",
    ";",
    "--",
    "/*",
    "%",
    "_",
    "\\",
    "\x00",
    "\U0001f600",
    "ß",
    "ﬁ",
    "İ",
    "a\u0308",
    "\u00ad",
]
PIECES = st.one_of(
    st.sampled_from(SYNTAX),
    st.sampled_from(["Überwachung", "Datenschutz", "der", "und", "KI", "DS-GVO", "Corona-Warn-App", "Stadt", "2023"]),
    st.text(max_size=6),
)
QUERIES = st.lists(PIECES, max_size=12).flatmap(lambda parts: st.sampled_from([" ".join(parts), "".join(parts)]))


@pytest.fixture(scope="module")
def conn() -> sqlite3.Connection:
    return archive_of(sample_texts())


def ids(conn: sqlite3.Connection, query: str) -> set[str]:
    return {hit.id for hit in search(conn, query, limit=100).hits if not hit.missing}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(query=QUERIES)
def test_no_query_is_an_error(query: str) -> None:
    """Search, facets and the SQL expression take anything; totals and hits agree."""
    conn = _shared()
    result = search(conn, query, limit=100)

    assert result.total == len(result.hits)
    assert facets(conn, query).total == result.total
    conn.execute("select count(*) from documents_fts where documents_fts match suchausdruck(?)", (query,)).fetchone()
    conn.execute("select count(*) from pages_fts where pages_fts match suchausdruck(?)", (query,)).fetchone()


_CONNECTIONS: list[sqlite3.Connection] = []


def _shared() -> sqlite3.Connection:
    if not _CONNECTIONS:
        _CONNECTIONS.append(archive_of(sample_texts()))
        register_functions(_CONNECTIONS[0])
    return _CONNECTIONS[0]


@settings(max_examples=200, deadline=None)
@given(query=QUERIES)
def test_expressions_hold_only_quoted_words_and_our_operators(query: str) -> None:
    """No text of the query reaches FTS5 outside quotation marks, or with one inside."""
    outside = search_expression(_shared(), query).split('"')[::2]

    assert set("".join(outside).replace("OR", "").replace("AND", "").replace("NOT", "")) <= set(" ()*")


def test_huge_queries_are_read_to_a_limit(conn: sqlite3.Connection) -> None:
    assert search(conn, "Datenschutz " * 100_000).total >= 0
    assert search(conn, '"' * 1_000_000).total >= 0
    assert search(conn, "a-" * 500_000).total == 0
    assert len(parse_query("wort " * 1000).clauses) <= MOST_ITEMS


def test_all_words_must_match(conn: sqlite3.Connection) -> None:
    assert ids(conn, "Polizei Kommunen") == {"p24"}
    assert ids(conn, "Polizei Wochenmarkt") == set()


def test_or_joins_neighbours(conn: sqlite3.Connection) -> None:
    assert ids(conn, "Wochenmarkt OR Drohne") == {"p01", "p03"}
    assert ids(conn, "Wochenmarkt ODER Drohne Garten") == {"p03"}
    assert ids(conn, "Wochenmarkt | Drohne") == {"p01", "p03"}


def test_without(conn: sqlite3.Connection) -> None:
    assert ids(conn, "Überwachung -Drohne") == {"p01", "p02"}
    assert ids(conn, 'Überwachung -"Video-Überwachung"') == {"p01", "p03"}


def test_only_without_lists_the_rest(conn: sqlite3.Connection) -> None:
    rest = ids(conn, "-Überwachung")

    assert len(rest) == len(sample_texts()) - 3
    assert not rest & {"p01", "p02", "p03"}


def test_phrases_keep_their_order_and_take_other_endings_after_the_literal_ones(conn: sqlite3.Connection) -> None:
    found = search(conn, '"künstlicher Intelligenz"')

    assert [hit.id for hit in found.hits][:1] == ["p16"]
    assert ids(conn, '"künstliche Intelligenzen"') == {"p16"}
    assert ids(conn, "„rund um die Uhr“") == {"p01"}
    assert ids(conn, '"Uhr die um"') == set()
    assert ids(conn, '"Gesundheitsamt"') == {"p04"}
    assert ids(conn, '"Städten"') == set()
    assert ids(conn, '"Recht auf Löschungen"') == {"p07"}


def test_prefix(conn: sqlite3.Connection) -> None:
    assert ids(conn, "Kenn*") == {"p11", "p33", "p34"}
    assert ids(conn, "strassenverk*") == {"p41"}
    assert ids(conn, "Standard-Daten*") == {"p38"}


def test_stop_words_are_left_out_unless_alone(conn: sqlite3.Connection) -> None:
    assert ids(conn, "die Drohne und der Garten") == {"p03"}
    assert ids(conn, "dagegen") == {"p35"}


def test_empty_query_lists_everything_newest_first(conn: sqlite3.Connection) -> None:
    result = search(conn, "  \t", limit=100)
    dates = [hit.published_on for hit in result.hits]

    assert result.total == len(sample_texts())
    assert dates == sorted(dates, key=str, reverse=True)
    assert ids(conn, "?!") == {hit.id for hit in result.hits}


def test_empty_query_with_filter(conn: sqlite3.Connection) -> None:
    assert search(conn, "", Filters(date_from="2015", date_to="2015-12")).total == 4
    assert search(conn, "", Filters(source="nobody")).total == 0


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Bürger*innen", [(Word(pieces=("Bürgerinnen",)),)]),
        ("Bürger:innen", [(Word(pieces=("Bürgerinnen",)),)]),
        ("BürgerInnen", [(Word(pieces=("Bürgerinnen",)),)]),
        ("Daten* und/oder", [(Prefix(start="Daten"),), (Word(pieces=("und",)),), (Word(pieces=("oder",)),)]),
        ("2016/679", [(Word(pieces=("2016", "679")),)]),
        ("E-Mail", [(Word(pieces=("E", "Mail")),)]),
        ("LucaApp", [(Word(pieces=("Luca", "App")),)]),
        ('"offen', [(Word(pieces=("offen",)),)]),
        ("a OR", [(Word(pieces=("a",)),)]),
        ("OR a", [(Word(pieces=("a",)),)]),
        ('""', []),
        ("- a", [(Word(pieces=("a",)),)]),
        ("»Art. 6«", [(Exact(words=("Art", "6")),)]),
    ],
)
def test_reading(text: str, clauses: list[object]) -> None:
    assert list(parse_query(text).clauses) == clauses


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("Tagungsort", "Wir suchen einen Tagungsraum und -ort am Wasser."),
        ("Datenschutzpraxis", "Eine Fachtagung zu Datenschutzrecht und -praxis, Eintritt frei."),
        ("Verkehrspolitik", "Er befasst sich mit Verkehrsrecht, -politik und -technik."),
        ("Verkehrstechnik", "Er befasst sich mit Verkehrsrecht, -politik und -technik."),
        ("Netzpolitik", "Es ging um Netz-Recht und -Politik."),
        ("Türkamera", "Tür- und Klingelkameras sind beliebt."),
    ],
)
def test_shortened_pairs_are_whole_words(query: str, text: str) -> None:
    """A pair is found by each of its words, whichever end is left out; in SQL too."""
    other = "Recht auf Praxis, Raum - ort, Technik ohne Verkehr und Politik im Netz oder Kamera vor der Tür."
    conn = archive_of([Sample(id="pair", title="Meldung", pages=(text,)), Sample(id="b", title="Rat", pages=(other,))])
    matching = "select rowid from documents_fts where documents_fts match ?"

    assert [hit.id for hit in search(conn, query).hits if not hit.missing] == ["pair"]
    assert conn.execute(matching, (search_expression(conn, query),)).fetchall() == [(1,)]


def test_provisions_are_spelled_out_for_sql() -> None:
    """As the texts print them; the hit's page and its marks are where the provision stands."""
    pages = ("Über Fristen.", "Nach Artikel 33 Absatz 1 der Datenschutz-Grundverordnung ist zu melden.")
    conn = archive_of([Sample(id="a", title="Melden", pages=pages), Sample(id="b", title="Art. 3", pages=("33",))])
    (hit,) = search(conn, "Art. 33 DSGVO").hits
    expression = search_expression(conn, "Art. 33 DSGVO")

    assert (hit.id, hit.page) == ("a", 2)
    assert "Artikel 33" in "".join(text for text, marked in hit.snippet if marked)
    assert conn.execute("select rowid from documents_fts where documents_fts match ?", (expression,)).fetchall() == [
        (1,)
    ]
