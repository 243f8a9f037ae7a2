"""Makes test archives the way the program does: schema by its migrations, rows by store and ledger."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.keeping.ledger import RunCounts, SnapshotRecord, add_snapshot, begin_run, finish_run
from archive.keeping.records import PageRecord, Publication
from archive.keeping.store import keep
from archive.schema import migrations

AT = "2026-03-01T04:00:00Z"


@cache
def _empty() -> bytes:
    with closing(sqlite3.connect(":memory:")) as conn:
        migrations.apply(Database(conn))
        return conn.serialize()


def new_archive(path: Path | str = ":memory:") -> sqlite3.Connection:
    """An empty archive with the program's schema, in autocommit mode, foreign keys checked."""
    conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    conn.row_factory = sqlite3.Row
    if path == ":memory:":
        conn.deserialize(_empty())
    else:
        conn.execute("pragma journal_mode = wal")
        migrations.apply(Database(conn))
    conn.execute("pragma foreign_keys = on")
    return conn


def add_run(
    conn: sqlite3.Connection,
    source: str = "dsmv",
    *,
    at: str = AT,
    outcome: str | None = None,
    settled: bool = True,
    counts: RunCounts | None = None,
    detail: str | None = None,
) -> int:
    """A run; still going on unless an ``outcome`` is given. Its id."""
    run_id = begin_run(conn, source=source, started_at=at, version="test")
    if outcome is not None:
        finish_run(
            conn, run_id, finished_at=at, outcome=outcome, counts=counts or RunCounts(), detail=detail, settled=settled
        )
    return run_id


def any_run(conn: sqlite3.Connection, source: str, at: str) -> int:
    """The newest run of a source; one is made where there is none."""
    newest = conn.execute("select max(id) from runs where source = ?", (source,)).fetchone()[0]
    return add_run(conn, source, at=at) if newest is None else int(newest)


def add_answer(
    conn: sqlite3.Connection, url: str, *, run_id: int, at: str = AT, status: int = 200, **columns: Any
) -> int:
    """A ``snapshots`` row as the ledger writes it; its id."""
    record = SnapshotRecord(run_id=run_id, url=url, fetched_at=at, status=status, **columns)
    return add_snapshot(conn, record)


def content_digest(title: str, pages: tuple[str, ...]) -> str:
    """What stands for the fingerprint of a test document."""
    return hashlib.sha256("\f".join((title, *pages)).encode("utf-8", "surrogatepass")).hexdigest()


def publication(
    document_id: str = "dsmv-1", *pages: str, title: str = "Kameras im Treppenhaus", **changes: Any
) -> Publication:
    """One reading of a document: a release of one page, changed where the test needs it."""
    texts = pages or ("Die Kameras sind abzubauen.",)
    method = changes.pop("method", "html")
    values: dict[str, Any] = {
        "id": document_id,
        "source": document_id.split("-")[0],
        "doc_type": "pressemitteilung",
        "title": title,
        "url": f"https://www.example.org/{document_id}",
        "content_sha256": content_digest(title, texts),
        "snapshot_id": 0,
        "seen_at": AT,
        "pages": tuple(PageRecord(page=n, text=text, method=method) for n, text in enumerate(texts, start=1)),
    }
    return Publication(**(values | changes))


def put(conn: sqlite3.Connection, wanted: Publication, *, run_id: int | None = None) -> str:
    """Keep a publication; the answer it was read from is added where it names none. What the store says."""
    run = run_id or any_run(conn, wanted.source, wanted.seen_at)
    snapshot_id = wanted.snapshot_id or add_answer(conn, wanted.url, run_id=run, at=wanted.seen_at)
    return keep(conn, Publication(**(vars(wanted) | {"snapshot_id": snapshot_id})), run_id=run)


def rows(conn: sqlite3.Connection, query: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a query as plain tuples."""
    return [tuple(row) for row in conn.execute(query, values)]


def value(conn: sqlite3.Connection, query: str, *values: object) -> Any:
    """The first value of the first row of a query."""
    return conn.execute(query, values).fetchone()[0]
