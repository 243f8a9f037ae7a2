"""Tidies what a file says of itself: title, author, dates as written, addresses of links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.files.characters import plain_characters
from pipelines.files.records import FileLink, FileMetadata

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEMES = frozenset({"http", "https", "mailto"})
MAX_LENGTH = 1000


def file_metadata(stated: Mapping[str, Any]) -> FileMetadata:
    """The metadata under their PDF names (``Title``, ``Author``, ``CreationDate``, ``ModDate``), tidied.

    >>> file_metadata({"Title": " Kurzpapier Nr. 5 ", "CreationDate": "D:20171217120000+01'00'"}).created
    "D:20171217120000+01'00'"
    """

    def tidy(name: str) -> str | None:
        text = " ".join(plain_characters(str(stated.get(name) or "")).split())
        return text[:MAX_LENGTH] or None

    return FileMetadata(
        title=tidy("Title"), author=tidy("Author"), created=tidy("CreationDate"), modified=tidy("ModDate")
    )


def file_links(found: Iterable[tuple[int, str]]) -> tuple[FileLink, ...]:
    """The links (page, address) of the web or to mailboxes, each once a page; blanks become ``%20``.

    >>> [link.url for link in file_links([(1, "https://www.lfd.m-v.de/"), (1, "javascript:alert(1)")])]
    ['https://www.lfd.m-v.de/']
    """
    kept: dict[FileLink, None] = {}
    for page, address in found:
        url = "%20".join("".join(plain_characters(address).splitlines()).split())
        scheme = _SCHEME.match(url)
        foreign = scheme and "." not in scheme[1] and scheme[1].lower() not in _SCHEMES
        if url and len(url) <= 2 * MAX_LENGTH and not foreign:
            kept[FileLink(page=page, url=url)] = None
    return tuple(kept)
