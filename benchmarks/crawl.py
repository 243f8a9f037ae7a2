"""The crawl beside a Scrapy spider that fetches the same addresses and only parses them, or does not even parse.

Run: ``python -m benchmarks.crawl [--quick] [--releases N] [--rounds N]``.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.children import Run, alternating, crawl, run, sample_site
from benchmarks.report import table

BARE, PARSING, OURS = "bare fetch", "fetch and BeautifulSoup", "aktenkundig crawl"
CEILING = 1.6


def asked(data: Path, site: str) -> Iterator[str]:
    """The addresses that a crawl into ``data`` asked, at the stand-in ``site``, in order; robots.txt left out."""
    with sqlite3.connect(data / "archive.db") as conn:
        for (url,) in conn.execute("select url from snapshots order by id"):
            parts = urlsplit(url)
            if parts.path != "/robots.txt":
                yield f"{site}{parts.path}{'?' if parts.query else ''}{parts.query}"


def measure(releases: int, rounds: int) -> tuple[dict[str, Run], int]:
    """The three crawls in turn, each ``rounds`` times, always into a new archive; and how many pages."""
    with tempfile.TemporaryDirectory() as folder, sample_site(releases) as site:
        archives = (Path(folder) / f"archive-{number}" for number in count())
        first = next(archives)
        crawl(first, site, "dsmv")
        addresses = Path(folder) / "addresses.txt"
        addresses.write_text("\n".join(asked(first, site["dsmv"])), encoding="utf-8")
        spider: list[str | Path] = ["-m", "benchmarks.bare_spider", addresses]
        works: dict[str, Callable[[], Run]] = {
            BARE: partial(run, spider),
            PARSING: partial(run, [*spider, "--parse"]),
            OURS: lambda: crawl(next(archives), site, "dsmv"),
        }
        return alternating(rounds, works), len(addresses.read_text(encoding="utf-8").split())


def report(runs: Mapping[str, Run], pages: int, rounds: int) -> str:
    """The table; ratios are to the spider that parses."""
    base = runs[PARSING]
    head = (f"{pages} pages, median of {rounds}", "wall s", "ratio", "processor s", "ratio", "ms a page")
    rows = [
        (
            name,
            f"{one.seconds:.1f}",
            f"{one.seconds / base.seconds:.2f}",
            f"{one.cpu:.1f}",
            f"{one.cpu / base.cpu:.2f}",
            f"{1000 * one.cpu / pages:.1f}",
        )
        for name, one in runs.items()
    ]
    wall, processor = runs[OURS].seconds / base.seconds, runs[OURS].cpu / base.cpu
    return (
        f"{table(head, rows)}\n\nBeside the parsing spider: {wall:.2f} in wall time, {processor:.2f} in processor time"
        f" (wanted: at most {CEILING})."
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--releases", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    releases, rounds = (300, 1) if options.quick else (options.releases, options.rounds)
    print(report(*measure(releases, rounds), rounds))


if __name__ == "__main__":
    main()
