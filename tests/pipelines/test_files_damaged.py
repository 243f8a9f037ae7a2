"""Hostile, broken and wrongly labelled files end with text or a named problem, never with an exception."""

from __future__ import annotations

import random

import pytest
from made_files import (
    Layout,
    encrypted_pdf,
    made_odt,
    made_pdf,
    many_pages_pdf,
    nested_forms_pdf,
    paragraphs,
    zero_page_pdf,
    zipped,
)

from pipelines import tables
from pipelines.files import FileLimits
from pipelines.files.file_worker import FileWorker
from pipelines.files.reader import read_file

TORN = 100
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
HTML = b"<!DOCTYPE html>\n<html><title>Seite nicht gefunden</title></html>"


@pytest.fixture(scope="module")
def worker():
    with FileWorker() as worker:
        yield worker


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return made_pdf(paragraphs(1, 12), Layout(foot="{number}")).body


CASES = [
    (b"", "oh.pdf", "empty", "empty"),
    (b" \r\n ", "oh.pdf", "empty", "empty"),
    (encrypted_pdf(), "oh.pdf", "pdf", "encrypted"),
    (zero_page_pdf(), "oh.pdf", "pdf", "no_pages"),
    (b"%PDF-1.7\n" + b"x" * 500, "oh.pdf", "pdf", "damaged"),
    (HTML, "oh.pdf", "html", "wrong_type"),
    (HTML.replace(b"Seite", b"%PDF-Seite"), "oh.pdf", "html", "wrong_type"),
    (HTML, "", "html", "unknown_kind"),
    (OLE, "protokoll.doc", "ole", "unknown_kind"),
    (OLE, "protokoll.docx", "ole", "wrong_type"),
    (OLE + "EncryptedPackage".encode("utf-16-le"), "protokoll.docx", "ole", "encrypted"),
    (b"{\\rtf1 Hallo}", "muster.rtf", "rtf", "unknown_kind"),
    (b"\x89PNG\r\n\x1a\n" + bytes(50), "oh.pdf", "picture", "wrong_type"),
    (zipped({"a.txt": "b"}), "paket.zip", "zip", "unknown_kind"),
    (zipped({"a.txt": "b"}), "oh.pdf", "zip", "wrong_type"),
    (zipped({"a.txt": "b"})[:40], "oh.odt", "zip", "damaged"),
    (b"\x00\x01\x02" * 100, "datei", "unknown", "unknown_kind"),
]


@pytest.mark.parametrize(("body", "name", "kind", "problem"), CASES)
def test_unreadable_files_have_a_kind_and_a_named_problem(body, name, kind, problem, worker):
    read = read_file(body, file_name=name, worker=worker)

    assert read.kind == kind
    assert [met.kind for met in read.problems] == [problem]
    assert read.pages == ()


def test_zero_pages_are_told_from_a_password_whatever_was_read_before(worker):
    """pdfium gives no error of its own for a file without pages, and keeps the last one."""
    bodies = [encrypted_pdf(), zero_page_pdf(), b"%PDF-1.4 junk", zero_page_pdf()]
    kinds = [read_file(body, worker=worker).problems[0].kind for body in bodies]

    assert kinds == ["encrypted", "no_pages", "damaged", "no_pages"]


def test_a_pdf_with_another_label_is_read_and_the_label_named(pdf, worker):
    read = read_file(pdf, file_name="checkliste.odt", worker=worker)

    assert read.pages[0].text
    assert [met.kind for met in read.problems] == ["wrong_type"]
    assert read.problems[0].detail == "Die Datei heißt „checkliste.odt“, enthält aber ein PDF."


def test_a_pdf_with_rubbish_before_its_head_is_read(pdf, worker):
    read = read_file(b"<br />Warning: x\n" + pdf, file_name="oh.pdf", worker=worker)

    assert read.kind == "pdf"
    assert read.pages[0].text


def test_a_pdf_without_its_end_is_named_truncated(pdf, worker):
    end = pdf.rindex(b"startxref")
    read = read_file(pdf[:end], file_name="oh.pdf", worker=worker)

    assert [met.kind for met in read.problems] == ["truncated"]
    assert read.pages[0].text


def test_a_file_over_the_limit_is_not_opened(pdf):
    with FileWorker() as unused:
        read = read_file(pdf, file_name="oh.pdf", worker=unused, limits=FileLimits(max_bytes=1000))

        assert [met.kind for met in read.problems] == ["too_large"]
        assert unused.starts == 0


def test_a_hundred_thousand_pages_end_with_a_named_problem(worker):
    read = read_file(many_pages_pdf(100_000), worker=worker, limits=FileLimits(max_pages=200))

    assert read.page_count == 100_000
    assert len(read.pages) == 200
    assert [met.kind for met in read.problems] == ["too_many_pages"]


def test_nested_forms_cost_one_page_and_nothing_else(pdf, worker):
    limits = FileLimits(page_seconds=3, memory_bytes=400 * 1024 * 1024)
    bomb = read_file(nested_forms_pdf(9), worker=worker, limits=limits)
    fine = read_file(pdf, worker=worker)

    assert {met.kind for met in bomb.problems} <= {"crashed", "timeout", "no_text"}
    assert {met.kind for met in bomb.problems} & {"crashed", "timeout"}
    assert [page.method for page in bomb.pages] == ["none"]
    assert not bomb.complete
    assert fine.problems == ()
    assert fine.pages[0].text


def test_torn_files_end_with_text_or_a_named_problem(worker):
    """A hundred PDFs cut off or with bytes overwritten; the parent lives, and the worker serves the next file."""
    draw = random.Random(20240506)
    body = made_pdf(paragraphs(2, 8), Layout(head="DSK", foot="{number}")).body
    known = set(tables("files")["problems"])
    told = 0
    for index in range(TORN):
        read = read_file(torn(body, index, draw), file_name="oh.pdf", worker=worker)
        kinds = {met.kind for met in read.problems}
        told += bool(kinds)

        assert kinds <= known
        assert kinds or any(page.text for page in read.pages)

    assert told >= TORN // 4
    assert read_file(body, worker=worker).problems == ()


def torn(body: bytes, index: int, draw: random.Random) -> bytes:
    """Cut off at a random place, or with 1 to 64 random bytes overwritten, or with a stretch taken out."""
    at = draw.randrange(len(body))
    if index % 3 == 0:
        return body[: max(9, at)]
    if index % 3 == 1:
        mutable = bytearray(body)
        for _ in range(draw.randint(1, 64)):
            mutable[draw.randrange(9, len(mutable))] = draw.randrange(256)
        return bytes(mutable)
    return body[:at] + body[at + draw.randint(1, 500) :]


def test_odt_packages_torn_or_altered_never_raise(worker):
    draw = random.Random(5)
    body = made_odt("<text:p>Checkliste zur Videokonferenz</text:p>" * 20)
    for index in range(60):
        read = read_file(torn(body, index, draw), file_name="checkliste.odt", worker=worker)

        assert read.problems or "Checkliste" in read.pages[0].text


@pytest.mark.parametrize("noise", [b"(", b"<< ", b"\xff", b"[ ", b"obj\n", b"<p", b"\xc2\xad-\n"])
def test_a_megabyte_of_noise_behind_a_pdf_head_is_quickly_refused(noise, worker):
    body = b"%PDF-1.7\n" + noise * (1_000_000 // len(noise))
    read = read_file(body, file_name="oh.pdf", worker=worker, limits=FileLimits(file_seconds=20))

    assert {met.kind for met in read.problems} <= {"damaged", "crashed", "wrong_type"}
    assert read.problems
