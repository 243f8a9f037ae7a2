"""Pages that list other documents: their type."""

from __future__ import annotations

import pytest

from crawler.items import DocumentRead, Evidence, PageText
from pipelines.reading.publication import publication_of_page

URL = "https://www.datenschutz-mv.de/datenschutz/datenschutzmodell/"


@pytest.mark.parametrize("title", ["Standard-Datenschutzmodell", "Positionspapiere", "Blickpunkte"])
def test_a_page_that_lists_others_stays_information(title: str) -> None:
    """Its title names what it lists; so its files are plain links and not its annexes."""
    page = PageText(document_id="dsmv-seite-x", url=URL, headline=title, paragraphs=("Hier liegt das Modell.",))
    item = DocumentRead(
        source="dsmv",
        document_id="dsmv-seite-x",
        url=URL,
        doc_type="information",
        content=page,
        listed=None,
        evidence=Evidence(snapshot_id=1, fetched_at="2026-11-23T00:00:00Z", sha256="0" * 64),
    )
    publication, _ = publication_of_page(item)

    assert publication.doc_type == "information"
