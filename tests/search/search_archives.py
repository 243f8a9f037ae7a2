"""Small archives for the search tests, built in memory or in a file."""

from __future__ import annotations

import json
import os
import sqlite3
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.schema import migrations
from archive.search.indexing import index_document
from pipelines.citations import find_citations
from pipelines.mending import mend

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1].parent / "shared"
CORPUS = Path(os.environ.get("CORPUS") or SHARED / "corpus")
"""Real texts. Where the environment names their folder, tests that need it fail without it."""

QUERIES = CORPUS.parent / "search"
"""Graded queries over them."""

RELEASES = SHARED / "corpus" / "dsmv"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A document as the tests need it."""

    id: str
    title: str
    kicker: str | None = None
    pages: tuple[str, ...] = ("",)
    published_on: str | None = None
    source: str = "dsmv"
    doc_type: str = "pressemitteilung"
    issuer: str | None = None
    parent_id: str | None = None
    url: str | None = None


def new_archive(path: Path | str = ":memory:") -> sqlite3.Connection:
    """An empty archive in autocommit mode."""
    conn = sqlite3.connect(path, isolation_level=None)
    migrations.apply(Database(conn))
    return conn


def store(conn: sqlite3.Connection, sample: Sample, *, docno: int) -> None:
    """Write a document's rows and index it, as the archive's store does."""
    text = "\n\n".join(sample.pages)
    conn.execute(
        "insert into documents (id, docno, source, doc_type, issuer, title, kicker, text, url, published_on, year,"
        " parent_id, first_seen_at, last_seen_at, last_changed_at, content_sha256)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', '')",
        (
            sample.id,
            docno,
            sample.source,
            sample.doc_type,
            sample.issuer,
            sample.title,
            sample.kicker,
            text,
            sample.url or f"https://example.org/{sample.id}",
            sample.published_on,
            int(sample.published_on[:4]) if sample.published_on else None,
            sample.parent_id,
        ),
    )
    for number, page in enumerate(sample.pages, start=1):
        conn.execute(
            "insert into pages (id, document_id, page, text, method) values (?, ?, ?, ?, 'html')",
            (docno << 16 | number, sample.id, number, page),
        )
        conn.executemany(
            "insert into citations (document_id, page, law, unit, number, paragraph, sentence, letter, item, raw, start)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (sample.id, number, c.law, c.unit, c.number, c.paragraph, c.sentence, c.letter, c.item, c.raw, c.start)
                for c in find_citations(page, page=number)
            ],
        )
    index_document(conn, sample.id)


def archive_of(samples: Iterable[Sample], path: Path | str = ":memory:") -> sqlite3.Connection:
    """An archive that holds the samples."""
    conn = new_archive(path)
    for docno, sample in enumerate(samples, start=1):
        store(conn, sample, docno=docno)
    return conn


def sample_texts() -> list[Sample]:
    """The documents of ``sample_texts.toml``, dated day after day."""
    documents = tomllib.loads((HERE / "sample_texts.toml").read_text("utf-8"))["document"]
    return [
        Sample(
            id=one["id"],
            title=one["title"],
            kicker=one.get("kicker"),
            pages=tuple(one.get("pages") or [one["text"]]),
            published_on=f"20{10 + number // 4}-05-{number % 28 + 1:02}",
        )
        for number, one in enumerate(documents)
    ]


def mended(text: str) -> str:
    """The text with wrong hyphens mended, as the archive stores it."""
    return mend(text).text


def releases() -> list[Sample]:
    """The real releases that lie beside the checkout, mended."""
    expected = json.loads((SHARED / "corpus" / "dsmv_expected.json").read_text("utf-8"))
    found = []
    for path in sorted(RELEASES.glob("*.json")):
        page, read = json.loads(path.read_text("utf-8")), expected[path.stem]
        found.append(
            Sample(
                id=path.stem,
                title=mended(read["title"]),
                kicker=read["kicker"],
                pages=(mended(page["text"]),),
                published_on=page["published"],
            )
        )
    return found


def second_set() -> list[Sample]:
    """All real releases in the corpus, and the papers that are known by their titles only."""
    found = []
    for folder in ("dsmv", "dsmv_more"):
        for path in sorted((CORPUS / folder).glob("*.json")):
            page = json.loads(path.read_text("utf-8"))
            lines = [line.strip() for line in page["title"].split("--") if line.strip()]
            found.append(
                Sample(
                    id=f"dsmv-{path.stem}",
                    title=mended(" – ".join(lines[1:] or lines)),
                    kicker=mended(lines[0]) if len(lines) > 1 else None,
                    pages=(mended(page["text"]),),
                    published_on=page["published"],
                    url=page["url"],
                )
            )
    papers = json.loads((QUERIES / "papers_by_title.json").read_text("utf-8"))
    for one in papers:
        title = mended(one["title"])
        found.append(Sample(**{**one, "title": title, "pages": (title,)}))
    return found
