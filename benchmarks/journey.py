"""How many of our files one document passes on its way from the vault into the tables.

The sample site is crawled once, then its archive is rebuilt with ``sys.setprofile`` on: counted are the files of
the project in which a function is called between the answer and the stored rows, those of the file worker
included (its tasks run in this process here).

Run: ``python -m benchmarks.journey [--files]``; ``--files`` names the files of the longest way.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from statistics import median
from types import FrameType
from typing import Any
from unittest.mock import patch

from aktenkundig.replay import Replay, rebuild
from archive.database import open_archive
from benchmarks.children import crawl, sample_site
from benchmarks.report import table
from pipelines.files import file_worker, worker

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("crawler", "pipelines", "archive", "portal", "aktenkundig")
KINDS = {"DSMV release": ("dsmv", "release", 32), "DSK PDF": ("dsk", "file", 42)}
"""What is counted: source, kind of address, and the most files that are wanted."""


class Watch:
    """The files of the rooms in which something is called, by address."""

    def __init__(self) -> None:
        self.by_document: dict[tuple[str, str, str], set[str]] = {}
        self._now: set[str] = set()
        self._known: dict[str, str | None] = {}

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """The profile function."""
        if event == "call":
            name = frame.f_code.co_filename
            if name not in self._known:
                self._known[name] = _project_file(name)
            if (file := self._known[name]) is not None:
                self._now.add(file)

    @contextmanager
    def during(self, key: tuple[str, str, str]) -> Iterator[None]:
        """Count what is called meanwhile as the way of ``key`` (source, kind, address)."""
        self._now = set()
        sys.setprofile(self)
        threading.setprofile(self)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
            self.by_document[key] = self._now


def _project_file(name: str) -> str | None:
    try:
        relative = Path(name).relative_to(ROOT)
    except ValueError:
        return None
    return str(relative) if relative.parts[0] in ROOMS else None


class WorkerInside(file_worker.FileWorker):
    """Answers in this process, so that what reads files is seen too."""

    def ask(self, request: dict[str, Any], body: bytes, limits: Any) -> Iterator[tuple[dict[str, Any], bytes]]:
        """What the process would answer."""
        source, sink = (BytesIO(worker.packed(file_worker._stated(request, limits, len(body)), body)), BytesIO())
        with patch.object(worker, "_limit_memory"), patch.object(worker.signal, "setitimer"):
            worker.serve(source, sink)
        sink.seek(0)
        while True:
            message, blob = worker.unpacked(sink.read)
            if message.get("done"):
                return
            yield message, blob


def watched(data: Path) -> Watch:
    """Rebuild the archive in ``data`` and count."""
    watch = Watch()
    drain = Replay._drain

    def results_and_take(self: Replay, asks: Any) -> int:
        results, take = self._results, self._take

        def noted(ask: Any) -> Any:
            key = (str(self._run["source"]), str(ask.kind), str(ask.url))
            return key, results(ask)

        def counted(found: Any) -> None:
            if not isinstance(found, tuple):
                take(found)
                return
            with watch.during(found[0]):
                take(found[1])

        with patch.object(self, "_results", noted), patch.object(self, "_take", counted):
            return drain(self, asks)

    with (
        closing(open_archive(data)) as conn,
        patch("aktenkundig.replay.FileWorker", WorkerInside),
        patch.object(Replay, "_drain", results_and_take),
    ):
        rebuild(conn, data)
    return watch


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="no difference here")
    parser.add_argument("--files", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sample_site(0) as site:
        data = Path(folder)
        crawl(data, site, "dsmv", "dsk")
        watch = watched(data)
    rows = []
    for name, (source, kind, wanted) in KINDS.items():
        ways = [
            files
            for (its_source, its_kind, url), files in watch.by_document.items()
            if (its_source, its_kind) == (source, kind) and (kind != "file" or url.lower().endswith(".pdf"))
        ]
        rows.append((name, len(ways), round(median(map(len, ways))), max(map(len, ways)), wanted))
        if options.files:
            print("\n".join(sorted(max(ways, key=len))), end="\n\n")
    print(table(("document", "counted", "files (median)", "(most)", "wanted at most"), rows))


if __name__ == "__main__":
    main()
