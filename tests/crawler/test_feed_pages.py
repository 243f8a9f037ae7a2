"""Feeds and the pages they name: entries verbatim, the day of publication with its place, furniture out."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.errors import MissingPart, NotTheDocument, ReadingError
from crawler.identity import canonical_url, document_id_for
from crawler.items import Listing, PageText
from crawler.pages.article import read_article
from crawler.pages.feed import read_feed
from crawler.sources import Section, load_source
from pipelines.dates import parse_date

BFDI, EDPB = load_source("bfdi"), load_source("edpb")
SITE = BFDI.site
TEXT = "Das Amt hat am 12. Mai 2019 erstmals geprüft, wie Zähler melden. Das Ergebnis liegt nun vor."


def feed(body: str) -> Listing:
    return read_feed(body.encode(), url=f"{SITE}/f.xml", section=Section(path="/f.xml", label="Neues"), source=BFDI)


def rss(items: str) -> Listing:
    names = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    return feed(f'<?xml version="1.0"?><rss version="2.0" {names}><channel><title>Amt</title>{items}</channel></rss>')


def article(inner: str, head: str = "", main: str = "main") -> PageText:
    page = f"""<!DOCTYPE html><html><head><title>Amt - Zähler</title>{head}</head><body><header>Amt</header>
      <nav>Start</nav><{main}>{inner}</{main}><footer>Impressum</footer></body></html>"""
    return read_article(page.encode(), url=f"{SITE}/DE/x.html", document_id="bfdi-de-x", source=BFDI)


# -- feeds ------------------------------------------------------------------------------------------------


def test_rss_entries_with_canonical_addresses() -> None:
    """Navigation and upload counters are no identity; titles are unescaped once, a foreign title element is none."""
    items = rss(
        """<item><title>Rechte &amp;amp; Pflichten</title><media:title>nein</media:title>
        <link>https://www.bfdi.bund.de/DE/a.html?nn=252136</link><pubDate>Thu, 10 Sep 2026 23:30:00 GMT</pubDate>
        <description><![CDATA[<p>Ein <b>Satz</b>.</p><p>Noch einer.</p>]]></description></item>
        <item><title>Bericht</title><link>/DE/b.pdf?__blob=publicationFile&amp;v=9</link><dc:date>2026-09</dc:date></item>
        <item><title>Ohne Verweis</title></item><item><title>Fremd</title><link>https://example.org/a</link></item>
        <item><title>Noch einmal</title><guid>https://www.bfdi.bund.de/DE/a.html</guid></item>"""
    )

    assert [(one.document_id, one.url, one.title_text, one.date_text) for one in items.items] == [
        ("bfdi-de-a", f"{SITE}/DE/a.html", "Rechte & Pflichten", "Thu, 10 Sep 2026 23:30:00 GMT"),
        ("bfdi-datei-de-b-pdf", f"{SITE}/DE/b.pdf?__blob=publicationFile", "Bericht", "2026-09"),
    ]
    assert [one.text for one in items.excluded] == ["Ohne Verweis", "Fremd", "Noch einmal"]
    assert (items.markup, items.items[0].teaser, items.items[0].passing) == ("rss", "Ein Satz. Noch einer.", True)


def test_atom_and_rss_1_are_feeds_too() -> None:
    """Atom's day is ``published``, never ``updated``; RSS 1.0 dates its items in Dublin Core."""
    atom = feed(
        """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">A &amp;lt; B</title><link rel="self"
        href="/api/1"/><link href="/DE/a.html"/><updated>2026-05-02T08:00:00Z</updated><content type="xhtml"><div
        xmlns="http://www.w3.org/1999/xhtml"><p>Innen.</p></div></content></entry></feed>"""
    )
    rdf = feed(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel/><item rdf:about="x"><title>C</title>
        <link>/DE/c.html</link><dc:date>2021-03-25T00:00:00+01:00</dc:date></item></rdf:RDF>"""
    )

    assert [(one.title_text, one.url, one.date_text, one.teaser) for one in atom.items] == [
        ("A < B", f"{SITE}/DE/a.html", None, "Innen.")
    ]
    assert [(one.title_text, one.date_text) for one in rdf.items] == [("C", "2021-03-25T00:00:00+01:00")]
    assert (atom.markup, rdf.markup) == ("atom", "rdf")


@pytest.mark.parametrize("body", ["<html><body>Wartung</body></html>", "", "kein Feed", "<opml/>"])
def test_what_is_no_feed_is_not_the_document(body: str) -> None:
    with pytest.raises(NotTheDocument):
        feed(body)


def test_a_feed_may_not_declare_entities() -> None:
    with pytest.raises(ReadingError, match="declares entities"):
        feed('<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel><item><title>&a;</title></item></channel></rss>')


def test_a_feed_with_slips_is_read_as_far_as_it_goes() -> None:
    """Names of characters that XML does not know, a lone ampersand, bytes of another charset."""
    body = b"<?xml version='1.0' encoding='iso-8859-1'?><rss><channel><item><title>F\xfcr&nbsp;alle & jeden</title>"
    body += b"<link>/DE/a.html</link></item></channel></rss>"
    found = read_feed(body, url=f"{SITE}/f.xml", section=Section(path="/f.xml"), source=BFDI)

    assert [one.title_text.replace("  ", " ") for one in found.items] == ["Für alle jeden"]


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("Fri, 11 Sep 2026 00:10:00 +0200", "2026-09-11"),
        ("Thu, 10 Sep 2026 22:10:00 GMT", "2026-09-11"),
        ("10 Sep 26 21:10 UT", "2026-09-10"),
        ("2026-09-10T22:10:00Z", "2026-09-11"),
        ("2026-09-10T22:10:00", "2026-09-10"),
        ("2026-09-10", "2026-09-10"),
        ("2026-09", "2026-09"),
        ("2026", "2026"),
        ("Fri, 31 Feb 2026 10:00:00 +0200", None),
        ("Fri, 11 Sep 2126 10:00:00 +0200", None),
    ],
)
def test_the_moment_of_a_feed_is_a_day_in_berlin(printed: str, day: str | None) -> None:
    found = parse_date(printed, today=date(2026, 11, 30))

    assert (found.value if found else None) == day


# -- articles ---------------------------------------------------------------------------------------------


def test_a_page_of_the_site_builder() -> None:
    """Kicker, date line, contact finder, table of the page and sharing are no text."""
    page = article(
        f"""<div class="breadcrumb">Sie sind hier</div><p>Pressemitteilung 7/2021</p><p>Bonn, den 25. März 2021</p>
        <h1>Zähler melden zu viel</h1><p>{TEXT}</p><h2>Was folgt</h2><p>Mehr Prüfungen.</p>
        <p><a href="/DE/b.pdf?__blob=publicationFile&amp;v=8">Bericht</a> (PDF, 300 KB)</p>
        <section><h2>Kontaktfinder</h2><p>Wer ist zuständig?</p><a href="/k">Zur Suche</a></section>
        <table><tr><th>Ident-Nr</th><td>12-345/2021</td></tr></table><p><a href="#">Seite teilen</a></p>"""
    )

    assert (page.headline, page.kicker, page.number) == ("Zähler melden zu viel", "Pressemitteilung 7/2021", "7/2021")
    assert page.paragraphs == (TEXT, "Was folgt", "Mehr Prüfungen.")
    assert (page.published_text, page.dateline) == (None, "Bonn, den 25. März 2021")
    assert [(one.url, one.title) for one in page.attachments] == [
        (f"{SITE}/DE/b.pdf?__blob=publicationFile", "Bericht")
    ]


def test_a_document_page_of_the_board() -> None:
    """The date in its own element, the files below, sizes in brackets."""
    body = f"""<html><body><main><h1>Guidelines 3/2026 on meters</h1><div class="document-full__date">Date
      <time datetime="2026-08-11T12:00:00Z">11 August 2026</time></div><div><p>{TEXT}</p></div>
      <div><a href="/system/files/2026-08/meters_en.pdf">Guidelines 3/2026</a> (415.5KB)</div></main></body></html>"""
    page = read_article(body.encode(), url=f"{EDPB.site}/documents/g/m_en", document_id="x", source=EDPB)

    assert (page.published_text, page.paragraphs) == ("11 August 2026", (TEXT,))
    assert [(one.title, one.note) for one in page.attachments] == [("Guidelines 3/2026", "(415.5KB)")]


@pytest.mark.parametrize(
    ("inner", "head", "published", "dateline"),
    [
        (f"<h1>A</h1><p>{TEXT}</p>", '<meta name="date" content="2026-09-11">', "2026-09-11", None),
        (f"<h1>A</h1><p>{TEXT}</p>", '<meta property="article:published_time" content="2026-09">', "2026-09", None),
        (f"<h1>A</h1><p>{TEXT}</p>", '<meta name="last-modified" content="2026-09-11">', None, None),
        (f"<h1>A</h1><p><time datetime='2026-09-11'>heute</time></p><p>{TEXT}</p>", "", "2026-09-11", None),
        (
            f"<h1>A</h1><p><time datetime='2026-09-01'>September 2026</time></p><p>{TEXT}</p>",
            "",
            "September 2026",
            None,
        ),
        (f"<p>Datum: 11.09.2026</p><h1>A</h1><p>{TEXT}</p>", "", "11.09.2026", None),
        (f"<h1>A</h1><p>Veröffentlicht am 11. September 2026</p><p>{TEXT}</p>", "", "11. September 2026", None),
        (f"<h1>A</h1><p>Zuletzt geändert am 11.09.2026</p><p>{TEXT}</p>", "", None, None),
        (f"<h1>A</h1><p>{TEXT}</p><p>Berlin, den 25. März 2021</p>", "", None, "Berlin, den 25. März 2021"),
        (f"<h1>A</h1><p>Bad Doberan, 5. Mai 2021 – {TEXT}</p>", "", None, "Bad Doberan, 5. Mai 2021"),
        (f"<h1>A</h1><p>{TEXT}</p><p>Am Dienstag, den 25. März 2021, tagte der Beirat.</p>", "", None, None),
        (f"<h1>A</h1><p>{TEXT}</p><h2>Termine</h2><p>Am <time datetime='2026-12-01'>1.12.</time></p>", "", None, None),
        (
            f"<h1>A</h1><p>{TEXT}</p><ul><li>Schwerin, 4. Mai 2026</li><li>a</li><li>b</li><li>c</li></ul>",
            "",
            None,
            None,
        ),
    ],
)
def test_when_an_article_says_that_it_was_published(
    inner: str, head: str, published: str | None, dateline: str | None
) -> None:
    """Head, ``<time>``, a date beside the headline, the line of place and day; no other day is taken for it."""
    page = article(inner, head)

    assert (page.published_text, page.dateline) == (published, dateline)
    assert TEXT in " ".join(page.paragraphs)


def test_an_article_without_headline_or_end_is_none() -> None:
    with pytest.raises(MissingPart):
        read_article(b"<html><body><main><h1>A</h1><p>Ein", url=f"{SITE}/x", document_id="x", source=BFDI)
    with pytest.raises(NotTheDocument):
        article("<h1>Seite nicht gefunden</h1>", main="section")


def test_the_ids_of_a_feed_source() -> None:
    """Pages by their path, files by their path; what only navigates is no identity."""
    urls = ["/DE/Meldungen/07_Zähler.html?nn=1", "/DE/Bericht.pdf?__blob=publicationFile&v=2", "/DE/liste?seite=2"]

    assert [document_id_for(canonical_url(one, SITE, BFDI), BFDI) for one in urls] == [
        "bfdi-de-meldungen-07-zaehler",
        "bfdi-datei-de-bericht-pdf",
        "bfdi-de-liste-seite-2",
    ]
