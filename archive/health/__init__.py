"""Judges a run by what the source usually does; from the database alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from archive.health.rhythm import longest_pause, silence
from archive.health.trouble import UNREADABLE, failing_kinds, interposed_pages
from archive.timestamps import moment, utc_text


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is wrong with a source: a short machine word and one German sentence."""

    kind: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """When something counts as wrong. Shares are 0…1, ``quiet_days`` the shortest silence that can alarm.

    After ``incident_days``, and half as many nights whatever the clock says, what an incident brought counts as usual.
    """

    unreadable_share: float = 0.2
    unreadable_least: int = 3
    failed_share: float = 0.2
    failed_least: int = 3
    listed_share: float = 0.7
    listed_least: int = 10
    flood_factor: float = 5.0
    flood_least: int = 20
    changed_share: float = 0.3
    undated_share: float = 0.5
    coverage_drop: float = 0.3
    coverage_least: int = 5
    quiet_factor: float = 2.0
    quiet_days: int = 90
    history: int = 7
    incident_days: int = 30
    interposed_least: int = 3
    interposed_share: float = 0.1


FIELDS = ("published_on", "number", "kicker", "teaser", "issuer")
"""Fields whose sudden absence means that a page is built differently now."""

LONG_GONE = "(d.removed_at < ? or d.moved_to is not null)"

FIELD_OF = dict.fromkeys(FIELDS, "v") | {"issuer": "d"}
"""Where each field stands: in the version that came with the run, or in the document only."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a check looks at: the connection, the finished run and the thresholds."""

    conn: sqlite3.Connection
    run: sqlite3.Row
    limits: Thresholds

    @property
    def now(self) -> str:
        """The end of the run (UTC)."""
        return str(self.run["finished_at"] or self.run["started_at"])

    def since(self, kind: str) -> int:
        """The run in which the open incident of this kind began, else this one: what came before was usual."""
        days = self.limits.incident_days
        oldest = utc_text(moment(self.run["started_at"]) - timedelta(days=days))
        row = self.conn.execute(
            "select run_id from incidents i where source = ? and kind = ? and closed_at is null and (opened_at >= ? or"
            " (select count(*) from runs r where r.source = i.source and r.id > i.run_id and r.id <= ?) < ?)",
            (self.run["source"], kind, oldest, self.run["id"], days // 2),
        ).fetchone()
        return int(row[0]) if row is not None and row[0] is not None else int(self.run["id"])

    def earlier(self, column: str, kind: str, *, after: int = 0) -> list[int]:
        """The values of a ``runs`` column in the last good runs before the trouble ``kind``, newest first.

        Only runs ``after`` this one are looked at.
        """
        rows = self.conn.execute(
            f"select {column} from runs where source = ? and id < ? and id > ? and outcome = 'ok'"
            " order by id desc limit ?",
            (self.run["source"], self.since(kind), after, self.limits.history),
        )
        return [int(row[0]) for row in rows]

    def days_since(self, run_id: int) -> int:
        """Whole days between the start of an earlier run and of this one."""
        began = self.conn.execute("select started_at from runs where id = ?", (run_id,)).fetchone()[0]
        return (moment(self.run["started_at"]) - moment(began)).days

    def unreadable(self) -> int:
        """Pages that answered and could not be read; addresses of documents long gone are no news."""
        marks = ", ".join("?" for _ in UNREADABLE)
        found = self.conn.execute(
            f"select count(distinct p.url) from problems p where p.run_id = ? and p.kind in ({marks})"
            f" and not exists (select 1 from documents d where d.id = p.document_id and {LONG_GONE})",
            (self.run["id"], *UNREADABLE, self.run["started_at"]),
        ).fetchone()[0]
        return int(found)

    def interposed(self) -> dict[str, tuple[int, int]]:
        """For each kind of page how many addresses answered with a page put in between, and how many there are."""
        return interposed_pages(self.conn, run_id=self.run["id"], now=self.now)


def assess(conn: sqlite3.Connection, run_id: int, limits: Thresholds | None = None) -> list[Finding]:
    """Everything that is wrong with a finished run, worst first; an empty list when it is healthy."""
    run = conn.execute("select * from runs where id = ?", (run_id,)).fetchone()
    case = Case(conn=conn, run=run, limits=limits or Thresholds())
    if run["outcome"] in ("failed", "running"):
        return [Finding(kind="run_failed", detail=run["detail"] or "Der Lauf ist nicht zu Ende gekommen.")]
    return [finding for check in CHECKS if (finding := check(case)) is not None]


def _listing_lost(case: Case) -> Finding | None:
    if case.run["outcome"] == "ok" and case.run["listed"]:
        return None
    return Finding(kind="listing_lost", detail=case.run["detail"] or "Die Übersichten hatten keinen einzigen Eintrag.")


def _layout_changed(case: Case) -> Finding | None:
    unreadable = case.unreadable()
    read = max(1, case.run["requests"] - case.run["not_modified"])
    if unreadable < case.limits.unreadable_least or unreadable / read < case.limits.unreadable_share:
        return None
    return Finding(
        kind="layout_changed",
        detail=f"{unreadable} von {read} abgerufenen Seiten sind nicht lesbar; vermutlich wurde die Website umgebaut.",
    )


def _interposed(case: Case) -> Finding | None:
    """One page put in between is a problem; three, or two that are a tenth of their kind, are an alarm."""
    found = case.interposed()
    least, share = case.limits.interposed_least, case.limits.interposed_share
    alarming = any(count >= 2 and count >= share * total for count, total in found.values())
    count = sum(count for count, _ in found.values())
    if count < least and not alarming:
        return None
    detail = f"An {count} Adressen antwortet eine vorgeschaltete Seite (Sperre, Anmeldung, Wartung) statt des Inhalts."
    return Finding(kind="interposed", detail=detail)


def _many_failures(case: Case) -> Finding | None:
    """Addresses of documents long gone are asked every night; that they do not answer is no news."""
    gone = case.conn.execute(
        f"select count(*) from documents d where d.source = ? and {LONG_GONE}",
        (case.run["source"], case.run["started_at"]),
    ).fetchone()[0]
    named = gone + case.unreadable() + sum(count for count, _ in case.interposed().values())
    failed, asked = case.run["failed"] - named, max(1, case.run["requests"] - gone)
    if failed < case.limits.failed_least or failed / asked < case.limits.failed_share:
        return None
    return Finding(kind="many_failures", detail=f"{failed} von {asked} Abrufen sind fehlgeschlagen.")


def _kind_failed(case: Case) -> Finding | None:
    """A few documents that fail are a problem; all of one kind are an alarm, however few these are."""
    found = failing_kinds(case.conn, run_id=case.run["id"], now=case.now)
    if not found or _layout_changed(case) or _many_failures(case):
        return None
    name, (failed, asked) = max(found.items(), key=lambda one: one[1][0])
    detail = f"Von {asked} {name} antworten {failed} nicht mit ihrem Inhalt."
    return Finding(kind="kind_failed", detail=detail)


def _too_few(case: Case) -> Finding | None:
    """Where a listing was lost its entries are missing anyway."""
    if _listing_lost(case):
        return None
    before = case.earlier("listed", "too_few")
    if before and case.run["listed"] < case.limits.listed_share * median(before):
        detail = f"Nur {case.run['listed']} Einträge in den Übersichten, zuletzt waren es {median(before):.0f}."
        return Finding(kind="too_few", detail=detail)
    shrunk = [url for url, seen, usual in _listings(case) if seen < case.limits.listed_share * usual]
    if not shrunk:
        return None
    return Finding(kind="too_few", detail=f"Viel kürzer als sonst: {', '.join(shrunk)}.")


def _listings(case: Case) -> Iterator[tuple[str, int, float]]:
    """Listings of this run as (address, entries, usual entries); the pages of a pager fill up and empty."""
    now = case.conn.execute(
        "select url, seen from listings where run_id = ? and url not like '%?%' order by url", (case.run["id"],)
    )
    for url, seen in now.fetchall():
        rows = case.conn.execute(
            "select l.seen from listings l join runs r on r.id = l.run_id where l.url = ? and l.run_id < ?"
            " and r.outcome = 'ok' order by l.run_id desc limit ?",
            (url, case.since("too_few"), case.limits.history),
        )
        before = [int(row[0]) for row in rows]
        if before and median(before) >= case.limits.listed_least:
            yield url, int(seen), median(before)


def _too_many(case: Case) -> Finding | None:
    """The first harvest takes everything there is; after an outage what piled up comes at once."""
    first, last = case.conn.execute(
        "select min(id), max(id) from runs where source = ? and id < ? and outcome = 'ok'",
        (case.run["source"], case.run["id"]),
    ).fetchone()
    if first is None:
        return None
    before = case.earlier("new", "too_many", after=first)
    usual = (max(median(before), 1) if before else 1) * max(1, case.days_since(last))
    if case.run["new"] < max(case.limits.flood_least, case.limits.flood_factor * usual):
        return None
    return Finding(kind="too_many", detail=f"{case.run['new']} neue Dokumente in einer Nacht, üblich sind {usual:.0f}.")


def _too_many_changes(case: Case) -> Finding | None:
    """Editors correct a few pages in a night; many at once are a rebuilt site, or a reading gone wrong."""
    before = case.earlier("changed", "too_many_changes")
    usual = max(median(before), 1) if before else 1
    changed, known = case.run["changed"] - _turned_back(case), case.run["changed"] + case.run["unchanged"]
    if changed < max(case.limits.flood_least, case.limits.flood_factor * usual, case.limits.changed_share * known):
        return None
    return Finding(
        kind="too_many_changes", detail=f"{changed} von {known} Dokumenten haben sich in einer Nacht geändert."
    )


def _turned_back(case: Case) -> int:
    """Changes of this run that brought an earlier content back: a trouble that is over, not another one."""
    row = case.conn.execute(
        "select count(*) from events e"
        " join versions v on v.document_id = e.document_id and v.version = e.version"
        " where e.run_id = ? and e.kind = 'changed' and exists (select 1 from versions earlier where"
        " earlier.document_id = v.document_id and earlier.version < v.version"
        " and earlier.content_sha256 = v.content_sha256)",
        (case.run["id"],),
    ).fetchone()
    return int(row[0])


def _fields_gone(case: Case) -> Finding | None:
    gone = [name for name in FIELDS if _coverage_dropped(case, name)]
    if not gone:
        return None
    return Finding(kind="fields_gone", detail=f"Neuen Dokumenten fehlen Angaben, die sonst da sind: {', '.join(gone)}.")


def _coverage_dropped(case: Case, field: str) -> bool:
    """Whether what came since the trouble began carries a field far less often than its kind did before.

    Of each document the newest version counts, so that pages put right again end the trouble.
    """
    column = f"{FIELD_OF[field]}.{field}"
    rows = case.conn.execute(
        f"""
        with came as (
          select e.document_id, e.version, e.run_id >= :since as fresh,
            max(e.version) over (partition by e.document_id) as newest,
            max(e.run_id) over (partition by e.document_id) >= :since as touched
          from events e join documents d on d.id = e.document_id
          where d.source = :source and d.blocked_at is null and e.kind in ('new', 'changed') and e.run_id <= :run)
        select d.doc_type,
          count(*) filter (where c.fresh) as fresh, count({column}) filter (where c.fresh) as fresh_with,
          count(*) filter (where not c.fresh) as old, count({column}) filter (where not c.fresh) as old_with
        from came c
        join versions v on v.document_id = c.document_id and v.version = c.version
        join documents d on d.id = c.document_id
        where (not c.fresh or c.version = c.newest) and ('{FIELD_OF[field]}' = 'v' or c.fresh or not c.touched)
        group by d.doc_type
        """,
        {"run": case.run["id"], "since": case.since("fields_gone"), "source": case.run["source"]},
    )
    return any(
        row["fresh"] >= case.limits.coverage_least
        and row["old"] >= case.limits.coverage_least
        and row["old_with"] / row["old"] - row["fresh_with"] / row["fresh"] > case.limits.coverage_drop
        for row in rows
    )


def _undated(case: Case) -> Finding | None:
    """New documents whose printed date could not be read: it is written another way now."""
    undated = case.conn.execute(
        "select count(distinct p.document_id) from problems p join documents d on d.id = p.document_id"
        " where p.run_id = ? and p.kind in ('date_unreadable', 'date_rejected') and d.first_seen_at >= ?",
        (case.run["id"], case.run["started_at"]),
    ).fetchone()[0]
    if not undated or undated < case.limits.undated_share * case.run["new"]:
        return None
    return Finding(kind="undated", detail=f"Bei {undated} neuen Dokumenten ist das gedruckte Datum nicht lesbar.")


def _too_quiet(case: Case) -> Finding | None:
    pause = longest_pause(case.conn, case.run["source"], at=case.run["started_at"])
    quiet = silence(case.conn, case.run["source"], at=case.run["started_at"])
    if pause is None or quiet <= max(case.limits.quiet_days, case.limits.quiet_factor * pause):
        return None
    return Finding(
        kind="too_quiet", detail=f"Seit {quiet} Tagen nichts Neues; die längste Pause war bisher {pause} Tage."
    )


def _sudden_growth(case: Case) -> Finding | None:
    before = [size for size in case.earlier("bytes", "sudden_growth") if size]
    if len(before) < 2 or case.run["bytes"] < 200_000_000 or case.run["bytes"] < 10 * median(before):
        return None
    return Finding(
        kind="sudden_growth",
        detail=f"Der Lauf holte {case.run['bytes'] / 1e6:.0f} MB, üblich sind {median(before) / 1e6:.0f} MB.",
    )


CHECKS: tuple[Callable[[Case], Finding | None], ...] = (
    _listing_lost,
    _layout_changed,
    _interposed,
    _many_failures,
    _kind_failed,
    _too_few,
    _too_many,
    _too_many_changes,
    _fields_gone,
    _undated,
    _too_quiet,
    _sudden_growth,
)
"""All checks of a run that came to its end, worst first."""
