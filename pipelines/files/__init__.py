"""What reading a file gives: pages, metadata and every problem met on the way, with its German sentence."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from pipelines import tables

MIB = 1024 * 1024

SETTING = "AKTENKUNDIG_FILE_LIMIT"
"""Bytes; a larger file is kept as evidence and listed, but its text is not read."""

CUT_SHORT = frozenset({"timeout", "crashed", "page_damaged"})
"""Problems that may differ from run to run, so that the text must not be taken for an edit."""


@dataclass(frozen=True, kw_only=True)
class FileLimits:
    """How much one file may cost: bytes, pages, characters a page, seconds and memory.

    ``max_unpacked`` bounds each part read from an ODT or DOCX; ``memory_bytes`` the address space
    of the worker, less for small files: the four workers of a night stay below the memory of its unit.
    Seconds are wall-clock time.
    """

    max_bytes: int = field(default_factory=lambda: int(os.environ.get(SETTING, str(64 * MIB))))
    max_pages: int = 3000
    max_page_chars: int = 500_000
    max_document_chars: int = 20_000_000
    max_unpacked: int = 48 * MIB
    page_seconds: float = 20.0
    file_seconds: float = 300.0
    memory_bytes: int = 896 * MIB
    ocr_page_seconds: float = 120.0
    ocr_file_seconds: float = 1800.0


@dataclass(frozen=True, kw_only=True)
class FilePage:
    """One page (``number`` from 1).

    ``verbatim`` is what the extractor gave, one printed line a line, with heads and hyphens as
    printed; ``text`` is for searching: paragraphs separated by an empty line, without running
    heads, page numbers and end-of-line hyphens. ``method`` is pdf, ocr, odt, docx or none.
    """

    number: int
    text: str
    verbatim: str
    method: str
    crossing: tuple[str, int] | None = None


@dataclass(frozen=True, kw_only=True)
class FileProblem:
    """What could not be read; ``kind`` is a key of ``[problems]`` in files.toml, ``detail`` is German."""

    kind: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class FileLink:
    """A link annotation or hyperlink: the page it stands on and its address as written."""

    page: int
    url: str


@dataclass(frozen=True, kw_only=True)
class FileSection:
    """A heading that the file's own outline names: the page it leads to and its level from 1."""

    page: int
    level: int
    title: str


@dataclass(frozen=True, kw_only=True)
class OcrPage:
    """What a program for text recognition printed of a page, raw; ``program`` with its version."""

    page: int
    text: str
    program: str


@dataclass(frozen=True, kw_only=True)
class FileMetadata:
    """What the file says of itself, raw: dates as written (``D:20200821093339+02'00'`` or ISO 8601)."""

    title: str | None = None
    author: str | None = None
    created: str | None = None
    modified: str | None = None


NOT_THE_FILE = frozenset({"wrong_type", "empty", "truncated", "damaged"})
"""What a broken transfer or an error page leaves of a file; for a known document that is no edit."""


@dataclass(frozen=True, kw_only=True)
class FileText:
    """A file as read. Made for every file, readable or not.

    ``kind`` is what the bytes are (pdf, odt, docx, html, ole, rtf, picture, text, zip, unknown, empty).
    ``page_count`` is what the file states, which may exceed ``pages`` (page limit; ODT and DOCX,
    whose text is one page here). ``fingerprints`` has one entry for each of ``pages``: empty for a page
    with text, the digest of its picture for a page without. A file that could not be opened has no pages
    and its own digest as only fingerprint; one that is not the document (empty, HTML) has none.
    ``ocr`` is what was recognised, now or before.
    """

    kind: str
    pages: tuple[FilePage, ...] = ()
    page_count: int | None = None
    metadata: FileMetadata = field(default_factory=FileMetadata)
    problems: tuple[FileProblem, ...] = ()
    fingerprints: tuple[str, ...] = ()
    links: tuple[FileLink, ...] = ()
    sections: tuple[FileSection, ...] = ()
    ocr: tuple[OcrPage, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether the text may be compared with what is known: read to the end, and of the file itself."""
        return self.complete and bool(self.pages or not NOT_THE_FILE & {problem.kind for problem in self.problems})

    @property
    def content(self) -> tuple[str, ...]:
        """What to hash, page by page: the verbatim text, and the picture's digest where text is missing.

        Texts made by OCR are not in it, so that a machine with OCR and one without agree.
        """
        if not self.pages:
            return self.fingerprints
        return tuple(
            f"{'' if page.method == 'ocr' else page.verbatim} {mark}".strip()
            for page, mark in zip(self.pages, self.fingerprints, strict=True)
        )

    @property
    def complete(self) -> bool:
        """False where reading was cut short by time, memory or a crash: another run may read more."""
        return not CUT_SHORT.intersection(problem.kind for problem in self.problems)


def problem(kind: str, **facts: object) -> FileProblem:
    """A problem of this kind with its German sentence.

    >>> problem("too_many_pages", count=9000, limit=3000).detail
    'Die Datei nennt 9000 Seiten; gelesen wurden die ersten 3000.'
    """
    return FileProblem(kind=kind, detail=str(tables("files")["problems"][kind]).format(**facts))


def spoken_pages(numbers: list[int]) -> str:
    """Page numbers as a short German list of ranges, at most ten of them.

    >>> spoken_pages([1, 2, 3, 7])
    '1–3, 7'
    """
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    named = [str(first) if first == last else f"{first}–{last}" for first, last in spans]
    return ", ".join(named[:10]) + (" …" if len(named) > 10 else "")
