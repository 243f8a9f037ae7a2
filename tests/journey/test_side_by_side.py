"""Sources side by side: one archive, one writer at a time, one request at a time for each host."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from journeys import Journey

from aktenkundig import crawling
from aktenkundig.crawling import CrawlOptions, crawl_sources, hosts_of
from archive.database import connect, database_path, open_archive
from archive.keeping.ledger import begin_run
from archive.schema import DERIVED

MOMENTS = {"first_seen_at", "last_seen_at", "last_changed_at", "seen_at", "at", "run_id", "snapshot_id", "docno"}


def tables(data: Path) -> dict[str, list[str]]:
    """Every derived table, the listings and the problems, without moments and the ids of the ledger."""
    with closing(connect(database_path(data))) as conn:
        return {name: sorted(_rows(conn, name)) for name in (*DERIVED, "listings", "problems")}


def _rows(conn: sqlite3.Connection, name: str) -> list[str]:
    left_out = MOMENTS | ({"id"} if name not in ("documents", "topics") else set())
    return [
        repr({key: row[key] for key in row.keys() if key not in left_out})  # noqa: SIM118
        for row in conn.execute(f"select * from {name}")
    ]


def test_side_by_side_gives_the_tables_of_one_after_the_other(journey: Journey, tmp_path: Path) -> None:
    """But for numbers and moments; both runs are whole, and every record is found."""
    codes = journey.crawl(1, parallel=2)
    alone = Journey(tmp_path / "alone", journey.site)
    alone.crawl(1)

    assert codes == {"dsmv": 0, "dsk": 0}
    assert tables(journey.data) == tables(alone.data)
    assert journey.rows("select name from sources order by name") == [("dsk",), ("dsmv",)]
    begun = journey.rows("select source, started_at, finished_at from runs order by source")
    assert max(str(row[1]) for row in begun) < min(str(row[2]) for row in begun)


# -- which may begin ------------------------------------------------------------------------------------


Fake = Callable[..., None]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Processes that only do what the test says, by source."""

    def install(**programs: str) -> None:
        real = subprocess.Popen
        monkeypatch.setattr(
            crawling.subprocess,
            "Popen",
            lambda command, **how: real([sys.executable, "-c", programs[command[3]]], **how),
        )

    return install


def options(data: Path, **changes: object) -> CrawlOptions:
    return CrawlOptions(data=data, parallel=2, **changes)  # type: ignore[arg-type]


LEAVES_A_RUN = """
import sys; from pathlib import Path
from archive.database import open_archive; from archive.keeping.ledger import begin_run
begin_run(open_archive(Path({data!r})), source={source!r}, started_at="2026-11-29T04:00:00Z", version="x")
{end}
"""


@pytest.mark.parametrize("end", ["import os; os.kill(os.getpid(), 9)", "import time; time.sleep(60)", "sys.exit(70)"])
def test_a_source_that_fails_leaves_the_other_alone(tmp_path: Path, fake: Fake, end: str) -> None:
    """Killed, hanging, failing: its run is closed as failed when all are over, the other one's code is its own."""
    data = tmp_path / "data"
    fake(
        dsk=LEAVES_A_RUN.format(data=str(data), source="dsk", end=end),
        dsmv="import sys, time; time.sleep(1); sys.exit(0)",
    )
    codes = crawl_sources(["dsk", "dsmv"], options(data), time_limit=8 if "sleep" in end else None)

    assert codes == {"dsk": 1, "dsmv": 0}
    with closing(open_archive(data)) as conn:
        rows = conn.execute("select source, outcome, detail like '%Zeitgrenze%' from runs").fetchall()
    assert [tuple(row) for row in rows] == [("dsk", "failed", int("sleep" in end))]


def test_one_host_is_asked_by_one_process(tmp_path: Path, fake: Fake) -> None:
    """Stand-ins at one address follow each other, whatever ``parallel`` says; those at two run together."""
    program = "import pathlib, time; mark = pathlib.Path({own!r}); mark.touch(); time.sleep(1.5); mark.unlink()"
    watch = "import pathlib, sys, time; time.sleep(0.5); sys.exit(pathlib.Path({other!r}).exists())"
    marks = {name: str(tmp_path / name) for name in ("dsk", "dsmv")}
    fake(dsk=program.format(own=marks["dsk"]), dsmv=watch.format(other=marks["dsk"]))

    def codes(second: str) -> dict[str, int]:
        at = {"dsk": "http://127.0.0.1:8001", "dsmv": second}
        return crawl_sources(["dsk", "dsmv"], options(tmp_path / "data", at=at))

    assert codes("http://127.0.0.1:8001/dsmv") == {"dsk": 0, "dsmv": 0}
    assert codes("http://127.0.0.1:8002") == {"dsk": 0, "dsmv": 1}


def test_the_hosts_of_a_live_source_are_all_of_its_own(tmp_path: Path) -> None:
    assert "www.informationsfreiheit-mv.de" in hosts_of("dsmv", options(tmp_path))
    assert not hosts_of("dsmv", options(tmp_path)) & hosts_of("dsk", options(tmp_path))


def test_an_interruption_ends_all(tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process is asked to stop before the archive is put right."""
    data = tmp_path / "data"
    with closing(open_archive(data)) as conn:
        begin_run(conn, source="dsk", started_at="2026-11-29T04:00:00Z", version="x")
    fake(dsk="import time; time.sleep(60)", dsmv="import time; time.sleep(60)")
    stopped: list[int] = []
    stop = crawling._stop
    monkeypatch.setattr(crawling, "_stop", lambda processes: (stopped.append(len(processes)), stop(processes)))

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(crawling.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        crawl_sources(["dsk", "dsmv"], options(data))

    assert stopped == [2]
