"""The search tables: FTS5 indexes over ``documents`` and ``pages``, and the words they hold.

Both indexes are *external content* over the printed text with SQLite's own tokenizer, so any SQLite
opens them, a plain word finds the word, and ``snippet()`` marks the original. German grammar enters
with the question: it is spelled out in forms that ``search_words`` says are there.

An external-content index must be told the old text when a row goes. Triggers see to that: whatever
changes or deletes a row takes it out of the index first, whoever does it; ``index_document`` puts it
in again. So the index may lack a row, but it never holds one wrongly.
"""

from __future__ import annotations

import sqlite3

DOCUMENT_COLUMNS = ("title", "kicker", "number", "attachment_titles", "text")
"""What is searched of a document, in the order of the weights."""

WEIGHTS = (10.0, 4.0, 4.0, 3.0, 1.0)
"""bm25 weights of DOCUMENT_COLUMNS; also the default of ``order by rank`` in SQL."""

COLUMNS_READ = ("id", "docno", "source", "doc_type", "issuer", "year", "published_on", "blocked_at")
"""What `archive.search.facets` keeps in memory."""

PAGES_OF = "between {0}.docno << 16 and {0}.docno << 16 | 65535"


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
