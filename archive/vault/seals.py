"""Leaves the vault in order when runs are over: torn tails set aside, purges finished, every file sealed."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from archive.database import transaction
from archive.keeping.ledger import account_of, add_problem, close_abandoned_runs, fold_checks, say_why
from archive.vault.writer import FOLDER, VaultWriter

FRESH = ".neu"
"""A rewritten file until it takes the place of the old one."""


def seal_finished_runs(conn: sqlite3.Connection, data: Path) -> None:
    """Conclude and seal the files that have no seal yet: answers 304 and the run's ledger go in, size and digest are
    noted. Call under the lock, torn tails set aside."""
    query = "select * from runs where outcome <> 'running' and warc_sha256 is null order by id"
    for run in conn.execute(query).fetchall():
        with transaction(conn):
            fold_checks(conn, run["id"])
            begun = {"source": run["source"], "run_id": run["id"], "started_at": run["started_at"]}
            with closing(VaultWriter(data, software=f"aktenkundig {run['version']}", **begun)) as vault:
                vault.conclude(account_of(conn, run["id"]), run_id=run["id"], at=run["finished_at"])
            seal(conn, run["id"], data / vault.warc_file)


def seal(conn: sqlite3.Connection, run_id: int, path: Path) -> None:
    """Note size and digest of ``path`` as those of the run's file."""
    conn.execute(
        "update runs set warc_bytes = ?, warc_sha256 = ? where id = ?",
        (path.stat().st_size, digest_of_file(path), run_id),
    )


def broken_seals(conn: sqlite3.Connection, data: Path) -> dict[str, str]:
    """One German sentence for every sealed file that is not what it was, by file."""
    broken = {}
    for row in conn.execute("select id, warc_file, warc_bytes, warc_sha256 from runs where warc_sha256 is not null"):
        path = data / row["warc_file"]
        if not path.exists():
            broken[row["warc_file"]] = f"Die WARC-Datei von Lauf {row['id']} fehlt."
        elif path.stat().st_size != row["warc_bytes"] or digest_of_file(path) != row["warc_sha256"]:
            broken[row["warc_file"]] = f"{FOLDER}/{path.name} ist nicht mehr, was sie am Ende von Lauf {row['id']} war."
    return broken


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def set_aside_torn_tails(conn: sqlite3.Connection, data: Path, runs: Sequence[int], *, at: str) -> list[Path]:
    """Cut the torn end off the WARC files of these runs into ``<file>.torn``; the files made.

    Every cut is a ``problems`` row. Records before the tear stay where they are. A file that is torn before
    bytes that the archive relies on stays as it is, for ``verify`` to show.
    """
    made: list[Path] = []
    for run_id in runs:
        path = data / conn.execute("select warc_file from runs where id = ?", (run_id,)).fetchone()[0]
        if not path.exists() or _last_needed(conn, path) >= end_of_last_whole_record(path):
            continue
        torn = set_aside_torn_tail(path) or _set_aside_before(path)
        if torn is not None:
            made.append(torn)
            detail = f"{path.name} endete mitten in einem Eintrag; der Rest liegt in {torn.name}."
            add_problem(conn, run_id=run_id, url=None, stage="vault", kind="torn_tail", detail=detail, at=at)
    return made


def _last_needed(conn: sqlite3.Connection, path: Path) -> int:
    """The offset of the last record that a snapshot points to, -1 when there is none."""
    query = "select coalesce(max(warc_offset), -1) from snapshots where warc_file = ?"
    return int(conn.execute(query, (f"{FOLDER}/{path.name}",)).fetchone()[0])


def _set_aside_before(path: Path) -> Path | None:
    """The tail that an earlier start set aside and did not come to report."""
    torn = path.with_name(path.name + ".torn")
    return torn if torn.exists() else None


def set_aside_torn_tail(path: Path) -> Path | None:
    """Move everything after the last whole record into ``<file>.torn``; None when the file is whole."""
    end = end_of_last_whole_record(path)
    size = path.stat().st_size
    if end == size:
        return None
    torn = path.with_name(path.name + ".torn")
    with path.open("r+b") as stream:
        stream.seek(end)
        torn.write_bytes(stream.read())
        stream.truncate(end)
    return torn


def end_of_last_whole_record(path: Path) -> int:
    """The byte offset up to which the gzip members of a WARC file are whole."""
    end = 0
    with path.open("rb") as stream:
        inflater = zlib.decompressobj(31)
        position = 0
        while chunk := stream.read(1 << 16):
            position += len(chunk)
            while chunk:
                try:
                    inflater.decompress(chunk)
                except zlib.error:
                    return end
                if not inflater.eof:
                    break
                chunk = inflater.unused_data
                end = position - len(chunk)
                inflater = zlib.decompressobj(31)
    return end


def finish_purges(conn: sqlite3.Connection, data: Path) -> None:
    """Put rewritten files in the place of the old ones, where their seal was committed; throw others away.

    So a purge that was cut short is either done or never was.
    """
    for fresh in sorted((data / FOLDER).glob(f"*.warc.gz{FRESH}")):
        old = fresh.with_name(fresh.name.removesuffix(FRESH))
        row = conn.execute("select warc_sha256 from runs where warc_file = ?", (f"{FOLDER}/{old.name}",)).fetchone()
        if row is not None and row[0] == digest_of_file(fresh):
            fresh.replace(old)
        else:
            fresh.unlink()


def put_right(conn: sqlite3.Connection, data: Path, *, at: str, why: Mapping[str, str] | None = None) -> list[int]:
    """Show abandoned runs as failed, set torn WARC tails aside, seal files; the runs' ids. Call only under the lock.

    All or nothing: when the disk is full the runs stay open, and the next start finds them again. ``why`` maps sources
    to what their newest run failed of.
    """
    finish_purges(conn, data)
    with transaction(conn):
        abandoned = close_abandoned_runs(conn, at=at)
        set_aside_torn_tails(conn, data, abandoned, at=at)
        for source, said in (why or {}).items():
            say_why(conn, source, said)
        seal_finished_runs(conn, data)
    return abandoned
