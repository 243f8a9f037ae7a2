"""Guidance pages: their own text, the files they offer, the pages they lead on to."""

from __future__ import annotations

import pytest

from crawler.errors import MissingPart, NotTheDocument, ReadingError
from crawler.pages.section_page import GuidancePage, read_guidance
from crawler.sources import load_source

SITE = "https://www.datenschutz-mv.de"
FILES = "/static/DS/Dateien"


def read(inner: str, path: str = "/datenschutz/datenschutzmodell/", title: str = "Datenschutz MV") -> GuidancePage:
    body = f"""<!DOCTYPE html><html><head><title>{title}</title></head><body>
      <div class="nav"><a href="/Blickpunkte/">Blickpunkte</a></div><div id="content">{inner}</div>
      <div class="footer"><a href="/Impressum/">Impressum</a></div></body></html>"""
    return read_guidance(
        body.encode(), url=SITE + path, document_id="dsmv-seite-x", source=load_source("dsmv"), content_type="text/html"
    )


def test_text_and_files_of_a_guidance_page() -> None:
    """Heading, paragraphs, attachments with remarks; files as entries with the type of their path."""
    guidance = read(
        f"""<h1>Das Modell</h1><p>Ein Werkzeug für die Prüfung.<br>Und mehr.</p><h2>Bausteine</h2><ul>
        <li><a href="{FILES}/Datenschutzmodell/Bausteine/Löschen V1.pdf">Löschen</a> (PDF, 0,4 MB)</li>
        <li><a href="{FILES}/DS-GVO/VVT/Muster.docx">Muster</a> (DOCX, 12 KB)</li></ul>
        <p><a href="{FILES}/Publikationen/Kurzpapiere/Kurzpapier_Nr_1.pdf">Download</a></p>"""
    )

    assert guidance.page.headline == "Das Modell"
    assert guidance.page.paragraphs[:2] == ("Ein Werkzeug für die Prüfung.\nUnd mehr.", "Bausteine")
    assert [(one.title, one.note) for one in guidance.page.attachments] == [
        ("Löschen", "(PDF, 0,4 MB)"),
        ("Muster", "(DOCX, 12 KB)"),
        ("Kurzpapier_Nr_1.pdf", None),
    ]
    assert [(one.document_id, one.doc_type, one.title_text, one.heading) for one in guidance.listing.items] == [
        ("dsmv-datei-datenschutzmodell-bausteine-loeschen-v1-pdf", "sdm", "Löschen", "Bausteine"),
        ("dsmv-datei-ds-gvo-vvt-muster-docx", "information", "Muster", "Bausteine"),
        ("dsmv-datei-publikationen-kurzpapiere-kurzpapier-nr-1-pdf", "kurzpapier", "Bausteine", "Bausteine"),
    ]


def test_read_more_leads_to_pages_below() -> None:
    """Pages under the same path are listed with their heading; everything else is excluded with a reason."""
    release = "/presse/?id=300001&amp;processor=processor.sa.pressemitteilung"
    guidance = read(
        f"""<h1>Blickpunkte</h1><h3>Kameras</h3><p>Kurz.</p><a href="kameras/">Mehr lesen</a>
        <h3>Vereine</h3><a href="/Blickpunkte/vereine/">Mehr lesen</a><a href="/Blickpunkte/vereine/#a">Vereine</a>
        <a href="{release}">Mitteilung</a><a href="https://www.bsi.de/x.pdf">BSI</a><a href="/Kontakt/">Kontakt</a>""",
        path="/Blickpunkte/",
    )

    assert [(one.document_id, one.title_text, one.doc_type) for one in guidance.listing.items] == [
        ("dsmv-seite-blickpunkte-kameras", "Kameras", "information"),
        ("dsmv-seite-blickpunkte-vereine", "Vereine", "information"),
    ]
    assert [(one.text, one.reason) for one in guidance.listing.excluded] == [
        ("Vereine", "auf dieser Seite schon genannt"),
        ("Mitteilung", "Pressemitteilung, steht in der Liste der Pressemitteilungen"),
        ("BSI", "Datei oder Seite eines anderen Anbieters"),
        ("Kontakt", "Seite, keine Datei"),
    ]
    assert guidance.page.attachments == ()


@pytest.mark.parametrize(
    ("inner", "headline"),
    [
        ("<div class='dvz-contenttype-pagetitle'><h1>Modell<br>und Methode</h1></div><p>x</p>", "Modell und Methode"),
        ("<h2>Methode</h2><p>x</p>", "Methode"),
        ("<p>x</p>", "Datenschutz MV"),
    ],
)
def test_a_page_has_a_headline(inner: str, headline: str) -> None:
    """The page title's element, else the first heading, else the title of the window."""
    assert read(inner).page.headline == headline


def test_a_page_without_any_heading_is_refused() -> None:
    """A document needs a title."""
    with pytest.raises(MissingPart, match="heading"):
        read("<p>Text</p>", title="")


@pytest.mark.parametrize("inner", ["<h1>Seite nicht gefunden</h1>", "<h1>Startseite</h1>"])
def test_a_soft_404_is_not_the_document(inner: str) -> None:
    """A page that says it is not there."""
    with pytest.raises(NotTheDocument):
        read(inner)


def test_no_page_is_no_guidance() -> None:
    """An empty answer has a named error."""
    with pytest.raises(ReadingError):
        read_guidance(b"", url=SITE, document_id="x", source=load_source("dsmv"))


TEASERS = [
    ("<h5>Plan</h5><p>Stand: 3. Mai 2021</p><a href='{}'>Download</a>", "Plan", "Stand: 3. Mai 2021"),
    (
        "<h6>Plan</h6><p>Fassung 2, Stand: 3. Mai 2021</p><a href='{}'>Datei herunterladen</a>",
        "Plan",
        "Stand: 3. Mai 2021",
    ),
    ("<h5>Plan</h5><a href='{}'>Download PDF</a>", "Plan", None),
    ("<h5>Pläne</h5><a href='{}'>Dokument zum Hafen</a>", "Dokument zum Hafen", None),
    ("<h5>Plan</h5><h5>Plan</h5><p><a href='{}'>Download (PDF, 1 MB)</a></p>", "Plan", None),
    ("<p>Plan</p><p>Stand: Mai 2021</p><p><a href='{}'>Herunterladen</a></p>", "Plan", "Stand: Mai 2021"),
    ("<a href='{}'><img src='x.png'></a><h5>Plan</h5><a href='{}'>Download</a>", "Plan", None),
    ("<h5>Plan</h5><p>Ein Satz dazu.</p><a href='{}'>hier</a>", "Plan", None),
]


@pytest.mark.parametrize(("teaser", "title", "date"), TEASERS)
def test_a_download_teaser_is_named_by_its_heading(teaser: str, title: str, date: str | None) -> None:
    """ "Stand: …" beside it is its date, not its title; a heading printed twice is one."""
    file = f"{FILES}/plan.pdf"
    boxes = "".join(
        f'<div class="teaser"><div class="teaser_text">{box}</div></div>'
        for box in (teaser.replace("{}", file), f"<h5>Anderes</h5><a href='{FILES}/b.pdf'>Download</a>")
    )
    items = read(f"<h1>Vorlagen</h1>{boxes}").listing.items

    assert [(one.title_text, one.date_text) for one in items] == [(title, date), ("Anderes", None)]


def test_links_follow_the_base_of_the_page() -> None:
    guidance = read(f"<base href='{FILES}/basis/'><h1>Vorlagen</h1><p><a href='../x/plan.pdf'>Der Plan</a></p>")

    assert [one.url for one in guidance.listing.items] == [f"{SITE}{FILES}/x/plan.pdf"]
