"""Form values and typed notes are text of their page; what cannot be seen is left out and counted."""

import io
import re

import pytest
from reportlab.lib.colors import white, yellow
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from pipelines.files.reader import read_file
from pipelines.mending import is_word

FIRST, SECOND = "Das Amt führt ein Verzeichnis der Karten.", "Es liegt bei der Leitung zur Einsicht aus."


def drawn(paint) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 11)
    paint(canvas)
    canvas.save()
    return stream.getvalue()


def two_lines(canvas: Canvas) -> None:
    canvas.drawString(70, 760, FIRST)
    canvas.drawString(70, 745, SECOND)


def covered(canvas: Canvas) -> None:
    two_lines(canvas)
    canvas.drawString(70, 700, "Name der Person: Ottilie Tangmann")
    canvas.setFillColor(white)
    canvas.rect(60, 695, 300, 18, stroke=0, fill=1)


def outside(canvas: Canvas) -> None:
    two_lines(canvas)
    canvas.drawString(700, 760, "Randnotiz der Setzerei")


@pytest.mark.parametrize(("paint", "word"), [(covered, "Tangmann"), (outside, "Setzerei")])
def test_text_that_cannot_be_seen_is_left_out_and_named_without_its_words(paint, word):
    read = read_file(drawn(paint))

    assert read.pages[0].text.split() == f"{FIRST} {SECOND}".split()
    assert word not in read.pages[0].verbatim
    assert [problem.kind for problem in read.problems] == ["hidden_text"]
    assert word not in read.problems[0].detail


def barred(canvas: Canvas) -> None:
    two_lines(canvas)
    canvas.drawString(70, 700, "Gemeldet von Ottilie Tangmann am Kai")
    canvas.rect(70 + canvas.stringWidth("Gemeldet von "), 697, canvas.stringWidth("Ottilie Tangmann"), 12, fill=1)


def test_a_bar_over_a_part_of_a_line_hides_that_part_alone():
    read = read_file(drawn(barred))

    assert "Gemeldet von am Kai" in " ".join(read.pages[0].text.split())
    assert "Tangmann" not in read.pages[0].verbatim
    assert [problem.kind for problem in read.problems] == ["hidden_text"]


def struck(canvas: Canvas) -> None:
    two_lines(canvas)
    canvas.rect(70, 758, 120, 1, fill=1)
    canvas.rect(70 + canvas.stringWidth("Es "), 735, 3, 20, fill=1)


def shaded(canvas: Canvas) -> None:
    canvas.setFillColor(yellow)
    canvas.rect(60, 740, 400, 40, stroke=0, fill=1)
    canvas.setFillColor("black")
    two_lines(canvas)


def framed(canvas: Canvas) -> None:
    two_lines(canvas)
    canvas.rect(60, 740, 400, 40, stroke=1, fill=0)


def marked(canvas: Canvas) -> None:
    two_lines(canvas)
    canvas.setFillColorRGB(1, 1, 0, alpha=0.4)
    canvas.rect(60, 740, 400, 40, stroke=0, fill=1)


@pytest.mark.parametrize("paint", [shaded, framed, marked, struck])
def test_boxes_behind_around_and_shining_through_hide_nothing(paint):
    read = read_file(drawn(paint))

    assert read.pages[0].text.split() == f"{FIRST} {SECOND}".split()
    assert read.problems == ()


def form(canvas: Canvas) -> None:
    two_lines(canvas)
    canvas.drawString(70, 700, "Zweck:")
    canvas.acroForm.textfield(name="zweck", value="Pflege der Deichkarten", x=120, y=695, width=200, height=18)
    canvas.acroForm.choice(
        name="frist", value="zwei Jahre", options=["ein Jahr", "zwei Jahre"], x=120, y=660, width=200, height=18
    )
    canvas.acroForm.checkbox(name="ja", checked=True, x=120, y=630)


def test_values_of_form_fields_stand_beside_their_labels():
    text = read_file(drawn(form)).pages[0].text

    assert "Zweck: Pflege der Deichkarten" in text
    assert "zwei Jahre" in text
    assert "ein Jahr" not in text


def note(canvas: Canvas) -> None:
    two_lines(canvas)
    canvas.freeTextAnnotation(
        "Nachtrag: Es gilt die neue Karte.", "0 g /Helv 10 Tf", Rect=(70, 600, 400, 620), relative=0
    )


def test_a_text_typed_onto_the_page_is_text():
    assert "Nachtrag: Es gilt die neue Karte." in read_file(drawn(note)).pages[0].text


def spaced(canvas: Canvas) -> None:
    two_lines(canvas)
    text = canvas.beginText(70, 700)
    text.setCharSpace(3.2)
    text.textOut("MERKBLATT ZUM DEICH")
    canvas.drawText(text)
    canvas.drawString(70, 670, "Die Reihen a b c d e stehen im Anhang.")


def test_letter_spaced_words_are_words_and_letters_in_order_stay():
    text = read_file(drawn(spaced)).pages[0].text

    assert "MERKBLATT ZUM DEICH" in text
    assert "Reihen a b c d e stehen" in text


def test_an_outline_gives_sections():
    def paint(canvas: Canvas) -> None:
        two_lines(canvas)
        canvas.bookmarkPage("eins")
        canvas.addOutlineEntry("1 Anlass", "eins", level=0)
        canvas.showPage()
        canvas.drawString(70, 760, FIRST)
        canvas.bookmarkPage("zwei")
        canvas.addOutlineEntry("1.1 Karten", "zwei", level=1)

    sections = read_file(drawn(paint)).sections

    assert [(one.page, one.level, one.title) for one in sections] == [(1, 1, "1 Anlass"), (2, 2, "1.1 Karten")]


def numbered(canvas: Canvas) -> None:
    for row in range(6):
        canvas.drawString(40, 760 - 15 * row, str(row + 7))
        canvas.drawString(70, 760 - 15 * row, f"{FIRST[:-1]} von {1900 + row} und")


def listed(canvas: Canvas) -> None:
    canvas.drawString(70, 775, "Die Karten liegen in dieser Reihe im Schrank des Amtes aus und")
    for row in range(6):
        canvas.drawString(70, 760 - 15 * row, f"{row + 7} Karten aus dem Jahr {1900 + row} und")


def test_numbers_that_count_lines_in_the_margin_are_no_text():
    text = read_file(drawn(numbered)).pages[0].text

    assert text.startswith("Das Amt führt ein Verzeichnis der Karten von 1900 und Das Amt")


def test_numbers_at_the_left_edge_of_the_text_stay():
    text = read_file(drawn(listed)).pages[0].text

    assert "7 Karten aus dem Jahr 1900" in text
    assert "12 Karten aus dem Jahr 1905" in text


def numbered_behind_a_mark(canvas: Canvas) -> None:
    """A line whose number is drawn behind its mark, and so given at its end."""
    numbered(canvas)
    canvas.drawString(70, 670, "Die Karten liegen aus")
    canvas.setFont("Helvetica", 7)
    canvas.drawString(176, 674, "25")
    canvas.setFont("Helvetica", 11)
    canvas.drawString(40, 670, "13")
    canvas.drawString(40, 655, "14")
    canvas.drawString(70, 655, "und werden verwahrt.")


def test_a_line_number_drawn_behind_its_line_is_no_text():
    text = read_file(drawn(numbered_behind_a_mark)).pages[0].text

    assert "Die Karten liegen aus[25]" in text
    assert not re.search("1[0-4]", text.replace("190", ""))


def dotted_as_in_tex(canvas: Canvas) -> None:
    """Letters with the dots as a sign of their own, drawn before the letter and somewhat apart."""
    x = 70.0
    for part in ("Das Amt pr", "\xa8u", "ft die B", "\xa8o", "den der W", "\xa8a", "lder."):
        if part[0] == "\xa8":
            under = canvas.stringWidth(part[1], "Helvetica", 11)
            canvas.drawString(x + (under - canvas.stringWidth("\xa8", "Helvetica", 11)) / 2, 760, "\xa8")
            part = part[1]
        canvas.drawString(x, 760, part)
        x += canvas.stringWidth(part, "Helvetica", 11)
    canvas.drawString(70, 745, "Das Zeichen \xa8 allein bleibt stehen.")


def dotted_at_last(canvas: Canvas) -> None:
    """The dots of a line are drawn when its letters stand, as some files have them."""
    line = "Vertrage uber die Verfugung mussen vor dem Prufer liegen."
    canvas.drawString(70, 760, line)
    for at in (5, 9, 22, 29, 45):
        middle = 70 + canvas.stringWidth(line[:at]) + canvas.stringWidth(line[at]) / 2
        canvas.drawString(middle - canvas.stringWidth("\xa8") / 2, 760, "\xa8")
    canvas.drawString(70, 745, "Unter ihnen steht eine Ruge ohne Punkte.")


def test_dots_behind_their_line_belong_to_the_letters_under_them():
    text = read_file(drawn(dotted_at_last)).pages[0].verbatim

    assert "Verträge über die Verfügung müssen vor dem Prüfer liegen." in text
    assert "eine Ruge ohne Punkte" in text


def test_dots_set_as_signs_of_their_own_belong_to_the_letters_under_them():
    text = read_file(drawn(dotted_as_in_tex)).pages[0].text

    assert "Das Amt prüft die Böden der Wälder." in text
    assert "Das Zeichen \xa8 allein bleibt stehen." in text


def test_a_soft_hyphen_that_is_printed_within_a_line_is_a_hyphen():
    """Some distilled files name every hyphen so; one without a glyph stays no text."""
    text = read_file(drawn(lambda canvas: canvas.drawString(70, 760, "eine Ad\xadhoc\xadKarte"))).pages[0].text

    assert text == "eine Ad-hoc-Karte"


def test_a_letter_spaced_heading_is_closed_up_with_its_number():
    """Its number, and a word divided at the line's end, belong to it."""

    def paint(canvas: Canvas) -> None:
        canvas.drawString(70, 760, "3 .   A u f s i c h t   u n d   M o o r -")
        canvas.drawString(70, 744, "k a t a s t e r   i m   A m t")

    assert read_file(drawn(paint), is_word=is_word).pages[0].text == "3. Aufsicht und Moorkataster im Amt"
