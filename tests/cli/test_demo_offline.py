"""The demonstration needs no network: it runs where there is none."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from archive_builder import add_run
from commands import COMMAND, run

from aktenkundig import demo
from archive.database import open_archive

ALONE = ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-c"]
LOOPBACK_UP = """
import fcntl, socket, struct, subprocess, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", 0x41))  # SIOCSIFFLAGS: up, running
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""


def can_be_alone() -> bool:
    """Whether this machine lets us make a network of our own."""
    try:
        return subprocess.run([*ALONE, LOOPBACK_UP, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.faults
@pytest.mark.skipif(not can_be_alone(), reason="unshare darf hier kein eigenes Netz anlegen")
def test_the_demonstration_runs_without_a_network(tmp_path: Path) -> None:
    command = [*ALONE, LOOPBACK_UP, *COMMAND, "--data", str(tmp_path), "demo", "--no-serve"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)

    assert ran.returncode == 0, ran.stderr
    assert run(tmp_path, "verify").code == 0
    assert "in Ordnung" in run(tmp_path, "status").out


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The days that are harvested; nothing is."""
    days: list[int] = []

    def play(data: Path, wanted: Sequence[int]) -> int:
        days.extend(wanted)
        return 0

    monkeypatch.setattr(demo, "play_history", play)
    return days


def after_days(data: Path, dsmv: int, dsk: int) -> None:
    """A demonstration of which so many days were harvested; the last run of each source was broken off."""
    with closing(open_archive(data)) as conn:
        for source, days in (("dsmv", dsmv), ("dsk", dsk)):
            for _ in range(days):
                add_run(conn, source, outcome="ok")
            add_run(conn, source)


def test_a_second_demonstration_shows_the_archive_that_is_there(tmp_path: Path, played: list[int]) -> None:
    after_days(tmp_path, 8, 8)
    ran = run(tmp_path, "demo", "--no-serve")

    assert (ran.code, ran.out) == (0, f"Das Beispielarchiv liegt schon in {tmp_path}.\n")
    assert played == []


@pytest.mark.parametrize(("dsmv", "dsk", "left"), [(0, 0, demo.DAYS), (3, 2, demo.DAYS[2:]), (8, 7, demo.DAYS[7:])])
def test_a_demonstration_that_was_broken_off_goes_on(
    tmp_path: Path, played: list[int], dsmv: int, dsk: int, left: tuple[int, ...]
) -> None:
    after_days(tmp_path, dsmv, dsk)
    ran = run(tmp_path, "demo", "--no-serve")

    assert ran.code == 0
    assert played == list(left)
    assert ("es geht weiter" in ran.err) == (dsk > 0)


def test_a_port_in_use_is_said_before_anything_is_harvested(tmp_path: Path, played: list[int]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        ran = run(tmp_path, "demo", "--port", str(port))

    assert (ran.code, played) == (2, [])
    assert ran.err == f"Fehler: Die Adresse 127.0.0.1:{port} ist schon belegt; bitte einen anderen Port wählen.\n"
