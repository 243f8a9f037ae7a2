"""The archived bytes of a document, as they were received."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from datasette.utils.asgi import NotFound, Request, Response

from archive.errors import RecordUnreadable
from portal.access import read
from portal.conditional import entity_tag, http_date, is_current
from portal.evidence import original
from portal.german_dates import moment
from portal.queries.versions import Snapshot, find_snapshot, find_version
from portal.settings import settings_of
from portal.untrusted import web_address
from portal.views.document import known_document, number_given

if TYPE_CHECKING:
    from datasette.app import Datasette


def asked_snapshot(conn: sqlite3.Connection, document_id: str, number: int | None) -> Snapshot:
    """The snapshot behind a version (the newest without a number). Raises NotFound, Blocked."""
    document = known_document(conn, document_id)
    version = find_version(conn, document_id, document.version if number is None else number)
    snapshot = find_snapshot(conn, version.snapshot_id) if version else None
    if snapshot is None or snapshot.warc_file is None:
        raise NotFound("Zu dieser Fassung sind keine Originalbytes hinterlegt.")
    return snapshot


async def show_original(datasette: Datasette, request: Request) -> Response:
    """The bytes, under a policy that runs no script; ``?version=n`` for an older version."""
    document_id = request.url_vars["document"]
    snapshot = await read(datasette, asked_snapshot, document_id, number_given(request))
    known = _validators(snapshot)
    if known and is_current(request.headers, known["ETag"], moment(snapshot.fetched_at)):
        return Response("", status=304, headers={**known, "Cache-Control": "no-cache"})
    try:
        found = await asyncio.to_thread(original, settings_of(datasette).data_dir, snapshot, document_id)
    except RecordUnreadable as error:
        raise NotFound("Die Originalbytes sind zurzeit nicht lesbar.") from error
    if found.content_type.startswith("text/") and await read(datasette, names_blocked, found.body):
        raise NotFound("Das Original nennt ein gesperrtes Dokument und wird darum nicht gezeigt.")
    headers = {
        "Content-Security-Policy": found.policy,
        "Content-Disposition": found.disposition,
        "Cross-Origin-Opener-Policy": "unsafe-none",  # browsers refuse a sandboxed page with another value
        "Cache-Control": "no-cache",
        "X-Robots-Tag": "noindex",
        **_memento(snapshot),
        **known,
    }
    return Response(found.body, headers=headers, content_type=found.content_type)


def names_blocked(conn: sqlite3.Connection, body: bytes) -> bool:
    """Whether archived bytes hold the address of a blocked document, whole or from its path on."""
    rows = conn.execute("select url from blocks where unblocked_at is null and url is not null").fetchall()
    text = unescape(body.decode("utf-8", "replace")) if rows else ""
    paths = {urlsplit(url)._replace(scheme="", netloc="").geturl() for (url,) in rows}
    spelt = {one for path in paths if len(path) > 1 for one in (path, unquote(path))}
    return any(re.search(re.escape(one) + r"(?![\w/?&=-])", text) for one in spelt)


def _validators(snapshot: Snapshot) -> dict[str, str]:
    """What a browser may ask with next time; nothing where the bytes have no digest."""
    fetched = moment(snapshot.fetched_at)
    if not snapshot.sha256 or fetched is None:
        return {}
    return {"ETag": entity_tag(snapshot.sha256), "Last-Modified": http_date(fetched)}


def _memento(snapshot: Snapshot) -> dict[str, str]:
    """Headers of RFC 7089: when these bytes were received, and from where."""
    fetched = moment(snapshot.fetched_at)
    headers = {"Memento-Datetime": http_date(fetched)} if fetched else {}
    if web_address(snapshot.url) and snapshot.url.isascii() and ">" not in snapshot.url:
        headers["Link"] = f'<{snapshot.url}>; rel="original"'
    return headers
