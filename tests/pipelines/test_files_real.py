"""The real guidance paper of 41 pages, where ``CORPUS`` names the folder of the real texts."""

from __future__ import annotations

import re
import shutil
import subprocess

import pypdfium2
import pytest
from pypdfium2 import raw
from real_texts import CORPUS, needs_corpus

from pipelines.files import FileText
from pipelines.files.file_worker import FileWorker
from pipelines.files.reader import read_file

PAPER = CORPUS / "dsk" / "20200903_oh_vue_dsk.pdf"
SAMPLED = 20

pytestmark = needs_corpus


@pytest.fixture(scope="module")
def paper() -> FileText:
    with FileWorker() as worker:
        return read_file(PAPER.read_bytes(), file_name=PAPER.name, worker=worker, use_ocr=False)


def test_every_page_is_there_without_problems(paper):
    assert paper.page_count == len(paper.pages) == 41
    assert paper.problems == ()
    assert {page.method for page in paper.pages} == {"pdf"}


def test_page_numbers_are_gone_from_every_page(paper):
    """The paper prints its page number at the foot of page 2 and on; the extractor gives it as a line."""
    printed = [page for page in paper.pages if str(page.number) in page.verbatim.split("\n")]

    assert len(printed) >= 39
    for page in paper.pages:
        assert str(page.number) not in page.text.split("\n")


def test_no_line_repeats_on_a_fifth_of_the_pages(paper):
    lines = [line for page in paper.pages for line in set(re.split(r"\n+", page.text)) if len(line) > 3]

    assert max(map(lines.count, set(lines))) <= 41 // 5


def test_no_word_is_left_divided(paper):
    """Nothing like "personen- bezogen" or "Privat\\nrechts" stays; hanging hyphens before "und" do."""
    for page in paper.pages:
        assert not re.search(r"[a-zäöü]-\s(?!und|oder|bzw|sowie|wie)[a-zäöü]{2}", page.text[:-40])


def test_sampled_phrases_are_found_on_their_page(paper):
    """Twenty phrases of six words, picked by offsets from what an independent extractor gives."""
    for number, phrase in independent_phrases():
        assert phrase in " ".join(paper.pages[number - 1].text.split()), f"page {number}"


def independent_phrases() -> list[tuple[int, str]]:
    phrases = [(number, phrase_of(printed_page(number))) for number in range(4, 42)]
    found = [(number, phrase) for number, phrase in phrases if phrase]
    step = len(found) / SAMPLED

    assert len(found) >= SAMPLED
    return [found[int(index * step)] for index in range(SAMPLED)]


def printed_page(number: int) -> str:
    if shutil.which("pdftotext"):
        command = ["pdftotext", "-f", str(number), "-l", str(number), str(PAPER), "-"]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return extracted(number)


def phrase_of(page: str) -> str:
    """Six words within one printed line, from the middle of the page on, without hyphen or digit."""
    lines = page.splitlines()
    for line in lines[len(lines) // 3 :]:
        words = line.split()
        if len(words) >= 8 and not re.search(r"[\d\ufffe\x02]|-$|\.\.", line):
            return " ".join(words[1:7])
    return ""


def test_created_date_and_links_are_read(paper):
    assert paper.metadata.created is not None
    assert paper.metadata.created.startswith("D:20200821")
    assert any(link.url.endswith("dsk_kpnr_20.pdf") for link in paper.links)


def small_digits(number: int) -> list[str]:
    """The runs of digits in letters of the size of marks, by what pdfium says of each character."""
    textpage = pypdfium2.PdfDocument(PAPER)[number - 1].get_textpage()
    count = textpage.count_chars()
    text = textpage.get_text_range(0, count)
    sizes = [raw.FPDFText_GetFontSize(textpage.raw, index) for index in range(count)]

    assert len(text) == count
    is_mark = "".join(
        letter if letter.isdigit() and size < 9 else " " for letter, size in zip(text, sizes, strict=True)
    )
    return is_mark.split()


def test_every_mark_and_every_number_of_a_note_stands_apart(paper):
    """No digit in small letters is part of a word or number, and none is lost: each note has its mark."""
    printed = {page.number: small_digits(page.number) for page in paper.pages}

    assert sum(map(len, printed.values())) >= 140
    for page in paper.pages:
        written = re.findall(r"\[(\d+)\]", page.text)
        assert set(written) >= set(printed[page.number]), f"page {page.number}"
        assert not re.search(r"\][\w§]", page.text), f"page {page.number}"

    whole = [number for page in paper.pages for number in re.findall(r"\[(\d+)\]", page.text)]
    assert {number: whole.count(number) for number in whole} == {str(n): 2 for n in range(1, 76)}


def test_every_address_that_a_link_leads_to_stands_in_the_text_as_printed(paper):
    targets = {(link.page, link.url) for link in paper.links if link.url.startswith("http")}
    texts = {page.number: page.text for page in paper.pages}

    assert len({url for _, url in targets}) >= 9
    for number, url in targets:
        assert re.search(rf"(?<!\S){re.escape(url)}(?=[.,)]?(?:\s|$))", texts[number]), url


@pytest.mark.parametrize("words", ["Leitlinie 03/2019", "Drohnen"])
def test_words_with_marks_are_found_on_every_page_that_prints_them(words, paper):
    """As a whole word in what is searched, wherever the page prints the letters, with a mark behind or not."""
    pattern = re.compile(rf"{words.replace(' ', chr(92) + 's+')}(?![a-zäöüß])")
    pages = [page for page in paper.pages if pattern.search(extracted(page.number))]

    assert pages
    for page in pages:
        assert re.search(rf"\b{words}\b", " ".join(page.text.split())), f"page {page.number}"


def extracted(number: int) -> str:
    return str(pypdfium2.PdfDocument(PAPER)[number - 1].get_textpage().get_text_range())
