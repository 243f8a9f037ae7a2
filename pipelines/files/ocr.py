"""Has pages without text drawn by the worker, and reads the pictures with tesseract where it knows German."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from pipelines.files.characters import plain_characters
from pipelines.files.file_worker import FileWorker, WorkerFailure, clean_environment
from pipelines.files.hyphens import IsWord, bond, join
from pipelines.files.records import FileLimits, FileProblem, problem, spoken_pages

SETTING = "AKTENKUNDIG_OCR"
OFF = frozenset({"0", "aus", "off", "nein", "no", "false"})
DPI = 300


class OcrFailed(RuntimeError):
    """Raised when tesseract fails or takes too long; the page then stays without text."""


@dataclass(frozen=True, kw_only=True)
class Ocr:
    """An installed tesseract: path of the program and its language."""

    program: str
    language: str = "deu"

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
def _languages(program: str) -> frozenset[str]:
    try:
        listed = subprocess.run(  # noqa: S603
            [program, "--list-langs"], capture_output=True, timeout=20, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return frozenset()
    return frozenset(listed.stdout.decode("utf-8", "replace").split())


def ocr_paragraphs(printed: str, is_word: IsWord | None = None) -> str:
    """Tesseract's output as flowing text: lines joined, words rejoined, paragraphs apart.

    >>> ocr_paragraphs("Die Aufbewah-\\nrungsfrist endet.\\n\\nStand 2021\\n\\f")
    'Die Aufbewahrungsfrist endet.\\n\\nStand 2021'
    """
    blocks = re.split(r"\n[ \t]*\n", plain_characters(printed.replace("\f", "\n")))
    return "\n\n".join(filter(None, (_flowing(block, is_word) for block in blocks)))


def _flowing(block: str, is_word: IsWord | None) -> str:
    lines = [line for line in map(str.strip, block.split("\n")) if line]
    bonds = (
        bond(before, line, is_word) if before.endswith("-") and line[0].isalpha() else " "
        for before, line in pairwise(lines)
    )
    return join(["", *bonds], lines) if lines else ""


PICTURES_AT_ONCE = 4
"""So many pictures (8 MB each) are drawn before they are read."""


def read_scans(
    body: bytes, numbers: list[int], *, limits: FileLimits, worker: FileWorker, ocr: Ocr | None, is_word: IsWord | None
) -> tuple[dict[int, str], list[FileProblem]]:
    """The text of these pages by number, and what went wrong. Pages that failed are not in it."""
    if ocr is None:
        return {}, [problem("ocr_missing", pages=spoken_pages(numbers))]
    texts: dict[int, str] = {}
    end = time.monotonic() + limits.ocr_file_seconds
    for number, picture in _drawn(body, numbers, limits, worker):
        seconds = min(limits.ocr_page_seconds, end - time.monotonic())
        if seconds <= 0:
            break
        try:
            texts[number] = ocr_paragraphs(ocr.read(picture, seconds=seconds), is_word)
        except OcrFailed:
            continue
    failed = [number for number in numbers if number not in texts]
    return texts, [problem("ocr_failed", pages=spoken_pages(failed))] if failed else []


def _drawn(body: bytes, numbers: list[int], limits: FileLimits, worker: FileWorker) -> Iterator[tuple[int, bytes]]:
    for start in range(0, len(numbers), PICTURES_AT_ONCE):
        some = numbers[start : start + PICTURES_AT_ONCE]
        try:
            answers = list(worker.ask({"task": "pictures", "pages": some, "dpi": DPI}, body, limits))
        except WorkerFailure:
            answers = []
        yield from ((int(message["page"]), picture) for message, picture in answers)
