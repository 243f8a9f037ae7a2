"""What stands in the column of a release and is not its text: moments, counters, other releases."""

from __future__ import annotations

import pytest

from crawler.items import PageText
from crawler.pages.release import read_release
from crawler.sources import load_source

URL = "https://www.datenschutz-mv.de/presse/?id=300001&processor=processor.sa.pressemitteilung"
TEXT = "Der Text der Mitteilung."


def read(*, before: str = "", inside: str = "", behind: str = "", after: str = "") -> PageText:
    """A release with markup before the text, in it, behind it in its element, and after that element."""
    body = f"""<!DOCTYPE html><html><head><title>Datenschutz MV</title></head><body>
      <div class="element_holder holder_75 center"><div class="dvz-contenttype-pagetitle"><h1>Kamera am See</h1></div>
      <div class="teaser_meta"><span class="dtstart">04.03.2026</span> | DSMV | datenschutz-mv.de</div>{before}
      <div class="dvz-contenttype-presseserviceassistent"><div class="absatz"><p>{TEXT}</p>{inside}</div>{behind}</div>
      {after}<a href="/presse/">Zurück zur Übersicht</a></div></body></html>"""
    return read_release(
        body.encode(), url=URL, document_id="dsmv-300001", content_type="text/html", source=load_source("dsmv")
    )


MOMENTS = [
    "Stand heute: 23.11.2026, 08:00 Uhr",
    "Heute ist Montag, der 23. November 2026",
    "Aktuelles Datum: 23.11.2026",
    "Abgerufen am 23.11.2026 um 8:15 Uhr",
    "Letzte Aktualisierung dieser Seite: 23.11.2026",
    "Zuletzt geändert: 23.11.2026",
    "Seite erstellt am 23.11.2026",
    "Druckdatum: 23.11.2026",
    "Druckversion vom 23.11.2026",
    "Besucher: 10.412",
    "Sie sind der 10412. Besucher",
    "Seitenaufrufe: 10412",
    "10412 Aufrufe",
    "Anzahl der Zugriffe heute: 12",
    "Dieser Artikel wurde bereits 77 Mal gelesen.",
]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("where", ["before", "inside", "after"])
def test_a_line_about_the_visit_is_no_text(moment: str, where: str) -> None:
    release = read(**{where: f"<p>{moment}</p>"})

    assert release.paragraphs == (TEXT,)


@pytest.mark.parametrize(
    "line",
    [
        "Stand heute haben 12 Länder zugestimmt.",
        "Heute ist der Leitfaden erschienen.",
        "Besucher: Bitte melden Sie sich am Empfang in Raum 3.",
        "Stand: 23.11.2026",
        "Uhrzeit: 10:00 Uhr",
        "Montag, 23. November 2026, 10 Uhr",
        "Datum: 23.11.2026",
        "Aufrufe",
        "Die Zahl der Zugriffe auf Kundendaten stieg auf 14.",
    ],
)
def test_a_line_of_the_text_stays_whatever_its_first_words(line: str) -> None:
    assert read(inside=f"<p>{line}</p>").paragraphs == (TEXT, line)


@pytest.mark.parametrize(
    "line", ["Montag, 23.11.2026, 08:00 Uhr", "Stand: 23.11.2026", "23.11.2026", "Datum: 23.11.2026"]
)
@pytest.mark.parametrize("where", ["before", "behind", "after"])
def test_a_bare_date_outside_the_text_element_is_furniture(line: str, where: str) -> None:
    release = read(**{where: f"<div>{line}</div>"})

    assert release.paragraphs == (TEXT,)
    assert release.published_text == "04.03.2026"


OTHERS = "".join(
    f'<li><a href="/presse/?id={number}&processor=processor.sa.pressemitteilung">Meldung {number}</a> (03.03.2026)</li>'
    for number in (300002, 300003)
)


@pytest.mark.parametrize(
    "heading", ["Weitere Meldungen", "Ähnliche Pressemitteilungen:", "Das könnte Sie auch interessieren"]
)
@pytest.mark.parametrize("where", ["behind", "after"])
def test_a_block_of_other_releases_is_no_text(heading: str, where: str) -> None:
    release = read(**{where: f'<div class="box"><h3>{heading}</h3><ul>{OTHERS}</ul></div>'})

    assert release.paragraphs == (TEXT,)
    assert release.links == ()


def test_a_text_goes_on_behind_a_block_of_other_releases() -> None:
    release = read(inside=f"<h3>Weitere Meldungen</h3><ul>{OTHERS}</ul><p>Kontakt: Pressestelle</p>")

    assert release.paragraphs == (TEXT, "Kontakt: Pressestelle")


def test_a_heading_without_links_below_it_stays() -> None:
    release = read(inside="<h3>Weitere Meldungen</h3><p>Es gingen elf Meldungen von Datenpannen ein.</p>")

    assert release.paragraphs == (TEXT, "Weitere Meldungen", "Es gingen elf Meldungen von Datenpannen ein.")
