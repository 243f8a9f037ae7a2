"""The Atom feed of everything, or of a search."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request, Response

from archive.diff import Change
from portal.access import recall
from portal.atom import Feed, write_feed
from portal.conditional import entity_tag, http_date, is_current
from portal.feeds import feed_entries, feed_title
from portal.german_dates import moment
from portal.layout import absolute_url
from portal.queries.news import NewsItem, news
from portal.search_request import RELEVANCE, SearchRequest, read_request
from portal.searching import chosen_by
from portal.stretches import passages
from portal.views.changes import MOST_PASSAGES
from portal.views.comparison import compare

if TYPE_CHECKING:
    from datasette.app import Datasette

_NO = frozenset({"0", "nein", "aus"})
_CHANGES = ("changed", "removed", "returned")


@dataclass(frozen=True, kw_only=True)
class _Found:
    """The items of a feed with the words of each edit; when the newest happened, and when anything did."""

    items: list[NewsItem]
    diffs: dict[tuple[str, int], list[list[Change]]]
    updated: str
    changed: str
    topic: str | None


def _wanted(arguments: Any) -> tuple[str, ...]:
    """The happenings asked for: ``nur=aenderungen``, ``aenderungen=nein`` and ``entfernungen=nein``."""
    if arguments.get("nur") == "aenderungen":
        return _CHANGES
    edits = arguments.get("aenderungen") not in _NO
    removals = arguments.get("entfernungen") not in _NO
    return ("new", *(["changed"] if edits else []), *(["removed", "returned"] if removals else []))


def _asked(conn: sqlite3.Connection, request: SearchRequest, wanted: tuple[str, ...]) -> _Found:
    items = news(conn, chosen_by(conn, request), wanted)
    since = conn.execute("select coalesce(max(finished_at), min(started_at)) from runs").fetchone()[0]
    blocks = conn.execute("select max(max(blocked_at, coalesce(unblocked_at, ''))) from blocks").fetchone()[0]
    topic = conn.execute("select label from topics where id = ?", (request.topic,)).fetchone()
    updated = items[0].at if items else since or "1970-01-01T00:00:00Z"
    return _Found(
        items=items,
        diffs={(item.id, item.number): edit_words(conn, item) for item in items if item.event == "changed"},
        updated=updated,
        changed=max(updated, since or "", blocks or ""),
        topic=topic["label"] if topic else None,
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
    asked = replace(read_request(request.args), page=1, sort=RELEVANCE)  # a feed has an order of its own
    wanted = _wanted(request.args)
    found = await recall(datasette, _asked, asked, wanted)
    path = f"/feed.atom?{request.query_string}" if request.query_string else "/feed.atom"
    body = write_feed(
        Feed(
            key=f"feed{asked.address()}{_switches(wanted)}",
            title=feed_title(asked, found.topic),
            address=absolute_url(datasette, request, path),
            page=absolute_url(datasette, request, asked.address() if asked.parameters_given else "/"),
            updated=found.updated,
            entries=feed_entries(
                found.items, found.diffs, lambda target: absolute_url(datasette, request, target)
            ),
        )
    )
    tag, last = entity_tag(hashlib.sha256(body).hexdigest()[:20]), moment(found.changed)
    headers = {"ETag": tag, "Cache-Control": "max-age=300"}
    if last is not None:
        headers["Last-Modified"] = http_date(last)
    if is_current(request.headers, tag, last):
        return Response("", status=304, headers=headers)
    return Response(body, headers=headers, content_type="application/atom+xml; charset=utf-8")
