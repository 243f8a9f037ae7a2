"""One press release: every part where it stands, whatever the markup; named errors for anything else."""

# Rows of markup and addresses are read better unbroken.

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import MissingPart, NotTheDocument, ReadingError
from crawler.items import PageText
from crawler.pages.heading import is_kicker, split_heading
from crawler.pages.release import read_release
from crawler.pages.soup import decode
from crawler.sources import load_source

SITE = "https://www.datenschutz-mv.de"
URL = SITE + "/presse/?id=300001&processor=processor.sa.pressemitteilung"
META = '<div class="teaser_meta">Nr.20260304 | <span class="dtstart">04.03.2026</span> | DSMV | datenschutz-mv.de</div>'
BACK = '<a href="/presse/">Zurück zur Übersicht</a>'
KICKER = "Pressemitteilung des Landesbeauftragten für Datenschutz und Informationsfreiheit Mecklenburg-Vorpommern"


def page(
    inner: str = "<p>Der Text der Mitteilung.</p>",
    *,
    heading: str = "<h1>Kameras am Badesee abgebaut</h1>",
    meta: str = META,
    image: str = "",
    files: str = "",
) -> bytes:
    """A release page of made-up content in the seen markup."""
    return f"""<!DOCTYPE html><html lang="de"><head><title>Datenschutz MV</title><script>var a="<p>x</p>";</script></head>
      <body><div class="nav"><ul><li><a href="/">Startseite</a></li></ul></div>
      <div class="element_holder holder_75 center"><div class="dvz-contenttype-pagetitle">{heading}</div>{image}{meta}
      <div class="dvz-contenttype-presseserviceassistent"><div class="absatz">{inner}</div></div>{files}{BACK}</div>
      <div class="footer">Impressum</div></body></html>""".encode()


def read(body: bytes, content_type: str = "text/html") -> PageText:
    return read_release(body, url=URL, document_id="dsmv-300001", content_type=content_type, source=load_source("dsmv"))


def test_a_plain_release_is_read_part_by_part() -> None:
    """Number, date, authority, headline, text; navigation, script and foot stay out."""
    release = read(page())

    assert (release.number, release.published_text, release.authority) == ("20260304", "04.03.2026", "DSMV")
    assert (release.kicker, release.headline) == (None, "Kameras am Badesee abgebaut")
    assert release.paragraphs == ("Der Text der Mitteilung.",)
    assert (release.links, release.attachments, release.captions, release.unplaced) == ((), (), (), ())
    assert release.markup == ("column", "heading", "meta", "press", "body")


@pytest.mark.parametrize(
    "heading",
    [
        "<h1>Gemeinsame Pressemitteilung<br>Schule ohne Überwachung<br/>im ganzen Land</h1>",
        "<h1>Gemeinsame Pressemitteilung</h1><h2>Schule ohne Überwachung im ganzen Land</h2>",
        "<h1>Gemeinsame Pressemitteilung</h1><h1>Schule ohne Überwachung im ganzen Land</h1>",
        "<h1><span>Gemeinsame Pressemitteilung</span><span>Schule ohne Überwachung im ganzen Land</span></h1>",
        "<h1><span class='k'>Gemeinsame Pressemitteilung</span> Schule ohne Überwachung im ganzen Land</h1>",
        "<h1><div>Gemeinsame\n Pressemitteilung</div><div>Schule ohne Überwachung im ganzen Land</div></h1>",
        "<div><p>Gemeinsame Pressemitteilung</p><h1>Schule ohne Überwachung im ganzen Land</h1></div>",
        "<h1>Schule ohne Überwachung<br>im ganzen Land</h1><h2>Gemeinsame Pressemitteilung</h2>",
        "<h1><span>Schule ohne Überwachung im ganzen Land</span><br><span>Gemeinsame Pressemitteilung</span></h1>",
        "<h1>Gemeinsame<br>Pressemitteilung<br>Schule ohne Überwachung im ganzen Land</h1>",
        "<h1>Gemeinsame Pressemitteilung<small>Schule ohne Überwachung im ganzen Land</small></h1>",
        "<h1>Schule ohne Überwachung im ganzen Land <small>Gemeinsame Pressemitteilung</small></h1>",
    ],
)
def test_kicker_and_headline_are_told_apart_in_any_markup(heading: str) -> None:
    """Breaks, levels, spans, divs; kicker above or below."""
    release = read(page(heading=heading))

    assert release.kicker == "Gemeinsame Pressemitteilung"
    assert release.headline == "Schule ohne Überwachung im ganzen Land"


@pytest.mark.parametrize(
    ("lines", "kicker", "headline"),
    [
        (["Neue Regeln für Vereine"], None, "Neue Regeln für Vereine"),
        ([KICKER], None, KICKER),
        (["Gemeinsame Pressemitteilung"] * 2, "Gemeinsame Pressemitteilung", "Gemeinsame Pressemitteilung"),
        ([*KICKER.rsplit(" ", 1), "Neue Regeln"], KICKER, "Neue Regeln"),
        (["Neue Regeln", *KICKER.split(" und ", 1)[0:1], "und " + KICKER.split(" und ", 1)[1]], KICKER, "Neue Regeln"),
        (
            ["Pressemitteilung der Datenschutzkonferenz vom", "3. Mai 2026", "Neue", "Regeln"],
            "Pressemitteilung der Datenschutzkonferenz vom 3. Mai 2026",
            "Neue Regeln",
        ),
        (
            ["Pressemitteilung der Datenschutzkonferenz", "vom 03.05.2026", "Neue Regeln"],
            "Pressemitteilung der Datenschutzkonferenz vom 03.05.2026",
            "Neue Regeln",
        ),
        (
            ["Presseinformation - Vorsitz der Konferenz 2026", "Neue Regeln"],
            "Presseinformation - Vorsitz der Konferenz 2026",
            "Neue Regeln",
        ),
        (
            ["PRESSEMITTEILUNG", "Mecklenburg-Vorpommern führt Regeln ein"],
            "PRESSEMITTEILUNG",
            "Mecklenburg-Vorpommern führt Regeln ein",
        ),
        (
            [
                "Pressemitteilung des Landesbeauftragten für Datenschutz und Informationsfreiheit",
                "Mecklenburg-Vorpommern führt Regeln ein",
            ],
            "Pressemitteilung des Landesbeauftragten für Datenschutz und Informationsfreiheit",
            "Mecklenburg-Vorpommern führt Regeln ein",
        ),
        (
            ["Entschließung der Konferenz der Informationsfreiheitsbeauftragten in Deutschland", "Mehr Offenheit"],
            "Entschließung der Konferenz der Informationsfreiheitsbeauftragten in Deutschland",
            "Mehr Offenheit",
        ),
        (
            ["Aufsicht stellt Regeln vor", "Pressemitteilung der DSK"],
            "Pressemitteilung der DSK",
            "Aufsicht stellt Regeln vor",
        ),
        (["Pressemitteilungen künftig", "als Feed"], None, "Pressemitteilungen künftig als Feed"),
        (
            [
                "Entschließung der 93. Konferenz der Datenschutzbeauftragten des Bundes und der Länder am 4. Mai in Kiel",
                "Mehr Offenheit",
            ],
            "Entschließung der 93. Konferenz der Datenschutzbeauftragten des Bundes und der Länder am 4. Mai in Kiel",
            "Mehr Offenheit",
        ),
        (
            ["+++ Korrektur +++ Pressemitteilung vom 3. Mai 2026", "Frist verlängert"],
            "+++ Korrektur +++ Pressemitteilung vom 3. Mai 2026",
            "Frist verlängert",
        ),
        (
            ["Stellungnahme der DSK zum Entwurf", "eines Gesetzes"],
            None,
            "Stellungnahme der DSK zum Entwurf eines Gesetzes",
        ),
        (
            ["Gemeinsame Presse\u2011Mitteilung".replace("\u2011M", "m"), "10 Jahre Regeln"],
            "Gemeinsame Pressemitteilung",
            "10 Jahre Regeln",
        ),
    ],
)
def test_heading_lines_are_split_by_what_they_say(lines: list[str], kicker: str | None, headline: str) -> None:
    """Broken lines are joined; a kicker alone is the headline; a headline that only looks like one stays."""
    heading = split_heading(lines)

    assert (heading.kicker, heading.headline) == (kicker, headline)


def test_a_megabyte_of_heading_is_no_kicker() -> None:
    """No pattern may run away."""
    assert not is_kicker("Pressemitteilung der " * 50_000)
    assert split_heading(["Gemeinsame " * 100_000, "vom " * 200_000]).kicker is None


def test_breaks_lists_and_tables_keep_their_lines() -> None:
    """A contact block keeps its lines, a list its items and Word's bullets, a table its rows."""
    inner = (
        "<p>Kontakt:<br>Werderstraße 74a<br />\n 19055&nbsp; Schwerin</p><ul><li>Erstens</li><li>\uf0b7 Zweitens</li></ul>"
        "<table><tr><th>Jahr</th><th>Fälle</th></tr><tr><td>2025</td><td>12</td></tr></table>"
        "<dl><dt>Frist</dt><dd>ein Monat</dd></dl><h3>Quellen</h3>"
    )

    assert read(page(inner)).paragraphs == (
        "Kontakt:\nWerderstraße 74a\n19055 Schwerin",
        "• Erstens",
        "\uf0b7 Zweitens",
        "Jahr | Fälle\n2025 | 12",
        "Frist",
        "ein Monat",
        "Quellen",
    )


def test_words_are_not_torn_by_inline_elements() -> None:
    """Bold letters inside a word do not part it."""
    release = read(page("<p>Daten<b>schutz</b> und <a href='/x/'>In<i>formation</i></a>.</p>"))

    assert release.paragraphs == ("Datenschutz und Information.",)
    assert release.links[0].text == "Information"


def test_links_are_absolute_and_canonical() -> None:
    """Web links once each; mail, script and anchors are no links."""
    inner = (
        "<p><a href='../media/vü 1.pdf'>Muster</a> <a href='mailto:a@b.de'>Mail</a> <a href='javascript:x()'>x</a>"
        "<a href='#oben'>oben</a> <a href='http://Beispiel.de:80/a#b'>Beispiel</a> <a href='http://[::1'>kaputt</a></p>"
    )

    assert [(link.url, link.text) for link in read(page(inner)).links] == [
        (SITE + "/media/v%C3%BC%201.pdf", "Muster"),
        ("http://beispiel.de/a", "Beispiel"),
    ]


@pytest.mark.parametrize(
    "image",
    [
        "<div><a href='#'>Details anzeigen</a><div>Foto: Amt</div><div>Foto: Amt</div><p>Foto: Amt</p></div>",
        "<figure><img src='x.jpg' alt='Bild'><figcaption>Foto: Amt</figcaption></figure>",
        "<div class='image'>Details anzeigen<span>Foto: Amt</span></div>",
    ],
)
def test_captions_are_not_text(image: str) -> None:
    """An image block before the meta line, with its caption once to three times."""
    release = read(page(image=image))

    assert release.paragraphs == ("Der Text der Mitteilung.",)
    assert any("Foto: Amt" in caption for caption in release.captions)


def test_an_image_inside_the_text_leaves_only_its_caption() -> None:
    """Behind the meta line captions are known by their element or by having been seen before."""
    image = "<figure><figcaption>Der Badesee</figcaption></figure>"
    release = read(page(f"<p>Eins.</p>{image}<p>Der Badesee</p><p>Zwei.</p>", image=image))

    assert release.paragraphs == ("Eins.", "Zwei.")
    assert release.captions == ("Der Badesee",)


def test_without_marked_text_a_caption_ends_after_its_credit() -> None:
    """An image behind the meta line, text in bare paragraphs: only the caption and its credit are none."""
    image = "<p>Details anzeigen</p><p>Der Badesee</p><p>Der Badesee</p><p>Foto: Amt</p>"
    body = page(f"{image}<p>Kurz gesagt.</p><p>Mehr Text.</p>").replace(b'class="absatz"', b"")

    assert read(body).paragraphs == ("Kurz gesagt.", "Mehr Text.")
    assert read(body).captions == ("Der Badesee", "Foto: Amt")


def test_files_behind_an_image_are_no_captions() -> None:
    """A release of an image and its attachments: the heading over the files ends the image block."""
    files = "<h2>Anlagen</h2><ul><li><a href='/static/DS/Dateien/a.pdf'>Papier</a> (PDF, 0,3 MB)</li></ul>"
    release = read(page("", files=f"<div><p>Details anzeigen</p><p>Der Badesee</p>{files}</div>"))

    assert [one.title for one in release.attachments] == ["Papier"]
    assert (release.paragraphs, release.captions) == ((), ("Der Badesee",))


def test_a_dated_line_of_the_text_is_no_second_meta_line() -> None:
    """Once number and date are known, the text has begun."""
    inner = "<p>05.03.2026 | Schwerin</p><p>Heute tagt der Beirat.</p>"

    assert read(page(inner)).paragraphs == ("05.03.2026 | Schwerin", "Heute tagt der Beirat.")


def test_the_word_for_attachments_may_stand_in_the_text() -> None:
    """Without files behind it, it heads nothing; sentences behind the files stay text."""
    row = "<p><a href='/static/DS/Dateien/a.pdf'>Papier</a> (PDF, 0,3 MB)</p>"
    behind = (
        "<p>Fragen an <a href='mailto:a@b.de'>a@b.de</a>.</p><p>Mehr auf <a href='/x/'>dieser Seite</a>, wie immer.</p>"
    )
    release = read(page(f"<p>Geprüft werden</p><p>Anlagen</p><p>im Land.</p><p>Anlagen</p>{row}{behind}"))

    assert release.paragraphs[:3] == ("Geprüft werden", "Anlagen", "im Land.")
    assert release.paragraphs[3:] == ("Fragen an a@b.de.", "Mehr auf dieser Seite, wie immer.")
    assert [one.title for one in release.attachments] == ["Papier"]


def test_the_caption_of_a_table_is_text() -> None:
    """It stands above the rows."""
    inner = "<table><caption>Eingaben</caption><tr><th>Jahr</th><th>Zahl</th></tr></table>"

    assert read(page(inner)).paragraphs == ("Eingaben\nJahr | Zahl",)


@pytest.mark.parametrize(
    "files",
    [
        (
            "<h2>Downloads</h2><ul><li><a href='/static/DS/Dateien/a.pdf'>Flyer (PDF, 0,27 MB)</a></li>"
            "<li><a href='/serviceassistent/download?id=7'><img></a>"
            "<a href='/serviceassistent/download?id=7'>Plan</a> (PDF, 1,2 MB)</li></ul>"
        ),
        (
            "<strong>Anlagen</strong> <a href='/static/DS/Dateien/a.pdf'>Flyer</a> (PDF, 0,27 MB)<br>"
            "<a href='/serviceassistent/download?id=7'>Plan</a> (PDF, 1,2 MB)"
        ),
        (
            "<h4>Anlagen</h4><ul><li>Flyer <a href='/static/DS/Dateien/a.pdf'>Download</a> (PDF, 0,27 MB)</li></ul>"
            "<dl><dt>Plan</dt><dd><a href='/serviceassistent/download?id=7'>Herunterladen</a> (PDF, 1,2 MB)</dd></dl>"
        ),
        (
            "<h2>Anlagen</h2><ul><li><a href='/static/DS/Dateien/a.pdf'>Flyer</a> (PDF, 0,27 MB)</li>"
            "<li><a href='/serviceassistent/download?id=7'>Plan</a> (PDF, 1,2 MB)</li></ul>"
        ),
        (
            "<div>Anlagen:</div><div><a href='/static/DS/Dateien/a.pdf'>Flyer (PDF, 0,27 MB)</a>"
            "<a href='/serviceassistent/download?id=7'>Plan (PDF, 1,2 MB)</a></div>"
        ),
        (
            "<p>Anlagen</p><a href='/static/DS/Dateien/a.pdf'><img src='i'></a> <a href='/static/DS/Dateien/a.pdf'>Flyer</a>"
            "<div>(PDF, 0,27 MB)</div><p>Plan</p><p><a href='/serviceassistent/download?id=7'>Plan</a> (PDF, 1,2 MB)</p>"
        ),
        (
            "<p><a href='/static/DS/Dateien/a.pdf'>Flyer</a> (PDF, 0,27 MB)</p>"
            "<p><a href='/serviceassistent/download?id=7'>Plan (PDF, 1,2 MB)</a></p>"
        ),
    ],
)
def test_attachments_have_title_remark_and_address(files: str) -> None:
    """In lists, in rows, with icons, with or without the word "Anlagen"."""
    release = read(page(files=f"<div>{files}</div>"))

    assert [(one.url, one.title, one.note) for one in release.attachments] == [
        (SITE + "/static/DS/Dateien/a.pdf", "Flyer", "(PDF, 0,27 MB)"),
        (SITE + "/serviceassistent/download?id=7", "Plan", "(PDF, 1,2 MB)"),
    ]
    assert release.paragraphs == ("Der Text der Mitteilung.",)


@pytest.mark.parametrize(
    ("row", "title", "note"),
    [
        ("<a href='/static/DS/Dateien/a.pdf'>Flyer</a><span>PDF, 0,27 MB</span>", "Flyer", None),
        ("<a href='/static/DS/Dateien/a.pdf'>Flyer</a> PDF (0,27 MB)", "Flyer", "PDF (0,27 MB)"),
        ("<a href='/static/DS/Dateien/a.pdf' title='Datei'><img src='x'></a>", "a.pdf", None),
    ],
)
def test_remarks_without_brackets_and_links_without_text(row: str, title: str, note: str | None) -> None:
    """The remark is no part of title or text; a bare icon goes by its file name."""
    release = read(page(files=f"<h2>Anlagen</h2><ul><li>{row}</li></ul>"))

    assert [one.title for one in release.attachments] == [title]
    assert release.attachments[0].note == note
    assert release.paragraphs == ("Der Text der Mitteilung.",)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Nr.20260304 | 04.03.2026, 10:30 Uhr | DSMV | datenschutz-mv.de", "20260304"),
        ("Nr.20260304 • 04.03.2026 • DSMV • datenschutz-mv.de", "20260304"),
        ("Nr.20260304 – 04.03.2026 – DSMV", "20260304"),
        ("<span>Nr.20260304</span><span class='dtstart'>04.03.2026</span><span>DSMV</span>", "20260304"),
        ("Nr. 3/2026 vom 04.03.2026 | DSMV", "3/2026"),
        ("Pressemitteilung Nr. 12 | 04.03.2026 | DSMV", "12"),
    ],
)
def test_the_meta_line_may_be_parted_otherwise(line: str, number: str) -> None:
    """Other separators, none but the elements, a time of day, a word before the number."""
    release = read(page(meta=f"<div class='teaser_meta'>{line}</div>"))

    assert (release.number, release.published_text, release.authority) == (number, "04.03.2026", "DSMV")


def test_a_line_of_the_text_that_says_back_does_not_end_it() -> None:
    """Only a link, or a line outside of the marked text, is the foot of the page."""
    assert read(page("<p>Eins.</p><p>Zurück</p><p>Zwei.</p>")).paragraphs == ("Eins.", "Zwei.")


def test_a_release_may_be_nothing_but_attachments() -> None:
    """Seen on release 185562; two attachments of the same title stay two (148609)."""
    files = "".join(f"<li><a href='/static/DS/Dateien/{n}.pdf'>Papier</a> (PDF, 0,23 MB)</li>" for n in "ab")
    release = read(page("", files=f"<h2>Anlagen</h2><ul>{files}</ul>"))

    assert release.paragraphs == ()
    assert [one.title for one in release.attachments] == ["Papier", "Papier"]


def test_an_attachment_without_a_link_is_reported() -> None:
    """A title that leads nowhere is neither text nor silently gone."""
    release = read(page(files="<h2>Anlagen</h2><p>Altes Papier</p><p>(PDF, 0,1 MB)</p>"))

    assert release.attachments == ()
    assert release.unplaced == ("Altes Papier",)


@pytest.mark.parametrize(
    "body",
    [
        # no element_holder, other order of classes
        (
            f"<html><body><div class='x'><div class='gross dvz-contenttype-pagetitle'><h1>Titel der Sache</h1></div>{META}"
            f"<div class='absatz links'><p>Ein Satz.</p></div>{BACK}</div></body></html>"
        ),
        # no known class at all
        (
            "<html><body><main><h1>Titel der Sache</h1><p>Nr.20260304 | 04.03.2026 | DSMV | datenschutz-mv.de</p>"
            f"<p>Ein Satz.</p>{BACK}</main></body></html>"
        ),
        # text outside of .absatz, in divs, meta inside the text container
        (
            f"<html><body><div class='element_holder'><div class='dvz-contenttype-presseserviceassistent'><h1>Titel der Sache</h1>"
            f"{META}<div>Ein Satz.</div></div></div></body></html>"
        ),
        # kicker outside the heading element, heading in a header element
        (
            f"<html><body><article><header><h1>Titel der Sache</h1></header>{META}<section><p>Ein Satz.</p></section></article>"
            "</body></html>"
        ),
        # a fragment
        f"<div class='dvz-contenttype-pagetitle'><h1>Titel der Sache</h1></div>{META}<p>Ein Satz.</p>",
    ],
)
def test_unseen_markup_is_survived(body: str) -> None:
    """Missing containers, other class orders, no classes at all: the same fields."""
    release = read(body.encode())

    assert (release.headline, release.published_text, release.number) == ("Titel der Sache", "04.03.2026", "20260304")
    assert release.paragraphs == ("Ein Satz.",)


def test_a_meta_line_at_the_foot_does_not_cost_the_text() -> None:
    """Text before the meta line is text if none follows it."""
    body = f"<main><h1>Titel der Sache</h1><p>{'Ein langer Absatz. ' * 30}</p>{META}</main>"

    assert len(read(body.encode()).paragraphs) == 1
    assert "text_before_meta" in read(body.encode()).markup


@pytest.mark.parametrize(
    ("body", "error", "word"),
    [
        (page(heading="<h1> </h1>"), MissingPart, "heading"),
        (page(meta=""), MissingPart, "date"),
        (page(meta="<div class='teaser_meta'>Nr.1 | DSMV</div>"), MissingPart, "date"),
        (page()[:-200].replace(b"Zur", b"zur").split(b"zur")[0], MissingPart, "end of page"),
        (
            b"<html><title>Fehler 404</title><body><main><h1>Seite nicht gefunden</h1><p>Leider.</p></main></body></html>",
            NotTheDocument,
            "404",
        ),
        (
            b"<html><body><div class='dvz-contenttype-pagetitle'><h1>Startseite</h1></div><p>Hallo</p></body></html>",
            NotTheDocument,
            "Startseite",
        ),
        (
            b"<html><body><div class='element_holder'><div class='dvz-contenttype-pagetitle'></div></div></body></html>",
            NotTheDocument,
            "neither",
        ),
        (
            b"<html><body><div class='resultlist'><div class='teaser'><h3>A</h3></div></div></body></html>",
            NotTheDocument,
            "list",
        ),
        (b"<html><body></body></html>", NotTheDocument, "neither"),
        (b"", ReadingError, "empty"),
        (b"\x00" * 1000, ReadingError, "empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", NotTheDocument, "neither"),
        (b"<html><body>" + b"<div>" * 60_000, ReadingError, "deep"),
        (b"<html>" + b"<b>" * 100_000, ReadingError, "deep"),
    ],
)
def test_what_is_no_release_has_a_named_error(body: bytes, error: type[ReadingError], word: str) -> None:
    """Never a half-empty document: the error names the page and what is wrong."""
    with pytest.raises(error, match=word) as caught:
        read(body)

    assert caught.value.url == URL


def test_a_release_about_errors_is_no_error_page() -> None:
    """The words of error pages decide only where date and number are missing."""
    assert read(page(heading="<h1>Seite nicht gefunden: Behörde löscht Archiv</h1>")).kicker is None


@pytest.mark.parametrize(
    ("codec", "header"),
    [
        ("utf-8", "text/html"),
        ("utf-8", "text/html; charset=utf-8"),
        ("utf-8", "text/html; charset=iso-8859-1"),
        ("utf-8", "text/html; charset=nonsense"),
        ("utf-8-sig", "text/html; charset=windows-1252"),
        ("utf-16", "text/html"),
        ("cp1252", "text/html; charset=iso-8859-1"),
        ("cp1252", "text/html; charset=utf-8"),
        ("cp1252", ""),
    ],
)
def test_the_charset_is_decided_by_the_bytes(codec: str, header: str) -> None:
    """A wrong or missing charset makes no mojibake."""
    text = page("<p>„Größe“ – Maß für Bürger</p>").decode().encode(codec)

    assert read(text, header).paragraphs == ("„Größe“ – Maß für Bürger",)


def test_the_meta_charset_counts_where_the_bytes_are_not_utf8() -> None:
    """ISO 8859-2 declared in the page: no other codec can read it."""
    assert "Łódź" in decode('<meta charset="iso-8859-2">Łódź, Łódź'.encode("iso-8859-2"))


def test_one_broken_byte_does_not_spoil_a_page() -> None:
    """Broken UTF-8 stays UTF-8, with a replacement character for the broken byte."""
    body = page("<p>Bürger, Größe und Maß</p>").replace("ß".encode(), b"\xc3", 1)

    assert read(body).paragraphs == ("Bürger, Grö\ufffde und Maß",)


def test_nuls_and_control_characters_are_dropped() -> None:
    """They are no characters of a text."""
    assert read(page("<p>Ein\x00 Satz\x08.</p>")).paragraphs == ("Ein Satz.",)


def test_script_cannot_enter_a_text() -> None:
    """Scripts, forms, templates and hidden elements are no text."""
    inner = (
        "<p>Text</p><script>alert(1)</script><noscript>a</noscript><template><p>b</p></template><form><p>c</p></form>"
        "<p hidden>d</p><style>p{}</style><!-- e --><iframe src='x'>f</iframe><p onclick='x()'>g</p>"
    )

    assert read(page(inner)).paragraphs == ("Text", "g")


def test_a_large_hostile_page_is_read() -> None:
    """A megabyte of text, links and half-open tags."""
    inner = "<p>" + "Wort " * 40_000 + "</p>" + "<a href='?x=1'>a</a>" * 5_000 + "<p>x" * 5_000 + "(PDF, " * 20_000
    release = read(page(inner))

    assert len(release.paragraphs) > 5_000


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 3000), st.integers(0, 3000))
def test_damaged_pages_raise_named_errors_only(noise: bytes, start: int, length: int) -> None:
    """Whatever bytes are put into a page, it is read or refused by name."""
    whole = page(image="<figure><figcaption>x</figcaption></figure>", files="<h2>Anlagen</h2><a href='a.pdf'>x</a>")
    try:
        release = read(whole[:start] + noise + whole[start + length :])
    except ReadingError:
        return

    assert release.headline
    assert release.published_text
