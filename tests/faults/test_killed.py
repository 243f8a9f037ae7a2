"""kill -9 at any moment of a crawl: the next run ends with the tables of an undisturbed one."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from crawl_process import crawl_arguments, end_of, family, run, start
from derived_tables import derived, integrity
from hostile_site import HostileSite

from archive.database import database_path

pytestmark = pytest.mark.faults

RELEASES = 14
ROUNDS = [1] * 10 + [2] * 8 + [8] * 4
"""How often each archive is killed before a run may end: 58 kills, 22 archives."""


@pytest.fixture(scope="module")
def site() -> Iterator[HostileSite]:
    """A healthy site with an attachment."""
    with HostileSite(releases=RELEASES, with_file=True) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(site: HostileSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that nobody disturbed, and saw every page twice like the others."""
    data = tmp_path_factory.mktemp("undisturbed") / "data"
    assert run(*crawl_arguments(data, site.address)).code == 0
    return data


def crawl_and_kill(data: Path, site: HostileSite, dice: random.Random) -> None:
    """Start a crawl and kill it at a random moment: all of it, only the command, or only its child."""
    process = start(*crawl_arguments(data, site.address))
    if dice.random() < 0.2:
        time.sleep(dice.uniform(0.0, 1.5))
    else:
        wait_for_request(site, dice.randint(1, RELEASES + 8))
        time.sleep(dice.uniform(0.0, 0.03))
    whole = family(process.pid)
    victims = dice.choice((whole, whole[:1], whole[1:2] or whole))
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)
    wait_until_gone(whole)


def wait_for_request(site: HostileSite, number: int) -> None:
    """Until the site got so many requests, or two seconds are over."""
    reached, seen = threading.Event(), len(site.targets)

    def count(target: str) -> None:
        if len(site.targets) - seen >= number:
            reached.set()

    site.on_request = count
    reached.wait(4)


def wait_until_gone(pids: list[int]) -> None:
    """Nobody may go on writing after the command is dead."""
    end = time.monotonic() + 5
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < end, "a child outlived the command"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


@pytest.mark.parametrize("seed", range(len(ROUNDS)))
def test_after_kills_a_normal_run_gives_the_undisturbed_tables(
    seed: int, site: HostileSite, undisturbed: Path, tmp_path: Path
) -> None:
    dice, data = random.Random(seed), tmp_path / "data"
    for _ in range(ROUNDS[seed]):
        crawl_and_kill(data, site, dice)
    ended = run(*crawl_arguments(data, site.address))
    verified = run("--data", str(data), "verify")

    assert ended.code == 0
    assert integrity(data) == ["ok"]
    assert verified.code == 0, verified.out
    assert derived(data) == derived(undisturbed)
    with closing(sqlite3.connect(database_path(data))) as conn:
        outcomes = [row[0] for row in conn.execute("select outcome from runs order by id")]
    assert outcomes[-1] == "ok"
    assert "running" not in outcomes


def test_enough_kills() -> None:
    assert sum(ROUNDS) >= 50


def test_a_torn_record_is_set_aside_and_reported(site: HostileSite, tmp_path: Path) -> None:
    """As after a power cut in mid-write: the run is still open, its file ends in the middle of a record."""
    data = tmp_path / "data"
    process = start(*crawl_arguments(data, site.address))
    wait_for_request(site, 12)
    for pid in family(process.pid):
        os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)
    warc = next((data / "warc").glob("*.warc.gz"))
    with warc.open("ab") as stream:
        stream.write(warc.read_bytes()[:100])
    before = warc.read_bytes()
    ended = run(*crawl_arguments(data, site.address))

    assert ended.code == 0
    torn = warc.with_name(warc.name + ".torn").read_bytes()
    assert len(torn) >= 100
    assert before.endswith(torn)
    assert warc.read_bytes().startswith(before.removesuffix(torn))
    with closing(sqlite3.connect(database_path(data))) as conn:
        found = conn.execute("select run_id, detail from problems where kind = 'torn_tail'").fetchall()
        first = conn.execute("select outcome, detail from runs where id = 1").fetchone()
    assert [run_id for run_id, _ in found] == [1]
    assert warc.name in found[0][1]
    assert first == ("failed", "Der Lauf wurde abgebrochen.")
    assert run("--data", str(data), "verify").code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("whole_group", [False, True])
def test_a_signal_closes_the_run_as_failed(
    number: signal.Signals, whole_group: bool, site: HostileSite, tmp_path: Path
) -> None:
    """Ctrl-C and systemd: the command alone, or every process of it, gets the signal."""
    data = tmp_path / "data"
    process = start(*crawl_arguments(data, site.address, delay=0.1))
    wait_for_request(site, 6)
    for pid in family(process.pid)[: None if whole_group else 1]:
        os.kill(pid, number)
    ended = end_of(process, timeout=40)

    assert ended.code != 0
    assert "Abgebrochen" in ended.err
    with closing(sqlite3.connect(database_path(data))) as conn:
        runs = conn.execute("select outcome, detail, new from runs").fetchall()
        stored = conn.execute("select count(*) from documents").fetchone()[0]
    assert [outcome for outcome, *_ in runs] == ["failed"]
    assert "von außen beendet" in runs[0][1]
    assert runs[0][2] == stored
    assert run(*crawl_arguments(data, site.address)).code == 0


def test_a_signal_does_not_wait_for_a_server_that_hangs(tmp_path: Path) -> None:
    """The request in flight gets a few seconds, then the run is closed all the same."""
    from hostile_site import hang, release_target

    data = tmp_path / "data"
    with HostileSite(releases=4) as hanging:
        hanging.trouble(release_target(hanging.ids[2]), hang)
        process = start(*crawl_arguments(data, hanging.address))
        wait_for_request(hanging, 7)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        ended = end_of(process, timeout=30)

    assert ended.seconds < 20
    with closing(sqlite3.connect(database_path(data))) as conn:
        assert conn.execute("select outcome, finished_at is not null from runs").fetchall() == [("failed", 1)]
