"""One damaged record is one complaint, and costs nothing but itself."""

from __future__ import annotations

import random
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from aktenkundig.crawling import CrawlOptions, crawl_sources
from aktenkundig.replay import rebuild
from aktenkundig.sample import SampleSite
from archive.database import connect, database_path, open_reading
from archive.errors import RecordUnreadable
from archive.health.verify import verify
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
