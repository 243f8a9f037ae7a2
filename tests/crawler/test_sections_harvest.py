"""The harvest of section pages: what a section that leads elsewhere leaves behind, and what it asks for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawler.harvests.harvest import Ask, Fetched, Record
from crawler.harvests.sections import SectionsHarvest
from crawler.items import DocumentRead, Evidence, Failure, ListingRead, Memory, PageText
from crawler.sources import load_source

SITE = "https://www.datenschutzkonferenz-online.de"
FOREIGN = "https://www.edpb.europa.eu/g1_de.pdf"


def answers(path: str, inner: str) -> Iterator[Ask | Record]:
    """What the harvest makes of one section page with this content."""
    harvest = SectionsHarvest(load_source("dsk"), Memory())
    asks = {ask.url: ask for ask in harvest.begin()}
    url = SITE + path
    ask = asks.get(url) or Ask(url=url, kind="listing", optional=True)
    body = f"<html><body><h1>Leitlinien</h1>{inner}</body></html>".encode()
    evidence = Evidence(snapshot_id=1, fetched_at="2026-11-23T00:00:00Z", sha256="0" * 64)
    return harvest.answer(
        ask, Fetched(url=url, status=200, content_type="text/html", evidence=evidence, load=lambda: body)
    )


def entry(address: str) -> str:
    return f"<ul class='thumbnail_list'><li class='thumbnail'><a href='{address}'>Mai 2023 - G</a></li></ul>"


def test_a_section_of_links_to_other_bodies_is_a_document_with_these_links() -> None:
    """The section page carries them (type ``information``); nothing is asked of the other site."""
    made = list(answers("/edsa.html", entry(FOREIGN)))
    documents = [one for one in made if isinstance(one, DocumentRead)]

    assert not any(isinstance(one, Failure | Ask) for one in made)
    assert [(one.document_id, one.doc_type) for one in documents] == [("dsk-seite-edsa", "information")]
    assert isinstance(documents[0].content, PageText)
    assert [(link.url, link.text) for link in documents[0].content.links] == [(FOREIGN, "Mai 2023 - G")]
    assert [len(one.listing.excluded) for one in made if isinstance(one, ListingRead)] == [1]


@pytest.mark.parametrize(
    ("path", "links", "documents"),
    [
        ("/edsa.html", entry("/media/wp/a.pdf"), 0),
        ("/edsa.html", entry("/media/wp/a.pdf") + entry("wp29-leitlinien.html"), 0),
        ("/dsfa.html", entry("/media/wp/a.pdf") + entry(FOREIGN), 1),
        ("/neues.html", entry("/media/wp/a.pdf") + entry(FOREIGN), 1),
        ("/neues.html", entry("/media/wp/a.pdf") + entry("https://www.edpb.europa.eu/edpb_de"), 0),
    ],
)
def test_a_section_page_is_a_document_only_where_it_leads_to_other_bodies(
    path: str, links: str, documents: int
) -> None:
    """Links to pages of its own site, or from a section nobody described to pages elsewhere, are not enough."""
    made = list(answers(path, links))

    assert sum(isinstance(one, DocumentRead) for one in made) == documents
    assert any(isinstance(one, ListingRead) for one in made)
