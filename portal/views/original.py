"""The archived bytes of a document, as they were received."""

from __future__ import annotations

import asyncio
import hashlib
import re
import sqlite3
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from datasette.utils.asgi import NotFound, Request, Response

from archive.errors import RecordUnreadable
from archive.vault.reading import read_record
from portal.access import read
from portal.conditional import entity_tag, http_date, is_current
from portal.german_dates import moment
from portal.queries.versions import Snapshot, find_snapshot, find_version
from portal.security import ARCHIVED_PDF_POLICY, ARCHIVED_POLICY
from portal.settings import settings_of
from portal.untrusted import web_address
from portal.views.document import known_document, number_given

if TYPE_CHECKING:
    from datasette.app import Datasette


_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:\s*;\s*[\w-]+=\"?[\w.:+-]+\"?)*\Z", re.ASCII)
_SHOWN = ("text/", "image/", "application/pdf", "application/xhtml+xml", "application/xml", "application/json")
_SUFFIX = {"text/html": "html", "application/xhtml+xml": "xhtml", "application/pdf": "pdf", "image/svg+xml": "svg"}


@dataclass(frozen=True, kw_only=True)
class Original:
    """The payload of a response, with the content type it had, and the policy under which it is served."""

    body: bytes
    content_type: str
    policy: str
    disposition: str


def original(data_dir: Path, snapshot: Snapshot, document_id: str) -> Original:
    """The bytes as received (content coding undone). Raises RecordUnreadable, also where the digest is wrong.

    Whatever it is, it is served under a policy that runs no script and loads nothing.
    """
    stored = read_record(data_dir, snapshot.warc_file or "", snapshot.warc_offset or 0)
    if snapshot.sha256 and hashlib.sha256(stored.body).hexdigest() != snapshot.sha256:
        raise RecordUnreadable(f"Abruf {snapshot.id}: Prüfsumme stimmt nicht.")
    content_type = harmless_type(stored.header("content-type") or snapshot.content_type)
    kind = content_type.partition(";")[0].strip().lower()
    is_pdf = kind == "application/pdf" and stored.body[:1024].find(b"%PDF-") >= 0
    shown = kind.startswith(_SHOWN)
    suffix = _SUFFIX.get(kind) or _suffix_of(snapshot.url)
    return Original(
        body=stored.body,
        content_type=content_type,
        policy=ARCHIVED_PDF_POLICY if is_pdf else ARCHIVED_POLICY,
        disposition=f'{"inline" if shown else "attachment"}; filename="{document_id}.{suffix}"',
    )


def harmless_type(header: str | None) -> str:
    """A content type as it was sent, or plain bytes where it is missing or malformed.

    >>> harmless_type("text/html; charset=UTF-8"), harmless_type("text/html\\r\\nX-Evil: 1")
    ('text/html; charset=UTF-8', 'application/octet-stream')
    """
    header = (header or "").strip()
    return header if len(header) < 200 and _CONTENT_TYPE.match(header) else "application/octet-stream"


def _suffix_of(url: str) -> str:
    found = re.search(r"\.([A-Za-z0-9]{2,5})(?:[?#]|\Z)", url)
    return found[1].lower() if found else "bin"


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
