"""The start page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from portal.access import recall
from portal.charts import stacked_chart
from portal.queries.overview import overview
from portal.rendering import page

if TYPE_CHECKING:
    from datasette.app import Datasette


async def start_page(datasette: Datasette, request: Request) -> Response:
    """Search box, what the archive holds, ways in."""
    holdings = await recall(datasette, overview)
    return await page(
        datasette,
        request,
        "start.html",
        overview=holdings,
        chart=stacked_chart(holdings.year_types, holdings.series),
        own_search=True,
        focus_search=True,
    )
