"""Gets the archived bytes of a snapshot from the vault, and says how they may be shown."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from archive.errors import RecordUnreadable
from archive.vault_reading import read_record
from portal.queries.versions import Snapshot
from portal.security import ARCHIVED_PDF_POLICY, ARCHIVED_POLICY

_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:\s*;\s*[\w-]+=\"?[\w.:+-]+\"?)*\Z", re.ASCII)
_SHOWN = (
    "text/",
    "image/",
    "application/pdf",
    "application/xhtml+xml",
    "application/xml",
    "application/json",
)
_SUFFIX = {
    "text/html": "html",
    "application/xhtml+xml": "xhtml",
    "application/pdf": "pdf",
    "image/svg+xml": "svg",
}


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
