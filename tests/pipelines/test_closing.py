"""The end of a run: its outcome, its listings, what is missing, and the links between documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from archive_builder import AT, add_answer, add_run, new_archive, publication, put, rows, value
from run_builder import (
    SITE,
    Clock,
    evidence,
    failure,
    file_text,
    listed_item,
    missing,
    paper,
    recorder_for,
    release,
    session_for,
    unchanged,
)

from archive.keeping.removal import RemovalRule
from crawler.items import Attachment, Listing, ListingRead
from pipelines.run.closing import close_run, left_unlinked, link_documents, outcome_of, settle_run, write_listings
from pipelines.run.session import Session

LIST = f"{SITE}/presse/"
LATER = "2026-03-02T04:00:00Z"
EMPTY = failure("listing", "empty_listing", evidence=evidence())


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    conn = new_archive()
    add_answer(conn, LIST, run_id=add_run(conn, outcome="ok"))
    made = session_for(tmp_path, conn=conn, clock=Clock(LATER))
    yield made
    made.close()


def listing(*numbers: int, url: str = LIST, main: bool = True) -> ListingRead:
    """A listing that names these releases."""
    read = Listing(url=url, title="Presse", items=tuple(listed_item(n) for n in numbers), markup="teaser")
    return ListingRead(source="dsmv", listing=read, evidence=evidence(), main=main)


def record(session: Session, *items: Any) -> None:
    """What the run saw."""
    for item in items:
        one, text = item if isinstance(item, tuple) else (item, None)
        session.recorder.record(one, file_text=text)


# -- the outcome ---------------------------------------------------------------------------------------

OUTCOMES: dict[str, tuple[list[Any], str, str, str | None]] = {
    "everything read": ([listing(1), release(1)], "finished", "ok", None),
    "an empty list": ([listing()], "finished", "ok", None),
    "a document failed": ([listing(1), failure("release", "empty", document_id="dsmv-1")], "finished", "ok", None),
    "a page that may be missing": ([listing(1), failure("listing", "missing_page")], "finished", "ok", None),
    "nothing answered": ([], "finished", "failed", "Keine Übersichtsseite hat geantwortet."),
    "only timeouts": ([failure()], "finished", "failed", "Keine Übersichtsseite hat geantwortet."),
    "only server errors": (
        [failure("listing", "http_500")],
        "finished",
        "failed",
        "Keine Übersichtsseite hat geantwortet.",
    ),
    "only guidance": ([listing(1, main=False)], "finished", "failed", "Keine Übersichtsseite hat geantwortet."),
    "a list that cannot be read": ([EMPTY], "finished", "alarm", "Mindestens eine Übersichtsseite konnte nicht"),
    "one of two lists": ([listing(1), EMPTY], "finished", "alarm", "Mindestens eine Übersichtsseite konnte nicht"),
    "a list with an error beside": ([listing(1), failure()], "finished", "alarm", "Mindestens eine Übersichtsseite"),
    "ended from outside": (
        [listing(1)],
        "shutdown",
        "failed",
        "Der Lauf endete vorzeitig: Er wurde von außen beendet.",
    ),
    "no beginning": ([], "start_error", "failed", "Der Lauf endete vorzeitig: Die ersten Adressen konnten nicht"),
    "another end": ([listing(1)], "Voll.", "failed", "Der Lauf endete vorzeitig: Voll."),
}


@pytest.mark.parametrize("case", OUTCOMES)
def test_a_run_says_how_it_went(session: Session, case: str) -> None:
    items, reason, outcome, why = OUTCOMES[case]
    record(session, *items)

    said, detail = outcome_of(session.recorder, reason)
    assert said == outcome
    assert detail is None if why is None else (detail or "").startswith(why)


@pytest.mark.parametrize("case", [name for name in OUTCOMES if name != "another end"])
def test_the_outcome_stands_in_the_ledger(session: Session, case: str) -> None:
    items, reason, outcome, _ = OUTCOMES[case]
    record(session, *items)

    assert close_run(session, reason=reason) == outcome
    kept = "select outcome, finished_at, settled, detail is null from runs where id = ?"
    assert rows(session.conn, kept, session.run_id) == [
        (outcome, LATER, int(reason == "finished"), int(outcome == "ok"))
    ]


def test_a_lost_run_says_why_and_settles_nothing(session: Session) -> None:
    put(session.conn, publication("dsmv-1", url=f"{SITE}/presse/?id=1"))
    record(session, listing(), unchanged(1))
    session.give_up(OSError("voll"))

    assert close_run(session, reason="finished") == "failed"
    assert rows(session.conn, "select settled, detail from runs where id = ?", session.run_id) == [
        (0, "Der Lauf endete vorzeitig: voll")
    ]
    assert value(session.conn, "select unlisted_at from documents") is None
    assert rows(session.conn, "select * from listings") == []


def test_counts_of_a_closed_run(session: Session) -> None:
    put(session.conn, publication("dsmv-2", url=f"{SITE}/presse/?id=2"))
    session.rule = RemovalRule(checks=1, days=0)
    record(session, listing(1, 3), release(1), missing(2))
    close_run(session, reason="finished")

    counted = "select listed, new, failed, removed, excluded from runs where id = ?"
    assert rows(session.conn, counted, session.run_id) == [(2, 1, 1, 1, 0)]


# -- listings ------------------------------------------------------------------------------------------


def test_every_listing_adds_up_in_its_row(session: Session) -> None:
    record(session, listing(1, 2), listing(3, url=f"{LIST}?2"), release(1), missing(2), release(3))
    close_run(session, reason="finished")

    kept = "select run_id, url, seen, archived, unchanged, excluded, failed, markup from listings order by url"
    assert rows(session.conn, kept) == [
        (session.run_id, LIST, 2, 1, 0, 0, 1, "teaser"),
        (session.run_id, f"{LIST}?2", 1, 1, 0, 0, 0, "teaser"),
    ]


def test_a_run_that_ended_early_shows_the_listings_it_read(session: Session) -> None:
    record(session, listing(1), release(1))
    close_run(session, reason="shutdown")

    assert rows(session.conn, "select url, archived from listings") == [(LIST, 1)]


def test_listings_are_written_once(session: Session) -> None:
    record(session, listing(1))
    write_listings(session.conn, session.recorder)
    record(session, release(1))
    write_listings(session.conn, session.recorder)

    assert rows(session.conn, "select seen, archived, failed from listings") == [(1, 1, 0)]


# -- what is missing -----------------------------------------------------------------------------------


def test_the_rule_of_the_run_is_what_decides(session: Session) -> None:
    put(session.conn, publication("dsmv-1", url=f"{SITE}/presse/?id=1"))
    record(session, listing(), missing(1))

    assert settle_run(session.conn, session.recorder, rule=RemovalRule(), at=LATER) == 0
    assert settle_run(session.conn, session.recorder, rule=RemovalRule(checks=1, days=0), at=LATER) == 1


SETTLED: dict[str, tuple[list[Any], str, bool]] = {
    "not named any more": ([listing(), unchanged(1)], "finished", True),
    "named": ([listing(1), unchanged(1)], "finished", False),
    "not all lists were read": ([listing(), failure(), unchanged(1)], "finished", False),
    "ended early": ([listing(), unchanged(1)], "shutdown", False),
}


@pytest.mark.parametrize("case", SETTLED)
def test_a_document_is_unlisted_by_a_whole_run_only(session: Session, case: str) -> None:
    items, reason, unlisted = SETTLED[case]
    put(session.conn, publication("dsmv-1", url=f"{SITE}/presse/?id=1"))
    record(session, *items)
    close_run(session, reason=reason)

    assert (value(session.conn, "select unlisted_at from documents") is not None) is unlisted


# -- links ---------------------------------------------------------------------------------------------

OFFERED = (Attachment(url=paper().url, title="Leitfaden"),)


def annexes(session: Session) -> list[tuple[Any, ...]]:
    return rows(session.conn, "select document_id, target_id from links where kind = 'annex'")


def test_documents_are_linked_when_something_was_stored(session: Session) -> None:
    record(session, listing(1), release(1, attachments=OFFERED), (paper(), file_text("L.")))
    close_run(session, reason="finished")

    assert annexes(session) == [("dsmv-1", "dsmv-datei-leitfaden-9-pdf")]


LINKED = {
    "nothing stored, the run before came to its end": (True, False),
    "nothing stored, the run before did not": (False, True),
}


@pytest.mark.parametrize("case", LINKED)
def test_a_run_links_what_the_one_before_left(tmp_path: Path, case: str) -> None:
    settled, linked = LINKED[case]
    conn = new_archive()
    before = add_run(conn, outcome="ok" if settled else "failed", settled=settled)
    earlier = recorder_for(conn, run_id=before)
    add_answer(conn, LIST, run_id=before)
    earlier.record(release(1, attachments=OFFERED))
    session = session_for(tmp_path, conn=conn)
    record(session, listing(1), unchanged(1))
    close_run(session, reason="finished")

    assert bool(annexes(session)) is linked
    session.close()


BEFORE: dict[str, tuple[list[tuple[str, bool]], bool]] = {
    "the first run": ([], False),
    "a whole one": ([("dsmv", True)], False),
    "one that broke off": ([("dsmv", False)], True),
    "the newest counts": ([("dsmv", False), ("dsmv", True)], False),
    "the newest counts, broken off": ([("dsmv", True), ("dsmv", False)], True),
    "another source": ([("dsk", False)], False),
}


@pytest.mark.parametrize("case", BEFORE)
def test_whether_the_run_before_left_documents_unlinked(case: str) -> None:
    before, left = BEFORE[case]
    conn = new_archive()
    for source, settled in before:
        add_run(conn, source, outcome="ok" if settled else "failed", settled=settled)
    recorder = recorder_for(conn)
    add_run(conn, outcome="failed", settled=False)

    assert left_unlinked(conn, recorder) is left
    conn.close()


def test_links_are_the_same_however_often_they_are_made(session: Session) -> None:
    record(session, release(1, attachments=OFFERED), (paper(), file_text("L.")))
    link_documents(session.conn)
    once = rows(session.conn, "select * from links order by document_id, kind, url")
    link_documents(session.conn)

    assert rows(session.conn, "select * from links order by document_id, kind, url") == once
    assert once


def test_the_search_comes_to_rest_with_the_run(session: Session) -> None:
    """Archives of the same content have the same token."""
    record(session, listing(1), release(1))
    close_run(session, reason="finished")
    token = value(session.conn, "select token from search_state")
    session.conn.execute("update search_state set token = 1")
    close_run(session, reason="finished")

    assert value(session.conn, "select token from search_state") == token


def test_nothing_of_the_end_is_kept_when_one_step_breaks(session: Session) -> None:
    put(session.conn, publication("dsmv-1", url=f"{SITE}/presse/?id=1"))
    record(session, listing(), unchanged(1))
    session.conn.execute("create trigger no before insert on listings begin select raise(abort, 'kaputt'); end")
    with pytest.raises(Exception, match="kaputt"):
        close_run(session, reason="finished")

    assert value(session.conn, "select unlisted_at from documents") is None
    assert value(session.conn, "select outcome from runs where id = ?", session.run_id) == "running"
    assert value(session.conn, "select started_at from runs where id = 1") == AT
