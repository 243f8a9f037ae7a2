"""The word diff of two versions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import NotFound, Request, Response

from archive.diff import Change, word_diff
from portal.access import read
from portal.addresses import document_path
from portal.german_dates import as_date
from portal.queries.documents import Document
from portal.queries.versions import Version, find_version, version_pages
from portal.rendering import page
from portal.stretches import Stretch, folded
from portal.views.document import NOINDEX, known_document, number_in

if TYPE_CHECKING:
    from datasette.app import Datasette


@dataclass(frozen=True, kw_only=True)
class Field:
    """A printed part of the document (title, date …) with its changes."""

    name: str
    changes: list[Change]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two versions and what differs between them; ``taken`` and ``put`` count words.

    ``other`` is the document of the older one where two editions of a paper are compared.
    """

    document: Document
    other: Document | None = None
    old: Version
    new: Version
    fields: list[Field]
    text: list[Stretch]
    taken: int
    put: int

    @property
    def same_text(self) -> bool:
        """Whether the texts are equal."""
        return all(part.op == "=" for part in self.text)

    @property
    def same(self) -> bool:
        """Whether nothing at all differs."""
        return self.same_text and not self.fields

    @property
    def steps(self) -> list[tuple[int, int]]:
        """The comparisons of each version with the one before, where there is more than one."""
        newest = 0 if self.other else self.document.version
        return [(number - 1, number) for number in range(2, newest + 1)] if newest > 2 else []


def compare(conn: sqlite3.Connection, document_id: str, old_number: int, new_number: int) -> Comparison:
    """The comparison of two versions. Raises NotFound where one of them does not exist."""
    document = known_document(conn, document_id)
    old = find_version(conn, document_id, old_number)
    new = find_version(conn, document_id, new_number)
    if old is None or new is None:
        raise NotFound("Diese Fassung gibt es nicht.")
    return _compared(conn, document, old, new)


def compare_editions(conn: sqlite3.Connection, document_id: str, other_id: str) -> Comparison:
    """The newest version of another document beside that of this one. Raises NotFound, Blocked."""
    document, other = known_document(conn, document_id), known_document(conn, other_id)
    old = find_version(conn, other.id, other.version)
    new = find_version(conn, document.id, document.version)
    if old is None or new is None:
        raise NotFound("Diese Fassung gibt es nicht.")
    return replace(_compared(conn, document, old, new), other=other)


def _compared(conn: sqlite3.Connection, document: Document, old: Version, new: Version) -> Comparison:
    text = word_diff(_text(conn, old), _text(conn, new))
    return Comparison(
        document=document,
        old=old,
        new=new,
        fields=_changed_fields(old, new),
        text=folded(text),
        taken=_words(text, "-"),
        put=_words(text, "+"),
    )


def _text(conn: sqlite3.Connection, version: Version) -> str:
    return "\n\n".join(page.text for page in version_pages(conn, version.document_id, version.version))


def _words(changes: list[Change], wanted: str) -> int:
    return sum(len(text.split()) for op, text in changes if op == wanted)


def _changed_fields(old: Version, new: Version) -> list[Field]:
    pairs = (
        ("Dachzeile", old.kicker, new.kicker),
        ("Titel", old.title[:5000], new.title[:5000]),
        ("Nummer", old.number, new.number),
        ("Veröffentlicht", as_date(old.published_on), as_date(new.published_on)),
        ("Beschlossen", as_date(old.issued_on), as_date(new.issued_on)),
        ("Anlagen", _attachments(old), _attachments(new)),
        ("Verweise", _links(old), _links(new)),
    )
    return [Field(name=name, changes=word_diff(a or "", b or "")) for name, a, b in pairs if (a or "") != (b or "")]


def _attachments(version: Version) -> str:
    return "\n".join(f"{title} <{url}>" for url, title in version.attached)


def _links(version: Version) -> str:
    return "\n".join(version.linked)


async def show_comparison(datasette: Datasette, request: Request) -> Response:
    """The diff of two versions of a document."""
    numbers = number_in(request, "old") or 0, number_in(request, "new") or 0
    return await _show(datasette, request, compare, *numbers)


async def show_editions(datasette: Datasette, request: Request) -> Response:
    """The diff of two editions of a paper, which are documents of their own."""
    return await _show(datasette, request, compare_editions, request.url_vars["other"])


async def _show(datasette: Datasette, request: Request, question: Callable[..., Comparison], *asked: Any) -> Response:
    found = await read(datasette, question, request.url_vars["document"], *asked)
    return await page(
        datasette,
        request,
        "comparison.html",
        headers=NOINDEX,
        found=found,
        document=found.document,
        old_path=str(datasette.urls.path(document_path((found.other or found.document).id))),
        noindex=True,
    )
