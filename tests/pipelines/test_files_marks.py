"""Raised marks, exponents and lowered digits in PDFs: kept apart from the words and numbers before them."""

import io

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from pipelines.files.characters import Written
from pipelines.files.reader import read_file


def drawn(*lines: list[tuple[str, float, float]]) -> bytes:
    """A page of lines; each is a list of text, size and rise, set one behind the other."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    for number, line in enumerate(lines):
        text = canvas.beginText(70, 760 - 16 * number)
        for piece, size, rise in line:
            text.setFont("Helvetica", size)
            text.setRise(rise)
            text.textOut(piece)
        canvas.drawText(text)
    canvas.save()
    return stream.getvalue()


MARKED = {
    "behind a word": (("Moorkataster", 11, 0), ("7", 6.6, 4), (" liegt aus.", 11, 0), "Moorkataster[7] liegt aus."),
    "behind a number": (("Nr. 12", 11, 0), ("34", 6.6, 4), (" gilt weiter.", 11, 0), "Nr. 12[34] gilt weiter."),
    "as large as the text": (("im Jahr 2016", 11, 0), ("5", 11, 5), (" galt es.", 11, 0), "im Jahr 2016[5] galt es."),
    "two with a blank between": (
        ("So steht es geschrieben.", 11, 0),
        ("7 8", 6.6, 4),
        (" Weiter.", 11, 0),
        "geschrieben.[7][8] Weiter.",
    ),
    "at both ends of a line": (
        ("8", 7, 2.2),
        (" heißt auf der Karte Nr. 4", 11, 0),
        ("9", 6.6, 4),
        "[8] heißt auf der Karte Nr. 4[9]",
    ),
    "lowered digits": (("Die N", 11, 0), ("2", 7, -2), ("O-Messung ruht.", 11, 0), "Die N₂O-Messung ruht."),
    "a unit": (("auf 30 m", 11, 0), ("2", 7, 4), (" Fläche", 11, 0), "auf 30 m² Fläche"),
    "a power": (("etwa 4 · 10", 11, 0), ("6", 7, 4), (" Zeilen", 11, 0), "etwa 4 · 10⁶ Zeilen"),
    "a small number on the line stays": (("Blatt ", 11, 0), ("12", 8, 0), (" der Akte", 11, 0), "Blatt 12 der Akte"),
}


@pytest.mark.parametrize("name", MARKED)
def test_raised_and_lowered_digits_are_written_apart(name):
    *line, said = MARKED[name]
    rest = [("Die Stelle führt das Verzeichnis der Karten und legt es vor.", 11, 0)]
    read = read_file(drawn(line, rest)).pages[0]

    assert said in read.text
    assert said in " ".join(read.verbatim.split())


def test_the_number_of_a_note_stands_before_its_text():
    note = [("3", 5.5, 3), ("Siehe die Karte von 1911.", 9, 0)]
    read = read_file(drawn([("Torf", 11, 0), ("3", 6, 4), (" wird gestochen.", 11, 0)], note)).pages[0]

    assert "Torf[3] wird gestochen." in read.text
    assert "[3] Siehe die Karte von 1911." in read.text


def shifted(text: str) -> tuple[str, list[int]]:
    """The text without its signs, and where digits were raised (``^…^``) in it."""
    plain, places = "", []
    for at, part in enumerate(text.split("^")):
        if at % 2:
            places += [len(plain), len(plain) + len(part), 1]
        plain += part
    return plain, places


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("liegt vor.^1415^ Dann\n^14^Siehe\n^15^Vgl.", "liegt vor.[14][15] Dann\n[14] Siehe\n[15] Vgl."),
        ("liegt vor.^12^ Dann\n^12^Siehe", "liegt vor.[12] Dann\n[12] Siehe"),
        ("unter 10^9^ Prozent\n^9^Vgl.", "unter 10[9] Prozent\n[9] Vgl."),
        ("mit 2^128^ Werten.^7^ Und\n^7^Vgl.\n^8^Vgl.", "mit 2¹²⁸ Werten.[7] Und\n[7] Vgl.\n[8] Vgl."),
        ("das Amt^12^ setzt\n", "das Amt[12] setzt\n"),
        ("rund 10^5^ Zeilen", "rund 10⁵ Zeilen"),
        ("auf 40 m^24^ Wiese\n^4^Vgl.", "auf 40 m²[4] Wiese\n[4] Vgl."),
        ("Heft 110^3^ nennt", "Heft 110[3] nennt"),
        ("im Register[^3^] steht", "im Register[3] steht"),
    ],
)
def test_what_a_raised_number_is_shows_in_the_notes_and_the_text_before_it(text, said):
    assert Written(*shifted(text)).text == said
