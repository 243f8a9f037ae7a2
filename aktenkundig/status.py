"""Prints what the archive holds, how the last runs went, and how complete each listing was read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import click

from archive.database import open_reading
from archive.lock import is_locked

OUTCOMES = {"ok": "in Ordnung", "alarm": "ALARM", "failed": "FEHLGESCHLAGEN", "running": "läuft"}
BROKEN_OFF = "ABGEBROCHEN (niemand arbeitet mehr daran; der nächste Lauf schließt ihn ab)"


def print_status(data: Path) -> None:
    """Holdings, last runs and the listings of each source's last run."""
    conn = open_reading(data)
    try:
        alive = somebody_works(conn, data)
        _print_holdings(conn, data)
        for row in conn.execute("select source, max(id) as id from runs group by source order by source"):
            _print_run(conn, row["id"], alive=alive)
        _print_incidents(conn)
    finally:
        conn.close()


def _print_holdings(conn: sqlite3.Connection, data: Path) -> None:
    total, removed, blocked = conn.execute(
        "select count(*), count(removed_at), count(blocked_at) from documents"
    ).fetchone()
    vault = sum(path.stat().st_size for path in (data / "warc").glob("*.warc.gz"))
    click.echo(f"Archiv {data}")
    click.echo(
        f"  {total} Dokumente, davon {removed} entfernt und {blocked} gesperrt; Belege {vault / 1e6:.1f} MB"
    )
    for row in conn.execute(
        "select source, doc_type, count(*) as n from documents group by 1, 2 order by 1, 3 desc"
    ):
        click.echo(f"    {row['source']:6} {row['doc_type']:20} {row['n']:6}")


def somebody_works(conn: sqlite3.Connection, data: Path) -> bool:
    """Whether a run is open and its process still holds the archive's lock; needs no write rights."""
    if not conn.execute("select exists (select 1 from runs where outcome = 'running')").fetchone()[0]:
        return False
    return is_locked(data)


def outcome_text(outcome: str, *, alive: bool) -> str:
    """The German word for a run's outcome; a run that goes on without a process was broken off.

    >>> outcome_text("running", alive=False)[:11]
    'ABGEBROCHEN'
    """
    return BROKEN_OFF if outcome == "running" and not alive else OUTCOMES[outcome]


def _print_run(conn: sqlite3.Connection, run_id: int, *, alive: bool) -> None:
    run = conn.execute("select * from runs where id = ?", (run_id,)).fetchone()
    said = outcome_text(run["outcome"], alive=alive)
    click.echo(f"\n{run['source']}: Lauf {run['id']} vom {run['started_at']}: {said}")
    if run["detail"]:
        click.echo(f"  {run['detail']}")
    click.echo(
        f"  {run['requests']} Abrufe ({run['not_modified']} unverändert laut Server, {run['bytes'] / 1e6:.1f} MB), "
        f"{run['new']} neu, {run['changed']} geändert, {run['unchanged']} unverändert, "
        f"{run['removed']} entfernt, {run['excluded']} ausgeschlossen, {run['failed']} fehlgeschlagen"
    )
    for row in conn.execute("select * from listings where run_id = ? order by url", (run_id,)):
        click.echo(
            f"  {row['url']}\n    {row['seen']} Links = {row['archived']} archiviert + {row['unchanged']} unverändert"
            f" + {row['excluded']} ausgeschlossen + {row['failed']} fehlgeschlagen"
        )
    for row in conn.execute(
        "select stage, kind, count(*) as n from problems where run_id = ? group by 1, 2 order by 3 desc",
        (run_id,),
    ):
        click.echo(f"  Auffällig: {row['n']} × {row['kind']} ({row['stage']})")


def _print_incidents(conn: sqlite3.Connection) -> None:
    for row in conn.execute("select * from incidents where closed_at is null order by opened_at"):
        click.echo(
            f"\nOffener Alarm seit {row['opened_at']}: {row['source']}, {row['kind']}: {row['detail'] or ''}"
        )
