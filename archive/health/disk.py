"""How much room the archive takes on its disk, how fast that grows, and when it gets tight."""

from __future__ import annotations

import re
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from archive.health import Finding
from archive.timestamps import moment, utc_text
from archive.vault.writer import FOLDER

LEAST_FREE_BYTES = 1_000_000_000
LEAST_DAYS_LEFT = 60
WINDOW_DAYS = 30
_RUN = re.compile(r"-(\d{6,})\.warc\.gz\Z")


@dataclass(frozen=True, kw_only=True)
class Disk:
    """Bytes: ``vault`` all WARC files, ``grown`` those of the last 30 days, ``free`` what the disk has left."""

    vault: int
    grown: int
    free: int

    @property
    def days_left(self) -> float | None:
        """For how many days there is room if the vault goes on growing like this; None if it does not grow.

        >>> Disk(vault=9, grown=300_000_000, free=5_000_000_000).days_left
        500.0
        """
        return self.free / (self.grown / WINDOW_DAYS) if self.grown else None


def look_at_disk(conn: sqlite3.Connection, data: Path, *, at: str) -> Disk:
    """Measure the vault below ``data``; growth is that of the runs that began in the 30 days before ``at``."""
    sizes = {path: path.stat().st_size for path in (data / FOLDER).glob("*.warc.gz")}
    since = utc_text(moment(at) - timedelta(days=WINDOW_DAYS))
    recent = {row[0] for row in conn.execute("select id from runs where started_at >= ?", (since,))}
    first_day = conn.execute("select count(*) from runs where started_at < ?", (since,)).fetchone()[0] == 0
    grown = sum(size for path, size in sizes.items() if _run_of(path) in recent)
    return Disk(vault=sum(sizes.values()), grown=0 if first_day else grown, free=shutil.disk_usage(data).free)


def disk_findings(disk: Disk) -> list[Finding]:
    """An alarm while there is still time to do something about it.

    >>> [one.kind for one in disk_findings(Disk(vault=10**9, grown=3 * 10**9, free=4 * 10**9))]
    ['disk_fills_up']
    """
    findings = []
    if disk.free < LEAST_FREE_BYTES:
        detail = f"Auf dem Datenträger des Archivs sind nur noch {disk.free / 1e9:.1f} GB frei."
        findings.append(Finding(kind="disk_low", detail=detail))
    if disk.days_left is not None and disk.days_left < LEAST_DAYS_LEFT:
        detail = (
            f"Die Belege wuchsen in {WINDOW_DAYS} Tagen um {disk.grown / 1e9:.1f} GB; "
            f"so reicht der Datenträger noch {disk.days_left:.0f} Tage."
        )
        findings.append(Finding(kind="disk_fills_up", detail=detail))
    return findings


def _run_of(path: Path) -> int | None:
    found = _RUN.search(path.name)
    return int(found.group(1)) if found else None
