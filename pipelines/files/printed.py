"""Pages as the worker reads them from a PDF, gathered across its crashes and time-outs."""

from __future__ import annotations

import time
from array import array
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pipelines.files.characters import LINE_END_HYPHEN, is_plain, plain_characters, printed_lines
from pipelines.files.file_worker import FileWorker, WorkerFailure
from pipelines.files.hyphens import IsWord
from pipelines.files.lines import Line, whole_lines
from pipelines.files.paragraphs import Flowing, usual_pitch
from pipelines.files.records import FileLimits
from pipelines.files.running_heads import Edges, edges_of

MANY_LINES = 12
MAX_FAILURES = 6
"""After so many lost workers the rest of a file is given up."""


@dataclass(frozen=True, kw_only=True)
class PrintedPage:
    """One page: verbatim text, lines in reading order, and its picture's digest if it has little text.

    ``flow`` is missing on pages with too few lines to show how far apart lines are.
    """

    number: int
    verbatim: str = ""
    lines: tuple[Line, ...] = ()
    edges: Edges
    flow: Flowing | None = None
    links: tuple[str, ...] = ()
    picture: str | None = None


@dataclass(kw_only=True)
class Printed:
    """What was gathered of a PDF. ``lost`` has the numbers of pages not read, by kind of problem."""

    count: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    pages: dict[int, PrintedPage] = field(default_factory=dict)
    lost: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    problem: str | None = None


def gather(body: bytes, limits: FileLimits, worker: FileWorker, is_word: IsWord | None = None) -> Printed:
    """Reads all pages. A page that kills the worker twice, or takes too long once, is lost and left out."""
    printed = Printed()
    end = time.monotonic() + limits.file_seconds
    first, failures, size = 1, 0, 0
    while True:
        left = replace(limits, file_seconds=max(0.1, end - time.monotonic()))
        try:
            for message, blob in worker.ask({"task": "pdf", "first": first}, body, left):
                size += _take(printed, message, blob, is_word)
                if size > limits.max_document_chars:
                    printed.lost["too_long"] += range(message["page"] + 1, (printed.count or 0) + 1)
                    break
            return printed
        except WorkerFailure as failure:
            failures += 1
            stuck = max([first - 1, *printed.pages, *printed.lost.get("page_damaged", ())]) + 1
            again = failure.kind == "crashed" and first != stuck
            late = time.monotonic() >= end or failures >= MAX_FAILURES
            if printed.count is None and (failure.kind == "timeout" or failures > 1):
                printed.problem = failure.kind
                return printed
            if printed.count is None:
                continue
            last = min(printed.count, limits.max_pages)
            if not again or late:
                printed.lost[failure.kind] += range(stuck, (last if late else stuck) + 1)
            first = stuck if again else stuck + 1
            if late or first > last:
                return printed


def _take(printed: Printed, message: dict[str, Any], blob: bytes, is_word: IsWord | None) -> int:
    """Adds one message; returns how many characters it brought."""
    number = message.get("page")
    if number is None:
        printed.problem = message.get("problem")
        printed.count = message.get("count", printed.count)
        printed.metadata = message.get("metadata", printed.metadata)
        return 0
    if "problem" in message:
        printed.lost[message["problem"]].append(number)
        return 0
    if message["cut"]:
        printed.lost["too_long"].append(number)
    printed.pages[number] = _page(message, blob, is_word)
    return len(message["text"])


def _page(message: dict[str, Any], blob: bytes, is_word: IsWord | None) -> PrintedPage:
    text: str = message["text"].replace("\ufffe", LINE_END_HYPHEN)
    tidy = str if is_plain(text) else _tidied
    places = zip(*[iter(array("f", blob))] * 7, strict=True)
    lines = tuple(whole_lines(line for line in (_line(text, tidy, *place) for place in places) if line.text))
    many = len(lines) >= MANY_LINES
    return PrintedPage(
        number=message["page"],
        verbatim=printed_lines(tidy(text)),
        lines=lines,
        edges=edges_of(message["page"], lines, message["size"][1]),
        flow=Flowing(lines, pitch=usual_pitch([lines]), is_word=is_word) if many else None,
        links=tuple(message["links"]),
        picture=message.get("picture"),
    )


def _tidied(text: str) -> str:
    return plain_characters(text).strip()


def _line(
    text: str,
    tidy: Callable[[str], str],
    first: float,
    last: float,
    left: float,
    right: float,
    bottom: float,
    height: float,
    raised: float,
) -> Line:
    end = int(last)
    line = tidy(text[int(first) : end])
    if text[end : end + 1] == LINE_END_HYPHEN:
        line += "-"
    return Line(line, left, right, bottom, height, raised > 0)
