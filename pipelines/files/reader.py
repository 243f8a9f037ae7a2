"""Reads a file as received into text by page; every file gives a result, whatever is wrong with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipelines import tables
from pipelines.files import MIB, FileLimits, FilePage, FileText, OcrPage, problem
from pipelines.files.characters import letters, plain_characters, written
from pipelines.files.file_worker import FileWorker, WorkerFailure, shared_worker
from pipelines.files.paragraphs import IsWord
from pipelines.files.pdf_text import file_links, file_metadata, pdf_text
from pipelines.files.printed import Ocr, find_ocr

_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
)
_MARKUP = re.compile(rb"(?i)<(?:!doctype\s+html|html|head|body|title|meta|script|div|p\b|h1|br)")
_ENDINGS = {"pdf": "pdf", "odt": "odt", "docx": "docx", "html": "html", "htm": "html", "doc": "ole", "rtf": "rtf"}
_TYPES = {
    "application/pdf": "pdf",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}


def kind_of(body: bytes) -> str:
    """pdf, zip, ole, rtf, picture, html, text, unknown or empty, by the bytes alone.

    A PDF may have up to 1024 bytes before its ``%PDF-`` (ISO 32000-1, annex H.3.4.1).

    >>> kind_of(b"<!DOCTYPE html><title>Nicht gefunden</title>"), kind_of(b"\\n%PDF-1.4 ..."), kind_of(b" ")
    ('html', 'pdf', 'empty')
    """
    head = body[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head and not body.strip():
        return "empty"
    if b"%PDF-" in body[:1024]:
        return "pdf"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if looks_like_html(body):
        return "html"
    return "text" if _is_text(head) else "unknown"


def looks_like_html(body: bytes) -> bool:
    """True if HTML markup stands near the beginning."""
    return _MARKUP.search(body[:4096]) is not None


def claimed_kind(content_type: str, file_name: str) -> str | None:
    """What the file's name, or else its Content-Type, says it is; None if neither tells.

    >>> claimed_kind("application/octet-stream", "20200903_oh_vü_dsk.PDF")
    'pdf'
    """
    ending = file_name.rpartition(".")[2].lower() if "." in file_name else ""
    return _ENDINGS.get(ending) or _TYPES.get(content_type.partition(";")[0].strip().lower())


def _is_text(head: bytes) -> bool:
    controls = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in head)
    return b"\x00" not in head and controls <= len(head) // 100


def package_text(body: bytes, *, limits: FileLimits, worker: FileWorker) -> FileText:
    """The text of an ODT or DOCX; other ZIP files give kind ``zip`` and the problem ``unknown_kind``."""
    try:
        answers = [message for message, _ in worker.ask({"task": "package"}, body, limits)]
    except WorkerFailure as failure:
        return FileText(kind="zip", problems=(problem(failure.kind, pages="alle"),))
    message = answers[0] if answers else {"problem": "damaged"}
    kind = str(message.get("kind", "zip"))
    if "problem" in message:
        return FileText(kind=kind, problems=(problem(message["problem"], found=tables("files")["found"][kind]),))
    return _text(kind, message, limits)


def _text(kind: str, message: Mapping[str, Any], limits: FileLimits) -> FileText:
    whole = plain_characters(written(message["text"])).replace("\x02", "").strip()
    text = whole[: limits.max_document_chars]
    problems = []
    if len(text) < len(whole):
        problems.append(problem("too_long", limit=limits.max_document_chars, pages="1"))
    if not letters(text):
        problems.append(problem("no_text"))
    return FileText(
        kind=kind,
        pages=(FilePage(number=1, text=text, verbatim=text, method=kind if letters(text) else "none"),),
        page_count=message.get("stated_pages") or 1,
        metadata=file_metadata(message["metadata"]),
        problems=tuple(problems),
        fingerprints=("",),
        links=file_links((1, url) for url in message["links"]),
    )


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
    kept: Sequence[OcrPage] = (),
) -> FileText:
    """The text of a file by page. Raises nothing: what is wrong stands in ``problems``.

    ``file_name`` and ``content_type`` (without parameters) only tell what the file claims to be; the bytes
    decide. Without ``worker`` the one of this process is used. OCR is used where tesseract with German data
    is installed, unless ``use_ocr`` is false or the environment has ``AKTENKUNDIG_OCR=aus``; what is ``kept`` of
    these bytes is not recognised again. ``is_word`` helps to rejoin words that are divided at a line's end.

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
        read = pdf_text(body, limits=limits, worker=worker or shared_worker(), ocr=found, is_word=is_word, kept=kept)
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
        wrong = problem("wrong_type", name=name, found=tables("files")["found"][kind])
        rest = [one for one in read.problems if readable or one.kind != "unknown_kind"]
        read = replace(read, problems=(wrong, *rest))
    elif not readable and not kinds:
        read = replace(read, problems=(problem("unknown_kind", found=tables("files")["found"][kind]),))
    if read.pages or NOT_THE_DOCUMENT.intersection(met.kind for met in read.problems):
        return read
    return replace(read, fingerprints=("datei:" + hashlib.sha256(body).hexdigest(),))


def _is_page_behind(read: FileText, body: bytes) -> bool:
    """True for an error page in which ``%PDF-`` only happens to stand."""
    return read.kind == "pdf" and any(met.kind == "damaged" for met in read.problems) and looks_like_html(body)


def _unclear(kind: str, problems: list[str]) -> bool:
    """True for a ZIP that could not be opened far enough to say what it is."""
    return kind == "zip" and problems != ["unknown_kind"]
