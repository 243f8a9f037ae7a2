"""Puts a vault right after a crash: what was cut off in mid-record is set aside, never deleted."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from pathlib import Path

from archive.errors import RecordUnreadable
from archive.keeping.ledger import add_problem
from archive.vault.reading import scan
from archive.vault.writer import FOLDER


def set_aside_torn_tails(conn: sqlite3.Connection, data: Path, runs: Sequence[int], *, at: str) -> list[Path]:
    """Cut the torn end off the WARC files of these runs into ``<file>.torn``; the files made.

    Every cut is a ``problems`` row. Records before the tear stay where they are. A file that is torn before
    bytes that the archive relies on stays as it is, for ``verify`` to show.
    """
    made: list[Path] = []
    for run_id in runs:
        for path in sorted((data / FOLDER).glob(f"*-{run_id:06d}.warc.gz")):
            if _last_needed(conn, path) >= end_of_last_whole_record(path):
                continue
            torn = set_aside_torn_tail(path) or _set_aside_before(path)
            if torn is not None:
                made.append(torn)
                add_problem(
                    conn, run_id=run_id, url=None, stage="vault", kind="torn_tail",
                    detail=f"{path.name} endete mitten in einem Eintrag; der Rest liegt in {torn.name}.", at=at,
                )  # fmt: skip
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


def is_whole(path: Path) -> bool:
    """Whether every record of a file is there to its last byte and has the digest it says."""
    if end_of_last_whole_record(path) != path.stat().st_size:
        return False
    try:
        return all(right for _, _, right in scan(path))
    except RecordUnreadable:
        return False
