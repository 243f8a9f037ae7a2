"""The ledger: runs, answers and problems, as they happened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from archive_builder import AT, add_answer, add_run, new_archive, publication, put, rows, value

from archive.keeping.ledger import (
    RunCounts,
    SnapshotRecord,
    add_problem,
    add_snapshot,
    begin_run,
    close_abandoned_runs,
    finish_run,
    last_answer,
    last_read_snapshot,
    mark_read,
    say_why,
)

LATER, LATEST = "2026-03-02T04:00:00Z", "2026-03-03T04:00:00Z"
URL = "https://www.example.org/akte"


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    connection = new_archive()
    yield connection
    connection.close()


# -- runs ------------------------------------------------------------------------------------------


def test_a_run_begins_with_its_rule(conn: sqlite3.Connection) -> None:
    run_id = begin_run(conn, source="dsk", started_at=AT, version="1.2", checks=5, days=2.5)
    kept = (
        "select id, source, started_at, version, removal_checks, removal_days, outcome, settled, finished_at from runs"
    )

    assert rows(conn, kept) == [(run_id, "dsk", AT, "1.2", 5, 2.5, "running", 0, None)]


def test_the_usual_rule_is_three_checks_over_seven_days(conn: sqlite3.Connection) -> None:
    begin_run(conn, source="dsk", started_at=AT, version="1.2")

    assert rows(conn, "select removal_checks, removal_days from runs") == [(3, 7.0)]


COUNTED = {
    "requests": 11,
    "not_modified": 12,
    "listed": 13,
    "new": 14,
    "changed": 15,
    "unchanged": 16,
    "removed": 17,
    "excluded": 18,
    "failed": 19,
    "bytes": 20,
}


@pytest.mark.parametrize("column", COUNTED)
def test_a_finished_run_shows_what_it_counted(conn: sqlite3.Connection, column: str) -> None:
    run_id = add_run(conn)
    finish_run(conn, run_id, finished_at=LATER, outcome="ok", counts=RunCounts(**COUNTED))

    assert value(conn, f"select {column} from runs") == COUNTED[column]


@pytest.mark.parametrize("count", vars(RunCounts()))
def test_counts_begin_at_nothing(count: str) -> None:
    assert getattr(RunCounts(), count) == 0


ENDS: list[tuple[dict[str, Any], tuple[object, ...]]] = [
    ({"outcome": "ok"}, (LATER, "ok", None, 0)),
    ({"outcome": "ok", "settled": True}, (LATER, "ok", None, 1)),
    ({"outcome": "alarm", "detail": "Eine Seite fehlt.", "settled": True}, (LATER, "alarm", "Eine Seite fehlt.", 1)),
    ({"outcome": "failed", "detail": "Nichts da."}, (LATER, "failed", "Nichts da.", 0)),
]


@pytest.mark.parametrize(("end", "shown"), ENDS)
def test_a_run_ends_with_its_outcome_and_no_other_run_does(
    conn: sqlite3.Connection, end: dict[str, Any], shown: tuple[object, ...]
) -> None:
    other, run_id = add_run(conn), add_run(conn)
    finish_run(conn, run_id, finished_at=LATER, counts=RunCounts(), **end)

    ended = "select finished_at, outcome, detail, settled from runs where id = ?"
    assert rows(conn, ended, run_id) == [shown]
    assert rows(conn, ended, other) == [(None, "running", None, 0)]


def test_runs_that_never_ended_are_failed_afterwards(conn: sqlite3.Connection) -> None:
    done, second, first = add_run(conn, outcome="ok"), add_run(conn, "dsk"), add_run(conn)

    assert close_abandoned_runs(conn, at=LATER) == [second, first]
    assert rows(conn, "select id, outcome, finished_at, detail from runs order by id") == [
        (done, "ok", AT, None),
        (second, "failed", LATER, "Der Lauf wurde abgebrochen."),
        (first, "failed", LATER, "Der Lauf wurde abgebrochen."),
    ]
    assert close_abandoned_runs(conn, at=LATEST) == []


WHY = [
    ("the newest run failed", ["ok", "failed"], "dsmv", [None, "Voll."]),
    ("an older run failed", ["failed", "ok"], "dsmv", [None, None]),
    ("both failed", ["failed", "failed"], "dsmv", [None, "Voll."]),
    ("another source", ["failed", "failed"], "dsk", [None, None]),
]


@pytest.mark.parametrize(("case", "outcomes", "source", "details"), WHY)
def test_why_is_said_of_the_newest_run_if_it_failed(
    conn: sqlite3.Connection, case: str, outcomes: list[str], source: str, details: list[str | None]
) -> None:
    for outcome in outcomes:
        add_run(conn, outcome=outcome)
    say_why(conn, source, "Voll.")

    assert [row[0] for row in rows(conn, "select detail from runs order by id")] == details, case


# -- answers -----------------------------------------------------------------------------------------


def test_a_snapshot_has_every_column_of_its_record(conn: sqlite3.Connection) -> None:
    record = SnapshotRecord(
        run_id=add_run(conn),
        url=URL,
        fetched_at=AT,
        status=200,
        content_type="text/html",
        etag='"e"',
        last_modified="gestern",
        sha256="s",
        payload_digest="p",
        bytes=7,
        warc_file="warc/a",
        warc_offset=9,
        location="/neu",
        asked_url="https://www.example.org/alt",
    )
    snapshot_id = add_snapshot(conn, record)
    row = dict(conn.execute("select * from snapshots").fetchone())

    assert row == vars(record) | {"id": snapshot_id, "read_at": None}


def test_an_answer_without_a_body_has_no_bytes(conn: sqlite3.Connection) -> None:
    add_answer(conn, URL, run_id=add_run(conn), status=304)

    assert rows(conn, "select bytes, sha256, warc_file from snapshots") == [(0, None, None)]


def test_an_answer_is_read_once_and_for_all(conn: sqlite3.Connection) -> None:
    run_id = add_run(conn)
    first, second = add_answer(conn, URL, run_id=run_id), add_answer(conn, URL, run_id=run_id)
    mark_read(conn, first, at=LATER)
    mark_read(conn, first, at=LATEST)

    assert rows(conn, "select id, read_at from snapshots order by id") == [(first, LATER), (second, None)]


Answer = tuple[int, int, str, bool]
"""Run (from 1), status, address, whether it was read; ids count from 1 in this order."""

LAST_READ: dict[str, tuple[list[Answer], dict[str, int], int | None]] = {
    "none": ([], {}, None),
    "the newest": ([(1, 200, URL, True), (2, 200, URL, True)], {}, 2),
    "not read": ([(1, 200, URL, True), (2, 200, URL, False)], {}, 1),
    "not modified": ([(1, 200, URL, True), (2, 304, URL, True)], {}, 1),
    "not found": ([(1, 404, URL, True)], {}, None),
    "partial": ([(1, 206, URL, True)], {}, None),
    "another address": ([(1, 200, URL + "2", True)], {}, None),
    "before a run": ([(1, 200, URL, True), (2, 200, URL, True)], {"before_run": 2}, 1),
    "before the first run": ([(1, 200, URL, True)], {"before_run": 1}, None),
    "before a later run": ([(1, 200, URL, True), (2, 200, URL, True)], {"before_run": 3}, 2),
    "before an answer": ([(1, 200, URL, True), (1, 200, URL, True)], {"before": 2}, 1),
    "before the first answer": ([(1, 200, URL, True)], {"before": 1}, None),
    "before both": ([(1, 200, URL, True), (2, 200, URL, True), (2, 200, URL, True)], {"before_run": 2, "before": 3}, 1),
}


@pytest.mark.parametrize("case", LAST_READ)
def test_the_last_read_answer_of_an_address(conn: sqlite3.Connection, case: str) -> None:
    answers, bounds, found = LAST_READ[case]
    for _ in range(2):
        add_run(conn)
    for run_id, status, url, read in answers:
        snapshot_id = add_answer(conn, url, run_id=run_id, status=status)
        if read:
            mark_read(conn, snapshot_id, at=AT)
    row = last_read_snapshot(conn, URL, **bounds)

    assert (row and row["id"]) == found


LAST: dict[str, tuple[list[tuple[int, str, str | None]], int | None]] = {
    "none": ([], None),
    "the newest": ([(200, URL, "p"), (200, URL, "p")], 2),
    "whatever its status": ([(200, URL, "p"), (500, URL, "q")], 2),
    "without bytes": ([(200, URL, "p"), (304, URL, None)], 1),
    "another address": ([(200, URL + "2", "p")], None),
}


@pytest.mark.parametrize("case", LAST)
def test_the_last_answer_whose_bytes_were_kept(conn: sqlite3.Connection, case: str) -> None:
    answers, found = LAST[case]
    run_id = add_run(conn)
    for status, url, digest in answers:
        add_answer(conn, url, run_id=run_id, status=status, payload_digest=digest)
    row = last_answer(conn, URL)

    assert (row and row["id"]) == found


# -- problems ----------------------------------------------------------------------------------------

TOLD: dict[str, Any] = {"url": URL, "stage": "file", "kind": "empty", "detail": "Leer.", "document_id": "dsmv-1"}

AGAIN: dict[str, tuple[dict[str, Any], int]] = {
    "the same": ({}, 1),
    "with other words": ({"detail": "Wirklich leer."}, 1),
    "at another time": ({"at": LATER}, 1),
    "another address": ({"url": URL + "2"}, 2),
    "no address": ({"url": None}, 2),
    "another stage": ({"stage": "store"}, 2),
    "another kind": ({"kind": "damaged"}, 2),
    "another document": ({"document_id": "dsmv-2"}, 2),
    "no document": ({"document_id": None}, 2),
    "another run": ({"run_id": 2}, 2),
    "no run": ({"run_id": None}, 2),
}


@pytest.mark.parametrize("case", AGAIN)
def test_a_problem_is_told_once_a_run(conn: sqlite3.Connection, case: str) -> None:
    changes, kept = AGAIN[case]
    add_run(conn), add_run(conn)
    put(conn, publication("dsmv-1")), put(conn, publication("dsmv-2"))
    usual = TOLD | {"run_id": 1, "at": AT}
    add_problem(conn, **usual)
    add_problem(conn, **(usual | changes))

    assert value(conn, "select count(*) from problems") == kept


def test_a_problem_of_nothing_in_particular_is_told_once_too(conn: sqlite3.Connection) -> None:
    for _ in range(2):
        add_problem(conn, run_id=None, url=None, stage="vault", kind="torn_tail", detail="Ab.", at=AT)
    kept = rows(conn, "select run_id, document_id, url, stage, kind, detail, at from problems")

    assert kept == [(None, None, None, "vault", "torn_tail", "Ab.", AT)]


def test_a_problem_names_what_it_is_about(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-1"))
    add_problem(conn, **TOLD, run_id=1, at=LATER)
    kept = rows(conn, "select run_id, document_id, url, stage, kind, detail, at from problems")

    assert kept == [(1, "dsmv-1", URL, "file", "empty", "Leer.", LATER)]


@pytest.mark.parametrize("known_then", [False, True])
def test_a_document_that_the_archive_has_not_is_named_by_its_address(
    conn: sqlite3.Connection, known_then: bool
) -> None:
    """Once only, also where a replay tells the problem again when the document is there."""
    add_run(conn)
    add_problem(conn, **TOLD, run_id=1, at=AT)
    if known_then:
        put(conn, publication("dsmv-1"))
    add_problem(conn, **TOLD, run_id=1, at=AT)

    assert rows(conn, "select document_id, url from problems") == [(None, URL)]
