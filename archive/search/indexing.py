"""The search tables (FTS5 indexes over ``documents`` and ``pages``, the words they hold), and what puts documents in
and takes them out within the caller's transaction.

Both indexes are *external content* over the printed text with SQLite's own tokenizer, so any SQLite
opens them, a plain word finds the word, and ``snippet()`` marks the original. German grammar enters
with the question: it is spelled out in forms that ``search_words`` says are there.

An external-content index must be told the old text when a row goes. Triggers see to that: whatever
changes or deletes a row takes it out of the index first, whoever does it; ``index_document`` puts it
in again. So the index may lack a row, but it never holds one wrongly.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable

from archive.german.stems import stem
from archive.german.words import WORD, index_term

DOCUMENT_COLUMNS = ("title", "kicker", "number", "attachment_titles", "text")
"""What is searched of a document, in the order of the weights."""

WEIGHTS = (10.0, 4.0, 4.0, 3.0, 1.0)
"""bm25 weights of DOCUMENT_COLUMNS; also the default of ``order by rank`` in SQL."""

COLUMNS_READ = ("id", "docno", "source", "doc_type", "issuer", "year", "published_on", "blocked_at")
"""What `archive.search.facets` keeps in memory."""

PAGES_OF = "between {0}.docno << 16 and {0}.docno << 16 | 65535"

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


# -- the tables ---------------------------------------------------------------------------------------------


def create_tables(conn: sqlite3.Connection) -> None:
    """Create indexes, triggers and the word table; the ``documents`` and ``pages`` tables must exist.

    Adds the column ``documents.attachment_titles`` (titles of attachments and annexes, a line each).
    """
    for statement in statements():
        conn.execute(statement)
    weights = ", ".join(str(weight) for weight in WEIGHTS)
    conn.execute("insert into documents_fts (documents_fts, rank) values ('rank', ?)", (f"bm25({weights})",))


def statements() -> list[str]:
    """The SQL that `create_tables` runs, one statement each."""
    columns = ", ".join(DOCUMENT_COLUMNS)
    return [
        "alter table documents add column attachment_titles text",
        f'create virtual table documents_fts using fts5 ({columns}, content="documents",'  # noqa: ISC004
        " content_rowid='docno', tokenize=\"unicode61 remove_diacritics 2\")",
        'create virtual table pages_fts using fts5 (text, content="pages",'  # noqa: ISC004
        " content_rowid='id', tokenize=\"unicode61 remove_diacritics 2\")",
        "create virtual table documents_words using fts5vocab (documents_fts, row)",
        """create table search_words (
  id integer primary key autoincrement,
  term text not null unique,
  stem text not null,
  shown text not null
) strict""",
        "create index search_words_stem on search_words (stem)",
        # All that filters, facets and sorting need, without touching the rows that hold the texts.
        "create index documents_facets on documents (docno, source, doc_type, issuer, year, published_on,"  # noqa: ISC004
        " blocked_at, id)",
        *_triggers(),
    ]


def create_state(conn: sqlite3.Connection) -> None:
    """Create ``search_state`` and what changes it, and the index that ranking reads titles from."""
    for statement in state_statements():
        conn.execute(statement)


def state_statements() -> list[str]:
    """The SQL that `create_state` runs, one statement each."""
    renew = "begin update search_state set token = random(); end"
    columns = ", ".join(COLUMNS_READ)
    changes = {
        "documents": ("insert", "delete", f"update of {columns}"),
        "document_topics": ("insert", "delete", "update"),
    }
    return [
        "create table search_state (id integer primary key check (id = 1), token integer not null) strict",
        "insert into search_state (id, token) values (1, random())",
        # Titles without the texts that stand before them in the row.
        "create index documents_heads on documents (docno, published_on, title, kicker, attachment_titles)",
        *(
            f"create trigger {table}_state_{change.split()[0]} after {change} on {table} {renew}"
            for table, all_changes in changes.items()
            for change in all_changes
        ),
    ]


def _triggers() -> list[str]:
    columns = ", ".join(DOCUMENT_COLUMNS)
    old = ", ".join(f"old.{name}" for name in DOCUMENT_COLUMNS)
    forget_document = (
        f"insert into documents_fts (documents_fts, rowid, {columns}) select 'delete', old.docno, {old}"
        " where exists (select 1 from documents_fts_docsize where id = old.docno);"
    )
    forget_page = (
        "insert into pages_fts (pages_fts, rowid, text) select 'delete', old.id, old.text"
        " where exists (select 1 from pages_fts_docsize where id = old.id);"
    )
    return [
        f"create trigger documents_unindex_update after update of docno, {columns} on documents"  # noqa: ISC004
        f" begin {forget_document} end",
        f"create trigger documents_unindex_delete after delete on documents begin {forget_document} end",
        f"create trigger pages_unindex_update after update of id, text on pages begin {forget_page} end",
        f"create trigger pages_unindex_delete after delete on pages begin {forget_page} end",
        # "insert or replace" deletes without telling the delete triggers.
        f"""create trigger documents_unindex_replace before insert on documents begin
  insert into documents_fts (documents_fts, rowid, {columns}) select 'delete', docno, {columns} from documents
   where (docno = new.docno or id = new.id) and docno in (select id from documents_fts_docsize);
end""",
        """create trigger pages_unindex_replace before insert on pages begin
  insert into pages_fts (pages_fts, rowid, text) select 'delete', id, text from pages
   where (id = new.id or (document_id = new.document_id and page = new.page))
     and id in (select id from pages_fts_docsize);
end""",
        f"""create trigger documents_unindex_block after update of blocked_at on documents
 when new.blocked_at is not null begin
  insert into documents_fts (documents_fts, rowid, {columns}) select 'delete', docno, {columns} from documents
   where docno = new.docno and docno in (select id from documents_fts_docsize);
  insert into pages_fts (pages_fts, rowid, text) select 'delete', id, text from pages
   where id {PAGES_OF.format("new")} and id in (select id from pages_fts_docsize);
end""",
    ]


def create_copies_index(conn: sqlite3.Connection) -> None:
    """Create the index by which documents with the same text find each other."""
    conn.execute("create index if not exists documents_length on documents (length(text))")
