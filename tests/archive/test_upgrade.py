"""An older archive is copied, then brought up to date; a newer one is left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive.database import database_path, open_archive, open_reading
from archive.errors import NewerArchive
from archive.schema import migrations

STEPS = [step.name for step in migrations.pending(Database(memory=True))]
"""All migrations, oldest first."""


def older_archive(data: Path, *, steps: int) -> None:
    """An archive as the version with only the first migrations made it, with a run in its ledger."""
    data.mkdir(parents=True, exist_ok=True)
    older = Migrations("aktenkundig")
    for step in migrations.pending(Database(memory=True))[:steps]:
        older(name=step.name)(step.fn)
    with closing(sqlite3.connect(database_path(data))) as conn:
        older.apply(Database(conn))
        conn.execute("insert into runs (source, started_at) values ('dsmv', '2025-01-01T04:00:00Z')")
        conn.commit()


def names(conn: sqlite3.Connection) -> set[str]:
    """The tables of a database."""
    return {row[0] for row in conn.execute("select name from sqlite_master where type = 'table'")}


@pytest.mark.parametrize("steps", range(1, len(STEPS)))
def test_every_earlier_schema_is_brought_up_to_date_with_its_rows(steps: int, tmp_path: Path) -> None:
    older_archive(tmp_path / "old", steps=steps)
    with closing(open_archive(tmp_path / "old")) as conn, closing(open_archive(tmp_path / "fresh")) as fresh:
        assert names(conn) == names(fresh)
        assert conn.execute("select source from runs").fetchall()[0][0] == "dsmv"
        columns = "select m.name, c.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table'"
        assert {tuple(row) for row in conn.execute(columns)} == {tuple(row) for row in fresh.execute(columns)}


def test_the_archive_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    older_archive(tmp_path, steps=1)
    with closing(sqlite3.connect(database_path(tmp_path))) as conn:
        before = names(conn)
    open_archive(tmp_path).close()
    copies = sorted(tmp_path.glob("archive-before-*.db"))

    assert [copy.name for copy in copies] == [f"archive-before-{STEPS[1]}.db"]
    with closing(sqlite3.connect(copies[0])) as copy:
        assert names(copy) == before
        assert copy.execute("select count(*) from runs").fetchone() == (1,)


def test_an_earlier_copy_is_never_written_over(tmp_path: Path) -> None:
    """A second start after one that broke off in the middle must not replace the good copy by what it left."""
    good = tmp_path / f"archive-before-{STEPS[1]}.db"
    good.write_bytes(b"the first copy")
    older_archive(tmp_path, steps=1)
    open_archive(tmp_path).close()

    assert good.read_bytes() == b"the first copy"
    assert sorted(copy.name for copy in tmp_path.glob("archive-before-*")) == [
        f"archive-before-{STEPS[1]}-2.db",
        good.name,
    ]


def test_an_archive_that_is_up_to_date_is_not_copied(tmp_path: Path) -> None:
    open_archive(tmp_path).close()
    open_archive(tmp_path).close()

    assert list(tmp_path.glob("archive-before-*")) == []


def test_a_newer_archive_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    open_archive(tmp_path).close()
    with closing(sqlite3.connect(database_path(tmp_path))) as conn:
        conn.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) values ('aktenkundig', 'm9999', '')"
        )
        conn.commit()

    with pytest.raises(NewerArchive, match="m9999"):
        open_archive(tmp_path)
    assert open_reading(tmp_path).execute("select count(*) from documents").fetchone()[0] == 0
