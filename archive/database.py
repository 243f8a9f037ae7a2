"""Opens ``archive.db``: creates or migrates it, and sets how it is written and read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from archive.errors import NewerArchive, NoArchive

FILE_NAME = "archive.db"
SAMPLE = "sample"
"""Key of ``meta``: the archive holds the sample site, whose texts are invented."""
BUSY_SECONDS = 60.0
BUSY_VARIABLE = "AKTENKUNDIG_BUSY_SECONDS"


def database_path(data: Path) -> Path:
    """Where the archive of the data folder ``data`` lies."""
    return data / FILE_NAME


def open_archive(data: Path, *, create: bool = True) -> sqlite3.Connection:
    """Open for writing, creating and migrating as needed (an older archive is backed up first).

    The connection is in autocommit mode: writers use :func:`transaction`.
    Raises NoArchive when there is none and ``create`` is false, NewerArchive when the file knows
    migrations that this version does not.
    """
    path = database_path(data)
    if not path.exists():
        if not create:
            raise NoArchive(f"Kein Archiv unter {path}. Zuerst »aktenkundig crawl« ausführen.")
        path.parent.mkdir(parents=True, exist_ok=True)
    migrate(path)
    return connect(path)


def open_reading(data: Path) -> sqlite3.Connection:
    """Open read-only; raises NoArchive when there is none."""
    path = database_path(data)
    if not path.exists():
        raise NoArchive(f"Kein Archiv unter {path}. Zuerst »aktenkundig crawl« ausführen.")
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=busy_seconds())
    conn.row_factory = sqlite3.Row
    return conn


def connect(path: Path) -> sqlite3.Connection:
    """A writing connection with the archive's settings: WAL, foreign keys, patient locks."""
    conn = sqlite3.connect(path, timeout=busy_seconds(), isolation_level=None, check_same_thread=False)
    conn.row_factory = sqlite3.Row
    conn.execute("pragma journal_mode = wal")
    conn.execute("pragma synchronous = normal")
    conn.execute("pragma foreign_keys = on")
    return conn


def busy_seconds() -> float:
    """How long to wait for another program that writes: 60 s, or what ``AKTENKUNDIG_BUSY_SECONDS`` says."""
    return float(os.environ.get(BUSY_VARIABLE) or BUSY_SECONDS)


def set_patience(conn: sqlite3.Connection, seconds: float) -> None:
    """How long statements of this connection wait for another program that writes."""
    conn.execute(f"pragma busy_timeout = {round(seconds * 1000)}")


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another program only has to be waited for."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is damaged or no database."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def migrate(path: Path) -> list[str]:
    """Apply pending migrations; the names applied. An archive with content is copied beside itself first."""
    from sqlite_utils import Database  # here, for readers need neither and would wait for them

    from archive.schema import migrations

    known = {step.name for step in migrations._migrations}
    with closing(sqlite3.connect(path, timeout=busy_seconds())) as conn:
        db = Database(conn)
        applied = {step.name for step in migrations.applied(db)}
        if applied - known:
            raise NewerArchive(f"{path} stammt von einer neueren Version: {', '.join(sorted(applied - known))}")
        pending = [step.name for step in migrations.pending(db)]
        if applied and pending:
            _copy_before_migration(conn, path, pending[0])
        if pending:
            conn.execute("pragma journal_mode = wal")
            migrations.apply(db)
        return pending


def _copy_before_migration(conn: sqlite3.Connection, path: Path, first: str) -> None:
    """Beside the archive, whole or not at all, and never over an earlier copy."""
    fresh = path.with_name("archive-before.neu")
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh)) as target:
        conn.backup(target)
    copy, number = path.with_name(f"archive-before-{first}.db"), 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"archive-before-{first}-{number}.db")
    fresh.rename(copy)


@contextmanager
def transaction(conn: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing. Inside a running transaction it nests as a savepoint."""
    nested = conn.in_transaction
    conn.execute("savepoint step" if nested else "begin immediate")
    try:
        yield conn
    except BaseException:
        if conn.in_transaction:
            if nested:
                conn.execute("rollback to step")
                conn.execute("release step")
            else:
                conn.execute("rollback")
        raise
    conn.execute("release step" if nested else "commit")


def meta_value(conn: sqlite3.Connection, key: str) -> str | None:
    """A value of the ``meta`` table, or None."""
    row = conn.execute("select value from meta where key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_meta(conn: sqlite3.Connection, key: str, value: str) -> None:
    """Write a value of the ``meta`` table."""
    conn.execute(
        "insert into meta (key, value) values (?, ?) on conflict do update set value = excluded.value", (key, value)
    )
