"""Compares PDF extractors on PDFs with known text and measures our time beside pdftotext.

Run from the root of the project: ``python benchmarks/pdf_text.py [--paper FILE.pdf] [--pages 410]``.
pypdf and pdfminer.six take part where they are installed; pdftotext (poppler-utils) is needed for the times.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import io
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "pipelines")]

from made_files import Layout, MadePdf, made_pdf, paragraphs  # noqa: E402

from pipelines.files.file_worker import FileWorker  # noqa: E402
from pipelines.files.reader import read_file  # noqa: E402
from pipelines.mending import is_word  # noqa: E402

PAPER = ROOT.parent / "shared/corpus/dsk/20200903_oh_vue_dsk.pdf"
PDFTOTEXT = shutil.which("pdftotext") or ""
ROUNDS = 7
Extract = Callable[[bytes], list[str]]

LAYOUTS = {
    "justified, hyphenated": Layout(),
    "ragged, not hyphenated": Layout(justify=False, hyphenate=False),
    "running heads, page numbers": Layout(head="DSK – Orientierungshilfe", foot="Seite {number} von {count}"),
    "footnotes, table": Layout(foot="{number}", footnotes=True, table=True, lines=30),
    "ligatures": Layout(font="Vera", size=9, ligatures=True),
    "two columns": Layout(columns=2, size=9, foot="{number}"),
    "two columns, drawn row by row": Layout(columns=2, size=9, by_row=True, foot="{number}"),
}

TIMED = {
    "made, one column": [layout for layout in LAYOUTS.values() if layout.columns == 1],
    "made, two columns": [LAYOUTS["two columns"]],
    "made, two columns, drawn row by row": [LAYOUTS["two columns, drawn row by row"]],
}


def pdftotext(body: bytes) -> list[str]:
    """Pages as poppler gives them."""
    done = subprocess.run([PDFTOTEXT, "-", "-"], input=body, capture_output=True, check=True)
    return done.stdout.decode("utf-8").split("\f")[:-1]


def pypdf(body: bytes) -> list[str]:
    """Pages as pypdf gives them."""
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]


def pdfminer(body: bytes) -> list[str]:
    """Pages as pdfminer.six gives them."""
    from pdfminer.high_level import extract_text

    return extract_text(io.BytesIO(body)).split("\f")[:-1]


def pdfium(body: bytes) -> list[str]:
    """Pages as pdfium gives them, only the mark for a hyphen at a line's end made visible."""
    import pypdfium2

    texts = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(body))
    return [re.sub("[\x02\ufffe]", "-\n", text) for text in texts]


def extractors(worker: FileWorker) -> dict[str, Extract]:
    """All that are installed; "aktenkundig" is pypdfium2 with what this project does to its text."""
    found: dict[str, Extract] = {
        "aktenkundig": lambda body: [page.text for page in read_file(body, worker=worker).pages],
        "pypdfium2": pdfium,
    }
    if PDFTOTEXT:
        found["pdftotext"] = pdftotext
    for name, extract in (("pypdf", pypdf), ("pdfminer", pdfminer)):
        if importlib.util.find_spec(name):
            found[name] = extract
    return found


def similarity(one: str, other: str) -> float:
    """Character similarity; white space counts as one blank."""
    one, other = (" ".join(text.split()) for text in (one, other))
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def print_similarities(found: dict[str, Extract]) -> None:
    """One line a layout: mean similarity of the pages to what was written."""
    print("| layout | " + " | ".join(found) + " |\n|---|" + "---|" * len(found))
    for name, layout in LAYOUTS.items():
        made = made_pdf(paragraphs(11, 24), layout)
        print(f"| {name} | " + " | ".join(f"{score(made, extract):.4f}" for extract in found.values()) + " |")


def score(made: MadePdf, extract: Extract) -> float:
    """Mean similarity of the pages."""
    read = extract(made.body)
    return statistics.mean(similarity(text, said) for text, said in zip(read, made.pages, strict=True))


def print_paper(paper: Path, found: dict[str, Extract]) -> None:
    """What can be counted on a real paper: pages, words, page numbers and divided words left in."""
    print("\n| extractor | pages | words | lines that are the page number | line ends with hyphen |")
    print("|---|---|---|---|---|")
    for name, extract in found.items():
        pages = extract(paper.read_bytes())
        numbers = sum(str(number) in text.split() and bool(bare(number, text)) for number, text in enumerate(pages, 1))
        divided = sum(len(re.findall(r"\w-\r?\n", text)) for text in pages)
        print(f"| {name} | {len(pages)} | {sum(len(t.split()) for t in pages)} | {numbers} | {divided} |")


def bare(number: int, text: str) -> bool:
    """True if the number stands alone on a line."""
    return str(number) in map(str.strip, text.splitlines())


def print_times(name: str, bodies: list[bytes], pages: int, worker: FileWorker) -> None:
    """One line of the table of times: all files read by us and by pdftotext in turn, round by round."""
    rounds: list[tuple[Cost, Cost]] = []
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{index}.pdf" for index in range(len(bodies))]
        for file, body in zip(files, bodies, strict=True):
            file.write_bytes(body)

        def ours() -> None:
            for file in files:
                read_file(file.read_bytes(), worker=worker, use_ocr=False, is_word=is_word)

        def theirs() -> None:
            for file in files:
                subprocess.run([PDFTOTEXT, file, "/dev/null"], check=True)

        ours()
        rounds += [(cost(ours, worker.pids), cost(theirs, worker.pids)) for _ in range(ROUNDS)]
    one, other = (Cost(*map(statistics.median, zip(*costs, strict=True))) for costs in zip(*rounds, strict=True))
    ratios = sorted(mine.wall / its.wall for mine, its in rounds)
    print(
        f"| {name} | {pages} | {one.wall * 1000:.0f} ms | {other.wall * 1000:.0f} ms | {statistics.median(ratios):.2f} "
        f"| {ratios[0]:.2f}–{ratios[-1]:.2f} | {one.parent * 1000:.0f} + {one.worker * 1000:.0f} ms "
        f"| {other.others * 1000:.0f} ms | {os.getloadavg()[0]:.1f} |"
    )


class Cost(NamedTuple):
    """Seconds that work took: by the clock, and of the processor in this process, the worker and programs run."""

    wall: float
    parent: float
    worker: float
    others: float


def cost(work: Callable[[], object], workers: list[int]) -> Cost:
    """What ``work`` costs; ``workers`` are the ids of the worker processes."""
    before = _clocks(workers)
    work()
    return Cost(*(later - earlier for earlier, later in zip(before, _clocks(workers), strict=True)))


def _clocks(workers: list[int]) -> Cost:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    times = (Path(f"/proc/{worker}/schedstat").read_text("ascii") for worker in workers)
    of_worker = sum(int(one.split()[0]) for one in times) / 1e9
    return Cost(time.perf_counter(), time.process_time(), of_worker, children.ru_utime + children.ru_stime)


def made_pages(count: int, layouts: list[Layout]) -> tuple[list[bytes], int]:
    """Made PDFs of some thirty to sixty pages each, in these layouts in turn, with ``count`` pages or more."""
    bodies, pages = [], 0
    while pages < count:
        layout = layouts[len(bodies) % len(layouts)]
        made = made_pdf(paragraphs(100 + len(bodies), 200 * layout.columns), layout)
        bodies.append(made.body)
        pages += len(made.pages)
    return bodies, pages


def main() -> None:
    """Prints the tables and the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paper", type=Path, default=PAPER)
    parser.add_argument("--pages", type=int, default=410)
    options = parser.parse_args()
    with FileWorker() as worker:
        found = extractors(worker)
        print_similarities(found)
        if options.paper.exists():
            print_paper(options.paper, found)
        print_times_head()
        if options.paper.exists():
            copies = -(-options.pages // 41)
            print_times(f"the real paper, {copies} times", [options.paper.read_bytes()] * copies, 41 * copies, worker)
        for name, layouts in TIMED.items():
            print_times(name, *made_pages(options.pages, layouts), worker)


def print_times_head() -> None:
    """The head of the table of times."""
    print("\n| files | pages | aktenkundig | pdftotext | ratio | range | our CPU: parent + worker | its CPU | load |")
    print("|---|---|---|---|---|---|---|---|---|")


if __name__ == "__main__":
    main()
