"""What the machine can do to a crawl: full and read-only disks, locks, clocks, damaged files, a second crawl."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from crawl_process import crawl_arguments, end_of, run, start
from derived_tables import derived, integrity
from hostile_site import HostileSite, release_target

from archive.database import database_path

pytestmark = pytest.mark.faults

Mount = Callable[[str], Path]


@pytest.fixture(scope="module")
def site() -> Iterator[HostileSite]:
    """A healthy site with an attachment."""
    with HostileSite(releases=40, with_file=True) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(site: HostileSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that nobody disturbed."""
    data = tmp_path_factory.mktemp("undisturbed") / "data"
    assert run(*crawl_arguments(data, site.address)).code == 0
    return data


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts a file system of so many kilobytes at a folder, again with other options where it is mounted."""
    folder = tmp_path / "small"
    folder.mkdir()

    def mounted(options: str) -> Path:
        again = "remount," if os.path.ismount(folder) else ""
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", again + options, "tmpfs", folder], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("this user may not mount a file system; the vault's own test covers a failing file")
        return folder

    yield mounted
    if os.path.ismount(folder):
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("kilobytes", [64, 450, 900, 1000, 1100, 1200])
def test_a_full_disk_ends_the_run_and_loses_nothing(
    kilobytes: int, mount: Mount, site: HostileSite, undisturbed: Path
) -> None:
    data = mount(f"size={kilobytes}k") / "data"
    full = run(*crawl_arguments(data, site.address))
    mount("size=100m")
    stored = derived(data)["documents"] if database_path(data).exists() and kilobytes > 450 else {}
    verified = run("--data", str(data), "verify") if stored else None
    after = run(*crawl_arguments(data, site.address))

    assert full.code == 2
    assert "voll" in full.err or "nicht anlegen" in full.err, full.err
    assert verified is None or verified.code == 0, verified.out
    assert after.code == 0
    assert stored.keys() <= derived(data)["documents"].keys()
    assert derived(data) == derived(undisturbed)
    assert run("--data", str(data), "verify").code == 0


def test_a_full_disk_in_the_middle_of_a_night_keeps_the_nights_before(
    mount: Mount, site: HostileSite, undisturbed: Path
) -> None:
    folder = mount("size=100m")
    data = folder / "data"
    assert run(*crawl_arguments(data, site.address)).code == 0
    before = derived(data)
    used = sum(path.stat().st_size for path in data.rglob("*"))
    mount(f"size={used // 1024 + 24}k")
    full = run(*crawl_arguments(data, site.address))
    mount("size=100m")

    assert full.code == 2
    assert derived(data) == before
    assert integrity(data) == ["ok"]
    assert run(*crawl_arguments(data, site.address)).code == 0
    assert derived(data) == before


def test_a_read_only_data_folder_is_one_clear_sentence(mount: Mount, site: HostileSite) -> None:
    data = mount("size=100m") / "data"
    assert run(*crawl_arguments(data, site.address)).code == 0
    before = derived(data)
    mount("ro")
    ended = run(*crawl_arguments(data, site.address))
    mount("rw")

    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert "schreibgeschützt" in ended.err or "Rechte" in ended.err, ended.err
    assert derived(data) == before


def test_a_reader_never_holds_a_crawl_up(site: HostileSite, undisturbed: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(undisturbed, data)
    with closing(sqlite3.connect(database_path(data))) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from documents").fetchone()
        ended = run(*crawl_arguments(data, site.address))
        reader.rollback()

    assert ended.code == 0


def test_a_writer_is_waited_for_while_the_rest_goes_on(site: HostileSite, tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = start(*crawl_arguments(data, site.address))
    wait_for(lambda: database_path(data).exists() and documents(data) > 0)
    with closing(sqlite3.connect(database_path(data), timeout=30, isolation_level=None)) as other:
        other.execute("begin immediate")
        time.sleep(3)
        other.execute("commit")
    ended = end_of(process)

    assert ended.code == 0
    assert documents(data) == 41


@pytest.mark.parametrize("at_start", [True, False])
def test_a_database_locked_for_good_is_one_clear_sentence(
    at_start: bool, site: HostileSite, undisturbed: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(undisturbed, data)
    hold, release = threading.Event(), threading.Event()
    other = threading.Thread(target=keep_locked, args=(database_path(data), hold, release))
    env = {"AKTENKUNDIG_BUSY_SECONDS": "1.5"}
    if at_start:
        other.start()
        hold.wait()
    process = start(*crawl_arguments(data, site.address, delay=0.0 if at_start else 0.2), env=env)
    if not at_start:
        wait_for(lambda: snapshots(data) > 50)
        other.start()
    ended = end_of(process)
    release.set()
    other.join()

    assert ended.code == 2
    assert "gesperrt" in ended.err, ended.err
    assert run(*crawl_arguments(data, site.address)).code == 0
    assert derived(data) == derived(undisturbed)


def test_a_clock_that_jumps_back_changes_nothing(site: HostileSite, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for now in ("2026-10-10T04:00:00Z", "2026-10-03T04:00:00Z", "2026-10-11T04:00:00Z"):
        assert run(*crawl_arguments(data, site.address, "--now", now)).code == 0
    with closing(sqlite3.connect(database_path(data))) as conn:
        versions = conn.execute("select max(version), min(last_seen_at) from documents").fetchone()
        conn.execute("select 1")
    before = derived(data)

    assert versions[0] == 1
    assert versions[1].startswith("2026-10-11")
    assert run("--data", str(data), "rebuild").code == 0
    assert derived(data) == before
    assert run("--data", str(data), "verify").code == 0


@pytest.mark.parametrize("validators", [True, False])
def test_a_warc_torn_in_the_middle_is_found_and_asked_again(validators: bool, tmp_path: Path) -> None:
    """verify says so, rebuild refuses to lose anything, the next crawl asks in full and stores it again."""
    data = tmp_path / "data"
    with HostileSite(releases=20, validators=validators) as torn:
        assert run(*crawl_arguments(data, torn.address)).code == 0
        before = derived(data)
        warc = next((data / "warc").glob("*.warc.gz"))
        body = bytearray(warc.read_bytes())
        body[len(body) // 2 : len(body) // 2 + 4000] = bytes(4000)
        warc.write_bytes(bytes(body))
        found = run("--data", str(data), "verify")
        refused = run("--data", str(data), "rebuild")
        untouched = derived(data)
        crawled = run(*crawl_arguments(data, torn.address))
    rebuilt = run("--data", str(data), "rebuild")

    assert found.code == 1
    assert warc.name in found.out
    assert refused.code == 2
    assert "nicht lesbar" in refused.err
    assert untouched == before
    assert crawled.code == 0
    assert bool(count(data, "problems where kind = 'evidence_unreadable'")) == validators
    assert rebuilt.code == 0, rebuilt.err
    assert derived(data) == before


def test_a_second_crawl_leaves_with_a_clear_word(site: HostileSite, tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = start(*crawl_arguments(data, site.address, delay=0.1))
    wait_for(lambda: database_path(data).exists())
    second = run(*crawl_arguments(data, site.address))
    ended = end_of(first)

    assert second.code == 2
    assert second.err.strip().startswith("Fehler: Ein anderer Lauf")
    assert ended.code == 0
    assert documents(data) == 41


def scrapy(data: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """``scrapy crawl dsmv`` beside the command line."""
    return subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "dsmv", *arguments],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "AKTENKUNDIG_DATA": str(data), **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_scrapy_alone_refuses_the_live_site_without_a_contact(tmp_path: Path) -> None:
    ended = scrapy(tmp_path / "data", AKTENKUNDIG_CONTACT="")

    assert ended.returncode == 2
    assert "Kontakt" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data").exists()


def test_scrapy_alone_takes_the_lock_and_says_who_asks(site: HostileSite, tmp_path: Path) -> None:
    data, agents = tmp_path / "data", []
    with HostileSite(releases=3) as small:
        small.trouble("*", lambda exchange: agents.append(exchange.headers["user-agent"]) or healthy(exchange))
        ended = scrapy(
            data,
            "-s",
            f"AKTENKUNDIG_STAND_IN={small.address}",
            "-s",
            "DOWNLOAD_DELAY=0",
            AKTENKUNDIG_CONTACT="redaktion@example.org",
            http_proxy="http://127.0.0.1:9",
        )
    holder = start(*crawl_arguments(data, site.address, delay=0.4))
    wait_for(lambda: documents(data) > 5)
    second = scrapy(data, "-s", f"AKTENKUNDIG_STAND_IN={site.address}")

    assert ended.returncode == 0
    assert set(agents) == {agents[0]}
    assert agents[0].startswith("aktenkundig/")
    assert agents[0].endswith("(+redaktion@example.org)")
    assert "Ein anderer Lauf" in second.stderr
    assert "Traceback" not in second.stderr
    assert end_of(holder).code == 0


def healthy(exchange: object) -> None:
    """The answer of a site that nothing is wrong with."""
    status, body = exchange.site.page(exchange.target)  # type: ignore[attr-defined]
    exchange.answer(body, status)  # type: ignore[attr-defined]


def keep_locked(path: Path, held: threading.Event, release: threading.Event) -> None:
    """Hold the database's write lock until told otherwise."""
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as conn:
        conn.execute("begin immediate")
        held.set()
        release.wait(60)
        conn.execute("rollback")


def documents(data: Path) -> int:
    """How many documents a reader sees."""
    return count(data, "documents")


def snapshots(data: Path) -> int:
    """How many snapshots a reader sees."""
    return count(data, "snapshots")


def count(data: Path, table: str) -> int:
    """The rows of a table, 0 while there is none."""
    try:
        with closing(sqlite3.connect(f"file:{database_path(data)}?mode=ro", uri=True)) as conn:
            return int(conn.execute(f"select count(*) from {table}").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def wait_for(condition: Callable[[], bool]) -> None:
    """Until something is so."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_release_targets_are_what_the_tests_mean() -> None:
    assert release_target(7) == "/presse/?id=7&processor=processor.sa.pressemitteilung"
