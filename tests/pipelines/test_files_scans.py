"""Pages without text: OCR where it is installed, a named problem where not, and a digest of what they look like."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from made_files import made_pdf, paragraphs, scanned_pdf

from pipelines.files import FileLimits, OcrPage
from pipelines.files.file_worker import FileWorker
from pipelines.files.printed import UNKNOWN, Ocr, find_ocr
from pipelines.files.reader import read_file

TEXT = "Die Aufsichtsbehörde prüft die Über-\nmittlung personenbezogener Daten.\nSchwerin, 5. Mai 2021"
needs_tesseract = pytest.mark.skipif(find_ocr({"PATH": os.environ["PATH"]}) is None, reason="no German tesseract")


@pytest.fixture(scope="module")
def worker():
    with FileWorker() as worker:
        yield worker


def test_a_scan_without_ocr_keeps_its_pages_and_names_the_problem(worker):
    read = read_file(scanned_pdf(TEXT, pages=3), worker=worker, use_ocr=False)

    assert read.page_count == 3
    assert [(page.number, page.text, page.method) for page in read.pages] == [(n, "", "none") for n in (1, 2, 3)]
    assert [met.kind for met in read.problems] == ["ocr_missing", "no_text"]
    assert "1–3" in read.problems[0].detail


@needs_tesseract
def test_a_scan_with_ocr_has_text(worker):
    read = read_file(scanned_pdf(TEXT, pages=2), worker=worker)

    assert [page.method for page in read.pages] == ["ocr", "ocr"]
    assert "Die Aufsichtsbehörde prüft die Übermittlung personenbezogener Daten." in read.pages[0].text
    assert [page.text.split()[-1] for page in read.pages] == ["1", "2"]
    assert read.problems == ()


@needs_tesseract
def test_ocr_does_not_change_what_is_hashed(worker):
    body = scanned_pdf(TEXT)

    assert read_file(body, worker=worker).content == read_file(body, worker=worker, use_ocr=False).content


def test_what_was_recognised_before_stays_where_nothing_is_installed(worker):
    """Page by page; what older versions recognised gives way to a program that can do it again."""
    kept = (OcrPage(page=1, text="Der Bescheid ist nichtig.", program="tesseract 4.1"),)
    read = read_file(scanned_pdf(TEXT, pages=2), worker=worker, use_ocr=False, kept=kept)

    assert [(page.text, page.method) for page in read.pages] == [("Der Bescheid ist nichtig.", "ocr"), ("", "none")]
    assert [met.kind for met in read.problems] == ["ocr_missing"]
    assert "Seiten" in read.problems[0].detail
    assert "tesseract-ocr-deu" in read.problems[0].detail
    assert read.ocr == kept


@pytest.mark.parametrize(("before", "text"), [("tesseract 4.1", "Alt."), (UNKNOWN, "Neu.")])
def test_a_program_reads_what_no_named_one_has_read(worker, tmp_path, before, text):
    program = script(tmp_path / "liest", "cat >/dev/null; echo Neu.")
    kept = (OcrPage(page=1, text="Alt.", program=before),)
    read = read_file(scanned_pdf(TEXT), worker=worker, ocr=Ocr(program=program), kept=kept)

    assert [one.text.strip() for one in read.ocr] == [text]
    assert [page.text for page in read.pages] == [text]


def test_ocr_can_be_switched_off_by_the_environment():
    path = os.environ["PATH"]

    assert find_ocr({"PATH": path, "AKTENKUNDIG_OCR": "aus"}) is None
    assert find_ocr({"PATH": "/nirgends"}) is None


def test_ocr_that_fails_or_takes_too_long_is_a_problem(worker, tmp_path):
    broken = script(tmp_path / "kaputt", "exit 1")
    slow = script(tmp_path / "langsam", "exec sleep 30")
    for program, limits in ((broken, FileLimits()), (slow, FileLimits(ocr_page_seconds=0.3))):
        read = read_file(scanned_pdf(TEXT), worker=worker, ocr=Ocr(program=program), limits=limits)

        assert [met.kind for met in read.problems] == ["ocr_failed", "no_text"]
        assert [page.method for page in read.pages] == ["none"]


def script(path: Path, line: str) -> str:
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_a_program_without_german_data_is_not_used(tmp_path):
    script(tmp_path / "tesseract", "echo eng")

    assert find_ocr({"PATH": str(tmp_path)}) is None


def test_a_scan_saved_again_has_the_same_digest_and_another_scan_another(worker):
    import pypdfium2

    body = scanned_pdf(TEXT, pages=2)
    again = io.BytesIO()
    pypdfium2.PdfDocument(body).save(again)
    packed = scanned_pdf(TEXT, pages=2, compressed=True)
    other = scanned_pdf(TEXT.replace("2021", "2022"), pages=2)
    one, two, three, four = (
        read_file(pdf, worker=worker, use_ocr=False).fingerprints for pdf in (body, again.getvalue(), packed, other)
    )

    assert body != again.getvalue()
    assert body != packed
    assert one == two == three
    assert one[0] != one[1]
    assert one[0] != four[0]


def test_a_page_of_text_and_an_empty_page_are_no_scans(worker):
    made = made_pdf([*paragraphs(1, 1)])
    read = read_file(made.body, worker=worker)

    assert read.fingerprints == ("",)
    assert read.problems == ()
