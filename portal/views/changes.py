"""What changed: as a page, as JSON and as CSV, with the decisive words of each edit."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response

from archive.diff import Change as Words
from portal.access import recall, recall_bulk
from portal.addresses import document_path, with_query
from portal.facets import value_label
from portal.german_dates import first_day, last_day
from portal.labels import names_of, words
from portal.layout import absolute_url
from portal.queries.changes import KINDS, Change, Changes, changes
from portal.queries.overview import bodies_named
from portal.queries.topics import topic_labels
from portal.rendering import file_headers, page, page_headers
from portal.search_request import SearchRequest
from portal.searching import Selection, asked_of, chosen_by
from portal.stretches import passages
from portal.untrusted import spreadsheet_cell, visible
from portal.views.comparison import Field, compare

if TYPE_CHECKING:
    from datasette.app import Datasette

PATH = "/aenderungen"
PAGE_SIZE = 20
MOST_ROWS = 1000
MOST_REMEMBERED = 2000
"""Changes of a list that are kept for its pages; who reads on has them looked up page by page."""

MOST_PASSAGES = 3
EVERYTHING = Selection(where="1", parameters=())
COLUMNS = ("at", "not_before", "kinds", "id", "version", "title", "doc_type", "source", "diff", "other_id", "url")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A change with its words: ``fields`` that changed, ``passages`` of the text, ``more`` that are not shown."""

    change: Change
    fields: list[Field]
    passages: list[list[Words]]
    more: int


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a reader asks for: documents as in ``/suche``, and the kinds of change."""

    documents: SearchRequest
    kinds: tuple[str, ...]

    def address(self, path: str = PATH) -> str:
        """The address of this request."""
        asked = with_query(path, self.documents.parameters())
        kinds = "&".join(f"art={kind}" for kind in self.kinds)
        return asked + ("&" if "?" in asked else "?") * bool(kinds) + kinds


async def read_asked(datasette: Datasette, request: Request) -> Asked:
    """The request of an address; kinds that do not exist count as not given."""
    kinds = tuple(kind for kind in KINDS if kind in request.args.getlist("art"))
    documents = await asked_of(datasette, request, "art")
    unknown = tuple(("art", visible(kind)) for kind in request.args.getlist("art") if kind not in (*KINDS, ""))
    return Asked(documents=replace(documents, ignored=(*documents.ignored, *unknown)), kinds=kinds)


def find_changes(
    conn: sqlite3.Connection, asked: Asked, *, limit: int = PAGE_SIZE, offset: int = 0
) -> tuple[Changes, list[Shown]]:
    """The changes asked for, with the words of those on the page. The period bounds the day of the change."""
    found = _changes_asked(conn, asked, limit=limit, offset=offset)
    return found, with_words(conn, found.items)


def _changes_asked(conn: sqlite3.Connection, asked: Asked, *, limit: int = MOST_REMEMBERED, offset: int = 0) -> Changes:
    documents = replace(asked.documents, since=None, until=None)
    chosen = chosen_by(conn, documents) if documents.parameters_given else EVERYTHING
    since, until = asked.documents.since, asked.documents.until
    return changes(
        conn,
        among=chosen.where,
        parameters=chosen.parameters,
        kinds=asked.kinds,
        since=first_day(since) if since else None,
        until=last_day(until) if until else None,
        limit=limit,
        offset=offset,
    )


def with_words(conn: sqlite3.Connection, items: Sequence[Change]) -> list[Shown]:
    """Changes with their words."""
    return [_shown(conn, change) for change in items]


async def _one_page(datasette: Datasette, asked: Asked) -> tuple[Changes, list[Shown]]:
    """All that was asked for, and the page of it; the whole list is put together once for all its pages."""
    start = (asked.documents.page - 1) * PAGE_SIZE
    whole = replace(asked, documents=replace(asked.documents, page=1))
    if start + PAGE_SIZE > MOST_REMEMBERED:
        return await recall(datasette, find_changes, asked, offset=start)
    found = await recall(datasette, _changes_asked, whole)
    return found, await recall(datasette, with_words, tuple(found.items[start : start + PAGE_SIZE]))


def latest_changes(conn: sqlite3.Connection, limit: int) -> list[Shown]:
    """The newest changes, for the start page."""
    return [_shown(conn, change) for change in changes(conn, limit=limit).items]


def _shown(conn: sqlite3.Connection, change: Change) -> Shown:
    if not change.edited:
        return Shown(change=change, fields=[], passages=[], more=0)
    compared = compare(conn, change.id, change.version - 1, change.version)
    found = passages([(part.op, part.text) for part in compared.text])
    shown = found[:MOST_PASSAGES]
    return Shown(change=change, fields=compared.fields, passages=shown, more=len(found) - len(shown))


async def show_changes(datasette: Datasette, request: Request) -> Response:
    """The page."""
    asked = await read_asked(datasette, request)
    number = asked.documents.page
    found, shown = await _one_page(datasette, asked)
    topics, bodies = await recall(datasette, topic_labels), await recall(datasette, bodies_named)
    names = await recall(datasette, names_of)
    pages = -(-found.total // PAGE_SIZE)

    def at_page(other: int) -> str | None:
        if not 1 <= other <= pages or other == number:
            return None
        return _path(datasette, replace(asked, documents=replace(asked.documents, page=other)).address())

    feed = _feed_address(asked)
    return await page(
        datasette,
        request,
        "changes.html",
        asked=asked.documents,
        shown=shown,
        total=found.total,
        kinds=_kind_links(datasette, asked, found.counts),
        filters=_chosen_filters(datasette, asked, topics),
        choices={"source": names.shown, "doc_type": words("doc_types"), "topic": topics, "issuer": bodies},
        chosen_kinds=asked.kinds,
        pages=pages,
        previous_address=at_page(number - 1),
        next_address=at_page(number + 1),
        feed_address=_path(datasette, feed),
        json_address=_path(datasette, asked.address(PATH + ".json")),
        csv_address=_path(datasette, asked.address(PATH + ".csv")),
        most_rows=MOST_ROWS,
    )


def _path(datasette: Datasette, path: str) -> str:
    return str(datasette.urls.path(path))


def _feed_address(asked: Asked) -> str:
    bare = replace(asked, documents=replace(asked.documents, page=1, since=None, until=None))
    address = bare.address("/feed.atom")
    return address + ("&" if "?" in address else "?") + "nur=aenderungen"


def _kind_links(datasette: Datasette, asked: Asked, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Every kind that occurs, with its number and the address that adds it or takes it off."""
    entries = []
    for kind in KINDS:
        if kind not in counts and kind not in asked.kinds:
            continue
        chosen = kind in asked.kinds
        kinds = tuple(one for one in KINDS if (one in asked.kinds) != (one == kind))
        other = replace(asked, kinds=kinds, documents=replace(asked.documents, page=1))
        entries.append(
            {"kind": kind, "count": counts.get(kind, 0), "chosen": chosen, "href": _path(datasette, other.address())}
        )
    return entries


def _chosen_filters(datasette: Datasette, asked: Asked, topics: dict[str, str]) -> list[dict[str, str]]:
    """The filters that are set, each with the address without it."""
    return [
        {
            "label": value_label(name, value, topics),
            "href": _path(datasette, replace(asked, documents=asked.documents.toggled(name, value)).address()),
        }
        for name, value in asked.documents.values
    ]


def _record(shown: Shown, absolute: Callable[[str], str]) -> dict[str, Any]:
    change = shown.change
    path = document_path(change.id)
    if change.edited:
        path = f"{path}/vergleich/{change.version - 1}/{change.version}"
    return {
        "at": change.at,
        "not_before": change.not_before,
        "kinds": list(change.touched),
        "id": change.id,
        "version": change.version,
        "title": visible(change.title[:1000]),
        "doc_type": change.doc_type,
        "source": change.source,
        "diff": [*(field.changes for field in shown.fields), *shown.passages],
        "other_id": change.other_id,
        "url": absolute(path),
    }


def in_one_line(diff: Sequence[Sequence[Words]]) -> str:
    """Changed passages as text: what went in ``[-…-]``, what came in ``{+…+}``.

    >>> in_one_line([[("=", "Gebühr "), ("-", "10"), ("+", "20")]])
    'Gebühr [-10-] {+20+}'
    """
    marks = {"=": "{}", "-": "[-{}-] ", "+": "{{+{}+}}"}
    lines = ("".join(marks[op].format(text) for op, text in passage) for passage in diff)
    return " | ".join(" ".join(line.split()) for line in lines)


async def send_json(datasette: Datasette, request: Request) -> Response:
    """One page of changes as JSON, with the numbers per kind and the next page."""
    asked = await read_asked(datasette, request)
    number = asked.documents.page
    found, shown = await _one_page(datasette, asked)

    def absolute(path: str) -> str:
        return absolute_url(datasette, request, path)

    following = replace(asked, documents=replace(asked.documents, page=number + 1))
    more = number * PAGE_SIZE < found.total
    answer = Response.json(
        {
            "total": found.total,
            "kinds": found.counts,
            "ignored": [f"{name}={value}" for name, value in asked.documents.ignored],
            "changes": [_record(one, absolute) for one in shown],
            "next": absolute(following.address(PATH + ".json")) if more else None,
        }
    )
    answer.headers.update(page_headers())
    return answer


async def send_csv(datasette: Datasette, request: Request) -> Response:
    """The changes as CSV, at most ``MOST_ROWS``."""
    asked = await read_asked(datasette, request)
    found, shown = await recall_bulk(datasette, find_changes, asked, limit=MOST_ROWS)
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for one in shown:
        record = _record(one, lambda path: absolute_url(datasette, request, path))
        record |= {"kinds": " ".join(record["kinds"]), "diff": in_one_line(record["diff"])}
        writer.writerow([spreadsheet_cell(value) if isinstance(value, str) else value for value in record.values()])
    headers = file_headers("aenderungen.csv", total=found.total, most=MOST_ROWS, ignored=asked.documents.ignored)
    return Response("\ufeff" + target.getvalue(), headers=headers, content_type="text/csv; charset=utf-8")
