"""What readers' SQL costs in processes of its own, and what abusive readers cost the others.

Run: ``python -m benchmarks.readers_sql [--quick] [--documents N]``. First small statements through the portal, in
turn with child processes and in the portal's own threads (as versions before did); then twenty readers of pages, alone
and beside eight that ask endless statements, large answers and searches for everything.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import random
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.portal import QUERIES, fill, serving
from benchmarks.report import table

SMALL = (
    "select id, title from documents where id = 'x'",
    "select count(*) from topics",
    "select id, title from documents order by docno limit 20",
    "select rowid from documents_fts where documents_fts match 'datenschutz' limit 20",
)
_EVERYTHING = quote(" OR ".join(f"{letter}*" for letter in "abdefghikmnprstuvw"))
_PAIRS = quote(" OR ".join(f"{pair}*" for pair in ("da", "de", "di", "be", "ge", "ve", "an", "au", "ei", "in")))
_ENDLESS = quote("with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c")
_DEAF = quote("select instr(hex(zeroblob(1900000)), hex(zeroblob(900000)) || '1')")
_LARGE = quote("select zeroblob(3900000) from pages limit 8")
ABUSE = (
    f"/archive.json?sql={_ENDLESS}",
    f"/suche.csv?q={_EVERYTHING}",
    f"/archive.json?sql={_DEAF}",
    f"/suche.csv?q={_PAIRS}",
    f"/archive.json?sql={_LARGE}",
    "/archive/documents.csv?_stream=1",
    f"/suche.csv?q={_PAIRS}&sortierung=datum",
    "/daten/download/documents.csv",
)
READERS = 20
WANTED_MS = 1000


def small_statements(data: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of small statements' pages, in child processes and in threads, in turn."""
    from datasette.database import Database

    from portal.pools import close_pools
    from portal.serving import datasette_for

    portal = datasette_for(data)
    database = portal.databases["archive"]
    ways = (database.execute, lambda *args, **options: Database.execute(database, *args, **options))
    times: tuple[list[float], list[float]] = ([], [])

    async def measure() -> None:
        for count in range(-2, rounds):
            for sql in SMALL:
                for way, found in zip(ways, times, strict=True):
                    database.execute = way
                    started = time.perf_counter()
                    answer = await portal.client.get(f"/archive.json?sql={quote(sql)}")
                    if answer.status_code != 200:
                        raise RuntimeError(f"{sql}: {answer.status_code}")
                    if count >= 0:
                        found.append(1000 * (time.perf_counter() - started))

    asyncio.run(measure())
    close_pools(database)
    return times


def _get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def readers(port: int, ids: list[str], rounds: int) -> tuple[dict[str, list[float]], int]:
    """Milliseconds by kind of page for twenty readers at once, each pausing a little; answers that were none."""
    times: dict[str, list[float]] = defaultdict(list)
    failed = [0]

    def read(seed: int) -> None:
        chosen = random.Random(seed)
        for _ in range(rounds):
            word = f"{chosen.choice(QUERIES)} -xq{chosen.randrange(10**9)}"
            pages = {"start": "/", "search": f"/suche?q={quote(word)}", "document": f"/dokument/{chosen.choice(ids)}"}
            for name, path in pages.items():
                time.sleep(chosen.uniform(0.5, 1.5))
                started = time.perf_counter()
                failed[0] += _get(port, path) != 200
                times[name].append(1000 * (time.perf_counter() - started))

    with ThreadPoolExecutor(READERS) as threads:
        list(threads.map(read, range(READERS)))
    return times, failed[0]


def abused(port: int, over: threading.Event, statuses: dict[int, int]) -> list[threading.Thread]:
    """Eight clients, each with its own kind of abuse, again and again until it is over."""

    def abuse(path: str) -> None:
        for address in cycle((path,)):
            if over.is_set():
                return
            with suppress(OSError, http.client.HTTPException):
                status = _get(port, address)
                statuses[status] = statuses.get(status, 0) + 1
                time.sleep(0.05)

    threads = [threading.Thread(target=abuse, args=(path,), daemon=True) for path in ABUSE]
    for thread in threads:
        thread.start()
    return threads


def p95(times: list[float]) -> float:
    """Milliseconds that 95 of 100 did not exceed."""
    return sorted(times)[int(0.95 * (len(times) - 1))]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    documents, rounds = (500, 2) if options.quick else (options.documents, options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        ids = fill(Path(folder), documents)
        apart, at_home = small_statements(Path(folder), 5 * rounds)
        found: dict[str, Any] = {}
        with serving(Path(folder)) as port:
            readers(port, ids, rounds)  # loads the lists of words, and what is asked first
            over, statuses = threading.Event(), dict[int, int]()
            threads = abused(port, over, statuses)
            found["abused"], abused_failed = readers(port, ids, rounds)
            over.set()
            for thread in threads:
                thread.join(timeout=30)
            found["alone"], alone_failed = readers(port, ids, rounds)
    for times in found.values():
        times["all pages"] = [one for kind in list(times.values()) for one in kind]
    ratio = statistics.median(apart) / statistics.median(at_home)
    rows = [
        (name, f"{p95(found['alone'][name]):.0f}", f"{p95(found['abused'][name]):.0f}")
        for name in ("start", "search", "document", "all pages")
    ]
    print(
        f"Small statements: {statistics.median(apart):.1f} ms apart, {statistics.median(at_home):.1f} ms in threads: {ratio:.2f}\n"
    )
    print(table((f"{documents} documents, {READERS} readers, p95 in ms", "alone", "beside 8 abusers"), rows))
    print(
        f"\nReaders' failures: {alone_failed} alone, {abused_failed} beside; abusers' answers: {dict(sorted(statuses.items()))}"
    )
    print(f"Wanted: ratio at most 1.5, p95 at most {WANTED_MS} ms, no failures of readers.")


if __name__ == "__main__":
    main()
