"""What is kept in memory gives the same answers as SQL, and never outlives a change."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from search_archives import Sample, archive_of, store

import archive.search.facets as facets_module
import archive.search.ranking as candidates
from archive.search.engine import SearchResult, facets, search
from archive.search.facets import columns_of
from archive.search.indexing import settle_state
from archive.search.matching import Filters

COUNT = 60


@pytest.fixture(autouse=True)
def memory_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is used from the first document on."""
    for module in (candidates, facets_module):
        monkeypatch.setattr(module, "WORTH", 0)


def samples() -> list[Sample]:
    kinds = ("pressemitteilung", "beschluss", "protokoll")
    return [
        Sample(
            id=f"d{number}",
            title="Bericht über Kameras" if number % 7 == 0 else f"Mitteilung {number}",
            pages=("Überwachung " * (number % 3) + "Datenschutz im Amt",),
            published_on=None if number % 10 == 0 else f"20{10 + number % 9}-0{number % 8 + 1}-11",
            doc_type=kinds[number % 3],
            issuer="DSK" if number % 4 else None,
            source="dsk" if number % 2 else "dsmv",
        )
        for number in range(1, COUNT + 1)
    ]


@pytest.fixture(params=[None, sqlite3.Row], ids=["tuples", "rows"])
def conn(request: pytest.FixtureRequest) -> sqlite3.Connection:
    """An archive, read as the command line does and as the portal does."""
    conn = archive_of(samples())
    conn.row_factory = request.param
    conn.executemany("insert into topics (id, label, description) values (?, ?, '')", [("a", "Ämter"), ("b", "Bild")])
    for number in range(1, COUNT + 1):
        for topic in "ab"[: number % 3]:
            conn.execute(
                "insert into document_topics (document_id, topic_id, evidence) values (?, ?, '')", (f"d{number}", topic)
            )
    return conn


def by_sql(ask: Callable[[], object]) -> object:
    """The answer without memory."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (candidates, facets_module):
            patch.setattr(module, "columns_of", lambda _: None)
        return ask()


def warm(conn: sqlite3.Connection) -> None:
    columns_of(conn)
    assert columns_of(conn) is not None


@pytest.mark.parametrize("filters", [Filters(), Filters(source="dsk"), Filters(topic="b"), Filters(date_from="2014")])
@pytest.mark.parametrize("query", ["", "Datenschutz", "Überwachung", "Amt", "-Überwachung"])
def test_counts_are_those_of_sql(conn: sqlite3.Connection, query: str, filters: Filters) -> None:
    warm(conn)

    assert facets(conn, query, filters) == by_sql(lambda: facets(conn, query, filters))


def test_a_document_of_no_stated_issuer_counts_for_its_publisher(conn: sqlite3.Connection) -> None:
    """Readers filter by who issued it, else by whose site it stands on; in memory as by SQL."""
    conn.execute("update documents set publisher = 'DSMV', source = source")
    warm(conn)
    filters = Filters(issuer="DSMV")

    counted = {count.value: count.count for count in facets(conn, "Datenschutz", Filters()).issuer}

    assert counted == {"DSK": COUNT * 3 // 4, "DSMV": COUNT // 4}
    assert search(conn, "Datenschutz", filters, limit=COUNT).total == COUNT // 4
    assert facets(conn, "Datenschutz", filters) == by_sql(lambda: facets(conn, "Datenschutz", filters))


@pytest.mark.parametrize("query", ["", "Datenschutz"])
def test_order_by_date_is_that_of_sql(conn: sqlite3.Connection, query: str) -> None:
    warm(conn)

    def ask() -> SearchResult:
        return search(conn, query, sort="datum", limit=15, offset=20)

    assert ask() == by_sql(ask)


def test_words_of_most_documents_rank_as_by_sql(conn: sqlite3.Connection) -> None:
    """bm25 has no weight for them: titles first, then the newest."""
    warm(conn)

    def ask() -> SearchResult:
        return search(conn, "Datenschutz Amt", limit=25)

    assert [hit.id for hit in ask().hits] == [hit.id for hit in by_sql(ask).hits]  # type: ignore[attr-defined]


CHANGES = {
    "a document": lambda conn: store(conn, Sample(id="new", title="Neues vom Amt", source="dsk"), docno=COUNT + 1),
    "a date": lambda conn: conn.execute("update documents set published_on = '2031', year = 2031 where id = 'd10'"),
    "an issuer": lambda conn: conn.execute("update documents set issuer = 'IFK' where id = 'd5'"),
    "a block": lambda conn: conn.execute("update documents set blocked_at = '2026-01-01T00:00:00Z' where id = 'd5'"),
    "a topic": lambda conn: conn.execute("delete from document_topics where document_id = 'd5'"),
    "a removal": lambda conn: conn.execute("delete from documents where id = 'd60'"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen_at_once(conn: sqlite3.Connection, change: Callable[[sqlite3.Connection], object]) -> None:
    warm(conn)
    before = facets(conn, "")
    conn.execute("pragma foreign_keys = off")
    change(conn)

    for _ in range(3):
        assert facets(conn, "") == by_sql(lambda: facets(conn, ""))
        assert search(conn, "", limit=5) == by_sql(lambda: search(conn, "", limit=5))
    assert facets(conn, "") != before


def test_a_change_of_another_connection_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    writing = archive_of(samples(), path)
    reading = sqlite3.connect(path)
    warm(reading)
    writing.execute("update documents set source = 'dsk'")

    assert facets(reading, "Datenschutz").source[0].count == COUNT


def test_nothing_is_kept_of_what_is_rolled_back(conn: sqlite3.Connection) -> None:
    warm(conn)
    before = facets(conn, "")
    conn.execute("begin")
    conn.execute("update documents set source = 'dsk'")
    within = [facets(conn, "") for _ in range(3)]
    conn.execute("rollback")

    assert all(one.source[0].count == COUNT for one in within)
    assert facets(conn, "") == before


def test_an_archive_without_state_is_searched(conn: sqlite3.Connection) -> None:
    """An older archive, opened for reading by this version."""
    conn.execute("drop table search_state")
    conn.execute("drop index documents_heads")
    for (name,) in conn.execute(
        "select name from sqlite_master where type = 'trigger' and name like '%_state_%'"
    ).fetchall():
        conn.execute(f"drop trigger {name}")

    assert columns_of(conn) is None
    assert facets(conn, "Datenschutz").total == COUNT
    assert search(conn, "Datenschutz").total == COUNT


def test_sparse_numbers_stay_with_sql() -> None:
    conn = archive_of([])
    store(conn, Sample(id="far", title="Fern", pages=("Datenschutz",)), docno=900_000)

    assert [columns_of(conn) for _ in range(3)] == [None] * 3
    assert facets(conn, "Datenschutz").total == 1


def test_databases_in_memory_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """One may get the place, and so the name, of another that is gone."""
    monkeypatch.setattr("archive.search.vocabulary.id", lambda _: 7, raising=False)
    first = archive_of([Sample(id="a", title="Eule Zebra", pages=("Wald",))])
    second = archive_of([Sample(id="b", title="Kuh Zebra", pages=("Wald",))])

    assert search(first, "Eule").total == 1
    assert search(second, "Kuh").total == 1
    assert search(second, "Eule").total == 0


def test_the_same_content_has_the_same_token_at_rest(conn: sqlite3.Connection) -> None:
    """Whatever happened on the way; a rebuilt archive is the same as before, table by table."""
    settle_state(conn)
    token = conn.execute("select token from search_state").fetchone()[0]
    conn.execute("update documents set source = 'dsmv' where id = 'd5'")
    settle_state(conn)
    other = conn.execute("select token from search_state").fetchone()[0]
    conn.execute("update documents set source = 'dsk' where id = 'd5'")
    settle_state(conn)

    assert conn.execute("select token from search_state").fetchone()[0] == token != other
