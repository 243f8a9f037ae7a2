"""Writes an Atom feed (RFC 4287); pure."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from portal.untrusted import visible

NAMESPACE = "http://www.w3.org/2005/Atom"
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://aktenkundig.invalid/")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry; times are UTC ``…Z``, ``link`` is a full address, ``categories`` are (term, label).

    ``content`` is HTML, escaped where it came from.
    """

    key: str
    title: str
    link: str
    published: str
    updated: str
    summary: str
    author: str
    categories: Sequence[tuple[str, str]] = ()
    content: str | None = None


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A feed: ``address`` is its own full address, ``page`` the page it belongs to.

    ``sheet`` is the address of the XSL sheet that makes it a page in browsers, ``beside`` leads to other pages of
    the feed (``next``, ``previous``; RFC 5005).
    """

    key: str
    title: str
    address: str
    page: str
    updated: str
    entries: Sequence[Entry]
    sheet: str
    icon: str
    beside: Mapping[str, str] = field(default_factory=dict)


def stable_id(key: str) -> str:
    """An id that never changes for a key, whatever address the portal has.

    >>> stable_id("dsmv-171183/new/1")
    'urn:uuid:ce56cc0d-cd4c-5386-86fc-32bef341b755'
    """
    return f"urn:uuid:{uuid.uuid5(_IDS, key)}"


def write_feed(feed: Feed) -> bytes:
    """The feed as UTF-8 XML."""
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(_tag("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": "de"})
    _text(root, "id", stable_id(feed.key))
    _text(root, "title", feed.title)
    _text(root, "updated", feed.updated)
    _text(root, "icon", feed.icon)
    _link(root, feed.address, "self", "application/atom+xml")
    _link(root, feed.page, "alternate", "text/html")
    for rel, address in feed.beside.items():
        _link(root, address, rel, "application/atom+xml")
    ET.SubElement(root, _tag("generator")).text = "Aktenkundig"
    for entry in feed.entries:
        _write_entry(root, entry)
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<?xml-stylesheet type="text/xsl" href={quoteattr(feed.sheet)}?>\n'
    body: bytes = ET.tostring(root, encoding="utf-8")
    return head.encode() + body


def _write_entry(root: ET.Element, entry: Entry) -> None:
    element = ET.SubElement(root, _tag("entry"))
    _text(element, "id", stable_id(entry.key))
    _text(element, "title", entry.title)
    _link(element, entry.link, "alternate", "text/html")
    _text(element, "published", entry.published)
    _text(element, "updated", entry.updated)
    _text(ET.SubElement(element, _tag("author")), "name", entry.author)
    for term, label in entry.categories:
        ET.SubElement(element, _tag("category"), {"term": visible(term), "label": visible(label)})
    _text(element, "summary", entry.summary)
    if entry.content:
        ET.SubElement(element, _tag("content"), {"type": "html"}).text = visible(entry.content)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _tag(name)).text = visible(text)


def _link(parent: ET.Element, href: str, rel: str, kind: str) -> None:
    ET.SubElement(parent, _tag("link"), {"href": visible(href), "rel": rel, "type": kind})
