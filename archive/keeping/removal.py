"""Decides, at the end of a run, what has gone: removed, unlisted, moved, or back again."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import timedelta

from archive.keeping.ledger import add_problem
from archive.keeping.store import add_event
from archive.timestamps import span


@dataclass(frozen=True, kw_only=True)
class RemovalRule:
    """When a vanished document counts as removed: after ``checks`` checks over ``days`` days."""

    checks: int = 3
    days: float = 7


@dataclass(frozen=True, kw_only=True)
class Gone:
    """One check that found a document's address without the document."""

    url: str
    reason: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Sightings:
    """What one run saw of the known documents of a source, by id.

    ``named`` were named by a listing or by the page they belong to; ``answered`` answered with
    their content (value: when); ``gone`` answered without it. ``complete`` says that every
    listing was read: only then does not being named mean anything. Of the absence of ``undecided`` documents
    this run can say nothing.
    """

    run_id: int
    source: str
    at: str
    named: Set[str]
    answered: Mapping[str, str]
    gone: Mapping[str, Gone]
    complete: bool
    undecided: Set[str] = frozenset()

    def decides(self, document_id: str) -> bool:
        """Whether it means anything that nothing names this document."""
        return self.complete and document_id not in self.undecided


def settle(conn: sqlite3.Connection, seen: Sightings, rule: RemovalRule) -> int:
    """Bring ``documents`` and ``absences`` up to date; the number of documents newly removed."""
    known = conn.execute(
        "select id, unlisted_at, removed_at, moved_to from documents where source = ? order by id", (seen.source,)
    ).fetchall()
    removed = 0
    for row in known:
        if row["id"] in seen.answered:
            _settle_present(conn, row, seen)
        elif row["id"] in seen.gone:
            removed += _settle_gone(conn, row, seen, rule)
    conn.execute(_ABSENT, {"source": seen.source})
    return removed


_ABSENT = """
update documents set absent_since = (select min(at) from absences where document_id = documents.id)
where source = :source and id in
  (select document_id from absences union select id from documents where absent_since is not null)
"""


def _settle_present(conn: sqlite3.Connection, row: sqlite3.Row, seen: Sightings) -> None:
    document_id, at = row["id"], seen.answered[row["id"]]
    conn.execute("delete from absences where document_id = ?", (document_id,))
    if row["removed_at"] or row["moved_to"]:
        conn.execute(
            "update documents set removed_at = null, moved_to = null, returned_at = ? where id = ?", (at, document_id)
        )
        add_event(conn, document_id, "returned", at=at, run_id=seen.run_id)
    if document_id in seen.named:
        if row["unlisted_at"]:
            conn.execute("update documents set unlisted_at = null where id = ?", (document_id,))
            add_event(conn, document_id, "relisted", at=at, run_id=seen.run_id)
    elif seen.decides(document_id) and not row["unlisted_at"]:
        conn.execute("update documents set unlisted_at = ? where id = ?", (at, document_id))
        add_event(conn, document_id, "unlisted", at=at, run_id=seen.run_id)


def _settle_gone(conn: sqlite3.Connection, row: sqlite3.Row, seen: Sightings, rule: RemovalRule) -> int:
    document_id, gone = row["id"], seen.gone[row["id"]]
    if document_id in seen.named:
        conn.execute("delete from absences where document_id = ?", (document_id,))
        add_problem(
            conn,
            run_id=seen.run_id,
            url=gone.url,
            document_id=document_id,
            stage="removal",
            kind="dead_link",
            detail=f"Die Übersicht nennt das Dokument noch, die Adresse antwortet aber nicht damit ({gone.reason}).",
            at=gone.at,
        )
        return 0
    if not seen.decides(document_id) or row["removed_at"] or row["moved_to"]:
        return 0
    successor = _moved_to(conn, document_id, seen)
    if successor is not None:
        conn.execute(
            "update documents set moved_to = ?, unlisted_at = coalesce(unlisted_at, ?) where id = ?",
            (successor, gone.at, document_id),
        )
        add_event(conn, document_id, "moved", at=gone.at, run_id=seen.run_id, detail=successor)
        return 0
    conn.execute(
        "insert or ignore into absences (document_id, run_id, at, url, reason) values (?, ?, ?, ?, ?)",
        (document_id, seen.run_id, gone.at, gone.url, gone.reason),
    )
    return _remove_if_due(conn, row, gone, seen, rule)


def _remove_if_due(conn: sqlite3.Connection, row: sqlite3.Row, gone: Gone, seen: Sightings, rule: RemovalRule) -> int:
    checks, first = conn.execute(
        "select count(*), min(at) from absences where document_id = ?", (row["id"],)
    ).fetchone()
    if checks < rule.checks or span(first, gone.at) < timedelta(days=rule.days):
        return 0
    conn.execute("update documents set removed_at = ? where id = ?", (gone.at, row["id"]))
    add_event(conn, row["id"], "removed", at=gone.at, run_id=seen.run_id, detail=gone.reason)
    return 1


JOINED = 3
"""So many missing documents with the very bytes of one other are no moves: something answered for all of them."""


def _moved_to(conn: sqlite3.Connection, document_id: str, seen: Sightings) -> str | None:
    """Another document of the source that now carries the very bytes of this one's newest version.

    The newest good answer of the other address counts. None where many missing documents would move to the same.
    """
    successor = next((one for one in _bearers(conn, document_id, run_id=seen.run_id) if one in seen.answered), None)
    if successor is None:
        return None
    joined = sum(successor in _bearers(conn, one, run_id=seen.run_id) for one in seen.gone if one not in seen.named)
    return successor if joined < JOINED else None


def _bearers(conn: sqlite3.Connection, document_id: str, *, run_id: int) -> list[str]:
    """Present documents whose address answered with these bytes when it was read last, newest first.

    A replay knows the answers of later runs as well: those up to ``run_id`` count.
    """
    rows = conn.execute(
        """
        select other.id from documents mine
        join versions my_version on my_version.document_id = mine.id and my_version.version = mine.version
        join snapshots my_bytes on my_bytes.id = my_version.snapshot_id
        join snapshots their_bytes on their_bytes.sha256 = my_bytes.sha256 and their_bytes.url <> my_bytes.url
        join documents other on other.url = their_bytes.url and other.source = mine.source
        where mine.id = :id and other.id <> mine.id and other.removed_at is null and other.moved_to is null
          and their_bytes.id = (select max(newest.id) from snapshots newest
            where newest.url = their_bytes.url and newest.status = 200 and newest.read_at is not null
            and newest.run_id <= :run)
        order by other.first_seen_at desc, other.id
        """,
        {"id": document_id, "run": run_id},
    )
    return [row[0] for row in rows]
