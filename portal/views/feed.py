"""The Atom feed of everything, or of a search."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from datasette.utils.asgi import Request, Response

from archive.diff import Change
from portal.access import recall_bulk
from portal.addresses import document_path, version_path
from portal.atom import Entry, Feed, write_feed
from portal.conditional import entity_tag, http_date, is_current
from portal.facets import value_label
from portal.german_dates import as_date, moment
from portal.labels import body_long, label
from portal.layout import absolute_url
from portal.queries.changes import NewsItem, news
from portal.queries.topics import topic_labels
from portal.rendering import static_version
from portal.search_request import RELEVANCE, SearchRequest
from portal.searching import asked_of, chosen_by
from portal.settings import PLUGIN
from portal.stretches import passages
from portal.untrusted import shortened
from portal.views.changes import MOST_PASSAGES
from portal.views.comparison import compare

if TYPE_CHECKING:
    from datasette.app import Datasette


def feed_title(request: SearchRequest, topics: Mapping[str, str] | None = None) -> str:
    """The title of the feed of a search.

    >>> feed_title(SearchRequest(query="Kamera", doc_type=("beschluss",)))
    'Aktenkundig: „Kamera“, Beschlüsse'
    """
    parts = [
        f"„{request.query}“" if request.query else "",
        *(value_label(name, value, topics or {}) for name, value in request.values),
        f"ab {as_date(request.since)}" if request.since else "",
        f"bis {as_date(request.until)}" if request.until else "",
        "ohne Datum" if request.undated else "",
    ]
    return "Aktenkundig: " + (", ".join(part for part in parts if part) or "alles Neue")


def as_html(diff: Sequence[Sequence[Change]]) -> str:
    """Changed passages as HTML paragraphs.

    >>> as_html([[("=", "Gebühr "), ("-", "<10>"), ("+", "20")]])
    '<p>Gebühr <del>&lt;10&gt;</del><ins>20</ins></p>'
    """
    marks = {"=": "{}", "-": "<del>{}</del>", "+": "<ins>{}</ins>"}
    lines = ("".join(marks[op].format(escape(text)) for op, text in passage) for passage in diff)
    return "".join(f"<p>{line}</p>" for line in lines)


def feed_entries(
    items: Sequence[NewsItem],
    diffs: Mapping[tuple[str, int], Sequence[Sequence[Change]]],
    absolute: Callable[[str], str],
) -> list[Entry]:
    """The entries; ``diffs`` holds the passages of edits by document and version number.

    ``absolute`` makes full addresses of the portal's paths.
    """
    return [
        Entry(
            key=f"{item.id}/{item.event}/{item.number}" + (f"/{item.at}" if item.event == "returned" else ""),
            title=_title(item),
            link=absolute(_path(item)),
            published=item.first_seen_at,
            updated=item.at,
            summary=_summary(item),
            author=body_long(item),
            categories=((item.doc_type, label("doc_type", item.doc_type)), (item.event, label("event", item.event))),
            content=as_html(diffs[item.id, item.number]) if item.event == "changed" else None,
        )
        for item in items
    ]


def _summary(item: NewsItem) -> str:
    """Kind and date of the document, then its teaser or beginning."""
    about = f"{label('doc_type', item.doc_type)}, {as_date(item.published_on)}"
    text = shortened(item.teaser or item.opening, 400)
    return f"{about}. {text}" if text else about


def _title(item: NewsItem) -> str:
    title = shortened(item.title, 300)
    return title if item.event == "new" else f"{label('event', item.event)}: {title}"


def _path(item: NewsItem) -> str:
    if item.event == "changed":
        return f"{document_path(item.id)}/vergleich/{item.number - 1}/{item.number}"
    return version_path(item.id, item.number) if item.event == "new" else document_path(item.id)


_NO = frozenset({"0", "nein", "aus"})
_CHANGES = ("changed", "removed", "returned")


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A page of a feed with the words of each edit; are there ``more``; when its newest happened, when anything did."""

    items: list[NewsItem]
    more: bool
    diffs: dict[tuple[str, int], list[list[Change]]]
    updated: str
    changed: str
    topics: dict[str, str]


def _wanted(arguments: Any) -> tuple[str, ...]:
    """The happenings asked for: ``nur=aenderungen``, ``aenderungen=nein`` and ``entfernungen=nein``."""
    if arguments.get("nur") == "aenderungen":
        return _CHANGES
    edits = arguments.get("aenderungen") not in _NO
    removals = arguments.get("entfernungen") not in _NO
    return ("new", *(["changed"] if edits else []), *(["removed", "returned"] if removals else []))


def _asked(conn: sqlite3.Connection, request: SearchRequest, wanted: tuple[str, ...], page: int) -> _Found:
    items, more = news(conn, chosen_by(conn, request), wanted, page)
    since = conn.execute("select coalesce(max(finished_at), min(started_at)) from runs").fetchone()[0]
    blocks = conn.execute("select max(max(blocked_at, coalesce(unblocked_at, ''))) from blocks").fetchone()[0]
    updated = items[0].at if items else since or "1970-01-01T00:00:00Z"
    return _Found(
        items=items,
        more=more,
        diffs={(item.id, item.number): edit_words(conn, item) for item in items if item.event == "changed"},
        updated=updated,
        changed=max(updated, since or "", blocks or ""),
        topics=topic_labels(conn) if request.topic else {},
    )


def edit_words(conn: sqlite3.Connection, item: NewsItem) -> list[list[Change]]:
    """What the version of an item changed: the fields first, then the places in the text."""
    compared = compare(conn, item.id, item.number - 1, item.number)
    fields = [[("=", f"{field.name}: "), *field.changes] for field in compared.fields]
    return [*fields, *passages([(part.op, part.text) for part in compared.text])][:MOST_PASSAGES]


def _switches(wanted: tuple[str, ...]) -> str:
    """What makes the id of a feed of its own out of a choice of happenings."""
    if "new" not in wanted:
        return "/nur-aenderungen"
    edits = "" if "changed" in wanted else "/ohne-aenderungen"
    return edits + ("" if "removed" in wanted else "/ohne-entfernungen")


async def show_feed(datasette: Datasette, request: Request) -> Response:
    """The feed; edits carry their diff. ``nur=aenderungen`` leaves out what is only new, others leave out changes."""
    given = await asked_of(datasette, request, "nur aenderungen entfernungen")
    asked = replace(given, page=1, sort=RELEVANCE, ignored=())  # a feed has an order of its own
    wanted = _wanted(request.args)
    found = await recall_bulk(datasette, _asked, asked, wanted, given.page)
    beside = {"previous": given.page - 1 or None, "next": given.page + 1 if found.more else None}
    body = write_feed(
        Feed(
            key=f"feed{asked.address()}{_switches(wanted)}",
            title=feed_title(asked, found.topics),
            address=absolute_url(datasette, request, _at_page(request, given.page)),
            beside={
                rel: absolute_url(datasette, request, _at_page(request, number))
                for rel, number in beside.items()
                if number
            },
            page=absolute_url(datasette, request, asked.address() if asked.parameters_given else "/"),
            updated=found.updated,
            sheet=f"{datasette.urls.static_plugins(PLUGIN, 'feed.xsl')}?v={static_version('feed.xsl')}",
            icon=absolute_url(datasette, request, f"/-/static-plugins/{PLUGIN}/icon.svg"),
            entries=feed_entries(found.items, found.diffs, lambda target: absolute_url(datasette, request, target)),
        )
    )
    tag, last = entity_tag(hashlib.sha256(body).hexdigest()[:20]), moment(found.changed)
    headers = {"ETag": tag, "Cache-Control": "max-age=300", "Vary": "Accept"}
    if last is not None:
        headers["Last-Modified"] = http_date(last)
    if is_current(request.headers, tag, last):
        return Response("", status=304, headers=headers)
    return Response(body, headers=headers, content_type=f"{_content_type(request)}; charset=utf-8")


def _at_page(request: Request, number: int) -> str:
    """The address of another page of the feed."""
    given = [pair for pair in parse_qsl(request.query_string, keep_blank_values=True) if pair[0] != "seite"]
    query = urlencode([*given, *([("seite", number)] if number > 1 else [])])
    return f"/feed.atom?{query}" if query else "/feed.atom"


def _content_type(request: Request) -> str:
    """That of Atom; browsers that ask for a page get XML, which they show by its XSL sheet."""
    return "application/xml" if "text/html" in request.headers.get("accept", "") else "application/atom+xml"
