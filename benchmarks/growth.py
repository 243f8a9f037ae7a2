"""How time, memory and bytes grow with the number of documents: first crawl, crawl without changes, files.

Run: ``python -m benchmarks.growth [--quick] [RELEASES …]``; the default is 1000, 5000 and 10000 made releases.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from pathlib import Path

from benchmarks.children import Run, aktenkundig, crawl, sample_site
from benchmarks.report import table

CEILING = 250
"""MB that a crawl of 5,000 pages may take."""

HEAD = (
    "documents",
    "first crawl s",
    "processor ms a page",
    "peak MB",
    "second crawl s",
    "processor ms a page",
    "peak MB",
    "text MB",
    "archive.db MB",
    "of it index MB",
    "vault MB",
)


def megabytes(size: float) -> str:
    return f"{size / 1e6:.1f}"


def index_bytes(conn: sqlite3.Connection) -> int:
    """Bytes of the search tables, as SQLite's page statistics say."""
    return int(
        conn.execute(
            "select coalesce(sum(pgsize), 0) from dbstat where aggregate = 1"
            " and (name like '%\\_fts\\_%' escape '\\' or name like 'search_words%' or name like '%search_words%')"
        ).fetchone()[0]
    )


def row(data: Path, first: Run, second: Run) -> tuple[str, ...]:
    """The figures of one archive."""
    conn = sqlite3.connect(data / "archive.db")
    conn.execute("pragma wal_checkpoint(truncate)")
    documents, pages, text = conn.execute(
        "select (select count(*) from documents), (select requests from runs where id = 1),"
        " (select sum(length(cast(text as blob))) from pages)"
    ).fetchone()
    index = index_bytes(conn)
    conn.close()
    vault = sum(file.stat().st_size for file in (data / "warc").iterdir())
    return (
        f"{documents}",
        f"{first.seconds:.0f}",
        f"{1000 * first.cpu / pages:.1f}",
        f"{first.peak:.0f}",
        f"{second.seconds:.0f}",
        f"{1000 * second.cpu / pages:.1f}",
        f"{second.peak:.0f}",
        megabytes(text),
        megabytes((data / "archive.db").stat().st_size),
        megabytes(index),
        megabytes(vault),
    )


def measure(releases: int) -> tuple[str, ...]:
    """A new archive of so many made releases, crawled twice."""
    with tempfile.TemporaryDirectory() as folder, sample_site(releases) as site:
        data = Path(folder)
        first = crawl(data, site, "dsmv", watch_memory=True)
        second = crawl(data, site, "dsmv", watch_memory=True)
        aktenkundig(data, "verify")
        return row(data, first, second)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("releases", nargs="*", type=int)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    sizes = options.releases or ([200] if options.quick else [1000, 5000, 10_000])
    print(table(HEAD, [measure(size) for size in sizes]))
    print(f"\nPeak: all processes of the crawl together (PSS); wanted: at most {CEILING} MB over 5,000 pages.")


if __name__ == "__main__":
    main()
