"""Has pages without text drawn by the worker and read by OCR."""

from __future__ import annotations

import time
from collections.abc import Iterator

from pipelines.files.file_worker import FileWorker, WorkerFailure
from pipelines.files.hyphens import IsWord
from pipelines.files.ocr import DPI, Ocr, OcrFailed, ocr_paragraphs
from pipelines.files.records import FileLimits, FileProblem
from pipelines.files.wording import problem, spoken_pages

PICTURES_AT_ONCE = 4
"""So many pictures (8 MB each) are drawn before they are read."""


def read_scans(
    body: bytes,
    numbers: list[int],
    *,
    limits: FileLimits,
    worker: FileWorker,
    ocr: Ocr | None,
    is_word: IsWord | None,
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


def _drawn(
    body: bytes, numbers: list[int], limits: FileLimits, worker: FileWorker
) -> Iterator[tuple[int, bytes]]:
    for start in range(0, len(numbers), PICTURES_AT_ONCE):
        some = numbers[start : start + PICTURES_AT_ONCE]
        try:
            answers = list(worker.ask({"task": "pictures", "pages": some, "dpi": DPI}, body, limits))
        except WorkerFailure:
            answers = []
        yield from ((int(message["page"]), picture) for message, picture in answers)
