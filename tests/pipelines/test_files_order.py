"""The order of reading: turned pages, text that runs upwards, columns drawn row by row or from below."""

from __future__ import annotations

import io
import re

import pypdfium2
import pytest
from made_files import Layout, made_pdf, paragraphs
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from test_files_pdf import HEADED, similarity

from pipelines.files.file_worker import FileWorker
from pipelines.files.reader import read_file
from pipelines.mending import is_word


@pytest.fixture(scope="module")
def worker():
    with FileWorker() as worker:
        yield worker


@pytest.mark.parametrize("turns", [90, 180, 270])
@pytest.mark.parametrize("layout", [HEADED, Layout(columns=2, size=9)], ids=["one column", "two columns"])
def test_turned_pages_are_read_in_order(turns, layout, worker):
    """A page that is shown turned, with text that stands upright on it or lies on its side."""
    made = made_pdf(paragraphs(5, 20), layout)
    read = read_file(turned(made.body, turns), worker=worker)
    upright = read_file(made.body, worker=worker)

    assert [page.text for page in read.pages] == [page.text for page in upright.pages]


def turned(body: bytes, turns: int) -> bytes:
    """The same file with every page turned clockwise by so many degrees."""
    document, stream = pypdfium2.PdfDocument(body), io.BytesIO()
    for page in document:
        page.set_rotation(turns)
    document.save(stream)
    return stream.getvalue()


def test_text_that_runs_upwards_is_read_in_order(worker):
    """Drawn sideways on an upright page, as wide tables are."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    for number in range(1, 4):
        canvas.translate(A4[0], 0)
        canvas.rotate(90)
        for line in range(30):
            ending = "Wör-" if line < 29 else ("Karten.", "Akten.", "Deichen.")[number - 1]
            canvas.drawString(70, 520 - 15 * line, f"Zeile {line} auf Blatt {number} mit vielen {ending}")
        canvas.drawString(400, 15, f"Seite {number} von 3")
        canvas.showPage()
    canvas.save()
    pages = read_file(stream.getvalue(), worker=worker).pages

    for page in pages:
        assert "Seite" not in page.text
        assert re.findall(r"Zeile (\d+)", page.text) == [str(line) for line in range(30)]


ROWS = {
    "staggered": {"pitch": 13.0, "shift": 5.0},
    "with a narrow gap": {"pitch": 12.0, "shift": 6.5, "gap": 12.0},
    "three columns": {"pitch": 12.0, "shift": 4.0, "columns": 3},
    "a short last column": {"pitch": 12.0, "shift": 0.0, "last": 5},
    "under a heading and over a paragraph": {"pitch": 12.0, "shift": 0.0, "around": True},
    "from the foot of the page to its head": {"pitch": 12.0, "shift": 0.0, "upwards": True},
}


@pytest.mark.parametrize("name", ROWS)
def test_columns_drawn_in_any_order_are_read_one_after_the_other(name, worker):
    """Rows at different heights, more columns, a column that breaks off, full-width lines around them."""
    body, said = drawn_by_row(**ROWS[name])
    read = read_file(body, worker=worker).pages[0]

    assert similarity(read.text, said) >= 0.995


def drawn_by_row(
    *,
    pitch: float,
    shift: float,
    gap: float = 20.0,
    columns: int = 2,
    last: int = 36,
    around: bool = False,
    upwards: bool = False,
) -> tuple[bytes, str]:
    """A page whose columns are drawn row by row, the later columns ``shift`` points lower, and its text."""
    words = [f"wort{a}{b}" for a in "abcdefghi" for b in "klmnopqrstu"]
    width = (A4[0] - 120 - gap * (columns - 1)) / columns
    per_line = int(width // 42)
    draws, said = [], []
    if around:
        draws += [(780.0, 60.0, " ".join(words[:13])), (768.0, 60.0, " ".join(words[13:26]))]
        said += [text for _, _, text in draws]
    for column in range(columns):
        for row in range(36 if column < columns - 1 else last):
            at = (column * 36 + row) * per_line
            text = " ".join(words[(at + k) % len(words)] for k in range(per_line))
            draws.append((740.0 - pitch * row - shift * column, 60 + column * (width + gap), text))
            said.append(text)
    if around:
        foot = [(280.0, 60.0, " ".join(words[30:43])), (268.0, 60.0, " ".join(words[50:63]))]
        draws += foot
        said += [text for _, _, text in foot]
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 10)
    for y, x, text in sorted(draws, key=lambda draw: (draw[0] if upwards else -draw[0], draw[1])):
        canvas.drawString(x, y, text)
    canvas.save()
    return stream.getvalue(), " ".join(said)


def test_words_divided_in_the_cells_of_a_row_are_joined(worker):
    """Extractors give the row as one line: its cells have several lines each."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 10)
    rows = [("Pflege der Deich-", "Leitung des Wasser-", "Mai"), ("karten im Amt", "werks", "1911")]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            canvas.drawString(70 + 130 * column, 700 - 12 * row, cell)
    for row in range(8):
        canvas.drawString(
            70, 640 - 12 * row, f"Im Jahr {1911 + row} wurde das Verzeichnis der Karten und Akten ergänzt."
        )
    canvas.save()
    text = read_file(stream.getvalue(), worker=worker, is_word=is_word).pages[0].text

    assert "Pflege der Deichkarten im Amt" in text
    assert "Leitung des Wasserwerks" in text
