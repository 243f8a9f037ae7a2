"""What is printed is read: marks apart, exponents whole, numbers of lists, tables, pictures; and nothing around it."""

from __future__ import annotations

import pytest

from crawler.items import PageText
from crawler.pages.release import read_release
from crawler.pages.soup import decode
from crawler.sources import load_source

URL = "https://www.datenschutz-mv.de/presse/?id=7&processor=processor.sa.pressemitteilung"
META = '<div class="teaser_meta">Nr.20260304 | <span class="dtstart">04.03.2026</span> | DSMV</div>'


def read(inner: str, *, meta: str = META, frame: str = '<div class="absatz">{}</div>') -> PageText:
    body = f"""<html><body><main id="main"><div class="element_holder">
      <div class="dvz-contenttype-pagetitle"><h1>Neues aus der Aufsicht</h1></div>
      <div class="dvz-contenttype-presseserviceassistent">{meta}{frame.format(inner)}</div>
      </div></main></body></html>"""
    return read_release(
        body.encode(),
        url=URL,
        document_id="dsmv-7",
        content_type="text/html; charset=utf-8",
        source=load_source("dsmv"),
    )


def text(inner: str) -> str:
    return "\n".join(read(inner).paragraphs)


MARKS = [
    ("Das Melderegister<sup>3</sup> bleibt.", "Das Melderegister[3] bleibt."),
    ("Das Melderegister³ bleibt.", "Das Melderegister[3] bleibt."),
    ("Das Melderegister[3] bleibt.", "Das Melderegister[3] bleibt."),
    ("Das <b>Melderegister</b>³ bleibt.", "Das Melderegister[3] bleibt."),
    ("Das Register<sup>[4]</sup> und die Akte<sup>5)</sup>.", "Das Register[4] und die Akte[5]."),
    (
        "Das Amt<a href='#n6'><sup>6</sup></a> und der Kreis<sup><a href='#n7'>7</a></sup>.",
        "Das Amt[6] und der Kreis[7].",
    ),
    ("Das Amt<a href='#n6'>6</a> antwortet.", "Das Amt[6] antwortet."),
    ("Seite <a href='#s2'>2</a> von 3", "Seite 2 von 3"),
    ("Es gab 20<sup>2</sup> Anfragen und 1.480⁴ Anrufe.", "Es gab 20[2] Anfragen und 1.480[4] Anrufe."),
    ("Nach § 10<sup>3</sup> LDSG und Nr. 2⁹ der Anlage", "Nach § 10[3] LDSG und Nr. 2[9] der Anlage"),
    ("am 3. April 2019<sup>8</sup>", "am 3. April 2019[8]"),
    ("zwei Quellen<sup>8,9</sup> und drei<sup>1</sup><sup>,</sup><sup>2</sup>", "zwei Quellen[8,9] und drei[1,2]"),
    ("Prüfplan<span style='vertical-align:super'>2</span> gilt", "Prüfplan[2] gilt"),
    ("<sup>2</sup>Vergleiche dort.", "[2] Vergleiche dort."),
    ("² Vergleiche dort.", "[2] Vergleiche dort."),
    ("40 m<sup>2</sup>, 7 km², 2 kg/m<sup>3</sup>", "40 m², 7 km², 2 kg/m³"),
    ("2<sup>128</sup> Schlüssel, 10⁹ Werte, 10<sup>-6</sup>", "2¹²⁸ Schlüssel, 10⁹ Werte, 10⁻⁶"),
    ("a² + b² = c<sup>2</sup> oder E = mc²", "a² + b² = c² oder E = mc²"),
    ("CO<sub>2</sub>, CO₂ und die ¹⁴C-Methode", "CO2, CO₂ und die ¹⁴C-Methode"),
    ("Prüfer<sup>*</sup>innen nutzen Aktomat<sup>®</sup>", "Prüfer*innen nutzen Aktomat®"),
    ("Er schrieb [sic] und [Name].", "Er schrieb [sic] und [Name]."),
    ("Das Amt<span class='footnote-ref'>1</span> und Anm.<sup>a</sup>", "Das Amt[1] und Anm.[a]"),
]


@pytest.mark.parametrize(("inner", "wanted"), MARKS)
def test_a_raised_mark_is_kept_apart_and_an_exponent_whole(inner: str, wanted: str) -> None:
    assert text(f"<p>{inner}</p>") == wanted


STRUCTURE = [
    ("<ol start=4><li>Prüfen<li value=7>Löschen</ol>", "4. Prüfen\n7. Löschen"),
    ("<ol type=I><li>Zweck<ol type=a><li>Amt<li>Kreis</ol><li>Dauer</ol>", "I. Zweck\na. Amt\nb. Kreis\nII. Dauer"),
    ("<ol style='list-style-type: lower-roman'><li>Amt<li>Kreis</ol>", "i. Amt\nii. Kreis"),
    ("<ol reversed><li>Zweiter<li>Erster</ol>", "2. Zweiter\n1. Erster"),
    ("<ol><li><p>Absatz eins</p><p>Absatz zwei</p></li></ol>", "1. Absatz eins\nAbsatz zwei"),
    ("<ul><li>Land<li>– Kreis</ul><ul style='list-style:none'><li>Ort</ul>", "• Land\n– Kreis\nOrt"),
    ("<ol><li>1. Prüfen<li>2. Löschen</ol>", "1. Prüfen\n2. Löschen"),
    (
        "<table><tr><th>Jahr<th>Amt<th>Fälle<tr><td rowspan=2>2024<td>A<td>5<tr><td>B<td>6</table>",
        "Jahr | Amt | Fälle\n2024 | A | 5\n2024 | B | 6",
    ),
    ("<table><tr><td><p>Amt</p><td><p>ja</p><p>heute</p></table>", "Amt | ja heute"),
    ("<table><tr><td><th>2023<th>2024<tr><td>Amt<td><td>7<tr><td><td><td></table>", "| 2023 | 2024\nAmt | | 7"),
    ("<table><tr><td rowspan=2 colspan=2>Kreis<td>4<tr><td>5</table>", "Kreis | 4\nKreis | 5"),
    ("Sie nannte es <q>ein <q>kleines</q> Wunder</q>.", "Sie nannte es „ein ‚kleines‘ Wunder“."),
    ("Am <del>2.</del> 3. Mai, <s>mittags</s>", "Am [gestrichen: 2.] 3. Mai, [gestrichen: mittags]"),
    ("<p>Da.</p><p style='display: none'>Weg.</p><span class='sr-only'>Leise.</span>", "Da."),
    ("<h4>Frage</h4><div class='accordion_content' style='display:none'><p>Antwort</p></div>", "Frage\nAntwort"),
    ("<div style='display:block'>Zu sehen</div>", "Zu sehen"),
    ("<details><summary>Mehr</summary><p style='display:none'>Text</p></details>", "Mehr\nText"),
    ("<pre>Zeile eins\nZeile zwei</pre>", "Zeile eins\nZeile zwei"),
]


@pytest.mark.parametrize(("inner", "wanted"), STRUCTURE)
def test_printed_structure_survives_and_hidden_text_does_not(inner: str, wanted: str) -> None:
    assert text(inner) == wanted


PICTURES = [
    (
        '<div class="absatz_image left"><a title="Der Hof" href="/b.jpg"><img alt="Der Hof" src="b.jpg"><span>Details anzeigen'
        '</span></a><span class="description">Der Hof</span><div class="hidden_description">Der Hof</div></div>'
    ),
    '<div class="absatz_image">Details anzeigenDer HofDer HofDer Hof</div>',
    '<div class="x1"><a href="/b.jpg"><img src="b.jpg"><span>Details anzeigen</span></a><span>Der Hof</span></div>',
    '<div class="x1"><div><img alt="Der Hof" src="b.jpg"></div><div>Der Hof</div></div>',
    '<figure><img src="b.jpg"><figcaption>Der Hof</figcaption></figure>',
]


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("place", ["before the meta line", "after it", "in the text"])
def test_an_image_block_never_enters_the_text(picture: str, place: str) -> None:
    """Its caption is kept as a caption, once, wherever the block stands."""
    texts = ["<p>Der Hof ist offen.</p>", "<p>Kommen Sie.</p>"]
    pieces = {
        "before the meta line": [picture, META, *texts],
        "after it": [META, picture, *texts],
        "in the text": [META, texts[0], picture, texts[1]],
    }[place]
    release = read("".join(pieces), meta="")

    assert release.paragraphs == ("Der Hof ist offen.", "Kommen Sie.")
    assert release.captions == ("Der Hof",)


@pytest.mark.parametrize(
    "sentence", ["Sie können sich Details anzeigen lassen.", "Details anzeigen zu dürfen, ist ein Recht.", "Der Hof"]
)
def test_words_of_image_blocks_in_a_sentence_stay(sentence: str) -> None:
    assert text(f"<p>{sentence}</p><p>Mehr.</p>") == f"{sentence}\nMehr."


AROUND = [
    "<p>Gedruckt am 2. Mai 2026 um 9:15 Uhr</p>",
    "<p>Stand: heute</p>",
    "<p>Diese Seite wurde am 02.05.2026 ausgedruckt.</p>".replace(".</p>", "</p>"),
    "<p><a href='/presse/?id=8'>« Vorherige Meldung: Alt</a> | <a href='/presse/?id=9'>Nächste Meldung »</a></p>",
    "<ul><li><a href='https://www.facebook.com/sharer.php?u=x'>teilen</a><li><a href='mailto:?body=x'>mailen</a></ul>",
    "<p><a href='https://bsky.app/intent/compose?text=x'>Bluesky</a></p>",
    "<p><a href='javascript:window.print()'>Drucken</a> | <a href='#oben'>Nach oben</a></p>",
    "<div class='cc-consent'><p>Hier stehen Cookies.</p></div>",
    "<div><p>Für dieses Video ist Ihre Zustimmung nötig.</p><button>Laden</button></div>",
    "<p>Diese Website verwendet Cookies.</p>",
    "<p>Diesen Beitrag teilen</p>",
    "<p>Teilen: <a href='https://t.me/share/url?url=x'>Telegram</a> <a href='https://wa.me/?text=x'>WhatsApp</a></p>",
    "<p><a href='/presse/?id=8'>Zurück</a> | <a href='/presse/?id=9'>Weiter</a></p>",
    "<div><p>Hier steht ein Platzhalter für ein Video.</p><a role='button' href='#'>Entsperren</a></div>",
    "<p>Lesedauer: 4 Minuten</p>",
    "<div id='cookieleiste'><h2>Cookies</h2><p>Nur notwendige.</p></div>",
    "<p><a href='#' onclick='window.print()'>Blatt drucken</a> <a href='mailto:?body=x'>Weitersagen</a></p>",
    "<div><p>Für diese Karte brauchen wir Ihre Einwilligung.</p><a class='btn' href='#'>Ja, zeigen</a></div>",
    "<p><a href='https://t.me/share/url?url=x'>Telegram</a> <a href='#'>Drucken</a> <a href='/presse/?id=9'>Nächster Beitrag</a></p>",
]


@pytest.mark.parametrize("around", AROUND)
def test_what_stands_around_a_text_is_no_part_of_it(around: str) -> None:
    assert text(f"<p>Der Text.</p>{around}") == "Der Text."


STAYS = [
    "Stand: 2. Mai 2026",
    "Die Behörde prüft, ob Cookies ohne Einwilligung gesetzt werden.",
    "Nächste Schritte",
    "Cookies dürfen nur mit Einwilligung gesetzt werden.",
    "<a href='/presse/?id=8'>Weiter zum Bericht</a>",
    "Mehr im <a href='#teil2'>zweiten Teil</a> und <a href='#'>hier</a>.",
    "<a href='https://www.example.org/share/bericht'>Bericht zur Datenteilung</a>",
    "Korrektur vom 3. Juni 2026: Es waren neun.",
]


@pytest.mark.parametrize("line", STAYS)
def test_what_only_looks_like_furniture_stays(line: str) -> None:
    assert len(read(f"<p>Der Text.</p><p>{line}</p>").paragraphs) == 2


@pytest.mark.parametrize(
    ("body", "content_type", "wanted"),
    [
        (
            "Ämter – ".encode() + b"gr\xfc\xdfen \x84sofort\x93, 20 \x80",
            "text/html; charset=utf-8",
            "Ämter – grüßen „sofort“, 20 €",
        ),
        ("Ämter ".encode() + b"M\xfcll", "", "Ämter Müll"),
        ("Ämter über ".encode() + "ä".encode()[:1], "", "Ämter über \ufffd"),
        (b"\xc4mter \x96 Stra\xdfe", "text/html; charset=windows-1252", "Ämter – Straße"),
        (b"f\xfcr Spa\xdf\x93", "", "für Spaß“"),
    ],
)
def test_bytes_of_another_charset_inside_a_page_are_read(body: bytes, content_type: str, wanted: str) -> None:
    assert decode(body, content_type) == wanted
