"""The demonstration needs no network: it runs where there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from commands import COMMAND, run

from aktenkundig import demo

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


def test_a_second_demonstration_shows_the_archive_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "archive.db").touch()
    monkeypatch.setattr(demo, "play_history", lambda *_: pytest.fail("harvested again"))
    ran = run(tmp_path, "demo", "--no-serve")

    assert (ran.code, ran.out) == (0, f"Das Beispielarchiv liegt schon in {tmp_path}.\n")
