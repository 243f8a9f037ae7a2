"""Makes everything derived again from the WARC files, the network untouched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aktenkundig.replay import Replay
from archive.database import set_meta, transaction
from archive.schema import DERIVED
from archive.search.upkeep import clear_index
from pipelines.closing import link_documents
from pipelines.files.file_worker import FileWorker
from pipelines.reading_version import READING_VERSION, READING_VERSION_KEY
from pipelines.topics import write_topics


@dataclass(frozen=True, kw_only=True)
class RebuildReport:
    """What a rebuild went through."""

    runs: int
    answers: int
    documents: int


def rebuild(
    conn: sqlite3.Connection, data: Path, *, progress: Callable[[int, int], None] = lambda done, of: None
) -> RebuildReport:
    """Replay every run, oldest first, in one transaction: readers see the old state until all is done.

    Call under the archive's lock. The ledger (runs, snapshots, listings, problems, blocks) stays.
    """
    runs = conn.execute("select * from runs where outcome <> 'running' order by id").fetchall()
    answers = 0
    with transaction(conn), FileWorker() as files:
        clear_derived(conn)
        write_topics(conn)
        for done, run in enumerate(runs, start=1):
            answers += Replay(conn, data, run, files=files).play()
            progress(done, len(runs))
        link_documents(conn)
        set_meta(conn, READING_VERSION_KEY, READING_VERSION)
        documents = conn.execute("select count(*) from documents").fetchone()[0]
    return RebuildReport(runs=len(runs), answers=answers, documents=documents)


def clear_derived(conn: sqlite3.Connection) -> None:
    """Empty the derived tables and the index."""
    clear_index(conn)
    for table in reversed(DERIVED):
        conn.execute(f"delete from {table}")
