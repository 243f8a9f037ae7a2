"""Which documents are joined by an ``annex`` link, whatever order they came in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from archive_builder import new_archive, publication, put, rows

from archive.keeping.annexes import link_annexes
from archive.keeping.blocks import block
from archive.keeping.records import AttachmentRecord, LinkRecord, Publication

AT = "2026-03-02T04:00:00Z"
FILE = "https://www.example.org/dsmv-2"


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    connection = new_archive()
    yield connection
    connection.close()


def offering(document_id: str = "dsmv-1", url: str = FILE, title: str = "Muster", **changes: Any) -> Publication:
    """A document that offers a file."""
    return publication(document_id, attachments=(AttachmentRecord(url=url, title=title),), **changes)


def child(parent_id: str | None = None, **changes: Any) -> Publication:
    return publication("dsmv-2", title="Muster für Mieter", doc_type="anlage", parent_id=parent_id, **changes)


LINKED = [("dsmv-1", FILE, "dsmv-2", "annex", "Muster für Mieter")]
CASES: dict[str, tuple[list[Publication], list[tuple[Any, ...]]]] = {
    "a file that is offered and stored": ([offering(), child()], [("dsmv-1", FILE, "dsmv-2", "annex", "Muster")]),
    "the other way round": ([child(), offering()], [("dsmv-1", FILE, "dsmv-2", "annex", "Muster")]),
    "a child that names its parent": ([publication("dsmv-1"), child("dsmv-1")], LINKED),
    "both at once make one link": ([offering(), child("dsmv-1")], LINKED),
    "a file that is not stored": ([offering()], [("dsmv-1", FILE, None, "annex", "Muster")]),
    "a file of another body": (
        [offering(url="https://other.example.org/x.pdf")],
        [("dsmv-1", "https://other.example.org/x.pdf", None, "annex", "Muster")],
    ),
    "a guidance page owns nothing": ([offering(doc_type="information"), child()], []),
    "but is the parent of what names it": ([publication("dsmv-1", doc_type="information"), child("dsmv-1")], LINKED),
    "a parent that is not stored": ([child("dsmv-9")], []),
    "no files": ([publication("dsmv-1")], []),
    "two documents offer one file": (
        [offering(), offering("dsmv-3"), child()],
        [("dsmv-1", FILE, "dsmv-2", "annex", "Muster"), ("dsmv-3", FILE, "dsmv-2", "annex", "Muster")],
    ),
    "only what the newest version offers": ([offering(), publication("dsmv-1", "Neu ohne Datei."), child()], []),
}


@pytest.mark.parametrize("case", CASES)
def test_annexes(case: str, conn: sqlite3.Connection) -> None:
    kept, links = CASES[case]
    for one in kept:
        put(conn, one)
    link_annexes(conn)

    assert rows(conn, "select document_id, url, target_id, kind, evidence from links order by document_id") == links


@pytest.mark.parametrize("blocked", ["dsmv-1", "dsmv-2"])
def test_blocked_documents_are_at_neither_end_of_a_link(blocked: str, conn: sqlite3.Connection) -> None:
    put(conn, offering())
    put(conn, child("dsmv-1"))
    block(conn, blocked, reason="x", at=AT)
    link_annexes(conn)

    assert rows(conn, "select * from links") == []


def test_linking_again_changes_nothing_and_leaves_other_links(conn: sqlite3.Connection) -> None:
    put(conn, offering(links=(LinkRecord(url=FILE, kind="link", evidence="hier"),)))
    put(conn, child())
    link_annexes(conn)
    before = rows(conn, "select * from links order by kind")
    link_annexes(conn)

    assert rows(conn, "select * from links order by kind") == before
    assert [row[4] for row in before] == ["annex", "link"]
