"""Undoes HTTP content codings (RFC 9110, section 8.4.1), with a limit against bombs."""

from __future__ import annotations

import zlib

LIMIT = 256 * 1024 * 1024
"""Largest decoded body in bytes unless the caller says otherwise."""


class CodingError(ValueError):
    """A body is not what its Content-Encoding says, is cut off, or grows beyond the limit."""


class TooLarge(CodingError):
    """A body unpacks to more than the limit."""


def decoded(body: bytes, coding: str, *, limit: int = LIMIT) -> bytes:
    """The payload behind a ``Content-Encoding`` value. Raises CodingError.

    >>> import gzip
    >>> decoded(gzip.compress(b"Grundrecht"), "gzip")
    b'Grundrecht'
    """
    for name in reversed([part.strip().lower() for part in coding.split(",") if part.strip()]):
        if name != "identity" and body:
            body = _inflate(body, name, limit)
    return body


def _inflate(body: bytes, name: str, limit: int) -> bytes:
    windows = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}.get(name)
    if windows is None:
        raise CodingError(f"unknown content coding {name!r}")
    for window in windows:
        inflater = zlib.decompressobj(window)
        try:
            plain = inflater.decompress(body, limit + 1)
        except zlib.error:
            continue
        if len(plain) > limit:
            raise TooLarge(f"decoded body exceeds {limit} bytes")
        if not inflater.eof:
            raise CodingError("compressed body is cut off")
        return plain
    raise CodingError(f"body is not {name}")
