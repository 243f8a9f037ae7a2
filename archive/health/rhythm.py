"""How often a source publishes, and for how long it has been silent while somebody was watching."""

from __future__ import annotations

import itertools
import sqlite3
from calendar import monthrange
from datetime import date, timedelta

from archive.timestamps import moment

LEAST_DAYS = 6
"""With fewer days of publication nobody knows a rhythm."""

LOOKED_AT = timedelta(days=3 * 365)
"""Pauses of the last three years count, and of the last ``LEAST_PAUSES`` in any case: bodies publish in bursts."""

LEAST_PAUSES = 24


def longest_pause(conn: sqlite3.Connection, source: str, *, at: str) -> int | None:
    """The longest usual pause between two publications, in days; None where the rhythm is not known."""
    days = active_days(conn, source, at=at)
    if len(days) < LEAST_DAYS:
        return None
    gaps = [(later, (later - earlier).days) for earlier, later in itertools.pairwise(days)]
    recent = [gap for day, gap in gaps if day >= days[-1] - LOOKED_AT]
    return max(recent + [gap for _, gap in gaps[-LEAST_PAUSES:]])


LONGEST_GAP, BELIEVED_AFTER = 7, 3
"""A longer gap (days) between two nights counts in full only when so many nights came after it: a clock may jump."""


def silence(conn: sqlite3.Connection, source: str, *, at: str) -> int:
    """For how many days nothing has appeared while somebody was watching: what was silent before is no news."""
    nights = conn.execute(
        "select started_at from runs where source = ? and outcome = 'ok' and started_at <= ? order by started_at",
        (source, at),
    )
    today, days = moment(at).date(), active_days(conn, source, at=at)
    watched = sorted({moment(row[0]).date() for row in nights} | {today})
    last = max([watched[0], *days[-1:]])
    looks = [last, *(day for day in watched if day > last)]
    gaps = [(later - earlier).days for earlier, later in itertools.pairwise(looks)]
    return sum(gaps[:-BELIEVED_AFTER]) + sum(min(gap, LONGEST_GAP) for gap in gaps[-BELIEVED_AFTER:])


def active_days(conn: sqlite3.Connection, source: str, *, at: str) -> list[date]:
    """Days on which the source published something, oldest first, none after ``at``.

    A document dated with a month counts at its end. What was found later than in the first run counts on the
    day it was found as well: it may have no date, or one of long ago.
    """
    today = moment(at).date()
    printed = conn.execute(
        "select distinct published_on from documents where source = ? and length(published_on) >= 7", (source,)
    )
    found = conn.execute(
        "select distinct substr(e.at, 1, 10) from events e join documents d on d.id = e.document_id"
        " where d.source = ? and e.kind = 'new'"
        " and e.run_id > (select min(id) from runs where source = d.source and outcome = 'ok')",
        (source,),
    )
    days = {_day(row[0], today) for row in (*printed, *found)}
    return sorted(day for day in days if day <= today)


def _day(text: str, today: date) -> date:
    """The day of an ISO date; of a month its last day, or today while it lasts.

    >>> _day("2026-02", date(2026, 6, 1)), _day("2026-06", date(2026, 6, 1))
    (datetime.date(2026, 2, 28), datetime.date(2026, 6, 1))
    """
    if len(text) == 10:
        return date.fromisoformat(text)
    year, month = int(text[:4]), int(text[5:7])
    last = date(year, month, monthrange(year, month)[1])
    return min(last, today) if (year, month) <= (today.year, today.month) else last
