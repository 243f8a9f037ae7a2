"""Sets the text of a paper on pages: headings, justified and hyphenated lines, columns, footnotes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from aktenkundig.sample.pdf import A4, Run

MARGIN = 71.0
HEAD_Y = A4[1] - 42.0
FOOT_Y = 36.0
TOP = A4[1] - 78.0
BOTTOM = 70.0
GUTTER = 22.0
SYLLABLE = re.compile(
    r"(?<=[aeiouyäöü])(?=(?:sch|ch|ph|ck|[bdfghjklmnprstvwxzß])[aeiouäöü])"
    r"|(?<=[aeiouäöü][bdfgklmnprstvwxz])(?=[bdfghjklmnprstvwz][aeiouäöü])",
    re.IGNORECASE,
)
NOTE = re.compile(r"\(\((.+?)\)\)")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """How a paper looks: running head, page numbers, the font of its text."""

    head: str = ""
    numbered: bool = True
    font: str = "Times-Roman"
    size: float = 11.0


@dataclass(frozen=True)
class _Line:
    text: str
    spread: float
    notes: tuple[str, ...] = ()


def typeset(body: str, sheet: Sheet) -> list[list[Run]]:
    """Return the pages of a text.

    Paragraphs are separated by empty lines. ``# `` is the title, ``## `` a heading, ``* `` a list
    entry, ``((…))`` a footnote, ``::page`` starts a page, ``::columns 2`` a page in two columns.
    """
    setter = _Setter(sheet=sheet)
    for block in body.strip().split("\n\n"):
        setter.add(block.strip())
    return setter.finish()


@dataclass(kw_only=True)
class _Setter:
    sheet: Sheet
    pages: list[list[Run]] = field(default_factory=list)
    columns: int = 1
    column: int = 0
    y: float = TOP
    floor: float = BOTTOM
    notes: list[str] = field(default_factory=list)
    note_count: int = 0

    def __post_init__(self) -> None:
        self.pages.append([])

    def add(self, block: str) -> None:
        """Set one block of the text."""
        if block.startswith("::columns"):
            self._turn_page(columns=int(block.split()[1]))
        elif block.startswith("::page"):
            self._turn_page(columns=1)
        elif block.startswith("# "):
            self._set(block[2:], font="Helvetica-Bold", size=17.0, gap=10.0, justified=False)
        elif block.startswith("## "):
            self._set(block[3:], font="Helvetica-Bold", size=12.0, gap=5.0, justified=False, keep=48.0)
        else:
            for line in block.split("\n"):
                self._paragraph(line)
            self.y -= 4.0

    def finish(self) -> list[list[Run]]:
        """Close the last page; put the running heads and page numbers on."""
        self._print_notes()
        for number, page in enumerate(self.pages, start=1):
            if self.sheet.numbered:
                label = f"Seite {number} von {len(self.pages)}"
                page.append(Run(x=A4[0] - MARGIN - 60, y=FOOT_Y, text=label, font="Helvetica", size=8.5))
            if self.sheet.head and number > 1:
                page.insert(0, Run(x=MARGIN, y=HEAD_Y, text=self.sheet.head, font="Helvetica", size=8.5))
        return self.pages

    @property
    def _width(self) -> float:
        return (A4[0] - 2 * MARGIN - (self.columns - 1) * GUTTER) / self.columns

    @property
    def _left(self) -> float:
        return MARGIN + self.column * (self._width + GUTTER)

    def _paragraph(self, line: str) -> None:
        if line.startswith("* "):
            self._set("• " + line[2:], font=self.sheet.font, size=self.sheet.size, gap=2.0, indent=12.0)
        else:
            self._set(line, font=self.sheet.font, size=self.sheet.size, gap=3.0)

    def _set(
        self, text: str, *, font: str, size: float, gap: float,
        justified: bool = True, indent: float = 0.0, keep: float = 0.0,
    ) -> None:  # fmt: skip
        if self.y - keep < self.floor:
            self._next_frame()
        for line in self._lines(text, font, size, self._width - indent, justified):
            self._reserve(line, size * 1.3)
            self.y -= size * 1.3
            self.pages[-1].append(
                Run(x=self._left + indent, y=self.y, text=line.text, font=font, size=size, spread=line.spread)
            )
        self.y -= gap

    def _reserve(self, line: _Line, height: float) -> None:
        """Make room for a line together with the footnotes that it brings."""
        needed = sum(10.0 * len(_wrap(note, "Helvetica", 8.0, A4[0] - 2 * MARGIN)) for note in line.notes)
        if self.y - height < self.floor + needed:
            self._next_frame()
        self.floor += needed
        self.notes.extend(line.notes)

    def _lines(self, text: str, font: str, size: float, width: float, justified: bool) -> Iterator[_Line]:
        numbered, notes = self._number_notes(text)
        lines = _wrap(numbered, font, size, width)
        for index, line in enumerate(lines):
            own = tuple(note for mark, note in notes if mark in line)
            spread = 0.0 if index == len(lines) - 1 or not justified else _spread(line, font, size, width)
            yield _Line(line, spread, own)

    def _number_notes(self, text: str) -> tuple[str, list[tuple[str, str]]]:
        notes: list[tuple[str, str]] = []

        def mark(found: re.Match[str]) -> str:
            self.note_count += 1
            notes.append((f"[{self.note_count}]", f"[{self.note_count}] {found[1]}"))
            return f"[{self.note_count}]"

        return NOTE.sub(mark, text), notes

    def _next_frame(self) -> None:
        if self.column + 1 < self.columns:
            self.column += 1
            self.y = TOP
            return
        self._turn_page(columns=self.columns)

    def _turn_page(self, *, columns: int) -> None:
        self._print_notes()
        self.pages.append([])
        self.columns, self.column = columns, 0
        self.y, self.floor = TOP, BOTTOM

    def _print_notes(self) -> None:
        y = self.floor - 12.0
        for note in self.notes:
            for line in _wrap(note, "Helvetica", 8.0, A4[0] - 2 * MARGIN):
                self.pages[-1].append(Run(x=MARGIN, y=y, text=line, font="Helvetica", size=8.0))
                y -= 10.0
        self.notes = []


def _wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Break a text into lines, dividing words where a line would stay too short."""
    lines, line = [], ""
    for word in text.split():
        rest = word
        while rest:
            joined = f"{line} {rest}" if line else rest
            if text_width(joined, font, size) <= width:
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
        if text_width(f"{line} {head}".strip(), font, size) <= width:
            return head, word[at:]
    return ("", word) if line else (word, "")


def _breaks(word: str) -> list[int]:
    """Where a word may be divided: behind its own hyphens and between syllables.

    >>> [("Verarbeitung"[:at], "Verarbeitung"[at:]) for at in _breaks("Verarbeitung")]
    [('Verar', 'beitung'), ('Verarbei', 'tung')]
    """
    if "/" in word or "." in word[:-1] or "@" in word:
        return []
    own = [at + 1 for at, sign in enumerate(word) if sign == "-" and 2 < at < len(word) - 3]
    if own:
        return own
    places = [found.start() for found in SYLLABLE.finditer(word)]
    return [at for at in places if at >= 4 and len(word.rstrip(".,;:)“")) - at >= 3]


def _spread(line: str, font: str, size: float, width: float) -> float:
    gaps = line.count(" ")
    return (width - text_width(line, font, size)) / gaps if gaps else 0.0


def text_width(text: str, font: str, size: float) -> float:
    """The width of a text in points.

    >>> text_width("Az", "Helvetica", 10)
    11.67
    """
    widths = _widths()[font]
    return sum(widths[code - 32] for code in text.encode("cp1252", "replace") if code >= 32) * size / 1000


@cache
def _widths() -> dict[str, list[int]]:
    raw = resources.files("aktenkundig.sample").joinpath("data/font_widths.toml").read_text(encoding="utf-8")
    return {name: entry["widths"] for name, entry in tomllib.loads(raw).items()}
