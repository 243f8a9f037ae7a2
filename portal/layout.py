"""What every page shows around its content: state of the data, operator, addresses."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request

from archive.database import SAMPLE, meta_value
from archive.health.freshness import Nights, Stand, answered_nights, stands
from archive.timestamps import utc_text
from portal import clock
from portal.access import recall
from portal.queries.family import marks_of_documents
from portal.serving import archive_descriptions
from portal.settings import PLUGIN, archive_database, settings_of

if TYPE_CHECKING:
    from datasette.app import Datasette


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """How old the data is: ``at`` (UTC) is that of the source furthest behind, ``sources`` tells it of each.

    ``incomplete`` where it is young, but the documents of a source have never answered.
    """

    at: str | None
    stale: bool
    incomplete: bool = False
    sources: tuple[Stand, ...] = ()


def freshness(nights: Nights, now: datetime) -> Freshness:
    """The state of the data; stale when the documents of a source have not answered for 48 hours.

    >>> freshness({"dsk": ("2026-11-21T03:00:00Z",)}, datetime.fromisoformat("2026-11-22T03:00:00Z")).stale
    False
    """
    found = stands(nights, now=utc_text(now))
    known = [one.at for one in found if one.at]
    incomplete = len(known) < len(found)
    at = (max if incomplete else min)(known, default=None)
    old = at is None or any(one.stale for one in found if one.at)
    return Freshness(at=at, stale=old or incomplete, incomplete=incomplete and not old, sources=tuple(found))


def is_sample(conn: sqlite3.Connection) -> bool:
    """Whether the archive holds the sample site, whose texts are invented."""
    return meta_value(conn, SAMPLE) is not None


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
        "freshness": freshness(await recall(datasette, answered_nights), clock.now()) if known else None,
        "has_archive": known,
        "invented": known and await recall(datasette, is_sample),
        "marks": await recall(datasette, marks_of_documents) if known else {},
        "table_descriptions": archive_descriptions()["tables"],
        "most_rows": datasette.setting("max_returned_rows"),
        "preview_image": absolute_url(datasette, request, f"/-/static-plugins/{PLUGIN}/preview.png") if request else "",
        "here": str(datasette.urls.path(request.path)) if request else "",
    }
