"""Indexes beside the WARC files (CDXJ), by which other players find an answer; 304s are left out of them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from warcio.archiveiterator import ArchiveIterator

from archive.vault.reading import UNREADABLE
from archive.vault.writer import FOLDER, NOT_MODIFIED, PURGED

ENDING = ".cdxj"
_LEFT_OUT = (NOT_MODIFIED, PURGED)
_PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "#%")


def write_indexes(data: Path) -> list[Path]:
    """Write ``<file>.warc.gz.cdxj`` beside every WARC file that has none or has changed since; those written.

    A file that breaks off is indexed up to there. Call when no run is writing. Raises OSError.
    """
    written = []
    for path in sorted((data / FOLDER).glob("*.warc.gz")):
        index = path.with_name(path.name + ENDING)
        changed = path.stat().st_mtime_ns
        if index.exists() and index.stat().st_mtime_ns == changed:
            continue
        fresh = index.with_name(index.name + ".neu")
        fresh.write_text("".join(sorted(_lines(path))), encoding="utf-8")
        os.utime(fresh, ns=(changed, changed))  # the time of the file that it is the index of
        fresh.replace(index)
        written.append(index)
    return written


def _lines(path: Path) -> Iterator[str]:
    with path.open("rb") as stream:
        records = ArchiveIterator(stream)
        try:
            for record in records:
                if record.rec_type not in ("response", "revisit"):
                    continue
                offset, fields = records.get_record_offset(), _fields(record)
                if fields is None:
                    continue
                url, moment = fields["url"], re.sub(r"\D", "", record.rec_headers.get_header("WARC-Date"))[:14]
                records.read_to_end(record)
                fields |= {"length": records.get_record_length(), "offset": offset, "filename": path.name}
                told = {name: str(value) for name, value in fields.items() if value is not None}
                yield f"{sort_key(url)} {moment} {json.dumps(told, ensure_ascii=False)}\n"
        except UNREADABLE:
            return


def _fields(record: Any) -> dict[str, Any] | None:
    """What a line says of a record; None for one that no player can show."""
    headers, http = record.rec_headers, record.http_headers
    if http is None or headers.get_header("WARC-Profile") in _LEFT_OUT:
        return None
    kind = (http.get_header("Content-Type") or "unk").split(";")[0].strip()
    return {
        "url": headers.get_header("WARC-Target-URI"),
        "mime": "warc/revisit" if record.rec_type == "revisit" else kind,
        "status": http.get_statuscode(),
        "digest": headers.get_header("WARC-Payload-Digest"),
    }


def sort_key(url: str) -> str:
    """The address as indexes sort it (SURT): host from its end on, small letters, parameters in order.

    >>> sort_key("https://www.datenschutz-mv.de/presse/?processor=x&id=7")
    'de,datenschutz-mv)/presse?id=7&processor=x'
    """
    parts = urlsplit(url)
    host = re.sub(r"\Awww\d*\.", "", (parts.hostname or "").lower())
    port = f":{parts.port}" if parts.port and parts.port != {"http": 80, "https": 443}.get(parts.scheme) else ""
    path = quote(unquote_to_bytes(parts.path), safe=_PRINTABLE).lower()
    query = "&".join(sorted(quote(unquote_to_bytes(parts.query), safe=_PRINTABLE).lower().split("&")))
    return f"{','.join(reversed(host.split('.')))}{port}){path.rstrip('/') or '/'}{'?' + query if query else ''}"
