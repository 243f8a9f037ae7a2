"""Runs ``aktenkundig`` as a user would, and watches what its processes need."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MEMORY_LIMIT = 300_000_000


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended; ``peak`` is the largest resident size of one of its processes, in bytes."""

    code: int
    out: str
    err: str
    peak: int
    seconds: float


def start(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a command of ``aktenkundig`` in a process group of its own.

    It hears Ctrl-C also where these tests run in the background of a shell, which hands on a deaf ear.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "aktenkundig", *arguments],
        env={**os.environ, **(env or {})},
        text=True,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def end_of(process: subprocess.Popen[str], *, timeout: float = 120.0) -> Ended:
    """Wait for a command; no traceback may reach the user, and no process may grow beyond the limit."""
    began = time.monotonic()
    with MemoryWatch(process.pid) as watch:
        out, err = process.communicate(timeout=timeout)
    ended = Ended(code=process.returncode, out=out, err=err, peak=watch.peak, seconds=time.monotonic() - began)
    assert "Traceback" not in out + err, out + err
    assert ended.peak <= MEMORY_LIMIT, f"{ended.peak / 1e6:.0f} MB"
    return ended


def run(*arguments: str, env: Mapping[str, str] | None = None, timeout: float = 120.0) -> Ended:
    """Run a command to its end."""
    return end_of(start(*arguments, env=env), timeout=timeout)


def crawl_arguments(data: Path, address: str, *more: str, delay: float = 0.0) -> list[str]:
    """``crawl dsmv`` against a stand-in."""
    options = ["--at", f"dsmv={address}", "--delay", str(delay), *more]
    return ["--data", str(data), "crawl", "dsmv", *options]


class MemoryWatch:
    """Looks at the high-water mark of a process and those below it until it ends."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid = pid
        self._over = threading.Event()

    def __enter__(self) -> MemoryWatch:
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            for pid in family(self._pid):
                self.peak = max(self.peak, high_water(pid))


def family(pid: int) -> list[int]:
    """A process and everything below it."""
    found = [pid]
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return found
    for child in children:
        found += family(int(child))
    return found


def high_water(pid: int) -> int:
    """The largest resident size a process ever had, in bytes; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
