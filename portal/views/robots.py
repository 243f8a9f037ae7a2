"""Tells search engines what to leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

if TYPE_CHECKING:
    from datasette.app import Datasette

_CLOSED = ("/suche", "/archive", "/daten/download/", "/dokument/*/original", "/dokument/*/vergleich/")


async def show_robots(datasette: Datasette, request: Request) -> Response:
    """``robots.txt``: documents may be indexed; searches, raw bytes and the database need not be."""
    lines = ["User-agent: *", *(f"Disallow: {datasette.urls.path(path)}" for path in _CLOSED), ""]
    return Response.text("\n".join(lines))
