"""The recorder: what becomes of each scraped record, and the sums of a run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from archive_builder import AT, add_answer, add_run, new_archive, rows, value
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
    unchanged,
)

from archive.keeping.blocks import block
from crawler.items import Attachment, ExcludedLink, Listing, ListingRead
from pipelines.run.recorder import Recorder

LATER, LATEST = "2026-03-02T04:00:00Z", "2026-03-03T04:00:00Z"
PAPER = "dsmv-datei-leitfaden-9-pdf"
LIST = f"{SITE}/presse/"


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    """An archive whose first answer every record refers to."""
    connection = new_archive()
    add_answer(connection, LIST, run_id=add_run(connection, outcome="ok"))
    yield connection
    connection.close()


def listing(*items: Any, url: str = LIST, excluded: int = 0, main: bool = True, **changes: Any) -> ListingRead:
    """A listing that names these entries."""
    left_out = tuple(
        ExcludedLink(url=f"https://anderswo.example/{n}", text=f"Fremd {n}", reason="fremde Website")
        for n in range(excluded)
    )
    read = Listing(url=url, title="Presse", items=items, excluded=left_out, markup=changes.pop("markup", "teaser"))
    return ListingRead(source="dsmv", listing=read, evidence=evidence(), main=main)


def recorded(conn: sqlite3.Connection, *items: Any, **options: Any) -> Recorder:
    """A new run that recorded these."""
    recorder = recorder_for(conn, **options)
    for item in items:
        text, one = (item[1], item[0]) if isinstance(item, tuple) else (None, item)
        recorder.record(one, file_text=text)
    return recorder


def problems(conn: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Stage, kind, document and address of every problem."""
    return rows(conn, "select stage, kind, document_id, url from problems order by id")


def before(conn: sqlite3.Connection, *items: Any) -> None:
    """What earlier nights have kept."""
    recorded(conn, *items)
    conn.execute("delete from problems")


# -- documents ---------------------------------------------------------------------------------------

Counts = dict[str, int]
OUTCOMES: dict[str, tuple[list[Any], Any, Counts, str]] = {
    "new": ([], release(), {"new": 1}, "archived"),
    "changed": ([release()], release(text="Anders.", at=LATER), {"changed": 1}, "archived"),
    "read again, the same": ([release()], release(at=LATER), {"unchanged": 1}, "unchanged"),
    "not read again": ([release()], unchanged(at=LATER), {"unchanged": 1}, "unchanged"),
    "a paper": ([], (paper(), file_text("Leitfaden.")), {"new": 1}, "archived"),
    "a changed paper": (
        [(paper(), file_text("Leitfaden."))],
        (paper(at=LATER), file_text("Leitfaden 2.")),
        {"changed": 1},
        "archived",
    ),
    "gone": ([release()], missing(at=LATER), {"failed": 1}, "failed"),
    "a failure of its own": ([], failure("release", "missing_part", document_id="dsmv-1"), {"failed": 1}, "failed"),
}


@pytest.mark.parametrize("case", OUTCOMES)
def test_every_record_counts_once(conn: sqlite3.Connection, case: str) -> None:
    known, item, counted, outcome = OUTCOMES[case]
    before(conn, *known)
    recorder = recorded(conn, item)
    record = item[0] if isinstance(item, tuple) else item

    assert {name: number for name, number in vars(recorder.run.counts).items() if number} == counted
    assert recorder.outcomes == {record.document_id: outcome}


def test_a_document_answered_when_it_was_fetched(conn: sqlite3.Connection) -> None:
    recorder = recorded(conn, release(1), release(2, at=LATER))

    assert recorder.answered == {"dsmv-1": AT, "dsmv-2": LATER}
    assert recorder.kept == 2


def test_an_unchanged_document_is_seen_and_its_answer_read(conn: sqlite3.Connection) -> None:
    before(conn, release())
    run_id = value(conn, "select max(id) from runs")
    snapshot_id = add_answer(conn, f"{SITE}/presse/?id=1", run_id=run_id)
    recorder = recorded(conn, unchanged_from(snapshot_id))

    assert recorder.answered == {"dsmv-1": LATER}
    assert recorder.kept == 0
    assert value(conn, "select last_seen_at from documents") == LATER
    assert value(conn, "select read_at from snapshots where id = ?", snapshot_id) == LATER


def unchanged_from(snapshot_id: int) -> Any:
    """An unchanged release whose bytes are those of this answer."""
    item = unchanged(at=LATER)
    return type(item)(**(vars(item) | {"evidence": evidence(snapshot_id, at=LATER, unchanged=True)}))


def test_an_event_names_the_run(conn: sqlite3.Connection) -> None:
    recorder = recorded(conn, release())

    assert rows(conn, "select kind, run_id from events") == [("new", recorder.run.run_id)]


@pytest.mark.parametrize("again", [release(at=LATEST), release(text="Anders.", at=LATEST), unchanged(at=LATEST)])
def test_a_blocked_document_is_left_out(conn: sqlite3.Connection, again: Any) -> None:
    before(conn, release())
    block(conn, "dsmv-1", reason="Privatperson", at=LATER)
    recorder = recorded(conn, listing(listed_item(1)), again)
    recorder.count_listed()

    assert recorder.outcomes == {"dsmv-1": "excluded"}
    assert (recorder.run.counts.excluded, recorder.run.counts.unchanged, recorder.run.counts.changed) == (1, 0, 0)
    assert value(conn, "select title || text from documents") == ""


# -- files -------------------------------------------------------------------------------------------

READINGS: dict[str, tuple[Any, str, str, list[tuple[str, str]]]] = {
    "read to the end": (file_text("Neu."), "archived", "Neu.", []),
    "with a problem": (file_text("Neu.", problems=("no_text",)), "archived", "Neu.", [("file", "no_text")]),
    "out of time": (file_text("Neu", problems=("timeout",)), "failed", "Alt.", [("file", "timeout")]),
    "crashed": (file_text(problems=("crashed",)), "failed", "Alt.", [("file", "crashed")]),
    "a damaged page": (file_text("Neu", problems=("page_damaged",)), "failed", "Alt.", [("file", "page_damaged")]),
    "an error page": (file_text(problems=("wrong_type",)), "failed", "Alt.", [("file", "wrong_type")]),
    "nothing": (file_text(problems=("empty",)), "failed", "Alt.", [("file", "empty")]),
    "cut off": (file_text(problems=("truncated",)), "failed", "Alt.", [("file", "truncated")]),
    "damaged": (file_text(problems=("damaged",)), "failed", "Alt.", [("file", "damaged")]),
    "locked": (file_text(problems=("encrypted",)), "archived", "", [("file", "encrypted")]),
    "damaged, but read": (file_text("Neu.", problems=("damaged",)), "archived", "Neu.", [("file", "damaged")]),
}


@pytest.mark.parametrize("case", READINGS)
def test_only_a_sound_reading_replaces_the_text_of_a_known_file(conn: sqlite3.Connection, case: str) -> None:
    read, outcome, text, told = READINGS[case]
    before(conn, (paper(), file_text("Alt.")))
    recorder = recorded(conn, (paper(at=LATER), read))

    assert recorder.outcomes == {PAPER: outcome}
    assert rows(conn, "select text, last_seen_at from documents") == [(text, LATER)]
    assert [one[:2] for one in problems(conn)] == told
    assert recorder.answered == {PAPER: LATER}
    assert (recorder.run.counts.failed, recorder.kept) == ((1, 0) if outcome == "failed" else (0, 1))


@pytest.mark.parametrize("kind", ["timeout", "crashed", "wrong_type", "damaged"])
def test_a_new_file_is_kept_however_it_was_read(conn: sqlite3.Connection, kind: str) -> None:
    recorder = recorded(conn, (paper(), file_text("Halb", problems=(kind,))))

    assert recorder.run.counts.new == 1
    assert problems(conn) == [("file", kind, PAPER, paper().url)]


def test_a_file_that_was_not_read_in_time_is_asked_in_full_again(conn: sqlite3.Connection) -> None:
    """Its answer does not count as read."""
    before(conn, (paper(), file_text("Alt.")))
    conn.execute("update snapshots set read_at = null")
    recorded(conn, (paper(at=LATER), file_text("Neu", problems=("timeout",))))

    assert rows(conn, "select read_at from snapshots") == [(None,)]


def test_a_file_nobody_could_read_is_a_problem_of_that_file(conn: sqlite3.Connection) -> None:
    recorder = recorded(conn, paper(), release(1))

    assert problems(conn) == [("store", "unexpected", None, paper().url)]
    assert recorder.outcomes == {PAPER: "failed", "dsmv-1": "archived"}
    assert (recorder.run.counts.failed, recorder.run.counts.new, recorder.complete) == (1, 1, True)


def test_the_name_of_a_file_is_read_as_people_write_it(conn: sqlite3.Connection) -> None:
    item = paper(listed=None)
    recorded(conn, (item, file_text("Leitfaden.")))

    assert value(conn, "select title from documents") == "Leitfaden 9.pdf"


def test_the_text_of_a_file_is_read_from_its_bytes(conn: sqlite3.Connection) -> None:
    recorder = recorder_for(conn)
    try:
        read = recorder.read_file(paper(body=b"").content)
    finally:
        recorder.close()

    assert (read.kind, [one.kind for one in read.problems]) == ("empty", ["empty"])


# -- listings ----------------------------------------------------------------------------------------


def test_a_listing_adds_up(conn: sqlite3.Connection) -> None:
    before(conn, release(2), release(3))
    block(conn, "dsmv-3", reason="Privatperson", at=LATER)
    entries = [listed_item(n) for n in (1, 2, 3, 4, 5, 1)]
    recorder = recorded(conn, listing(*entries, excluded=2), release(1), unchanged(2), unchanged(3), missing(4))

    assert recorder.listing_sums() == [
        {
            "run_id": recorder.run.run_id,
            "url": LIST,
            "seen": 7,
            "archived": 1,
            "unchanged": 1,
            "excluded": 3,
            "failed": 2,
            "markup": "teaser",
        }
    ]


def test_listings_come_in_the_order_of_their_addresses(conn: sqlite3.Connection) -> None:
    recorder = recorded(conn, listing(url=f"{LIST}?b"), listing(listed_item(1), url=f"{LIST}?a", markup="links"))

    assert [(one["url"], one["seen"], one["failed"], one["markup"]) for one in recorder.listing_sums()] == [
        (f"{LIST}?a", 1, 1, "links"),
        (f"{LIST}?b", 0, 0, "teaser"),
    ]


def test_an_entry_of_two_listings_is_listed_once(conn: sqlite3.Connection) -> None:
    recorder = recorded(
        conn, listing(listed_item(1), listed_item(2), excluded=1), listing(listed_item(2), url=f"{LIST}?2", excluded=2)
    )
    recorder.count_listed()

    assert (recorder.run.counts.listed, recorder.run.counts.excluded) == (2, 3)


def test_main_listings_are_counted(conn: sqlite3.Connection) -> None:
    recorder = recorded(conn, listing(), listing(url=f"{LIST}?2"), listing(url=f"{LIST}?3", main=False))

    assert (recorder.main_listings, recorder.unread_listings, recorder.complete) == (2, 0, True)


def test_a_listing_is_read_when_it_is_recorded(conn: sqlite3.Connection) -> None:
    recorded(conn, listing())

    assert rows(conn, "select read_at from snapshots") == [(AT,)]


def test_what_a_listing_leaves_out_is_told_once_and_not_every_night(conn: sqlite3.Connection) -> None:
    recorded(conn, listing(excluded=2))
    recorded(conn, listing(excluded=3))

    assert [one[:2] + one[3:] for one in problems(conn)] == [
        ("listing", "excluded", f"https://anderswo.example/{n}") for n in (0, 1, 2)
    ]
    told = rows(conn, "select detail, at, document_id from problems limit 1")
    assert told == [("fremde Website: Fremd 0", AT, None)]


def test_a_link_without_text_is_left_out_for_its_reason_alone(conn: sqlite3.Connection) -> None:
    link = ExcludedLink(url="https://anderswo.example/", text="", reason="fremde Website")
    read = Listing(url=LIST, title=None, items=(), excluded=(link,))
    recorded(conn, ListingRead(source="dsmv", listing=read, evidence=evidence()))

    assert value(conn, "select detail from problems") == "fremde Website"


def test_markup_that_is_gone_is_told_once(conn: sqlite3.Connection) -> None:
    for _ in range(2):
        recorded(conn, listing(listed_item(1), listed_item(2, fallback=True), markup="links"))

    assert problems(conn) == [("listing", "fallback_markup", None, LIST)]
    assert "(links)" in value(conn, "select detail from problems")


# -- named documents ---------------------------------------------------------------------------------

OFFERED = (Attachment(url=paper().url, title="Leitfaden"),)

NAMED: dict[str, tuple[list[Any], list[Any], set[str]]] = {
    "nothing": ([], [], set()),
    "by a listing": ([], [listing(listed_item(1), listed_item(2))], {"dsmv-1", "dsmv-2"}),
    "by itself": ([], [release(1, listed=None)], {"dsmv-1"}),
    "by itself, unchanged": ([release(1)], [unchanged(1, listed=None)], {"dsmv-1"}),
    "not by having been listed": ([], [release(1)], set()),
    "not by an unchanged answer": ([release(1)], [unchanged(1)], set()),
    "by a release that answered": (
        [release(1, attachments=OFFERED), (paper(), file_text("L."))],
        [unchanged(1)],
        {PAPER},
    ),
    "not by a release that is gone": (
        [release(1, attachments=OFFERED), (paper(), file_text("L."))],
        [missing(1)],
        set(),
    ),
    "not by what the release offered before": (
        [release(1, attachments=OFFERED), (paper(), file_text("L."))],
        [release(1, "Ohne.", at=LATER)],
        set(),
    ),
}


@pytest.mark.parametrize("case", NAMED)
def test_which_documents_are_named(conn: sqlite3.Connection, case: str) -> None:
    known, items, named = NAMED[case]
    before(conn, *known)

    assert recorded(conn, *items).named_documents() == named


def test_a_release_of_another_source_names_nothing_here(conn: sqlite3.Connection) -> None:
    before(conn, release(1, attachments=OFFERED), (paper(), file_text("L.")))
    recorder = recorded(conn, unchanged(1), source="dsk")

    assert recorder.named_documents() == set()


# -- failures ----------------------------------------------------------------------------------------

FAILURES: dict[str, tuple[Any, int, bool, int]] = {
    "no answer": (failure(), 1, False, 0),
    "a listing that cannot be read": (failure("listing", "empty_listing"), 1, False, 1),
    "a listing with an error": (failure("listing", "http_500"), 1, False, 0),
    "a document": (failure("release", "missing_part", document_id="dsmv-1"), 1, True, 0),
    "a page that may be missing": (failure("fetch", "missing_page"), 0, True, 0),
    "a section without files": (failure("listing", "not_listed"), 0, True, 0),
    "the page behind the last": (failure("listing", "empty_page"), 0, True, 0),
}


@pytest.mark.parametrize("case", FAILURES)
def test_what_a_failure_means_for_the_run(conn: sqlite3.Connection, case: str) -> None:
    """Failed addresses, whether all listings were read, listings that answered with something else."""
    item, failed, complete, unread = FAILURES[case]
    recorder = recorded(conn, item)

    assert (recorder.run.counts.failed, recorder.complete, recorder.unread_listings) == (failed, complete, unread)
    assert problems(conn) == [(item.stage, item.kind, None, item.url)]


def test_two_failures_of_one_document_count_once(conn: sqlite3.Connection) -> None:
    twice = [failure("release", kind, document_id="dsmv-1") for kind in ("missing_part", "empty")]
    other = failure("release", "missing_part", document_id="dsmv-2", url=f"{SITE}/2")
    recorder = recorded(conn, *twice, missing(1), other)

    assert recorder.run.counts.failed == 2
    assert recorder.outcomes == {"dsmv-1": "failed", "dsmv-2": "failed"}


def test_a_failure_without_an_answer_happened_now(conn: sqlite3.Connection) -> None:
    recorded(conn, failure(evidence=evidence(at=LATER)), failure(url=f"{SITE}/x"), clock=Clock(LATEST))

    assert rows(conn, "select at, detail from problems order by id") == [(LATER, "Zu spät."), (LATEST, "Zu spät.")]


def test_a_missing_document_is_remembered_with_its_reason(conn: sqlite3.Connection) -> None:
    gone = recorded(conn, missing(1, at=LATER, reason="soft_404")).gone

    assert {name: (one.url, one.reason, one.at) for name, one in gone.items()} == {
        "dsmv-1": (f"{SITE}/presse/?id=1", "soft_404", LATER)
    }


# -- what breaks -------------------------------------------------------------------------------------


def test_a_record_that_breaks_leaves_no_half_document(conn: sqlite3.Connection) -> None:
    """What it wrote is taken back; the problem and the documents beside it stay."""
    broken = release(1, evidence=evidence(snapshot_id=404))
    recorder = recorded(conn, release(2), broken, release(3))

    assert rows(conn, "select id from documents order by id") == [("dsmv-2",), ("dsmv-3",)]
    assert problems(conn) == [("store", "unexpected", None, broken.url)]
    assert recorder.run.counts.failed == 1


def test_a_listing_that_breaks_makes_the_run_incomplete(conn: sqlite3.Connection) -> None:
    odd = ListingRead(source="dsmv", listing=None, evidence=evidence())  # type: ignore[arg-type]
    recorder = recorded(conn, odd, clock=Clock(LATEST))

    assert (recorder.complete, recorder.run.counts.failed) == (False, 1)
    assert rows(conn, "select stage, kind, url, at from problems") == [("store", "unexpected", None, AT)]


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk I/O error"), OSError("no space")])
def test_what_the_store_cannot_survive_is_raised(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    recorder = recorder_for(conn)

    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise error

    with pytest.raises(type(error)):
        recorder.record(release(evidence=Broken()))
    assert problems(conn) == []
    assert recorder.run.counts.failed == 0


def test_a_note_of_the_reading_becomes_a_problem(conn: sqlite3.Connection) -> None:
    recorded(conn, (paper(at=LATER), file_text("L.", problems=("no_text",))))

    assert rows(conn, "select url, document_id, stage, kind, detail, at from problems") == [
        (paper().url, PAPER, "file", "no_text", "Es war: no_text.", LATER)
    ]
