"""A year of nights over a site that hardly changes: what a quiet night adds, and what a rebuild costs afterwards.

Run: ``python -m benchmarks.year [--quick] [--releases N] [--nights N]``; one release is edited each week.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from aktenkundig.sample import SampleSite
from aktenkundig.sample.site import answer
from archive.timestamps import utc_text
from benchmarks.children import aktenkundig
from benchmarks.report import table

DATABASE, VAULT, REBUILD = 80, 200, 3
"""Wanted at most: bytes an address and night in the database and in WARC files; rebuild as a multiple of the crawl."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Bytes of the database and of the WARC files, and answers 304 so far."""

    database: int
    vault: int
    confirmed: int


def sizes(data: Path) -> Sizes:
    """What an archive takes now; free pages of the database do not count."""
    with closing(sqlite3.connect(data / "archive.db")) as conn:
        pages, free, page = (
            conn.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        confirmed = conn.execute(
            "select coalesce(sum(last_snapshot_id - first_snapshot_id + 1), 0) from checks"
        ).fetchone()[0]
    vault = sum(path.stat().st_size for path in (data / "warc").iterdir())
    return Sizes(database=(pages - free) * page, vault=vault, confirmed=confirmed)


def edit(site: SampleSite, data: Path, number: int) -> None:
    """Let a release say something more from now on."""
    with closing(sqlite3.connect(data / "archive.db")) as conn:
        query = "select url from documents where doc_type = 'pressemitteilung' order by id limit 1 offset ?"
        url = urlsplit(conn.execute(query, (number,)).fetchone()[0])
    target = f"{url.path}?{url.query}"
    body = answer("dsmv", target, 1, site.releases).body
    site.fault(target, host="dsmv", body=body.replace(b"</p>", f" Nachtrag {number}.</p>".encode(), 1))


def measure(releases: int, nights: int) -> tuple[str, ...]:
    """A year in the life of an archive."""
    with tempfile.TemporaryDirectory() as folder, SampleSite(releases=releases) as site:
        data, start = Path(folder), datetime(2026, 1, 1, 4, tzinfo=UTC)

        def night(number: int) -> float:
            now = utc_text(start + timedelta(days=number))
            at = f"dsmv={site.address('dsmv')}"
            return aktenkundig(data, "crawl", "dsmv", "--at", at, "--delay", "0", "--now", now).cpu

        first, quiet = night(0), []
        for number in range(1, nights):
            before = sizes(data)
            if number % 7 == 0:
                edit(site, data, number // 7)
            night(number)
            if number % 7:
                after = sizes(data)
                asked = after.confirmed - before.confirmed
                quiet.append(((after.database - before.database) / asked, (after.vault - before.vault) / asked))
        rebuilt = aktenkundig(data, "rebuild").cpu
        aktenkundig(data, "verify")
    database, vault = (sum(one) / len(quiet) for one in zip(*quiet, strict=True))
    return (
        f"{releases}",
        f"{nights}",
        f"{database:.0f}",
        f"{vault:.0f}",
        f"{first:.1f}",
        f"{rebuilt:.1f}",
        f"{rebuilt / first:.1f}",
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--releases", type=int, default=1000)
    parser.add_argument("--nights", type=int, default=365)
    options = parser.parse_args()
    row = measure(100, 15) if options.quick else measure(options.releases, options.nights)
    head = ("releases", "nights", "database bytes", "WARC bytes", "first crawl s", "rebuild s", "times the crawl")
    print(table(head, [row]))
    print(
        f"\nBytes an address and quiet night; processor seconds. Wanted: at most {DATABASE}, {VAULT}, {REBUILD} times."
    )


if __name__ == "__main__":
    main()
