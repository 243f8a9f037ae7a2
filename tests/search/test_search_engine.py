"""Hits: order, pages, snippets, filters and counts."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from search_archives import Sample, archive_of, sample_texts

from archive.search.engine import facets, register_functions, search
from archive.search.matching import Filters
from archive.search.snippets import Mark, make_snippet

PEOPLE = (
    Sample(id="a", title="Kamera im Bus", pages=("Text",), published_on="2024-05-06", issuer="DSMV"),
    Sample(
        id="b",
        title="Bus und Bahn",
        pages=("Eine Kamera läuft mit.",),
        published_on="2024-05",
        issuer="DSK",
        source="dsk",
    ),
    Sample(
        id="c", title="Fahrplan", pages=("Die Kamera fehlt.",), published_on="2024", source="dsk", doc_type="beschluss"
    ),
    Sample(id="d", title="Haltestelle", pages=("Eine Buskamera.",), published_on=None),
    Sample(id="e", title="Endstation", pages=("Ohne Technik.",), published_on="2023-12-31"),
)


@pytest.fixture
def conn() -> sqlite3.Connection:
    return archive_of(PEOPLE)


def ids(conn: sqlite3.Connection, query: str, filters: Filters = Filters(), **options: object) -> list[str]:  # noqa: B008
    return [hit.id for hit in search(conn, query, filters, **options).hits]  # type: ignore[arg-type]


def test_title_before_text_before_compound(conn: sqlite3.Connection) -> None:
    assert ids(conn, "Kamera") == ["a", "b", "c", "d"]


def test_typed_form_before_other_form() -> None:
    conn = archive_of(
        [
            Sample(id="plural", title="Eins", pages=("Es geht um Behörden.",), published_on="2024-01-01"),
            Sample(id="typed", title="Zwei", pages=("Es geht um eine Behörde.",), published_on="2020-01-01"),
        ]
    )

    assert ids(conn, "Behörde") == ["typed", "plural"]


def test_words_close_together_come_first() -> None:
    filler = "und dann noch etwas ganz anderes das hier nichts zur Sache tut "
    conn = archive_of(
        [
            Sample(id="apart", title="Eins", pages=(f"Polizei {filler * 3} Kontrolle",), published_on="2024-01-01"),
            Sample(id="close", title="Zwei", pages=(f"{filler * 3} Kontrolle der Polizei",), published_on="2020-01-01"),
        ]
    )

    assert ids(conn, "Kontrolle Polizei") == ["close", "apart"]


def test_newer_wins_only_a_tie() -> None:
    same = "Die Kamera hängt am Mast."
    conn = archive_of(
        [
            Sample(id="old", title="Mast", pages=(same,), published_on="2019"),
            Sample(id="new", title="Mast", pages=(same,), published_on="2024-02"),
            Sample(id="undated", title="Mast", pages=(same,)),
            Sample(id="title", title="Kamera", pages=("Nichts.",), published_on="1999"),
        ]
    )

    assert ids(conn, "Kamera") == ["title", "new", "old", "undated"]


def test_sorting_by_date_puts_undated_last(conn: sqlite3.Connection) -> None:
    assert ids(conn, "Kamera", sort="datum") == ["a", "b", "c", "d"]
    assert ids(conn, "", sort="datum")[-1] == "d"


def test_paging_covers_everything_once(conn: sqlite3.Connection) -> None:
    pages = [ids(conn, "Kamera", limit=2, offset=offset) for offset in (0, 2, 4)]

    assert sorted([*pages[0], *pages[1]]) == ["a", "b", "c", "d"]
    assert pages[2] == []
    assert search(conn, "Kamera", limit=0).total == 4
    assert ids(conn, "Kamera", limit=-1, offset=-5) == []


@pytest.mark.parametrize(
    ("date_from", "date_to", "expected"),
    [
        ("2024-05-06", "2024-05-06", {"a", "b", "c"}),
        ("2024-05-07", None, {"b", "c"}),
        ("2024-06", None, {"c"}),
        (None, "2023", {"e"}),
        ("2024", "2024", {"a", "b", "c"}),
        ("2023-12-31", "2024-01-01", {"c", "e"}),
        ("irgendwann", "2024-1", {"a", "b", "c", "d", "e"}),
        ("", "", {"a", "b", "c", "d", "e"}),
    ],
)
def test_period_overlaps_the_printed_precision(
    conn: sqlite3.Connection, date_from: str | None, date_to: str | None, expected: set[str]
) -> None:
    assert set(ids(conn, "", Filters(date_from=date_from, date_to=date_to))) == expected


def test_filters_combine(conn: sqlite3.Connection) -> None:
    assert ids(conn, "Kamera", Filters(source="dsk")) == ["b", "c"]
    assert ids(conn, "Kamera", Filters(source="dsk", doc_type="beschluss")) == ["c"]
    assert ids(conn, "Kamera", Filters(issuer="DSMV")) == ["a"]
    assert set(ids(conn, "Kamera", Filters(source=("dsk", "dsmv")))) == set(ids(conn, "Kamera"))
    assert ids(conn, "Kamera", Filters(source=("dsk", "nobody"), doc_type=("beschluss", "protokoll"))) == ["c"]
    assert ids(conn, "Kamera", Filters(source="x' or 1=1 --")) == []


def test_topic_filter_and_facets_equal_sql(conn: sqlite3.Connection) -> None:
    conn.execute("insert into topics (id, label, description) values ('video', 'Video', ''), ('bus', 'Bus', '')")
    for document, topic in (("a", "video"), ("a", "bus"), ("b", "video"), ("e", "bus")):
        conn.execute(
            "insert into document_topics (document_id, topic_id, evidence) values (?, ?, '')", (document, topic)
        )

    assert set(ids(conn, "Kamera", Filters(topic="video"))) == {"a", "b"}

    counted = facets(conn, "Kamera")
    found = "select * from documents where id in ('a', 'b', 'c', 'd')"
    for facet, column in (("source", "source"), ("doc_type", "doc_type"), ("issuer", "issuer"), ("year", "year")):
        rows = conn.execute(
            f"select {column}, count(*) from ({found}) where {column} is not null group by 1"
        ).fetchall()
        assert {(one.value, one.count) for one in getattr(counted, facet)} == {(str(v), n) for v, n in rows}
    assert [(one.value, one.label, one.count) for one in counted.topic] == [("video", "Video", 2), ("bus", "Bus", 1)]
    assert [one.value for one in counted.year] == ["2024"]
    assert search(conn, "Kamera", with_facets=True).facets == counted


def test_hit_carries_the_best_page() -> None:
    conn = archive_of(sample_texts())
    hits = (
        search(conn, "Löschkonzept").hits + search(conn, "Anbieter Drittland").hits + search(conn, "Handreichung").hits
    )

    assert [(hit.id, hit.page) for hit in hits] == [("p44", 4), ("p44", 2), ("p44", 1)]


def test_every_surface_form_is_marked() -> None:
    conn = archive_of(
        [
            Sample(
                id="one",
                title="Probe",
                pages=("Videoüberwachung, Überwachungen und die Video-Überwachung; überwacht wird nichts.",),
            )
        ]
    )
    marked = [text for text, is_marked in search(conn, "überwachung").hits[0].snippet if is_marked]

    assert marked == ["Videoüberwachung", "Überwachungen", "Überwachung"]


def test_names_of_several_words_are_marked_as_a_whole() -> None:
    conn = archive_of(
        [Sample(id="one", title="Probe", pages=("Nach der DS-GVO, also der Datenschutz-Grundverordnung, gilt das.",))]
    )
    marked = [text for text, is_marked in search(conn, "DSGVO").hits[0].snippet if is_marked]

    assert marked == ["DS-GVO", "Datenschutz-Grundverordnung"]


def test_snippet_ends_before_a_contact_block() -> None:
    """A piece of text that reaches into the contact block is cut there, not filled up with addresses."""
    body = "Der Datenschutz gilt auch im Verein."
    text = f"{body}\n\nKontakt: Die Aufsichtsbehörde, Schlossstraße 1, Datenschutz-Hotline"

    found = make_snippet(text, [Mark(start=4, end=15, leaf=0, grade=1.0)], [(len(body) + 2, len(text))])

    assert found == (("Der ", False), ("Datenschutz", True), (" gilt auch im Verein.", False), (" …", False))


def test_snippet_avoids_contact_blocks() -> None:
    contact = "Kontakt: Datenschutz-Hotline, Schlossstraße 1.\n"
    text = contact + "Hier geht es um ganz andere Dinge. " * 20 + "Am Ende steht Datenschutz im Mittelpunkt."
    conn = archive_of([Sample(id="one", title="Probe", pages=(text,))])
    conn.execute("update pages set contact = ?", (json.dumps([[0, len(contact)]]),))

    assert "Mittelpunkt" in search(conn, "Datenschutz").hits[0].snippet_text
    assert "Hotline" in search(conn, "Hotline").hits[0].snippet_text


def test_snippet_is_escaped_and_bounded() -> None:
    text = "<script>alert('Kamera')</script> & mehr " + "Wort " * 500
    conn = archive_of([Sample(id="one", title="Probe", pages=(text,))])
    hit = search(conn, "Kamera").hits[0]

    assert "<script" not in hit.snippet_html
    assert "<mark>Kamera</mark>" in hit.snippet_html
    assert len(hit.snippet_text) < 400
    assert "".join(piece for piece, _ in hit.snippet).rstrip(" …") in text


def test_removed_documents_are_found_and_marked(conn: sqlite3.Connection) -> None:
    conn.execute("update documents set removed_at = '2026-01-01T00:00:00Z' where id = 'a'")

    assert search(conn, "Kamera").hits[0].removed_at == "2026-01-01T00:00:00Z"


def test_read_only_connection_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    archive_of(PEOPLE, path).close()
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    conn.row_factory = sqlite3.Row
    conn.execute("pragma query_only = on")
    result = search(conn, "Kamera", with_facets=True)
    conn.close()

    assert result.total == 4
    assert result.facets is not None
    assert result.facets.total == 4


def test_words_written_by_another_connection_are_known(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    writer = archive_of(PEOPLE, path)
    reader = sqlite3.connect(path)
    assert ids(reader, "Zebra") == []
    writer.execute("update documents set text = 'Zebrastreifen' where id = 'e'")
    from archive.search.indexing import index_document

    index_document(writer, "e")

    assert ids(reader, "Streifen") == ["e"]
    writer.close()
    reader.close()


def test_sql_function_serves_documents_and_pages() -> None:
    conn = archive_of(sample_texts())
    register_functions(conn)
    documents = conn.execute(
        "select d.id from documents_fts join documents d on d.docno = documents_fts.rowid"
        " where documents_fts match suchausdruck('gesundheitsaemter')"
    ).fetchall()
    pages = conn.execute(
        "select p.document_id, p.page, highlight(pages_fts, 0, '[', ']') from pages_fts"
        " join pages p on p.id = pages_fts.rowid where pages_fts match suchausdruck('Anbieter Drittland')"
    ).fetchall()

    assert documents == [("p04",)]
    assert [row[:2] for row in pages] == [("p44", 2)]
    assert "[Anbietern] mit Sitz im [Drittland]" in pages[0][2]


@pytest.mark.parametrize("query", [None, "", "-Kamera", "xqzzwv", 5, "'"])
def test_sql_function_always_gives_an_expression(conn: sqlite3.Connection, query: object) -> None:
    register_functions(conn)

    conn.execute("select count(*) from documents_fts where documents_fts match suchausdruck(?)", (query,)).fetchone()
    conn.execute("select count(*) from documents_fts where documents_fts match escape_fts(?)", (query,)).fetchone()


def test_a_phrase_over_a_page_break_names_the_page_where_it_begins() -> None:
    pages = ("Am Anfang steht nichts.", "Hier beginnt die kleine", "Laterne am Kai.", "Schluss")
    conn = archive_of([Sample(id="paper", title="Papier", pages=pages)])

    assert [(hit.id, hit.page) for hit in search(conn, '"kleine Laterne"').hits] == [("paper", 2)]


def archive_with(*texts: str) -> sqlite3.Connection:
    return archive_of(
        Sample(id=f"d{number}", title="Bericht", pages=(text,)) for number, text in enumerate(texts, start=1)
    )


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("Hafengebühr", "Die Hafen- und Liegegebühren steigen.", "Hafen- und Liegegebühren"),
        ("Wasserwerke", "Wasser-, Gas- und Stromwerke melden sich.", "Wasser-, Gas- und Stromwerke"),
        ('"kamen 12 Boote"', "Am Montag kamen 12[3] Boote in den Hafen.", "kamen 12[3] Boote"),
    ],
)
def test_what_is_printed_otherwise_is_found(query: str, text: str, marked: str) -> None:
    found = search(archive_with(text, "Ein Text von anderem, mit Hafen und Gebühren."), query)

    assert [hit.id for hit in found.hits if not hit.missing] == ["d1"]
    assert [piece for piece, is_found in found.hits[0].snippet if is_found] == [marked]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("Hafengebühr", "Hafen- und Liegegebührenordnung"),
        ("Hafengebühr", "Der Hafen und die Liegegebühren"),
        ('"kamen 12 Boote"', "Es kamen 12 schnelle Boote"),
        ('"kamen 12 Boote"', "Es kamen 12 (3) Boote"),
    ],
)
def test_what_only_looks_like_it_is_no_full_hit(query: str, text: str) -> None:
    assert search(archive_with(text), query).full == 0


def test_letters_of_other_languages_fold() -> None:
    conn = archive_with("Die Tagung in Tromsø", "Der Hafen von Ålesund", "Gast aus Čelje")

    assert [search(conn, query).hits[0].id for query in ("Tromso", "Alesund", "Celje")] == ["d1", "d2", "d3"]


def test_the_other_words_say_which_word_was_meant() -> None:
    conn = archive_with("Der Kasten am Hafen.", "Der Kasten am Hafen.", "Die Karten der Insel.")

    assert search(conn, "Insel Kaxten").corrections == {"Kaxten": "Karten"}
    assert search(conn, "Hafen Kaxten").corrections == {"Kaxten": "Kasten"}
