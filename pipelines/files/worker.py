"""The process in which hostile files are opened, and its messages: length-prefixed JSON, bytes behind it if needed.

It reads requests on stdin, answers on stdout and ends with its parent. ``FileWorker`` starts it as
``python -m pipelines.files.worker``; it is not for use by hand.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

HEADER = 8
MAX_FRAME = 512 * 1024 * 1024

Read = Callable[[int], bytes]
"""Gives exactly so many bytes, or raises EOFError."""


class BrokenFrame(ValueError):
    """What came over the pipe is no message; the worker is then taken for crashed."""


def packed(message: dict[str, Any], blob: bytes = b"") -> bytes:
    """A message as bytes: length of the JSON, length of the blob, JSON, blob.

    >>> packed({"n": 1}).hex(" ")
    '00 00 00 07 00 00 00 00 7b 22 6e 22 3a 31 7d'
    """
    text = json.dumps(message, separators=(",", ":")).encode("ascii")
    return len(text).to_bytes(4, "big") + len(blob).to_bytes(4, "big") + text + blob


def unpacked(read: Read) -> tuple[dict[str, Any], bytes]:
    """The next message and its blob. Raises EOFError at the end of the pipe, BrokenFrame for anything odd."""
    head = read(HEADER)
    text_size, blob_size = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
    if text_size + blob_size > MAX_FRAME:
        raise BrokenFrame(f"{text_size + blob_size} bytes announced")
    try:
        message = json.loads(read(text_size))
    except ValueError as error:
        raise BrokenFrame(str(error)) from error
    if not isinstance(message, dict):
        raise BrokenFrame("not an object")
    return message, read(blob_size) if blob_size else b""


Answer = tuple[dict[str, Any], bytes]


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answers requests until ``source`` ends. Each request gets any number of messages and then ``done``."""

    def read(size: int) -> bytes:
        data = source.read(size)
        if len(data) < size:
            raise EOFError
        return data

    while True:
        try:
            request, body = unpacked(read)
        except EOFError:
            return
        for message, blob in _guarded(request, body):
            sink.write(packed(message, blob))
            sink.flush()


def _guarded(request: dict[str, Any], body: bytes) -> Iterator[Answer]:
    """The answers to one request, each made under the time limit of a page."""
    _limit_memory(int(request["memory_bytes"]))
    answers = TASKS[request["task"]](request, body)
    while True:
        # The alarm kills this process even inside pdfium: nobody else may be left to do it.
        signal.setitimer(signal.ITIMER_REAL, float(request["page_seconds"]) + 5)
        try:
            answer = next(answers, None)
        except MemoryError:
            answer = ({"problem": "bomb"}, b"")
            answers = iter(())
        signal.setitimer(signal.ITIMER_REAL, 0)
        if answer is None:
            break
        yield answer
    yield {"done": True}, b""


def _pdf(request: dict[str, Any], body: bytes) -> Iterator[Answer]:
    from pipelines.files.pdf import read_pdf

    return read_pdf(
        body,
        first=int(request["first"]),
        max_pages=int(request["max_pages"]),
        max_chars=int(request["max_page_chars"]),
        until=int(request.get("until", 0)),
        share=int(request.get("share", 0)),
    )


def _pictures(request: dict[str, Any], body: bytes) -> Iterator[Answer]:
    from pipelines.files.pdf import draw_pages

    pictures = draw_pages(body, pages=list(request["pages"]), dpi=int(request["dpi"]))
    return (({"page": number}, picture) for number, picture in pictures)


def _package(request: dict[str, Any], body: bytes) -> Iterator[Answer]:
    from pipelines.files.office import read_docx, read_odt
    from pipelines.files.package import read_package

    yield read_package(body, max_unpacked=int(request["max_unpacked"]), odt=read_odt, docx=read_docx), b""


TASKS: dict[str, Callable[[dict[str, Any], bytes], Iterator[Answer]]] = {
    "pdf": _pdf,
    "pictures": _pictures,
    "package": _package,
}


def _limit_memory(size: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def main() -> None:
    """Keeps stdout for answers alone and serves until the parent closes the pipe."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    try:
        serve(sys.stdin.buffer, answers)
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
