"""What the last run of a source came to, in one sentence, where something is wrong with it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from archive.database import connect, database_path

OPENINGS = {"failed": "Fehler", "alarm": "Alarm"}


def last_run_sentence(data: Path, source: str) -> str | None:
    """The sentence for a run that failed or raised an alarm, else None (also where there is no archive)."""
    if not database_path(data).exists():
        return None
    with closing(connect(database_path(data))) as conn:
        row = conn.execute(
            "select outcome, detail from runs where source = ? order by id desc limit 1", (source,)
        ).fetchone()
    if row is None or row["outcome"] not in OPENINGS:
        return None
    return f"{OPENINGS[row['outcome']]}: {source}: {row['detail'] or 'Der Lauf ist nicht zu Ende gekommen.'}"
