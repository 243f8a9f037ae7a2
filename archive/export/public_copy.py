"""A copy of the database for others: without blocked documents, vault places and the operator's notes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from archive.keeping.blocks import compact
from archive.keeping.erasing import erase
from archive.search.indexing import optimize_index, settle_state

NOTES = ("problems", "incidents", "blocks")
"""Tables for the operator: they name blocked documents, reasons and paths of the machine. Empty in the copy."""

KEPT_META = ("reading_version",)


def make_public_copy(conn: sqlite3.Connection, target: Path) -> None:
    """Write the copy to ``target``, one consistent state, also while another process writes.

    Nothing of a blocked document is left: not its rows, its words in the index, its addresses, nor its
    title among the attachments of others. Raises sqlite3.Error, OSError.
    """
    target.unlink(missing_ok=True)
    copy = sqlite3.connect(target, isolation_level=None)
    copy.row_factory = sqlite3.Row
    try:
        conn.backup(copy)
        copy.execute("pragma journal_mode = delete")
        copy.execute("pragma foreign_keys = off")
        copy.execute("begin")
        blocked = copy.execute("select id from documents where blocked_at is not null").fetchall()
        erase(copy, [document_id for (document_id,) in blocked], stays={}, untouched=())
        _leave_notes_out(copy)
        optimize_index(copy)
        copy.execute("delete from search_words where term not in (select term from documents_words)")
        settle_state(copy)
        copy.execute("commit")
        compact(copy)
    finally:
        copy.close()


def _leave_notes_out(copy: sqlite3.Connection) -> None:
    for table in NOTES:
        copy.execute(f"delete from {table}")
    marks = ", ".join("?" for _ in KEPT_META)
    copy.execute(f"delete from meta where key not in ({marks})", KEPT_META)
    copy.execute("update snapshots set warc_file = null, warc_offset = null")
    copy.execute("update runs set detail = null where outcome = 'failed'")
