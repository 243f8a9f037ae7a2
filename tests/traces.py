"""Looks for words wherever an archive could still hold them: tables, vocabularies, bytes, exported files."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.german.words import WORD, index_term

TOMBSTONE = {("blocks", "reason"), ("documents", "id"), ("documents", "url"), ("blocks", "url")}
"""Columns that may name a blocked document for ever, beside its id and address elsewhere."""


def words_of(*texts: str | None) -> set[str]:
    """The words of texts, folded as the index folds them."""
    return {index_term(word) for text in texts for word in WORD.findall(text or "")}


def traces(conn: sqlite3.Connection, words: Collection[str], *, besides: Collection[str] = ()) -> list[str]:
    """Where one of the (folded) words stands in a table or in the vocabulary of an index; ``besides`` holds ids and
    addresses that may stand anywhere."""
    wanted = set(words)
    names = [
        row[0] for row in conn.execute("select name from sqlite_master where type in ('table', 'view')").fetchall()
    ]
    found = []
    for name in names:
        if not name.endswith(("_fts_data", "_fts_idx", "_fts_docsize", "_fts_config")):
            found += [f"{name}: {word}" for word in sorted(_in_table(conn, name, wanted, besides))]
    for name in (one for one in names if one.endswith("_fts")):
        found += [f"vocabulary of {name}: {word}" for word in sorted(_vocabulary(conn, name) & wanted)]
    return found


def _in_table(conn: sqlite3.Connection, name: str, wanted: set[str], besides: Collection[str]) -> set[str]:
    held: set[str] = set()
    cursor = conn.execute(f"select * from {name}")
    columns = [column[0] for column in cursor.description]
    for row in cursor:
        for column, value in zip(columns, row, strict=True):
            if isinstance(value, str) and value not in besides and (name, column) not in TOMBSTONE:
                held |= words_of(value) & wanted
    return held


def _vocabulary(conn: sqlite3.Connection, name: str) -> set[str]:
    conn.execute(f"create virtual table temp.seen_{name} using fts5vocab(main, {name}, row)")
    try:
        return {row[0] for row in conn.execute(f"select term from temp.seen_{name}")}
    finally:
        conn.execute(f"drop table temp.seen_{name}")


def in_bytes(path: Path, words: Collection[str]) -> list[str]:
    """Which of the words stand in the bytes of a file, in any case, as they are spelt."""
    content = path.read_bytes()
    small = content.lower()
    return [f"{path.name}: {w}" for w in sorted(words) if re.search(rb"(?<!\w)" + re.escape(w.lower().encode()), small)]


def in_files(folder: Path, words: Collection[str]) -> list[str]:
    """Which of the words stand in the files of an export; the tables of a database and of Parquet are read."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as copy:
                found += [f"{path.name}: {one}" for one in traces(copy, {index_term(word) for word in words})]
        if path.suffix == ".parquet":
            text = repr(list(_parquet(path))).lower()
            found += [f"{path.name}: {word}" for word in words if word.lower() in text]
        else:
            found += in_bytes(path, words)
    return found


def _parquet(path: Path) -> Iterator[Any]:
    import pyarrow.parquet

    for row in pyarrow.parquet.read_table(path).to_pylist():
        yield list(row.values())
