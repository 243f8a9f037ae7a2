"""Every SQL example of docs/search.md runs, and finds something in the sample texts."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from datasette.utils import detect_fts
from search_archives import archive_of, sample_texts

from archive.search.engine import register_functions

DOCS = Path(__file__).resolve().parents[2] / "docs" / "search.md"
EXAMPLES = re.findall(r"```sql\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def conn() -> sqlite3.Connection:
    conn = archive_of(sample_texts())
    register_functions(conn)
    return conn


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize("sql", EXAMPLES)
def test_example_finds_something(conn: sqlite3.Connection, sql: str) -> None:
    sql = sql.replace("Beschluss", "Drohne").replace("> 3", "> 1")  # the sample is small

    assert conn.execute(sql).fetchall()


def test_datasette_recognises_the_index(conn: sqlite3.Connection) -> None:
    assert detect_fts(conn, "documents") == "documents_fts"
    assert detect_fts(conn, "pages") == "pages_fts"


def test_datasettes_search_box_is_german(conn: sqlite3.Connection) -> None:
    """The statement that Datasette 0.65 puts behind `_search`."""
    found = conn.execute(
        "select id from documents where docno in"
        " (select rowid from documents_fts where documents_fts match escape_fts('ueberwachung'))"
    ).fetchall()

    assert {row[0] for row in found} == {"p01", "p02", "p03"}
