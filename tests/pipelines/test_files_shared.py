"""Long PDFs are read by two workers, each one half; what comes of it is what one worker would have given."""

from __future__ import annotations

import os
import signal

import pytest
from made_files import Layout, made_pdf, paragraphs

from pipelines.files import FileLimits, printed
from pipelines.files.file_worker import FileWorker
from pipelines.files.reader import read_file

MADE = made_pdf(paragraphs(4, 90), Layout(head="DSK – Leitfaden", foot="Seite {number} von {count}", lines=20))
LONG = MADE.body


@pytest.fixture
def two(monkeypatch):
    """A worker on a machine with two processors."""
    monkeypatch.setattr(printed, "_processors", lambda: 2)
    with FileWorker() as worker:
        yield worker


def alone(monkeypatch, body, limits=None):
    """The file as read by one worker on a machine with one processor."""
    monkeypatch.setattr(printed, "_processors", lambda: 1)
    with FileWorker() as worker:
        read = read_file(body, worker=worker, limits=limits)
        assert len(worker.pids) < 2
    return read


@pytest.mark.parametrize(
    "limits",
    [
        FileLimits(),
        FileLimits(max_pages=19),
        FileLimits(max_page_chars=500),
        FileLimits(max_document_chars=9_000),
        FileLimits(max_document_chars=22_000),
    ],
    ids=["all", "pages", "characters of a page", "first half too long", "second half too long"],
)
def test_two_workers_read_what_one_reads(limits, two, monkeypatch):
    """Pages, running heads, problems and fingerprints are the same, also at every limit."""
    shared = read_file(LONG, worker=two, limits=limits)

    assert len(MADE.pages) > 2 * printed.SHARE_FROM - 8
    assert two.partner.starts == 1
    assert shared == alone(monkeypatch, LONG, limits)


def test_short_files_start_no_second_process(two):
    read = read_file(made_pdf(paragraphs(4, 10)).body, worker=two)

    assert 1 < len(read.pages) < printed.SHARE_FROM
    assert len(two.pids) == 1


def test_a_partner_that_dies_is_replaced(two, monkeypatch):
    """Its pages are read all the same, and closing ends both."""
    read_file(LONG, worker=two)
    os.kill(two.partner.pid, signal.SIGKILL)
    again = read_file(LONG, worker=two)
    pids = two.pids
    two.close()

    assert len(pids) == 2
    assert again == alone(monkeypatch, LONG)
    assert two.pids == []
