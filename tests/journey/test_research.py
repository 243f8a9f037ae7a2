"""The questions of docs/research.md, asked of the archive of the sample site."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from journeys import Journey

from archive.search.functions import register_functions

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "research.md").read_text(encoding="utf-8")
QUESTIONS = {int(number): sql for number, sql in re.findall(r"^\*\*(\d+)\. .*?```sql\n(.*?)```", PAGE, re.M | re.S)}
EMPTY = {22: "without OCR installed no page of the sample site is read by it"}
"""Questions that may find nothing in the sample archive, with the reason."""


@pytest.fixture(scope="module")
def conn(history: Journey) -> Iterator[sqlite3.Connection]:
    with closing(history.db()) as conn:
        register_functions(conn)
        yield conn


@pytest.fixture(scope="module")
def values(conn: sqlite3.Connection) -> dict[str, object]:
    """What is put in for the parameters, taken from the archive itself."""
    edited, seen = conn.execute("select document_id, seen_at from v_changes where what like '%Wortlaut%'").fetchone()
    sentence = conn.execute("select substr(text, 1, 40) from documents where text <> '' limit 1").fetchone()[0]
    provision, year = conn.execute(
        "select provision, year from v_citations where year is not null group by 1, 2 order by count(*) desc"
    ).fetchone()
    return {
        "dokument": edited,
        "tag": seen[:10],
        "satz": sentence,
        "wort": "Kamera",
        "vorschrift": provision,
        "jahr": year,
    }


def test_there_are_thirty_questions_and_each_is_short() -> None:
    assert sorted(QUESTIONS) == list(range(1, 31))
    assert {number: sql for number, sql in QUESTIONS.items() if sql.count("\n") > 12} == {}
    assert sum(sql.startswith("with ") for sql in QUESTIONS.values()) <= 6


@pytest.mark.parametrize("number", sorted(QUESTIONS))
def test_question_is_answered(number: int, conn: sqlite3.Connection, values: dict[str, object]) -> None:
    found = conn.execute(QUESTIONS[number], values).fetchall()

    assert found or number in EMPTY
    assert all(any(value is not None for value in tuple(row)) for row in found)
