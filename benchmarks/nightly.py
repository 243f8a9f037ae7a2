"""Times a nightly run on an unchanged site beside the first one: ``python -m benchmarks.nightly``."""

from __future__ import annotations

import sqlite3
import sys
import time
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from aktenkundig.crawling import CrawlOptions
from aktenkundig.nightly import run_night
from aktenkundig.sample import SampleSite
from archive.schema import DERIVED

RELEASES = 1000
HIGHEST_RATIO = 0.5
TIME_LIMIT = 3600.0


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Seconds of both nights, documents, and rows that the second night added outside the ledger."""

    documents: int
    first: float
    second: float
    codes: tuple[int, int]
    rows_added: int

    @property
    def ratio(self) -> float:
        """How much of the first night's time the second one takes."""
        return self.second / self.first


def measure(releases: int = RELEASES, *, validators: bool = True) -> Figures:
    """Two nights over a site of so many releases (and the sample's DSK), in a folder thrown away afterwards."""
    with TemporaryDirectory() as folder, SampleSite(releases=releases, validators=validators) as site:
        data = Path(folder)
        at = {name: site.address(name) for name in ("dsmv", "dsk")}
        options = CrawlOptions(data=data, at=at, delay=0.0, progress=False)
        first, first_code = _night(options)
        before = _rows(data)
        second, second_code = _night(options)
        return Figures(
            documents=before["documents"],
            first=first,
            second=second,
            codes=(first_code, second_code),
            rows_added=sum(abs(count - before[table]) for table, count in _rows(data).items()),
        )


def _night(options: CrawlOptions) -> tuple[float, int]:
    began = time.perf_counter()
    with redirect_stdout(StringIO()):
        code = run_night(options, wait=0, time_limit=TIME_LIMIT, environ={})
    return time.perf_counter() - began, code


def _rows(data: Path) -> dict[str, int]:
    with closing(sqlite3.connect(data / "archive.db")) as conn:
        return {table: conn.execute(f"select count(*) from {table}").fetchone()[0] for table in DERIVED}


def main() -> int:
    """Print the figures; 0 when the second night is quick, healthy and adds nothing."""
    good = True
    for validators in (True, False):
        figures = measure(validators=validators)
        said = "with ETag and Last-Modified" if validators else "without validators"
        print(
            f"nightly, {figures.documents} documents, {said}: first {figures.first:.1f} s, "
            f"unchanged {figures.second:.1f} s, ratio {figures.ratio:.2f} (at most {HIGHEST_RATIO}), "
            f"exit codes {figures.codes}, rows added {figures.rows_added}"
        )
        good &= figures.ratio <= HIGHEST_RATIO and figures.codes == (0, 0) and figures.rows_added == 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
