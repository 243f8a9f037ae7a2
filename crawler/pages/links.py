"""The links of a page: each resolved once, in the tree, before anything reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urljoin

from lxml import etree

from crawler.errors import UnknownIdentity
from crawler.identity import canonical_url
from crawler.items import ExcludedLink, Link
from crawler.pages.blocks import Anchor
from crawler.sources import SourceDescription
from crawler.wordlists import words

UNREADABLE = "unreadable:"
"""Stands before what was written where an address should be and cannot be read."""

MOST_SPELLED = 20_000
"""Links that are remembered of a site; later ones are resolved each time."""

_BREAKS = re.compile(r"[\t\n\r]+")
_WEB = ("http://", "https://")
_NO_ADDRESS = ("javascript:", "data:", "tel:", "fax:", "sms:", "callto:", "about:", "blob:", "vbscript:")


def resolve_links(tree: etree._Element, url: str, source: SourceDescription) -> None:
    """Give every link of a page its canonical address; ``<base href>`` is obeyed.

    What is no web address (a mailbox, a fragment, a script) stays as written; what cannot be read is marked.
    """
    base = next((href for one in tree.iter("base") if (href := one.get("href"))), "")
    try:
        base = urljoin(url, base.strip())
    except ValueError:
        base = url
    at_home = base.startswith(source.site + "/")
    for link in tree.iter("a", "area"):
        href = link.get("href")
        if href is None:
            continue
        known = source.spelled.get(href) if at_home else None
        if known is None:
            known = _resolved(_BREAKS.sub("", href.strip()), base, source)
            if at_home and href.startswith(("/", "https://")) and len(source.spelled) < MOST_SPELLED:
                source.spelled[href] = known
        link.set("href", known)


def is_address(href: str) -> bool:
    """Whether the href of an opened page is a web address."""
    return href.startswith(_WEB)


def excluded_link(href: str, text: str) -> ExcludedLink:
    """The record for a link that is no web address, with the reason."""
    reasons = words("furniture")["reasons"]
    if href.lower().startswith("mailto:"):
        return ExcludedLink(url=href, text=text, reason=reasons["mail"])
    if not href or href.startswith("#"):
        return ExcludedLink(url=href, text=text, reason=reasons["anchor"])
    return ExcludedLink(url=href.removeprefix(UNREADABLE)[:200], text=text, reason=reasons["unreadable"])


def read_links(anchors: Iterable[Anchor]) -> tuple[Link, ...]:
    """The web links among these anchors, each address and text once, in order."""
    found: dict[tuple[str, str], Link] = {}
    for anchor in anchors:
        if is_address(anchor.href):
            link = Link(url=anchor.href, text=anchor.text or anchor.hint)
            found.setdefault((link.url, link.text), link)
    return tuple(found.values())


def _resolved(href: str, base: str, source: SourceDescription) -> str:
    lower = href.lower()
    if not href or href.startswith("#") or lower.startswith(("mailto:", *_NO_ADDRESS)):
        return href.replace("\f", "%0C")
    try:
        return canonical_url(href.replace("\f", "%0C"), base, source)
    except UnknownIdentity:
        return UNREADABLE + href.replace("\f", "%0C")
