"""The portal's pages beside Datasette's own table page, over one archive, one server and loopback HTTP.

Run: ``python -m benchmarks.portal [--quick] [--documents N]``; start, search and document pages in turn.
"""

from __future__ import annotations

import argparse
import http.client
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from benchmarks.children import ROOT
from benchmarks.report import table
from benchmarks.synthetic import build, index_all

QUERIES = (
    "Datenschutz",
    "Überwachung",
    "Verantwortlicher",
    "Schule Polizei",
    "Kennzeichen",
    '"Recht auf"',
    "Melderegister",
)
TABLE = "Datasette's table page"
FLOOR_MS = 150


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One page as it came: milliseconds and bytes."""

    milliseconds: float
    size: int


def fill(data: Path, documents: int) -> list[str]:
    """A synthetic archive whose documents have a version, every tenth two, dates, citations and links; the ids."""
    conn, ids = build(data / "archive.db", documents)
    conn.execute("pragma foreign_keys = off")
    conn.execute("begin")
    conn.execute(
        "insert into versions (document_id, version, seen_at, content_sha256, title, text)"
        " select id, 1, '2026-11-20T03:00:00Z', '', title, text from documents"
    )
    conn.execute(
        "update documents set first_seen_at = '2026-11-20T03:00:00Z', last_seen_at = '2026-11-22T03:00:00Z',"
        " last_changed_at = '2026-11-20T03:00:00Z'"
    )
    conn.execute(
        "insert into versions (document_id, version, seen_at, not_before, content_sha256, title, text)"
        " select id, 2, '2026-11-21T03:00:00Z', '2026-11-20T03:00:00Z', 'x', title, text || ' Nachtrag.' from documents"
        " where docno % 10 = 0"
    )
    conn.execute("update documents set version = 2, last_changed_at = '2026-11-21T03:00:00Z' where docno % 10 = 0")
    conn.executemany(
        "insert into dates (document_id, role, value, precision, raw, found_in)"
        " values (?, 'mentioned', '2024-05', 'month', 'Mai 2024', 'body')",
        ((one,) for one in ids for _ in range(3)),
    )
    conn.executemany(
        "insert into citations (document_id, page, law, unit, number, raw, start)"
        " values (?, 1, 'DSGVO', 'Art.', ?, 'Art. 6', 0)",
        ((one, str(number)) for place, one in enumerate(ids) for number in (1, 2, 3 + place % 60)),
    )
    conn.executemany(
        "insert into links (document_id, url, target_id, kind, evidence) values (?, '', ?, 'cites', 'S. 1')",
        ((one, other) for one, other in pairwise(ids)),
    )
    conn.execute("commit")
    index_all(conn, ids)
    conn.execute("pragma journal_mode = wal")
    conn.execute("analyze")
    conn.close()
    return ids


@contextmanager
def serving(data: Path) -> Iterator[int]:
    """``aktenkundig serve`` on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "aktenkundig", "--data", str(data), "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            yield port
        finally:
            server.terminate()


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the portal did not start")


def get(port: int, path: str) -> Answer:
    """One page over a new connection. RuntimeError unless it is 200."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return Answer(milliseconds=1000 * (time.perf_counter() - started), size=len(body))


def pages(ids: list[str], topics: list[str], chosen: random.Random) -> Iterator[tuple[str, str]]:
    """One address of each kind, with its name.

    The portal remembers answers until the archive changes. A word that stands nowhere, left out, makes
    a search one that nobody has asked before, with the same hits and at the same cost.
    """
    yield "start", "/"
    yield "search, asked before", f"/suche?q={quote(chosen.choice(QUERIES))}"
    fresh = f"{chosen.choice(QUERIES)} -xq{chosen.randrange(10**9)}"
    yield "search, for the first time", f"/suche?q={quote(fresh)}"
    yield "document", f"/dokument/{chosen.choice(ids)}"
    yield "topics", "/themen"
    yield "changes", f"/aenderungen?seite={chosen.randrange(1, 40)}"
    yield "provision", f"/vorschrift/dsgvo/{chosen.randrange(3, 60)}?seite={chosen.randrange(1, 8)}"
    yield "topic", f"/thema/{chosen.choice(topics)}"
    yield TABLE, f"/archive/documents?_next={chosen.randrange(1, len(ids))}"


def measure(documents: int, rounds: int) -> dict[str, list[Answer]]:
    """Every kind of page in turn, ``rounds`` times, after a few that warm the server."""
    answers: dict[str, list[Answer]] = defaultdict(list)
    chosen = random.Random(11)
    with tempfile.TemporaryDirectory() as folder:
        ids = fill(Path(folder), documents)
        with closing(sqlite3.connect(Path(folder, "archive.db"))) as conn:
            topics = [row[0] for row in conn.execute("select distinct topic_id from document_topics")]
        with serving(Path(folder)) as port:
            for count in range(-3, rounds):
                for name, path in pages(ids, topics, chosen):
                    answer = get(port, path)
                    if count >= 0:
                        answers[name].append(answer)
    return answers


def percentile(answers: list[Answer], share: float) -> float:
    """Milliseconds that so many of the answers did not exceed."""
    times = sorted(one.milliseconds for one in answers)
    return times[min(len(times) - 1, int(share * len(times)))]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    documents, rounds = (500, 10) if options.quick else (options.documents, options.rounds)
    answers = measure(documents, rounds)
    limit = max(FLOOR_MS, 2 * percentile(answers[TABLE], 0.95))
    rows = [
        (
            name,
            f"{percentile(found, 0.5):.0f}",
            f"{percentile(found, 0.95):.0f}",
            f"{percentile(found, 0.95) / percentile(answers[TABLE], 0.95):.2f}",
            f"{max(one.size for one in found) / 1000:.0f}",
        )
        for name, found in answers.items()
    ]
    print(
        table(
            (f"{documents} documents, {rounds} requests each", "median ms", "p95 ms", "p95, ratio", "largest page kB"),
            rows,
        )
    )
    print(f"\nWanted: p95 of at most {limit:.0f} ms (the larger of {FLOOR_MS} ms and twice the table page's).")


if __name__ == "__main__":
    main()
