"""A stored run driven again: what was answered then is read now, whatever the network would say today."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from archive_builder import AT, new_archive, rows, value
from run_builder import SITE, Clock, answer, crawler_of, request, session_for

from aktenkundig.replay import Nights, Replay
from archive.keeping.ledger import RunCounts, add_problem, finish_run
from pipelines.files.file_worker import FileWorker
from pipelines.run.evidence import BadCoding, EvidenceMiddleware
from pipelines.run.session import Session

LATER, LATEST = "2026-03-02T04:00:00Z", "2026-03-20T04:00:00Z"
LIST = f"{SITE}/presse/"
ONE = f"{SITE}/presse/?id=1&processor=processor.sa.pressemitteilung"
TWO = f"{SITE}/presse/?id=2&processor=processor.sa.pressemitteilung"
FILE = f"{SITE}/static/DS/Dateien/Leitfaden.txt"


def list_page(*numbers: int) -> bytes:
    """A list page that names these releases."""
    entries = "".join(
        f'<div class="teaser"><div class="teaser_meta"><span class="dtstart">01.02.2026</span></div><h3>'
        f'<a href="/presse/?id={n}&amp;processor=processor.sa.pressemitteilung">Meldung {n}</a></h3></div>'
        for n in numbers
    )
    return f'<html><body><div class="resultlist">{entries}</div></body></html>'.encode()


def page(number: int, text: str = "Die Kameras sind abzubauen.", file: str = "") -> bytes:
    """The page of a release."""
    offered = f'<h2>Anlagen</h2><ul><li><a href="{file}">Leitfaden</a></li></ul>' if file else ""
    return f"""<!DOCTYPE html><html><head><title>Presse</title></head><body><div class="element_holder holder_75 center">
<div class="dvz-contenttype-pagetitle"><h1>Meldung {number}</h1></div>
<div class="teaser_meta">Nr.2026020{number} | <span class="dtstart">01.02.2026</span> | DSMV | datenschutz-mv.de</div>
<div class="dvz-contenttype-presseserviceassistent"><div class="absatz"><p>{text}</p></div>{offered}</div>
<a href="/presse/">Zurück zur Übersicht</a></div><div class="footer">Impressum</div></body></html>""".encode()


class Past:
    """Runs that happened: their answers in the vault, their rows in the ledger, nothing read from them."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.conn = new_archive()
        self.unreadable: list[str] = []

    def night(
        self,
        *answers: tuple[Any, ...],
        at: str = AT,
        settled: bool = True,
        read: bool = True,
        problems: tuple[tuple[str, str], ...] = (),
    ) -> sqlite3.Row:
        """A run with these answers (address, body, status, headers, redirected from); its row."""
        session = session_for(self.data, conn=self.conn, clock=Clock(at))
        asyncio.run(self._take(session, answers))
        for url, kind in problems:
            add_problem(
                self.conn,
                run_id=session.run_id,
                url=url,
                stage="fetch",
                kind=kind,
                detail="So war es.",
                at=at,
                document_id="dsmv-1",
            )
        finish_run(
            self.conn,
            session.run_id,
            finished_at=at,
            outcome="ok" if settled else "failed",
            counts=RunCounts(),
            settled=settled,
        )
        if read:
            self.conn.execute("update snapshots set read_at = coalesce(read_at, ?)", (at,))
        session.vault.close()
        self.conn.execute("delete from problems where stage <> 'fetch'")
        run = self.conn.execute("select * from runs where id = ?", (session.run_id,)).fetchone()
        assert isinstance(run, sqlite3.Row)
        return run

    async def _take(self, session: Session, answers: tuple[tuple[Any, ...], ...]) -> None:
        middleware = EvidenceMiddleware.from_crawler(crawler_of(session))
        for url, body, *more in answers:
            status, headers, came_from = (*more, *(200, {}, ())[len(more) :])
            asked = request(url, redirect_urls=list(came_from)) if came_from else request(url)
            named = {"Content_Type": "text/html; charset=utf-8"} | headers
            with suppress(BadCoding):  # kept all the same
                await middleware.process_response(asked, answer(asked, body, status=status, **named))
        session.commit()

    def replay(self, *runs: sqlite3.Row) -> int:
        """Drive runs again, in their order; how many addresses were dealt with."""
        dealt = 0
        with FileWorker() as files:
            for run in runs:
                replay = Replay(self.conn, self.data, run, files=files)
                dealt += replay.play()
                self.unreadable += replay.unreadable
        return dealt

    def documents(self) -> list[tuple[Any, ...]]:
        """Id, title, version and when it was last seen."""
        return rows(self.conn, "select id, title, version, last_seen_at from documents order by id")

    def problems(self) -> list[tuple[Any, ...]]:
        """Address and kind of every problem."""
        return rows(self.conn, "select url, kind from problems order by id")


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    made = Past(tmp_path)
    yield made
    made.conn.close()


# -- one run -------------------------------------------------------------------------------------------


def test_what_was_held_back_is_told_though_the_last_address_was_not_asked(past: Past) -> None:
    """A page that nothing names waits for all others; one that rested that night keeps nobody waiting."""
    three = ONE.replace("id=1", "id=3")
    first = past.night((LIST, list_page(1, 2, 3)), (ONE, page(1)), (TWO, page(2)), (three, page(3)))
    renamed = page(1).replace(b"Meldung 1", b"Richtigstellung")
    second = past.night((LIST, list_page(3)), (three, page(3)), (ONE, renamed), at=LATER)
    past.replay(first, second)

    assert [row[1:] for row in past.documents()] == [
        ("Richtigstellung", 2, LATER),
        ("Meldung 2", 1, AT),
        ("Meldung 3", 1, LATER),
    ]
    assert past.problems() == []


def test_what_was_answered_is_read(past: Past) -> None:
    run = past.night((LIST, list_page(1, 2)), (ONE, page(1)), (TWO, page(2)))

    assert past.replay(run) >= 3
    assert past.documents() == [("dsmv-1", "Meldung 1", 1, AT), ("dsmv-2", "Meldung 2", 1, AT)]
    assert past.problems() == []


def test_a_document_is_dated_by_its_answer_and_points_to_it(past: Past) -> None:
    past.replay(past.night((LIST, list_page(1)), (ONE, page(1)), at=LATER))
    snapshot_id = value(past.conn, "select id from snapshots where url = ?", ONE)

    assert rows(past.conn, "select seen_at, snapshot_id from versions") == [(LATER, snapshot_id)]
    assert rows(past.conn, "select at, kind, run_id from events") == [(LATER, "new", 1)]


def test_what_a_release_offers_is_read_from_the_vault_too(past: Past) -> None:
    run = past.night(
        (LIST, list_page(1)),
        (ONE, page(1, file="/static/DS/Dateien/Leitfaden.txt")),
        (FILE, b"Leitfaden: Kameras im Hof.", 200, {"Content_Type": "text/plain"}),
    )
    past.replay(run)

    assert [row[0] for row in past.documents()] == ["dsmv-1", "dsmv-datei-leitfaden-txt"]
    assert value(past.conn, "select parent_id from documents where doc_type = 'anlage'") == "dsmv-1"


def test_the_ledger_of_the_run_stays_as_it_was(past: Past) -> None:
    run = past.night((LIST, list_page(1)), (ONE, page(1)))
    before = [rows(past.conn, f"select * from {table}") for table in ("runs", "snapshots")]
    past.replay(run)

    assert [rows(past.conn, f"select * from {table}") for table in ("runs", "snapshots")] == before


def test_only_answers_of_this_run_are_read(past: Past) -> None:
    first = past.night((LIST, list_page(1)), (ONE, page(1)))
    past.night((LIST, list_page(1)), (ONE, page(1, "Anders.")), at=LATER)
    past.replay(first)

    assert past.documents() == [("dsmv-1", "Meldung 1", 1, AT)]


def test_a_later_run_goes_on_from_the_earlier_one(past: Past) -> None:
    nights = (
        past.night((LIST, list_page(1)), (ONE, page(1))),
        past.night((LIST, list_page(1, 2)), (ONE, page(1, "Anders.")), (TWO, page(2)), at=LATER),
    )
    past.replay(*nights)

    assert past.documents() == [("dsmv-1", "Meldung 1", 2, LATER), ("dsmv-2", "Meldung 2", 1, LATER)]


# -- which answer counts -------------------------------------------------------------------------------

ERROR = b"<html>Fehler</html>"

CHOSEN: dict[str, tuple[list[tuple[Any, ...]], str | None]] = {
    "the last one": ([(ONE, page(1, "Alt.")), (ONE, page(1, "Neu."))], "Neu."),
    "after an error that was asked again": ([(ONE, ERROR, 503), (ONE, page(1, "Neu."))], "Neu."),
    "a redirect that was followed": (
        [(ONE, b"", 302, {"Location": TWO}), (ONE, page(1, "Da."), 200, {}, (ONE,))],
        "Da.",
    ),
    "a redirect that led nowhere": ([(ONE, b"", 302, {"Location": TWO})], None),
    "a redirect that does not say where to": ([(ONE, b"", 302)], None),
    "an error": ([(ONE, ERROR, 500)], None),
    "gone": ([(ONE, ERROR, 404)], None),
    "a body that could not be unpacked": ([(ONE, b"x", 200, {"Content_Encoding": "gzip"})], None),
    "an answer to another address": ([(TWO, page(1, "Anderswo."), 200, {}, (f"{SITE}/alt",))], None),
}


@pytest.mark.parametrize("case", CHOSEN)
def test_the_answer_that_counted_then_counts_now(past: Past, case: str) -> None:
    answers, text = CHOSEN[case]
    past.replay(past.night((LIST, list_page(1)), *answers))

    assert [row[0] for row in rows(past.conn, "select text from documents")] == ([text] if text else [])


REFUSED: dict[str, tuple[list[tuple[Any, ...]], tuple[tuple[str, str], ...], list[tuple[str, str]]]] = {
    "an error that stayed": ([(ONE, ERROR, 503)], (), [(ONE, "http_503")]),
    "an error after which nothing came": ([(ONE, ERROR, 503)], ((ONE, "timeout"),), [(ONE, "timeout")]),
    "an error that was noted as such": ([(ONE, ERROR, 503)], ((ONE, "http_503"),), [(ONE, "http_503")]),
    "no answer": ([], ((ONE, "timeout"),), [(ONE, "timeout")]),
    "forbidden": ([], ((ONE, "robots"),), [(ONE, "robots")]),
    "never asked": ([], (), []),
    "not found": ([(ONE, ERROR, 404)], (), [(ONE, "not_found_404")]),
    "another error": ([(ONE, ERROR, 403)], (), [(ONE, "http_403")]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_went_wrong_then_is_wrong_again_and_told_once(past: Past, case: str) -> None:
    answers, known, told = REFUSED[case]
    past.replay(past.night((LIST, list_page(1)), *answers, problems=known))

    assert past.problems() == told
    assert past.documents() == []


# -- runs that were cut short --------------------------------------------------------------------------


@pytest.mark.parametrize(("settled", "read", "kept"), [(True, False, 1), (False, True, 1), (False, False, 0)])
def test_of_a_run_that_was_cut_short_only_what_was_stored_counts(
    past: Past, settled: bool, read: bool, kept: int
) -> None:
    past.replay(past.night((LIST, list_page(1)), (ONE, page(1)), settled=settled, read=read))

    assert len(past.documents()) == kept


def test_a_run_that_was_cut_short_unlists_nothing(past: Past) -> None:
    first = past.night((LIST, list_page(1, 2)), (ONE, page(1)), (TWO, page(2)))
    second = past.night((LIST, list_page(2)), (ONE, page(1)), (TWO, page(2)), at=LATER, settled=False)
    past.replay(first, second)

    assert rows(past.conn, "select unlisted_at from documents") == [(None,), (None,)]


def test_a_whole_run_does(past: Past) -> None:
    first = past.night((LIST, list_page(1, 2)), (ONE, page(1)), (TWO, page(2)))
    second = past.night((LIST, list_page(2)), (ONE, page(1)), (TWO, page(2)), at=LATER)
    past.replay(first, second)

    assert rows(past.conn, "select id, unlisted_at from documents order by id") == [("dsmv-1", LATER), ("dsmv-2", None)]


@pytest.mark.parametrize(("checks", "days", "removed"), [(1, 0.0, LATER), (1, 9.0, None), (2, 0.0, None)])
def test_what_was_removed_is_decided_by_the_rule_of_that_run(
    past: Past, checks: int, days: float, removed: str | None
) -> None:
    first = past.night((LIST, list_page(1, 2)), (ONE, page(1)), (TWO, page(2)))
    second = past.night((LIST, list_page(2)), (ONE, ERROR, 404), (TWO, page(2)), at=LATER)
    past.conn.execute("update runs set removal_checks = ?, removal_days = ?", (checks, days))
    again = [past.conn.execute("select * from runs where id = ?", (run["id"],)).fetchone() for run in (first, second)]
    past.replay(*again)

    assert value(past.conn, "select removed_at from documents where id = 'dsmv-1'") == removed


# -- unchanged answers ---------------------------------------------------------------------------------

AGAIN: dict[str, tuple[tuple[Any, ...], int]] = {
    "the same bytes": ((ONE, page(1)), 1),
    "not modified": ((ONE, b"", 304), 1),
    "other bytes": ((ONE, page(1, "Anders.")), 2),
}


@pytest.mark.parametrize("case", AGAIN)
def test_an_answer_is_compared_with_what_was_read_before(past: Past, case: str) -> None:
    again, version = AGAIN[case]
    nights = (past.night((LIST, list_page(1)), (ONE, page(1))), past.night((LIST, list_page(1)), again, at=LATER))
    past.replay(*nights)

    assert past.documents() == [("dsmv-1", "Meldung 1", version, LATER)]
    assert value(past.conn, "select count(*) from versions") == version


def test_not_modified_of_something_never_read_is_no_document(past: Past) -> None:
    past.replay(past.night((LIST, list_page(1)), (ONE, b"", 304)))

    assert past.documents() == []
    assert past.problems() == [(ONE, "http_304")]


def test_not_modified_stands_for_the_answer_before_it(past: Past) -> None:
    """Not for a later one of the same address."""
    first = past.night((LIST, list_page(1)), (ONE, page(1, "Alt.")))
    second = past.night((LIST, list_page(1)), (ONE, b"", 304), at=LATER)
    past.night((LIST, list_page(1)), (ONE, page(1, "Neu.")), at=LATEST)
    past.replay(second)

    assert rows(past.conn, "select text, last_seen_at from documents") == [("Alt.", LATER)]
    assert first["id"] < second["id"]


# -- damage --------------------------------------------------------------------------------------------


def test_bytes_that_cannot_be_read_are_named(past: Past) -> None:
    run = past.night((LIST, list_page(1, 2)), (ONE, page(1)), (TWO, page(2)))
    past.conn.execute("update snapshots set warc_file = 'warc/fort.warc.gz' where url = ?", (ONE,))
    past.replay(run)

    assert [row[0] for row in past.documents()] == ["dsmv-2"]
    assert len(past.unreadable) == 1
    assert "warc/fort.warc.gz" in past.unreadable[0]


@pytest.mark.parametrize(("text", "quiet"), [("Alt.", True), ("Neu.", False)])
def test_a_night_like_the_one_before_is_not_driven_again(past: Past, text: str, quiet: bool) -> None:
    """Only when documents were last seen goes on."""
    first = past.night((LIST, list_page(1)), (ONE, page(1, "Alt.")))
    second = past.night((LIST, list_page(1)), (ONE, page(1, text)), at=LATER)
    with FileWorker() as files:
        nights = Nights(past.conn, past.data, "dsmv", files)
        read = [nights.take(run) for run in (first, second)]
        nights.settle()

    assert (read[1] == 0) == quiet
    assert past.documents() == [("dsmv-1", "Meldung 1", 1 if quiet else 2, LATER)]


def test_bytes_that_came_again_stand_in_for_those_that_cannot_be_read(past: Past) -> None:
    first = past.night((LIST, list_page(1)), (ONE, page(1)))
    past.conn.execute("update snapshots set warc_file = 'warc/fort.warc.gz' where url = ?", (ONE,))
    second = past.night((LIST, list_page(1)), (ONE, page(1)), at=LATER)
    with FileWorker() as files:
        nights = Nights(past.conn, past.data, "dsmv", files)
        for run in (first, second):
            nights.take(run)

    assert [row[0] for row in past.documents()] == ["dsmv-1"]
    assert len(nights.unreadable) == 1


def test_whole_vaults_name_nothing(past: Past) -> None:
    past.replay(past.night((LIST, list_page(1)), (ONE, page(1))))

    assert past.unreadable == []
