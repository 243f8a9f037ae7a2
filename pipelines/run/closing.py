"""What happens when a run ends: removals, listing sums, links, and the outcome."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from archive.database import transaction
from archive.keeping.annexes import link_annexes
from archive.keeping.ledger import finish_run
from archive.keeping.removal import RemovalRule, Sightings, settle
from archive.search.indexing import settle_state
from pipelines.links import resolve_links
from pipelines.run.recorder import Recorder

if TYPE_CHECKING:
    from pipelines.run.session import Session


EARLY_ENDS = {
    "shutdown": "Er wurde von außen beendet.",
    "start_error": "Die ersten Adressen konnten nicht bestimmt werden.",
}
"""Scrapy's word for why a run ended before its time, and the sentence for it."""


def close_run(session: Session, *, reason: str) -> str:
    """Settle everything a finished run shows; its outcome (``ok``, ``alarm``, ``failed``)."""
    recorder, conn = session.recorder, session.conn
    finished_at = session.now()
    settled = reason == "finished" and session.lost is None
    with transaction(conn):
        if settled:
            recorder.run.counts.removed = settle_run(conn, recorder, rule=session.rule, at=finished_at)
            if recorder.kept or left_unlinked(conn, recorder):
                link_documents(conn)
        if session.lost is None:
            recorder.count_listed()
            write_listings(conn, recorder)
        outcome, detail = outcome_of(recorder, session.lost or reason)
        finish_run(
            conn,
            session.run_id,
            finished_at=finished_at,
            outcome=outcome,
            counts=recorder.run.counts,
            detail=detail,
            settled=settled,
        )
        settle_state(conn)
    return outcome


def link_documents(conn: sqlite3.Connection) -> None:
    """Bring the links between documents up to date, from the tables alone."""
    link_annexes(conn)
    resolve_links(conn)


def left_unlinked(conn: sqlite3.Connection, recorder: Recorder) -> bool:
    """Whether the source's run before this one stored documents and did not come to link them."""
    row = conn.execute(
        "select settled from runs where source = ? and id < ? order by id desc limit 1",
        (recorder.run.source, recorder.run.run_id),
    ).fetchone()
    return row is not None and not row[0]


def settle_run(conn: sqlite3.Connection, recorder: Recorder, *, rule: RemovalRule, at: str) -> int:
    """Decide what is unlisted, moved, removed or back, after everything of a run is recorded; how many were removed."""
    sightings = Sightings(
        run_id=recorder.run.run_id,
        source=recorder.run.source,
        at=at,
        named=recorder.named_documents(),
        undecided=recorder.undecided_documents(),
        answered=recorder.answered,
        gone=recorder.gone,
        complete=not recorder.frozen,
    )
    return settle(conn, sightings, rule)


def write_listings(conn: sqlite3.Connection, recorder: Recorder) -> None:
    """One row per listing: links seen = archived + unchanged + excluded + failed."""
    for sums in recorder.listing_sums():
        conn.execute(
            "insert or replace into listings (run_id, url, seen, archived, unchanged, excluded, failed, markup)"
            " values (:run_id, :url, :seen, :archived, :unchanged, :excluded, :failed, :markup)",
            sums,
        )


def outcome_of(recorder: Recorder, reason: str) -> tuple[str, str | None]:
    """The run's outcome and, where it is not ``ok``, one German sentence why."""
    if reason != "finished":
        return "failed", f"Der Lauf endete vorzeitig: {EARLY_ENDS.get(reason, reason)}"
    if not recorder.main_listings and not recorder.unread_listings:
        cause = "".join(f" {detail}" for detail, _ in recorder.causes.most_common(1))
        return "failed", f"Keine Übersichtsseite hat geantwortet.{cause}"
    if not recorder.complete:
        return ("alarm", "Mindestens eine Übersichtsseite konnte nicht gelesen werden oder war unerwartet leer.")
    return "ok", None
