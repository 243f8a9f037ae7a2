"""Child processes that are measured: how long, how much processor time, how much memory; and the sample site."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLED_EVERY = 0.1


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a child: wall and processor seconds of it and its children.

    ``peak`` is the largest sum of proportional memory (PSS) of all its processes that was seen, ``largest`` the
    peak resident size of its largest process; both in MB.
    """

    seconds: float
    cpu: float
    peak: float
    largest: float


@contextmanager
def sample_site(releases: int = 0, *, validators: bool = True, day: int = 1) -> Iterator[dict[str, str]]:
    """The sample site in a process of its own; gives the addresses of ``dsmv`` and ``dsk``."""
    command = [sys.executable, "-u", "-m", "aktenkundig.sample", "--day", str(day), "--releases", str(releases)]
    if not validators:
        command.append("--no-validators")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as site:
        try:
            assert site.stdout is not None
            yield dict(re.findall(r"(\w+)=(\S+)", site.stdout.readline()))
        finally:
            site.terminate()


def run(command: Sequence[str | Path], *, watch_memory: bool = False) -> Run:
    """Run a command of this Python (``["-m", "module", …]``) to its end. RuntimeError when it fails.

    Watching the memory costs time: leave it off where time is what is measured.
    """
    arguments = [sys.executable, *map(str, command)]
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        child = subprocess.Popen(arguments, cwd=ROOT, stdout=said, stderr=said)
        watch = MemoryWatch(child.pid) if watch_memory else None
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise RuntimeError(f"{arguments}: {said.read().decode(errors='replace')[-2000:]}")
    return Run(
        seconds=seconds,
        cpu=usage.ru_utime + usage.ru_stime,
        peak=watch.stop() if watch else 0.0,
        largest=usage.ru_maxrss / 1024,
    )


def crawl(data: Path, site: Mapping[str, str], *sources: str, delay: float = 0, watch_memory: bool = False) -> Run:
    """``aktenkundig crawl`` of the sample site, without any delay unless one is given."""
    at = [word for name in sources for word in ("--at", f"{name}={site[name]}")]
    return aktenkundig(data, "crawl", *sources, *at, "--delay", str(delay), watch_memory=watch_memory)


def aktenkundig(data: Path, *arguments: str, watch_memory: bool = False) -> Run:
    """The command line over the archive in ``data``."""
    return run(["-m", "aktenkundig", "--data", data, *arguments], watch_memory=watch_memory)


def alternating(rounds: int, works: Mapping[str, Callable[[], Run]]) -> dict[str, Run]:
    """Every work in turn, ``rounds`` times; the median of each figure."""
    runs: dict[str, list[Run]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            runs[name].append(work())
    return {name: _median(found) for name, found in runs.items()}


def _median(runs: Sequence[Run]) -> Run:
    return Run(**{name: statistics.median(getattr(one, name) for one in runs) for name in vars(runs[0])})


class MemoryWatch:
    """Adds up the memory of a process and its descendants, again and again, and keeps the largest sum."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """The peak in MB."""
        self._over.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._over.wait(SAMPLED_EVERY):
            self._peak = max(self._peak, sum(map(_megabytes, family(self._pid))))


def family(pid: int) -> Iterator[int]:
    """A process and its descendants, as far as they are still there."""
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child))
    except OSError:
        return


def _megabytes(pid: int) -> float:
    try:
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0
