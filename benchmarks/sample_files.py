"""Makes the files that the sample site serves: ``python -m benchmarks.sample_files`` (reportlab, at development time).

They are shipped in ``aktenkundig/sample/data/papers.zip``; the same texts give the same bytes.
"""

from __future__ import annotations

import io
import os
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from aktenkundig.sample.history import events, world_on
from aktenkundig.sample.site import CONTENT_TYPES, file_name, source_paper
from aktenkundig.sample.texts import Paper, filler_chapters

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "aktenkundig" / "sample" / "data" / "papers.zip"
PASSWORD = "nur-fuer-den-dienstgebrauch"
SAVED_AT = (
    datetime(2024, 1, 2, 9, tzinfo=UTC),
    datetime(2025, 7, 14, 16, 12, tzinfo=UTC),
    datetime(2026, 3, 2, 7, 45, tzinfo=UTC),
)
A4 = (595, 842)
MARGIN = 71.0
HEAD_Y, FOOT_Y = A4[1] - 42.0, 36.0
TOP, BOTTOM = A4[1] - 78.0, 70.0
GUTTER = 22.0
MEASURE = A4[0] - 2 * MARGIN
SYLLABLE = re.compile(
    r"(?<=[aeiouyäöü])(?=(?:sch|ch|ph|ck|[bdfghjklmnprstvwxzß])[aeiouäöü])"
    r"|(?<=[aeiouäöü][bdfgklmnprstvwxz])(?=[bdfghjklmnprstvwz][aeiouäöü])",
    re.IGNORECASE,
)
NOTE = re.compile(r"\(\((.+?)\)\)")


def all_papers() -> dict[str, Paper]:
    """Every file of every day of the sample's history, by its name in the shipped archive."""
    worlds = [world_on(day) for day in range(1, max(event.day for event in events()) + 1)]
    served = (source_paper(paper, world) for world in worlds for paper in world.papers)
    return {file_name(paper): paper for paper in served if paper.form != "html"}


def made(paper: Paper) -> bytes:
    """The bytes of a file."""
    if paper.form in CONTENT_TYPES:
        return office_file(paper.form, full_text(paper))
    if paper.form == "scan":
        return pdf(paper, None)
    written = pdf(
        paper,
        _Setter(
            head=paper.head or (paper.title[:80] if paper.form == "report" else ""), report=paper.form == "report"
        ).pages_of(full_text(paper)),
    )
    return written[: len(written) // 3] if paper.form == "truncated" else written


def full_text(paper: Paper) -> str:
    """The whole text of a file, in the markup of the sample: what a perfect reader finds.

    Paragraphs are separated by empty lines. ``# `` is the title, ``## `` a heading, ``* `` a list entry, ``((…))``
    a footnote, ``::page`` starts a page, ``::columns 2`` a page in two columns.
    """
    title = f"# {paper.title}" if paper.form != "release" else ""
    chapters = filler_chapters(paper.key, paper.theme, paper.filler)
    return "\n\n".join(part for part in (title, paper.body.strip(), *chapters) if part)


# -- pages -------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One printed line: its base line in points, and the extra width of each space."""

    x: float
    y: float
    text: str
    font: str = "Helvetica"
    size: float = 8.5
    spread: float = 0.0


@dataclass(kw_only=True)
class _Setter:
    """Sets a text on pages: headings, justified and hyphenated lines, columns, footnotes."""

    head: str
    report: bool
    pages: list[list[_Run]] = field(default_factory=lambda: [[]])
    columns: int = 1
    column: int = 0
    y: float = TOP
    floor: float = BOTTOM
    notes: list[str] = field(default_factory=list)
    note_count: int = 0

    def pages_of(self, text: str) -> list[list[_Run]]:
        """The pages, with running heads and page numbers."""
        for block in text.strip().split("\n\n"):
            self._add(block.strip())
        self._print_notes()
        for number, page in enumerate(self.pages, start=1):
            if self.report or self.head:
                page.append(_Run(x=A4[0] - MARGIN - 60, y=FOOT_Y, text=f"Seite {number} von {len(self.pages)}"))
            if self.head and number > 1:
                page.insert(0, _Run(x=MARGIN, y=HEAD_Y, text=self.head))
        return self.pages

    def _add(self, block: str) -> None:
        if block.startswith("::"):
            self._turn_page(columns=int(block.split()[1]) if block.startswith("::columns") else 1)
        elif block.startswith("# "):
            self._set(block[2:], font="Helvetica-Bold", size=17.0, gap=10.0, justified=False)
        elif block.startswith("## "):
            self._set(block[3:], font="Helvetica-Bold", size=12.0, gap=5.0, justified=False, keep=48.0)
        else:
            font, size = ("Times-Roman", 11.0) if self.report else ("Helvetica", 10.5)
            for line in block.split("\n"):
                entry = line.startswith("* ")
                text = "• " + line[2:] if entry else line
                self._set(text, font=font, size=size, gap=2.0 if entry else 3.0, indent=12.0 * entry)
            self.y -= 4.0

    def _set(
        self,
        text: str,
        *,
        font: str,
        size: float,
        gap: float,
        justified: bool = True,
        indent: float = 0.0,
        keep: float = 0.0,
    ) -> None:
        if self.y - keep < self.floor:
            self._next_frame()
        width = (MEASURE - (self.columns - 1) * GUTTER) / self.columns
        numbered, notes = self._number_notes(text)
        lines = _wrap(numbered, font, size, width - indent)
        for index, line in enumerate(lines, start=1):
            self._reserve([note for mark, note in notes if mark in line], size * 1.3)
            self.y -= size * 1.3
            gaps = line.count(" ") if justified and index < len(lines) else 0
            spread = (width - indent - stringWidth(line, font, size)) / gaps if gaps else 0.0
            left = MARGIN + self.column * (width + GUTTER) + indent
            self.pages[-1].append(_Run(x=left, y=self.y, text=line, font=font, size=size, spread=spread))
        self.y -= gap

    def _reserve(self, notes: list[str], height: float) -> None:
        """Make room for a line together with the footnotes that it brings."""
        needed = sum(10.0 * len(_wrap(note, "Helvetica", 8.0, MEASURE)) for note in notes)
        if self.y - height < self.floor + needed:
            self._next_frame()
        self.floor += needed
        self.notes.extend(notes)

    def _number_notes(self, text: str) -> tuple[str, list[tuple[str, str]]]:
        notes: list[tuple[str, str]] = []

        def mark(found: re.Match[str]) -> str:
            self.note_count += 1
            notes.append((f"[{self.note_count}]", f"[{self.note_count}] {found[1]}"))
            return f"[{self.note_count}]"

        return NOTE.sub(mark, text), notes

    def _next_frame(self) -> None:
        if self.column + 1 < self.columns:
            self.column, self.y = self.column + 1, TOP
        else:
            self._turn_page(columns=self.columns)

    def _turn_page(self, *, columns: int) -> None:
        self._print_notes()
        self.pages.append([])
        self.columns, self.column = columns, 0
        self.y, self.floor = TOP, BOTTOM

    def _print_notes(self) -> None:
        y = self.floor - 12.0
        for line in (line for note in self.notes for line in _wrap(note, "Helvetica", 8.0, MEASURE)):
            self.pages[-1].append(_Run(x=MARGIN, y=y, text=line, size=8.0))
            y -= 10.0
        self.notes = []


def _wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Break a text into lines, dividing words where a line would stay too short."""
    lines, line = [], ""
    for word in text.split():
        rest = word
        while rest:
            joined = f"{line} {rest}" if line else rest
            if stringWidth(joined, font, size) <= width:
                line, rest = joined, ""
                continue
            first, later = _divide(line, rest, font, size, width)
            lines.append(f"{line} {first}".strip())
            line, rest = "", later
    return [*lines, line] if line else lines


def _divide(line: str, word: str, font: str, size: float, width: float) -> tuple[str, str]:
    """The longest part of ``word`` that still fits on the line, and what is left of it."""
    for at in reversed(_breaks(word)):
        head = word[:at] if word[at - 1] == "-" else word[:at] + "-"
        if stringWidth(f"{line} {head}".strip(), font, size) <= width:
            return head, word[at:]
    return ("", word) if line else (word, "")


def _breaks(word: str) -> list[int]:
    """Where a word may be divided: behind its own hyphens, else between syllables."""
    if "/" in word or "." in word[:-1] or "@" in word:
        return []
    own = [at + 1 for at, sign in enumerate(word) if sign == "-" and 2 < at < len(word) - 3]
    places = [found.start() for found in SYLLABLE.finditer(word)]
    return own or [at for at in places if at >= 4 and len(word.rstrip(".,;:)“")) - at >= 3]


def pdf(paper: Paper, pages: Iterable[list[_Run]] | None) -> bytes:
    """A PDF of these pages; without them the page of a scanner. Two savings show the same and differ in bytes."""
    saved_at = SAVED_AT[min(paper.saves, len(SAVED_AT) - 1)]
    os.environ["SOURCE_DATE_EPOCH"] = str(int(saved_at.timestamp()))
    out = io.BytesIO()
    locked = StandardEncryption(PASSWORD, strength=40) if paper.form == "encrypted" else None
    canvas = Canvas(out, A4, pageCompression=int(paper.saves > 0), invariant=1, encrypt=locked)
    canvas.setTitle(paper.title)
    canvas.setProducer("Aktenkundig Beispielsatz 1.1" if paper.saves else "Aktenkundig Beispielsatz 1.0")
    if pages is None:
        canvas.drawImage(
            ImageReader(Path(__file__).with_name("scan.png")), 0, 0, *A4
        )  # named by its pixels, not its path
        canvas.showPage()
    for page in pages or ():
        for run in page:
            text = canvas.beginText(run.x, run.y)
            text.setFont(run.font, run.size)
            text.setWordSpace(run.spread)
            text.textOut(run.text)
            canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


# -- ODT and DOCX ----------------------------------------------------------------------------------------


OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def office_file(form: str, body: str) -> bytes:
    """An OpenDocument text or a Word document of the paragraphs of ``body`` (``## `` marks headings)."""
    blocks = [block.strip() for block in body.strip().split("\n\n") if not block.startswith("::")]
    parts = _odt(blocks) if form == "odt" else _docx(blocks)
    return archive((name, content.encode()) for name, content in parts)


def _odt(blocks: list[str]) -> Iterator[tuple[str, str]]:
    yield "mimetype", CONTENT_TYPES["odt"]
    content = ""
    for block in blocks:
        lines = "<text:line-break/>".join(escape(line.removeprefix("* ")) for line in block.lstrip("# ").split("\n"))
        heading = block.startswith("#")
        content += f'<text:h text:outline-level="1">{lines}</text:h>' if heading else f"<text:p>{lines}</text:p>"
    yield (
        "content.xml",
        (
            f'{HEAD}<office:document-content xmlns:office="{OFFICE}:office:1.0" xmlns:text="{OFFICE}:text:1.0"'
            f' office:version="1.2"><office:body><office:text>{content}</office:text></office:body>'
            "</office:document-content>"
        ),
    )
    yield (
        "META-INF/manifest.xml",
        (
            f'{HEAD}<manifest:manifest xmlns:manifest="{OFFICE}:manifest:1.0"><manifest:file-entry'
            f' manifest:full-path="/" manifest:media-type="{CONTENT_TYPES["odt"]}"/><manifest:file-entry'
            ' manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
        ),
    )


def _docx(blocks: list[str]) -> Iterator[tuple[str, str]]:
    yield (
        "[Content_Types].xml",
        (
            f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override'
            f' PartName="/word/document.xml" ContentType="{CONTENT_TYPES["docx"]}.main+xml"/></Types>'
        ),
    )
    yield (
        "_rels/.rels",
        (
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATION}"'
            ' Target="word/document.xml"/></Relationships>'
        ),
    )
    content = ""
    for block in blocks:
        style = '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' if block.startswith("#") else ""
        text = "<w:br/>".join(
            f'<w:t xml:space="preserve">{escape(line.removeprefix("* "))}</w:t>'
            for line in block.lstrip("# ").split("\n")
        )
        content += f"<w:p>{style}<w:r>{text}</w:r></w:p>"
    yield "word/document.xml", (f'{HEAD}<w:document xmlns:w="{WORD}"><w:body>{content}</w:body></w:document>')


def archive(parts: Iterable[tuple[str, bytes]], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file with a fixed time; inside the sample's files nothing is packed, so no compressor changes bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        for name, content in parts:
            written.writestr(zipfile.ZipInfo(name, (2024, 1, 2, 9, 0, 0)), content, compression)
    return out.getvalue()


def main(target: Path = SHIPPED) -> None:
    """Write the archive that is shipped; the typesetter keeps state, so in a process that has set nothing else."""
    files = ((name, made(paper)) for name, paper in sorted(all_papers().items()))
    target.write_bytes(archive(files, compression=zipfile.ZIP_DEFLATED))
    print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
