"""The pure steps from printed lines to text: hyphens, heads, paragraphs, characters, and hostile input."""

from __future__ import annotations

import pytest

from pipelines.files.characters import is_plain, plain_characters, printed_lines
from pipelines.files.lines import Line, edges_of, running_heads, whole_lines
from pipelines.files.paragraphs import Flowing, bond, join, usual_pitch
from pipelines.files.pdf_text import ocr_paragraphs
from pipelines.files.reader import claimed_kind, kind_of

HEIGHT = 842.0


def line(text: str, bottom: float, left: float = 70, height: float = 12) -> Line:
    return Line(text, left, left + 5.5 * len(text), bottom, height)


DIVIDED = [
    ("die Aufbewah-", "rungsfrist", "die Aufbewahrungsfrist"),
    ("eine EU-", "Richtlinie", "eine EU-Richtlinie"),
    ("Vor-", "und Nachteile", "Vor- und Nachteile"),
    ("Bundes-", "oder Landesrecht", "Bundes- oder Landesrecht"),
    ("Kranken-", "bzw. Pflegekasse", "Kranken- bzw. Pflegekasse"),
    ("die nicht-", "öffentliche Stelle", "die nicht-öffentliche Stelle"),
    ("IT-", "gestützt", "IT-gestützt"),
    ("per E-", "mail", "per E-mail"),
    ("EuGH C-", "311/18", "EuGH C-311/18"),
    ("(Bundes-", "behörden)", "(Bundesbehörden)"),
    ("2018-", "2020", "2018-2020"),
    ("Aufnahmen oder -", "überwachungen", "Aufnahmen oder -überwachungen"),
    ("Bund-", "schuh", "Bundschuh"),
    ("die Daten-", "undichtigkeit", "die Datenundichtigkeit"),
]


@pytest.mark.parametrize(("before", "after", "whole"), DIVIDED)
def test_a_divided_word(before, after, whole):
    assert join(["", bond(before, after)], [before, after]) == whole


def test_characters_are_normalised_cosmetically():
    assert plain_characters("Vero\u0308ﬀentlichung\u00a0im\u2009Bu\u0308ro") == "Veröffentlichung im Büro"
    assert plain_characters("a\u200bb\ud800c\x00d\uf0b7 e\u2011f") == "abcd• e-f"
    assert plain_characters("Auf\u00ad\nsicht Da\u00adten") == "Auf\x02\nsicht Daten"
    assert is_plain("Größe der Behörde\r\nin Schwerin")
    assert not is_plain("zwei  Leerzeichen")


def test_printed_lines_show_hyphens_and_drop_blank_lines():
    assert printed_lines(" Auf\x02sicht \r\n\r\n DSK\r\n") == "Auf-\nsicht\nDSK"


def heads(pages: list[list[Line]]) -> dict[int, set[int]]:
    return running_heads([edges_of(number, lines, HEIGHT) for number, lines in enumerate(pages, 1)])


def body(number: int) -> list[Line]:
    words = ("Eins", "Zwei", "Drei", "Vier", "Fünf", "Sechs", "Sieben", "Acht", "Neun", "Zehn")
    return [
        line(f"{words[number % 10]} ist die Zeile {words[n % 10]} des Textes hier", 700 - 15 * n) for n in range(38)
    ]


def test_alternating_heads_of_left_and_right_pages_are_found():
    pages = [[line("Datenschutzkonferenz" if n % 2 else "Kurzpapier Nr. 5", 800), *body(n)] for n in range(1, 11)]

    assert heads(pages) == {number: {0} for number in range(1, 11)}


def test_a_title_page_without_head_keeps_its_lines():
    pages = [body(1)] + [[*body(n), line(f"{n}", 40, left=300)] for n in range(2, 8)]

    assert heads(pages)[1] == set()
    assert all(heads(pages)[n] == {38} for n in range(2, 8))


def test_roman_page_numbers_are_found():
    pages = [[*body(n), line(roman, 40)] for n, roman in enumerate(("i", "ii", "iii", "iv", "v"), 1)]

    assert all(found == {38} for found in heads(pages).values())


def test_numbered_headings_that_do_not_count_pages_stay():
    """ "Anlage 1", "Anlage 3" … on top of some pages are headings."""
    pages = [[line(f"Anlage {number}", 780), *body(n)] for n, number in enumerate((1, 1, 2, 2, 5, 9, 10, 12), 1)]

    assert not any(heads(pages).values())


def test_a_line_in_the_middle_of_the_page_is_no_head():
    pages = [[*body(n), line("Begründung:", 400, left=300)] for n in range(1, 6)]

    assert not any(heads(pages).values())


def test_big_letters_are_a_heading():
    pages = [[line("Beschluss", 780, height=24), *body(n)] for n in range(1, 4)]

    assert not any(heads(pages).values())


def test_footnotes_with_counting_numbers_stay_and_shield_what_is_above():
    pages = [
        [*body(n), line("Nr. Maßnahme Frist", 110), line(f"{n} Vgl. Art. 5 DS-GVO, Rn. 7.", 72, height=9)]
        for n in range(1, 6)
    ]

    assert not any(heads(pages).values())


def flow(*lines: Line) -> str:
    return Flowing(lines, pitch=1.2).text()


def test_a_raised_number_that_stands_alone_becomes_a_mark_of_its_line():
    word, rest = line("aufbewahrt werden", 500), Line(". Konkrete Fälle", 175.5, 260, 500, 12)
    merged = whole_lines([word, Line("16", 169.5, 175, 505, 7), rest])

    assert [one.text for one in merged] == ["aufbewahrt werden[16]. Konkrete Fälle"]


def test_a_small_raised_number_before_a_line_is_the_number_of_a_note():
    merged = whole_lines([Line("7", 70, 74, 104, 5), Line("Vgl. dort.", 74.5, 120, 100, 9)])

    assert [one.text for one in merged] == ["[7] Vgl. dort."]


def test_lines_of_a_paragraph_are_joined_and_a_short_line_ends_it():
    text = flow(
        line("Die Datenschutzkonferenz weist auf die Pflichten der Verantwortlichen hin, die", 500),
        line("sich aus der Verordnung ergeben.", 485.6),
        line("Unberührt bleiben die Regelungen der Länder, soweit sie bereits gelten und für", 471.2),
        line("alle Behörden verbindlich sind.", 456.8),
    )

    assert text.count("\n\n") == 1
    assert "hin, die sich aus" in text


def test_address_lines_keep_their_breaks():
    text = flow(
        line("Bei Fragen wenden Sie sich bitte an die Aufsichtsbehörde des Landes, das ist in der Regel:", 530),
        line("Der Landesbeauftragte für Datenschutz", 501.2),
        line("Werderstraße 74a", 486.8),
        line("19055 Schwerin", 472.4),
    )

    assert text.split("\n\n")[1].split("\n") == [
        "Der Landesbeauftragte für Datenschutz",
        "Werderstraße 74a",
        "19055 Schwerin",
    ]


def test_another_size_of_letters_is_another_paragraph():
    assert flow(line("Zusammenfassung", 500, height=18), line("Die Konferenz hat", 480)).count("\n\n") == 1


def test_entries_of_a_table_of_contents_stay_on_lines_of_their_own():
    entries = [line("1. Zweck " + "." * 60 + " 4", 500), line("2. Rechtsgrundlage " + "." * 50 + " 5", 485.6)]

    assert flow(*entries).count("\n") == 1


def test_left_out_lines_do_not_separate_a_paragraph():
    lines = [
        line("Die Datenschutzkonferenz weist auf die Pflichten der Verantwortlichen hin, die", 500),
        line("DSK", 492),
        line("sich aus der Verordnung ergeben.", 485.6),
    ]

    assert "hin, die sich aus" in Flowing(lines, pitch=1.2).text({1})


def test_the_usual_pitch_is_that_of_running_text():
    lines = [line("Zeile", 700 - 14.4 * n) for n in range(10)] + [line("Zeile", 500 - 40 * n) for n in range(5)]

    assert usual_pitch([lines]) == pytest.approx(1.2)


def test_kinds_and_claims():
    assert kind_of(b"PK\x03\x04rest") == "zip"
    assert kind_of(b"x" * 1100 + b"%PDF-1.4") == "text"
    assert claimed_kind("application/pdf; charset=x", "") == "pdf"
    assert claimed_kind("application/pdf", "checkliste.odt") == "odt"
    assert claimed_kind("", "20200903_oh_vü_dsk") is None


MEGABYTE = 1_000_000
HOSTILE = ["a-\n", " \t\n", "\u00ad", "\x02", ".", ". ", "1", "-", "(a) ", "\u0308", "\ud800", "Seite 1 von ", "\n"]


@pytest.mark.parametrize("noise", HOSTILE)
def test_a_megabyte_of_anything_is_read(noise):
    text = noise * (MEGABYTE // len(noise))
    lines_read = printed_lines(plain_characters(text))
    ocr_paragraphs(text)
    bond(text, text)
    pieces = text.split("\n")[:50_000]
    lines = [line(piece, 800 - 0.01 * index) for index, piece in enumerate(pieces)]
    Flowing(whole_lines(lines), pitch=1.2).text()
    running_heads([edges_of(number, lines, HEIGHT) for number in (1, 2)])

    assert len(lines_read) <= 2 * len(text)
    assert kind_of(text.encode("utf-8", "replace")) in ("text", "unknown", "empty")


def test_letters_of_a_ligature_with_turned_bytes_are_read():
    """Some distilled files give the two bytes of each letter of a ligature in the wrong order."""
    assert plain_characters("die Wirtscha\u6600\u7400 betre\u6600\u6600en") == "die Wirtschaft betreffen"
    assert plain_characters("ein 昀 allein, 日昀琀本 bleibt") == "ein 昀 allein, 日昀琀本 bleibt"
