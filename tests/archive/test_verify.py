"""Whatever somebody changes in the vault or in the tables, ``verify`` names it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from aktenkundig.crawling import CrawlOptions, crawl_sources
from aktenkundig.sample import SampleSite
from archive.database import connect, database_path, open_reading
from archive.health.verify import verify


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two runs over the releases of the sample site."""
    data = tmp_path_factory.mktemp("intact") / "data"
    with SampleSite(releases=12) as site:
        for now in ("2026-10-05T04:00:00Z", "2026-10-06T04:00:00Z"):
            at = {"dsmv": site.address("dsmv")}
            crawl_sources(["dsmv"], CrawlOptions(data=data, at=at, delay=0.0, now=now, progress=False))
    return data


def faults(data: Path) -> list[str]:
    """What verify says."""
    with closing(open_reading(data)) as conn:
        return verify(conn, data)


def test_an_intact_archive_is_in_order_and_its_files_are_sealed(intact: Path) -> None:
    with closing(open_reading(intact)) as conn:
        sealed = conn.execute("select count(*) from runs where warc_sha256 is not null").fetchone()[0]

    assert faults(intact) == []
    assert sealed == 2


ONE = "(select id from documents where doc_type = 'pressemitteilung' order by id limit 1)"
STROKES = {
    "a text": f"update documents set text = text || ' nicht' where id = {ONE}",
    "a title": f"update documents set title = 'Falsch' where id = {ONE}",
    "a date": f"update documents set published_on = '1999-01-01' where id = {ONE}",
    "a fingerprint": f"update documents set content_sha256 = '00' where id = {ONE}",
    "a version's fingerprint": f"update versions set content_sha256 = '00' where document_id = {ONE}",
    "a version's text": f"update versions set text = 'Falsch' where document_id = {ONE}",
    "a page": f"update pages set text = 'Falsch' where document_id = {ONE}",
    "a page of a version": f"update version_pages set text = 'Falsch' where document_id = {ONE}",
    "a page less": f"delete from pages where document_id = {ONE}",
    "a version less": f"delete from versions where document_id = {ONE}",
    "an event less": f"delete from events where document_id = {ONE}",
    "a date less": f"delete from dates where document_id = {ONE}",
    "a document less": f"delete from documents where id = {ONE}",
    "a snapshot's digest": "update snapshots set sha256 = '00' where id = 3",
    "a snapshot's status": "update snapshots set status = 404 where id = 3",
    "a snapshot's address": "update snapshots set url = 'https://www.example.org/' where id = 3",
    "a snapshot's time": "update snapshots set fetched_at = '2020-01-01T00:00:00Z' where id = 3",
    "a snapshot less": "delete from snapshots where id = (select max(id) from snapshots where url not like '%robots%')",
    "a check less": "delete from checks where rowid = (select max(rowid) from checks)",
    "a check of another time": "update checks set seconds = replace(seconds, '[', '[1')",
    "a run less": "delete from runs where id = 2",
    "the index": "insert into pages_fts (pages_fts) values ('delete-all')",
}


@pytest.mark.parametrize("stroke", STROKES)
def test_a_changed_row_is_named(stroke: str, intact: Path, tmp_path: Path) -> None:
    shutil.copytree(intact, tmp_path / "data")
    with closing(connect(database_path(tmp_path / "data"))) as conn:
        conn.execute("pragma foreign_keys = off")
        changed = conn.execute(STROKES[stroke]).rowcount

    assert changed
    assert faults(tmp_path / "data")


def flip(at: int) -> Callable[[bytes], bytes]:
    """Turn one bit of the byte there."""
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def without_last_record(data: bytes) -> bytes:
    """The file up to its last gzip member."""
    return data[: data.rindex(b"\x1f\x8b\x08\x00")]


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "the time in a gzip head": flip(5),
    "the system in a gzip head": flip(9),
    "a byte in the middle": lambda data: flip(len(data) // 2)(data),
    "the last byte": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "half a file": lambda data: data[: len(data) // 2],
    "a whole record less": without_last_record,
    "nothing left": lambda data: b"",
}


@pytest.mark.parametrize("run", ["000001", "000002"])
@pytest.mark.parametrize("change", BYTES)
def test_changed_bytes_are_named(change: str, run: str, intact: Path, tmp_path: Path) -> None:
    shutil.copytree(intact, tmp_path / "data")
    path = next((tmp_path / "data" / "warc").glob(f"*-{run}.warc.gz"))
    path.write_bytes(BYTES[change](path.read_bytes()))

    assert any(path.name in fault or "Abruf" in fault for fault in faults(tmp_path / "data"))


def test_a_missing_file_is_named(intact: Path, tmp_path: Path) -> None:
    shutil.copytree(intact, tmp_path / "data")
    next((tmp_path / "data" / "warc").glob("*-000002.warc.gz")).unlink()

    assert faults(tmp_path / "data")
