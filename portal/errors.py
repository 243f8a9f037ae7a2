"""Errors as readers see them: a German page with the status, never a traceback."""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

from datasette.utils.asgi import Base400, Request, Response
from datasette.views.base import DatasetteError

from portal.labels import in_german
from portal.pools import Stopped
from portal.queries.documents import Tombstone
from portal.rendering import page

if TYPE_CHECKING:
    from datasette.app import Datasette

NOINDEX = {"X-Robots-Tag": "noindex"}

RETRY_AFTER = 5
"""Seconds after which a reader may ask again what took too long."""

_log = logging.getLogger("aktenkundig.portal")

_TITLES = {
    400: "Unverständliche Anfrage",
    403: "Nicht erlaubt",
    404: "Diese Seite gibt es nicht",
    410: "Gesperrt",
    503: "Gerade nicht möglich",
}


class Blocked(Base400):  # type: ignore[misc]  # Datasette is untyped
    """Raised by every view of a document that is blocked; answered with 410 and the tombstone."""

    status = 410

    def __init__(self, tombstone: Tombstone) -> None:
        super().__init__("Dieses Dokument ist gesperrt.")
        self.tombstone = tombstone


def _status_and_message(exception: Exception) -> tuple[int, str]:
    if isinstance(exception, Base400):
        message = str(exception.args[0]) if exception.args else ""
        return exception.status, in_german(message) if message != "404" else ""
    if isinstance(exception, DatasetteError):  # about the question, also where Datasette says 500
        return exception.status if exception.status != 500 else 400, in_german(str(exception.message))
    if isinstance(exception, Stopped) or (
        isinstance(exception, sqlite3.OperationalError) and exception.args == ("interrupted",)
    ):
        return 503, "Die Abfrage wurde abgebrochen. Bitte enger suchen oder später noch einmal versuchen."
    return 500, ""


async def error_response(datasette: Datasette, request: Request, exception: Exception) -> Response:
    """The answer for an error: JSON where JSON was asked for, else a page."""
    status, message = _status_and_message(exception)
    if status == 500:
        _log.error("Fehler bei %s", request.path, exc_info=exception)
    title = _TITLES.get(status, "Fehler im Portal")
    headers = dict(NOINDEX)
    if status == 503:
        headers["Retry-After"] = str(getattr(exception, "retry_after", RETRY_AFTER))
    if request.path.endswith(".json"):
        body = {"ok": False, "error": message or title, "status": status, "title": title}
        return Response.json(body, status=status, headers=headers)
    template = "gone.html" if isinstance(exception, Blocked) else "error_page.html"
    return await page(
        datasette,
        request,
        template,
        status=status,
        headers=headers,
        title=title,
        message=message,
        http_status=status,
        tombstone=getattr(exception, "tombstone", None),
        noindex=True,
    )
