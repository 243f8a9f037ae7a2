"""The index follows the tables, whoever writes them and however."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from search_archives import Sample, archive_of, new_archive, sample_texts, store

from archive.search.engine import search
from archive.search.indexing import check_index, index_document, unindex_document


@pytest.fixture
def conn() -> sqlite3.Connection:
    return archive_of(sample_texts())


def ids(conn: sqlite3.Connection, query: str) -> list[str]:
    return [hit.id for hit in search(conn, query).hits if not hit.missing]


def assert_sound(conn: sqlite3.Connection) -> None:
    """FTS5's own check compares every token with the content; ours, the rows."""
    for table in ("documents_fts", "pages_fts"):
        conn.execute(f"insert into {table} ({table}) values ('integrity-check')")

    assert check_index(conn) == []


def change_text(conn: sqlite3.Connection, document_id: str, text: str) -> None:
    conn.execute("update documents set text = ? where id = ?", (text, document_id))
    conn.execute("update pages set text = ? where document_id = ?", (text, document_id))


def test_fresh_index_is_sound(conn: sqlite3.Connection) -> None:
    assert_sound(conn)


def test_indexing_twice_changes_nothing(conn: sqlite3.Connection) -> None:
    index_document(conn, "p01")

    assert ids(conn, "Wochenmarkt") == ["p01"]
    assert_sound(conn)


def test_replaced_text_is_found_and_old_text_is_not(conn: sqlite3.Connection) -> None:
    unindex_document(conn, "p01")
    change_text(conn, "p01", "Jetzt geht es um Briefkästen.")
    index_document(conn, "p01")

    assert ids(conn, "Briefkasten") == ["p01"]
    assert ids(conn, "filmen") == []
    assert_sound(conn)


def test_text_changed_without_unindexing_leaves_no_stale_tokens(conn: sqlite3.Connection) -> None:
    change_text(conn, "p01", "Jetzt geht es um Briefkästen.")

    assert ids(conn, "filmen") == []

    index_document(conn, "p01")

    assert ids(conn, "Briefkasten") == ["p01"]
    assert_sound(conn)


def test_insert_or_replace_leaves_no_stale_tokens(conn: sqlite3.Connection) -> None:
    """REPLACE deletes rows without firing delete triggers."""
    row = dict(
        zip(
            [c[1] for c in conn.execute("pragma table_info(documents)")],
            conn.execute("select * from documents where id = 'p01'").fetchone(),
            strict=True,
        )
    )
    row["text"] = "Jetzt geht es um Briefkästen."
    names = ", ".join(row)
    conn.execute(f"insert or replace into documents ({names}) values ({', '.join('?' * len(row))})", list(row.values()))
    conn.execute(
        "insert or replace into pages (id, document_id, page, text, method) values (?, 'p01', 1, ?, 'html')",
        (row["docno"] << 16 | 1, row["text"]),
    )
    index_document(conn, "p01")

    assert ids(conn, "filmen") == []
    assert ids(conn, "Briefkasten") == ["p01"]
    assert_sound(conn)


def test_fewer_pages_leave_no_stale_page(conn: sqlite3.Connection) -> None:
    conn.execute("delete from pages where document_id = 'p44' and page > 2")
    conn.execute("update documents set text = 'Einleitung und Auswahl' where id = 'p44'")
    index_document(conn, "p44")

    assert_sound(conn)
    assert conn.execute("select count(*) from pages_fts where pages_fts match 'protokolle'").fetchone()[0] == 0


def test_deleted_document_is_gone(conn: sqlite3.Connection) -> None:
    conn.execute("delete from pages where document_id = 'p01'")
    conn.execute("delete from documents where id = 'p01'")

    assert ids(conn, "Wochenmarkt") == []
    assert_sound(conn)


def test_blocking_takes_out_at_once_and_unblocking_puts_back(conn: sqlite3.Connection) -> None:
    conn.execute("update documents set blocked_at = '2026-01-01T00:00:00Z' where id = 'p01'")

    assert ids(conn, "Wochenmarkt") == []
    assert conn.execute("select count(*) from pages_fts where pages_fts match 'wochenmarkt'").fetchone()[0] == 0
    assert check_index(conn) == []

    index_document(conn, "p01")
    assert ids(conn, "Wochenmarkt") == []

    conn.execute("update documents set blocked_at = null where id = 'p01'")
    index_document(conn, "p01")

    assert ids(conn, "Wochenmarkt") == ["p01"]
    assert_sound(conn)


def test_unindexing_what_is_not_there_does_nothing(conn: sqlite3.Connection) -> None:
    unindex_document(conn, "p01")
    unindex_document(conn, "p01")
    unindex_document(conn, "nobody")
    index_document(conn, "nobody")
    index_document(conn, "p01")

    assert_sound(conn)


def test_rollback_takes_index_and_words_back(conn: sqlite3.Connection) -> None:
    conn.execute("begin")
    store(conn, Sample(id="new", title="Zebrastreifen", pages=("Zebrastreifen",)), docno=500)
    assert ids(conn, "Zebrastreifen") == ["new"]
    conn.execute("rollback")

    assert ids(conn, "Zebrastreifen") == []
    assert_sound(conn)

    store(conn, Sample(id="other", title="Zapfsäulen", pages=("Zapfsäulen",)), docno=501)

    assert ids(conn, "Zapfsäule") == ["other"]


def test_words_do_not_depend_on_the_order_of_documents() -> None:
    samples = sample_texts()
    tables = []
    for order in (samples, samples[::-1]):
        conn = archive_of(order)
        tables.append(set(conn.execute("select term, stem, shown from search_words")))

    assert tables[0] == tables[1]


def test_attachment_titles_are_searchable() -> None:
    conn = archive_of([Sample(id="release", title="Neue Vorlagen", pages=("Siehe Anlage.",))])
    attachments = json.dumps([{"url": "https://example.org/a.pdf", "title": "Mustertext Auskunftsersuchen"}])
    conn.execute(
        "insert into versions (document_id, version, seen_at, content_sha256, title, text, attachments)"
        " values ('release', 1, '', '', '', '', ?)",
        (attachments,),
    )
    index_document(conn, "release")
    hits = search(conn, "Auskunft").hits

    assert [hit.id for hit in hits] == ["release"]
    assert ("Auskunftsersuchen", True) in hits[0].snippet
    assert_sound(conn)


def test_titles_of_annexes_are_found_with_their_document() -> None:
    conn = archive_of([Sample(id="paper", title="Leitfaden", pages=("Text",))])
    store(conn, Sample(id="annex", title="Checkliste Rechenzentrum", doc_type="anlage", parent_id="paper"), docno=2)

    assert set(ids(conn, "Checkliste")) == {"annex", "paper"}

    conn.execute("update documents set blocked_at = 'x' where id = 'annex'")
    index_document(conn, "annex")

    assert ids(conn, "Checkliste") == []
    assert_sound(conn)


def test_plain_sqlite_can_query_the_file(tmp_path: Path) -> None:
    """No extension, no Python function: a plain word finds it, accents and case aside."""
    archive_of(sample_texts(), tmp_path / "archive.db").close()
    plain = sqlite3.connect(f"file:{tmp_path / 'archive.db'}?mode=ro", uri=True)
    found = plain.execute(
        "select d.id, snippet(documents_fts, 0, '[', ']', '…', 8) from documents_fts"
        " join documents d on d.docno = documents_fts.rowid where documents_fts match 'videouberwachung' order by rank"
    ).fetchall()
    plain.close()

    assert found == [("p01", "[Videoüberwachung] auf dem Wochenmarkt untersagt")]


def test_empty_archive_answers() -> None:
    conn = new_archive()

    assert search(conn, "Datenschutz").total == 0
    assert search(conn, "").total == 0
