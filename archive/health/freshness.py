"""How fresh the archive is: for each source the last night in which its documents themselves answered."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from archive.timestamps import span

STALE_AFTER = timedelta(hours=48)

Nights = Mapping[str, tuple[str, ...]]
"""For each source that was ever asked the ends (UTC) of the nights in which its documents answered, oldest first."""


@dataclass(frozen=True, kw_only=True)
class Stand:
    """The state of a source's data: ``at`` is the end of the last such night (UTC), None where there was none."""

    source: str
    at: str | None
    stale: bool


_NIGHTS = """
select source, finished_at, outcome = 'ok' and new + changed + unchanged >= failed - case
  when new + changed + unchanged >= failed then 0 else (select count(*) from documents d
    where d.source = r.source and (d.removed_at < r.started_at or d.moved_to is not null)) end as answered
from runs r where finished_at is not null order by source, finished_at
"""
"""A run that came to its end, and in which as many documents answered as failed; what is long gone does not count."""


def answered_nights(conn: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """The nights in which documents answered, from the ledger alone; what they mean depends on the clock."""
    nights: dict[str, list[str]] = {}
    for source, end, answered in conn.execute(_NIGHTS):
        nights.setdefault(source, []).extend([end] if answered else [])
    return {source: tuple(ends) for source, ends in nights.items()}


def stands(nights: Nights, *, now: str) -> list[Stand]:
    """Where every source stands at ``now`` (UTC). A night that a clock set too far ahead dated does not count.

    >>> stands({"dsk": ("2026-11-20T03:00:00Z", "2031-01-01T03:00:00Z")}, now="2026-11-23T04:00:00Z")
    [Stand(source='dsk', at='2026-11-20T03:00:00Z', stale=True)]
    """
    found = []
    for source, ends in sorted(nights.items()):
        past = bisect_right(ends, now)
        at = ends[past - 1] if past else None
        found.append(Stand(source=source, at=at, stale=at is None or span(at, now) > STALE_AFTER))
    return found
