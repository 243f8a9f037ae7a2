"""Search: quality beside other engines, then speed and size over synthetic documents.

Times are processor time of this process (the machine may be shared); p95 is given by the clock too.

``python -m benchmarks.search --documents 100000`` is the full run (about ten minutes); the default is
a tenth of it.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.search.engine import plan_query, search
from archive.search.indexing import optimize_index
from archive.search.plan import match_expression
from archive.search.vocabulary import vocabulary_of
from benchmarks.search_rivals import rivals
from benchmarks.synthetic import build, index_all

TESTS = Path(__file__).resolve().parents[1] / "tests" / "search"
BARE = "select rowid from documents_fts where documents_fts match ? order by rank limit 20"
REPEATS = 3
FEW = 0.10
"""Up to this share of the documents, a search has 150 ms; above, 500 ms."""

QUERIES = (
    "Datenschutz",
    "Überwachung",
    "Verantwortlicher",
    "Daten",
    "Gesetz",
    "Recht",
    "Video",
    "Behörde",
    "Videoüberwachung",
    "Gesundheitsamt",
    "Kennzeichen",
    "Kameras",
    "Bussgeld",
    "ueberwachung",
    "Städte",
    "Schülerinnen",
    "Polizei",
    "Kirche",
    "Datenschutz Behörde",
    "Recht auf Löschung",
    "Kamera Bahnhof Polizei",
    "Schule Video",
    "Gesetz Bericht Klage",
    '"Datenschutz Behörde"',
    '"Schule Polizei"',
    "Kennzeichen*",
    "Verkehrs*",
    "Schule OR Polizei",
    "Kamera -Polizei",
    "Video-Konferenz",
    "KI",
    "DSGVO",
    "Krankenhaus",
    "Wohnung",
    "Zeugnis",
    "Drohne Nachbar",
    "Melderegister",
    "Passwort",
    "Steuerberater",
    "Patientenakte",
)


READERS = tuple(query for _, query, _ in tomllib.loads((TESTS / "reader_queries.toml").read_text("utf-8"))["queries"])
"""As readers type: slips, questions, everyday words; most of them need the second tier."""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """One query: its share of the documents, and seconds for our search and for FTS5 alone.

    ``first`` is the first time that a process is asked this: its words are looked up among all words then.
    """

    query: str
    share: float
    first: float
    ours: float
    by_clock: float
    bare_words: float
    bare_expression: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--database", type=Path, help="keep the synthetic archive here, or use the one that is here")
    options = parser.parse_args(arguments)
    print_quality()
    print_second_set()
    with tempfile.TemporaryDirectory() as folder:
        path = options.database or Path(folder) / "synthetic.db"
        if not path.exists():
            print_indexing(path, options.documents)
        print_timings(path)


def print_quality() -> None:
    """Recall, precision and nDCG@10 of ours and of other engines, over samples and real releases."""
    sys.path.insert(0, str(TESTS))
    import search_archives as archives
    import search_gate as gate

    samples = archives.sample_texts()
    sets = [("sample texts", samples, gate.sample_cases())]
    if archives.RELEASES.exists():
        documents = archives.releases()
        sets.append(("releases, own queries", documents, gate.release_cases(documents)))
        sets.append(("releases, given queries", documents, gate.shared_cases(documents)))
    for name, documents, cases in sets:
        print(f"\n{name}: {len(documents)} documents, {len(cases)} queries     recall precision nDCG@10")
        texts = [(one.id, " ".join((one.kicker or "", one.title, *one.pages))) for one in documents]
        conn = archives.archive_of(documents)
        for engine, find in [*rivals(texts), ("ours", lambda query, conn=conn: _ours(conn, query))]:
            measured = gate.measure(conn, cases, lambda _, query, find=find: find(query))
            one = measured["all"]
            print(f"  {engine:20} {one.recall:6.3f} {one.precision:6.3f} {one.ndcg:6.3f}   {_by_kind(measured)}")


def print_second_set() -> None:
    """The graded queries as readers type them: ours beside the other engines; empty hands count."""
    sys.path.insert(0, str(TESTS))
    import search_archives as archives
    import search_gate as gate

    if not (archives.QUERIES / "dev_queries_2.json").exists():
        return
    documents, cases = archives.second_set(), gate.graded_cases()
    texts = [(one.id, " ".join((one.kicker or "", one.title, *one.pages))) for one in documents]
    conn = archives.archive_of(documents)
    print(f"\nreaders' queries: {len(documents)} documents, {len(cases)} queries     nDCG@10 first among five nothing")
    for engine, find in [*rivals(texts), ("ours", lambda query: _ours(conn, query))]:
        one = gate.grade_all(cases, find)["all"]
        print(f"  {engine:20} {one.ndcg:6.3f} {one.first:6.3f} {one.five:6.3f} {one.nothing:6.3f}")


def _by_kind(measured: dict[str, object]) -> str:
    kinds = sorted(kind for kind in measured if kind != "all")
    return "recall by kind: " + " ".join(f"{kind} {getattr(measured[kind], 'recall'):.2f}" for kind in kinds)  # noqa: B009


def _ours(conn: sqlite3.Connection, query: str) -> list[str]:
    return [hit.id for hit in search(conn, query, limit=1_000).hits]


def print_indexing(path: Path, count: int) -> None:
    """Documents per second on one core, and size beside the text."""
    conn, ids = build(path, count)
    before = _bytes(conn)
    started = time.process_time()
    index_all(conn, ids)
    spent = time.process_time() - started
    optimize_index(conn)
    text = conn.execute("select sum(length(cast(text as blob))) from pages").fetchone()[0]
    print(f"\nindexing: {count / spent:,.0f} documents/s; text {text / 1e6:.0f} MB", end="")
    print(f", index {(_bytes(conn) - before) / text:.2f} times the text")
    conn.close()


def _bytes(conn: sqlite3.Connection) -> int:
    pages, size, free = (
        int(conn.execute(f"pragma {name}").fetchone()[0]) for name in ("page_count", "page_size", "freelist_count")
    )
    return (pages - free) * size


def print_timings(path: Path) -> None:
    """Search with snippets and facets, beside FTS5 alone on the same index."""
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    documents = conn.execute("select count(*) from documents").fetchone()[0]
    started = time.process_time()
    words = len(vocabulary_of(conn).terms)
    print(f"\n{documents:,} documents, {words:,} words read in {time.process_time() - started:.1f} s (once a process)")
    for _ in range(2):  # what is kept in memory is read when the archive is seen at rest
        search(conn, "", with_facets=True)
    timings = [_time_query(conn, query, documents) for query in (*QUERIES, *READERS)]
    print(f"{'query':26} {'share':>7} {'first ms':>9} {'ours ms':>8} {'bare, words':>12} {'bare, our expression':>21}")
    for one in sorted(timings, key=lambda timing: -timing.share):
        print(
            f"{one.query:26} {one.share:7.2%} {one.first * 1e3:9.0f} {one.ours * 1e3:8.0f} {one.bare_words * 1e3:12.1f}"
            f" {one.bare_expression * 1e3:21.1f}"
        )
    few = [one for one in timings if one.share <= FEW]
    many = [one for one in timings if one.share > FEW]
    for label, group, limit in (("up to 10 % match", few, 150), ("more match", many, 500)):
        clock = _p95([one.by_clock for one in group]) * 1e3
        print(
            f"{label}: p95 {_p95([one.ours for one in group]) * 1e3:.0f} ms, by the clock {clock:.0f} (limit {limit})"
        )
    ours = _p95([one.ours for one in timings])
    print(
        f"all: p95 ours {ours * 1e3:.0f} ms, asked for the first time {_p95([one.first for one in timings]) * 1e3:.0f} ms"
    )
    for label, bare in (
        ("our expression", _p95([one.bare_expression for one in timings])),
        ("the words as typed", _p95([one.bare_words for one in timings])),
    ):
        print(f"bare FTS5 with {label}: p95 {bare * 1e3:.0f} ms, ratio {ours / bare:.2f}")
    conn.close()


def _time_query(conn: sqlite3.Connection, query: str, documents: int) -> Timing:
    started = time.process_time()
    total = search(conn, query, with_facets=True).total
    first = time.process_time() - started
    expression = match_expression(plan_query(conn, query))
    words = " ".join(f'"{word}"' for word in query.replace('"', " ").replace("*", " ").split())
    ours, by_clock = _seconds(lambda: search(conn, query, with_facets=True))
    return Timing(
        query=query,
        share=total / documents,
        first=first,
        ours=ours,
        by_clock=by_clock,
        bare_words=_seconds(lambda: conn.execute(BARE, (words,)).fetchall())[0],
        bare_expression=_seconds(lambda: conn.execute(BARE, (expression,)).fetchall())[0],
    )


def _seconds(call: Callable[[], object]) -> tuple[float, float]:
    """The median of a few runs: processor time, and by the clock."""
    worked, passed = [], []
    for _ in range(REPEATS):
        clock, processor = time.perf_counter(), time.process_time()
        call()
        worked.append(time.process_time() - processor)
        passed.append(time.perf_counter() - clock)
    return statistics.median(worked), statistics.median(passed)


def _p95(values: Sequence[float]) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, round(0.95 * len(ranked)))] if ranked else 0.0


if __name__ == "__main__":
    main()
