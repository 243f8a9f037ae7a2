"""The session of a run: bytes first, rows afterwards, and all or nothing when something breaks."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from archive_builder import add_run, new_archive
from run_builder import Clock, crawler_of, session_for

from archive.database import open_archive, set_patience
from archive.vault.writer import Exchange
from pipelines.run import session as module
from pipelines.run.session import RunLost, Session, session_or_none

AT = Clock().at


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A run over an archive on disk, so that another connection sees what is committed."""
    conn = open_archive(tmp_path)
    set_patience(conn, 0)
    made = session_for(tmp_path, conn=conn)
    yield made
    if not made.closed:
        made.close()


@pytest.fixture
def seen(tmp_path: Path, session: Session) -> Iterator[Callable[[], int]]:
    """How many problems another connection sees."""
    with closing(sqlite3.connect(tmp_path / "archive.db", isolation_level=None)) as other:
        yield lambda: int(other.execute("select count(*) from problems").fetchone()[0])


def write(session: Session, times: int = 1) -> None:
    """Rows, as a stage writes them."""
    for number in range(times):
        session.conn.execute("insert into problems (stage, kind, at) values ('test', 'x', ?)", (str(number),))
        session.counts.new += 1
        session.wrote()


def run(session: Session, *steps: Callable[[], Any]) -> None:
    """Open a transaction and take these steps in it."""

    async def go() -> None:
        await session.ready()
        for step in steps:
            step()

    asyncio.run(go())


def exchange(body: bytes = b"<p>Akte</p>") -> Exchange:
    return Exchange(
        url="https://www.example.org/",
        fetched_at=AT,
        status=200,
        reason="OK",
        request_headers=[],
        response_headers=[],
        body=body,
    )


# -- when rows are committed ---------------------------------------------------------------------------


@pytest.mark.parametrize(("writes", "committed"), [(1, 0), (49, 0), (50, 50), (51, 50), (100, 100)])
def test_rows_are_committed_fifty_at_a_time(
    session: Session, seen: Callable[[], int], writes: int, committed: int
) -> None:
    async def go() -> int:
        for _ in range(writes):
            await session.ready()
            write(session)
        return seen()

    assert asyncio.run(go()) == committed


def test_a_slow_run_does_not_wait_for_fifty(
    session: Session, seen: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due is committed by the clock of the event loop, without another write."""
    due: list[tuple[float, Callable[[], None]]] = []

    class Handle:
        cancelled = 0

        def cancel(self) -> None:
            Handle.cancelled += 1

    async def go() -> None:
        def later(seconds: float, call: Callable[[], None]) -> Handle:
            due.append((seconds, call))
            return Handle()

        monkeypatch.setattr(asyncio.get_running_loop(), "call_later", later)
        await session.ready()
        write(session)
        await session.ready()
        assert seen() == 0
        due[0][1]()

    asyncio.run(go())
    assert seen() == 1
    assert [seconds for seconds, _ in due] == [module.SECONDS_PER_COMMIT]
    assert Handle.cancelled == 1


def test_the_vault_is_flushed_before_the_rows_are_committed(session: Session, seen: Callable[[], int]) -> None:
    order: list[str] = []
    flush = session.vault.flush
    session.vault.flush = lambda: (order.append(f"flush, {seen()} rows seen"), flush())  # type: ignore
    run(session, lambda: write(session), session.commit)

    assert order == ["flush, 0 rows seen"]
    assert seen() == 1


def test_a_vault_that_cannot_be_flushed_keeps_the_rows_back(session: Session, seen: Callable[[], int]) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    session.vault.flush = full  # type: ignore[method-assign]
    with pytest.raises(OSError, match="No space"):
        run(session, lambda: write(session), session.commit)
    assert seen() == 0


def test_a_commit_that_is_due_and_fails_loses_the_run(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "SECONDS_PER_COMMIT", 0)

    async def go() -> None:
        await session.ready()
        write(session)
        session.vault.flush = full  # type: ignore[method-assign]
        while session.lost is None:
            await asyncio.sleep(0)

    asyncio.run(go())
    assert session.lost == "Der Datenträger ist voll. Was bis dahin gespeichert war, ist unversehrt."
    assert not session.conn.in_transaction


def test_committing_nothing_is_no_error(session: Session) -> None:
    session.commit()
    session.commit()

    assert not session.conn.in_transaction


# -- waiting for others --------------------------------------------------------------------------------


def test_a_run_waits_while_another_program_writes(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks again and again, and everything else goes on meanwhile."""
    monkeypatch.setattr(module, "PAUSE", 0)
    with closing(sqlite3.connect(tmp_path / "archive.db", isolation_level=None)) as other:
        other.execute("begin immediate")

        async def go() -> None:
            waiting = asyncio.create_task(session.ready())
            for _ in range(5):
                await asyncio.sleep(0)
                assert not waiting.done()
            other.execute("rollback")
            await waiting

        asyncio.run(go())
    assert session.conn.in_transaction


def test_patience_has_an_end(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 10_000, 7))
    monkeypatch.setattr(module.time, "monotonic", lambda: next(ticks))
    monkeypatch.setattr(module, "PAUSE", 0)
    monkeypatch.setattr(module, "busy_seconds", lambda: 20.0)
    with closing(sqlite3.connect(tmp_path / "archive.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            _finish(session.ready())
    assert not session.conn.in_transaction


def _finish(coroutine: Any) -> None:
    """Drive a coroutine that only ever yields, without an event loop and its clock."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration:
        return


def test_another_error_than_being_busy_is_raised_at_once(session: Session) -> None:
    session.conn.close()
    with pytest.raises(sqlite3.ProgrammingError):
        asyncio.run(session.ready())


def test_a_transaction_that_is_open_is_used(session: Session) -> None:
    run(session, lambda: write(session), lambda: None)
    assert session.conn.in_transaction
    run(session)


# -- losing a run --------------------------------------------------------------------------------------


def test_a_lost_run_takes_back_rows_and_counts(session: Session, seen: Callable[[], int]) -> None:
    stopped: list[bool] = []
    session.stop = lambda: stopped.append(True)
    run(session, lambda: write(session, 2), session.commit)
    run(session, lambda: write(session, 3), lambda: session.give_up(OSError(28, "x")))

    assert (seen(), session.counts.new) == (2, 2)
    assert stopped == [True]
    assert not session.conn.in_transaction


def test_a_run_is_lost_once_and_for_its_first_reason(session: Session) -> None:
    stopped: list[bool] = []
    session.stop = lambda: stopped.append(True)
    session.give_up(OSError("erstens"))
    session.give_up(OSError("zweitens"))

    assert (session.lost, stopped) == ("erstens", [True])


@pytest.mark.parametrize("end", ["lost", "closed"])
def test_nothing_begins_after_the_end(session: Session, end: str) -> None:
    if end == "lost":
        session.give_up(OSError("voll"))
    else:
        session.close()
    with pytest.raises(RunLost, match="voll" if end == "lost" else "closed"):
        asyncio.run(session.ready())


def test_counts_of_what_was_committed_stay(session: Session) -> None:
    run(session, lambda: write(session), session.commit)
    session.counts.failed = 7
    session.give_up(OSError("voll"))

    assert (session.counts.new, session.counts.failed) == (1, 0)


# -- the end -------------------------------------------------------------------------------------------


def test_finishing_commits(session: Session, seen: Callable[[], int]) -> None:
    run(session, lambda: write(session))
    session.finish()

    assert seen() == 1


def test_at_the_end_there_is_patience_again(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AKTENKUNDIG_BUSY_SECONDS", "7")
    session.finish()

    assert session.conn.execute("pragma busy_timeout").fetchone()[0] == 7000


def test_closing_lets_go_of_everything(session: Session, tmp_path: Path) -> None:
    class Lock:
        released = False

        def release(self) -> None:
            self.released = True

    session.lock = lock = Lock()  # type: ignore[assignment]
    run(session, lambda: session.vault.write(exchange()), lambda: write(session), session.commit)
    session.close()

    assert (session.closed, lock.released) == (True, True)
    with pytest.raises(sqlite3.ProgrammingError):
        session.conn.execute("select 1")
    assert (tmp_path / session.vault.warc_file).stat().st_size > 0


def test_what_was_not_committed_is_gone_when_a_run_is_closed(session: Session, seen: Callable[[], int]) -> None:
    run(session, lambda: write(session))
    session.close()

    assert seen() == 0


def test_every_crawler_finds_its_own_run(tmp_path: Path) -> None:
    conn = new_archive()
    add_run(conn)
    one, two = (session_for(tmp_path, conn=conn) for _ in range(2))
    first, second = crawler_of(one), crawler_of(two)

    assert session_or_none(first) is one
    assert session_or_none(second) is two
    stranger: Any = type("Crawler", (), {})()
    assert session_or_none(stranger) is None
    conn.close()
