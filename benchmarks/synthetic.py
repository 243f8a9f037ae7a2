"""Synthetic archives for measuring: German-looking documents of any number, the same for the same seed."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from archive.german.words import read_lines
from archive.search.indexing import create_tables, index_document

COMPOUNDS = 150_000
WORDS_PER_DOCUMENT = 250
SOURCES = ("dsmv", "dsk")
TYPES = ("pressemitteilung", "entschliessung", "beschluss", "orientierungshilfe", "kurzpapier", "protokoll")
ISSUERS = ("DSMV", "DSK", "IFK", None)
TOPICS = ("video", "gesundheit", "schule", "polizei", "internet", "ki", "kommunen", "beschaeftigte")
COLUMNS = (
    "id, docno, source, doc_type, issuer, title, kicker, text, url, published_on, year,"
    " first_seen_at, last_seen_at, last_changed_at, content_sha256"
)


class Writer:
    """Makes sentences: function words, words of the lexicon and compounds, each frequent as in real text."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        words = [word for line in read_lines("lexicon.txt") for word in line.split() if len(word) > 3]
        self._random.shuffle(words)
        self._function = [word for line in read_lines("stopwords.txt") for word in line.split()]
        self._words = ["Datenschutz", "Überwachung", "Verantwortlicher", *words]
        self._compounds = self._make_compounds(words)
        self._word_weights = list(accumulate(1 / (rank + 3) for rank in range(len(self._words))))
        self._compound_weights = list(accumulate(1 / (rank + 10) for rank in range(len(self._compounds))))

    def _make_compounds(self, words: list[str]) -> list[str]:
        made: dict[str, None] = {}
        while len(made) < COMPOUNDS:
            first, second = self._random.choices(words, k=2)
            link = "s" if first.endswith(("ung", "heit", "keit", "schaft", "ion", "tät")) else ""
            made[first + link + second.lower() + self._random.choice(("", "", "n", "en", "s"))] = None
        return list(made)

    def words(self, count: int) -> str:
        """That many words."""
        pick = self._random.choices
        kinds = pick("fwc", weights=(45, 40, 15), k=count)
        lists = {
            "f": iter(pick(self._function, k=count)),
            "w": iter(pick(self._words, cum_weights=self._word_weights, k=count)),
            "c": iter(pick(self._compounds, cum_weights=self._compound_weights, k=count)),
        }
        return " ".join(next(lists[kind]) + ("." if number % 12 == 11 else "") for number, kind in enumerate(kinds))

    def documents(self, count: int) -> Iterator[tuple[object, ...]]:
        """Rows of ``documents``; one in fifty has no date."""
        pick = self._random.choice
        for docno in range(1, count + 1):
            year = self._random.randint(1990, 2026)
            date = (
                None if docno % 50 == 0 else f"{year}-{self._random.randint(1, 12):02}-{self._random.randint(1, 28):02}"
            )
            size = self._random.randint(WORDS_PER_DOCUMENT // 2, WORDS_PER_DOCUMENT * 3 // 2)
            yield (
                f"syn-{docno}",
                docno,
                pick(SOURCES),
                pick(TYPES),
                pick(ISSUERS),
                self.words(8),
                self.words(5),
                self.words(size),
                f"https://example.org/{docno}",
                date,
                year if date else None,
                "",
                "",
                "",
                "",
            )


def build(path: Path, count: int, seed: int = 7) -> tuple[sqlite3.Connection, list[str]]:
    """A database with ``count`` stored documents, not yet indexed; and their ids."""
    from sqlite_utils import Database

    from archive.schema import migrations

    conn = sqlite3.connect(path, isolation_level=None)
    migrations.apply(Database(conn))
    if not conn.execute("select 1 from sqlite_master where name = 'documents_fts'").fetchone():
        create_tables(conn)
    conn.execute("pragma synchronous = off")
    conn.execute("begin")
    conn.executemany("insert into topics (id, label, description) values (?, ?, '')", [(name, name) for name in TOPICS])
    places = ", ".join("?" * 15)
    numbers = random.Random(seed)
    ids = []
    for row in Writer(seed).documents(count):
        conn.execute(f"insert into documents ({COLUMNS}) values ({places})", row)
        _insert_pages(conn, row, pages=5 if numbers.random() < 0.2 else 1)
        for topic in numbers.sample(TOPICS, k=2):
            conn.execute(
                "insert into document_topics (document_id, topic_id, evidence) values (?, ?, '')", (row[0], topic)
            )
        ids.append(str(row[0]))
    conn.execute("commit")
    return conn, ids


def _insert_pages(conn: sqlite3.Connection, row: tuple[object, ...], *, pages: int) -> None:
    words = str(row[7]).split(" ")
    size = -(-len(words) // pages)
    for page in range(1, pages + 1):
        text = " ".join(words[(page - 1) * size : page * size])
        conn.execute(
            "insert into pages (id, document_id, page, text, method) values (?, ?, ?, ?, 'pdf')",
            (int(str(row[1])) << 16 | page, row[0], page, text),
        )


def index_all(conn: sqlite3.Connection, ids: list[str], batch: int = 1_000) -> None:
    """Index documents as a crawl does: one by one, a transaction for every batch."""
    for start in range(0, len(ids), batch):
        conn.execute("begin")
        for document_id in ids[start : start + batch]:
            index_document(conn, document_id)
        conn.execute("commit")
