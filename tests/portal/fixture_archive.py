"""Builds a small, varied archive by plain SQL over the schema, with its WARC file and its index."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sample_documents import BLOCKED, CITATIONS, LATER, LATEST, LINKS, SAMPLES, SEEN, TOPICS, Sample
from sqlite_utils import Database

from archive.database import open_reading
from archive.export import renew_downloads
from archive.keeping.ledger import describe_source
from archive.schema import migrations
from archive.search.indexing import index_document
from archive.vault.writer import Exchange, VaultWriter
from archive.views import write_lookups
from crawler.sources import load_source
from pipelines.reading.issuers import body_rows


def digest(text: str) -> str:
    """The SHA-256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _row(conn: sqlite3.Connection, table: str, **values: Any) -> int:
    columns, marks = ", ".join(values), ", ".join("?" for _ in values)
    return int(conn.execute(f"insert into {table} ({columns}) values ({marks})", tuple(values.values())).lastrowid or 0)


def _add_runs(conn: sqlite3.Connection) -> None:
    for number, (source, day, outcome) in enumerate(
        (
            ("dsmv", SEEN, "ok"),
            ("dsk", SEEN, "ok"),
            ("dsmv", LATER, "alarm"),
            ("dsmv", LATEST, "ok"),
            ("dsk", LATEST, "ok"),
        ),
        start=1,
    ):
        _row(
            conn,
            "runs",
            id=number,
            source=source,
            started_at=day,
            finished_at=day.replace("03:10", "03:25"),
            outcome=outcome,
            requests=40,
            not_modified=30,
            listed=12,
            new=2 if number < 3 else 0,
            changed=1,
            unchanged=9,
            removed=int(number == 3),
            excluded=1,
            failed=1,
            bytes=1_234_567,
            version="0.1.0",
            detail="Weniger Einträge als sonst" if outcome == "alarm" else None,
        )
        _row(
            conn,
            "listings",
            run_id=number,
            url=f"https://{source}.example/liste",
            seen=12,
            archived=2,
            unchanged=8,
            excluded=1,
            failed=1,
            markup="teaser",
        )
    _row(
        conn,
        "incidents",
        source="dsmv",
        kind="fewer_items",
        detail="9 statt 12 Einträge",
        opened_at=LATER,
        closed_at=LATEST,
        run_id=3,
    )
    _row(
        conn,
        "incidents",
        source="dsk",
        kind="missing_section",
        detail="<script>window.__pwned=1</script>",
        opened_at=LATEST,
        run_id=5,
    )
    _row(
        conn,
        "problems",
        run_id=5,
        document_id=None,
        url="https://dsk.example/protokolle.html",
        stage="listing",
        kind="missing",
        detail="404",
        at=LATEST,
    )


def _warc(vault: VaultWriter, sample: Sample) -> tuple[str, int]:
    headers = [("Content-Type", sample.content_type), ("Set-Cookie", "a=b"), ("X-Frame-Options", "ALLOWALL")]
    place = vault.write(
        Exchange(
            url=f"https://{sample.source}.example/{sample.id}",
            fetched_at=SEEN,
            status=200,
            reason="OK",
            request_headers=[],
            response_headers=headers,
            body=sample.body or b"",
        )
    )
    return place.warc_file, place.warc_offset


def _snapshot(conn: sqlite3.Connection, vault: VaultWriter, sample: Sample, at: str) -> int:
    warc_file, offset = _warc(vault, sample) if sample.body is not None else (None, None)
    return _row(
        conn,
        "snapshots",
        run_id=1,
        url=f"https://{sample.source}.example/{sample.id}",
        fetched_at=at,
        status=200,
        content_type=sample.content_type,
        sha256=hashlib.sha256(sample.body).hexdigest() if sample.body is not None else None,
        bytes=len(sample.body or b""),
        warc_file=warc_file,
        warc_offset=offset,
    )


def _add_version(
    conn: sqlite3.Connection, sample: Sample, version: int, title: str, pages: tuple[str, ...], at: str, snapshot: int
) -> None:
    text = "\n\n".join(pages)
    attachments = (
        [{"url": "https://www.datenschutz-mv.de/static/DS/Dateien/merkblatt.pdf", "title": "Merkblatt"}]
        if version > 1
        else []
    )
    _row(
        conn,
        "versions",
        document_id=sample.id,
        version=version,
        seen_at=at,
        content_sha256=digest(title + text),
        title=title,
        kicker=sample.columns.get("kicker"),
        number=sample.columns.get("number"),
        teaser=sample.columns.get("teaser"),
        text=text,
        published_on=sample.published_on,
        issued_on=sample.columns.get("issued_on"),
        attachments=json.dumps(attachments, ensure_ascii=False),
        links="[]",
        snapshot_id=snapshot,
    )
    for number, page in enumerate(pages, start=1):
        _row(
            conn, "version_pages", document_id=sample.id, version=version, page=number, text=page, method=sample.method
        )


def _add_document(conn: sqlite3.Connection, vault: VaultWriter, docno: int, sample: Sample) -> None:
    blocked = sample is BLOCKED
    text = "\n\n".join(sample.pages)
    newest = len(sample.older) + 1
    times = [SEEN, LATER, LATEST]
    base: dict[str, Any] = {
        "id": sample.id,
        "docno": docno,
        "source": sample.source,
        "doc_type": sample.doc_type,
        "title": "" if blocked else sample.title,
        "text": "" if blocked else text,
        "language": "de",
        "url": f"https://{sample.source}.example/{sample.id}",
        "published_on": None if blocked else sample.published_on,
        "year": int(sample.published_on[:4]) if sample.published_on and not blocked else None,
        "first_seen_at": SEEN,
        "last_seen_at": LATEST,
        "last_changed_at": times[newest - 1],
        "version": newest,
        "content_sha256": digest(sample.title + text),
    }
    _row(conn, "document_numbers", document_id=sample.id, docno=docno)
    _row(conn, "documents", **(base | sample.columns))
    if blocked:
        _row(
            conn,
            "blocks",
            document_id=sample.id,
            content_sha256=base["content_sha256"],
            reason="Schutz einer Privatperson",
            blocked_at=LATER,
        )
        return
    snapshot = _snapshot(conn, vault, sample, SEEN)
    for number, (title, old) in enumerate(sample.older, start=1):
        _add_version(conn, sample, number, title, (old,), times[number - 1], snapshot)
    _add_version(conn, sample, newest, sample.title, sample.pages, times[newest - 1], snapshot)
    for number, page in enumerate(sample.pages, start=1):
        _row(
            conn, "pages", id=docno << 16 | number, document_id=sample.id, page=number, text=page, method=sample.method
        )
    for role, value, precision, raw, found_in, chosen in sample.dates:
        _row(
            conn,
            "dates",
            document_id=sample.id,
            role=role,
            value=value,
            precision=precision,
            raw=raw,
            found_in=found_in,
            chosen=chosen,
        )
    for topic in sample.topics:
        _row(conn, "document_topics", document_id=sample.id, topic_id=topic, evidence="Titel: „Überwachung“", score=1.0)


def _add_relations(conn: sqlite3.Connection) -> None:
    pages = {(sample.id, n): text for sample in SAMPLES for n, text in enumerate(sample.pages, start=1)}
    for document_id, page, law, unit, number, paragraph, sentence, letter, raw in CITATIONS:
        _row(
            conn,
            "citations",
            document_id=document_id,
            page=page,
            law=law,
            unit=unit,
            number=number,
            paragraph=paragraph,
            sentence=sentence,
            letter=letter,
            raw=raw,
            start=pages[document_id, page].index(raw),
        )
    for document_id, url, target, kind, evidence, score in LINKS:
        _row(
            conn, "links", document_id=document_id, url=url, target_id=target, kind=kind, evidence=evidence, score=score
        )


def _index(conn: sqlite3.Connection) -> None:
    for sample in SAMPLES:
        if sample is not BLOCKED:
            index_document(conn, sample.id)


def build(data_dir: Path) -> Path:
    """Write ``archive.db`` and its WARC file into ``data_dir``; the path of the database."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "archive.db"
    conn = sqlite3.connect(path)
    conn.row_factory = sqlite3.Row
    conn.execute("pragma journal_mode = wal")
    migrations.apply(Database(conn))
    conn.execute("pragma foreign_keys = off")
    for topic_id, label, description in TOPICS:
        conn.execute(
            "insert or replace into topics (id, label, description) values (?, ?, ?)", (topic_id, label, description)
        )
    write_lookups(conn, body_rows())
    for name in ("dsk", "dsmv"):
        describe_source(conn, *load_source(name).entry())
    _add_runs(conn)
    (data_dir / "warc").mkdir(exist_ok=True)
    vault = VaultWriter(data_dir, source="dsmv", run_id=1, started_at=SEEN, software="test")
    for docno, sample in enumerate(SAMPLES, start=1):
        _add_document(conn, vault, docno, sample)
    vault.close()
    _add_relations(conn)
    for sample in SAMPLES:
        if at := sample.columns.get("removed_at"):
            _row(conn, "events", document_id=sample.id, at=at, kind="removed", version=1, detail="404", run_id=3)
    _index(conn)
    conn.commit()
    conn.close()
    return path


def make_downloads(folder: Path) -> None:
    """The files for download, as the end of a run makes them."""
    with closing(open_reading(folder)) as conn:
        renew_downloads(conn, folder, made_at="2026-11-22T04:00:00Z")
