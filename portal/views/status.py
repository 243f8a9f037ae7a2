"""The page that says how the collecting goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from portal.access import read
from portal.queries.status import status
from portal.rendering import page

if TYPE_CHECKING:
    from datasette.app import Datasette


async def show_status(datasette: Datasette, request: Request) -> Response:
    """Runs, alarms, coverage of the listings and problems."""
    return await page(datasette, request, "status.html", state=await read(datasette, status))
