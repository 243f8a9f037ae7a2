"""Data is as fresh as the last night in which documents answered, whatever runs and clocks say."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from archive_builder import add_run, new_archive, publication, put, rows

from archive.health import Finding, assess
from archive.health.freshness import Stand, answered_nights, stands
from archive.health.incidents import note_findings
from archive.keeping.ledger import RunCounts, add_problem, finish_run
from archive.keeping.store import touch

FIRST = datetime(2026, 3, 1, 4, tzinfo=UTC)


def at(night: float) -> str:
    """Four in the morning of a night, counted from 0."""
    return (FIRST + timedelta(days=night)).strftime("%Y-%m-%dT%H:%M:%SZ")


def run(conn: sqlite3.Connection, night: float, outcome: str = "ok", source: str = "dsmv", **counts: int) -> int:
    """A finished run with these counts; usual ones where not given."""
    values = {"requests": 40, "listed": 30, "unchanged": 30} | counts
    return add_run(conn, source, at=at(night), outcome=outcome, counts=RunCounts(**values))


def stand(conn: sqlite3.Connection, night: float) -> list[tuple[str, str | None, bool]]:
    """Source, state and whether it is old, at this time."""
    return [(one.source, one.at, one.stale) for one in stands(answered_nights(conn), now=at(night))]


# -- how fresh -------------------------------------------------------------------------------------


def test_nine_nights_without_a_document_are_nine_nights_old() -> None:
    """Every run came to its end and read its lists; two section pages answered, no document did."""
    conn = new_archive()
    run(conn, 0)
    for night in range(1, 10):
        run(conn, night, unchanged=2, failed=30)

    assert stand(conn, 9.5) == [("dsmv", at(0), True)]


def test_a_few_documents_that_fail_make_nothing_old() -> None:
    conn = new_archive()
    run(conn, 0)
    run(conn, 1, unchanged=25, failed=5)

    assert stand(conn, 1.5) == [("dsmv", at(1), False)]


def test_what_was_removed_long_ago_counts_for_nothing() -> None:
    """Forty addresses of removed documents fail every night; the ten that are left answer."""
    conn = new_archive()
    for number in range(40):
        put(conn, publication(f"dsmv-{number}"))
    conn.execute("update documents set removed_at = ?", (at(0),))
    run(conn, 1, unchanged=10, failed=40)

    assert stand(conn, 1.5) == [("dsmv", at(1), False)]


@pytest.mark.parametrize("outcome", ["failed", "alarm"])
def test_a_night_that_did_not_read_everything_is_no_state(outcome: str) -> None:
    conn = new_archive()
    run(conn, 0)
    run(conn, 1, outcome)

    assert stand(conn, 1.5) == [("dsmv", at(0), False)]


def test_the_warning_does_not_fall_to_a_clock_that_jumped_ahead() -> None:
    conn = new_archive()
    run(conn, 0)
    run(conn, 3650)
    run(conn, 1, unchanged=0, failed=30)

    assert stand(conn, 2.5) == [("dsmv", at(0), True)]


def test_every_source_has_its_own_state() -> None:
    conn = new_archive()
    run(conn, 0, source="dsk")
    run(conn, 3, source="dsmv")
    add_run(conn, "neu", at=at(3), outcome="failed")

    assert stand(conn, 3.1) == [("dsk", at(0), True), ("dsmv", at(3), False), ("neu", None, True)]


def test_without_a_run_there_is_no_source_to_speak_of() -> None:
    assert stands(answered_nights(new_archive()), now=at(0)) == []


def test_two_days_are_not_old_and_a_second_more_is() -> None:
    nights = {"dsk": (at(0),)}

    assert stands(nights, now=at(2)) == [Stand(source="dsk", at=at(0), stale=False)]
    assert stands(nights, now="2026-03-03T04:00:01Z") == [Stand(source="dsk", at=at(0), stale=True)]


# -- kinds that fail as a whole --------------------------------------------------------------------


class Shelf:
    """Eighty releases, seven files and some pages of a source, asked night after night."""

    def __init__(self) -> None:
        self.conn = new_archive()
        self.kinds = {"release": 80, "file": 7, "page": 8}
        self.ids: list[str] = []
        run_id = add_run(self.conn, at=at(0))
        for kind, count in self.kinds.items():
            method, doc_type = {
                "release": ("html", "pressemitteilung"),
                "file": ("pdf", "anlage"),
                "page": ("html", "information"),
            }[kind]
            for number in range(count):
                document_id = f"dsmv-{kind}-{number}"
                put(self.conn, publication(document_id, method=method, doc_type=doc_type, seen_at=at(0)), run_id=run_id)
                self.ids.append(document_id)
        finish_run(self.conn, run_id, finished_at=at(0), outcome="ok", counts=RunCounts(new=95, listed=95))

    def night(
        self, night: float, *, silent: str = "nothing", stage: str = "removal", kind: str = "dead_link", most: int = 999
    ) -> list[tuple[str, bool]]:
        """One night in which documents with this in their id fail; what the operator is told."""
        run_id = add_run(self.conn, at=at(night))
        lost = [one for one in self.ids if silent in one[5:]][:most]
        for document_id in self.ids:
            if document_id not in lost:
                touch(self.conn, document_id, seen_at=at(night))
            else:
                add_problem(
                    self.conn,
                    run_id=run_id,
                    url=f"https://www.example.org/{document_id}",
                    document_id=document_id,
                    stage=stage,
                    kind=kind,
                    detail="",
                    at=at(night),
                )
        counts = RunCounts(requests=120, listed=95, unchanged=95 - len(lost), failed=len(lost))
        finish_run(self.conn, run_id, finished_at=at(night), outcome="ok", counts=counts, settled=True)
        changes = note_findings(self.conn, "dsmv", assess(self.conn, run_id), at=at(night), run_id=run_id)
        return [(change.kind, change.opened) for change in changes]


def test_seven_files_that_lead_to_the_start_page_are_one_alarm_although_they_are_few() -> None:
    shelf = Shelf()
    told = [change for night in range(1, 30) for change in shelf.night(night, silent="file")]
    told += shelf.night(30)

    assert told == [("kind_failed", True), ("kind_failed", False)]
    assert rows(shelf.conn, "select detail from incidents") == [("Von 7 Dateien antworten 7 nicht mit ihrem Inhalt.",)]


@pytest.mark.parametrize(("stage", "kind"), [("fetch", "http_500"), ("file", "not_the_document"), ("fetch", "timeout")])
def test_whatever_a_whole_kind_answers_instead_is_an_alarm(stage: str, kind: str) -> None:
    assert ("kind_failed", True) in Shelf().night(1, silent="file", stage=stage, kind=kind)


@pytest.mark.parametrize("most", [1, 2, 4])
def test_some_dead_files_among_others_are_no_alarm(most: int) -> None:
    assert Shelf().night(1, silent="file", most=most) == []


def test_a_wall_before_a_kind_is_one_incident_however_long_it_stands() -> None:
    """After two weeks the wall is no news any more, but nothing is right again before the files are back."""
    shelf = Shelf()
    walled = {"silent": "file", "stage": "file", "kind": "interposed"}
    told = [change for night in range(1, 60) for change in shelf.night(night, **walled)]  # type: ignore[arg-type]
    told += shelf.night(60)

    assert told == [("interposed", True), ("interposed", False)]


def test_files_that_never_answered_are_an_alarm_from_the_first_night() -> None:
    conn = new_archive()
    run_id = add_run(conn, at=at(0))
    for number in range(7):
        name = f"https://www.example.org/static/{number}.pdf"
        add_problem(conn, run_id=run_id, url=name, stage="fetch", kind="not_found_404", detail="", at=at(0))
    finish_run(
        conn, run_id, finished_at=at(0), outcome="ok", counts=RunCounts(requests=100, new=80, listed=80, failed=7)
    )

    assert [finding.kind for finding in assess(conn, run_id)] == ["kind_failed"]


def test_a_wall_is_seen_through_a_clock_that_jumped_ahead_and_back() -> None:
    """Neither the jump ends the alarm, nor does what was dated by it hide the next one."""
    shelf = Shelf()
    walled = {"silent": "release", "stage": "release", "kind": "interposed"}
    told = shelf.night(1, **walled)  # type: ignore[arg-type]
    told += shelf.night(4000, **walled)  # type: ignore[arg-type]
    told += shelf.night(2, **walled)  # type: ignore[arg-type]
    told += shelf.night(4001)
    told += shelf.night(3, **walled)  # type: ignore[arg-type]

    assert told == [("interposed", True), ("interposed", False), ("interposed", True)]


# -- one cause, one incident -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signs", "told"),
    [
        (["interposed", "many_failures", "kind_failed"], ["interposed"]),
        (["listing_lost", "too_few"], ["listing_lost"]),
        (["many_failures", "kind_failed"], ["many_failures"]),
        (["too_many_changes", "fields_gone"], ["fields_gone"]),
        (["too_many", "sudden_growth"], ["too_many"]),
        (["too_few", "undated"], ["too_few", "undated"]),
    ],
)
def test_signs_of_one_cause_that_show_in_one_night_are_one_incident(signs: list[str], told: list[str]) -> None:
    """They are over together, and two causes stay two."""
    conn = new_archive()
    findings = [Finding(kind=kind, detail="") for kind in signs]
    began = note_findings(conn, "dsk", findings, at=at(1), run_id=None)
    again = note_findings(conn, "dsk", list(reversed(findings)), at=at(2), run_id=None)
    ended = note_findings(conn, "dsk", [], at=at(3), run_id=None)

    assert ([one.kind for one in began], again) == (told, [])
    assert [(one.kind, one.opened) for one in ended] == [(kind, False) for kind in told]


def test_a_silence_is_believed_only_when_nights_confirm_the_clock() -> None:
    """A clock ten years ahead for two nights makes no quiet decade."""
    conn = new_archive()
    first = run(conn, 0)
    for number in range(12):
        day = at(number - 30)[:10]
        put(conn, publication(f"dsmv-{number}", published_on=day, seen_at=at(0)), run_id=first)
    for night in range(1, 20):
        run(conn, night)
    jumped = [assess(conn, run(conn, night)) for night in (3650, 3651)]
    back = assess(conn, run(conn, 20))

    assert [*jumped, back] == [[], [], []]
