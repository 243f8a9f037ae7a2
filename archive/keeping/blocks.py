"""Takedown: a document's content leaves the archive; a tombstone with digest and reason stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from archive.database import transaction
from archive.errors import ArchiveBusy, UnknownDocument
from archive.keeping.erasing import erase, tables
from archive.keeping.store import is_blocked
from archive.search.indexing import optimize_index, settle_state

COPIES = "archive-before*"
"""Copies that a migration left beside the archive, whole or begun."""


def block(conn: sqlite3.Connection, document_id: str, *, reason: str, at: str) -> None:
    """Take the document out of every table and the index. Raises UnknownDocument.

    Blocking a blocked document again only adds the new reason. What was deleted leaves the file with
    :func:`forget_deleted`.
    """
    row = conn.execute("select content_sha256, url from documents where id = ?", (document_id,)).fetchone()
    if row is None:
        raise UnknownDocument(f"Das Dokument »{document_id}« ist nicht im Archiv.")
    with transaction(conn):
        known = {"content_sha256": row[0], "url": row[1], "reason": reason, "blocked_at": at}
        values = known | {"document_id": document_id}
        columns = [name for name in tables(conn)["blocks"] if name in values]
        marks = ", ".join(f":{name}" for name in columns)
        conn.execute(f"insert into blocks ({', '.join(columns)}) values ({marks})", values)
        blocked = "update documents set blocked_at = coalesce(blocked_at, ?) where id = ?"
        conn.execute(blocked, (at, document_id))
        erase(conn, [document_id])
        settle_state(conn)


def unblock(conn: sqlite3.Connection, document_id: str, *, at: str) -> None:
    """Lift the block in the ledger; the content comes back with the next rebuild, as far as the vault still has it.

    Raises UnknownDocument.
    """
    if not is_blocked(conn, document_id):
        raise UnknownDocument(f"Das Dokument »{document_id}« ist nicht gesperrt.")
    conn.execute("update blocks set unblocked_at = ? where document_id = ? and unblocked_at is null", (at, document_id))


def block_in_copies(data: Path, document_id: str, *, reason: str, at: str) -> list[str]:
    """Block the document in the copies that older versions left beside the archive too; the names of those files.

    A copy that was only begun goes. Raises sqlite3.DatabaseError for one that is none.
    """
    changed = []
    for path in sorted(data.glob(COPIES)):
        if path.suffix != ".db":
            path.unlink()
            continue
        with closing(sqlite3.connect(path, isolation_level=None)) as conn:
            conn.row_factory = sqlite3.Row
            conn.execute("pragma journal_mode = delete")
            if conn.execute("select 1 from documents where id = ?", (document_id,)).fetchone():
                block(conn, document_id, reason=reason, at=at)
                forget_deleted(conn)
                changed.append(path.name)
    return changed


def lift_for_rebuild(conn: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """Lift the blocks whose bytes are still there until :func:`block_again`, both in the caller's transaction.

    What links to a document, and prints its title, is known only where it was read.
    """
    blocks = "unblocked_at is null and document_id not in (select document_id from blocks where purged_at is not null)"
    lifted = conn.execute(f"select id, document_id, blocked_at from blocks where {blocks} order by id").fetchall()
    conn.executemany("update blocks set unblocked_at = blocked_at where id = ?", [(row[0],) for row in lifted])
    return [tuple(row) for row in lifted]


def block_again(conn: sqlite3.Connection, lifted: list[tuple[int, str, str]]) -> None:
    """Block what was lifted, each as it was blocked first."""
    for number, document_id, at in lifted:
        conn.execute("update blocks set unblocked_at = null where id = ?", (number,))
        blocked = "update documents set blocked_at = coalesce(blocked_at, ?) where id = ?"
        conn.execute(blocked, (at, document_id))
        erase(conn, [document_id])


def settle_references(conn: sqlite3.Connection) -> None:
    """After a rebuild: no row names a document that is not there, in the caller's transaction."""
    script = (files("archive") / "data" / "references.sql").read_text(encoding="utf-8")
    for statement in script.split(";\n"):
        conn.execute(statement)


def forget_blocked(conn: sqlite3.Connection) -> None:
    """After a rebuild: :func:`forget_deleted`, where a document is blocked."""
    if conn.execute("select 1 from blocks where unblocked_at is null").fetchone():
        forget_deleted(conn)


def forget_deleted(conn: sqlite3.Connection) -> None:
    """Leave nothing of deleted rows in the file: words of the index, samples, free pages, write-ahead log.

    Raises ArchiveBusy while a reader keeps the log from being emptied; to be called again then.
    """
    with transaction(conn):
        optimize_index(conn)
        conn.execute("delete from search_words where term not in (select term from documents_words)")
    compact(conn)
    if conn.execute("pragma wal_checkpoint(truncate)").fetchone()[0]:
        raise ArchiveBusy(
            "Gelöschtes steht noch in archive.db-wal, solange ein anderes Programm liest. Bitte den Befehl wiederholen."
        )


def compact(conn: sqlite3.Connection) -> None:
    """Statistics hold samples of values, free pages hold what was deleted: both are made anew."""
    samples = "select name from sqlite_master where name glob 'sqlite_stat*'"
    for (name,) in conn.execute(samples).fetchall():
        conn.execute(f"drop table {name}")
    conn.execute("vacuum")
    conn.execute("analyze")
