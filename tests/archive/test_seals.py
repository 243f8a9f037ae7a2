"""Every run that is over has its WARC file sealed once, and a file that is not what it was is named."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archive_builder import AT, add_answer, add_run, new_archive, rows

from archive.keeping.ledger import Check, add_check
from archive.vault.reading import members
from archive.vault.seals import broken_seals, digest_of_file, put_right, seal_finished_runs
from archive.vault.writer import CHECKS, RUN, NotModified, VaultWriter

FIRST = "warc/dsmv-20260301T040000Z-000001.warc.gz"


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    connection = new_archive()
    yield connection
    connection.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A vault with the files of runs 1 and 11."""
    (tmp_path / "warc").mkdir()
    (tmp_path / FIRST).write_bytes(b"eins")
    (tmp_path / "warc/dsk-20260302T040000Z-000011.warc.gz").write_bytes(b"elf")
    return tmp_path


OUTCOMES = {"running": False, "ok": True, "alarm": True, "failed": True}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_runs_that_are_over_are_sealed(outcome: str, conn: sqlite3.Connection, data: Path) -> None:
    add_run(conn, outcome=None if outcome == "running" else outcome)
    seal_finished_runs(conn, data)
    now = (data / FIRST).read_bytes()
    seal = (len(now), hashlib.sha256(now).hexdigest()) if OUTCOMES[outcome] else (None, None)

    assert now.startswith(b"eins")
    assert rows(conn, "select warc_bytes, warc_sha256 from runs") == [seal]


def test_a_seal_is_taken_once(conn: sqlite3.Connection, data: Path) -> None:
    """A file that changed since would otherwise be sealed as it is now."""
    add_run(conn, outcome="ok")
    seal_finished_runs(conn, data)
    before = rows(conn, "select warc_bytes, warc_sha256 from runs")
    (data / FIRST).write_bytes(b"anders")
    seal_finished_runs(conn, data)

    assert rows(conn, "select warc_bytes, warc_sha256 from runs") == before
    assert list(broken_seals(conn, data).values()) == [f"{FIRST} ist nicht mehr, was sie am Ende von Lauf 1 war."]


def test_a_run_without_an_answer_gets_a_file_that_tells_of_it(conn: sqlite3.Connection, data: Path) -> None:
    add_run(conn, outcome="ok")
    add_run(conn, outcome="failed", detail="Nichts hat geantwortet.")
    seal_finished_runs(conn, data)
    last = [*members(data / "warc/dsmv-20260301T040000Z-000002.warc.gz")][-1]
    told = json.loads(last.body)["runs"]

    assert last.profile == RUN
    assert dict(zip(told["columns"], told["rows"][0], strict=True))["detail"] == "Nichts hat geantwortet."
    assert broken_seals(conn, data) == {}


def test_answers_that_confirm_go_into_the_file_once_and_into_ranges(conn: sqlite3.Connection, data: Path) -> None:
    """Also those of a run that was killed: they were noted beside the file as they came; half a note is none."""
    run_id = add_run(conn)
    urls = [f"https://www.example.org/{number}" for number in range(5)]
    ids = [add_answer(conn, url, run_id=run_id) for url in urls]
    writer = VaultWriter(data, source="dsmv", run_id=run_id, started_at=AT, software="test")
    for one in (4, 0, 1, 2):
        writer.note(NotModified(url=urls[one], at=AT, sent=[("If-None-Match", "x")], status="HTTP/1.1 304", headers=[]))
        add_check(conn, run_id, Check(snapshot_id=ids[one], at=AT))
    writer.close()
    notes = data / f"{FIRST}.checks"
    notes.write_bytes(notes.read_bytes() + b'{"url": "https')
    put_right(conn, data, at=AT)
    bodies = [one.body for one in members(data / FIRST) if one.record and one.profile == CHECKS]

    assert [[json.loads(line)["url"] for line in body.splitlines()] for body in bodies] == [
        [urls[4], urls[0], urls[1], urls[2]]
    ]
    assert rows(conn, "select first_snapshot_id, last_snapshot_id, seconds from checks") == [
        (ids[0], ids[2], "[0,0,0]"),
        (ids[4], ids[4], "[0]"),
    ]
    assert not notes.exists()


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda path: path.touch(), ""),
    "a byte": (lambda path: path.write_bytes(b"einz"), "ist nicht mehr"),
    "a byte more": (lambda path: path.write_bytes(b"eins!"), "ist nicht mehr"),
    "a byte less": (lambda path: path.write_bytes(b"ein"), "ist nicht mehr"),
    "the whole file": (lambda path: path.unlink(), "von Lauf 1 fehlt"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_broken_seal_is_told_in_one_sentence(change: str, conn: sqlite3.Connection, data: Path) -> None:
    add_run(conn, outcome="ok")
    seal_finished_runs(conn, data)
    stroke, sentence = CHANGES[change]
    stroke(data / FIRST)
    told = list(broken_seals(conn, data).values())

    assert len(told) == bool(sentence)
    assert all(sentence in one for one in told)


def test_the_digest_is_sha256_of_the_whole_file(data: Path) -> None:
    assert digest_of_file(data / FIRST) == hashlib.sha256(b"eins").hexdigest()
