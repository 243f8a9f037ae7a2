"""The provisions that documents cite: all of them, and one with everything that cites it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from datasette.utils.asgi import NotFound, Request, Response

from archive.statutes import laws, official_url
from portal.access import recall
from portal.addresses import RECITAL, provision_path, with_query
from portal.queries.provisions import (
    CitedProvision,
    CitingDocument,
    cited_provisions,
    citing_documents,
    law_of,
    paragraphs_of,
)
from portal.rendering import page

if TYPE_CHECKING:
    from datasette.app import Datasette

SHOWN = 24
"""Provisions of a law that are seen at once."""


@dataclass(frozen=True, kw_only=True)
class ProvisionPage:
    """A provision: its law, what cites it, and its paragraphs with their number of documents."""

    law: str
    unit: str
    number: str
    citing: list[CitingDocument]
    paragraphs: dict[str, int]

    @property
    def name(self) -> str:
        """As people write it.

        >>> ProvisionPage(law="DSGVO", unit="ErwGr", number="47", citing=[], paragraphs={}).name
        'Erwägungsgrund 47 DSGVO'
        """
        return f"{'Erwägungsgrund' if self.unit == 'ErwGr' else self.unit} {self.number} {self.law}"


def provision_page(conn: sqlite3.Connection, slug: str, number: str, paragraph: str | None) -> ProvisionPage:
    """All of a provision. Raises NotFound where no document cites it."""
    law = law_of(conn, slug)
    recital = number.startswith(RECITAL)
    units = ("ErwGr",) if recital else ("Art.", "§")
    for unit in units if law else ():
        bare = number.removeprefix(RECITAL)
        citing = citing_documents(conn, law or "", unit, bare, paragraph)
        if citing:
            paragraphs = paragraphs_of(conn, law or "", unit, bare)
            return ProvisionPage(law=law or "", unit=unit, number=bare, citing=citing, paragraphs=paragraphs)
    raise NotFound("Diese Vorschrift wird in keinem Dokument des Archivs zitiert.")


async def show_provision(datasette: Datasette, request: Request) -> Response:
    """The documents that cite a provision, with the words around it; ``?absatz=`` for one paragraph."""
    slug, number = request.url_vars["law"], request.url_vars["number"].lower()
    paragraph = (request.args.get("absatz") or "")[:10] or None
    found = await recall(datasette, provision_page, slug, number, paragraph)
    path = provision_path(found.law, found.unit, found.number)
    years = Counter(one.year for one in found.citing if one.year is not None)
    law = laws().get(found.law)
    return await page(
        datasette,
        request,
        "provision.html",
        found=found,
        path=path,
        paragraph=paragraph,
        law_title=law.title if law else None,
        official=official_url(found.law, found.unit, found.number),
        years=sorted(years.items(), reverse=True),
        feed_address=str(
            datasette.urls.path(with_query("/feed.atom", {"vorschrift": path[len("/vorschrift/") :]}))
        ),
    )


async def show_provisions(datasette: Datasette, request: Request) -> Response:
    """All laws with the provisions that are cited, the most cited first."""
    found: dict[str, list[CitedProvision]] = await recall(datasette, cited_provisions)
    titles = {name: law.title for name, law in laws().items()}
    return await page(datasette, request, "provisions.html", laws=found, titles=titles, at_once=SHOWN)
