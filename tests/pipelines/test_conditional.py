"""Conditional requests: the validators of the last answer that was safely stored and can still be read."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from archive_builder import AT, add_answer, add_run, rows, value
from run_builder import SITE, Clock, answer, crawler_of, request, session_for
from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from archive.keeping.ledger import mark_read
from pipelines.run.conditional import ConditionalMiddleware
from pipelines.run.evidence import EvidenceMiddleware
from pipelines.run.session import Session

LATER = "2026-03-02T04:00:00Z"
MODIFIED = "Sun, 01 Mar 2026 00:00:00 GMT"
URL = f"{SITE}/presse/"
BOTH = {"ETag": '"e1"', "Last_Modified": MODIFIED}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = session_for(tmp_path, clock=Clock(LATER))
    yield made
    made.close()


def stored(session: Session, path: str = "/presse/", *, read: bool = True, status: int = 200, **headers: str) -> int:
    """An answer in vault and ledger; its id."""
    asked = request(path)
    middleware = EvidenceMiddleware.from_crawler(crawler_of(session))

    async def take() -> None:
        await middleware.process_response(asked, answer(asked, path.encode(), status=status, **headers))
        session.commit()

    asyncio.run(take())
    snapshot_id = int(asked.meta["evidence"].snapshot_id)
    if read:
        mark_read(session.conn, snapshot_id, at=AT)
    return snapshot_id


def asked_with(session: Session, asked: Request | None = None) -> dict[str, str]:
    """The headers that an address is asked with."""
    going = asked or request()
    middleware = ConditionalMiddleware.from_crawler(crawler_of(session))

    async def send() -> None:
        await middleware.process_request(going)
        session.commit()

    asyncio.run(send())
    return {name.decode(): going.headers[name].decode() for name in going.headers}


SENT: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "both": (BOTH, {"If-None-Match": '"e1"', "If-Modified-Since": MODIFIED}),
    "a weak tag": ({"ETag": 'W/"e1"'}, {"If-None-Match": 'W/"e1"'}),
    "a date": ({"Last_Modified": MODIFIED}, {"If-Modified-Since": MODIFIED}),
    "neither": ({}, {}),
    "not read": ({"read": False} | BOTH, {}),
    "not found": ({"status": 404} | BOTH, {}),
    "another address": ({"path": "/andere/"} | BOTH, {}),
}


@pytest.mark.parametrize("case", SENT)
def test_an_address_is_asked_with_what_its_last_good_answer_said(session: Session, case: str) -> None:
    before, headers = SENT[case]
    stored(session, **before)

    assert asked_with(session) == headers
    assert rows(session.conn, "select * from problems") == []


def test_an_address_never_asked_before_is_asked_in_full(session: Session) -> None:
    assert asked_with(session) == {}


def test_the_newest_answer_counts(session: Session) -> None:
    stored(session, ETag='"alt"')
    stored(session, ETag='"neu"')

    assert asked_with(session) == {"If-None-Match": '"neu"'}


def test_a_newer_answer_without_validators_counts_too(session: Session) -> None:
    stored(session, **BOTH)
    stored(session)

    assert asked_with(session) == {}


def test_other_headers_of_the_request_stay(session: Session) -> None:
    stored(session, ETag='"e1"')
    going = request()
    going.headers["Accept"] = "text/html"

    assert asked_with(session, going) == {"Accept": "text/html", "If-None-Match": '"e1"'}


@pytest.mark.parametrize("own", [{}, {"ETag": '"e1"'}, {"Last_Modified": MODIFIED}])
def test_what_a_redirect_brought_along_is_not_sent(session: Session, own: dict[str, str]) -> None:
    """It was said of another address; answered with 304, it would stand for bytes that nobody has read here."""
    if own:
        stored(session, **own)
    going = request()
    going.headers.update({"If-None-Match": '"fremd"', "If-Modified-Since": "Sat, 03 Jan 2026 04:00:00 GMT"})

    assert asked_with(session, going) == asked_with(session)


UNREADABLE = {
    "the file is gone": "update snapshots set warc_file = 'warc/fort.warc.gz'",
    "the place is wrong": "update snapshots set warc_offset = warc_offset + 1",
    "the digest is wrong": "update snapshots set sha256 = 'falsch'",
    "no bytes were kept": "update snapshots set warc_file = null",
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_an_answer_that_cannot_be_read_any_more_is_asked_for_in_full(session: Session, case: str) -> None:
    """A 304 would stand for nothing; the loss is told."""
    snapshot_id = stored(session, **BOTH)
    session.conn.execute(UNREADABLE[case])

    assert asked_with(session) == {}
    told = rows(session.conn, "select run_id, url, document_id, stage, kind, at from problems")
    assert told == [(session.run_id, URL, None, "vault", "evidence_unreadable", LATER)]
    detail = value(session.conn, "select detail from problems")
    assert f"Abruf {snapshot_id} " in detail
    assert str(value(session.conn, "select warc_file from snapshots")) in detail


def test_an_unreadable_answer_without_validators_is_nobodys_concern(session: Session) -> None:
    stored(session)
    session.conn.execute(UNREADABLE["the file is gone"])

    assert asked_with(session) == {}
    assert rows(session.conn, "select * from problems") == []


def test_telling_of_a_loss_is_a_write(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    wrote: list[bool] = []
    stored(session, **BOTH)
    session.conn.execute(UNREADABLE["the file is gone"])
    monkeypatch.setattr(Session, "wrote", lambda self: wrote.append(self.conn.in_transaction))
    asked_with(session)

    assert wrote == [True]


@pytest.mark.parametrize("lost", ["the run", "the database"])
def test_a_loss_that_cannot_be_told_stops_the_request(session: Session, lost: str) -> None:
    stored(session, **BOTH)
    session.conn.execute(UNREADABLE["the file is gone"])
    if lost == "the run":
        session.lost = "Voll."
    else:
        session.conn.execute("create trigger no before insert on problems begin select raise(abort, 'kaputt'); end")
    with pytest.raises(IgnoreRequest, match="/presse/"):
        asked_with(session)

    assert rows(session.conn, "select * from problems") == []


def test_an_answer_that_was_read_in_the_ledger_only_is_not_enough(session: Session) -> None:
    """A row without a vault file, as a hand might write it."""
    run_id = add_run(session.conn)
    mark_read(session.conn, add_answer(session.conn, URL, run_id=run_id, etag='"e1"'), at=AT)

    assert asked_with(session) == {}
    assert isinstance(session.conn, sqlite3.Connection)
    assert value(session.conn, "select count(*) from problems") == 1
