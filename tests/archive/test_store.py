"""The store: the newest reading in ``documents``, every version in ``versions``, nothing of blocked documents."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from archive_builder import AT, add_answer, add_run, new_archive, publication, put, rows, value

from archive.keeping.annexes import link_annexes
from archive.keeping.blocks import block, unblock
from archive.keeping.records import (
    AttachmentRecord,
    CitationRecord,
    DateRecord,
    LinkRecord,
    MendingRecord,
    PageRecord,
    Publication,
    SectionRecord,
    TopicRecord,
)
from archive.keeping.store import add_event, clear_children, is_blocked, number_of, touch
from archive.search.indexing import check_index

LATER, LATEST = "2026-03-02T04:00:00Z", "2026-03-03T04:00:00Z"
BEFORE = "2026-02-01T04:00:00Z"


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    connection = new_archive()
    yield connection
    connection.close()


def full(**changes: Any) -> Publication:
    """A publication of which everything was read."""
    values: dict[str, Any] = {
        "title": "Kameras im Treppenhaus",
        "doc_type": "pressemitteilung",
        "issuer": "DSMV",
        "kicker": "Pressemitteilung vom 1. März 2026",
        "number": "20260301",
        "teaser": "Neun Kameras zu viel.",
        "language": "de",
        "published_on": "2026-03-01",
        "issued_on": "2026-02",
        "page_count": 2,
        "section": "presse",
        "listed": '{"label": "Kameras"}',
        "pages": (
            PageRecord(page=1, text="Nach § 4 BDSG unzulässig.", method="html"),
            PageRecord(page=2, text="Kontakt: Telefon 11", method="pdf", contact=((0, 7), (9, 19))),
        ),
        "dates": (
            DateRecord(
                role="published", value="2026-03-01", precision="day", raw="01.03.2026", found_in="meta", chosen=True
            ),
            DateRecord(role="mentioned", value="2025", precision="year", raw="2025", found_in="body"),
        ),
        "citations": (
            CitationRecord(
                page=1,
                law="BDSG",
                unit="§",
                number="4",
                paragraph=None,
                sentence=None,
                letter=None,
                raw="§ 4 BDSG",
                start=5,
            ),
        ),
        "attachments": (AttachmentRecord(url="https://www.example.org/muster.pdf", title="Muster für Mietende"),),
        "links": (
            LinkRecord(url="https://www.example.org/b", kind="link", evidence="b"),
            LinkRecord(url="https://www.example.org/a", kind="link", evidence="a"),
            LinkRecord(url="https://www.example.org/a", kind="link", evidence="noch einmal a"),
            LinkRecord(url="https://www.example.org/zitat", kind="cites", evidence="Zitat"),
        ),
        "mendings": (MendingRecord(page=1, raw="un-zulässig", mended="unzulässig"),),
        "sections": (SectionRecord(page=2, level=1, title="1 Kontakt", anchor="abschnitt-1"),),
    }
    return publication("dsmv-1", **(values | changes))


# -- the first reading ---------------------------------------------------------------------------

SHOWN: dict[str, object] = {
    "id": "dsmv-1",
    "docno": 1,
    "source": "dsmv",
    "doc_type": "pressemitteilung",
    "issuer": "DSMV",
    "title": "Kameras im Treppenhaus",
    "kicker": "Pressemitteilung vom 1. März 2026",
    "number": "20260301",
    "teaser": "Neun Kameras zu viel.",
    "text": "Nach § 4 BDSG unzulässig.\n\nKontakt: Telefon 11",
    "language": "de",
    "url": "https://www.example.org/dsmv-1",
    "published_on": "2026-03-01",
    "issued_on": "2026-02",
    "year": 2026,
    "page_count": 2,
    "parent_id": None,
    "section": "presse",
    "listed": '{"label": "Kameras"}',
    "first_seen_at": AT,
    "last_seen_at": AT,
    "last_changed_at": AT,
    "version": 1,
    "blocked_at": None,
    "removed_at": None,
    "attachment_titles": "Muster für Mietende",
}


@pytest.mark.parametrize("column", SHOWN)
def test_a_new_document_is_shown_as_it_was_read(conn: sqlite3.Connection, column: str) -> None:
    assert put(conn, full()) == "new"
    assert value(conn, f"select {column} from documents") == SHOWN[column]


KEPT: dict[str, tuple[str, list[tuple[object, ...]]]] = {
    "pages": (
        "select id, document_id, page, text, method, contact from pages order by page",
        [
            (65537, "dsmv-1", 1, "Nach § 4 BDSG unzulässig.", "html", None),
            (65538, "dsmv-1", 2, "Kontakt: Telefon 11", "pdf", "[[0, 7], [9, 19]]"),
        ],
    ),
    "dates": (
        "select document_id, role, value, precision, raw, found_in, chosen from dates order by rowid",
        [
            ("dsmv-1", "published", "2026-03-01", "day", "01.03.2026", "meta", 1),
            ("dsmv-1", "mentioned", "2025", "year", "2025", "body", 0),
        ],
    ),
    "citations": (
        "select document_id, page, law, unit, number, paragraph, raw, start, item from citations",
        [("dsmv-1", 1, "BDSG", "§", "4", None, "§ 4 BDSG", 5, None)],
    ),
    "mendings": ("select document_id, page, raw, mended from mendings", [("dsmv-1", 1, "un-zulässig", "unzulässig")]),
    "sections": (
        "select document_id, page, level, title, anchor from sections",
        [("dsmv-1", 2, 1, "1 Kontakt", "abschnitt-1")],
    ),
    "links": (
        "select url, kind, evidence, target_id from links order by rowid",
        [
            ("https://www.example.org/b", "link", "b", None),
            ("https://www.example.org/a", "link", "a", None),
            ("https://www.example.org/a", "link", "noch einmal a", None),
            ("https://www.example.org/zitat", "cites", "Zitat", None),
        ],
    ),
    "versions": (
        "select document_id, version, seen_at, title, kicker, number, teaser, text, published_on, issued_on from versions",
        [
            (
                "dsmv-1",
                1,
                AT,
                "Kameras im Treppenhaus",
                "Pressemitteilung vom 1. März 2026",
                "20260301",
                "Neun Kameras zu viel.",
                "Nach § 4 BDSG unzulässig.\n\nKontakt: Telefon 11",
                "2026-03-01",
                "2026-02",
            )
        ],
    ),
    "events": (
        "select document_id, at, kind, version, detail, run_id from events",
        [("dsmv-1", AT, "new", 1, None, 1)],
    ),
    "document_numbers": ("select document_id, docno from document_numbers", [("dsmv-1", 1)]),
}


@pytest.mark.parametrize("table", KEPT)
def test_what_was_read_stands_in_its_table(conn: sqlite3.Connection, table: str) -> None:
    put(conn, full())

    assert rows(conn, KEPT[table][0]) == KEPT[table][1]


def test_topics_of_a_document_name_their_evidence(conn: sqlite3.Connection) -> None:
    conn.execute("insert into topics (id, label, description) values ('video', 'Video', 'Kameras')")
    put(conn, full(topics=(TopicRecord(topic_id="video", evidence="Titel: Kameras", score=0.5),)))

    found = rows(conn, "select document_id, topic_id, evidence, score from document_topics")
    assert found == [("dsmv-1", "video", "Titel: Kameras", 0.5)]


def test_a_version_keeps_what_the_document_offers_and_where_it_leads(conn: sqlite3.Connection) -> None:
    """Only plain links count, each address once, in order; umlauts stay readable."""
    put(conn, full())
    attachments, links = conn.execute("select attachments, links from versions").fetchone()

    assert json.loads(attachments) == [{"url": "https://www.example.org/muster.pdf", "title": "Muster für Mietende"}]
    assert "für" in attachments
    assert json.loads(links) == ["https://www.example.org/a", "https://www.example.org/b"]


def test_addresses_with_umlauts_stay_readable_in_a_version(conn: sqlite3.Connection) -> None:
    url = "https://www.example.org/prüfung"
    put(conn, full(links=(LinkRecord(url=url, kind="link", evidence=""),)))

    assert value(conn, "select links from versions") == f'["{url}"]'


def test_a_version_has_its_pages_digest_and_snapshot(conn: sqlite3.Connection) -> None:
    run_id = add_run(conn)
    add_answer(conn, "https://www.example.org/anderes", run_id=run_id)
    snapshot_id = add_answer(conn, "https://www.example.org/dsmv-1", run_id=run_id)
    put(conn, full(snapshot_id=snapshot_id, content_sha256="d1"))

    assert rows(conn, "select snapshot_id, content_sha256 from versions") == [(snapshot_id, "d1")]
    assert rows(conn, "select version, page, text, method from version_pages order by page") == [
        (1, 1, "Nach § 4 BDSG unzulässig.", "html"),
        (1, 2, "Kontakt: Telefon 11", "pdf"),
    ]


YEARS = [("2026-03-01", "2024", 2026), (None, "2024-05", 2024), ("2019", None, 2019), (None, None, None)]


@pytest.mark.parametrize(("published", "issued", "year"), YEARS)
def test_the_year_is_that_of_publication_or_else_of_issue(
    conn: sqlite3.Connection, published: str | None, issued: str | None, year: int | None
) -> None:
    put(conn, publication(published_on=published, issued_on=issued))

    assert value(conn, "select year from documents") == year


def test_a_document_without_pages_is_kept(conn: sqlite3.Connection) -> None:
    put(conn, publication(pages=()))

    assert rows(conn, "select text, version from documents") == [("", 1)]
    assert rows(conn, "select * from pages") == []


def test_the_snapshot_counts_as_read_once_the_document_is_stored(conn: sqlite3.Connection) -> None:
    put(conn, publication(seen_at=LATER))

    assert rows(conn, "select read_at from snapshots") == [(LATER,)]


def test_nothing_is_kept_when_a_row_is_refused(conn: sqlite3.Connection) -> None:
    """One transaction: document, version, number, event and index go together."""
    with pytest.raises(sqlite3.IntegrityError):
        put(conn, publication(method="telex"))

    for table in ("documents", "versions", "pages", "document_numbers", "events"):
        assert rows(conn, f"select * from {table}") == [], table
    assert rows(conn, "select read_at from snapshots") == [(None,)]
    assert not conn.in_transaction


# -- readings after the first ----------------------------------------------------------------------


def test_the_same_content_again_is_no_version(conn: sqlite3.Connection) -> None:
    put(conn, publication())

    assert put(conn, publication(seen_at=LATER)) == "unchanged"
    seen = "select version, first_seen_at, last_seen_at, last_changed_at from documents"
    assert rows(conn, seen) == [(1, AT, LATER, AT)]
    assert value(conn, "select count(*) from versions") == 1
    assert rows(conn, "select kind from events") == [("new",)]
    assert value(conn, "select count(*) from snapshots where read_at is not null") == 2


def test_other_content_is_a_version(conn: sqlite3.Connection) -> None:
    put(conn, publication())

    assert put(conn, publication("dsmv-1", "Andere Worte.", "Und mehr.", seen_at=LATER)) == "changed"
    seen = "select version, first_seen_at, last_seen_at, last_changed_at, text from documents"
    assert rows(conn, seen) == [(2, AT, LATER, LATER, "Andere Worte.\n\nUnd mehr.")]
    assert rows(conn, "select version, seen_at, text from versions order by version") == [
        (1, AT, "Die Kameras sind abzubauen."),
        (2, LATER, "Andere Worte.\n\nUnd mehr."),
    ]
    assert rows(conn, "select kind, at, version from events order by at") == [("new", AT, 1), ("changed", LATER, 2)]
    assert rows(conn, "select version, page from version_pages order by 1, 2") == [(1, 1), (2, 1), (2, 2)]


def test_only_the_newest_version_is_compared(conn: sqlite3.Connection) -> None:
    """What was there before the last edit is an edit again."""
    put(conn, publication(content_sha256="a"))
    put(conn, publication(content_sha256="b", seen_at=LATER))

    assert put(conn, publication(content_sha256="a", seen_at=LATEST)) == "changed"
    assert value(conn, "select version from documents") == 3


def test_a_better_reading_is_shown_though_it_is_no_version(conn: sqlite3.Connection) -> None:
    put(conn, publication(title="Kamerasim Treppenhaus", content_sha256="a"))

    assert put(conn, publication(title="Kameras im Treppenhaus", content_sha256="a", seen_at=LATER)) == "unchanged"
    assert value(conn, "select title from documents") == "Kameras im Treppenhaus"


def test_children_are_those_of_the_newest_reading(conn: sqlite3.Connection) -> None:
    put(conn, full())
    put(conn, publication("dsmv-1", "Kurz.", seen_at=LATER))

    assert rows(conn, "select page, text from pages") == [(1, "Kurz.")]
    for table in ("dates", "citations", "links", "mendings", "sections"):
        assert value(conn, f"select count(*) from {table}") == 0, table


def test_an_earlier_reading_does_not_turn_time_back(conn: sqlite3.Connection) -> None:
    put(conn, publication(seen_at=LATER))
    put(conn, publication(seen_at=AT))

    assert value(conn, "select last_seen_at from documents") == LATER


def test_one_document_is_changed_and_no_other(conn: sqlite3.Connection) -> None:
    put(conn, full())
    put(conn, publication("dsmv-2", "Zwei."))
    put(conn, publication("dsmv-2", "Zwei, neu.", seen_at=LATER))

    assert rows(conn, "select id, version, text from documents order by id") == [
        ("dsmv-1", 1, "Nach § 4 BDSG unzulässig.\n\nKontakt: Telefon 11"),
        ("dsmv-2", 2, "Zwei, neu."),
    ]
    assert rows(conn, "select document_id, page from pages order by 1, 2") == [
        ("dsmv-1", 1),
        ("dsmv-1", 2),
        ("dsmv-2", 1),
    ]
    assert value(conn, "select count(*) from links where document_id = 'dsmv-1'") == 4


def test_the_index_follows(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-1", "Zebrastreifen."))
    put(conn, publication("dsmv-1", "Fahrradweg.", seen_at=LATER))
    found = "select count(*) from documents_fts where documents_fts match ?"

    assert check_index(conn) == []
    assert (value(conn, found, "zebrastreifen"), value(conn, found, "fahrradweg")) == (0, 1)


def test_only_one_run_is_named_by_an_event(conn: sqlite3.Connection) -> None:
    first, second = add_run(conn), add_run(conn)
    put(conn, publication(), run_id=first)
    put(conn, publication("dsmv-1", "Neu.", seen_at=LATER), run_id=second)

    assert rows(conn, "select kind, run_id from events order by at") == [("new", first), ("changed", second)]


def test_columns_that_are_no_names_are_refused(conn: sqlite3.Connection) -> None:
    """What ends up in a statement as it is must be a name."""
    odd = MendingRecord(page=1, raw="a", mended="b")
    vars(odd)["raw) --"] = "x"

    with pytest.raises(ValueError, match="column names"):
        put(conn, publication(mendings=(odd,)))
    assert rows(conn, "select * from documents") == []


# -- seen, numbers, events ---------------------------------------------------------------------------


@pytest.mark.parametrize(("seen_at", "then"), [(LATEST, LATEST), (AT, LATER), (LATER, LATER)])
def test_touching_moves_the_last_sight_forward_only(conn: sqlite3.Connection, seen_at: str, then: str) -> None:
    put(conn, publication("dsmv-1", seen_at=LATER))
    put(conn, publication("dsmv-2", seen_at=LATER))
    touch(conn, "dsmv-1", seen_at=seen_at)

    assert rows(conn, "select last_seen_at, last_changed_at from documents where id = 'dsmv-1'") == [(then, LATER)]
    assert value(conn, "select last_seen_at from documents where id = 'dsmv-2'") == LATER


def test_numbers_are_given_once_and_in_turn(conn: sqlite3.Connection) -> None:
    assert [number_of(conn, name) for name in ("a", "b", "a", "c", "b")] == [1, 2, 1, 3, 2]


def test_numbers_are_not_given_again(conn: sqlite3.Connection) -> None:
    """A number outlives its document: after a rebuild it has the same one."""
    put(conn, publication("dsmv-1"))
    put(conn, publication("dsmv-2"))
    for table in ("events", "pages", "version_pages", "versions", "documents"):
        conn.execute(f"delete from {table}")
    put(conn, publication("dsmv-3"))
    put(conn, publication("dsmv-2"))

    assert rows(conn, "select id, docno from documents order by docno") == [("dsmv-2", 2), ("dsmv-3", 3)]


def test_numbers_go_on_after_the_highest(conn: sqlite3.Connection) -> None:
    conn.execute("insert into document_numbers (document_id, docno) values ('alt', 41)")

    assert number_of(conn, "neu") == 42


def test_an_event_names_the_version_it_found(conn: sqlite3.Connection) -> None:
    put(conn, publication())
    put(conn, publication("dsmv-1", "Neu.", seen_at=LATER))
    add_event(conn, "dsmv-1", "moved", at=LATEST, run_id=None, detail="dsmv-9")

    assert rows(conn, "select at, kind, version, detail, run_id from events where kind = 'moved'") == [
        (LATEST, "moved", 2, "dsmv-9", None)
    ]


def test_a_document_that_is_not_there_has_no_events(conn: sqlite3.Connection) -> None:
    add_event(conn, "dsmv-404", "removed", at=AT, run_id=None)

    assert rows(conn, "select document_id, version from events") == []


def test_the_rows_of_a_document_have_keys_of_its_number(conn: sqlite3.Connection) -> None:
    """They are the same however often, and in whatever order, documents are read."""
    put(conn, publication("dsmv-2"))
    put(conn, full())
    tables = ("dates", "citations", "links", "mendings", "sections", "events")
    keys = {table: rows(conn, f"select id from {table} where document_id = 'dsmv-1'") for table in tables}
    put(conn, full(seen_at=LATER))

    assert {table: min(found)[0] - (2 << 20) for table, found in keys.items()} == dict.fromkeys(tables, 1)
    for table in tables:
        assert rows(conn, f"select id from {table} where document_id = 'dsmv-1'") == keys[table], table


def test_an_annex_that_comes_first_is_joined_to_its_parent_when_that_is_there(conn: sqlite3.Connection) -> None:
    listed = '{"parent_id": "dsmv-1"}'
    put(conn, publication("dsmv-2", title="Merkblatt Zaunlatten", parent_id="dsmv-1", listed=listed))
    assert value(conn, "select parent_id from documents where id = 'dsmv-2'") is None
    put(conn, publication("dsmv-1"))
    link_annexes(conn)

    assert value(conn, "select parent_id from documents where id = 'dsmv-2'") == "dsmv-1"
    assert value(conn, "select attachment_titles from documents where id = 'dsmv-1'") == "Merkblatt Zaunlatten"
    assert check_index(conn) == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("documents", "parent_id"),
        ("documents", "moved_to"),
        ("events", "document_id"),
        ("absences", "document_id"),
        ("problems", "document_id"),
        ("blocks", "document_id"),
    ],
)
def test_every_reference_to_a_document_is_declared(conn: sqlite3.Connection, table: str, column: str) -> None:
    leads = rows(conn, f'select "from", "table", "to" from pragma_foreign_key_list(\'{table}\')')
    sql = value(conn, f"select sql from sqlite_master where name = '{table}'")

    assert (column, "documents", "id") in leads
    assert f"{column} text" in sql
    assert "deferrable initially deferred" in sql


def test_clearing_leaves_versions_and_other_documents(conn: sqlite3.Connection) -> None:
    put(conn, full())
    put(conn, full(id="dsmv-2", url="https://www.example.org/dsmv-2"))
    clear_children(conn, "dsmv-1")

    for table in ("pages", "dates", "citations", "links", "mendings", "sections"):
        left = rows(conn, f"select distinct document_id from {table}")
        assert left == [("dsmv-2",)], table
    assert value(conn, "select count(*) from versions where document_id = 'dsmv-1'") == 1


def test_links_to_a_document_stay_when_its_own_are_cleared(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-1"))
    put(conn, publication("dsmv-2"))
    conn.execute("insert into links (document_id, target_id, kind) values ('dsmv-2', 'dsmv-1', 'cites')")
    clear_children(conn, "dsmv-1")

    assert rows(conn, "select document_id, target_id from links") == [("dsmv-2", "dsmv-1")]


# -- blocked documents -------------------------------------------------------------------------------


def test_a_document_is_blocked_from_block_to_unblock(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-1"))
    put(conn, publication("dsmv-2"))
    before = is_blocked(conn, "dsmv-1")
    block(conn, "dsmv-1", reason="Privatperson", at=LATER)
    during = is_blocked(conn, "dsmv-1"), is_blocked(conn, "dsmv-2")
    unblock(conn, "dsmv-1", at=LATEST)

    assert (before, during, is_blocked(conn, "dsmv-1")) == (False, (True, False), False)


def test_of_a_blocked_document_only_the_sight_is_kept(conn: sqlite3.Connection) -> None:
    put(conn, full(content_sha256="a"))
    block(conn, "dsmv-1", reason="Privatperson", at=LATER)

    assert put(conn, full(content_sha256="a", seen_at=LATEST)) == "blocked"
    assert rows(
        conn, "select title, text, teaser, version, last_seen_at, last_changed_at, blocked_at from documents"
    ) == [("", "", None, 1, LATEST, AT, LATER)]
    for table in (
        "pages",
        "dates",
        "citations",
        "links",
        "mendings",
        "sections",
        "versions",
        "version_pages",
        "events",
    ):
        assert rows(conn, f"select * from {table}") == [], table
    assert value(conn, "select count(*) from snapshots where read_at is not null") == 2


def test_an_edit_of_a_blocked_document_is_counted_and_not_stored(conn: sqlite3.Connection) -> None:
    put(conn, full(content_sha256="a"))
    block(conn, "dsmv-1", reason="Privatperson", at=LATER)

    assert put(conn, full(content_sha256="b", seen_at=LATEST)) == "blocked"
    assert rows(conn, "select content_sha256, version, last_changed_at, title from documents") == [("b", 2, LATEST, "")]
    assert rows(conn, "select * from versions") == []


def test_another_document_is_not_touched_by_a_blocked_one_seen_again(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-1", content_sha256="a"))
    put(conn, publication("dsmv-2", content_sha256="c"))
    block(conn, "dsmv-1", reason="Privatperson", at=LATER)
    put(conn, publication("dsmv-1", content_sha256="b", seen_at=LATEST))

    assert rows(conn, "select version, content_sha256, last_seen_at from documents where id = 'dsmv-2'") == [
        (1, "c", AT)
    ]


def test_a_document_blocked_before_it_is_seen_leaves_a_tombstone(conn: sqlite3.Connection) -> None:
    """As in a rebuild: the ledger knows the block, the tables are empty. The first open block counts."""
    conn.execute("begin")
    for blocked_at, unblocked_at in ((BEFORE, AT), (LATER, None), (LATEST, None)):
        conn.execute(
            "insert into blocks (document_id, reason, blocked_at, unblocked_at) values ('dsmv-1', 'x', ?, ?)",
            (blocked_at, unblocked_at),
        )

    assert put(conn, full(content_sha256="a", seen_at=LATEST)) == "blocked"
    row = dict(conn.execute("select * from documents").fetchone())
    assert {name: cell for name, cell in row.items() if cell is not None} == {
        "id": "dsmv-1",
        "docno": 1,
        "source": "dsmv",
        "doc_type": "pressemitteilung",
        "title": "",
        "text": "",
        "url": "https://www.example.org/dsmv-1",
        "first_seen_at": LATEST,
        "last_seen_at": LATEST,
        "last_changed_at": LATEST,
        "blocked_at": LATER,
        "version": 1,
        "content_sha256": "a",
    }
    assert rows(conn, "select * from pages") == rows(conn, "select * from events") == []


def test_a_tombstone_stays_blocked_whatever_the_ledger_says(conn: sqlite3.Connection) -> None:
    """Content comes back with a rebuild only, never by chance with the next answer."""
    put(conn, publication())
    block(conn, "dsmv-1", reason="Privatperson", at=LATER)
    unblock(conn, "dsmv-1", at=LATEST)

    assert put(conn, publication(seen_at=LATEST)) == "blocked"
    assert value(conn, "select title from documents") == ""


def test_a_blocked_document_has_no_events(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-1"))
    put(conn, publication("dsmv-2"))
    block(conn, "dsmv-1", reason="Privatperson", at=LATER)
    for document_id in ("dsmv-1", "dsmv-2"):
        add_event(conn, document_id, "unlisted", at=LATEST, run_id=None)

    assert rows(conn, "select document_id from events where at = ?", LATEST) == [("dsmv-2",)]
