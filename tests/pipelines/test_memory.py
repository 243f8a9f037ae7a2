"""What the archive tells a harvest before it begins: known documents, what they offer, how long listings were."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from archive_builder import add_run, new_archive, publication, put
from run_builder import listed_item

from archive.keeping.records import AttachmentRecord
from crawler.items import Attachment, Known, ListedItem
from pipelines.reading.publication import listed_to_json
from pipelines.run.memory import attachments_from_json, listed_from_json, remember

LIST = "https://www.example.org/liste"
LATER = "2026-03-02T04:00:00Z"


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    connection = new_archive()
    yield connection
    connection.close()


ENTRIES = {
    "plain": listed_item(1),
    "with everything": listed_item(
        1,
        date_text="01.03.2026",
        number_text="Nr. 4",
        teaser="Für Mieter",
        heading="Leitfäden",
        notes=("in Überarbeitung", "nur Auszug"),
        parent_id="dsmv-9",
        fallback=True,
    ),
    "one note": listed_item(1, notes=("neu",)),
}


@pytest.mark.parametrize("case", ENTRIES)
def test_an_entry_comes_back_as_it_was(case: str) -> None:
    """Equal, not only alike: an entry that differs has its document read again."""
    assert listed_from_json(listed_to_json(ENTRIES[case])) == ENTRIES[case]


def test_no_entry_is_none_both_ways() -> None:
    assert (listed_to_json(None), listed_from_json(None)) == (None, None)


def test_an_entry_is_written_the_same_way_every_time() -> None:
    text = listed_to_json(ENTRIES["with everything"]) or ""

    assert list(json.loads(text)) == sorted(json.loads(text))
    assert "Für Mieter" in text


def test_an_entry_of_an_older_version_has_no_notes() -> None:
    values = {"document_id": "a", "url": "u", "doc_type": "t", "label": "l", "title_text": "x"}

    assert listed_from_json(json.dumps(values)) == ListedItem(**values)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[]", ()),
        ('[{"url": "u", "title": "t"}]', (Attachment(url="u", title="t"),)),
        (
            '[{"url": "b", "title": "2"}, {"url": "a", "title": "1"}]',
            (Attachment(url="b", title="2"), Attachment(url="a", title="1")),
        ),
    ],
)
def test_files_come_back_in_their_order(text: str, found: tuple[Attachment, ...]) -> None:
    assert attachments_from_json(text) == found


def test_a_known_document_is_remembered_with_its_entry_and_its_files(conn: sqlite3.Connection) -> None:
    entry = listed_item(1)
    put(conn, publication(listed=listed_to_json(entry), attachments=(AttachmentRecord(url="u", title="t"),)))
    memory = remember(conn, "dsmv", before_run=9)

    assert memory.documents == {
        "dsmv-1": Known(
            document_id="dsmv-1",
            url="https://www.example.org/dsmv-1",
            doc_type="pressemitteilung",
            listed=entry,
            attachments=(Attachment(url="u", title="t"),),
            content_sha256=conn.execute("select content_sha256 from documents").fetchone()[0],
        )
    }


def test_only_the_newest_version_says_what_is_offered(conn: sqlite3.Connection) -> None:
    put(conn, publication(attachments=(AttachmentRecord(url="alt", title="t"),)))
    put(conn, publication("dsmv-1", "Neu.", seen_at=LATER, attachments=(AttachmentRecord(url="neu", title="t"),)))
    put(conn, publication("dsmv-2", attachments=(AttachmentRecord(url="x", title="t"),)))
    put(conn, publication("dsmv-2", "Neu.", seen_at=LATER))
    documents = remember(conn, "dsmv", before_run=9).documents

    assert {name: [one.url for one in known.attachments] for name, known in documents.items()} == {
        "dsmv-1": ["neu"],
        "dsmv-2": [],
    }


def test_a_source_remembers_its_own_documents_only(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-1"))
    put(conn, publication("dsk-1", attachments=(AttachmentRecord(url="u", title="t"),)))

    assert list(remember(conn, "dsmv", before_run=9).documents) == ["dsmv-1"]
    assert list(remember(conn, "dsk", before_run=9).documents) == ["dsk-1"]


def test_documents_that_are_gone_or_blocked_are_remembered_too(conn: sqlite3.Connection) -> None:
    """Their addresses are asked again: they may come back."""
    put(conn, publication("dsmv-1"))
    put(conn, publication("dsmv-2"))
    conn.execute("update documents set removed_at = 'x' where id = 'dsmv-1'")
    conn.execute("update documents set blocked_at = 'x' where id = 'dsmv-2'")

    assert sorted(remember(conn, "dsmv", before_run=9).documents) == ["dsmv-1", "dsmv-2"]


Run = tuple[str, str, int | None]
"""Source, outcome and how many links its listing had (None: not read)."""

LISTINGS: dict[str, tuple[list[Run], int, dict[str, int]]] = {
    "never read": ([], 9, {}),
    "once": ([("dsmv", "ok", 30)], 9, {LIST: 30}),
    "the newest": ([("dsmv", "ok", 30), ("dsmv", "ok", 31)], 9, {LIST: 31}),
    "an alarm counts": ([("dsmv", "ok", 30), ("dsmv", "alarm", 12)], 9, {LIST: 12}),
    "a failed run does not": ([("dsmv", "ok", 30), ("dsmv", "failed", 3)], 9, {LIST: 30}),
    "a run that goes on does not": ([("dsmv", "ok", 30), ("dsmv", "running", 3)], 9, {LIST: 30}),
    "not read the last time": ([("dsmv", "ok", 30), ("dsmv", "ok", None)], 9, {LIST: 30}),
    "only runs before this one": ([("dsmv", "ok", 30), ("dsmv", "ok", 31), ("dsmv", "ok", 32)], 2, {LIST: 30}),
    "before the first run": ([("dsmv", "ok", 30)], 1, {}),
    "another source": ([("dsk", "ok", 30)], 9, {}),
}


@pytest.mark.parametrize("case", LISTINGS)
def test_how_long_a_listing_was_when_it_was_last_read(conn: sqlite3.Connection, case: str) -> None:
    nights, before_run, found = LISTINGS[case]
    for source, outcome, seen in nights:
        run_id = add_run(conn, source, outcome=None if outcome == "running" else outcome)
        if seen is not None:
            list_row(conn, run_id, LIST, seen)

    assert remember(conn, "dsmv", before_run=before_run).listings == found


def list_row(conn: sqlite3.Connection, run_id: int, url: str, seen: int) -> None:
    """A listing as the end of a run writes it."""
    row: dict[str, Any] = {"run_id": run_id, "url": url, "seen": seen}
    conn.execute(
        "insert into listings (run_id, url, seen, archived, unchanged, excluded, failed)"
        " values (:run_id, :url, :seen, 0, :seen, 0, 0)",
        row,
    )


def test_every_listing_has_its_own_length(conn: sqlite3.Connection) -> None:
    first, second = add_run(conn, outcome="ok"), add_run(conn, outcome="ok")
    list_row(conn, first, LIST, 30), list_row(conn, first, LIST + "?2", 7)
    list_row(conn, second, LIST, 29)

    assert remember(conn, "dsmv", before_run=9).listings == {LIST: 29, LIST + "?2": 7}
