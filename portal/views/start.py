"""The start page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from portal.access import recall
from portal.charts import stacked_chart
from portal.queries.overview import overview
from portal.rendering import page
from portal.views.changes import latest_changes
from portal.views.status import troubles_now

if TYPE_CHECKING:
    from datasette.app import Datasette


LATEST = 4


async def start_page(datasette: Datasette, request: Request) -> Response:
    """Search box, what the archive holds, ways in."""
    holdings = await recall(datasette, overview)
    return await page(
        datasette,
        request,
        "start.html",
        overview=holdings,
        chart=stacked_chart(holdings.year_types, holdings.series),
        latest_changes=await recall(datasette, latest_changes, LATEST),
        troubles=await troubles_now(datasette),
        own_search=True,
        focus_search=True,
    )
