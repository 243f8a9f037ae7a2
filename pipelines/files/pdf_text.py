"""Turns a PDF into text by page; what runs over from one page to the next is put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

from pipelines.files import (
    FileLimits,
    FileLink,
    FileMetadata,
    FilePage,
    FileProblem,
    FileSection,
    FileText,
    OcrPage,
    problem,
    spoken_pages,
)
from pipelines.files.characters import letters, plain_characters, printed_lines
from pipelines.files.file_worker import FileWorker
from pipelines.files.lines import Line, running_heads, usual
from pipelines.files.paragraphs import TAKEN, Flowing, IsWord, bond, ends_sentence, join, starts_item, usual_pitch
from pipelines.files.printed import Ocr, Printed, PrintedPage, gather, read_scans

LINES = 8
MOST = 400
"""So many lines, and characters, on either side of a break are looked at."""

LONG = 25
"""Characters; a shorter line that stops early may be a heading or an entry."""

SMALLER = 0.95
"""Lines at a page's foot whose letters are smaller than this share of the text's are notes."""

MANY = 0.8
"""This share of the long lines of a page has letters no larger than the text: the notes may be many."""

_NEW_SENTENCE = re.compile(r"[.!?]['\"”“»«)]?\s+(?=[A-ZÄÖÜ„\"(§])")


class Side(NamedTuple):
    """A page beside a break: its number, its flow, and the lines that do not belong to its text."""

    number: int
    flow: Flowing
    left_out: set[int]


class Crossing(NamedTuple):
    """A sentence that begins on one page and ends on the next; ``joint`` is where the next page begins in it."""

    text: str
    joint: int


def run_over(pages: Sequence[Side], is_word: IsWord | None) -> dict[int, Crossing]:
    """By number of the page it begins on, each sentence that goes on on the next page.

    A word divided by the break is put together on the page where it begins, and its rest taken from the next.
    """
    found: dict[int, Crossing] = {}
    for before, after in pairwise(pages):
        last, first = _end(before), _beginning(after)
        if last is None or first is None or after.number != before.number + 1:
            continue
        if not _runs_on(before.flow, last, after.flow.lines[first]):
            continue
        if before.flow.lines[last].text.endswith("-"):
            _put_together(before.flow, last, after, first, is_word)
        crossing = _sentence(before, last, after)
        if crossing:
            found[before.number] = crossing
    return found


def _kept(side: Side) -> list[int]:
    return [at for at, line in enumerate(side.flow.lines) if at not in side.left_out and line.height and line.text]


def _body(side: Side) -> float:
    """The height of the lines of the text."""
    lines = [side.flow.lines[at] for at in _kept(side)]
    long = [line.height for line in lines if len(line.text) > 30]
    return usual(long or [line.height for line in lines], MANY)


def _end(side: Side) -> int | None:
    """The last line of the text proper: no note, and no line at the foot behind a divided word."""
    kept, body = _kept(side), _body(side)
    lines = side.flow.lines
    while kept and (lines[kept[-1]].height < SMALLER * body or lines[kept[-1]].text.isdigit()):
        kept.pop()
    for back in (1, 2):
        if len(kept) > back and side.flow.lines[kept[-1 - back]].text.endswith("-"):
            ended, foot = side.flow.lines[kept[-1 - back]], side.flow.lines[kept[-back]]
            if ended.bottom - foot.bottom > 1.8 * ended.height and len(foot.text) < 80:
                return kept[-1 - back]
    return kept[-1] if kept else None


def _beginning(side: Side) -> int | None:
    kept, body = _kept(side), _body(side)
    return next((at for at in kept if side.flow.lines[at].height >= SMALLER * body), None)


def _runs_on(flow: Flowing, last: int, line: Line) -> bool:
    before = flow.lines[last]
    if abs(before.height - line.height) > 0.12 * before.height:
        return False
    if before.text.endswith("-"):
        return line.text[:1].isalnum()
    ended = ends_sentence(before.text) or before.text.endswith((":", ";"))
    long = flow.is_full(last, line) or line.text[:1].islower() or len(before.text) >= LONG
    return long and not ended and not starts_item(line.text)


def _put_together(flow: Flowing, last: int, after: Side, first: int, is_word: IsWord | None) -> None:
    before, line = flow.lines[last].text, after.flow.lines[first].text
    between = bond(before, line, is_word)
    if between == " ":
        return
    token, _, rest = line.partition(" ")
    flow.change(last, (before[:-1] if between == TAKEN else before) + token)
    after.flow.change(first, rest)
    if not rest:
        after.left_out.add(first)


def _sentence(before: Side, last: int, after: Side) -> Crossing | None:
    ends = [at for at in _kept(before) if at <= last][-LINES:]
    beginning = _beginning(after)
    if beginning is None:
        return None
    starts = [at for at in _kept(after) if at >= beginning][:LINES]
    tail = before.flow.excerpt(ends).rpartition("\n\n")[2][-MOST:]
    head = after.flow.excerpt(starts).partition("\n\n")[0][:MOST]
    if ends_sentence(tail):
        return None
    for found in _NEW_SENTENCE.finditer(tail):
        if ends_sentence(tail[: found.start() + 1]):
            tail = tail[: found.start()] + "\0" * (found.end() - found.start()) + tail[found.end() :]
    tail = tail.rpartition("\0")[2]
    end = next((at.end() for at in _NEW_SENTENCE.finditer(head) if ends_sentence(head[: at.start() + 1])), None)
    whole = f"{tail} {head[:end].rstrip()}"
    return Crossing(" ".join(whole.split()), len(" ".join(tail.split())) + 1)


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEMES = frozenset({"http", "https", "mailto"})
MAX_LENGTH = 1000


def file_metadata(stated: Mapping[str, Any]) -> FileMetadata:
    """The metadata under their PDF names (``Title``, ``Author``, ``CreationDate``, ``ModDate``), tidied.

    >>> file_metadata({"Title": " Kurzpapier Nr. 5 ", "CreationDate": "D:20171217120000+01'00'"}).created
    "D:20171217120000+01'00'"
    """

    def tidy(name: str) -> str | None:
        text = " ".join(plain_characters(str(stated.get(name) or "")).split())
        return text[:MAX_LENGTH] or None

    return FileMetadata(
        title=tidy("Title"), author=tidy("Author"), created=tidy("CreationDate"), modified=tidy("ModDate")
    )


def file_links(found: Iterable[tuple[int, str]]) -> tuple[FileLink, ...]:
    """The links (page, address) of the web or to mailboxes, each once a page; blanks become ``%20``.

    >>> [link.url for link in file_links([(1, "https://www.lfd.m-v.de/"), (1, "javascript:alert(1)")])]
    ['https://www.lfd.m-v.de/']
    """
    kept: dict[FileLink, None] = {}
    for page, address in found:
        url = "%20".join("".join(plain_characters(address).splitlines()).split())
        scheme = _SCHEME.match(url)
        foreign = scheme and "." not in scheme[1] and scheme[1].lower() not in _SCHEMES
        if url and len(url) <= 2 * MAX_LENGTH and not foreign:
            kept[FileLink(page=page, url=url)] = None
    return tuple(kept)


TAIL = 2048
LONG_TITLE = 40
_MARK = re.compile(r"\[\d{1,3}\]$")
_NO_BRACKETS = str.maketrans("", "", "[]")


def pdf_text(
    body: bytes,
    *,
    limits: FileLimits,
    worker: FileWorker,
    ocr: Ocr | None,
    is_word: IsWord | None,
    kept: Sequence[OcrPage] = (),
) -> FileText:
    """The text of a PDF by page; what cannot be read is named in ``problems``."""
    printed = gather(body, limits, worker, is_word)
    if printed.problem:
        return FileText(kind="pdf", problems=(problem(printed.problem, pages="alle"),))
    if not printed.count:
        return FileText(kind="pdf", page_count=0, problems=(problem("no_pages"),))
    pages = _pages(printed, limits, is_word)
    problems = list(_problems(body, printed, limits))
    scans = [page.number for page in printed.pages.values() if page.picture]
    recognised: dict[int, OcrPage] = {}
    if scans:
        recognised, met = read_scans(body, scans, limits=limits, worker=worker, ocr=ocr, kept=kept)
        texts = {number: ocr_paragraphs(one.text, is_word) for number, one in recognised.items()}
        pages = [
            replace(page, text=text, method="ocr") if letters(text) > letters(page.text) else page
            for page in pages
            for text in (texts.get(page.number, ""),)
        ]
        problems += met
    if not any(letters(page.text) for page in pages):
        pages = [replace(page, method="none") for page in pages]
        problems.append(problem("no_text"))
    return FileText(
        kind="pdf",
        pages=tuple(pages),
        page_count=printed.count,
        metadata=file_metadata(printed.metadata),
        problems=tuple(problems),
        fingerprints=tuple(_picture(printed, page.number) for page in pages),
        sections=tuple(
            FileSection(page=page, level=level, title=title) for page, level, title in _sections(printed, is_word)
        ),
        links=file_links((page.number, url) for page in printed.pages.values() for url in page.links),
        ocr=tuple(recognised.values()),
    )


def ocr_paragraphs(printed: str, is_word: IsWord | None = None) -> str:
    """Tesseract's output as flowing text: lines joined, words rejoined, paragraphs apart.

    >>> ocr_paragraphs("Die Aufbewah-\\nrungsfrist endet.\\n\\nStand 2021\\n\\f")
    'Die Aufbewahrungsfrist endet.\\n\\nStand 2021'
    """
    blocks = re.split(r"\n[ \t]*\n", plain_characters(printed.replace("\f", "\n")))
    return "\n\n".join(filter(None, (flowing(block, is_word) for block in blocks)))


def flowing(block: str, is_word: IsWord | None) -> str:
    lines = [line for line in map(str.strip, block.split("\n")) if line]
    bonds = (
        bond(before, line, is_word) if before.endswith("-") and line[0].isalpha() else " "
        for before, line in pairwise(lines)
    )
    return join(["", *bonds], lines) if lines else ""


def _sections(printed: Printed, is_word: IsWord | None) -> Iterator[tuple[int, int, str]]:
    """Page, level and title of the entries of the outline, else of the headings that are tagged."""
    for number, level, title in printed.outline:
        page = printed.pages.get(number)
        tidy = _without_note(" ".join(plain_characters(title).split())[:MAX_LENGTH], page.lines if page else ())
        if tidy:
            yield number, level, tidy
    for number in sorted(printed.pages) if not printed.outline else ():
        for level, title in printed.pages[number].headings:
            yield number, level, " ".join(flowing(printed_lines(plain_characters(title)), is_word).split())[:MAX_LENGTH]


def _without_note(title: str, lines: Sequence[Line]) -> str:
    """The title of an entry: some programs put the mark or the whole note of the heading into it."""
    bare = [_MARK.sub("", line.text) for line in lines]
    if len(title) <= LONG_TITLE:
        marked = (plain for line, plain in zip(lines, bare, strict=True) if line.text.translate(_NO_BRACKETS) == title)
        return next(marked, title)
    first = next((at for at, line in enumerate(bare) if len(line) > 5 and title.startswith(line)), len(bare))
    run = ("", *(" ".join(bare[first:end]) for end in range(first + 1, len(bare) + 1)))
    return max((one for one in run if title.startswith(one)), key=len) or title


def _picture(printed: Printed, number: int) -> str:
    page = printed.pages.get(number)
    return page.picture or "" if page else ""


def _pages(printed: Printed, limits: FileLimits, is_word: IsWord | None) -> list[FilePage]:
    found = [printed.pages[number] for number in sorted(printed.pages)]
    heads = running_heads([page.edges for page in found])
    if all(len(heads[page.number]) == len(page.lines) for page in found):
        heads = {}
    sides = [
        Side(page.number, flow, set(heads.get(page.number, ())))
        for page, flow in zip(found, _flows(found, is_word), strict=True)
    ]
    crossings = run_over(sides, is_word)
    read = {
        page.number: FilePage(
            number=page.number,
            text=side.flow.text(side.left_out),
            verbatim=page.verbatim,
            method="pdf" if page.verbatim or not page.picture else "none",
            crossing=crossings.get(page.number),
        )
        for page, side in zip(found, sides, strict=True)
    }
    assert printed.count is not None
    numbers = range(1, min(printed.count, limits.max_pages) + 1)
    return [read.get(n) or FilePage(number=n, text="", verbatim="", method="none") for n in numbers]


def _flows(pages: list[PrintedPage], is_word: IsWord | None) -> list[Flowing]:
    """The flow of each page; that of pages with few lines takes the distance of lines from all pages."""
    short = any(page.flow is None for page in pages)
    pitch = usual_pitch([page.lines for page in pages]) if short else 0.0
    return [page.flow or Flowing(page.lines, pitch=pitch, is_word=is_word, links=page.links) for page in pages]


def _problems(body: bytes, printed: Printed, limits: FileLimits) -> Iterator[FileProblem]:
    assert printed.count is not None
    if b"%%EOF" not in body[-TAIL:]:
        yield problem("truncated")
    if printed.count > limits.max_pages:
        yield problem("too_many_pages", count=printed.count, limit=limits.max_pages)
    for kind, numbers in printed.lost.items():
        yield problem(kind, pages=spoken_pages(numbers), limit=limits.max_page_chars)
    hidden = {page.number: page.hidden for page in printed.pages.values() if page.hidden}
    if hidden:
        yield problem("hidden_text", pages=spoken_pages(list(hidden)), count=sum(hidden.values()))
