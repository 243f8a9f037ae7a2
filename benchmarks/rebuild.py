"""``aktenkundig rebuild`` beside the crawl of the loopback site that filled the archive.

Run: ``python -m benchmarks.rebuild [--quick] [--releases N]``; 0 releases is the sample archive with all its files.
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from itertools import count
from pathlib import Path

from benchmarks.children import aktenkundig, alternating, crawl, sample_site
from benchmarks.report import table

FLOOR = 1.3


def measure(releases: int, rounds: int) -> tuple[str, ...]:
    """Both in turn; the archive that is rebuilt stays the same."""
    sources = ("dsmv",) if releases else ("dsmv", "dsk")
    with tempfile.TemporaryDirectory() as folder, sample_site(releases) as site:
        archives = (Path(folder) / f"archive-{number}" for number in count())
        kept = next(archives)
        crawl(kept, site, *sources)
        runs = alternating(
            rounds,
            {"crawl": lambda: crawl(next(archives), site, *sources), "rebuild": partial(aktenkundig, kept, "rebuild")},
        )
    crawled, rebuilt = runs["crawl"], runs["rebuild"]
    return (
        f"{releases} made releases" if releases else "sample archive, both sources",
        f"{crawled.seconds:.1f}",
        f"{rebuilt.seconds:.1f}",
        f"{crawled.seconds / rebuilt.seconds:.2f}",
        f"{crawled.cpu / rebuilt.cpu:.2f}",
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--releases", type=int, nargs="*", default=[0])
    options = parser.parse_args()
    sizes, rounds = ([0], 1) if options.quick else (options.releases, 3)
    rows = [measure(size, rounds) for size in sizes]
    print(table(("archive", "crawl s", "rebuild s", "times as fast (wall)", "(processor)"), rows))
    print(
        f"\nMedian of {rounds}, delay 0, whole processes; wanted: at least {FLOOR} times as fast on the sample archive."
    )


if __name__ == "__main__":
    main()
