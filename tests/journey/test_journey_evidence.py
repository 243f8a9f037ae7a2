"""Everything derived can be made again, every digest is right, and an unchanged site costs next to nothing."""

from __future__ import annotations

import shutil
import socket
import sqlite3
from pathlib import Path

import pytest
from journeys import Journey
from warcio.archiveiterator import ArchiveIterator

from aktenkundig.replay import rebuild
from archive.database import open_archive, open_reading, transaction
from archive.health.verify import verify
from archive.keeping.blocks import block, unblock
from archive.schema import DERIVED, LEDGER

TABLES = (*DERIVED, *LEDGER, "topics")


def dump(conn: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in an order of its own values."""
    return {table: sorted(map(tuple, conn.execute(f"select * from {table}")), key=repr) for table in TABLES}


@pytest.fixture
def copy(history: Journey, tmp_path: Path) -> Path:
    """A copy of the history's archive that a test may change."""
    target = tmp_path / "copy"
    shutil.copytree(history.data, target)
    return target


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any socket is an error."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_the_archive_verifies(history: Journey) -> None:
    conn = open_reading(history.data)

    assert verify(conn, history.data) == []
    assert history.value("select count(*) from snapshots where sha256 is not null") > 150
    conn.close()


def test_verify_finds_a_changed_byte(copy: Path) -> None:
    path = max((copy / "warc").glob("dsmv-*.warc.gz"), key=lambda one: one.stat().st_size)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    conn = open_reading(copy)

    assert verify(conn, copy)
    conn.close()


def test_rebuild_gives_the_same_rows_without_a_socket(copy: Path, no_network: None) -> None:
    conn = open_archive(copy)
    before = dump(conn)
    report = rebuild(conn, copy)

    after = dump(conn)
    assert {table: after[table] == before[table] for table in TABLES} == dict.fromkeys(TABLES, True)
    assert report.documents == len(before["documents"])
    conn.close()


def test_a_blocked_document_is_nowhere_and_comes_back_from_the_vault(copy: Path) -> None:
    conn = open_archive(copy)
    before = dump(conn)
    text = conn.execute("select text from documents where id = 'dsmv-215466'").fetchone()[0]
    phrase = text[40:80]
    block(conn, "dsmv-215466", reason="Persönlichkeitsrecht", at="2026-10-20T00:00:00Z")

    assert not any(phrase in str(row) for rows in dump(conn).values() for row in rows)
    blocked = dump(conn)
    rebuild(conn, copy)
    assert dump(conn) == blocked
    with transaction(conn):
        unblock(conn, "dsmv-215466", at="2026-10-21T00:00:00Z")
        rebuild(conn, copy)
    after = dump(conn)
    assert {table for table in TABLES if after[table] != before[table]} == {"blocks"}
    conn.close()


def test_a_later_crawl_keeps_a_blocked_document_blocked(journey: Journey) -> None:
    journey.crawl(4, "dsmv")
    conn = journey.db()
    block(conn, "dsmv-215466", reason="Bitte", at="2026-10-08T05:00:00Z")
    conn.close()
    journey.crawl(5, "dsmv")

    row = journey.rows("select title, text, blocked_at is not null from documents where id = 'dsmv-215466'")[0]
    assert row == ("", "", 1)
    assert journey.value("select count(*) from versions where document_id = 'dsmv-215466'") == 0


LEDGER_OF_A_NIGHT = ("runs", "snapshots", "checks", "listings", "problems", "incidents")


@pytest.mark.parametrize("validators", [True, False])
def test_a_second_run_on_an_unchanged_site_adds_nothing(journey: Journey, validators: bool) -> None:
    journey.site.validators = validators
    journey.crawl(1)
    before = dump(journey.db())
    journey.site.forget_requests()
    journey.crawl(1, now="2026-10-06T04:00:00Z")
    after = dump(journey.db())

    changed = {table for table in TABLES if strip_seen(table, after) != strip_seen(table, before)}
    assert changed <= set(LEDGER_OF_A_NIGHT)
    payload = []
    for path in sorted((journey.data / "warc").glob("*20261006*.warc.gz")):
        with path.open("rb") as stream:
            payload += [record.rec_type for record in ArchiveIterator(stream) if record.rec_type == "response"]
    read = journey.value("select count(*) from snapshots where run_id > 2 and status = 200")
    confirmed = journey.value("select sum(last_snapshot_id - first_snapshot_id + 1) from checks where run_id > 2")
    assert payload == []
    if validators:
        assert isinstance(confirmed, int)
        assert isinstance(read, int)
        assert confirmed / (read + confirmed) >= 0.95


def strip_seen(table: str, rows: dict[str, list[tuple[object, ...]]]) -> list[tuple[object, ...]]:
    """The rows without ``documents.last_seen_at``, which is all that a quiet night may change."""
    return [row[:LAST_SEEN] + row[LAST_SEEN + 1 :] for row in rows[table]] if table == "documents" else rows[table]


LAST_SEEN = 19
