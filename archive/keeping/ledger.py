"""Writes the ledger: runs, snapshots and problems, the tables that say what happened."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from archive.timestamps import moment, utc_text
from archive.vault.writer import warc_name


@dataclass(frozen=True, kw_only=True)
class SnapshotRecord:
    """One response as evidence; the columns of ``snapshots``. ``sha256`` is of the decoded payload, ``asked_url``
    the address that was asked when a redirect led to ``url``, ``purged_at`` says that the payload is not kept."""

    run_id: int
    url: str
    fetched_at: str
    status: int
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    payload_digest: str | None = None
    bytes: int = 0
    warc_file: str | None = None
    warc_offset: int | None = None
    location: str | None = None
    asked_url: str | None = None
    purged_at: str | None = None


@dataclass(kw_only=True)
class RunCounts:
    """What a run counts while it goes on; the number columns of ``runs``."""

    requests: int = 0
    not_modified: int = 0
    listed: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    excluded: int = 0
    failed: int = 0
    bytes: int = field(default=0)


def begin_run(
    conn: sqlite3.Connection, *, source: str, started_at: str, version: str, checks: int = 3, days: float = 7
) -> int:
    """Open a run with outcome ``running``, under the removal rule of ``checks`` over ``days``; its id."""
    cursor = conn.execute(
        "insert into runs (source, started_at, version, removal_checks, removal_days) values (?, ?, ?, ?, ?)",
        (source, started_at, version, checks, days),
    )
    run_id = cursor.lastrowid
    assert run_id is not None
    conn.execute("update runs set warc_file = ? where id = ?", (warc_name(source, started_at, run_id), run_id))
    return run_id


def finish_run(
    conn: sqlite3.Connection,
    run_id: int,
    *,
    finished_at: str,
    outcome: str,
    counts: RunCounts,
    detail: str | None = None,
    settled: bool = False,
) -> None:
    """Close a run with its outcome (``ok``, ``alarm``, ``failed``) and its counts.

    ``settled`` says that the run came to its end and removals were decided.
    """
    values = vars(counts) | {
        "finished_at": finished_at,
        "outcome": outcome,
        "detail": detail,
        "settled": int(settled),
        "id": run_id,
    }
    columns = ", ".join(f"{name} = :{name}" for name in values if name != "id")
    conn.execute(f"update runs set {columns} where id = :id", values)


def close_abandoned_runs(conn: sqlite3.Connection, *, at: str) -> list[int]:
    """Mark runs that never ended (killed, power cut) as failed; their ids. Call only under the lock."""
    ids = [row[0] for row in conn.execute("select id from runs where outcome = 'running' order by id")]
    conn.executemany(
        "update runs set outcome = 'failed', finished_at = ?, detail = 'Der Lauf wurde abgebrochen.' where id = ?",
        [(at, run_id) for run_id in ids],
    )
    return ids


ACCOUNT = {
    "runs": "id = :run",
    "snapshots": "run_id = :run",
    "checks": "run_id = :run",
    "listings": "run_id = :run",
    "problems": "run_id = :run",
    "ocr_pages": "run_id = :run",
    "document_numbers": "document_id in (select document_id from events where run_id = :run and kind = 'new')",
    "blocks": "true",
}
"""What a run's WARC file tells of it, table by table: which rows."""


def account_of(conn: sqlite3.Connection, run_id: int) -> dict[str, dict[str, list[Any]]]:
    """The rows of the ledger that a run wrote, as its WARC file tells them: for each table ``columns`` and ``rows``.

    Where a record lies is not told: the file itself says so.
    """
    account: dict[str, dict[str, list[Any]]] = {}
    for table, which in ACCOUNT.items():
        found = conn.execute(f"select * from {table} where {which} order by rowid", {"run": run_id})
        columns = [one[0] for one in found.description]
        account[table] = {"columns": columns, "rows": [list(row) for row in found]}
    return account


def say_why(conn: sqlite3.Connection, source: str, detail: str) -> None:
    """Why the newest run of a source failed, where somebody else than the run itself knows it."""
    conn.execute(
        "update runs set detail = ? where outcome = 'failed' and id = (select max(id) from runs where source = ?)",
        (detail, source),
    )


def add_snapshot(conn: sqlite3.Connection, record: SnapshotRecord) -> int:
    """Store a snapshot; its id."""
    values = vars(record)
    columns = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    cursor = conn.execute(f"insert into snapshots ({columns}) values ({marks})", values)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


@dataclass(frozen=True, kw_only=True)
class Check:
    """An answer 304: the snapshot it confirmed, when, and the address asked where a redirect led to it."""

    snapshot_id: int
    at: str
    asked_url: str | None = None


def add_check(conn: sqlite3.Connection, run_id: int, check: Check) -> None:
    """Store an answer 304 by itself; :func:`fold_checks` makes ranges of them when the run is over."""
    conn.execute(
        "insert into checks (run_id, first_snapshot_id, last_snapshot_id, seconds, asked_url) values (?, ?, ?, ?, ?)",
        (run_id, check.snapshot_id, check.snapshot_id, _seconds(conn, run_id, [check]), check.asked_url),
    )


def checks_of(conn: sqlite3.Connection, run_id: int) -> list[Check]:
    """Every answer 304 of a run."""
    start = _start(conn, run_id)
    query = "select first_snapshot_id, seconds, asked_url from checks where run_id = ? order by rowid"
    return [
        Check(snapshot_id=first + number, at=utc_text(start + timedelta(seconds=after)), asked_url=asked_url)
        for first, seconds, asked_url in conn.execute(query, (run_id,))
        for number, after in enumerate(json.loads(seconds))
    ]


def fold_checks(conn: sqlite3.Connection, run_id: int) -> None:
    """Bring the answers 304 of a run into ranges, in the caller's transaction."""
    ranges: list[list[Check]] = []
    for check in sorted(checks_of(conn, run_id), key=lambda one: (one.asked_url or "", one.snapshot_id, one.at)):
        last = ranges[-1][-1] if ranges else None
        if last and (last.asked_url, last.snapshot_id + 1) == (check.asked_url, check.snapshot_id):
            ranges[-1].append(check)
        else:
            ranges.append([check])
    conn.execute("delete from checks where run_id = ?", (run_id,))
    conn.executemany(
        "insert into checks (run_id, first_snapshot_id, last_snapshot_id, seconds, asked_url) values (?, ?, ?, ?, ?)",
        [(run_id, a[0].snapshot_id, a[-1].snapshot_id, _seconds(conn, run_id, a), a[0].asked_url) for a in ranges],
    )


def _start(conn: sqlite3.Connection, run_id: int) -> datetime:
    return moment(conn.execute("select started_at from runs where id = ?", (run_id,)).fetchone()[0])


def _seconds(conn: sqlite3.Connection, run_id: int, checks: Sequence[Check]) -> str:
    start = _start(conn, run_id)
    return json.dumps([round((moment(one.at) - start).total_seconds()) for one in checks], separators=(",", ":"))


def mark_read(conn: sqlite3.Connection, snapshot_id: int, *, at: str) -> None:
    """Say that what this snapshot holds is safely stored; only then is it used for "unchanged"."""
    conn.execute("update snapshots set read_at = coalesce(read_at, ?) where id = ?", (at, snapshot_id))


def last_read_snapshot(
    conn: sqlite3.Connection, url: str, *, before_run: int | None = None, before: int | None = None
) -> sqlite3.Row | None:
    """The newest good answer (200) of an address whose content is safely stored, or None.

    ``before_run`` looks only at runs before that one, ``before`` only at snapshots before that one.
    """
    row = conn.execute(
        "select * from snapshots where url = :url and status = 200 and read_at is not null"
        " and (:run is null or run_id < :run) and (:id is null or id < :id) order by id desc limit 1",
        {"url": url, "run": before_run, "id": before},
    ).fetchone()
    return row if isinstance(row, sqlite3.Row) else None


def last_answer(conn: sqlite3.Connection, url: str) -> sqlite3.Row | None:
    """The newest answer of an address whose bytes are in the vault, whatever its status, or None."""
    row = conn.execute(
        "select * from snapshots where url = ? and payload_digest is not null order by id desc limit 1", (url,)
    ).fetchone()
    return row if isinstance(row, sqlite3.Row) else None


def add_problem(
    conn: sqlite3.Connection,
    *,
    run_id: int | None,
    url: str | None,
    stage: str,
    kind: str,
    detail: str,
    at: str,
    document_id: str | None = None,
) -> None:
    """Record a problem, once per run, address and kind (a replay records nothing twice).

    ``document_id`` is kept where the archive has such a document; otherwise the address names it. Of a blocked
    document only the kind is told: details quote titles and words.
    """
    blocked = "select 1 from blocks where unblocked_at is null and (document_id = ? or url = ?)"
    told = None if conn.execute(blocked, (document_id, url)).fetchone() else detail
    conn.execute(
        "insert into problems (run_id, document_id, url, stage, kind, detail, at)"
        " select :run, (select id from documents where id = :document), :url, :stage, :kind, :told, :at"
        " where not exists (select 1 from problems where run_id is :run and url is :url and stage = :stage"
        " and kind = :kind and (document_id is :document or document_id is null))",
        {"run": run_id, "document": document_id, "url": url, "stage": stage, "kind": kind, "told": told, "at": at},
    )


def describe_source(
    conn: sqlite3.Connection, source: Mapping[str, str | int | None], licences: Sequence[Mapping[str, str | int | None]]
) -> None:
    """Bring the rows of a source in ``sources`` and ``source_licences``, and of its body, up to date; no commit.

    ``source`` and ``licences`` have the columns of these tables.
    """
    columns = ("label", "label_long", "publisher", "home", "licence", "described_from", "originals")
    conn.execute(
        f"insert into sources (name, {', '.join(columns)}) values (:name, {', '.join(f':{one}' for one in columns)})"
        f" on conflict (name) do update set {', '.join(f'{one} = excluded.{one}' for one in columns)}",
        source,
    )
    conn.execute(
        "insert into bodies (short, label, long, home) values (:publisher, :publisher, :label_long, :home)"
        " on conflict (short) do update set home = excluded.home",
        source,
    )
    conn.execute("delete from source_licences where source = ?", (source["name"],))
    conn.executemany(
        "insert into source_licences (source, doc_type, licence, source_note, url)"
        " values (:source, :doc_type, :licence, :source_note, :url)",
        licences,
    )
