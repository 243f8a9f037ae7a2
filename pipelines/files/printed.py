"""Pages as the worker reads them from a PDF, gathered across its crashes and time-outs; scans read by tesseract."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from pipelines.files import FileLimits, FileProblem, OcrPage, problem, spoken_pages
from pipelines.files.characters import LINE_END_HYPHEN, Written, is_plain, plain_characters, printed_lines
from pipelines.files.file_worker import FileWorker, WorkerFailure, clean_environment
from pipelines.files.lines import Edges, Line, edges_of, whole_lines
from pipelines.files.paragraphs import Flowing, IsWord, usual_pitch

MANY_LINES = 12
SHARE_FROM = 16
"""Pages; reading shorter files together is not worth a second process."""

MAX_FAILURES = 6
"""After so many lost workers the rest of a file is given up."""


@dataclass(frozen=True, kw_only=True)
class PrintedPage:
    """One page: verbatim text, lines in reading order, and its picture's digest if it has little text.

    ``flow`` is missing on pages with too few lines to show how far apart lines are.
    """

    number: int
    verbatim: str = ""
    size: int = 0
    lines: tuple[Line, ...] = ()
    edges: Edges
    flow: Flowing | None = None
    links: tuple[str, ...] = ()
    picture: str | None = None
    hidden: int = 0
    headings: tuple[tuple[int, str], ...] = ()


@dataclass(kw_only=True)
class Printed:
    """What was gathered of a PDF. ``lost`` has the numbers of pages not read, by kind of problem."""

    count: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    outline: list[tuple[int, int, str]] = field(default_factory=list)
    pages: dict[int, PrintedPage] = field(default_factory=dict)
    lost: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    problem: str | None = None


def gather(body: bytes, limits: FileLimits, worker: FileWorker, is_word: IsWord | None = None) -> Printed:
    """Reads all pages. A page that kills the worker twice, or takes too long once, is lost and left out.

    Where there is more than one processor, the second half of a long file is read by the worker's partner.
    """
    shared: list[Future[Printed]] = []
    with ThreadPoolExecutor(max_workers=1) as pool:

        def share(head: Mapping[str, Any]) -> None:
            last = min(head["count"], limits.max_pages)
            if not shared and last > head["until"]:
                rest = _Reading(limits, is_word, first=head["until"] + 1, until=last)
                shared.append(pool.submit(rest.read, body, worker.partner))

        reading = _Reading(limits, is_word, share=SHARE_FROM if _processors() > 1 else 0)
        printed = reading.read(body, worker, share)
    return _together(printed, shared[0].result(), limits) if shared else printed


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _together(first: Printed, rest: Printed, limits: FileLimits) -> Printed:
    """Both halves of a file; pages beyond the length of a document are left out, as if read in one go."""
    size = sum(page.size for page in first.pages.values())
    full = size > limits.max_document_chars
    last = min(first.count or 0, limits.max_pages)
    for number, page in sorted(rest.pages.items()):
        if full:
            break
        first.pages[number] = page
        size += page.size
        full = size > limits.max_document_chars
        if full:
            first.lost["too_long"] += range(number + 1, last + 1)
    for kind, numbers in rest.lost.items():
        first.lost[kind] += [number for number in numbers if number not in first.lost[kind]]
    return first


class _Reading:
    """The reading of a file, or of its pages from ``first`` to ``until``: what was gathered so far.

    ``share`` is the number of pages from which on the worker leaves the second half to somebody else.
    """

    def __init__(
        self, limits: FileLimits, is_word: IsWord | None, *, first: int = 1, until: int = 0, share: int = 0
    ) -> None:
        self.printed = Printed()
        self._first, self._until, self._share = first, until, share
        self._limits, self._is_word = limits, is_word
        self._end = time.monotonic() + limits.file_seconds
        self._failures = self._size = 0

    def read(
        self, body: bytes, worker: FileWorker, at_head: Callable[[Mapping[str, Any]], None] | None = None
    ) -> Printed:
        """Asks the worker until all pages are read or lost; ``at_head`` is told the head message."""
        while True:
            request = {"task": "pdf", "first": self._first, "until": self._until, "share": self._share}
            try:
                self._take_all(worker.ask(request, body, self._limits_left()), at_head)
                return self.printed
            except WorkerFailure as failure:
                if not self._goes_on_after(failure.kind):
                    return self.printed

    def _limits_left(self) -> FileLimits:
        """The limits with the time that is left."""
        return replace(self._limits, file_seconds=max(0.1, self._end - time.monotonic()))

    def _take_all(
        self, answers: Iterator[tuple[dict[str, Any], bytes]], at_head: Callable[[Mapping[str, Any]], None] | None
    ) -> None:
        """Takes the worker's messages until they end or the document gets too long."""
        for message, blob in answers:
            self._take(message, blob)
            if at_head is not None and "until" in message:
                at_head(message)
            if self._size > self._limits.max_document_chars:
                last = min(self.printed.count or 0, self._limits.max_pages)
                self.printed.lost["too_long"] += range(message["page"] + 1, last + 1)
                break

    def _goes_on_after(self, failure: str) -> bool:
        """Decides after a lost worker: once more from the page it died at, or behind it, or not at all."""
        printed = self.printed
        self._failures += 1
        late = time.monotonic() >= self._end or self._failures >= MAX_FAILURES
        if printed.count is None:
            again = failure == "crashed" and self._failures == 1
            printed.problem = None if again else failure
            return again
        stuck = max([self._first - 1, *printed.pages, *printed.lost.get("page_damaged", ())]) + 1
        again = failure == "crashed" and self._first != stuck
        if late or not again:
            printed.lost[failure] += range(stuck, (self._last() if late else stuck) + 1)
        self._first = stuck if again else stuck + 1
        return not late and self._first <= self._last()

    def _last(self) -> int:
        return self._until or min(self.printed.count or 0, self._limits.max_pages)

    def _take(self, message: dict[str, Any], blob: bytes) -> None:
        printed, number = self.printed, message.get("page")
        if number is None:
            printed.problem = message.get("problem")
            printed.count = message.get("count", printed.count)
            printed.outline = message.get("outline", printed.outline)
            printed.metadata = message.get("metadata", printed.metadata)
            self._until = message.get("until", self._until)
            self._share = 0
        elif "problem" in message:
            printed.lost[message["problem"]].append(number)
        else:
            if message["cut"]:
                printed.lost["too_long"].append(number)
            printed.pages[number] = _page(message, blob, self._is_word)
            self._size += printed.pages[number].size


def _page(message: dict[str, Any], blob: bytes, is_word: IsWord | None) -> PrintedPage:
    text: str = message["text"].replace("\ufffe", LINE_END_HYPHEN)
    written = Written(text, message["shifted"]) if message["shifted"] else None
    if written:
        text = written.text
    tidy = None if is_plain(text) else _tidied
    lines = tuple(whole_lines(_lines(text, array("f", blob), tidy, written)))
    many = len(lines) >= MANY_LINES
    pitch = usual_pitch([lines])
    return PrintedPage(
        number=message["page"],
        size=len(message["text"]),
        verbatim=printed_lines(tidy(text) if tidy else text),
        lines=lines,
        edges=edges_of(message["page"], lines, message["size"][1], pitch),
        flow=Flowing(lines, pitch=pitch, is_word=is_word, links=message["links"]) if many else None,
        links=tuple(message["links"]),
        picture=message.get("picture"),
        hidden=message["hidden"],
        headings=tuple((level, title) for level, title in message["headings"]),
    )


def _tidied(text: str) -> str:
    return plain_characters(text).strip()


def _lines(
    text: str, places: array[float], tidy: Callable[[str], str] | None, written: Written | None
) -> Iterator[Line]:
    """The pieces of lines with text; ``places`` holds six numbers for each (``pieces.Piece``)."""
    for first, last, left, right, bottom, height in zip(*[iter(places)] * 6, strict=True):
        start, end = int(first), int(last)
        if written:
            start, end = written.at(start), written.at(end)
        piece = text[start:end]
        if tidy:
            piece = tidy(piece)
        if piece[-1:] == LINE_END_HYPHEN:
            piece = piece[:-1] + "-"
        elif text[end : end + 1] == LINE_END_HYPHEN:
            piece += "-"
        if piece:
            yield Line(piece, left, right, bottom, height)


SETTING = "AKTENKUNDIG_OCR"
OFF = frozenset({"0", "aus", "off", "nein", "no", "false"})
DPI = 300
UNKNOWN = "unbekannt"
"""The program of what older versions recognised: it stays only where no other can do it again."""


class OcrFailed(RuntimeError):
    """Raised when tesseract fails or takes too long; the page then stays without text."""


@dataclass(frozen=True, kw_only=True)
class Ocr:
    """An installed tesseract: path of the program and its language."""

    program: str
    language: str = "deu"

    @property
    def name(self) -> str:
        """Program and version, as it says itself (``tesseract 5.3.0``)."""
        return _version(self.program)

    def read(self, picture: bytes, *, seconds: float) -> str:
        """The text of a picture (PNM or PNG, 300 dpi) as tesseract prints it. Raises OcrFailed."""
        command = [self.program, "stdin", "stdout", "-l", self.language, "--dpi", str(DPI)]
        try:
            done = subprocess.run(  # noqa: S603
                command,
                input=picture,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=True,
                env={**clean_environment(), "OMP_THREAD_LIMIT": "1"},
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise OcrFailed(str(error)) from error
        return done.stdout.decode("utf-8", "replace")


def find_ocr(environ: Mapping[str, str] | None = None) -> Ocr | None:
    """The tesseract on PATH, or None if there is none, it has no German, or ``AKTENKUNDIG_OCR=aus``."""
    environ = os.environ if environ is None else environ
    if environ.get(SETTING, "").strip().lower() in OFF:
        return None
    program = shutil.which("tesseract", path=environ.get("PATH"))
    return Ocr(program=program) if program and "deu" in _languages(program) else None


@cache
def _version(program: str) -> str:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, timeout=20, check=True)  # noqa: S603
    except (subprocess.SubprocessError, OSError):
        return "tesseract"
    return (said.stdout or said.stderr).decode("utf-8", "replace").splitlines()[0].strip()


@cache
def _languages(program: str) -> frozenset[str]:
    try:
        listed = subprocess.run(  # noqa: S603
            [program, "--list-langs"], capture_output=True, timeout=20, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return frozenset()
    return frozenset(listed.stdout.decode("utf-8", "replace").split())


PICTURES_AT_ONCE = 4
"""So many pictures (8 MB each) are drawn before they are read."""


def read_scans(
    body: bytes,
    numbers: list[int],
    *,
    limits: FileLimits,
    worker: FileWorker,
    ocr: Ocr | None,
    kept: Sequence[OcrPage] = (),
) -> tuple[dict[int, OcrPage], list[FileProblem]]:
    """What is recognised on these pages, by number, and what went wrong. ``kept`` was recognised before in these very
    bytes and stays, whatever is installed now. Pages that failed are not in it."""
    known = (one for one in kept if ocr is None or one.program != UNKNOWN)
    found = {one.page: one for one in known if one.page in numbers}
    open_ = [number for number in numbers if number not in found]
    if ocr is None:
        return found, [problem("ocr_missing", pages=spoken_pages(open_))] if open_ else []
    end = time.monotonic() + limits.ocr_file_seconds
    for number, picture in _drawn(body, open_, limits, worker):
        seconds = min(limits.ocr_page_seconds, end - time.monotonic())
        if seconds <= 0:
            break
        with suppress(OcrFailed):
            found[number] = OcrPage(page=number, text=ocr.read(picture, seconds=seconds), program=ocr.name)
    failed = [number for number in numbers if number not in found]
    return found, [problem("ocr_failed", pages=spoken_pages(failed))] if failed else []


def _drawn(body: bytes, numbers: list[int], limits: FileLimits, worker: FileWorker) -> Iterator[tuple[int, bytes]]:
    for start in range(0, len(numbers), PICTURES_AT_ONCE):
        some = numbers[start : start + PICTURES_AT_ONCE]
        try:
            answers = list(worker.ask({"task": "pictures", "pages": some, "dpi": DPI}, body, limits))
        except WorkerFailure:
            answers = []
        yield from ((int(message["page"]), picture) for message, picture in answers)
