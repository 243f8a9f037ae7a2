"""Links as written become records: canonical addresses, or a reason for leaving them out."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.errors import UnknownIdentity
from crawler.identity import canonical_url
from crawler.items import ExcludedLink, Link
from crawler.pages.blocks import Anchor
from crawler.pages.wordlists import words
from crawler.sources import SourceDescription

_NO_ADDRESS = ("javascript:", "data:", "tel:", "fax:", "sms:", "callto:", "about:", "blob:", "vbscript:")


def read_links(anchors: Iterable[Anchor], url: str, source: SourceDescription) -> tuple[Link, ...]:
    """The web links among these anchors, canonical, each address and text once, in order."""
    found: dict[tuple[str, str], Link] = {}
    for anchor in anchors:
        address = resolve(anchor.href, url, source)
        if isinstance(address, str):
            link = Link(url=address, text=anchor.text or anchor.hint)
            found.setdefault((link.url, link.text), link)
    return tuple(found.values())


def resolve(href: str, url: str, source: SourceDescription) -> str | ExcludedLink:
    """The canonical address of an href on the page ``url``, or why it is none."""
    reasons = words("furniture")["reasons"]
    bare = href.strip()
    lower = bare.lower()
    if lower.startswith("mailto:"):
        return ExcludedLink(url=bare, text="", reason=reasons["mail"])
    if not bare or bare.startswith("#"):
        return ExcludedLink(url=bare, text="", reason=reasons["anchor"])
    if lower.startswith(_NO_ADDRESS):
        return ExcludedLink(url=bare[:200], text="", reason=reasons["unreadable"])
    try:
        return canonical_url(bare, url, source)
    except UnknownIdentity:
        return ExcludedLink(url=bare[:200], text="", reason=reasons["unreadable"])
