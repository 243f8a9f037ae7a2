"""Undoes HTTP content codings (RFC 9110, section 8.4.1), with a limit against bombs."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator

LIMIT = 256 * 1024 * 1024
"""Largest decoded body in bytes unless the caller says otherwise."""

PIECE = 4 * 1024 * 1024
GZIP = b"\x1f\x8b"
WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""zlib's window bits by content coding; "deflate" is sent with and without a header."""

UNREAD = frozenset({
    "br", "zstd", "dcb", "dcz", "compress", "x-compress", "exi", "pack200-gzip", "aes128gcm",
})  # fmt: skip
"""The other codings that are registered (IANA). Any other word ("none", "UTF-8") says nothing of the bytes."""


class CodingError(ValueError):
    """A body is not what its Content-Encoding says, is cut off, or grows beyond the limit."""


class TooLarge(CodingError):
    """A body unpacks to more than the limit."""


def decoded(body: bytes, coding: str, *, limit: int = LIMIT) -> bytes:
    """The payload behind a ``Content-Encoding`` value. Raises CodingError.

    A word that is no content coding is passed over, as browsers do.

    >>> import gzip
    >>> decoded(gzip.compress(b"Grundrecht"), "gzip")
    b'Grundrecht'
    """
    for name in reversed(_codings(coding)):
        if body:
            body = _inflate(body, name, limit)
    return body


def _codings(header: str) -> list[str]:
    names = (part.strip().lower() for part in header.split(","))
    return [name for name in names if name in WINDOWS or name in UNREAD]


def digest_of(body: bytes, coding: str) -> str:
    """SHA-256 (hex) of the payload, unpacked piece by piece: however large it is, it needs little memory.

    Raises CodingError. Several codings one over the other are unpacked as a whole.
    """
    names = _codings(coding)
    if len(names) != 1 or not body:
        return hashlib.sha256(decoded(body, coding)).hexdigest()
    digest = hashlib.sha256()
    for piece in _pieces(body, names[0]):
        digest.update(piece)
    return digest.hexdigest()


def _inflate(body: bytes, name: str, limit: int) -> bytes:
    plain = bytearray()
    for piece in _pieces(body, name):
        plain += piece
        if len(plain) > limit:
            raise TooLarge(f"decoded body exceeds {limit} bytes")
    return bytes(plain)


def _pieces(body: bytes, name: str) -> Iterator[bytes]:
    windows = WINDOWS.get(name)
    if windows is None:
        raise CodingError(f"unknown content coding {name!r}")
    window = next((one for one in windows if _fits(body, one)), None)
    if window is None:
        raise CodingError(f"body is not {name}")
    while body:
        inflater = zlib.decompressobj(window)
        while not inflater.eof:
            try:
                piece = inflater.decompress(body, PIECE)
            except zlib.error as error:
                raise CodingError(f"body is not {name}") from error
            body = inflater.unconsumed_tail
            if not piece and not body and not inflater.eof:
                raise CodingError("compressed body is cut off")
            yield piece
        # gzip may come in several members (RFC 1952, 2.2); anything else behind the end is no part of it.
        body = inflater.unused_data if inflater.unused_data.startswith(GZIP) else b""


def _fits(body: bytes, window: int) -> bool:
    try:
        zlib.decompressobj(window).decompress(body[:4096], 4096)
    except zlib.error:
        return False
    return True
