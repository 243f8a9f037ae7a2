"""What every page shows around its content: state of the data, operator, addresses."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request

from portal import clock
from portal.access import recall
from portal.german_dates import moment
from portal.queries.family import marks_of_documents
from portal.settings import DATABASE, PLUGIN, archive_database, settings_of

if TYPE_CHECKING:
    from datasette.app import Datasette

STALE_AFTER = timedelta(hours=48)


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """How old the data is: end of the last successful run of the source that is furthest behind (UTC).

    ``incomplete`` where it is young, but a source has had no successful run at all.
    """

    at: str | None
    stale: bool
    incomplete: bool = False


def last_successes(conn: sqlite3.Connection) -> tuple[str | None, ...]:
    """For each source the end of its last successful run (UTC); None where it had none."""
    rows = conn.execute(
        "select source, max(case when outcome = 'ok' then finished_at end) as at"
        " from runs where outcome <> 'running' group by source"
    )
    return tuple(row["at"] for row in rows)


def freshness(ends: Sequence[str | None], now: datetime) -> Freshness:
    """The state of the data; stale when a source has had no successful run for 48 hours.

    >>> freshness(["2026-11-21T03:00:00Z"], datetime.fromisoformat("2026-11-22T03:00:00Z")).stale
    False
    """
    known = [end for end in ends if end]
    incomplete = len(known) < len(ends)
    at = (max if incomplete else min)(known, default=None)
    local = moment(at)
    old = local is None or now - local > STALE_AFTER
    return Freshness(at=at, stale=old or incomplete, incomplete=incomplete and not old)


def absolute_url(datasette: Datasette, request: Request, path: str) -> str:
    """The full public address of a path of the portal (``/dokument/dsmv-171183``)."""
    public = settings_of(datasette).public_url
    if public:
        return public.rstrip("/") + "/" + path.lstrip("/")
    return str(datasette.absolute_url(request, str(datasette.urls.path(path))))


async def layout_variables(datasette: Datasette, request: Request | None) -> dict[str, Any]:
    """The variables of ``base.html``; works without an archive and without a request."""
    known = archive_database(datasette) is not None
    return {
        "freshness": freshness(await recall(datasette, last_successes), clock.now()) if known else None,
        "has_archive": known,
        "marks": await recall(datasette, marks_of_documents) if known else {},
        "table_descriptions": (datasette.metadata("databases") or {}).get(DATABASE, {}).get("tables", {}),
        "preview_image": absolute_url(datasette, request, f"/-/static-plugins/{PLUGIN}/preview.png") if request else "",
        "here": str(datasette.urls.path(request.path)) if request else "",
    }
