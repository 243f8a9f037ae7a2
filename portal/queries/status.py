"""How the collecting went: runs, alarms, coverage of the listings, problems."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from archive.lock import is_locked
from portal.queries.documents import records

RUNS = 30
PROBLEMS = 40


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run with its numbers, as in the table ``runs``.

    ``problems`` are those written down for it, ``entries`` what its listings showed; all tables of the page count
    from these.
    """

    id: int
    source: str
    started_at: str
    finished_at: str | None
    outcome: str
    requests: int
    not_modified: int
    listed: int
    new: int
    changed: int
    unchanged: int
    removed: int
    excluded: int
    failed: int
    bytes: int
    detail: str | None
    problems: int
    entries: int
    entries_failed: int


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The coverage of one listing in the latest finished run of its source."""

    source: str
    started_at: str
    url: str
    seen: int
    archived: int
    unchanged: int
    excluded: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Something the nightly run raised an alarm about."""

    source: str
    kind: str
    detail: str | None
    opened_at: str
    closed_at: str | None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that did not succeed in a run."""

    source: str
    at: str
    stage: str
    kind: str
    url: str | None
    detail: str | None


@dataclass(frozen=True, kw_only=True)
class Status:
    """All that the status page shows."""

    latest: list[Run]
    runs: list[Run]
    open_incidents: list[Incident]
    past_incidents: list[Incident]
    listings: list[Listing]
    problems: list[Problem]
    problem_count: int


_OPEN = """not exists
  (select 1 from documents d where d.id = p.document_id and d.blocked_at is not null)"""
_RUN = f"""
select r.*, (select count(*) from problems p where p.run_id = r.id and {_OPEN}) as problems,
  (select coalesce(sum(seen), 0) from listings l where l.run_id = r.id) as entries,
  (select coalesce(sum(failed), 0) from listings l where l.run_id = r.id) as entries_failed from runs r"""
_LATEST = f"""
{_RUN} where r.id in (select max(id) from runs where finished_at is not null group by source) order by source
"""
_RUNS = f"{_RUN} order by r.id desc limit ?"
_LISTINGS = """
select r.source, r.started_at, l.* from listings l join runs r on r.id = l.run_id
where r.id in (select max(run_id) from listings l join runs r on r.id = l.run_id
  where r.finished_at is not null group by r.source)
order by r.source, l.url
"""
_PROBLEMS = f"""
from problems p join runs r on r.id = p.run_id
where p.run_id in (select max(id) from runs where finished_at is not null group by source) and {_OPEN}
"""


def status(conn: sqlite3.Connection) -> Status:
    """The state of the collecting, from the database alone."""
    return Status(
        latest=records(Run, conn.execute(_LATEST)),
        runs=[_honest(conn, run) for run in records(Run, conn.execute(_RUNS, (RUNS,)))],
        open_incidents=_incidents(conn, "closed_at is null"),
        past_incidents=_incidents(conn, "closed_at is not null"),
        listings=records(Listing, conn.execute(_LISTINGS)),
        problems=records(
            Problem, conn.execute(f"select p.*, r.source {_PROBLEMS} order by p.id desc limit ?", (PROBLEMS,))
        ),
        problem_count=int(conn.execute(f"select count(*) {_PROBLEMS}").fetchone()[0]),
    )


def _incidents(conn: sqlite3.Connection, condition: str) -> list[Incident]:
    sql = f"select * from incidents where {condition} order by opened_at desc, id desc limit 20"
    return records(Incident, conn.execute(sql))


def _honest(conn: sqlite3.Connection, run: Run) -> Run:
    """A run that nobody works on any more has failed, also while no later run has said so yet."""
    if run.outcome != "running" or is_locked(Path(conn.execute("pragma database_list").fetchone()[2]).parent):
        return run
    return replace(run, outcome="failed", detail="Der Lauf wurde abgebrochen.")


@dataclass(frozen=True, kw_only=True)
class SourceState:
    """How the last run of a source came out, and when it ended (UTC)."""

    source: str
    outcome: str
    last: str


_SOURCES = """
select source, max(finished_at) as last,
  (select outcome from runs newest where newest.source = r.source and newest.finished_at is not null
   order by id desc limit 1) as outcome
from runs r where finished_at is not null group by source order by source"""


def source_states(conn: sqlite3.Connection) -> tuple[list[SourceState], list[Incident]]:
    """How the last run of each source came out, and the incidents that are open."""
    return records(SourceState, conn.execute(_SOURCES)), _incidents(conn, "closed_at is null")
