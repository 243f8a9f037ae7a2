"""The night in a few lines, for the log and for messages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from aktenkundig.messages import Report
from archive.health.disk import Disk, look_at_disk
from archive.health.incidents import Change, open_incidents

OUTCOMES = {"ok": "in Ordnung", "alarm": "ALARM", "failed": "FEHLGESCHLAGEN", "running": "läuft"}


def report_of(
    conn: sqlite3.Connection, data: Path, sources: Sequence[str], changes: tuple[Change, ...], *, at: str
) -> Report:
    """Tonight's runs, the vault, what is wrong and what is right again; healthy when nothing is wrong."""
    incidents = open_incidents(conn)
    lines = [
        *(line for source in sources for line in _run_lines(conn, source)),
        disk_line(look_at_disk(conn, data, at=at)),
        *(f"Alarm seit {row['opened_at']}: {row['source']}: {row['detail']}" for row in incidents),
        *(f"Entwarnung: {change.source}: {change.detail}" for change in changes if not change.opened),
    ]
    return Report(healthy=not incidents, changes=changes, lines=tuple(lines))


def disk_line(disk: Disk) -> str:
    """What the vault takes, how it grows, and what is left.

    >>> disk_line(Disk(vault=512_300_000, grown=12_000_000, free=40_000_000_000))
    'Belege: 512.3 MB (+12.0 MB in 30 Tagen), frei: 40.0 GB'
    """
    growth = f" (+{disk.grown / 1e6:.1f} MB in 30 Tagen)" if disk.grown else ""
    return f"Belege: {disk.vault / 1e6:.1f} MB{growth}, frei: {disk.free / 1e9:.1f} GB"


def _run_lines(conn: sqlite3.Connection, source: str) -> Iterator[str]:
    run = conn.execute("select * from runs where source = ? order by id desc limit 1", (source,)).fetchone()
    if run is None:
        yield f"{source}: kein Lauf"
        return
    yield (
        f"{source}: {OUTCOMES[run['outcome']]}, {run['listed']} gelistet, {run['new']} neu, "
        f"{run['changed']} geändert, {run['removed']} entfernt, {run['failed']} fehlgeschlagen, "
        f"{run['requests']} Abrufe"
    )
    if run["detail"]:
        yield f"    {run['detail']}"
