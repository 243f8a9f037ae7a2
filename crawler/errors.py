"""The named errors of page reading, and what a ``problems`` row says of them in German."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawler.wordlists import words


class ReadingError(ValueError):
    """A page could not be read. Raised by ``crawler.pages``; the page never becomes a document.

    ``kind`` is the short machine word stored in ``problems.kind``.
    """

    kind = "unreadable"

    def __init__(self, url: str, detail: str) -> None:
        super().__init__(f"{url}: {detail}")
        self.url = url
        self.detail = detail


class MissingPart(ReadingError):
    """A required part of a page (heading, date, …) is not there. ``part`` names it."""

    kind = "missing_part"

    def __init__(self, url: str, part: str) -> None:
        super().__init__(url, f"required part missing: {part}")
        self.part = part


class NotTheDocument(ReadingError):
    """The address answered 200 with something else: an error page, the start page, an empty page."""

    kind = "not_the_document"


class Interposed(ReadingError):
    """A page put in between answered instead (bot check, login, maintenance): it says nothing of the document.

    Raised by ``crawler.pages.frame``; becomes a problem, never a version, an absence or a first document.
    """

    kind = "interposed"


class EmptyListing(ReadingError):
    """A listing page has no items where items were to be expected; a sign of changed markup."""

    kind = "empty_listing"


class UnknownIdentity(ReadingError):
    """A link carries no usable identity (an id that is not a number, an empty file name)."""

    kind = "unknown_identity"


SAYS = re.compile(r"the page says '(.*)'\Z", re.DOTALL)


def describe_error(error: ReadingError) -> str:
    """The sentence for an error of page reading.

    >>> from crawler.errors import MissingPart, NotTheDocument
    >>> describe_error(MissingPart("https://www.datenschutz-mv.de/presse/", "heading"))
    'Ein Pflichtteil der Seite fehlt: die Überschrift.'
    >>> describe_error(NotTheDocument("https://www.datenschutz-mv.de/presse/", "the page says 'Fehler 404'"))
    'Unter der Adresse steht etwas anderes: »Fehler 404«.'
    """
    texts = words("problems")
    said = SAYS.match(error.detail)
    detail = f"»{said.group(1)}«" if said else texts["details"].get(error.detail, error.detail)
    sentence: str = texts["reading"].get(error.kind, texts["reading"]["unreadable"])
    return sentence.format(detail=detail)


def describe_failure(error: BaseException | None) -> tuple[str, str]:
    """The problem kind and sentence for an address that gave no usable answer, with what kept robots.txt away.

    >>> describe_failure(TimeoutError())
    ('timeout', 'Die Antwort kam nicht rechtzeitig.')
    """
    tables = words("problems")
    kind, sentence = _told(error, tables)
    if kind == "robots_unreachable" and error is not None and error.__cause__ is not None:
        sentence += f" Grund: {_told(error.__cause__, tables)[1]}"
    return kind, sentence


def _told(error: BaseException | None, tables: Mapping[str, Any]) -> tuple[str, str]:
    for mark, (kind, sentence) in tables["marks"].items():
        if mark in str(error):
            return kind, sentence
    for cls in type(error).__mro__:
        if cls.__name__ in tables["failures"]:
            kind, sentence = tables["failures"][cls.__name__]
            return kind, sentence
    if "redirect" in str(error).lower():
        kind, sentence = tables["failures"]["RedirectLoop"]
        return kind, sentence
    return "unreachable", f"Keine Verbindung ({type(error).__name__})."
