"""A crawl of an unchanged site beside the first crawl of it, with and without validators.

Run: ``python -m benchmarks.recrawl [--quick] [--releases N]``.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import Run, crawl, sample_site
from benchmarks.report import table

CEILING = 0.5


@dataclass(frozen=True, kw_only=True)
class Nights:
    """The first crawl and those after it, and what they brought: payload bytes on the wire, answers 304."""

    first: Run
    later: tuple[Run, ...]
    bytes: tuple[int, ...]
    not_modified: int
    requests: int

    @property
    def ratio(self) -> float:
        """Median wall time of a later crawl, as a share of the first."""
        return statistics.median(one.seconds for one in self.later) / self.first.seconds


def nights(releases: int, *, validators: bool, repeats: int = 3) -> Nights:
    """Crawl a site into a new archive, then again and again."""
    with tempfile.TemporaryDirectory() as folder, sample_site(releases, validators=validators) as site:
        data = Path(folder)
        first = crawl(data, site, "dsmv")
        later = tuple(crawl(data, site, "dsmv") for _ in range(repeats))
        with closing(sqlite3.connect(data / "archive.db")) as conn:
            runs = conn.execute("select bytes, not_modified, requests from runs order by id").fetchall()
    return Nights(
        first=first, later=later, bytes=tuple(run[0] for run in runs), not_modified=runs[-1][1], requests=runs[-1][2]
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--releases", type=int, default=1000)
    options = parser.parse_args()
    releases = 200 if options.quick else options.releases
    rows = []
    for name, validators in (("ETag and Last-Modified", True), ("no validators", False)):
        found = nights(releases, validators=validators, repeats=1 if options.quick else 3)
        again = statistics.median(one.seconds for one in found.later)
        rows.append(
            (
                name,
                f"{found.first.seconds:.1f}",
                f"{again:.1f}",
                f"{found.ratio:.2f}",
                f"{found.not_modified} of {found.requests}",
                f"{found.bytes[0] / 1e6:.1f}",
                f"{found.bytes[-1] / 1e6:.1f}",
            )
        )
    head = (f"{releases} releases", "first s", "again s", "ratio", "answered 304", "first MB", "again MB")
    print(table(head, rows))
    print(f"\nWall time of whole processes; again: median of the later crawls; wanted: at most {CEILING} of the first.")


if __name__ == "__main__":
    main()
