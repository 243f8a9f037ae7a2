"""The date that is printed beside a link, not in it."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import NavigableString, Tag

from crawler.pages.blocks import HEADINGS
from crawler.pages.labels import is_date

LEVELS = 4
LONGEST_SURROUNDINGS = 600
"""Characters; a larger part of a page is about more than one link."""


def date_outside_links(element: Tag) -> str | None:
    """The first text in ``element`` that is a date and stands in no link, heading or hint box.

    >>> from bs4 import BeautifulSoup
    >>> date_outside_links(BeautifulSoup("<li><b>Mai 2024</b> - <a href='x.pdf'>Titel</a></li>", "lxml").li)
    'Mai 2024'
    """
    texts = (text.strip(" ()[]:|–—-") for text in _texts(element))
    return next((text for text in texts if is_date(text)), None)


def date_beside(link: Tag) -> str | None:
    """The same in the smallest part of the page around ``link`` that has one, holds no other address and is short.

    The term of a definition (``dt``) belongs to what defines it.
    """
    part: Tag | None = link
    for _ in range(LEVELS):
        part = part.parent if part is not None else None
        if part is None or part.name in ("body", "html", "main") or _is_about_more(part, link):
            return None
        date = date_outside_links(part) or _term_of(part)
        if date is not None:
            return date
    return None


def _term_of(part: Tag) -> str | None:
    term = part.find_previous_sibling(["dt", "dd"]) if part.name == "dd" else None
    return date_outside_links(term) if term is not None and term.name == "dt" else None


def _is_about_more(part: Tag, link: Tag) -> bool:
    others = (other for other in part.find_all("a", href=True) if other["href"] != link["href"])
    return next(others, None) is not None or len(part.get_text(" ")) > LONGEST_SURROUNDINGS


def _texts(element: Tag) -> Iterator[str]:
    for node in element.find_all(string=True):
        if node.find_parent(["a", *sorted(HEADINGS)]) is None and node.find_parent(class_="hint-box") is None:
            yield " ".join(NavigableString(node).split())
