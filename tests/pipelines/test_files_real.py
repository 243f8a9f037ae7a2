"""The real guidance paper of 41 pages, where ``CORPUS`` names the folder of the real texts."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from real_texts import CORPUS, needs_corpus

from pipelines.files.file_worker import FileWorker
from pipelines.files.reader import read_file
from pipelines.files.records import FileText

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
    import pypdfium2

    page = pypdfium2.PdfDocument(PAPER)[number - 1]
    return str(page.get_textpage().get_text_bounded())


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
