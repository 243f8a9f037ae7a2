"""What a file is by its first bytes, and what its name or label claims it to be."""

from __future__ import annotations

import re

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
_ENDINGS = {
    "pdf": "pdf",
    "odt": "odt",
    "docx": "docx",
    "html": "html",
    "htm": "html",
    "doc": "ole",
    "rtf": "rtf",
}
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
