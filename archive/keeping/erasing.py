"""The one eraser: takes blocked documents out of every table, over a list of what *stays*."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archive.german.words import WORD, index_term
from archive.keeping.records import KEY_BITS, PART_BITS, Publication
from archive.keeping.redaction import Redactor
from archive.search.indexing import DOCUMENT_COLUMNS, add_words, index_document

Stays = Mapping[str, Collection[str]]
Columns = Mapping[str, Sequence[Any]]
"""Columns of a table by name, as ``pragma table_info`` gives them."""

STAYS: Stays = {
    "documents": (
        "id",
        "docno",
        "source",
        "doc_type",
        "url",
        "first_seen_at",
        "last_seen_at",
        "last_changed_at",
        "unlisted_at",
        "absent_since",
        "removed_at",
        "returned_at",
        "blocked_at",
        "version",
        "content_sha256",
    ),
    "document_numbers": ("document_id", "docno"),
    "absences": ("document_id", "run_id", "at", "url", "reason"),
    "problems": ("id", "run_id", "document_id", "url", "stage", "kind", "at"),
    "blocks": ("id", "document_id", "content_sha256", "reason", "blocked_at", "unblocked_at", "url", "purged_at"),
}
"""The tombstone: what the rows of a blocked document keep, table by table. A column that is not named here is
emptied, and of a table that is not named here the rows go."""

EVIDENCE = ("runs", "snapshots", "checks", "listings", "incidents", "meta")
"""Tables that say what was asked and answered, by address: a rebuild needs them as they are."""

LEADS_THERE = ("url", "document_id", "target_id")
"""Columns by which a row is *about* an address or a document: such rows go. Other columns lose the value."""

QUOTING = {"citations": "substr(p.text, start + 1, length(raw)) = raw", "mendings": "instr(p.text, mended) > 0"}
"""Tables that quote a page of their document, and what holds as long as the words stand there."""

_NOT_OURS = re.compile(r"sqlite_|.*_fts(_|$)")


@dataclass(frozen=True, kw_only=True)
class Names:
    """What blocked documents are known by: ids, addresses and titles."""

    ids: frozenset[str]
    urls: frozenset[str]
    titles: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        """Every id and address."""
        return self.ids | self.urls


def erase(
    conn: sqlite3.Connection,
    document_ids: Iterable[str],
    *,
    titles: Iterable[str] = (),
    stays: Stays = STAYS,
    untouched: Collection[str] = EVIDENCE,
) -> None:
    """Leave nothing of these documents but what ``stays`` names, in the caller's transaction.

    Other documents lose the rows, list entries and values that lead to them, and their titles where they are
    printed; the index follows. ``titles`` are known beside those in the tables. Tables in ``untouched`` stay as they
    are. The file may still hold the bytes until :func:`archive.keeping.blocks.forget_deleted`.
    """
    names = names_of(conn, document_ids, titles)
    if not names.ids:
        return
    others = {other: _redactor(conn, other, names) for other in _others(conn, names)}
    words = _words(conn, (*names.ids, *others))
    for table, columns in tables(conn).items():
        if table not in untouched:
            _erase_rows(conn, table, columns, names, stays.get(table))
            if table not in stays or table == "documents":
                _erase_references(conn, table, columns, names)
    for other, redactor in others.items():
        _redact(conn, other, redactor, skipped=(*untouched, "blocks", "document_numbers"))
    _settle_words(conn, words)


def without_blocked(conn: sqlite3.Connection, publication: Publication) -> Publication:
    """A reading without what leads to documents that are blocked now; the reading itself where nothing does."""
    rows = conn.execute("select document_id, url from blocks where unblocked_at is null").fetchall()
    ids, urls = ({row[0] for row in rows} - {publication.id}, {row[1] for row in rows} - {publication.url, None})
    named = {one.url for one in publication.attachments} | {one.url for one in publication.links}
    if publication.parent_id not in ids and not named & urls:
        return publication
    titles = [one.title for one in publication.attachments if one.url in urls]
    titles += [one.evidence for one in publication.links if one.url in urls]
    titles += [title for (title,) in conn.execute(f"select title from temp.{_titles(conn)}")]
    redactor = Redactor(ids | urls, titles, own=(publication.title, publication.kicker or ""))
    left: Publication = redactor.redacted(publication)
    quotes = redactor.for_quotes((left.title, left.kicker, left.text))
    left = quotes.redacted(left)
    texts = {page.page: page.text for page in left.pages}
    return replace(
        left,
        citations=tuple(one for one in left.citations if texts.get(one.page, "").startswith(one.raw, one.start)),
        mendings=tuple(one for one in left.mendings if one.mended in texts.get(one.page, "")),
    )


def remember_title(conn: sqlite3.Connection, publication: Publication) -> None:
    """Know the title of a blocked document as long as the connection is open; the archive keeps none."""
    conn.execute(f"insert or ignore into temp.{_titles(conn)} (title) values (?)", (publication.title,))


def _titles(conn: sqlite3.Connection) -> str:
    conn.execute("create temp table if not exists blocked_titles (title text primary key) strict")
    return "blocked_titles"


def names_of(conn: sqlite3.Connection, document_ids: Iterable[str], known_titles: Iterable[str] = ()) -> Names:
    """All that these documents are known by; an address that an open document has too is none of theirs."""
    ids = frozenset(document_ids)
    marks, values = _marks(ids)
    urls, titles = set(), set(known_titles)
    for table, columns in tables(conn).items():
        key = _key(table)
        if key in columns and "url" in columns and table != "links":
            found = conn.execute(f"select url from {table} where {key} in ({marks})", values)
            urls |= {url for (url,) in found if url}
        if key in columns and "title" in columns and table in ("documents", "versions"):
            found = conn.execute(f"select title from {table} where {key} in ({marks})", values)
            titles |= {title for (title,) in found if title}
    others = f"select url from documents where blocked_at is null and id not in ({marks})"
    urls -= {url for (url,) in conn.execute(others, values)}
    return Names(ids=ids, urls=frozenset(urls), titles=frozenset(titles))


def tables(conn: sqlite3.Connection) -> dict[str, dict[str, Sequence[Any]]]:
    """Every table of the archive with its columns as ``pragma table_info`` gives them; the index is none of them."""
    named = conn.execute("select name from sqlite_master where type = 'table' and sql not like 'create virtual%'")
    return {
        name: {row[1]: tuple(row) for row in conn.execute(f"pragma table_info({name})").fetchall()}
        for (name,) in named.fetchall()
        if not _NOT_OURS.match(name)
    }


def _key(table: str) -> str:
    return "id" if table == "documents" else "document_id"


def _marks(values: Collection[str]) -> tuple[str, list[str]]:
    return ", ".join("?" for _ in values), sorted(values)


def _nothing(column: Sequence[Any]) -> str:
    """What an emptied column holds: NULL where it may, else its default, else an empty text or 0."""
    _, _, kind, required, default, _ = column
    if not required:
        return "null"
    return str(default or ("''" if kind.upper() == "TEXT" else "0"))


# -- the rows of the blocked documents, and rows that lead to them ---------------------------------------


def _erase_rows(
    conn: sqlite3.Connection, table: str, columns: Columns, names: Names, kept: Collection[str] | None
) -> None:
    if _key(table) not in columns:
        return
    marks, values = _marks(names.ids)
    where = f"{_key(table)} in ({marks})"
    if table == "problems":
        more, addresses = _marks(names.urls)
        where, values = f"({where} or url in ({more}))", values + addresses
    if kept is None:
        conn.execute(f"delete from {table} where {where}", values)
        return
    emptied = [f"{name} = {_nothing(column)}" for name, column in columns.items() if name not in kept]
    if emptied:
        conn.execute(f"update {table} set {', '.join(emptied)} where {where}", values)


def _erase_references(conn: sqlite3.Connection, table: str, columns: Columns, names: Names) -> None:
    marks, values = _marks(names.all)
    own = ("id", "url") if table == "documents" else ("id",)
    for name, column in columns.items():
        if column[2].upper() != "TEXT" or name in own:
            continue
        if name in LEADS_THERE:
            conn.execute(f"delete from {table} where {name} in ({marks})", values)
        else:
            conn.execute(f"update {table} set {name} = {_nothing(column)} where {name} in ({marks})", values)


# -- other documents that name them ----------------------------------------------------------------------


def named_by(conn: sqlite3.Connection, document_id: str) -> set[str]:
    """The ids of all documents that change when this one is blocked, its own included."""
    names = names_of(conn, [document_id])
    moved = conn.execute("select document_id from events where detail = ?", (document_id,)).fetchall()
    return {document_id, *_others(conn, names), *(one for (one,) in moved)}


def _others(conn: sqlite3.Connection, names: Names) -> list[str]:
    """Documents that offer, link to or belong to a blocked one, by id."""
    urls, addresses = _marks(names.urls)
    ids, keys = _marks(names.ids)
    rows = conn.execute(
        f"""
        select document_id from versions, json_each(attachments) where json_extract(value, '$.url') in ({urls})
        union select document_id from versions, json_each(links) where value in ({urls})
        union select document_id from links where url in ({urls}) or target_id in ({ids})
        union select id from documents where parent_id in ({ids}) or moved_to in ({ids})
        union select parent_id from documents where id in ({ids}) and parent_id is not null
        """,
        addresses * 3 + keys * 4,
    )
    return sorted({row[0] for row in rows} - names.ids)


def _redactor(conn: sqlite3.Connection, other: str, names: Names) -> Redactor:
    """Takes out all titles under which this document names them, and their own."""
    marks, values = _marks(names.all)
    told = conn.execute(
        "select json_extract(value, '$.title') from versions, json_each(attachments)"
        f" where document_id = ? and json_extract(value, '$.url') in ({marks})"
        f" union select evidence from links where document_id = ? and (url in ({marks}) or target_id in ({marks}))",
        (other, *values, other, *values, *values),
    )
    titles = {title for (title,) in told if title} | names.titles
    own = conn.execute("select title, kicker from documents where id = ?", (other,)).fetchone() or ()
    return Redactor(names.all, titles, own=[text for text in own if text])


def _redact(conn: sqlite3.Connection, other: str, redactor: Redactor, *, skipped: Collection[str]) -> None:
    """Rewrite every text of a document's rows, in whatever table, and index it again."""
    own = {table: columns for table, columns in tables(conn).items() if table not in skipped and _key(table) in columns}
    for table, columns in own.items():
        _rewrite(conn, table, columns, other, redactor)
    texts = conn.execute(
        "select title || ' ' || coalesce(kicker, '') || ' ' || text from documents where id = ?"
        " union all select title || ' ' || coalesce(kicker, '') || ' ' || text from versions where document_id = ?",
        (other, other),
    )
    quotes = redactor.for_quotes(text for (text,) in texts.fetchall())
    for table, columns in own.items():
        _rewrite(conn, table, columns, other, quotes)
    for table, holds in QUOTING.items():
        conn.execute(
            f"delete from {table} where document_id = ? and not exists (select 1 from pages p where"
            f" p.document_id = {table}.document_id and p.page = {table}.page and {holds})",
            (other,),
        )
    for table, columns in own.items():
        if "id" in columns and columns["id"][5] and table not in ("documents", "pages"):
            _close_ranks(conn, table, other)
    index_document(conn, other)


def _close_ranks(conn: sqlite3.Connection, table: str, document_id: str) -> None:
    """Number the rows that are left as a rebuild would: ids count up within each part (``records.keys_of``)."""
    taken: dict[int, int] = {}
    docno = conn.execute("select docno from documents where id = ?", (document_id,)).fetchone()[0]
    own = f"select id from {table} where document_id = ? and id >> {KEY_BITS} = ? order by id"
    for (old,) in conn.execute(own, (document_id, docno)).fetchall():
        part = old >> PART_BITS
        taken[part] = taken.get(part, part << PART_BITS) + 1
        if taken[part] != old:
            conn.execute(f"update {table} set id = ? where id = ?", (taken[part], old))


def _rewrite(conn: sqlite3.Connection, table: str, columns: Columns, document_id: str, redactor: Redactor) -> None:
    key = _key(table)
    texts = [name for name, column in columns.items() if column[2].upper() == "TEXT" and name != key]
    rows = conn.execute(f"select rowid, {', '.join(texts)} from {table} where {key} = ?", (document_id,))
    for rowid, *values in rows.fetchall() if texts else ():
        for name, old in zip(texts, values, strict=True):
            new = redactor.field(name, old)
            if new != old:
                conn.execute(f"update {table} set {name} = ? where rowid = ?", (new, rowid))


# -- the words of the index ------------------------------------------------------------------------------


def _words(conn: sqlite3.Connection, document_ids: Iterable[str]) -> frozenset[str]:
    """Every word of these documents, as spelt."""
    columns = ", ".join(DOCUMENT_COLUMNS)
    return frozenset(
        word
        for one in document_ids
        for row in conn.execute(f"select {columns} from documents where id = ?", (one,)).fetchall()
        for text in row
        for word in WORD.findall(text or "")
    )


def _settle_words(conn: sqlite3.Connection, surfaces: Iterable[str]) -> None:
    """``search_words`` without the words, and without the spellings, that no document holds any more."""
    by_term: dict[str, set[str]] = {}
    for surface in surfaces:
        by_term.setdefault(index_term(surface), set()).add(surface)
    for term, spelt in by_term.items():
        row = conn.execute("select shown from search_words where term = ?", (term,)).fetchone()
        if row is not None and row[0] in spelt and row[0] not in _spellings(conn, term):
            conn.execute("delete from search_words where term = ?", (term,))
            add_words(conn, (" ".join(_spellings(conn, term)),))


def _spellings(conn: sqlite3.Connection, term: str) -> Iterator[str]:
    """How documents spell a term, one after the other."""
    columns = ", ".join(f"d.{name}" for name in DOCUMENT_COLUMNS)
    rows = conn.execute(
        f"select {columns} from documents_fts f join documents d on d.docno = f.rowid where documents_fts match ?",
        (f'"{term}"',),
    )
    for row in rows:
        for text in row:
            yield from (word for word in WORD.findall(text or "") if index_term(word) == term)
