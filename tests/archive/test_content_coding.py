"""Content codings are undone, with a limit, and what is not what it says is a named error."""

from __future__ import annotations

import gzip
import hashlib
import zlib

import pytest

from archive.vault.reading import CodingError, decoded, digest_of

TEXT = "Ein Beschluss über Kameras. ".encode() * 50


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), "X-GZIP"),
        (zlib.compress(TEXT), "deflate"),
        (zlib.compress(TEXT)[2:-4], "deflate"),
        (gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0), "gzip, gzip"),
        (gzip.compress(TEXT[:99], mtime=0) + gzip.compress(TEXT[99:], mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0) + b"\0\0 padding", "gzip"),
        (TEXT, "none"),
        (TEXT, "UTF-8"),
        (gzip.compress(TEXT, mtime=0), "utf-8, gzip"),
    ],
    ids=[
        "none",
        "identity",
        "gzip",
        "x-gzip",
        "zlib",
        "raw deflate",
        "twice",
        "two members",
        "padded",
        "the word none",
        "a charset",
        "a charset and gzip",
    ],
)
def test_known_codings_are_undone(body: bytes, coding: str) -> None:
    assert decoded(body, coding) == TEXT
    assert digest_of(body, coding) == hashlib.sha256(TEXT).hexdigest()


@pytest.mark.parametrize(
    ("body", "coding", "complaint"),
    [(gzip.compress(TEXT, mtime=0)[:-12], "gzip", "cut off"), (TEXT, "gzip", "is not gzip"), (TEXT, "br", "unknown")],
    ids=["cut off", "not gzip", "unknown"],
)
def test_wrong_codings_are_named(body: bytes, coding: str, complaint: str) -> None:
    with pytest.raises(CodingError, match=complaint):
        decoded(body, coding)


def test_a_bomb_stops_at_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)

    with pytest.raises(CodingError, match="exceeds"):
        decoded(bomb, "gzip", limit=1_000_000)


def test_an_empty_body_is_empty_whatever_it_says() -> None:
    assert decoded(b"", "gzip") == b""
