"""Source descriptions: a site is a few lines of TOML, and the same code reads it."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from archive_builder import new_archive
from click.testing import CliRunner

from aktenkundig.cli import cli
from aktenkundig.crawling import check_sources
from archive.export.tables import origin_of
from archive.keeping.ledger import describe_source
from crawler.identity import canonical_url, document_id_for
from crawler.pages.release import read_release
from crawler.pages.release_list import read_release_list
from crawler.sources import describe, load_source, source_names

SISTER = """
name = "mv"
label = "Regierungsportal Mecklenburg-Vorpommern"
site = "https://www.regierung-mv.de"
kind = "press_portal"
start = ["/Aktuell/"]
items_per_page = 10
file_paths = ["/static/Regierungsportal/", "/serviceassistent/download?id="]
guidance = ["/Service/"]
licence = "Amtliche Mitteilungen der Landesregierung."
"""

LIST = b"""<html><body><div class="element_holder"><div class="resultlist"><div class="teaser"><div class="teaser_text">
<div class="teaser_meta"><span class="dtstart">02.03.2026</span> | <span class="ressort-name-short">WM</span></div>
<h3><a href="/Aktuell/?id=212345&amp;processor=processor.sa.pressemitteilung">Neue Radwege im Norden</a></h3>
<p>Das Land baut zwanzig Kilometer.</p></div></div></div>
<div class="result_bottom_pager"><a class="next" href="/Aktuell/?pager.page.nr=1&amp;pager.items.offset=10">weiter</a>
</div></div></body></html>"""

RELEASE = """<html><body><div class="element_holder holder_75 center">
<div class="dvz-contenttype-pagetitle"><h1>Neue Radwege im Norden</h1></div>
<div class="teaser_meta">Nr.045/2026 | <span class="dtstart">02.03.2026</span> | WM | Wirtschaft</div>
<div class="dvz-contenttype-presseserviceassistent"><div class="absatz"><p>Das Land baut.</p></div></div>
<a href="/Aktuell/">Zurück zur Übersicht</a></div></body></html>""".encode()


def test_a_sister_site_is_ten_lines_of_description() -> None:
    """The state government's portal runs the same system: its list and releases are read by the same code."""
    source = describe(tomllib.loads(SISTER))
    listing = read_release_list(LIST, url="https://www.regierung-mv.de/Aktuell/", source=source)
    item = listing.items[0]
    release = read_release(RELEASE, url=item.url, document_id=item.document_id, content_type="text/html", source=source)

    assert len(SISTER.strip().splitlines()) <= 10
    assert item.document_id == "mv-212345"
    assert item.url == "https://www.regierung-mv.de/Aktuell/?id=212345&processor=processor.sa.pressemitteilung"
    assert listing.next_url == "https://www.regierung-mv.de/Aktuell/?pager.page.nr=1&pager.items.offset=10"
    assert (release.number, release.authority) == ("045/2026", "WM")
    assert source.start_urls() == ("https://www.regierung-mv.de/Aktuell/", "https://www.regierung-mv.de/Service/")
    file = canonical_url("/static/Regierungsportal/Bericht.pdf", item.url, source)
    assert document_id_for(file, source) == "mv-datei-bericht-pdf"


def test_what_is_switched_off_says_on_what_evidence_and_of_which_date_it_rests() -> None:
    """A day and what was seen then; ``aktenkundig sources`` prints it beside the name."""
    said = CliRunner().invoke(cli, ["sources"], standalone_mode=False).output.split("\n")
    off = [load_source(name) for name in source_names() if not load_source(name).active]

    assert [one.name for one in off] == ["bfdi", "edpb", "mv"]
    for one in off:
        assert re.search(r"gesehen am \d\d?\. \w+ 20\d\d", one.described_from or "")
        at = next(number for number, line in enumerate(said) if line.startswith(f"{one.name}  "))
        assert said[at].endswith("(abgeschaltet: nur, wenn sie genannt wird)")
        assert said[at + 1] == f"    beruht auf: {one.described_from}"
    assert check_sources(()) == ["dsk", "dsmv"]


def test_every_described_source_loads() -> None:
    """Each TOML file in the folder is a source whose name is the file's."""
    assert [load_source(name).name for name in source_names()] == source_names()


def test_the_two_sources_are_as_the_design_names_them() -> None:
    """Names, publishers and the order of sections are part of what the archive shows."""
    dsmv, dsk = load_source("dsmv"), load_source("dsk")

    assert (dsmv.publisher, dsk.publisher) == ("DSMV", "DSK")
    assert {"datenschutz-mv.de", "www.informationsfreiheit-mv.de"} <= dsmv.hosts
    assert dsk.sections[2].doc_type == "orientierungshilfe"
    assert dsk.section_at("https://www.datenschutzkonferenz-online.de/protokolle.html") is not None
    assert dsk.section_at("https://www.datenschutzkonferenz-online.de/unbekannt.html") is None


def test_an_unknown_source_is_a_key_error() -> None:
    """No file, no source; a path is no name."""
    with pytest.raises(KeyError):
        load_source("../dsk")


@pytest.mark.parametrize(
    "change",
    [{"site": "www.beispiel.de"}, {"site": "https://beispiel.de/"}, {"kind": "blog"}, {"nmae": "x"}, {"name": ""}],
)
def test_an_odd_description_is_refused(change: dict[str, Any]) -> None:
    """A misspelt key or an address that is no origin is an error at loading, not at crawling."""
    table = {"name": "x", "label": "X", "site": "https://www.beispiel.de", "kind": "sections"}

    with pytest.raises(ValueError, match="source description"):
        describe({**table, **change})


def test_a_site_is_described_once_and_the_archive_keeps_it() -> None:
    """Rows of a run before are brought up to date; what a new site does not say is not invented."""
    conn = new_archive()
    sister = describe(
        {"name": "lung", "label": "Landesamt für Umwelt", "site": "https://www.lung.example", "kind": "press_portal"}
    )
    for description in (load_source("dsk"), sister, load_source("dsk")):
        describe_source(conn, *description.entry())

    rows = [
        tuple(row) for row in conn.execute("select name, label, label_long, home, licence from sources order by name")
    ]
    assert [row[0] for row in rows] == ["dsk", "lung"]
    assert rows[1] == ("lung", "LUNG", "Landesamt für Umwelt", "https://www.lung.example/", "Lizenz nicht angegeben.")
    assert [row[0] for row in conn.execute("select doc_type from source_licences order by 1")] == ["kurzpapier", "sdm"]
    origin = origin_of(conn)
    assert [site["path"] for site in origin.sources] == [
        "https://www.datenschutzkonferenz-online.de/",
        "https://www.lung.example/",
    ]
    assert {one["name"] for one in origin.licences} == {"notspecified", "dl-de/by-2-0"}
    assert [one["title"].endswith(": Standard-Datenschutzmodell") for one in origin.licences] == [False, True, False]
    conn.close()
