"""Puts an archive right after runs that never came to their end."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from archive.database import transaction
from archive.keeping.ledger import close_abandoned_runs
from archive.keeping.purging import finish_purges
from archive.vault.seals import seal_finished_runs
from archive.vault.torn import set_aside_torn_tails


def put_right(conn: sqlite3.Connection, data: Path, *, at: str) -> list[int]:
    """Show abandoned runs as failed, set torn WARC tails aside, seal files; the runs' ids. Call only under the lock.

    All or nothing: when the disk is full the runs stay open, and the next start finds them again.
    """
    finish_purges(conn, data)
    with transaction(conn):
        abandoned = close_abandoned_runs(conn, at=at)
        set_aside_torn_tails(conn, data, abandoned, at=at)
        seal_finished_runs(conn, data)
    return abandoned
