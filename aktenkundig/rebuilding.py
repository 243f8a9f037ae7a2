"""Makes everything derived again from the WARC files, the network untouched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aktenkundig.replay import Replay
from archive.database import set_meta, transaction
from archive.errors import RecordUnreadable
from archive.schema import DERIVED
from archive.search.indexing import clear_index, settle_state
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
    Raises RecordUnreadable, and changes nothing, when damaged WARC files would cost a document or a version.
    """
    runs = conn.execute("select * from runs where outcome <> 'running' order by id").fetchall()
    answers, before = 0, _versions(conn)
    unreadable: list[str] = []
    with transaction(conn), FileWorker() as files:
        clear_derived(conn)
        write_topics(conn)
        for done, run in enumerate(runs, start=1):
            replay = Replay(conn, data, run, files=files)
            answers += replay.play()
            unreadable += replay.unreadable
            progress(done, len(runs))
        _refuse_losses(before - _versions(conn), unreadable)
        link_documents(conn)
        settle_state(conn)
        set_meta(conn, READING_VERSION_KEY, READING_VERSION)
        documents = conn.execute("select count(*) from documents").fetchone()[0]
    return RebuildReport(runs=len(runs), answers=answers, documents=documents)


def _versions(conn: sqlite3.Connection) -> set[tuple[str, int]]:
    return {(row[0], row[1]) for row in conn.execute("select document_id, version from versions")}


def _refuse_losses(lost: set[tuple[str, int]], unreadable: list[str]) -> None:
    if lost and unreadable:
        raise RecordUnreadable(
            f"{len(unreadable)} Belege sind nicht lesbar, {len(lost)} Fassungen gingen verloren; "
            f"das Archiv bleibt, wie es war. Zuerst: {unreadable[0]}"
        )


def clear_derived(conn: sqlite3.Connection) -> None:
    """Empty the derived tables and the index."""
    clear_index(conn)
    for table in reversed(DERIVED):
        conn.execute(f"delete from {table}")
