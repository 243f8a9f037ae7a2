"""The digest that tells a new version: taken over the verbatim content a reader sees."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pipelines.mending import body_key

SEPARATOR = "\x1e"


def fingerprint(
    *,
    title: str,
    kicker: str | None,
    number: str | None,
    printed_dates: Iterable[str],
    text: Iterable[str],
    attachments: Iterable[tuple[str, str]],
    links: Iterable[str],
) -> str:
    """SHA-256 (hex) over title, kicker, number, printed dates, text, attachments and link targets.

    White space, soft hyphens and the like never count (``body_key``), nor does how the text is cut
    into paragraphs or pages, nor the order of links. ``attachments`` are (address, title).

    >>> same = {"title": "A", "kicker": None, "number": None, "printed_dates": [], "attachments": [], "links": []}
    >>> fingerprint(text=["ein  Wort"], **same) == fingerprint(text=["ein", "Wort"], **same)
    True
    """
    parts = [
        body_key(title),
        body_key(kicker or ""),
        body_key(number or ""),
        "|".join(body_key(date) for date in printed_dates),
        body_key(" ".join(text)),
        "|".join(sorted(f"{url} {body_key(name)}" for url, name in attachments)),
        "|".join(sorted(set(links))),
    ]
    return hashlib.sha256(SEPARATOR.join(parts).encode("utf-8", "surrogatepass")).hexdigest()
