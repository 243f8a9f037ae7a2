"""Incidents: one alert when something goes wrong, one all-clear when it is over."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from archive.database import meta_value, set_meta
from archive.health import Finding

UNDELIVERED = "undelivered_messages"
"""Key of ``meta``: what could not be told, by channel."""

HIDES = {
    "listing_lost": {"too_few"},
    "interposed": {"fields_gone", "kind_failed", "layout_changed", "many_failures", "too_many_changes", "undated"},
    "layout_changed": {"fields_gone", "kind_failed", "many_failures", "too_many_changes", "undated"},
    "many_failures": {"kind_failed"},
    "fields_gone": {"too_many_changes", "undated"},
    "too_many": {"sudden_growth"},
    "disk_low": {"disk_fills_up"},
}
"""What is but a sign of something worse, or cannot be judged beside it: neither told nor ended while that goes on."""

LASTS = {"kind_failed": {"interposed", "layout_changed", "many_failures"}}
"""What is not over as long as this goes on: it began as one of them, and is told already."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """An incident that has just begun (``opened``) or ended."""

    source: str
    kind: str
    detail: str
    opened: bool
    since: str


def note_findings(
    conn: sqlite3.Connection, source: str, findings: Sequence[Finding], *, at: str, run_id: int | None
) -> list[Change]:
    """Bring the open incidents of a source in line with what was found; what began and what ended.

    One cause is one incident, also when several signs of it show in the same night. A run that failed says nothing
    about the incidents of runs that came to their end: these stay open.
    """
    found = {finding.kind: finding for finding in findings}
    open_now = {
        row["kind"]: row
        for row in conn.execute("select * from incidents where source = ? and closed_at is null", (source,))
    }
    hidden = _kinds(HIDES, found)
    lasting = found.keys() | hidden | _kinds(LASTS, found)
    going_on = open_now.keys() & lasting
    told = open_now.keys() | hidden | _kinds(HIDES, going_on)
    began = [_open(conn, source, finding, at, run_id) for kind, finding in found.items() if kind not in told]
    if "run_failed" in found:
        return began
    return began + [_close(conn, row, at) for kind, row in open_now.items() if kind not in going_on]


def _kinds(table: Mapping[str, set[str]], kinds: Iterable[str]) -> set[str]:
    return {other for kind in kinds for other in table.get(kind, ())}


def open_incidents(conn: sqlite3.Connection) -> list[sqlite3.Row]:
    """Incidents that are not over, oldest first."""
    return conn.execute("select * from incidents where closed_at is null order by opened_at, id").fetchall()


def undelivered(conn: sqlite3.Connection) -> dict[str, tuple[Change, ...]]:
    """What earlier nights could not tell, by channel."""
    told = json.loads(meta_value(conn, UNDELIVERED) or "{}")
    return {channel: tuple(Change(**one) for one in changes) for channel, changes in told.items()}


def keep_undelivered(conn: sqlite3.Connection, changes: Mapping[str, Sequence[Change]]) -> None:
    """Remember what could not be told, so that the next night tells it; an empty mapping forgets all."""
    if changes or meta_value(conn, UNDELIVERED):
        set_meta(conn, UNDELIVERED, json.dumps({key: [asdict(one) for one in kept] for key, kept in changes.items()}))


def _open(conn: sqlite3.Connection, source: str, finding: Finding, at: str, run_id: int | None) -> Change:
    conn.execute(
        "insert into incidents (source, kind, detail, opened_at, run_id) values (?, ?, ?, ?, ?)",
        (source, finding.kind, finding.detail, at, run_id),
    )
    return Change(source=source, kind=finding.kind, detail=finding.detail, opened=True, since=at)


def _close(conn: sqlite3.Connection, row: sqlite3.Row, at: str) -> Change:
    conn.execute("update incidents set closed_at = ? where id = ?", (at, row["id"]))
    return Change(
        source=row["source"], kind=row["kind"], detail=row["detail"] or "", opened=False, since=row["opened_at"]
    )
