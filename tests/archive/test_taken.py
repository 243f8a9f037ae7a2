"""What a block took comes back as it was, without reading anything again; where that cannot be, a rebuild has to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from archive_builder import AT, publication, put, rows

from archive.database import open_archive, transaction
from archive.keeping.blocks import block, unblock
from archive.keeping.records import AttachmentRecord
from archive.keeping.store import touch
from archive.keeping.taken import forget_taken, put_back, taken_from, tell_blocks
from archive.schema import DERIVED
from archive.search.indexing import check_index

LATER, READING = "2026-03-02T04:00:00Z", "7"


class Archive:
    """A release that offers a paper, the paper, and a stranger."""

    def __init__(self, data: Path, conn: sqlite3.Connection) -> None:
        self.data, self.conn = data, conn
        paper = publication("dsmv-2", "Die Zeugen stehen auf Seite eins.", title="Liste der Zeugen")
        offered = (AttachmentRecord(url=paper.url, title="Liste der Zeugen"),)
        put(conn, publication("dsmv-1", "Dazu gehört die Liste der Zeugen.", title="Anhörung", attachments=offered))
        put(conn, paper)
        put(conn, publication("dsmv-3", "Kameras im Hof."))

    def take(self, document_id: str = "dsmv-2") -> None:
        taken = taken_from(self.conn, document_id)
        block(self.conn, document_id, reason="x", at=AT)
        tell_blocks(self.conn, self.data, at=LATER, document_id=document_id, taken=taken, reading=READING)

    def give(self, document_id: str = "dsmv-2", reading: str = READING) -> bool:
        with transaction(self.conn):
            whole = put_back(self.conn, self.data, document_id, reading=reading)
            unblock(self.conn, document_id, at=LATER)
        return whole

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        return {table: sorted(rows(self.conn, f"select * from {table}"), key=repr) for table in DERIVED}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with closing(open_archive(tmp_path)) as conn:
        yield Archive(tmp_path, conn)


def test_all_that_a_block_took_comes_back(archive: Archive) -> None:
    before = archive.tables()
    archive.take()
    assert "Zeugen" not in repr(archive.tables())

    assert archive.give()
    assert archive.tables() == before
    assert check_index(archive.conn) == []
    assert rows(archive.conn, "select count(*) from documents_fts where documents_fts match 'zeugen'") == [(2,)]


def test_what_was_seen_since_stays_seen(archive: Archive) -> None:
    archive.take()
    touch(archive.conn, "dsmv-1", seen_at=LATER)

    assert archive.give()
    assert rows(archive.conn, "select last_seen_at from documents order by id") == [(LATER,), (AT,), (AT,)]


def changed(archive: Archive) -> None:
    put(archive.conn, publication("dsmv-1", "Die Anhörung ist verschoben.", title="Anhörung", seen_at=LATER))


def blocked(archive: Archive) -> None:
    block(archive.conn, "dsmv-3", reason="y", at=LATER)


CASES: dict[str, tuple[Callable[[Archive], object], str]] = {
    "another version of what names it": (changed, READING),
    "another block": (blocked, READING),
    "another reading": (lambda archive: None, "8"),
    "a second reason": (lambda archive: block(archive.conn, "dsmv-2", reason="z", at=LATER), READING),
    "a purge": (lambda archive: forget_taken(archive.data), READING),
}


@pytest.mark.parametrize("case", CASES)
def test_what_may_not_be_right_any_more_is_left_to_a_rebuild(case: str, archive: Archive) -> None:
    change, reading = CASES[case]
    archive.take()
    change(archive)
    before = archive.tables()

    assert not archive.give(reading=reading)
    assert archive.tables() == before
