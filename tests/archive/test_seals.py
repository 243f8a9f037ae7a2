"""Every run that is over has its WARC file sealed once, and a file that is not what it was is named."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archive_builder import add_run, new_archive, rows

from archive.vault.seals import broken_seals, digest_of_file, seal_finished_runs, warc_of

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
    seal = (4, hashlib.sha256(b"eins").hexdigest()) if OUTCOMES[outcome] else (None, None)

    assert rows(conn, "select warc_bytes, warc_sha256 from runs") == [seal]


def test_a_seal_is_taken_once(conn: sqlite3.Connection, data: Path) -> None:
    """A file that changed since would otherwise be sealed as it is now."""
    add_run(conn, outcome="ok")
    seal_finished_runs(conn, data)
    before = rows(conn, "select warc_bytes, warc_sha256 from runs")
    (data / FIRST).write_bytes(b"anders")
    seal_finished_runs(conn, data)

    assert rows(conn, "select warc_bytes, warc_sha256 from runs") == before
    assert list(broken_seals(conn, data)) == [f"{FIRST} ist nicht mehr, was sie am Ende von Lauf 1 war."]


def test_a_run_without_a_file_stays_without_a_seal(conn: sqlite3.Connection, data: Path) -> None:
    add_run(conn, outcome="ok")
    add_run(conn, outcome="failed")
    seal_finished_runs(conn, data)

    assert rows(conn, "select id from runs where warc_sha256 is not null") == [(1,)]
    assert list(broken_seals(conn, data)) == []


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
    told = list(broken_seals(conn, data))

    assert len(told) == bool(sentence)
    assert all(sentence in one for one in told)


@pytest.mark.parametrize(
    ("run_id", "name"), [(1, FIRST), (11, "warc/dsk-20260302T040000Z-000011.warc.gz"), (111, None), (0, None)]
)
def test_the_file_of_a_run_bears_its_number(run_id: int, name: str | None, data: Path) -> None:
    assert warc_of(data, run_id) == (data / name if name else None)


def test_the_digest_is_sha256_of_the_whole_file(data: Path) -> None:
    assert digest_of_file(data / FIRST) == hashlib.sha256(b"eins").hexdigest()
