"""Section pages: files with what is printed about each, annexes with their parents, nothing lost."""

# Rows of markup and addresses are read better unbroken.

from __future__ import annotations

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_texts import CORPUS, needs_corpus

from crawler.errors import EmptyListing, MissingPart, NotTheDocument, ReadingError
from crawler.items import Listing
from crawler.pages.section_page import read_section
from crawler.sources import Section, load_source

LABELS = CORPUS / "dsk" / "labels.tsv"
SITE = "https://www.datenschutzkonferenz-online.de"
URL = SITE + "/orientierungshilfen.html"
GUIDES = Section(path="/orientierungshilfen.html", doc_type="orientierungshilfe", label="Orientierungshilfen")
PAPERS = Section(path="/kurzpapiere.html", doc_type="kurzpapier")
YEAR = '<li class="thumbnail head"><div class="headline_table">2026</div></li>'


def item(href: str, label: str, hint: str = "", odd: str = "") -> str:
    """One entry in the seen markup."""
    box = f'<div class="hint-box"><small>{hint}</small></div>' if hint else ""
    return f"""<li class="thumbnail{odd}"><a href="{href}"><div class="headline_table"><div class="date">{label}
      </div></div></a>{box}</li>"""


def page(inner: str, *, after: str = "", menu: str = "") -> bytes:
    return f"""<!DOCTYPE html><html><head><title>DSK</title></head><body><div class="navigation"><ul>
      <li><a href="orientierungshilfen.html">Orientierungshilfen</a></li><li><a href="impressum.html">Impressum</a></li>
      {menu}</ul></div><div id="content"><h1>Orientierungshilfen</h1><ul class="thumbnail_list">{inner}</ul>{after}</div>
      </body></html>""".encode()


def read(body: bytes, section: Section = GUIDES) -> Listing:
    return read_section(body, url=URL, section=section, source=load_source("dsk"))


def test_the_seen_markup_gives_label_date_and_title() -> None:
    """The year divider is no document; the date is the one in its own element; order is the page's."""
    listing = read(
        page(
            YEAR
            + item("../media/oh/x_neu.pdf", "<b>Januar 2026</b> - Leitfaden für Vereine", odd=" odd")
            + item("../media/oh/Werbung Februar.pdf", "<b>07.02.2022</b> – Leitfaden Werbung")
            + item("../media/ah/muster.pdf", "Stand Februar 2018 - Muster für Verträge")
            + item("../media/oh/windows.pdf", "Prüfschema Windows 10")
        )
    )

    assert [(one.label, one.date_text, one.title_text) for one in listing.items] == [
        ("Januar 2026 - Leitfaden für Vereine", "Januar 2026", "Leitfaden für Vereine"),
        ("07.02.2022 – Leitfaden Werbung", "07.02.2022", "Leitfaden Werbung"),
        ("Stand Februar 2018 - Muster für Verträge", None, "Stand Februar 2018 - Muster für Verträge"),
        ("Prüfschema Windows 10", None, "Prüfschema Windows 10"),
    ]
    assert listing.items[1].url == SITE + "/media/oh/Werbung%20Februar.pdf"
    assert {one.heading for one in listing.items} == {"2026"}
    assert {one.doc_type for one in listing.items} == {"orientierungshilfe"}
    assert (listing.markup, listing.excluded, listing.title) == ("thumbnail_list", (), "Orientierungshilfen")


@needs_corpus
@pytest.mark.parametrize(
    "markup", ["<b>{date}</b>{dash}{title}", "<div class='date'>{date}</div>{dash}<span>{title}</span>"]
)
def test_every_real_label_keeps_date_and_title_apart(markup: str) -> None:
    """Labels as printed: date in its element, separator glued or not, title verbatim."""
    with LABELS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    dated = [row for row in rows if row["iso_8601"] and not row["printed_date"].startswith("Stand")]
    for row in dated:
        dash = row["shape"].removeprefix("DD.MM.YYYY").removeprefix("Monat YYYY").replace("(space)", " ")
        label = markup.format(date=row["printed_date"], dash=dash + " ", title=row["title_as_printed_cut_at_40"])
        one = read(page(item("../media/oh/x.pdf", label))).items[0]

        assert (one.date_text, one.title_text) == (row["printed_date"], row["title_as_printed_cut_at_40"].strip())
    assert len(dated) == 53


def test_annexes_have_parents() -> None:
    """Hint box, name endings, another format beside the PDF; an annex whose main file is absent stays."""
    listing = read(
        page(
            item(
                "../media/oh/x.pdf",
                "<b>Mai 2026</b> - Leitfaden",
                '<a href="../media/oh/Beiblatt.pdf">Anhang</a> in Überarbeitung',
            )
            + item("../media/oh/y_Anlage.pdf", "Anlage zu Y")
            + item("../media/oh/y.pdf", "Papier Y")
            + item("../media/dskb/2022_24_11_ms_zusammenfassung.pdf", "Kurz")
            + item("../media/dskb/2022_24_11_ms.pdf", "MS")
            + item("../media/oh/liste.odt", "Liste (ODT)")
            + item("../media/oh/liste.pdf", "Liste")
            + item("../media/oh/allein_Anhang.pdf", "Anhang allein")
            + item("../media/oh/TOP_mit_Anlagen.pdf", "Mit Anlagen")
        )
    )

    assert {one.document_id: (one.doc_type, one.parent_id) for one in listing.items} == {
        "dsk-oh-x": ("orientierungshilfe", None),
        "dsk-oh-beiblatt": ("anlage", "dsk-oh-x"),
        "dsk-oh-y-anlage": ("anlage", "dsk-oh-y"),
        "dsk-oh-y": ("orientierungshilfe", None),
        "dsk-dskb-2022-24-11-ms-zusammenfassung": ("anlage", "dsk-dskb-2022-24-11-ms"),
        "dsk-dskb-2022-24-11-ms": ("orientierungshilfe", None),
        "dsk-oh-liste-odt": ("anlage", "dsk-oh-liste"),
        "dsk-oh-liste": ("orientierungshilfe", None),
        "dsk-oh-allein-anhang": ("orientierungshilfe", None),
        "dsk-oh-top-mit-anlagen": ("orientierungshilfe", None),
    }
    assert listing.items[0].notes == ("in Überarbeitung",)


@pytest.mark.parametrize(
    "link",
    [
        "<a href='../media/kp/dsk_kpnr_5.pdf'><span>Nr. 5</span><span>Folgen abschätzen</span><em>in Überarbeitung</em></a>",
        "<a href='../media/kp/dsk_kpnr_5.pdf'><div>Nr. 5</div><div>Folgen abschätzen</div><div>(in Überarbeitung)</div></a>",
        "<a href='../media/kp/dsk_kpnr_5.pdf'><b>Nr. 5</b>Folgen abschätzen<small> in Überarbeitung </small></a>",
        "<p><a href='../media/kp/dsk_kpnr_5.pdf'>Kurzpapier Nr. 5: Folgen abschätzen</a> <i>in Überarbeitung</i></p>",
    ],
)
def test_short_papers_have_number_title_and_remark(link: str) -> None:
    """Separate nodes in the link, outside of the list: the bare title, the number, the remark."""
    one = read(f"<html><body><h1>Kurzpapiere</h1>{link}</body></html>".encode(), PAPERS).items[0]

    assert (one.document_id, one.doc_type, one.number_text) == ("dsk-kp-dsk-kpnr-5", "kurzpapier", "Nr. 5")
    assert one.title_text == "Folgen abschätzen"
    assert [note.strip("()") for note in one.notes] == ["in Überarbeitung"]
    assert one.fallback


def test_pages_without_the_markup_are_read_by_their_links() -> None:
    """File links with label, nearest heading, and the text of their block where no other link stands in it."""
    listing = read(
        """<html><body><main><h1>Protokolle</h1><h2>Sitzungen 2025</h2>
      <ul><li>16.06.2025 - <a href="/media/pr/109.pdf">109. Konferenz</a></li><li><a href="media/pr/108.pdf">108. Konferenz (PDF, 0,2 MB)</a></li></ul>
      <h2>17.10.2023: Private Chats</h2><p><a href="/media/pr/pm.pdf">Herunterladen (PDF)</a></p>
      <p>Siehe auch <a href="/media/pr/x.pdf">das Papier</a> dazu.</p>
      <h2>Geschäftsordnung</h2><p><a href="/media/pr/go.pdf">Download</a></p>
      <table><tr><td><b>März 2024</b></td><td><a href="/media/pr/107.pdf">107. Konferenz</a></td></tr></table>
      </main></body></html>""".encode()
    )

    assert [(one.label, one.title_text, one.date_text, one.heading) for one in listing.items] == [
        ("16.06.2025 - 109. Konferenz", "16.06.2025 - 109. Konferenz", None, "Sitzungen 2025"),
        ("108. Konferenz (PDF, 0,2 MB)", "108. Konferenz", None, "Sitzungen 2025"),
        ("17.10.2023: Private Chats", "17.10.2023: Private Chats", None, "17.10.2023: Private Chats"),
        ("das Papier", "das Papier", None, "17.10.2023: Private Chats"),
        ("Geschäftsordnung", "Geschäftsordnung", None, "Geschäftsordnung"),
        ("März 2024 107. Konferenz", "107. Konferenz", "März 2024", "Geschäftsordnung"),
    ]
    assert listing.markup == "links"
    assert all(one.fallback for one in listing.items)


def test_files_beside_the_list_are_not_lost() -> None:
    """They are entries too, marked as fallback; the page still counts as seen markup."""
    listing = read(page(item("/media/oh/a.pdf", "A"), after="<p>Siehe auch <a href='/media/oh/b.pdf'>Papier B</a></p>"))

    assert [(one.document_id, one.fallback) for one in listing.items] == [("dsk-oh-a", False), ("dsk-oh-b", True)]
    assert listing.markup == "thumbnail_list"


def test_everything_else_is_excluded_with_a_reason() -> None:
    """Other hosts, repetitions, pages, mail, anchors, entries without a link."""
    listing = read(
        page(
            item("/media/oh/a.pdf", "A")
            + item("https://www.edpb.europa.eu/g.pdf", "Leitlinie")
            + item("../media/oh/a.pdf", "A noch einmal")
            + '<li class="thumbnail"><div class="date"><b>Mai 2020</b> - Vergriffen</div></li>',
            after="<a href='mailto:a@b.de'>Mail</a><a href='#top'>Hoch</a><a href='infothek.html'>Infothek</a><a href='http://[::1'>?</a>",
        )
    )

    assert [one.document_id for one in listing.items] == ["dsk-oh-a"]
    assert [(one.text, one.reason) for one in listing.excluded] == [
        ("Leitlinie", "Datei oder Seite eines anderen Anbieters"),
        ("A noch einmal", "auf dieser Seite schon genannt"),
        ("Mai 2020 - Vergriffen", "Eintrag ohne Verweis"),
        ("Mail", "E-Mail-Adresse"),
        ("Hoch", "Sprungmarke auf derselben Seite"),
        ("Infothek", "Seite, keine Datei"),
        ("?", "keine lesbare Adresse"),
    ]
    assert listing.excluded[0].url == "https://www.edpb.europa.eu/g.pdf"


def test_an_icon_beside_the_title_is_the_same_entry() -> None:
    """Two links to one file in one entry are one; a second file is an entry of its own."""
    inner = """<li class="thumbnail"><a href="/media/oh/a.pdf"><img src="pdf.png"></a>
      <a href="/media/oh/a.pdf"><div class="date"><b>Mai 2026</b> - Papier</div></a> <a href="/media/oh/a_en.pdf">English</a></li>"""
    listing = read(page(inner))

    assert [(one.title_text, one.doc_type) for one in listing.items] == [
        ("Papier", "orientierungshilfe"),
        ("English", "orientierungshilfe"),
    ]
    assert listing.excluded == ()


def test_two_names_with_one_slug_are_two_documents() -> None:
    """Told apart, whichever comes first on the page."""
    one, two = item("/media/oh/a_b.pdf", "Eins"), item("/media/oh/a-b.pdf", "Zwei")
    ids = {entry.title_text: entry.document_id for entry in read(page(one + two)).items}

    assert ids == {entry.title_text: entry.document_id for entry in read(page(two + one)).items}
    assert len(set(ids.values())) == 2
    assert "dsk-oh-a-b" in ids.values()


@pytest.mark.parametrize(
    ("entry", "date", "title"),
    [
        (
            "<a href='/media/oh/a.pdf'><div class='date'><b>12.04.2024</b> – Hinweise<br/>zum <em>Entwurf</em></div></a>",
            "12.04.2024",
            "Hinweise zum Entwurf",
        ),
        ("<a href='/media/oh/a.pdf'><div>Leitfaden</div><div>für Vereine</div></a>", None, "Leitfaden für Vereine"),
        (
            "<a href='/media/oh/a.pdf'><div class='title'>Leitfaden</div><div class='date'>17.04.2024</div></a>",
            "17.04.2024",
            "Leitfaden",
        ),
        ("<a href='/media/oh/a.pdf'>Leitfaden <time>Mai 2024</time></a>", "Mai 2024", "Leitfaden"),
        ("<a href='/media/oh/a.pdf'>Bericht vom <b>01.02.2024</b></a>", None, "Bericht vom 01.02.2024"),
        (
            "<div class='date'><b>20.04.2024</b> – <a href='/media/oh/a.pdf'>Leitfaden</a></div>",
            "20.04.2024",
            "Leitfaden",
        ),
        (
            "<div class='date'>Stand Mai 2024 - <a href='/media/oh/a.pdf'>Leitfaden</a></div>",
            "Stand Mai 2024",
            "Leitfaden",
        ),
        ("<a href='/media/oh/a.pdf'>Leitfaden</a> <span>(22./23.11.2023)</span>", "22./23.11.2023", "Leitfaden"),
        (
            "<b>20.04.2024</b> <a href='/media/oh/a.pdf'>Leitfaden</a> <a href='/media/oh/a_en.pdf'>Guide</a>",
            "20.04.2024",
            "Leitfaden",
        ),
        (
            "<a href='/media/oh/a.pdf'><div class='date'><b>2024-05-06</b> - Leitfaden</div></a>",
            "2024-05-06",
            "Leitfaden",
        ),
        (
            "<a href='/media/oh/a.pdf'><div class='date'><b>06.05.2024</b> - Leitfaden (PDF, 0,2 MB)</div></a>",
            "06.05.2024",
            "Leitfaden",
        ),
    ],
)
def test_the_date_of_an_entry_is_found_wherever_it_stands(entry: str, date: str | None, title: str) -> None:
    """Before, behind or around the link; line breaks and blocks part words; a date inside a title stays."""
    one = read(page(f"<li class='thumbnail'>{entry}</li>")).items[0]

    assert (one.date_text, one.title_text) == (date, title)


def test_remarks_on_size_are_no_title_of_an_annex() -> None:
    """They are kept as notes, as on entries."""
    entry = item("/media/oh/a.pdf", "Leitfaden", "<a href='/media/oh/m.docx'>Muster (DOCX, 20 KB)</a>")
    annex = read(page(entry)).items[1]

    assert (annex.title_text, annex.notes) == ("Muster", ("(DOCX, 20 KB)",))


@pytest.mark.parametrize(
    ("markup", "date"),
    [
        (
            "<div class='item'><span class='d'>Juli 2024</span><h3><a href='/media/pm/a.pdf'>Sommerheft</a></h3></div>",
            "Juli 2024",
        ),
        ("<dl><dt>17.10.2025</dt><dd><a href='/media/pm/a.pdf'>Sommerheft</a> (PDF, 9 KB)</dd></dl>", "17.10.2025"),
        (
            "<article><h3><a href='/media/pm/a.pdf'>Sommerheft</a></h3><p>vom 3. Mai 2024</p></article>",
            "vom 3. Mai 2024",
        ),
        ("<h2>Tagung 2024</h2><p><a href='/media/pm/a.pdf'>Sommerheft</a></p>", None),
        ("<p>Es gilt seit 01.01.2020 manches neu, siehe <a href='/media/pm/a.pdf'>Sommerheft</a></p>", None),
        (
            "<p>01.02.2024 Anderes</p><p><a href='/media/pm/a.pdf'>Sommerheft</a></p><p><a href='/media/pm/b.pdf'>B</a></p>",
            None,
        ),
    ],
)
def test_a_date_beside_a_link_in_unknown_markup_belongs_to_it(markup: str, date: str | None) -> None:
    """In the smallest part of the page that holds the link and no other: a text of its own that is a date."""
    one = read(f"<html><body><h1>Presse</h1>{markup}</body></html>".encode()).items[0]

    assert (one.date_text, one.title_text) == (date, "Sommerheft")


@pytest.mark.parametrize(
    "href", [" ../media/oh/a.pdf ", "../media/oh/\n a.pdf", "..\\media\\oh\\a.pdf", "../media/oh/a.pdf\t"]
)
def test_addresses_are_read_as_browsers_read_them(href: str) -> None:
    """White space around an address and breaks inside are no part of it; a backslash is a slash."""
    wanted = "%20a.pdf" if "\n " in href else "a.pdf"

    assert read(page(item(href, "A"))).items[0].url == f"{SITE}/media/oh/{wanted}"


@pytest.mark.parametrize("frame", ["<ul class='thumbnail_list'>{}</ul>", "<h1>Leitlinien</h1><ul>{}</ul>"])
def test_a_section_of_links_to_other_bodies_is_a_listing(frame: str) -> None:
    """Its links are kept with the reason; nothing of it is an item."""
    links = "".join(
        f"<li class='thumbnail'><a href='https://www.edpb.europa.eu/g{n}_de.pdf'><b>0{n}.03.2023</b> - G{n}</a></li>"
        for n in (1, 2)
    )
    listing = read(f"<html><body>{frame.format(links)}</body></html>".encode())

    assert listing.items == ()
    assert [(one.url, one.text) for one in listing.excluded] == [
        ("https://www.edpb.europa.eu/g1_de.pdf", "01.03.2023 - G1"),
        ("https://www.edpb.europa.eu/g2_de.pdf", "02.03.2023 - G2"),
    ]


def test_the_menu_names_sections_nobody_listed() -> None:
    """Pages of the site that the description does not know; imprint and the like are none."""
    menu = "<li><a href='/gutachten.html#a'>Gutachten</a></li><li><a href='beschluesse-dsk.html'>Beschlüsse</a></li>"
    menu += "<li><a href='https://www.edpb.europa.eu/x.html'>EDSA</a></li><li><a href='kontakt.html'>Kontakt</a></li>"

    assert [(one.url, one.text) for one in read(page(item("/media/oh/a.pdf", "A"), menu=menu)).menu] == [
        (SITE + "/gutachten.html", "Gutachten")
    ]


def test_umlauts_need_no_charset() -> None:
    """DSK sends UTF-8 without saying so."""
    body = page(item("/media/oh/vü.pdf", "<b>März 2026</b> - Überwachung"))
    listing = read_section(body, url=URL, section=GUIDES, source=load_source("dsk"), content_type="text/html")

    assert listing.items[0].label == "März 2026 - Überwachung"
    assert listing.items[0].document_id == "dsk-oh-vue"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            "<html><head><title>Fehler 404</title></head><body><h1>Nicht gefunden</h1><a href='/media/oh/a.pdf'>A</a></body></html>",
            NotTheDocument,
        ),
        ("<html><body><h1>Seite nicht gefunden</h1></body></html>", NotTheDocument),
        ("<html><body><h1>Protokolle</h1><p>Wird neu gestaltet.</p></body></html>", EmptyListing),
        ('<html><body><ul class="thumbnail_list"></ul></body></html>', EmptyListing),
        ("<html><body><ul class='thumbnail_list'><li class='thumbnail'><a href='/media/oh/a.pdf'>A</a>", MissingPart),
        ("", ReadingError),
        ("<html>" + "<ul><li class='thumbnail'>" * 30_000, ReadingError),
    ],
)
def test_what_is_no_section_has_a_named_error(body: str, error: type[ReadingError]) -> None:
    """A missing section is noted, changed markup is an alarm, a page cut off would lose documents."""
    with pytest.raises(error):
        read(body.encode())


def test_a_large_page_is_read() -> None:
    """Two thousand entries and a megabyte of text."""
    inner = "".join(item(f"/media/oh/{n}.pdf", f"<b>Mai 2026</b> - {n}") for n in range(2000)) + "<p>" + "x " * 500_000

    assert len(read(page(inner)).items) == 2000


def test_a_form_feed_in_an_address_spoils_no_page() -> None:
    """It is white space around an address, and percent-encoded inside, as in browsers."""
    found = read(page(YEAR + item("\f/media/oh/a\fb.pdf", "<b>Mai 2026</b> - A")))

    assert [one.url for one in found.items] == [f"{SITE}/media/oh/a%0Cb.pdf"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 1500), st.integers(0, 1500))
def test_damaged_pages_raise_named_errors_only(noise: bytes, start: int, length: int) -> None:
    """Whatever bytes are put into a page, every item has an id and an address of the site."""
    whole = page(YEAR + item("/media/oh/a.pdf", "<b>Mai 2026</b> - A", "<a href='/media/oh/b.pdf'>Anhang</a>"))
    try:
        listing = read(whole[:start] + noise + whole[start + length :])
    except ReadingError:
        return

    assert all(one.document_id.startswith("dsk-") and one.url.startswith(SITE) for one in listing.items)


NUMBERED = [
    ("<span>21</span><span>Fotos im Verein</span>", "21", "Fotos im Verein", None),
    ("<b>8</b> – Fotos im Verein <em>in Überarbeitung</em>", "8", "Fotos im Verein", "in Überarbeitung"),
    (
        "<div>8</div><div>24 Stunden Video</div><div>(wird überarbeitet)</div>",
        "8",
        "24 Stunden Video",
        "wird überarbeitet",
    ),
    ("21 – Fotos im Verein", "21", "Fotos im Verein", None),
    ("21: Fotos im Verein", "21", "Fotos im Verein", None),
    ("Kurzpapier 21 – Fotos im Verein", "21", "Fotos im Verein", None),
    ("Kurzpapier <strong>Nr. 21</strong> Fotos im Verein", "Nr. 21", "Fotos im Verein", None),
    ("21 Fotos im Verein", "21", "Fotos im Verein", None),
    ("24 Stunden Video", None, "24 Stunden Video", None),
    ("<span>Fotos</span> <span>21</span>", None, "Fotos 21", None),
    (
        "21: Fotos im Verein (befindet sich derzeit in Überarbeitung)",
        "21",
        "Fotos im Verein",
        "befindet sich derzeit in Überarbeitung",
    ),
    ("21: Überarbeitung von Fotos (Entwurf)", "21", "Überarbeitung von Fotos (Entwurf)", None),
]
BESIDE = [
    "<table><tr><td>21</td><td>{}</td></tr></table>",
    "<table><tr><td>21.</td><td>{}</td><td>in Überarbeitung</td></tr></table>",
    "<ul><li>21 – {}</li></ul>",
    "<p><b>21</b> {}</p>",
    "<div><div>21</div><div>{}</div><div>in Überarbeitung</div></div>",
    "<dl><dt>Nr. 21</dt><dd>{}</dd></dl>",
]


@pytest.mark.parametrize("entry", BESIDE)
def test_the_number_of_a_kurzpapier_can_stand_beside_its_link(entry: str) -> None:
    link = '<a href="../media/kp/dsk_kpnr_21.pdf">Fotos im Verein</a>'
    [one] = read(page("", after=entry.format(link)), section=PAPERS).items

    assert (one.number_text or "").removeprefix("Nr. ") == "21"
    assert one.title_text == "Fotos im Verein"
    assert one.status == ("in Überarbeitung" if "Überarbeitung" in entry else None)


@pytest.mark.parametrize(("label", "number", "title", "status"), NUMBERED)
def test_the_number_of_a_kurzpapier_is_a_node_or_stands_before_a_dash(
    label: str, number: str | None, title: str, status: str | None
) -> None:
    """Whatever the element; without a dash it is the number if the file's name has the same one."""
    markup = f'<p><a href="../media/kp/dsk_kpnr_21.pdf">{label}</a></p>'
    [one] = read(page("", after=markup), section=PAPERS).items

    assert (one.number_text, one.title_text, one.status) == (number, title, status)
