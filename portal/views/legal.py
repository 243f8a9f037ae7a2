"""Impressum and privacy notice, from what the operator has set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from portal.rendering import page
from portal.settings import settings_of

if TYPE_CHECKING:
    from datasette.app import Datasette


def text_paragraphs(text: str | None) -> list[str]:
    """The paragraphs of an operator's text.

    >>> text_paragraphs("Zeitung GmbH\\nStraße 1\\n\\nV.i.S.d.P.: N. N.")
    ['Zeitung GmbH\\nStraße 1', 'V.i.S.d.P.: N. N.']
    """
    return [part.strip() for part in (text or "").replace("\r\n", "\n").split("\n\n") if part.strip()]


async def show_impressum(datasette: Datasette, request: Request) -> Response:
    """Who is responsible, and how to ask for corrections and removal."""
    settings = settings_of(datasette)
    return await page(
        datasette, request, "impressum.html", paragraphs=text_paragraphs(settings.impressum), contact=settings.contact
    )


async def show_privacy(datasette: Datasette, request: Request) -> Response:
    """What happens to readers' data, and to the data of people in the documents."""
    settings = settings_of(datasette)
    return await page(
        datasette, request, "privacy.html", paragraphs=text_paragraphs(settings.privacy), contact=settings.contact
    )
