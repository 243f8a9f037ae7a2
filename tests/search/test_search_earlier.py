"""Earlier wordings: found on demand only, named by their version, never of blocked documents; copies are one entry."""

from __future__ import annotations

import sqlite3

import pytest
from archive_builder import new_archive, publication, put

from archive.keeping.blocks import block
from archive.search import matching
from archive.search.engine import answer, search
from archive.search.matching import Filters

FIRST = "Die Kameras im Hallenbad filmen den Beckenrand und die Umkleiden."
SECOND = "Die Geräte wurden abgebaut, der Betreiber hat das zugesichert."
OTHER = "Drohnen über dem Campingplatz stören die Gäste und ihre Ruhe."


@pytest.fixture
def conn() -> sqlite3.Connection:
    """Two documents; the first has changed twice."""
    found = new_archive()
    put(found, publication("dsmv-1", FIRST, "Ansprechpartner ist die Pressestelle.", title="Bad"))
    put(found, publication("dsmv-1", FIRST.replace("Beckenrand", "Sprungturm"), title="Schwimmhalle"))
    put(found, publication("dsmv-1", SECOND, title="Schwimmhalle", published_on="2024-05-06"))
    put(found, publication("dsmv-2", OTHER, title="Ferien"))
    return found


def test_earlier_wordings_are_found_on_demand_only(conn: sqlite3.Connection) -> None:
    assert search(conn, "Beckenrand").hits == ()

    (hit,) = search(conn, "Beckenrand", earlier=True).hits

    assert (hit.id, hit.version, hit.title, hit.page, hit.missing) == ("dsmv-1", 1, "Bad", 1, ())
    assert ("Beckenrand", True) in hit.snippet


def test_german_forms_hold_for_earlier_wordings(conn: sqlite3.Connection) -> None:
    """Of several versions with the words, the newest is named; a word of today's version alone is no earlier hit."""
    found = search(conn, "Umkleide Kamera", earlier=True)

    assert [(hit.id, hit.version) for hit in found.hits] == [("dsmv-1", 2)]
    assert (found.full, found.earlier, found.total) == (0, 1, 1)
    assert [hit.version for hit in search(conn, "Betreiber", earlier=True).hits] == [None]


def test_filters_hold_for_earlier_wordings(conn: sqlite3.Connection) -> None:
    for filters, expected in ((Filters(source="dsmv"), 1), (Filters(source="dsk"), 0), (Filters(date_from="2025"), 0)):
        assert search(conn, "Beckenrand", filters, earlier=True, literally=True).total == expected


def test_blocked_documents_have_no_earlier_wordings(conn: sqlite3.Connection) -> None:
    assert answer(conn, "Beckenrand", earlier=True).earlier
    block(conn, "dsmv-1", reason="Antrag", at="2026-03-02T00:00:00Z")

    assert search(conn, "Beckenrand", earlier=True).total == 0


def test_a_new_version_is_noticed(conn: sqlite3.Connection) -> None:
    search(conn, "Campingplatz", earlier=True)
    put(conn, publication("dsmv-2", "Der Platz ist geschlossen.", title="Ferien"))

    assert [hit.version for hit in search(conn, "Campingplatz", earlier=True).hits] == [1]


def test_what_is_read_is_bounded(conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest earlier wordings are read first, up to a limit."""
    monkeypatch.setattr(matching, "EARLIER_READ", len(FIRST) + 5)
    monkeypatch.setattr(matching, "_EARLIER", {})

    assert search(conn, "Sprungturm", earlier=True).earlier == 1
    assert search(conn, "Beckenrand", earlier=True).earlier == 0


def test_copies_are_folded_into_the_first_over_pages() -> None:
    """Only among what the search finds, and wherever in the list the other stands."""
    conn = new_archive()
    for number in range(1, 5):
        put(conn, publication(f"dsmv-{number}", OTHER, title="Drohnen" if number == 3 else "Ferien"))
    put(conn, publication("dsk-9", OTHER, title="Ferien"))
    first, second = (search(conn, "Drohne", Filters(source="dsmv"), limit=2, offset=at).hits for at in (0, 2))

    assert (first[0].id, first[0].folded_into) == ("dsmv-3", None)
    assert sorted(first[0].copies) == ["dsmv-1", "dsmv-2", "dsmv-4"]
    assert "dsk-9" in first[0].same_as
    assert {hit.folded_into for hit in (first[1], *second)} == {"dsmv-3"}
