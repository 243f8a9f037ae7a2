"""The messages between the reader and its worker: length-prefixed JSON, with bytes behind it where needed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

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
