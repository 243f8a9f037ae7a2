"""A list page of releases: its entries, what is left out and why, and where it goes on."""

from __future__ import annotations

import pytest

from crawler.errors import MissingPart, NotTheDocument, ReadingError
from crawler.items import Listing
from crawler.pages.release_list import read_release_list
from crawler.sources import load_source

SITE = "https://www.datenschutz-mv.de"
URL = SITE + "/presse/"
NO_FORM = "<input name='andere.suche'>"
PAGER = """<div class="result_bottom_pager"><a class="prev" href="/presse/">zurück</a>
  <a href="/presse/?pager.page.nr=0&pager.items.offset=0">1</a>
  <a class="next" href="/presse/?pager.page.nr=1&amp;pager.items.offset=30">weiter</a></div>"""


def release(number: object) -> str:
    return f"/presse/?id={number}&amp;processor=processor.sa.pressemitteilung"


def teaser(number: object = 300001, title: str = "Neue Regeln", text: str = "<p>Seit heute.</p>") -> str:
    """One entry in the seen markup."""
    return f"""<div class="teaser"><div class="teaser_text"><div class="teaser_meta">
      <span class="dtstart">16.04.2025</span> | <span class="ressort-name-short">DSMV</span> | datenschutz-mv.de</div>
      <h3><a href="{release(number)}">{title}</a></h3>{text}</div></div>"""


def page(inner: str, pager: str = PAGER, form: str = "<form><input name='sa.query'></form>") -> bytes:
    return f"""<!DOCTYPE html><html><head><title>Presse</title></head><body><div class="nav"><a href="/">Start</a></div>
      <h1>Pressemitteilungen</h1>{form}<div class="resultlist">{inner}</div>{pager}</body></html>""".encode()


def read(body: bytes) -> Listing:
    return read_release_list(body, url=URL, source=load_source("dsmv"))


def test_entries_come_in_page_order_with_all_that_is_printed() -> None:
    """Id, address, date, title, teaser; the next page; the page's own title."""
    listing = read(page(teaser(300002, "Zweite") + teaser(300001, "Erste &amp; letzte")))
    first = listing.items[0]

    assert [item.title_text for item in listing.items] == ["Zweite", "Erste & letzte"]
    assert first.document_id == "dsmv-300002"
    assert first.url == SITE + "/presse/?id=300002&processor=processor.sa.pressemitteilung"
    assert (first.date_text, first.teaser, first.doc_type) == ("16.04.2025", "Seit heute.", "pressemitteilung")
    assert not first.fallback
    assert listing.next_url == SITE + "/presse/?pager.page.nr=1&pager.items.offset=30"
    assert (listing.title, listing.markup, listing.excluded) == ("Pressemitteilungen", "teaser", ())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<p>Foto: Landtag</p><p>Seit heute.</p>", "Seit heute."),
        ("<p>Die Gruppe im Hafen. Foto: A. Muster<br>Seit heute.</p>", "Seit heute."),
        ("<p>Sebastian Muster und die Gruppe im Hafen</p><p>Seit heute gilt das.</p>", "Seit heute gilt das."),
        ("<figure><figcaption>Hafen.</figcaption></figure><p>Seit heute.</p>", "Seit heute."),
        ("<p>Ein Satz.</p><p>Noch einer</p>", "Ein Satz.\nNoch einer"),
        ("<p>Nur dieser Text</p>", "Nur dieser Text"),
        ("<p>Seit heute.</p><a href='#'>Mehr lesen</a>", "Seit heute."),
        ("", None),
    ],
)
def test_captions_do_not_enter_the_teaser(text: str, wanted: str | None) -> None:
    """A caption stands before the text or in it; what cannot be told apart stays."""
    assert read(page(teaser(text=text))).items[0].teaser == wanted


def test_links_without_identity_and_repetitions_are_excluded_with_a_reason() -> None:
    """Links seen are entries and exclusions; nothing is dropped."""
    foreign = "<div class='teaser'><h3><a href='https://www.bfdi.bund.de/x'>Fremd</a></h3></div>"
    bare = "<div class='teaser'><h3><a href='mailto:a@b.de'>Schreiben</a></h3></div>"
    other = "<div class='teaser'><h3><a href='/Blickpunkte/'>Blick</a></h3></div>"
    listing = read(page(teaser(300001) + teaser("abc", "Kaputt") + teaser(300001) + foreign + bare + other))

    assert [item.document_id for item in listing.items] == ["dsmv-300001"]
    assert [(link.text, link.reason) for link in listing.excluded] == [
        ("Kaputt", "Kennung ist keine Zahl"),
        ("Neue Regeln", "auf dieser Seite schon genannt"),
        ("Fremd", "Datei oder Seite eines anderen Anbieters"),
        ("Schreiben", "E-Mail-Adresse"),
        ("Blick", "keine Pressemitteilung"),
    ]


def test_two_releases_with_one_title_are_two_entries() -> None:
    """The id is the identity."""
    assert len(read(page(teaser(300001) + teaser(300002))).items) == 2


@pytest.mark.parametrize(
    ("pager", "wanted"),
    [
        ("", None),
        ("<div class='pager'><a href='?pager.page.nr=2'>Nächste</a></div>", "?pager.page.nr=2"),
        ("<div class='pager'><a href='?pager.page.nr=2'>»</a></div>", "?pager.page.nr=2"),
        ("<div class='x'><a rel='next' href='?pager.page.nr=2'>ältere</a></div>", "?pager.page.nr=2"),
        ("<div class='result_bottom_pager'><a class='next' href='/presse/'>weiter</a></div>", None),
        ("<div class='result_bottom_pager'><a class='next' href='https://evil.example/'>weiter</a></div>", None),
        ("<div class='result_bottom_pager'><span class='next'>weiter</span></div>", None),
    ],
)
def test_the_next_page_is_another_page_of_the_site(pager: str, wanted: str | None) -> None:
    """By class, relation or word; never the page itself, never another host."""
    assert read(page(teaser(), pager)).next_url == (URL + wanted if wanted else None)


def test_a_list_without_the_seen_markup_is_read_by_its_links() -> None:
    """Each link to a release with what stands around it, marked as fallback."""
    body = f"""<html><body><main><h1>Presse</h1><ul>
      <li><p>16.04.2025 | DSMV</p><b><a href="{release(300002)}">Zweite</a></b><p>Text zwei.</p>
          <a href="{release(300002)}">mehr</a></li>
      <li><p>15.04.2025 | DSMV</p><b><a href="{release(300001)}">Erste</a></b><p>Text eins.</p></li>
      </ul></main></body></html>"""
    listing = read(body.encode())

    assert [(item.title_text, item.date_text, item.teaser, item.fallback) for item in listing.items] == [
        ("Zweite", "16.04.2025", "Text zwei.", True),
        ("Erste", "15.04.2025", "Text eins.", True),
    ]
    assert listing.markup == "links"


@pytest.mark.parametrize(
    "body",
    [page("", ""), page("<p>Keine Treffer</p>", ""), b"<html><body><form><input name='sa.query'></form></body></html>"],
)
def test_an_empty_list_is_a_list(body: bytes) -> None:
    """Whether that is an alarm is for the caller, who knows the last run."""
    listing = read(body)

    assert (listing.items, listing.next_url) == ((), None)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html><head><title>Fehler 404</title></head><body><h1>Nicht gefunden</h1></body></html>", NotTheDocument),
        (b"<html><body><h1>Herzlich willkommen</h1><p>Hallo</p></body></html>", NotTheDocument),
        (b"<html><body><h1>Presse</h1><p>Alles neu</p></body></html>", NotTheDocument),
        (page(teaser() * 3).split(b"</div></body>")[0], MissingPart),
        (b"", ReadingError),
        (b"<html><body>" + b"<div class='teaser'>" * 50_000, ReadingError),
    ],
)
def test_what_is_no_list_has_a_named_error(body: bytes, error: type[ReadingError]) -> None:
    """An error page is not an empty list; a page cut off would lose releases."""
    with pytest.raises(error):
        read(body)
