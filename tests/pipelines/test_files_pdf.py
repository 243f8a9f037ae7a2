"""PDFs with known text are read page by page: similarity, heads, hyphens, columns, links, metadata."""

from __future__ import annotations

import difflib
import io
import re
from dataclasses import replace

import pypdfium2
import pytest
from made_files import Layout, linked_pdf, made_pdf, paragraphs

from pipelines.files import FileLimits, FileText
from pipelines.files.file_worker import FileWorker
from pipelines.files.reader import read_file

HEADED = Layout(head="DSK – Orientierungshilfe Löschen", foot="Seite {number} von {count}", heading="Löschen", lines=30)

SINGLE = {
    "justified": Layout(),
    "ragged": Layout(justify=False, hyphenate=False),
    "heads and feet": HEADED,
    "footnotes and table": Layout(foot="{number}", footnotes=True, table=True, lines=30),
    "chapter heads": Layout(head="{number} DSK – Kurzpapier Nr. 5", lines=40),
    "dashes": Layout(foot="– {number} –"),
    "no gaps": Layout(paragraph_gap=0, lines=46),
    "ligatures": Layout(font="Vera", size=9, ligatures=True),
}

DOUBLE = {
    "column after column": Layout(columns=2, size=9, head="Kurzpapier Nr. 5 – Seite {number}"),
    "ragged": Layout(columns=2, size=9, justify=False, hyphenate=False),
    "row by row": Layout(columns=2, size=9, by_row=True, foot="{number}"),
    "row by row, ragged": Layout(columns=2, size=9, by_row=True, justify=False, hyphenate=False),
}


@pytest.fixture(scope="module")
def worker():
    with FileWorker() as worker:
        yield worker


def similarity(one: str, other: str) -> float:
    """Character similarity from 0 to 1; white space counts as one blank."""
    one, other = (" ".join(text.split()) for text in (one, other))
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def similarities(layout: Layout, worker: FileWorker, seed: int = 5) -> list[float]:
    made = made_pdf(paragraphs(seed, 20), layout)
    read = read_file(made.body, file_name="oh.pdf", worker=worker)

    assert read.problems == ()
    assert read.page_count == len(read.pages) == len(made.pages)
    return [similarity(page.text, said) for page, said in zip(read.pages, made.pages, strict=True)]


@pytest.mark.parametrize("name", SINGLE)
def test_single_column_text_is_as_written(name, worker):
    """Character similarity of every page is at least 0.985."""
    assert min(similarities(SINGLE[name], worker)) >= 0.985


@pytest.mark.parametrize("name", DOUBLE)
def test_two_column_text_is_read_column_by_column(name, worker):
    """Character similarity of every page is at least 0.97, in whatever order the lines were drawn."""
    assert min(similarities(DOUBLE[name], worker)) >= 0.97


def read_made(layout: Layout, worker: FileWorker, seed: int = 5, count: int = 20) -> FileText:
    return read_file(made_pdf(paragraphs(seed, count), layout).body, worker=worker)


def test_running_heads_and_page_numbers_are_gone_from_text_and_stay_in_verbatim(worker):
    read = read_made(HEADED, worker)

    assert not any("Orientierungshilfe" in page.text or "Seite" in page.text for page in read.pages)
    assert all("DSK – Orientierungshilfe Löschen" in page.verbatim for page in read.pages)
    assert read.pages[1].verbatim.count(f"Seite 2 von {read.page_count}") == 1


def test_footnotes_stay_although_their_numbers_count_with_the_pages(worker):
    read = read_made(Layout(foot="{number}", footnotes=True, lines=30), worker)

    for page in read.pages:
        assert f"[{page.number}] Vgl. Tätigkeitsbericht {2000 + page.number}" in page.text


def test_page_number_of_the_second_page_of_two_is_removed(worker):
    made = made_pdf(paragraphs(3, 8), Layout(foot="{number}"))
    read = read_file(made.body, worker=worker)

    assert len(read.pages) == 2
    assert [page.text.split()[-1].isdigit() for page in read.pages] == [False, False]


def test_a_line_on_all_pages_stays_if_nothing_else_is_there(worker):
    read = read_made(Layout(head="Anlage zum Protokoll"), worker, count=0)

    assert [page.text for page in read.pages] == ["Anlage zum Protokoll"]


def test_words_divided_at_line_ends_are_whole_and_real_hyphens_stay(worker):
    text = " ".join(page.text for page in read_made(Layout(size=13, lines=36), worker).pages)
    verbatim = "\n".join(page.verbatim for page in read_made(Layout(size=13, lines=36), worker).pages)

    assert re.search(r"\w-\n[a-z]", verbatim)
    assert not re.search(r"[a-zäöüß]{2,}-[a-zäöüß]", text.replace("nicht-öffentliche", ""))
    for word in ("EU-Standardvertragsklauseln", "E-Mail-Verkehr", "Vor- und Nachteile", "DS-GVO"):
        assert word in text


def test_paragraphs_are_separated_by_an_empty_line(worker):
    made = made_pdf(paragraphs(5, 6))
    read = read_file(made.body, worker=worker)

    assert read.pages[0].text.split("\n\n") == made.pages[0].split("\n\n")


def test_word_list_decides_about_a_hyphen_at_a_line_end(worker):
    """The joined word is not known, the hyphenated one is: the hyphen stays."""
    marked = ["Offen bleibt für uns alle die Frage der plattform|unabhängigen Technik."]
    body = made_pdf(marked, Layout(size=18)).body
    known = {"plattform-unabhängigen"}

    assert "plattform-\nunabhängigen" in read_file(body, worker=worker).pages[0].verbatim
    assert "plattformunabhängigen" in read_file(body, worker=worker).pages[0].text
    assert "plattform-unabhängigen" in read_file(body, worker=worker, is_word=known.__contains__).pages[0].text


def test_links_are_given_with_their_page_and_without_foreign_schemes(worker):
    addresses = ("https://www.edpb.europa.eu/a b", "mailto:info@datenschutz-mv.de", "javascript:alert(1)")
    read = read_file(linked_pdf(*addresses), worker=worker)

    assert [(link.page, link.url) for link in read.links] == [
        (1, "https://www.edpb.europa.eu/a%20b"),
        (1, "mailto:info@datenschutz-mv.de"),
    ]


def test_metadata_is_raw(worker):
    metadata = read_made(Layout(title="Kurzpapier Nr. 5"), worker).metadata

    assert metadata.title == "Kurzpapier Nr. 5"
    assert metadata.created == "D:20000101000000+00'00'"


def test_more_pages_than_the_limit_are_named_and_not_read(worker):
    made = made_pdf(paragraphs(5, 20))
    read = read_file(made.body, worker=worker, limits=FileLimits(max_pages=2))

    assert read.page_count == len(made.pages) > 2
    assert [page.number for page in read.pages] == [1, 2]
    assert [met.kind for met in read.problems] == ["too_many_pages"]
    assert read.problems[0].detail == f"Die Datei nennt {read.page_count} Seiten; gelesen wurden die ersten 2."


def test_long_pages_and_long_documents_are_cut_and_named(worker):
    made = made_pdf(paragraphs(5, 20))
    page = read_file(made.body, worker=worker, limits=FileLimits(max_page_chars=300))
    whole = read_file(made.body, worker=worker, limits=FileLimits(max_document_chars=300))

    assert {met.kind for met in (*page.problems, *whole.problems)} == {"too_long"}
    assert all(0 < len(one.verbatim) <= 330 for one in page.pages)
    assert [one.method for one in whole.pages] == ["pdf"] + ["none"] * (len(made.pages) - 1)


def test_saving_again_keeps_the_verbatim_text(worker):
    """pdfium writes the file anew: other bytes, other offsets, the same text."""
    made = made_pdf(paragraphs(5, 20), HEADED)
    again = io.BytesIO()
    pypdfium2.PdfDocument(made.body).save(again)
    one, two = (read_file(body, worker=worker) for body in (made.body, again.getvalue()))

    assert again.getvalue() != made.body
    assert one.content == two.content
    assert one.pages == two.pages


def test_another_sentence_changes_the_content(worker):
    one, two = (read_made(Layout(), worker, seed=seed) for seed in (5, 6))

    assert one.content != two.content


@pytest.mark.parametrize("head", [None, "DSK – Orientierungshilfe"])
def test_the_same_words_on_every_page_are_text_and_not_running_heads(head, worker):
    """Lines as close as lines of the text belong to it, however often they repeat; a head is set apart."""
    text = paragraphs(8, 1)
    words = len(made_pdf(text).pages[0].split())
    per_page = made_pdf(text * 3, Layout(paragraph_gap=0)).pages[0].split()
    assert per_page[:words] == per_page[words : 2 * words]

    layout = Layout(head=head, foot="{number}", paragraph_gap=0)
    lines = len(read_made_lines(text, layout, worker))
    made = made_pdf(text * 12, replace(layout, lines=lines * 4))
    read = read_file(made.body, worker=worker)

    assert len(read.pages) == 3
    assert [similarity(page.text, said) for page, said in zip(read.pages, made.pages, strict=True)] == [1.0] * 3


def read_made_lines(text: list[str], layout: Layout, worker: FileWorker) -> list[str]:
    """The printed lines of a page with this text, without head and foot."""
    verbatim = read_file(made_pdf(text, replace(layout, head=None, foot=None)).body, worker=worker).pages[0].verbatim
    return verbatim.split("\n")
