"""What a run did not find: unlisted, moved, removed or back, decided from what was seen and what was asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from archive_builder import AT, add_answer, add_run, new_archive, publication, put, rows, value

from archive.keeping.blocks import block
from archive.keeping.removal import Gone, RemovalRule, Sightings, settle

NIGHTS = [f"2026-03-{day:02}T04:00:00Z" for day in range(1, 20)]
URL = "https://www.example.org/dsmv-1"
RULE = RemovalRule()


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    connection = new_archive()
    put(connection, publication("dsmv-1"))
    yield connection
    connection.close()


def gone(night: int = 1, reason: str = "404", url: str = URL) -> Gone:
    """A check on one night that did not find the document."""
    return Gone(url=url, reason=reason, at=NIGHTS[night])


def seen(conn: sqlite3.Connection, night: int = 1, **changes: Any) -> Sightings:
    """What a run of that night saw; nothing unless the test says so."""
    values: dict[str, Any] = {
        "run_id": add_run(conn, at=NIGHTS[night]),
        "source": "dsmv",
        "at": NIGHTS[night],
        "named": set(),
        "answered": {},
        "gone": {},
        "complete": True,
    }
    return Sightings(**(values | changes))


def miss(conn: sqlite3.Connection, *nights: int, rule: RemovalRule = RULE, **changes: Any) -> list[int]:
    """Settle these nights, on each of which the document is missing; how many were removed on each."""
    return [settle(conn, seen(conn, night, gone={"dsmv-1": gone(night)}, **changes), rule) for night in nights]


def state(conn: sqlite3.Connection, document_id: str = "dsmv-1") -> tuple[Any, ...]:
    """unlisted_at, removed_at, returned_at, moved_to."""
    query = "select unlisted_at, removed_at, returned_at, moved_to from documents where id = ?"
    return rows(conn, query, document_id)[0]


def told(conn: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Every event but the first one."""
    return rows(conn, "select document_id, kind, at, detail from events where kind <> 'new' order by at, id")


# -- the rule ------------------------------------------------------------------------------------

DUE: dict[str, tuple[RemovalRule, tuple[int, ...], list[int]]] = {
    "three checks over seven days": (RULE, (0, 3, 7), [0, 0, 1]),
    "two checks are too few": (RULE, (0, 7), [0, 0]),
    "six days are too short": (RULE, (0, 3, 6), [0, 0, 0]),
    "many checks in a few days": (RULE, (0, 1, 2, 3, 4, 5, 6), [0, 0, 0, 0, 0, 0, 0]),
    "more checks than needed": (RULE, (0, 1, 2, 3, 9), [0, 0, 0, 0, 1]),
    "at once": (RemovalRule(checks=1, days=0), (0,), [1]),
    "two checks": (RemovalRule(checks=2, days=1), (0, 1), [0, 1]),
    "half a day": (RemovalRule(checks=2, days=0.5), (0, 1), [0, 1]),
    "more than a day": (RemovalRule(checks=2, days=1.01), (0, 1), [0, 0]),
    "once only": (RULE, (0, 3, 7, 8, 9), [0, 0, 1, 0, 0]),
}


@pytest.mark.parametrize("case", DUE)
def test_a_document_is_removed_when_it_was_missed_often_and_long_enough(conn: sqlite3.Connection, case: str) -> None:
    rule, nights, removed = DUE[case]

    assert miss(conn, *nights, rule=rule) == removed
    assert (state(conn)[1] is not None) == (1 in removed)


def test_the_rule_is_three_checks_over_seven_days() -> None:
    assert (RULE.checks, RULE.days) == (3, 7)


def test_a_removed_document_says_when_and_why(conn: sqlite3.Connection) -> None:
    miss(conn, 0, 3, 7)

    assert state(conn) == (None, NIGHTS[7], None, None)
    assert told(conn) == [("dsmv-1", "removed", NIGHTS[7], "404")]
    assert rows(conn, "select at, url, reason from absences order by at") == [
        (NIGHTS[night], URL, "404") for night in (0, 3, 7)
    ]


def test_the_event_names_the_run_that_decided(conn: sqlite3.Connection) -> None:
    miss(conn, 0, 3, 7)
    newest = value(conn, "select max(id) from runs")

    assert rows(conn, "select run_id from events where kind = 'removed'") == [(newest,)]
    assert rows(conn, "select max(run_id) from absences") == [(newest,)]


def test_one_run_is_one_check(conn: sqlite3.Connection) -> None:
    """A run that is settled twice does not count twice."""
    once = seen(conn, 1, gone={"dsmv-1": gone(1)})
    for _ in range(3):
        settle(conn, once, RemovalRule(checks=2, days=0))

    assert value(conn, "select count(*) from absences") == 1
    assert state(conn)[1] is None


def test_checks_count_for_one_document_only(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-2"))
    miss(conn, 0, 3)
    two = {name: gone(7) for name in ("dsmv-1", "dsmv-2")}

    assert settle(conn, seen(conn, 7, gone=two), RULE) == 1
    assert (state(conn)[1], state(conn, "dsmv-2")[1]) == (NIGHTS[7], None)


def test_every_document_that_is_due_is_counted(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-2"))
    two = {name: gone(1) for name in ("dsmv-1", "dsmv-2")}

    assert settle(conn, seen(conn, 1, gone=two), RemovalRule(checks=1, days=0)) == 2


def test_coming_back_wipes_the_checks_away(conn: sqlite3.Connection) -> None:
    miss(conn, 0, 3)
    settle(conn, seen(conn, 4, named={"dsmv-1"}, answered={"dsmv-1": NIGHTS[4]}), RULE)

    assert rows(conn, "select * from absences") == []
    assert miss(conn, 5, 8, 11) == [0, 0, 0]


def test_coming_back_wipes_no_other_checks_away(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-2"))
    settle(conn, seen(conn, 0, gone={name: gone(0) for name in ("dsmv-1", "dsmv-2")}), RULE)
    settle(conn, seen(conn, 1, named={"dsmv-1"}, answered={"dsmv-1": NIGHTS[1]}), RULE)

    assert rows(conn, "select document_id from absences") == [("dsmv-2",)]


# -- runs that say nothing -------------------------------------------------------------------------

SILENT: dict[str, dict[str, Any]] = {
    "it was not asked": {},
    "not all listings were read": {"gone": {"dsmv-1": gone(1)}, "complete": False},
    "it answered, and not all listings were read": {"answered": {"dsmv-1": NIGHTS[1]}, "complete": False},
    "it was named and not asked": {"named": {"dsmv-1"}},
    "it answered and was named": {"named": {"dsmv-1"}, "answered": {"dsmv-1": NIGHTS[1]}},
    "another source": {"gone": {"dsmv-1": gone(1)}, "source": "dsk"},
    "an unknown document": {"gone": {"dsmv-404": gone(1)}, "named": {"dsmv-404"}},
}


@pytest.mark.parametrize("case", SILENT)
def test_what_a_run_did_not_see_for_certain_changes_nothing(conn: sqlite3.Connection, case: str) -> None:
    assert settle(conn, seen(conn, 1, **SILENT[case]), RemovalRule(checks=1, days=0)) == 0
    assert state(conn) == (None, None, None, None)
    assert told(conn) == []
    assert rows(conn, "select * from absences") == rows(conn, "select * from problems") == []


def test_a_run_that_read_half_the_listings_is_no_check(conn: sqlite3.Connection) -> None:
    miss(conn, 0, 3)
    miss(conn, 5, complete=False)

    assert value(conn, "select count(*) from absences") == 2


# -- listed and unlisted ---------------------------------------------------------------------------


def test_a_document_that_answers_and_is_named_no_more_is_unlisted(conn: sqlite3.Connection) -> None:
    settle(conn, seen(conn, 2, answered={"dsmv-1": NIGHTS[1]}), RULE)

    assert state(conn) == (NIGHTS[1], None, None, None)
    assert told(conn) == [("dsmv-1", "unlisted", NIGHTS[1], None)]


def test_it_is_unlisted_once(conn: sqlite3.Connection) -> None:
    for night in (1, 2):
        settle(conn, seen(conn, night, answered={"dsmv-1": NIGHTS[night]}), RULE)

    assert state(conn)[0] == NIGHTS[1]
    assert [event[1] for event in told(conn)] == ["unlisted"]


def test_a_document_that_is_named_again_is_relisted(conn: sqlite3.Connection) -> None:
    settle(conn, seen(conn, 1, answered={"dsmv-1": NIGHTS[1]}), RULE)
    run = seen(conn, 2, named={"dsmv-1"}, answered={"dsmv-1": NIGHTS[2]})
    settle(conn, run, RULE)

    assert state(conn) == (None, None, None, None)
    assert told(conn)[1:] == [("dsmv-1", "relisted", NIGHTS[2], None)]
    assert rows(conn, "select run_id from events where kind = 'relisted'") == [(run.run_id,)]


def test_only_the_document_at_stake_is_unlisted_and_relisted(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-2"))
    both = {"dsmv-1": NIGHTS[1], "dsmv-2": NIGHTS[1]}
    settle(conn, seen(conn, 1, answered=both), RULE)
    settle(conn, seen(conn, 2, named={"dsmv-1"}, answered=both), RULE)

    assert (state(conn)[0], state(conn, "dsmv-2")[0]) == (None, NIGHTS[1])
    settle(conn, seen(conn, 3, named={"dsmv-2"}, answered={"dsmv-1": NIGHTS[3]}), RULE)
    assert (state(conn)[0], state(conn, "dsmv-2")[0]) == (NIGHTS[3], NIGHTS[1])


def test_half_the_listings_are_enough_to_be_relisted(conn: sqlite3.Connection) -> None:
    settle(conn, seen(conn, 1, answered={"dsmv-1": NIGHTS[1]}), RULE)
    settle(conn, seen(conn, 2, named={"dsmv-1"}, answered={"dsmv-1": NIGHTS[2]}, complete=False), RULE)

    assert state(conn)[0] is None


def test_an_answer_weighs_more_than_a_miss(conn: sqlite3.Connection) -> None:
    """One address said no, another one gave the document."""
    run = seen(conn, 1, named={"dsmv-1"}, answered={"dsmv-1": NIGHTS[1]}, gone={"dsmv-1": gone(1)})

    assert settle(conn, run, RemovalRule(checks=1, days=0)) == 0
    assert state(conn)[1] is None


# -- named, but dead -------------------------------------------------------------------------------


def test_a_dead_link_of_a_listing_is_a_problem_and_no_check(conn: sqlite3.Connection) -> None:
    miss(conn, 0)
    run = seen(conn, 1, named={"dsmv-1"}, gone={"dsmv-1": gone(1, "410")})

    assert settle(conn, run, RemovalRule(checks=1, days=0)) == 0
    assert rows(conn, "select * from absences") == []
    assert state(conn) == (None, None, None, None)
    problem = rows(conn, "select run_id, document_id, url, stage, kind, at, detail from problems")
    assert [one[:6] for one in problem] == [(run.run_id, "dsmv-1", URL, "removal", "dead_link", NIGHTS[1])]
    assert "(410)" in problem[0][6]


def test_a_dead_link_wipes_no_other_checks_away(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-2"))
    settle(conn, seen(conn, 0, gone={name: gone(0) for name in ("dsmv-1", "dsmv-2")}), RULE)
    settle(conn, seen(conn, 1, named={"dsmv-1"}, gone={"dsmv-1": gone(1)}), RULE)

    assert rows(conn, "select document_id from absences") == [("dsmv-2",)]


# -- back again ------------------------------------------------------------------------------------


def test_a_removed_document_that_answers_is_back(conn: sqlite3.Connection) -> None:
    put(conn, publication("dsmv-2"))
    settle(conn, seen(conn, 1, gone={n: gone(1) for n in ("dsmv-1", "dsmv-2")}), RemovalRule(checks=1, days=0))
    run = seen(conn, 9, named={"dsmv-1"}, answered={"dsmv-1": NIGHTS[8]})
    settle(conn, run, RULE)

    assert state(conn) == (None, None, NIGHTS[8], None)
    assert told(conn)[2:] == [("dsmv-1", "returned", NIGHTS[8], None)]
    assert rows(conn, "select run_id from events where kind = 'returned'") == [(run.run_id,)]
    assert state(conn, "dsmv-2") == (None, NIGHTS[1], None, None)


def test_a_document_that_was_never_away_does_not_return(conn: sqlite3.Connection) -> None:
    settle(conn, seen(conn, 1, named={"dsmv-1"}, answered={"dsmv-1": NIGHTS[1]}), RULE)

    assert state(conn)[2] is None


def test_a_removed_document_may_be_back_unlisted(conn: sqlite3.Connection) -> None:
    miss(conn, 0, 3, 7)
    settle(conn, seen(conn, 9, answered={"dsmv-1": NIGHTS[9]}), RULE)

    assert state(conn) == (NIGHTS[9], None, NIGHTS[9], None)
    assert [event[1] for event in told(conn)] == ["removed", "returned", "unlisted"]


# -- moved -----------------------------------------------------------------------------------------


def keep_bytes(conn: sqlite3.Connection, document_id: str, sha256: str, *, at: str = AT, **changes: Any) -> None:
    """A document read from an answer with these bytes."""
    made = publication(document_id, **changes)
    run_id = add_run(conn, made.source)
    snapshot_id = add_answer(conn, made.url, run_id=run_id, at=at, sha256=sha256)
    put(conn, replace(made, snapshot_id=snapshot_id, seen_at=at), run_id=run_id)


@pytest.fixture
def moving(conn: sqlite3.Connection) -> sqlite3.Connection:
    """An archive in which dsmv-2 has the bytes that dsmv-1 had."""
    keep_bytes(conn, "dsmv-1", "same", title="Kameras im Hof")
    keep_bytes(conn, "dsmv-2", "same", at=NIGHTS[1])
    return conn


def move(conn: sqlite3.Connection, night: int = 2, *, answered: tuple[str, ...] = ("dsmv-2",), **changes: Any) -> int:
    """Settle a night on which dsmv-1 is missing and the others answer."""
    found = dict.fromkeys(answered, NIGHTS[night])
    run = seen(conn, night, named=set(answered), answered=found, gone={"dsmv-1": gone(night)}, **changes)
    return settle(conn, run, RemovalRule(checks=1, days=0))


def test_a_document_whose_bytes_stand_at_another_address_has_moved(moving: sqlite3.Connection) -> None:
    assert move(moving) == 0
    assert state(moving) == (NIGHTS[2], None, None, "dsmv-2")
    assert told(moving)[-1] == ("dsmv-1", "moved", NIGHTS[2], "dsmv-2")
    assert rows(moving, "select * from absences") == []
    newest = value(moving, "select max(id) from runs")
    assert rows(moving, "select run_id from events where kind = 'moved'") == [(newest,)]


def test_a_moved_document_was_unlisted_when_it_first_was(moving: sqlite3.Connection) -> None:
    settle(moving, seen(moving, 1, answered={"dsmv-1": NIGHTS[1]}), RULE)
    move(moving)

    assert state(moving)[0] == NIGHTS[1]


def test_it_has_moved_once_and_is_never_removed_for_it(moving: sqlite3.Connection) -> None:
    for night in (2, 3, 4):
        assert move(moving, night) == 0

    assert [event[1] for event in told(moving)].count("moved") == 1
    assert state(moving)[1] is None


def test_a_moved_document_that_answers_again_is_back(moving: sqlite3.Connection) -> None:
    move(moving)
    settle(moving, seen(moving, 3, named={"dsmv-1"}, answered={"dsmv-1": NIGHTS[3]}), RULE)

    assert state(moving) == (None, None, NIGHTS[3], None)


def test_a_removed_document_does_not_move_afterwards(moving: sqlite3.Connection) -> None:
    moving.execute("update documents set removed_at = ? where id = 'dsmv-1'", (NIGHTS[1],))
    move(moving)

    assert state(moving) == (None, NIGHTS[1], None, None)


STAYS = {
    "the other one did not answer": "select 1",
    "other bytes": "update snapshots set sha256 = 'other' where url like '%dsmv-2'",
    "unknown bytes": "update snapshots set sha256 = null",
    "the other one is removed": "update documents set removed_at = 'x' where id = 'dsmv-2'",
    "the other one has moved itself": "update documents set moved_to = 'dsmv-1' where id = 'dsmv-2'",
    "another source": "update documents set source = 'dsk' where id = 'dsmv-2'",
    "an older version had the bytes": "update documents set version = 1 where id = 'dsmv-1'",
    "the same address": "update snapshots set url = 'x' where sha256 = 'same'",
}


@pytest.mark.parametrize("case", STAYS)
def test_a_document_has_not_moved(moving: sqlite3.Connection, case: str) -> None:
    """What looks like it is a removal all the same."""
    moving.execute(STAYS[case])
    answered = () if case.startswith("the other one did not") else ("dsmv-2",)

    assert move(moving, answered=answered) == 1
    assert state(moving)[3] is None


def test_bytes_at_the_documents_own_address_are_no_move(conn: sqlite3.Connection) -> None:
    """The same answer again, seen on another night, is still this document."""
    keep_bytes(conn, "dsmv-1", "same", title="Kameras im Hof")
    add_answer(conn, URL, run_id=add_run(conn), sha256="same")

    assert move(conn, answered=()) == 1


def test_the_successor_is_the_one_that_came_last(moving: sqlite3.Connection) -> None:
    keep_bytes(moving, "dsmv-3", "same", at=NIGHTS[3])
    keep_bytes(moving, "dsmv-4", "same", at=NIGHTS[2])
    move(moving, 5, answered=("dsmv-2", "dsmv-3", "dsmv-4"))

    assert state(moving)[3] == "dsmv-3"


def test_of_two_that_came_together_the_first_name_is_the_successor(moving: sqlite3.Connection) -> None:
    keep_bytes(moving, "dsmv-4", "same", at=NIGHTS[3])
    keep_bytes(moving, "dsmv-3", "same", at=NIGHTS[3])
    move(moving, 5, answered=("dsmv-2", "dsmv-3", "dsmv-4"))

    assert state(moving)[3] == "dsmv-3"


def test_the_successor_is_one_that_answered_in_this_run(moving: sqlite3.Connection) -> None:
    keep_bytes(moving, "dsmv-3", "same", at=NIGHTS[3])
    move(moving, 5, answered=("dsmv-2",))

    assert state(moving)[3] == "dsmv-2"


def test_only_the_moved_document_changes(moving: sqlite3.Connection) -> None:
    move(moving)

    assert state(moving, "dsmv-2") == (None, None, None, None)


def test_a_blocked_document_is_removed_in_silence(conn: sqlite3.Connection) -> None:
    """The tombstone is kept up to date, but there is no event of it."""
    block(conn, "dsmv-1", reason="Privatperson", at=AT)

    assert settle(conn, seen(conn, 1, gone={"dsmv-1": gone(1)}), RemovalRule(checks=1, days=0)) == 1
    assert state(conn)[1] == NIGHTS[1]
    assert told(conn) == []


def absent_since(conn: sqlite3.Connection) -> Any:
    """The first check that missed the document."""
    return value(conn, "select absent_since from documents where id = 'dsmv-1'")


def test_absence_counts_from_the_first_check_until_it_is_back(conn: sqlite3.Connection) -> None:
    """The first night without it stays, also once it is removed; with the document's return it is forgotten."""
    miss(conn, 1, 4)
    before = absent_since(conn)
    removed = miss(conn, 9)
    after = absent_since(conn)
    settle(conn, seen(conn, 10, answered={"dsmv-1": NIGHTS[10]}, named={"dsmv-1"}), RULE)

    assert (before, removed, after, absent_since(conn)) == (NIGHTS[1], [1], NIGHTS[1], None)


def test_a_night_that_says_nothing_leaves_the_absence_as_it_is(conn: sqlite3.Connection) -> None:
    """Neither answered nor missed: what was known stays; other sources are not touched."""
    miss(conn, 1)
    settle(conn, seen(conn, 2), RULE)
    settle(conn, seen(conn, 3, source="dsk"), RULE)

    assert absent_since(conn) == NIGHTS[1]
