"""The provisions that documents cite: all of them, one with everything that cites it, those of a document."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from datasette.utils.asgi import NotFound, Request, Response

from archive.statutes import laws, official_url
from portal.access import recall
from portal.addresses import RECITAL, provision_path, with_query
from portal.collation import german_key
from portal.queries.documents import Citation
from portal.queries.provisions import (
    Asked,
    CitedProvision,
    CitingDocument,
    cited_provisions,
    citing_documents,
    citing_years,
    law_of,
    paragraphs_of,
)
from portal.rendering import page
from portal.search_request import PAGE_SIZE, read_request, typed

if TYPE_CHECKING:
    from datasette.app import Datasette

SHOWN = 24
"""Provisions of a law that are seen at once."""


@dataclass(frozen=True, kw_only=True)
class ProvisionPage:
    """A provision: what cites it, by year and one page of it, and its paragraphs with their number of documents."""

    asked: Asked
    citing: list[CitingDocument]
    years: dict[int | None, int]
    paragraphs: dict[str, int]

    @property
    def total(self) -> int:
        """How many documents cite it."""
        return sum(self.years.values())

    @property
    def name(self) -> str:
        """As people write it.

        >>> asked = Asked(law="DSGVO", unit="ErwGr", number="47")
        >>> ProvisionPage(asked=asked, citing=[], years={}, paragraphs={}).name
        'Erwägungsgrund 47 DSGVO'
        """
        unit = "Erwägungsgrund" if self.asked.unit == "ErwGr" else self.asked.unit
        return f"{unit} {self.asked.number} {self.asked.law}"


def provision_page(
    conn: sqlite3.Connection, slug: str, number: str, paragraph: str | None, page_number: int
) -> ProvisionPage:
    """All of a provision. Raises NotFound where no document cites it."""
    law = law_of(conn, slug)
    units = ("ErwGr",) if number.startswith(RECITAL) else ("Art.", "§")
    for unit in units if law else ():
        asked = Asked(law=law or "", unit=unit, number=number.removeprefix(RECITAL), paragraph=paragraph)
        if years := citing_years(conn, asked):
            return ProvisionPage(
                asked=asked,
                citing=citing_documents(conn, asked, limit=PAGE_SIZE, offset=(page_number - 1) * PAGE_SIZE),
                years=years,
                paragraphs=paragraphs_of(conn, asked.law, unit, asked.number),
            )
    raise NotFound("Diese Vorschrift wird in keinem Dokument des Archivs zitiert.")


async def show_provision(datasette: Datasette, request: Request) -> Response:
    """The documents that cite a provision, with the words around it; ``?absatz=`` for one paragraph."""
    slug, number = request.url_vars["law"], request.url_vars["number"].lower()
    paragraph = typed(request.args, "absatz", 10) or None
    here = read_request(request.args).page
    found = await recall(datasette, provision_page, slug, number, paragraph, here)
    path = provision_path(found.asked.law, found.asked.unit, found.asked.number)
    law = laws().get(found.asked.law)
    last = -(-found.total // PAGE_SIZE)

    def address(path: str, **parameters: str | int | None) -> str:
        return str(datasette.urls.path(with_query(path, parameters)))

    def at_page(other: int) -> str | None:
        return address(path, absatz=paragraph, seite=other) if 1 <= other <= last else None

    return await page(
        datasette,
        request,
        "provision.html",
        found=found,
        path=path,
        paragraph=paragraph,
        page_number=here,
        pages=last,
        previous_address=at_page(here - 1),
        next_address=at_page(here + 1),
        law_title=law.title if law else None,
        official=official_url(found.asked.law, found.asked.unit, found.asked.number),
        feed_address=address("/feed.atom", vorschrift=path[len("/vorschrift/") :]),
    )


async def show_provisions(datasette: Datasette, request: Request) -> Response:
    """All laws with the provisions that are cited, the most cited first."""
    found: dict[str, list[CitedProvision]] = await recall(datasette, cited_provisions)
    titles = {name: law.title for name, law in laws().items()}
    return await page(datasette, request, "provisions.html", laws=found, titles=titles, at_once=SHOWN)


_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, kw_only=True)
class Provision:
    """One provision (``Art. 6 DSGVO``) with the pages that cite it and its official text.

    ``path`` is its page here, ``elsewhere`` the number of other documents that cite it.
    """

    name: str
    law: str | None
    count: int
    pages: tuple[int, ...]
    href: str | None
    path: str | None
    elsewhere: int


def _name(citation: Citation) -> str:
    if citation.unit == "Az":
        return citation.number
    unit = "Erwägungsgrund" if citation.unit == "ErwGr" else citation.unit
    return f"{unit} {citation.number} {citation.law or '(Gesetz nicht genannt)'}"


def _order(citation: Citation) -> tuple[object, ...]:
    number = _NUMBER.search(citation.number)
    return (
        citation.unit == "Az",
        citation.law is None,
        german_key(citation.law or ""),
        citation.unit == "ErwGr",
        int(number[0][:9]) if number else 0,
        citation.number,
    )


def provisions(
    citations: Sequence[Citation],
    official: Callable[[str | None, str, str], str | None],
    elsewhere: Mapping[tuple[str | None, str, str], int],
) -> list[Provision]:
    """The provisions cited, each once; ``official(law, unit, number)`` gives the official text's address.

    ``elsewhere`` holds for each of them the number of other documents that cite it.
    """
    groups: dict[tuple[str | None, str, str], list[Citation]] = {}
    for citation in sorted(citations, key=_order):
        groups.setdefault((citation.law, citation.unit, citation.number), []).append(citation)
    return [
        Provision(
            name=_name(group[0]),
            law=law,
            count=len(group),
            pages=tuple(sorted({citation.page for citation in group})),
            href=official(law, unit, number),
            path=provision_path(law, unit, number) if law and unit != "Az" else None,
            elsewhere=elsewhere.get((law, unit, number), 0),
        )
        for (law, unit, number), group in groups.items()
    ]
