"""The Atom feed of everything, or of a search."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from portal.access import recall
from portal.atom import Feed, write_feed
from portal.conditional import entity_tag, http_date, is_current
from portal.feeds import feed_entries, feed_title
from portal.german_dates import moment
from portal.layout import absolute_url
from portal.queries.news import NewsItem, news
from portal.search_request import RELEVANCE, SearchRequest, read_request
from portal.searching import chosen_by

if TYPE_CHECKING:
    from datasette.app import Datasette

_NO = frozenset({"0", "nein", "aus"})


def _asked(
    conn: sqlite3.Connection, request: SearchRequest, *, edits: bool, removals: bool
) -> tuple[list[NewsItem], str, str, str | None]:
    items = news(conn, chosen_by(conn, request), edits=edits, removals=removals)
    since = conn.execute("select coalesce(max(finished_at), min(started_at)) from runs").fetchone()[0]
    blocks = conn.execute("select max(max(blocked_at, coalesce(unblocked_at, ''))) from blocks").fetchone()[0]
    topic = conn.execute("select label from topics where id = ?", (request.topic,)).fetchone()
    updated = items[0].at if items else since or "1970-01-01T00:00:00Z"
    return items, updated, max(updated, since or "", blocks or ""), topic["label"] if topic else None


async def show_feed(datasette: Datasette, request: Request) -> Response:
    """The feed; ``aenderungen=nein`` and ``entfernungen=nein`` leave out edits and removals."""
    asked = replace(read_request(request.args), page=1, sort=RELEVANCE)  # a feed has an order of its own
    edits = request.args.get("aenderungen") not in _NO
    removals = request.args.get("entfernungen") not in _NO
    items, updated, changed, topic = await recall(datasette, _asked, asked, edits=edits, removals=removals)
    switches = ("" if edits else "/ohne-aenderungen") + ("" if removals else "/ohne-entfernungen")
    path = f"/feed.atom?{request.query_string}" if request.query_string else "/feed.atom"
    body = write_feed(
        Feed(
            key=f"feed{asked.address()}{switches}",
            title=feed_title(asked, topic),
            address=absolute_url(datasette, request, path),
            page=absolute_url(datasette, request, asked.address() if asked.parameters_given else "/"),
            updated=updated,
            entries=feed_entries(items, lambda target: absolute_url(datasette, request, target)),
        )
    )
    tag, last = entity_tag(hashlib.sha256(body).hexdigest()[:20]), moment(changed)
    headers = {"ETag": tag, "Cache-Control": "max-age=300"}
    if last is not None:
        headers["Last-Modified"] = http_date(last)
    if is_current(request.headers, tag, last):
        return Response("", status=304, headers=headers)
    return Response(body, headers=headers, content_type="application/atom+xml; charset=utf-8")
