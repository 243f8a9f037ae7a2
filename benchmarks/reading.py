"""What reading one release costs, step by step, and how fast the normalisers are on one core.

Run: ``python -m benchmarks.reading [--quick]``. Pages are those of the sample site, made without a network.
All figures are processor time, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from bs4 import BeautifulSoup

from aktenkundig.sample.site import answer
from aktenkundig.sample.texts import made_releases
from archive.database import open_archive
from archive.keeping import store
from archive.search.indexing import index_document
from benchmarks import citations, dates, mending
from benchmarks.report import table
from crawler.identity import document_id_for
from crawler.items import DocumentRead, Evidence
from crawler.pages.release import read_release
from crawler.sources import load_source
from pipelines.citations import find_citations
from pipelines.dates import read_date
from pipelines.mending import mend
from pipelines.reading import publication
from pipelines.topics import assign_topics, write_topics

STEPS = {
    "dates": "choose_dates",
    "mending the text": "mend_pages",
    "contact blocks": "_pages",
    "issuer": "_issuer",
    "language": "detect_language",
    "topics": "assign_topics",
    "citations": "_citations",
    "fingerprint": "fingerprint",
}
WHOLE = "BeautifulSoup alone, whole page"
SEEN = Evidence(snapshot_id=0, fetched_at="2026-11-23T03:00:00Z", sha256="")


class Clock:
    """Adds up seconds by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def measuring(self, name: str) -> Iterator[None]:
        started = time.process_time()
        try:
            yield
        finally:
            self.seconds[name] += time.process_time() - started

    def wrapped(self, name: str, work: Callable[..., object]) -> Callable[..., object]:
        """The same function, its time added up."""

        def timed(*values: object, **named: object) -> object:
            with self.measuring(name):
                return work(*values, **named)

        return timed


def made_pages(count: int) -> list[tuple[str, bytes]]:
    """Canonical address and bytes of so many made releases."""
    source = load_source("dsmv")
    targets = [f"/presse/?id={one.id}&processor=processor.sa.pressemitteilung" for one in made_releases(count)]
    return [(source.site + target, answer("dsmv", target, 1, count).body) for target in targets]


def steps(pages: list[tuple[str, bytes]]) -> dict[str, float]:
    """Seconds by step over all pages, after a tenth of them has filled the word caches."""
    clock = Clock()
    patches = [
        patch.object(publication, name, clock.wrapped(f"– {label}", getattr(publication, name)))
        for label, name in STEPS.items()
    ]
    patches.append(patch("archive.keeping.store.index_document", clock.wrapped("– search index", index_document)))
    with tempfile.TemporaryDirectory() as folder:
        conn = open_archive(Path(folder))
        write_topics(conn)
        conn.execute("pragma foreign_keys = off")
        conn.execute("begin")
        for one in patches:
            one.start()
        try:
            for number, (url, body) in enumerate(pages):
                if number == len(pages) // 10:
                    clock.seconds.clear()
                _one_page(conn, url, body, clock)
        finally:
            for one in patches:
                one.stop()
        conn.execute("commit")
        conn.close()
    return clock.seconds


def _one_page(conn: object, url: str, body: bytes, clock: Clock) -> None:
    source = load_source("dsmv")
    with clock.measuring(WHOLE):
        BeautifulSoup(body.decode(), "lxml")
    with clock.measuring("page → record"):
        page = read_release(
            body, url=url, document_id=document_id_for(url, source), content_type="text/html", source=source
        )
    item = DocumentRead(
        source="dsmv",
        document_id=page.document_id,
        url=url,
        doc_type="pressemitteilung",
        listed=None,
        content=page,
        evidence=SEEN,
        publisher="DSMV",
    )
    with clock.measuring("record → publication"):
        made, _ = publication.publication_of_page(item)
    with clock.measuring("publication → tables"):
        store.keep(conn, made)  # type: ignore[arg-type]


def rates() -> list[tuple[str, str, str]]:
    """Name, speed and wanted speed of the normalisers; medians of five."""
    text = mending.german_text(2)
    cited = citations.sample_text(2)
    return [
        ("short date strings, strict grammar", f"{_per_second(_read_dates):,.0f}/s", "20,000/s"),
        ("mending", f"{_median(lambda: _megabytes(mend, text)):.1f} MB/s", "2 MB/s"),
        ("citations, one in four sentences", f"{_median(lambda: citations.speed(cited)[0]):.1f} MB/s", ""),
        (
            "topics and citations together, same text",
            f"{_median(lambda: _megabytes(_topics_and_citations, cited)):.1f} MB/s",
            "1 MB/s",
        ),
        (
            "topics and citations together, plain text",
            f"{_median(lambda: _megabytes(_topics_and_citations, text)):.1f} MB/s",
            "1 MB/s",
        ),
    ]


def _read_dates() -> int:
    for _ in range(500):
        for text in dates.STRINGS:
            read_date(text, today=dates.TODAY)
    return 500 * len(dates.STRINGS)


def _megabytes(work: Callable[[str], object], text: str) -> float:
    """Megabytes a second over a text that comes in pages of 3,000 characters."""
    pages = [text[at : at + 3_000] for at in range(0, len(text), 3_000)]
    started = time.process_time()
    for page in pages:
        work(page)
    return len(text.encode()) / 1e6 / (time.process_time() - started)


def _topics_and_citations(page: str) -> None:
    assign_topics(title="Hinweise", kicker=None, pages=[page])
    find_citations(page)


def _per_second(work: Callable[[], int]) -> float:
    def once() -> float:
        started = time.process_time()
        return work() / (time.process_time() - started)

    return _median(once)


def _median(measure: Callable[[], float], times: int = 5) -> float:
    measure()
    return statistics.median(measure() for _ in range(times))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = 100 if parser.parse_args().quick else 1000
    spent = steps(made_pages(count))
    pages = count - count // 10
    rows = [(name, f"{1000 * seconds / pages:.2f}") for name, seconds in _nested(spent)]
    print(table((f"{pages} releases, one core", "ms a page"), rows))
    print()
    print(table(("normaliser, one core", "measured", "wanted"), rates()))


def _nested(spent: dict[str, float]) -> Iterator[tuple[str, float]]:
    """The steps in the order of the journey, each with its parts behind it, the dearest first."""
    parts = sorted((name for name in spent if name.startswith("–")), key=lambda name: -spent[name])
    for name in (WHOLE, "page → record", "record → publication", "publication → tables"):
        yield name, spent[name]
        wanted = {
            "record → publication": lambda part: part != "– search index",
            "publication → tables": lambda part: part == "– search index",
        }.get(name)
        yield from ((part, spent[part]) for part in parts if wanted and wanted(part))


if __name__ == "__main__":
    main()
