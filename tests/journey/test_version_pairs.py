"""Before and after: what a reader would call an edit makes a version, everything else makes none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from crawler.items import DocumentRead, Evidence, FileBody, ListedItem
from crawler.pages.release import read_release
from crawler.sources import load_source
from pipelines.files import FilePage, FileText
from pipelines.reading.publication import publication_of_file, publication_of_page

EVIDENCE = Evidence(snapshot_id=1, fetched_at="2026-11-23T04:00:00Z", sha256="0" * 64)

PAGE = """<!DOCTYPE html><html><head><title>Presse</title></head><body>
<div class="navigation"><a href="/presse/">Presse</a></div>
<div class="element_holder holder_75 center">
<div class="dvz-contenttype-pagetitle"><h1>Pressemitteilung des Landesbeauftragten vom 3. Mai 2024<br>Klingelkameras
im Treppenhaus</h1></div>
<div class="teaser_meta">Nr.20240503 | <span class="dtstart">03.05.2024</span> | DSMV | datenschutz-mv.de</div>
<div class="dvz-contenttype-presseserviceassistent"><div class="absatz">
<p>Die Behörde hat 14 Beschwerden über Kameras in Hausfluren geprüft. In neun Fällen waren sie abzubauen.</p>
<p>Der Leitfaden steht <a href="/static/DS/Dateien/Leitfaden.pdf">hier</a> bereit.</p>
<p>Kontakt:<br>Pressestelle<br>Telefon: 0385 000-11</p></div>
<h2>Anlagen</h2><ul><li><a href="/static/DS/Dateien/Muster.pdf">Muster für Mieter</a> (PDF, 0,10 MB)</li></ul></div>
<a href="/presse/">Zurück zur Übersicht</a></div><div class="footer">Impressum</div></body></html>"""


def digest(page: str) -> str:
    """The fingerprint of a release page."""
    url = "https://www.datenschutz-mv.de/presse/?id=900001&processor=processor.sa.pressemitteilung"
    read = read_release(
        page.encode(),
        url=url,
        document_id="dsmv-900001",
        content_type="text/html; charset=utf-8",
        source=load_source("dsmv"),
    )
    item = DocumentRead(
        source="dsmv",
        document_id="dsmv-900001",
        url=url,
        doc_type="pressemitteilung",
        listed=None,
        content=read,
        evidence=EVIDENCE,
        publisher="DSMV",
    )
    return publication_of_page(item)[0].content_sha256


def swap(old: str, new: str) -> Callable[[str], str]:
    """An edit that must really hit something."""

    def edit(page: str) -> str:
        assert old in page
        return page.replace(old, new)

    return edit


COSMETIC: dict[str, Callable[[str], str]] = {
    "another navigation": swap('<a href="/presse/">Presse</a>', '<a href="/presse/">Presse</a><a href="/neu/">Neu</a>'),
    "a form token": swap("<body>", '<body><form><input type="hidden" name="token" value="a8f3"></form>'),
    "a script": swap("</head>", "<script>var besuch = 17;</script></head>"),
    "a stand-heute widget": swap(
        '<div class="absatz">', '<div class="absatz"><p>Stand heute: 23.11.2026, 08:00 Uhr</p>'
    ),
    "another footer": swap("Impressum", "Impressum und Barrierefreiheit"),
    "wrapped lines": swap(" in Hausfluren ", "\n   in Hausfluren\n"),
    "non-breaking spaces": swap("14 Beschwerden", "14&nbsp;Beschwerden"),
    "a soft hyphen": swap("Beschwerden", "Be&shy;schwerden"),
    "a zero-width space": swap("Hausfluren", "Haus\u200bfluren"),
    "character references": swap("ü", "&uuml;"),
    "decomposed letters": swap("ü", "u\u0308"),
    "spans in the text": swap("In neun Fällen", "<span>In neun Fällen</span>"),
    "bold text": swap("abzubauen", "<strong>abzubauen</strong>"),
    "divs for paragraphs": lambda page: re.sub(r"<(/?)p>", r"<\1div>", page),
    "another heading markup": swap("vom 3. Mai 2024<br>", "vom 3. Mai 2024</h1><h1>"),
    "classes on everything": swap("<p>", '<p class="text-lang" data-v="7">'),
    "another file size": swap("0,10 MB", "0,11 MB"),
    "a session in a link": swap(
        'href="/static/DS/Dateien/Leitfaden.pdf"', 'href="/static/DS/Dateien/Leitfaden.pdf#page=1"'
    ),
    "an absolute link": swap(
        'href="/static/DS/Dateien/Leitfaden.pdf"',
        'href="https://www.datenschutz-mv.de/static/DS/Dateien/Leitfaden.pdf"',
    ),
    "comments": swap("<p>Die", "<!-- Fassung 7 --><p>Die"),
}

REAL: dict[str, Callable[[str], str]] = {
    "one word": swap("abzubauen", "abzuschalten"),
    "one digit": swap("14 Beschwerden", "15 Beschwerden"),
    "a negation": swap("In neun Fällen waren sie", "In neun Fällen waren sie nicht"),
    "a comma": swap("Die Behörde hat 14", "Die Behörde hat, wie berichtet, 14"),
    "capital letters": swap("Hausfluren", "HAUSFLUREN"),
    "a sentence more": swap("abzubauen.", "abzubauen. Zwei Verfahren laufen noch."),
    "a paragraph less": swap("<p>Kontakt:<br>Pressestelle<br>Telefon: 0385 000-11</p>", ""),
    "the headline": swap("im Treppenhaus", "im Hausflur"),
    "the kicker": swap("des Landesbeauftragten", "der Landesbeauftragten"),
    "the kicker's date": swap("vom 3. Mai 2024", "vom 2. Mai 2024"),
    "the printed date": swap("03.05.2024", "04.05.2024"),
    "the number": swap("Nr.20240503", "Nr.20240503_2"),
    "a link target": swap("Dateien/Leitfaden.pdf", "Dateien/Leitfaden_V2.pdf"),
    "a link target's query": swap("Dateien/Leitfaden.pdf", "Dateien/Leitfaden.pdf?v=2"),
    "an attachment more": swap(
        "</li></ul>", '</li><li><a href="/static/DS/Dateien/B.pdf">Zweites Muster</a></li></ul>'
    ),
    "an attachment less": lambda page: re.sub(r"<h2>Anlagen</h2><ul>.*?</ul>", "", page, flags=re.S),
    "an attachment's title": swap("Muster für Mieter", "Muster für Mietende"),
    "an attachment's address": swap("Dateien/Muster.pdf", "Dateien/Muster_neu.pdf"),
}


@pytest.mark.parametrize("change", COSMETIC)
def test_a_cosmetic_change_makes_no_version(change: str) -> None:
    assert COSMETIC[change](PAGE) != PAGE
    assert digest(COSMETIC[change](PAGE)) == digest(PAGE)


@pytest.mark.parametrize("change", REAL)
def test_a_real_change_makes_a_version(change: str) -> None:
    assert digest(REAL[change](PAGE)) != digest(PAGE)


LISTED = ListedItem(
    document_id="dsk-oh-x",
    url="https://www.datenschutzkonferenz-online.de/media/oh/x.pdf",
    doc_type="orientierungshilfe",
    label="16.06.2021 - Leitfaden E-Mail",
    date_text="16.06.2021",
    title_text="Leitfaden E-Mail",
)
FILE = FileText(
    kind="pdf",
    pages=(
        FilePage(number=1, text="Leitfaden. Erste Seite.", verbatim="Leitfaden\nErste Seite.\n1", method="pdf"),
        FilePage(number=2, text="Zweite Seite.", verbatim="Zweite Seite.\n2", method="pdf"),
    ),
    page_count=2,
    fingerprints=("", ""),
)


def paper(listed: ListedItem = LISTED, file: FileText = FILE) -> str:
    """The fingerprint of a paper."""
    content = FileBody(document_id=listed.document_id, url=listed.url, body=b"")
    item = DocumentRead(
        source="dsk",
        document_id=listed.document_id,
        url=listed.url,
        doc_type=listed.doc_type,
        listed=listed,
        content=content,
        evidence=EVIDENCE,
        publisher="DSK",
    )
    return publication_of_file(item, file)[0].content_sha256


def with_page(text: str) -> FileText:
    """The paper with another first page."""
    return replace(FILE, pages=(replace(FILE.pages[0], verbatim=text), FILE.pages[1]))


def test_a_paper_saved_again_is_no_version() -> None:
    from pipelines.files import FileMetadata

    again = replace(FILE, metadata=FileMetadata(created="D:20260101", title="Neu gespeichert"))

    assert paper(file=again) == paper()


def test_a_paper_set_anew_with_the_same_words_is_no_version() -> None:
    assert paper(file=with_page("Leitfaden Erste\nSeite. 1")) == paper()


def test_better_searchable_text_is_no_version() -> None:
    better = replace(FILE, pages=(replace(FILE.pages[0], text="Leitfaden: erste Seite"), FILE.pages[1]))

    assert paper(file=better) == paper()


def test_a_note_beside_the_label_is_no_version() -> None:
    assert paper(replace(LISTED, notes=("in Überarbeitung",))) == paper()


def test_a_changed_word_in_a_paper_is_a_version() -> None:
    assert paper(file=with_page("Leitfaden\nErste Fassung.\n1")) != paper()


def test_a_changed_label_date_is_a_version() -> None:
    assert paper(replace(LISTED, date_text="17.06.2021", label="17.06.2021 - Leitfaden E-Mail")) != paper()


def test_a_changed_label_title_is_a_version() -> None:
    assert paper(replace(LISTED, title_text="Leitfaden E-Mails")) != paper()


def test_another_picture_on_a_scanned_page_is_a_version() -> None:
    scan = replace(FILE, pages=(replace(FILE.pages[0], verbatim="", text="", method="none"), FILE.pages[1]))

    assert paper(file=replace(scan, fingerprints=("a1", ""))) != paper(file=replace(scan, fingerprints=("b2", "")))


def test_there_are_enough_pairs() -> None:
    assert len(COSMETIC) + len(REAL) >= 30
