"""Two hundred nights of edits, walls, relaunches and clocks that jump: every alert that is due is sent, and no other."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archive_builder import add_run, new_archive, publication, put
from receivers import Posts, web_receiver

from aktenkundig.messages import MessageSettings, send
from aktenkundig.nightly import judge, report_of
from archive.health.incidents import keep_undelivered, undelivered
from archive.keeping.ledger import RunCounts, add_problem, finish_run
from archive.keeping.store import touch

NIGHTS = 200
FIRST = datetime(2026, 1, 1, 4, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What is wrong from one night to another, and what the operator is told of it: one alert, one all-clear."""

    nights: range
    alert: str
    silent: str = ""
    stage: str = "removal"
    kind: str = "dead_link"
    outcome: str = "ok"
    listed: float = 1.0
    changed: int = 0
    new: int = 0
    numberless: bool = False
    over: int = 0

    @property
    def all_clear(self) -> int:
        """The night in which it is over."""
        return self.over or self.nights.stop


TROUBLES = (
    Trouble(nights=range(20, 27), alert="interposed", silent="release", stage="release", kind="interposed"),
    Trouble(nights=range(40, 41), alert="too_many_changes", changed=50),
    Trouble(nights=range(60, 69), alert="kind_failed", silent="file"),
    Trouble(nights=range(80, 84), alert="run_failed", outcome="failed", listed=0.0),
    Trouble(nights=range(95, 112), alert="too_few", listed=0.5),
    Trouble(nights=range(118, 150), alert="interposed", silent="file", stage="file", kind="interposed"),
    Trouble(nights=range(155, 158), alert="many_failures", silent="release", stage="fetch", kind="http_500"),
    Trouble(nights=range(165, 166), alert="fields_gone", changed=60, numberless=True, over=172),
    Trouble(nights=range(172, 173), alert="", changed=60),
    Trouble(nights=range(185, 186), alert="too_many", new=30),
)
JUMPS = {10: 30, 23: 4000, 64: 365, 105: 45, 130: 3650, 131: 3650, 168: 20, 190: -400, 195: 90}
"""Nights whose clock is so many days ahead (or behind)."""


@dataclass
class Site:
    """Eighty releases, seven files and eight pages, and the archive that watches them."""

    conn: sqlite3.Connection
    data: Path
    texts: dict[str, int] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def grow(self, count: int, kind: str, at: str, run_id: int) -> None:
        """So many new documents of a kind."""
        for _ in range(count):
            self.keep(f"dsmv-{kind}-{len(self.texts)}", at, run_id)

    def keep(self, document_id: str, at: str, run_id: int, *, edited: bool = True, number: bool = True) -> None:
        """A document as it is read tonight: with another text than before where it was ``edited``."""
        self.texts[document_id] = self.texts.get(document_id, 0) + edited
        kind = document_id.split("-")[1]
        doc_type, method = {
            "release": ("pressemitteilung", "html"),
            "file": ("anlage", "pdf"),
            "page": ("information", "html"),
        }[kind]
        read = publication(
            document_id,
            f"Text {self.texts[document_id]} von {document_id}.",
            content_sha256=f"{self.texts[document_id]}-{number}",
            doc_type=doc_type,
            method=method,
            published_on=at[:10],
            number="2026" if number and kind == "release" else None,
            seen_at=at,
        )
        put(self.conn, read, run_id=run_id)

    def night(self, night: int) -> str:
        """One run and what is in the ledger of it; its moment."""
        at = (FIRST + timedelta(days=night + JUMPS.get(night, 0))).strftime("%Y-%m-%dT%H:%M:%SZ")
        trouble = next((one for one in TROUBLES if night in one.nights), None)
        run_id = add_run(self.conn, at=at)
        if night == 0:
            for kind, count in (("release", 80), ("file", 7), ("page", 8)):
                self.grow(count, kind, at, run_id)
        known = list(self.texts)
        lost = [one for one in known if trouble and trouble.silent and f"-{trouble.silent}-" in one]
        changed = [one for one in known if "-release-" in one and one not in lost][: trouble.changed if trouble else 0]
        if night % 3 == 0 and not lost:
            changed = changed or self.chance.sample(known, 2)
        new = (trouble.new if trouble else 0) + (night % 7 == 3)
        if trouble is None or trouble.outcome == "ok":
            self.answer(run_id, at, lost=lost, changed=changed, trouble=trouble)
            self.grow(new, "release", at, run_id)
        self.finish(run_id, at, trouble, lost=len(lost), changed=len(changed), new=len(known) if night == 0 else new)
        return at

    def answer(self, run_id: int, at: str, *, lost: list[str], changed: list[str], trouble: Trouble | None) -> None:
        for document_id in list(self.texts):
            if document_id in lost:
                assert trouble is not None
                add_problem(
                    self.conn,
                    run_id=run_id,
                    url=f"https://www.example.org/{document_id}",
                    document_id=document_id,
                    stage=trouble.stage,
                    kind=trouble.kind,
                    detail="",
                    at=at,
                )
            elif document_id in changed:
                relaunch = trouble is not None and trouble.alert != "too_many_changes" and trouble.changed
                self.keep(document_id, at, run_id, edited=not relaunch, number=not (trouble and trouble.numberless))
            else:
                touch(self.conn, document_id, seen_at=at)

    def finish(self, run_id: int, at: str, trouble: Trouble | None, *, lost: int, changed: int, new: int) -> None:
        total = len(self.texts)
        listed, outcome = (int(total * trouble.listed), trouble.outcome) if trouble else (total, "ok")
        counts = RunCounts(
            requests=total + 20,
            listed=listed,
            new=new,
            changed=changed,
            unchanged=total - lost - changed - new,
            failed=lost,
        )
        finish_run(self.conn, run_id, finished_at=at, outcome=outcome, counts=counts, settled=outcome == "ok")


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Posts]:
    """What the operator's webhook and ping receive over two hundred nights."""
    with closing(new_archive()) as conn, web_receiver() as posts:
        site = Site(conn=conn, data=tmp_path)
        settings = MessageSettings(webhook=f"{posts.url}/hook", ping=f"{posts.url}/ping")
        for night in range(NIGHTS):
            at = site.night(night)
            changes = judge(conn, tmp_path, ["dsmv"], before={}, at=at)
            failed = send(report_of(conn, tmp_path, ["dsmv"], changes, at=at), settings, undelivered(conn))
            keep_undelivered(conn, {one.channel: one.changes for one in failed})
            for _, body in posts.received[-2:]:
                body.setdefault("night", night)
        yield posts


def test_two_hundred_nights_send_every_alert_that_is_due_and_no_other(told: Posts) -> None:
    sent = [
        (body["night"], change["kind"], change["opened"])
        for path, body in told.received
        if path == "/hook"
        for change in body["changes"]
    ]
    alarms = [one for one in TROUBLES if one.alert]
    due = [(one.nights.start, one.alert, True) for one in alarms] + [
        (one.all_clear, one.alert, False) for one in alarms
    ]
    bad = {night for one in alarms for night in range(one.nights.start, one.all_clear)}

    assert sorted(sent) == sorted(due)
    assert [path for path, _ in told.received if path != "/hook"] == [
        "/ping/fail" if night in bad else "/ping" for night in range(NIGHTS)
    ]
