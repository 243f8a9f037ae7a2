"""Rules of identity that only a deliberate defect showed to be without a test."""

from __future__ import annotations

import pytest

from crawler.identity import canonical_url, document_id_for, file_doc_type, is_file
from crawler.sources import load_source

DSMV, DSK = load_source("dsmv"), load_source("dsk")
DSMV_SITE = "https://www.datenschutz-mv.de"
DSK_SITE = "https://www.datenschutzkonferenz-online.de"
FILES = DSMV_SITE + "/static/DS/Dateien/"


def test_release_of_a_sister_site_stays_there() -> None:
    """The same system with the same parameters on another host is not a release of this source."""
    url = "https://www.regierung-mv.de/Aktuell/?id=208815&processor=processor.sa.pressemitteilung"

    assert canonical_url(url, DSMV_SITE, DSMV) == url


def test_page_of_another_processor_is_no_release() -> None:
    """The id of an event counts events."""
    url = canonical_url("/presse/?id=208815&processor=processor.sa.termin", DSMV_SITE, DSMV)

    assert document_id_for(url, DSMV) == "dsmv-seite-presse-id-208815-processor-processor-sa-termin"


def test_id_of_a_release_is_the_parameter_of_that_name() -> None:
    """Another parameter whose name merely ends in "id" does not matter."""
    url = canonical_url("/presse/?sa.id=9&id=171183&processor=processor.sa.pressemitteilung", DSMV_SITE, DSMV)

    assert document_id_for(url, DSMV) == "dsmv-171183"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (FILES + "uebersicht.html", False),
        (FILES + "OhneEndung", True),
        (DSMV_SITE + "/Static/ds/dateien/OhneEndung", True),
        ("https://www.beispiel.de/static/DS/Dateien/OhneEndung", False),
        ("https://www.bfdi.bund.de/REDE.PDF", True),
    ],
)
def test_what_is_a_file(url: str, wanted: bool) -> None:
    """A file by its ending in any spelling, or by the source's own folder unless it is a page."""
    assert is_file(url, DSMV) is wanted


def test_type_comes_from_the_beginning_of_the_path() -> None:
    """A folder of the same name further down says nothing."""
    assert file_doc_type(FILES + "Entschliessungen/a.pdf", DSMV) == "entschliessung"
    assert file_doc_type(FILES + "Archiv/Entschliessungen/a.pdf", DSMV) == "information"


@pytest.mark.parametrize(
    ("href", "wanted"),
    [
        (r"media\oh\x.pdf", "/media/oh/x.pdf"),
        ("/media/alt/%2e%2e/oh/x.pdf", "/media/oh/x.pdf"),
        ("/media/oh/%2e%2e", "/media/"),
        ("/media/oh/v%fc.pdf", "/media/oh/v%FC.pdf"),
        ("/suche?a=1&&b=2&", "/suche?a=1&b=2"),
        ("/media/oh/x.pdf?UTM_Source=brief", "/media/oh/x.pdf"),
    ],
)
def test_odd_spellings_become_one(href: str, wanted: str) -> None:
    """Backslashes, escaped dots, small hexadecimal digits, empty and shouted parameters."""
    assert canonical_url(href, DSK_SITE + "/", DSK) == DSK_SITE + wanted
