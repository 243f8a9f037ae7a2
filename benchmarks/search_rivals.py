"""Other full-text searches over the same documents, each as its users would set it up."""

from __future__ import annotations

import importlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Text = tuple[str, str]
"""A document: its id, and kicker, title and text in one."""

Find = Callable[[str], Sequence[str]]
"""Query in, ids out, best first."""

STOCK = {
    "FTS5 unicode61": ("unicode61", " "),
    "FTS5 unicode61 OR": ("unicode61", " OR "),
    "FTS5 porter": ("porter unicode61", " "),
    "FTS5 trigram": ("trigram", " "),
}
"""Tokenizer, and what stands between the words."""

POSTGRES = "AKTENKUNDIG_BENCH_POSTGRES"
"""Connection string of a PostgreSQL to compare with; nothing is kept there."""


def rivals(texts: Sequence[Text]) -> Iterator[tuple[str, Find]]:
    """Every engine that is there, ready to be asked."""
    for name, (tokenizer, joint) in STOCK.items():
        yield name, stock_fts5(texts, tokenizer, joint)
    if (find := postgres(texts)) is not None:
        yield "PostgreSQL german", find
    for name, every in (("tantivy de_stem", True), ("tantivy de_stem OR", False)):
        if (find := tantivy(texts, every=every)) is not None:
            yield name, find


def stock_fts5(texts: Sequence[Text], tokenizer: str, joint: str) -> Find:
    """FTS5 as Datasette asks it: every word in quotation marks, all must match, or with OR one."""
    conn = sqlite3.connect(":memory:")
    conn.execute(f"create virtual table texts using fts5 (id unindexed, text, tokenize='{tokenizer}')")
    conn.executemany("insert into texts values (?, ?)", texts)

    def find(query: str) -> list[str]:
        quoted = joint.join('"' + word.replace('"', "") + '"' for word in query.split())
        rows = conn.execute("select id from texts where texts match ? order by rank", (quoted or '""',))
        return [str(row[0]) for row in rows]

    return find


def postgres(texts: Sequence[Text]) -> Find | None:
    """PostgreSQL's ``german`` configuration with web search syntax; None where none is named."""
    if POSTGRES not in os.environ:
        return None
    conn = importlib.import_module("psycopg").connect(os.environ[POSTGRES])
    conn.execute("create temporary table texts (id text, words tsvector)")
    for document_id, text in texts:
        conn.execute("insert into texts values (%s, to_tsvector('german', %s))", (document_id, text))

    def find(query: str) -> list[str]:
        rows = conn.execute(
            "select id from texts, websearch_to_tsquery('german', %s) q where words @@ q order by ts_rank(words, q) desc",
            (query,),
        )
        return [str(row[0]) for row in rows]

    return find


def tantivy(texts: Sequence[Text], *, every: bool) -> Find | None:
    """tantivy with its German stemmer, every word required or one; None where it is not installed."""
    try:
        library: Any = importlib.import_module("tantivy")
    except ImportError:
        return None
    schema = library.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    schema.add_text_field("text", tokenizer_name="german")
    index = library.Index(schema.build())
    analyser = library.TextAnalyzerBuilder(library.Tokenizer.simple()).filter(library.Filter.lowercase())
    index.register_tokenizer("german", analyser.filter(library.Filter.stemmer("german")).build())
    writer = index.writer()
    for document_id, text in texts:
        writer.add_document(library.Document(id=[document_id], text=[text]))
    writer.commit()
    index.reload()

    def find(query: str) -> list[str]:
        searcher = index.searcher()
        parsed, _ = index.parse_query_lenient(query, ["text"], conjunction_by_default=every)
        hits = searcher.search(parsed, max(1, len(texts))).hits
        return [str(searcher.doc(address)["id"][0]) for _, address in hits]

    return find
