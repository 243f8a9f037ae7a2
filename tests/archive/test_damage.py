"""One damaged record is one complaint and costs nothing but itself; what is damaged in the database is found."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from aktenkundig.cli import cli
from aktenkundig.crawling import CrawlOptions, crawl_sources
from aktenkundig.deep import COMPARED, verify_deep
from aktenkundig.replay import rebuild
from aktenkundig.sample import SampleSite
from archive.database import connect, database_path, open_reading
from archive.errors import REBUILD, RecordUnreadable
from archive.health.verify import verify
from archive.schema import DERIVED
from archive.vault.reading import can_read, members

FLIPS = 40


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of three runs, the last two without news."""
    data = tmp_path_factory.mktemp("intact") / "data"
    with SampleSite(releases=12) as site:
        for now in ("2026-10-05T04:00:00Z", "2026-10-06T04:00:00Z", "2026-10-07T04:00:00Z"):
            at = {"dsmv": site.address("dsmv")}
            crawl_sources(["dsmv"], CrawlOptions(data=data, at=at, delay=0.0, now=now, progress=False))
    return data


def flip(data: Path, dice: random.Random) -> tuple[Path, int]:
    """Turn one bit of one WARC file around; which byte."""
    path = dice.choice(sorted((data / "warc").glob("*.warc.gz")))
    body = bytearray(path.read_bytes())
    place = dice.randrange(len(body))
    body[place] ^= 1 << dice.randrange(8)
    path.write_bytes(bytes(body))
    return path, place


def unreadable(data: Path) -> set[int]:
    """The snapshots whose bytes cannot be had."""
    with closing(open_reading(data)) as conn:
        ids = [row[0] for row in conn.execute("select id from snapshots where sha256 is not null")]
        return {one for one in ids if not can_read(conn, data, one)}


@pytest.mark.parametrize("seed", range(FLIPS))
def test_a_flipped_bit_is_found_told_briefly_and_costs_no_other_answer(
    seed: int, intact: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(intact, tmp_path / "data")
    path, place = flip(tmp_path / "data", random.Random(seed))
    with closing(open_reading(tmp_path / "data")) as conn:
        told = verify(conn, tmp_path / "data")
        lost = unreadable(tmp_path / "data")
        hit = next(one for one in members(intact / "warc" / path.name) if one.offset <= place < one.offset + one.length)
        rows = conn.execute(
            "select id from snapshots where warc_file = ? and warc_offset = ?", (f"warc/{path.name}", hit.offset)
        )
        concerned = {row[0] for row in rows}

    assert 1 <= len(told) <= 3
    assert all(path.name in one or "Abruf" in one for one in told)
    assert lost <= concerned
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("place", [0, 1, 2, 4, 8, 9, -8, -1])
def test_a_record_of_which_only_the_frame_is_damaged_is_read(place: int, intact: Path, tmp_path: Path) -> None:
    """The head of its gzip member, its check sum, its length: the digests in the record hold."""
    shutil.copytree(intact, tmp_path / "data")
    with closing(open_reading(tmp_path / "data")) as conn:
        query = "select id, warc_file, warc_offset from snapshots where status = 200 order by id desc limit 1"
        number, warc_file, offset = conn.execute(query).fetchone()
        path = tmp_path / "data" / warc_file
        length = next(one.length for one in members(path) if one.offset == offset)
        body = bytearray(path.read_bytes())
        body[offset + place % length] ^= 0xFF
        path.write_bytes(bytes(body))

        assert can_read(conn, tmp_path / "data", number)


def test_a_rebuild_goes_on_with_what_is_whole_and_names_the_rest(intact: Path, tmp_path: Path) -> None:
    """Where a version would be lost it changes nothing and says which."""
    shutil.copytree(intact, tmp_path / "data")
    with closing(connect(database_path(tmp_path / "data"))) as conn:
        query = "select s.warc_file, s.warc_offset, d.id from snapshots s join documents d on d.url = s.url limit 1"
        warc_file, offset, document_id = conn.execute(query).fetchone()
        path = tmp_path / "data" / warc_file
        body = bytearray(path.read_bytes())
        body[offset + 400] ^= 0xFF
        path.write_bytes(bytes(body))
        documents = conn.execute("select count(*) from documents").fetchone()[0]
        with pytest.raises(RecordUnreadable, match=document_id):
            rebuild(conn, tmp_path / "data")

        assert conn.execute("select count(*) from documents").fetchone()[0] == documents


# -- the database --------------------------------------------------------------------------------------

CELLS = 20
Cell = tuple[str, int, str, object]
"""Table, row, column, value."""


def cells(data: Path) -> list[Cell]:
    """Every cell of the derived tables that holds a letter or digit, row by row."""
    found: list[Cell] = []
    with closing(sqlite3.connect(database_path(data))) as conn:
        for table in COMPARED:
            read = conn.execute(f"select rowid as row_number, * from {table}")
            names = [one[0] for one in read.description[1:]]
            for number, *values in read:
                found += [
                    (table, number, name, one) for name, one in zip(names, values, strict=True) if has_letters(one)
                ]
    return found


def has_letters(value: object) -> bool:
    """Whether a letter or digit can be turned into another."""
    return isinstance(value, int) or (isinstance(value, str) and any(one.isascii() and one.isalnum() for one in value))


def turned(value: str, dice: random.Random) -> str:
    """One letter or digit is its neighbour."""
    place = dice.choice([at for at, one in enumerate(value) if one.isascii() and one.isalnum()])
    other = chr(ord(value[place]) ^ 1)
    return value[:place] + (other if other.isalnum() else "x" if value[place] != "x" else "y") + value[place + 1 :]


def turn_in_sql(data: Path, cell: Cell, dice: random.Random) -> bool:
    """Change a cell as a program would; whether the database lets it."""
    table, number, name, value = cell
    other = turned(value, dice) if isinstance(value, str) else value + 1  # type: ignore[operator]
    with closing(sqlite3.connect(database_path(data), isolation_level=None)) as conn:
        conn.execute("pragma ignore_check_constraints = on")
        try:
            conn.execute(f"update {table} set {name} = ? where rowid = ?", (other, number))
        except sqlite3.IntegrityError:
            return False
    return True


def turn_in_file(data: Path, cell: Cell, dice: random.Random) -> bool:
    """Change a cell where it lies in the file; whether it was found there in one piece, and was that of the table."""
    path, value = database_path(data), cell[3]
    if not isinstance(value, str) or len(value) < 4:
        return False
    whole, wanted = path.read_bytes(), value.encode()
    places = [at for at in range(len(whole)) if whole.startswith(wanted, at)] if whole.count(wanted) < 50 else []
    if not places:
        return False
    at = dice.choice(places)
    path.write_bytes(whole[:at] + turned(value, dice).encode() + whole[at + len(wanted) :])
    return True


@pytest.fixture(scope="module")
def at_rest(intact: Path) -> Path:
    """The archive without a log beside it, and nothing in its file but what it holds."""
    with closing(sqlite3.connect(database_path(intact), isolation_level=None)) as conn:
        conn.execute("pragma journal_mode = delete")
        conn.execute("vacuum")
    return intact


def test_what_is_stored_is_what_the_vault_says_also_of_one_source_alone(at_rest: Path) -> None:
    with closing(open_reading(at_rest)) as conn:
        assert verify_deep(conn, at_rest) == []


@pytest.mark.faults
@pytest.mark.parametrize("turn", [turn_in_sql, turn_in_file])
@pytest.mark.parametrize("seed", range(CELLS))
def test_a_changed_cell_is_found(
    seed: int, turn: Callable[[Path, Cell, random.Random], bool], at_rest: Path, tmp_path: Path
) -> None:
    """Table by table in turn, so that small ones are met too."""
    dice, data = random.Random(seed), Path(shutil.copytree(at_rest, tmp_path / "data"))
    before = cells(data)
    tables = sorted({table for table, *_ in before})
    mine = [one for one in before if one[0] == tables[seed % len(tables)]]
    while True:
        if turn(data, cell := dice.choice(mine), dice) and changed(data, before):
            break
        shutil.copy2(database_path(at_rest), database_path(data))
    with closing(open_reading(data)) as conn:
        told = verify_deep(conn, data)

    named = tuple(f"{table}, " for table in (COMPARED if turn is turn_in_file else cell[:1]))
    assert any(one.startswith(named) or (one.endswith(REBUILD) and turn is turn_in_file) for one in told), (cell, told)


def changed(data: Path, before: list[Cell]) -> bool:
    """Whether the tables say something else, or cannot be read any more."""
    try:
        return cells(data) != before
    except sqlite3.DatabaseError:
        return True


def zeros(table: str, length: int) -> Callable[[bytearray, dict[str, int]], None]:
    """The beginning of the first page of a table or index is gone."""

    def damage(body: bytearray, roots: dict[str, int]) -> None:
        start = (roots[table] - 1) * 4096
        body[start : start + length] = bytes(length)

    return damage


def cut(body: bytearray, roots: dict[str, int]) -> None:
    """Half of the file is left."""
    del body[len(body) // 2 :]


def empty(body: bytearray, roots: dict[str, int]) -> None:
    """Nothing is left."""
    body.clear()


DAMAGES = {
    "its first bytes": zeros("sqlite_schema", 16),
    "its schema": zeros("sqlite_schema", 400),
    "half": cut,
    "all": empty,
    "documents": zeros("documents", 200),
    "a ledger": zeros("snapshots", 200),
    "runs": zeros("runs", 4096),
    "an index": zeros("events_at", 100),
    "the words": zeros("documents_fts_data", 300),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_damaged_database_file_is_one_sentence_that_names_the_way_out(
    case: str, at_rest: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(at_rest, tmp_path / "data"))
    path, before = database_path(data), rows(data)
    with closing(sqlite3.connect(path)) as conn:
        roots = dict(conn.execute("select name, rootpage from sqlite_schema where rootpage > 0")) | {"sqlite_schema": 1}
    body = bytearray(path.read_bytes())
    DAMAGES[case](body, roots)
    path.write_bytes(bytes(body))
    said = CliRunner().invoke(cli, ["--data", str(data), "verify", "--deep"]).output.splitlines()
    mended = CliRunner().invoke(cli, ["--data", str(data), "rebuild"])

    assert len(said) == 2
    assert said[0].endswith(REBUILD)
    assert said[1] == "1 Beanstandungen."
    assert "beschädigte Datenbank liegt jetzt in" in mended.output
    assert rows(data) == before
    with closing(open_reading(data)) as conn:
        assert verify(conn, data) == []


def rows(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the derived tables."""
    with closing(connect(database_path(data))) as conn:
        return {table: sorted(map(tuple, conn.execute(f"select * from {table}")), key=repr) for table in DERIVED}
