"""Judges a run by what the source usually does; from the database alone."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from statistics import median

from archive.timestamps import moment


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is wrong with a source: a short machine word and one German sentence."""

    kind: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """When something counts as wrong. Shares are 0…1, ``quiet_days`` the shortest silence that can alarm."""

    unreadable_share: float = 0.2
    unreadable_least: int = 3
    failed_share: float = 0.2
    failed_least: int = 3
    listed_share: float = 0.7
    listed_least: int = 10
    flood_factor: float = 5.0
    flood_least: int = 30
    changed_share: float = 0.3
    coverage_drop: float = 0.3
    coverage_least: int = 5
    quiet_factor: float = 2.0
    quiet_days: int = 90
    history: int = 7


UNREADABLE_KINDS = ("missing_part", "not_the_document", "unreadable", "unknown_identity", "unexpected")
FIELDS = ("published_on", "number", "kicker", "teaser", "issuer")
"""Fields whose sudden absence means that a page is built differently now."""

FIELD_OF = dict.fromkeys(FIELDS, "v") | {"issuer": "d"}
"""Where each field stands: in the version that came with the run, or in the document only."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a check looks at: the connection, the finished run and the thresholds."""

    conn: sqlite3.Connection
    run: sqlite3.Row
    limits: Thresholds

    def earlier(self, column: str) -> list[int]:
        """The values of a ``runs`` column in the last good runs of the source, newest first."""
        rows = self.conn.execute(
            f"select {column} from runs where source = ? and id < ? and outcome = 'ok' order by id desc limit ?",
            (self.run["source"], self.run["id"], self.limits.history),
        )
        return [int(row[0]) for row in rows]


def assess(conn: sqlite3.Connection, run_id: int, limits: Thresholds | None = None) -> list[Finding]:
    """Everything that is wrong with a finished run, worst first; an empty list when it is healthy."""
    run = conn.execute("select * from runs where id = ?", (run_id,)).fetchone()
    case = Case(conn=conn, run=run, limits=limits or Thresholds())
    if run["outcome"] in ("failed", "running"):
        return [Finding(kind="run_failed", detail=run["detail"] or "Der Lauf ist nicht zu Ende gekommen.")]
    return [finding for check in CHECKS if (finding := check(case)) is not None]


def _listing_lost(case: Case) -> Finding | None:
    if case.run["outcome"] != "alarm":
        return None
    return Finding(kind="listing_lost", detail=case.run["detail"] or "Eine Übersichtsseite war nicht lesbar.")


def _layout_changed(case: Case) -> Finding | None:
    marks = ", ".join("?" for _ in UNREADABLE_KINDS)
    unreadable = case.conn.execute(
        f"select count(distinct url) from problems where run_id = ? and kind in ({marks})",
        (case.run["id"], *UNREADABLE_KINDS),
    ).fetchone()[0]
    read = max(1, case.run["requests"] - case.run["not_modified"])
    if unreadable < case.limits.unreadable_least or unreadable / read < case.limits.unreadable_share:
        return None
    return Finding(
        kind="layout_changed",
        detail=f"{unreadable} von {read} abgerufenen Seiten sind nicht lesbar; vermutlich wurde die Website umgebaut.",
    )


def _many_failures(case: Case) -> Finding | None:
    """Addresses of documents long gone are asked every night; that they do not answer is no news."""
    gone = case.conn.execute(
        "select count(*) from documents where source = ? and (removed_at < ? or moved_to is not null)",
        (case.run["source"], case.run["started_at"]),
    ).fetchone()[0]
    failed, asked = case.run["failed"] - gone, max(1, case.run["requests"] - gone)
    if failed < case.limits.failed_least or failed / asked < case.limits.failed_share:
        return None
    return Finding(kind="many_failures", detail=f"{failed} von {asked} Abrufen sind fehlgeschlagen.")


def _too_few(case: Case) -> Finding | None:
    before = case.earlier("listed")
    if before and case.run["listed"] < case.limits.listed_share * median(before):
        detail = (
            f"Nur {case.run['listed']} Einträge in den Übersichten, zuletzt waren es {median(before):.0f}."
        )
        return Finding(kind="too_few", detail=detail)
    shrunk = [url for url, seen, usual in _listings(case) if seen < case.limits.listed_share * usual]
    if not shrunk:
        return None
    return Finding(kind="too_few", detail=f"Viel kürzer als sonst: {', '.join(shrunk)}.")


def _listings(case: Case) -> Iterator[tuple[str, int, float]]:
    """Listings of this run as (address, entries, usual entries); the pages of a pager fill up and empty."""
    now = case.conn.execute(
        "select url, seen from listings where run_id = ? and url not like '%?%' order by url",
        (case.run["id"],),
    )
    for url, seen in now.fetchall():
        rows = case.conn.execute(
            "select l.seen from listings l join runs r on r.id = l.run_id where l.url = ? and l.run_id < ?"
            " and r.outcome = 'ok' order by l.run_id desc limit ?",
            (url, case.run["id"], case.limits.history),
        )
        before = [int(row[0]) for row in rows]
        if before and median(before) >= case.limits.listed_least:
            yield url, int(seen), median(before)


def _too_many(case: Case) -> Finding | None:
    before = case.earlier("new")
    if len(before) < 2:
        return None
    usual = max(median(before), 1)
    if case.run["new"] < case.limits.flood_least or case.run["new"] < case.limits.flood_factor * usual:
        return None
    return Finding(
        kind="too_many", detail=f"{case.run['new']} neue Dokumente in einer Nacht, üblich sind {usual:.0f}."
    )


def _too_many_changes(case: Case) -> Finding | None:
    """Editors correct a few pages in a night; many at once are a rebuilt site, or a reading gone wrong."""
    changed, before = case.run["changed"], case.earlier("changed")
    usual = max(median(before), 1) if before else 1
    known = case.run["changed"] + case.run["unchanged"]
    if changed < max(
        case.limits.flood_least, case.limits.flood_factor * usual, case.limits.changed_share * known
    ):
        return None
    return Finding(
        kind="too_many_changes",
        detail=f"{changed} von {known} Dokumenten haben sich in einer Nacht geändert.",
    )


def _fields_gone(case: Case) -> Finding | None:
    gone = [name for name in FIELDS if _coverage_dropped(case, name)]
    if not gone:
        return None
    return Finding(
        kind="fields_gone", detail=f"Neuen Dokumenten fehlen Angaben, die sonst da sind: {', '.join(gone)}."
    )


def _coverage_dropped(case: Case, field: str) -> bool:
    """Whether versions that came with this run carry a field far less often than those of their kind before."""
    column = f"{FIELD_OF[field]}.{field}"
    rows = case.conn.execute(
        f"""
        with fresh as (select document_id, version from events where run_id = :run and kind in ('new', 'changed'))
        select d.doc_type,
          count(*) filter (where e.run_id = :run) as fresh,
          count({column}) filter (where e.run_id = :run) as fresh_with,
          count(*) filter (where e.run_id < :run) as old,
          count({column}) filter (where e.run_id < :run) as old_with
        from events e
        join versions v on v.document_id = e.document_id and v.version = e.version
        join documents d on d.id = e.document_id
        where d.source = :source and d.blocked_at is null and e.kind in ('new', 'changed')
          and ('{FIELD_OF[field]}' = 'v' or e.run_id = :run or d.id not in (select document_id from fresh))
        group by d.doc_type
        """,
        {"run": case.run["id"], "source": case.run["source"]},
    )
    return any(
        row["fresh"] >= case.limits.coverage_least
        and row["old"] >= case.limits.coverage_least
        and row["old_with"] / row["old"] - row["fresh_with"] / row["fresh"] > case.limits.coverage_drop
        for row in rows
    )


def _too_quiet(case: Case) -> Finding | None:
    days = _publication_days(case)
    if len(days) < 6:
        return None
    gaps = [(later - earlier).days for earlier, later in itertools.pairwise(days)][-24:]
    silence = (moment(case.run["started_at"]).date() - days[-1]).days
    limit = max(case.limits.quiet_days, case.limits.quiet_factor * max(gaps))
    if silence <= limit:
        return None
    return Finding(
        kind="too_quiet",
        detail=f"Seit {silence} Tagen nichts Neues; die längste Pause war bisher {max(gaps)} Tage.",
    )


def _publication_days(case: Case) -> list[date]:
    rows = case.conn.execute(
        "select distinct published_on from documents where source = ? and length(published_on) = 10"
        " and published_on <= ? order by 1",
        (case.run["source"], case.run["started_at"][:10]),
    )
    return [date.fromisoformat(row[0]) for row in rows]


def _sudden_growth(case: Case) -> Finding | None:
    before = [size for size in case.earlier("bytes") if size]
    if len(before) < 2 or case.run["bytes"] < 200_000_000 or case.run["bytes"] < 10 * median(before):
        return None
    return Finding(
        kind="sudden_growth",
        detail=f"Der Lauf holte {case.run['bytes'] / 1e6:.0f} MB, üblich sind {median(before) / 1e6:.0f} MB.",
    )


CHECKS: tuple[Callable[[Case], Finding | None], ...] = (
    _listing_lost,
    _layout_changed,
    _many_failures,
    _too_few,
    _too_many,
    _too_many_changes,
    _fields_gone,
    _too_quiet,
    _sudden_growth,
)
"""All checks of a run that came to its end, worst first."""
