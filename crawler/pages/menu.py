"""The site's own navigation: its links to pages nobody described."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from crawler.identity import ending_of, is_file
from crawler.items import Link
from crawler.pages.addresses import host_of
from crawler.pages.links import resolve
from crawler.pages.wordlists import words
from crawler.sources import SourceDescription


def site_menu(anchors: Iterable[tuple[str, str]], url: str, source: SourceDescription) -> tuple[Link, ...]:
    """Links to further section pages (``*.html`` on the source's host) that its description does not name.

    ``anchors`` are href and text as on the page ``url``. Imprint, contact and the like are left out.
    """
    described = {source.site + section.path for section in source.sections} | {url}
    found: dict[str, Link] = {}
    for href, text in anchors:
        address = resolve(href, url, source)
        if isinstance(address, str) and address not in described and _may_be_section(address, source):
            found.setdefault(address, Link(url=address, text=text))
    return tuple(found.values())


def _may_be_section(address: str, source: SourceDescription) -> bool:
    if host_of(address) not in source.hosts or is_file(address, source):
        return False
    parts = urlsplit(address)
    stem = parts.path.rsplit("/", 1)[-1].rpartition(".")[0].casefold()
    return ending_of(address) in ("html", "htm") and not parts.query and stem not in _no_sections()


def _no_sections() -> list[str]:
    stems: list[str] = words("furniture")["no_sections"]["stems"]
    return stems
