"""Seals the WARC file of every run that is over: its size and digest, so that no later change goes unnoticed."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from archive.vault.writer import FOLDER


def seal_finished_runs(conn: sqlite3.Connection, data: Path) -> None:
    """Note size and digest of the files that have none yet. Call under the lock, torn tails set aside."""
    query = "select id from runs where outcome <> 'running' and warc_sha256 is null order by id"
    for (run_id,) in conn.execute(query).fetchall():
        path = warc_of(data, run_id)
        if path is not None:
            seal(conn, run_id, path)


def seal(conn: sqlite3.Connection, run_id: int, path: Path) -> None:
    """Note size and digest of ``path`` as those of the run's file."""
    conn.execute(
        "update runs set warc_bytes = ?, warc_sha256 = ? where id = ?",
        (path.stat().st_size, digest_of_file(path), run_id),
    )


def broken_seals(conn: sqlite3.Connection, data: Path) -> Iterator[str]:
    """One German sentence for every sealed file that is not what it was."""
    for row in conn.execute("select id, warc_bytes, warc_sha256 from runs where warc_sha256 is not null"):
        path = warc_of(data, row["id"])
        if path is None:
            yield f"Die WARC-Datei von Lauf {row['id']} fehlt."
        elif path.stat().st_size != row["warc_bytes"] or digest_of_file(path) != row["warc_sha256"]:
            yield f"{FOLDER}/{path.name} ist nicht mehr, was sie am Ende von Lauf {row['id']} war."


def warc_of(data: Path, run_id: int) -> Path | None:
    """The WARC file of a run, None when there is none."""
    return next(iter(sorted((data / FOLDER).glob(f"*-{run_id:06d}.warc.gz"))), None)


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
