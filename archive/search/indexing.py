"""Puts documents into the search index and takes them out, within the caller's transaction; keeps it quick."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable

from archive.german.stems import stem
from archive.german.words import WORD, index_term
from archive.search.tables import COLUMNS_READ, DOCUMENT_COLUMNS

COLUMNS = ", ".join(DOCUMENT_COLUMNS)
LONGEST_WORD = 64
"""Longer "words" (addresses, base64) are found as they are, but not offered to German grammar."""


def index_document(conn: sqlite3.Connection, document_id: str) -> None:
    """Bring the index up to date with a document's rows; call after they are written.

    Safe to call at any time: an indexed document is replaced, a blocked or unknown one is left out.
    The document it is an annex of is indexed again when its list of titles has changed.
    """
    row = conn.execute(
        "select blocked_at is not null, parent_id from documents where id = ?", (document_id,)
    ).fetchone()
    if row is None or row[0]:
        unindex_document(conn, document_id)
    else:
        _write_attachment_titles(conn, document_id)
        _add(conn, document_id)
    if row is not None and row[1] is not None and row[1] != document_id:
        _refresh_parent(conn, row[1])


def unindex_document(conn: sqlite3.Connection, document_id: str) -> None:
    """Take a document and its pages out of the index; call before its rows change, or at any time."""
    conn.execute(
        f"insert into documents_fts (documents_fts, rowid, {COLUMNS}) select 'delete', docno, {COLUMNS}"
        " from documents where id = ? and docno in (select id from documents_fts_docsize)",
        (document_id,),
    )
    conn.execute(
        "insert into pages_fts (pages_fts, rowid, text) select 'delete', id, text from pages"
        " where document_id = ? and id in (select id from pages_fts_docsize)",
        (document_id,),
    )


def check_index(conn: sqlite3.Connection) -> list[str]:
    """What is wrong with the index, as sentences; empty when it holds exactly the unblocked documents."""
    findings = []
    for table, content, key, wanted in (
        ("documents_fts", "documents", "docno", "blocked_at is null"),
        ("pages_fts", "pages", "id", "document_id in (select id from documents where blocked_at is null)"),
    ):
        missing, extra = conn.execute(
            f"select (select count(*) from {content} where {wanted}"
            f" and {key} not in (select id from {table}_docsize)),"
            f" (select count(*) from {table}_docsize where id not in"
            f" (select {key} from {content} where {wanted}))"
        ).fetchone()
        if missing:
            findings.append(f"{table}: {missing} Einträge fehlen im Suchindex")
        if extra:
            findings.append(f"{table}: {extra} Einträge stehen zu Unrecht im Suchindex")
    return findings


def _add(conn: sqlite3.Connection, document_id: str) -> None:
    conn.execute(
        f"insert into documents_fts (rowid, {COLUMNS}) select docno, {COLUMNS} from documents"
        " where id = ? and docno not in (select id from documents_fts_docsize)",
        (document_id,),
    )
    conn.execute(
        "insert into pages_fts (rowid, text) select id, text from pages"
        " where document_id = ? and id not in (select id from pages_fts_docsize)",
        (document_id,),
    )
    texts = conn.execute(f"select {COLUMNS} from documents where id = ?", (document_id,)).fetchone()
    add_words(conn, (text for text in texts if text))


def add_words(conn: sqlite3.Connection, texts: Iterable[str]) -> None:
    """Enter the words of the texts into ``search_words``.

    The spelling that is shown is the one with the most small letters seen so far, so that it does
    not depend on the order in which documents come.
    """
    words: dict[str, str] = {}
    for text in texts:
        for surface in dict.fromkeys(WORD.findall(text)):
            term = index_term(surface)
            if len(term) <= LONGEST_WORD and surface > words.get(term, ""):
                words[term] = surface
    known = dict(  # nearly all words are known soon: to look is half the work of writing
        conn.execute(
            "select term, shown from search_words where term in (select value from json_each(?))",
            (json.dumps(list(words)),),
        ).fetchall()
    )
    conn.executemany(
        "insert into search_words (term, stem, shown) values (?, ?, ?)"
        " on conflict (term) do update set shown = excluded.shown where excluded.shown > shown",
        [(term, stem(term), surface) for term, surface in words.items() if surface > known.get(term, "")],
    )


def _write_attachment_titles(conn: sqlite3.Connection, document_id: str) -> None:
    titles = "\n".join(_attachment_titles(conn, document_id)) or None
    conn.execute(
        "update documents set attachment_titles = ? where id = ? and attachment_titles is not ?",
        (titles, document_id, titles),
    )


def _attachment_titles(conn: sqlite3.Connection, document_id: str) -> list[str]:
    """Titles of what a release offers and of the annexes that name it as their parent, then its captions."""
    row = conn.execute(
        "select attachments from versions where document_id = ? order by version desc limit 1", (document_id,)
    ).fetchone()
    offered = [str(item.get("title") or "") for item in json.loads(row[0])] if row else []
    annexes = conn.execute(
        "select title from documents where parent_id = ? and blocked_at is null order by docno", (document_id,)
    )
    captions = conn.execute("select captions from documents where id = ?", (document_id,)).fetchone()
    printed = str(captions[0]).split("\n") if captions and captions[0] else []
    titles = [*offered, *(title for (title,) in annexes.fetchall()), *printed]
    return [title for title in dict.fromkeys(titles) if title]


def _refresh_parent(conn: sqlite3.Connection, parent_id: str) -> None:
    blocked = conn.execute("select blocked_at is not null from documents where id = ?", (parent_id,)).fetchone()
    if blocked is not None and not blocked[0]:
        _write_attachment_titles(conn, parent_id)
        _add(conn, parent_id)


INDEXES = ("documents_fts", "pages_fts")


def clear_index(conn: sqlite3.Connection) -> None:
    """Empty the index; the tables it covers may be emptied afterwards."""
    for table in INDEXES:
        conn.execute(f"insert into {table} ({table}) values ('delete-all')")
    conn.execute("delete from search_words")


def optimize_index(conn: sqlite3.Connection) -> None:
    """Merge the index's segments, so that searches read less (FTS5, section 6.8)."""
    for table in INDEXES:
        conn.execute(f"insert into {table} ({table}) values ('optimize')")


def settle_state(conn: sqlite3.Connection) -> None:
    """Make ``search_state.token`` a digest of what the search keeps in memory, once the archive comes to rest.

    While rows change, triggers make it a random number. Settled, archives of the same content have the same
    token, whichever way they got it: a rebuilt archive equals the one before, a copy another copy.
    """
    digest = hashlib.sha256()
    columns = ", ".join(COLUMNS_READ)
    for row in conn.execute(f"select {columns} from documents order by docno"):
        digest.update(repr(tuple(row)).encode())
    for row in conn.execute("select document_id, topic_id from document_topics order by 1, 2"):
        digest.update(repr(tuple(row)).encode())
    token = int.from_bytes(digest.digest()[:8], "big", signed=True)
    conn.execute("update search_state set token = ?1 where token <> ?1", (token,))
