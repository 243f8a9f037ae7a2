"""What a block takes out of the tables lies in the vault, beside the bytes, until it is put back or purged."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.keeping.erasing import EVIDENCE, named_by, tables
from archive.keeping.ledger import account_of
from archive.search.indexing import index_document, settle_state, unindex_document
from archive.vault.reading import members
from archive.vault.writer import BLOCKS, FOLDER, RUN, VaultWriter

Rows = dict[str, dict[str, list[Any]]]
"""By table: its ``columns`` and ``rows``."""

STAY = (*EVIDENCE, "problems", "blocks", "document_numbers")
"""Tables that a block leaves as they are, or of which a rebuild brings nothing back."""


def taken_from(conn: sqlite3.Connection, document_id: str) -> Rows:
    """The rows of a document and of all that name it, as they are before it is blocked."""
    return rows_of(conn, sorted(named_by(conn, document_id)))


def tell_blocks(
    conn: sqlite3.Connection,
    data: Path,
    *,
    at: str,
    document_id: str = "",
    taken: Rows | None = None,
    reading: str = "",
) -> None:
    """Let a WARC file of its own tell what is blocked now: the vault alone must know it too.

    With what a block has just ``taken``, and which ``reading`` it was of, for :func:`put_back`.
    """
    told: dict[str, object] = {"blocks": account_of(conn, 0)["blocks"]}
    if taken is not None:
        left = _digest(rows_of(conn, _ids(taken)))
        told |= {"document_id": document_id, "reading": reading, "taken": taken, "left": left}
    with closing(VaultWriter(data, source=BLOCKS, run_id=0, started_at=at, software="aktenkundig")) as vault:
        vault.conclude(told, run_id=0, at=at)


def put_back(conn: sqlite3.Connection, data: Path, document_id: str, *, reading: str) -> bool:
    """Put back what the one block of a document took, in the caller's transaction; False where a rebuild has to.

    That is so when anything of it was read or blocked since, or is read in another way now.
    """
    query = "select id, blocked_at from blocks where document_id = ? and unblocked_at is null and purged_at is null"
    blocks = conn.execute(query, (document_id,)).fetchall()
    since = "select count(*) from blocks where id > ? or unblocked_at >= ?"
    if len(blocks) != 1 or conn.execute(since, tuple(blocks[0])).fetchone()[0]:
        return False
    told = _last_told(data, document_id)
    if told is None or told["reading"] != reading or told["left"] != _digest(rows_of(conn, _ids(told["taken"]))):
        return False
    _write(conn, told["taken"])
    return True


def forget_taken(data: Path) -> None:
    """Let no file hold what blocks took any more: a purge takes for good."""
    for path in sorted((data / FOLDER).glob(f"{BLOCKS}-*.warc.gz")):
        if any("taken" in json.loads(one.body) for one in members(path) if one.record and one.profile == RUN):
            for beside in path.parent.glob(f"{path.name}*"):
                beside.unlink()


def _last_told(data: Path, document_id: str) -> dict[str, Any] | None:
    for path in sorted((data / FOLDER).glob(f"{BLOCKS}-*.warc.gz"), reverse=True):
        told = [json.loads(one.body) for one in members(path) if one.record and one.profile == RUN]
        for one in reversed(told):
            if one.get("document_id") == document_id:
                return dict(one)
    return None


def rows_of(conn: sqlite3.Connection, ids: Sequence[str]) -> Rows:
    """Every row of these documents."""
    marks = ", ".join("?" for _ in ids)
    found: Rows = {}
    for table, columns in tables(conn).items():
        key = "id" if table == "documents" else "document_id"
        if key in columns and table not in STAY:
            rows = conn.execute(f"select * from {table} where {key} in ({marks}) order by rowid", ids).fetchall()
            found[table] = {"columns": list(columns), "rows": [list(row) for row in rows]}
    return found


def _ids(rows: Rows) -> list[str]:
    place = rows["documents"]["columns"].index("id")
    return sorted(row[place] for row in rows["documents"]["rows"])


def _digest(rows: Rows) -> str:
    """Of everything but when a document was last seen."""
    seen = rows["documents"]["columns"].index("last_seen_at")
    documents = [row[:seen] + row[seen + 1 :] for row in rows["documents"]["rows"]]
    every = rows | {"documents": {"columns": [], "rows": sorted(documents, key=repr)}}
    sorted_rows = {table: sorted(one["rows"], key=repr) for table, one in every.items()}
    return hashlib.sha256(json.dumps(sorted_rows, sort_keys=True).encode()).hexdigest()


def _write(conn: sqlite3.Connection, taken: Rows) -> None:
    ids = _ids(taken)
    marks = ", ".join("?" for _ in ids)
    seen = conn.execute(f"select last_seen_at, id from documents where id in ({marks})", ids).fetchall()
    for one in ids:
        unindex_document(conn, one)
    conn.execute("pragma defer_foreign_keys = on")
    for table in reversed(taken):
        conn.execute(f"delete from {table} where {'id' if table == 'documents' else 'document_id'} in ({marks})", ids)
    for table, told in taken.items():
        places = ", ".join("?" for _ in told["columns"])
        conn.executemany(f"insert into {table} ({', '.join(told['columns'])}) values ({places})", told["rows"])
    conn.executemany("update documents set last_seen_at = max(last_seen_at, ?) where id = ?", map(tuple, seen))
    for one in ids:
        index_document(conn, one)
    settle_state(conn)
