"""Reads a file as received into text by page; every file gives a result, whatever is wrong with it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from pipelines.files.file_worker import FileWorker, shared_worker
from pipelines.files.hyphens import IsWord
from pipelines.files.kinds import claimed_kind, kind_of, looks_like_html
from pipelines.files.ocr import Ocr, find_ocr
from pipelines.files.package_text import package_text
from pipelines.files.pdf_text import pdf_text
from pipelines.files.records import MIB, FileLimits, FileProblem, FileText
from pipelines.files.wording import problem, wording

NOT_THE_DOCUMENT = frozenset({"empty", "wrong_type", "timeout", "crashed"})
"""A file with one of these problems and no pages tells nothing of the document's content."""


def read_file(
    body: bytes,
    *,
    content_type: str = "",
    file_name: str = "",
    limits: FileLimits | None = None,
    worker: FileWorker | None = None,
    ocr: Ocr | None = None,
    use_ocr: bool = True,
    is_word: IsWord | None = None,
) -> FileText:
    """The text of a file by page. Raises nothing: what is wrong stands in ``problems``.

    ``file_name`` and ``content_type`` (without parameters) only tell what the file claims to be; the bytes
    decide. Without ``worker`` the one of this process is used. OCR is used where tesseract with German data
    is installed, unless ``use_ocr`` is false or the environment has ``AKTENKUNDIG_OCR=aus``. ``is_word``
    helps to rejoin words that are divided at a line's end.

    >>> file = read_file(b"<html>Nicht gefunden</html>", content_type="application/pdf", file_name="oh.pdf")
    >>> file.kind, file.problems[0].kind, file.problems[0].detail
    ('html', 'wrong_type', 'Die Datei heißt „oh.pdf“, enthält aber eine Webseite (HTML).')
    """
    limits = limits or FileLimits()
    kind = kind_of(body)
    if len(body) > limits.max_bytes:
        size, most = round(len(body) / MIB), round(limits.max_bytes / MIB)
        read = FileText(kind=kind, problems=(problem("too_large", size=size, limit=most),))
    elif kind == "pdf":
        found = (ocr or find_ocr()) if use_ocr else None
        read = pdf_text(body, limits=limits, worker=worker or shared_worker(), ocr=found, is_word=is_word)
    elif kind == "zip":
        read = package_text(body, limits=limits, worker=worker or shared_worker())
    else:
        read = FileText(kind=kind)
    return _checked(read, body, claimed_kind(content_type, file_name), file_name or content_type)


def _checked(read: FileText, body: bytes, claimed: str | None, name: str) -> FileText:
    """The file with what its label adds: the wrong kind, and a digest where nothing could be opened."""
    if not read.pages and _is_page_behind(read, body):
        read = replace(read, kind="html", problems=(), page_count=None)
    kind, kinds = read.kind, [met.kind for met in read.problems]
    readable = kind in ("pdf", "odt", "docx")
    if kind == "ole" and "EncryptedPackage".encode("utf-16-le") in body:
        read = replace(read, problems=(problem("encrypted"),))
    elif kind == "empty":
        read = replace(read, problems=(problem("empty"),))
    elif claimed and claimed != kind and "too_large" not in kinds and not _unclear(kind, kinds):
        wrong = problem("wrong_type", name=name, found=wording("found")[kind])
        rest = read.problems if readable else _without(read.problems, "unknown_kind")
        read = replace(read, problems=(wrong, *rest))
    elif not readable and not kinds:
        read = replace(read, problems=(problem("unknown_kind", found=wording("found")[kind]),))
    if read.pages or NOT_THE_DOCUMENT.intersection(met.kind for met in read.problems):
        return read
    return replace(read, fingerprints=("datei:" + hashlib.sha256(body).hexdigest(),))


def _is_page_behind(read: FileText, body: bytes) -> bool:
    """True for an error page in which ``%PDF-`` only happens to stand."""
    return (
        read.kind == "pdf" and any(met.kind == "damaged" for met in read.problems) and looks_like_html(body)
    )


def _unclear(kind: str, problems: list[str]) -> bool:
    """True for a ZIP that could not be opened far enough to say what it is."""
    return kind == "zip" and problems != ["unknown_kind"]


def _without(problems: tuple[FileProblem, ...], kind: str) -> tuple[FileProblem, ...]:
    return tuple(met for met in problems if met.kind != kind)
