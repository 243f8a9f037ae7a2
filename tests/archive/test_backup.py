"""A backup made while the archive is in use comes back whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archive.database import open_archive, open_reading
from archive.errors import NoArchive
from archive.keeping.backup import BackupError, backup, restore

AT = "2026-03-02T04:00:00Z"


def archive_with_a_vault(data: Path) -> None:
    """A small archive whose writer is still at work."""
    conn = open_archive(data)
    conn.execute(
        "insert into runs (source, started_at, outcome, warc_file)"
        " values ('dsmv', '2026-03-01T04:00:00Z', 'ok', 'warc/dsmv-1.warc.gz')"
    )
    (data / "warc").mkdir()
    (data / "warc" / "dsmv-1.warc.gz").write_bytes(b"bytes")
    conn.execute("begin immediate")
    conn.execute("insert into runs (source, started_at) values ('dsk', '2026-03-01T05:00:00Z')")


def test_what_was_backed_up_comes_back_without_the_open_transaction(tmp_path: Path) -> None:
    archive_with_a_vault(tmp_path / "data")

    assert backup(tmp_path / "data", tmp_path / "safe") == 1
    assert restore(tmp_path / "safe", tmp_path / "new", at=AT) == (1, [])
    sources = [row[0] for row in open_reading(tmp_path / "new").execute("select source from runs")]
    assert sources == ["dsmv"]
    assert (tmp_path / "new" / "warc" / "dsmv-1.warc.gz").read_bytes() == b"bytes"


def test_a_second_backup_copies_only_what_grew(tmp_path: Path) -> None:
    archive_with_a_vault(tmp_path / "data")
    backup(tmp_path / "data", tmp_path / "safe")
    (tmp_path / "data" / "warc" / "dsmv-2.warc.gz").write_bytes(b"more")

    assert backup(tmp_path / "data", tmp_path / "safe") == 1


def test_a_warc_file_that_grew_is_copied_again_and_a_cut_short_copy_is_mended(tmp_path: Path) -> None:
    archive_with_a_vault(tmp_path / "data")
    backup(tmp_path / "data", tmp_path / "safe")
    (tmp_path / "data" / "warc" / "dsmv-1.warc.gz").write_bytes(b"bytes and more")

    assert backup(tmp_path / "data", tmp_path / "safe") == 1
    assert (tmp_path / "safe" / "warc" / "dsmv-1.warc.gz").read_bytes() == b"bytes and more"

    (tmp_path / "safe" / "warc" / "dsmv-1.warc.gz").write_bytes(b"by")
    assert backup(tmp_path / "data", tmp_path / "safe") == 1


def test_a_backup_never_lacks_what_its_database_points_to(tmp_path: Path) -> None:
    """While it is made, a harvest goes on: bytes first, rows afterwards; the backup takes rows first."""
    archive_with_a_vault(tmp_path / "data")

    def harvest_goes_on(done: int, of: int) -> None:
        (tmp_path / "data" / "warc" / "later.warc.gz").write_bytes(b"later")

    backup(tmp_path / "data", tmp_path / "safe", progress=harvest_goes_on)
    query = "select distinct warc_file from snapshots where warc_file is not null"
    named = [row[0] for row in open_reading(tmp_path / "safe").execute(query)]
    assert all((tmp_path / "safe" / name).exists() for name in named)
    assert not list((tmp_path / "safe").rglob("*.teil"))
    assert not list((tmp_path / "safe").rglob("*.neu"))


@contextmanager
def without_write_rights(folder: Path) -> Iterator[None]:
    """Be somebody who may read ``folder`` only: another user where we are root, else the owner of a locked folder."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
            path.chmod(0o755)


def test_a_reader_without_write_rights_can_use_a_backup(tmp_path: Path) -> None:
    """This is what a portal user gets who must not write at all (deploy/README.md)."""
    archive_with_a_vault(tmp_path / "data")
    with TemporaryDirectory(dir="/tmp") as place:
        safe = Path(place) / "safe"
        backup(tmp_path / "data", safe)
        Path(place).chmod(0o755)
        with without_write_rights(safe), closing(open_reading(safe)) as conn:
            assert conn.execute("select count(*) from runs").fetchone()[0] == 1
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                conn.execute("delete from runs")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    archive_with_a_vault(tmp_path / "data")
    backup(tmp_path / "data", tmp_path / "safe")

    with pytest.raises(BackupError, match="schon ein Archiv"):
        restore(tmp_path / "safe", tmp_path / "data", at=AT)
    with pytest.raises(BackupError, match="selbst"):
        backup(tmp_path / "data", tmp_path / "data")


def test_there_must_be_something_to_back_up_or_to_restore(tmp_path: Path) -> None:
    with pytest.raises(NoArchive):
        backup(tmp_path / "empty", tmp_path / "safe")
    with pytest.raises(BackupError, match="keine Sicherung"):
        restore(tmp_path / "empty", tmp_path / "new", at=AT)
