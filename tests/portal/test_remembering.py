"""Answers are kept until the archive changes, and not a moment longer."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import fixture_archive
import sample_documents as samples

from portal.access import recall
from portal.remembering import Memory


class Question:
    """Counts the documents that are shown, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, conn: sqlite3.Connection) -> int:
        self.asked += 1
        sql = "select count(*) from documents where blocked_at is null"
        return int(conn.execute(sql).fetchone()[0])


def _block(folder: Path, document_id: str) -> None:
    writer = sqlite3.connect(folder / "archive.db")
    sql = "update documents set blocked_at = '2026-11-22T05:00:00Z' where id = ?"
    writer.execute(sql, (document_id,))
    writer.commit()
    writer.close()


def test_a_question_is_asked_again_only_after_a_change(tmp_path: Path, make_reader: Any) -> None:
    """The archive is read once; a commit by another process makes the next request read it anew."""
    fixture_archive.build(tmp_path)
    reader, question = make_reader(tmp_path), Question()

    def ask() -> int:
        return int(reader.loop.run_until_complete(recall(reader.datasette, question)))

    first, second = ask(), ask()
    asked_before = question.asked
    _block(tmp_path, samples.VIDEO.id)
    third = ask()

    assert first == second == third + 1
    assert (asked_before, question.asked) == (1, 2)


def test_no_page_shows_a_blocked_document_from_memory(tmp_path: Path, make_reader: Any) -> None:
    """Start page, search, topics and feed lose a document with the commit that blocks it."""
    fixture_archive.build(tmp_path)
    reader = make_reader(tmp_path)
    paths = ("/suche?q=Schwimmbad", "/suche.json?q=Schwimmbad", "/suche.csv?q=Schwimmbad", "/feed.atom")
    before = [reader.get(path).text for path in paths for _ in range(2)]
    counted = reader.get("/").text
    _block(tmp_path, samples.VIDEO.id)
    after = [reader.get(path).text for path in paths]

    assert all(samples.VIDEO.id in text for text in before)
    assert not any(samples.VIDEO.id in text for text in after)
    assert reader.get("/").text != counted


def test_memory_is_bounded_and_forgets_with_the_state() -> None:
    """The longest unused answer goes first; answers of an older state are neither kept nor given."""
    memory = Memory(watch=None, most=2)
    for key in ("a", "b", "a", "c"):
        if memory.recall(key, 1) is None:
            memory.keep(key, 1, key.upper())

    assert list(memory.answers) == ["a", "c"]
    assert memory.recall("a", 2) is None
    memory.keep("a", 1, "late")
    assert memory.recall("a", 2) is None
