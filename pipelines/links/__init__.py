"""Links between documents: which one announces, republishes, replaces or cites which other, from the tables alone."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from archive.keeping.records import DERIVED_LINKS, keys_of
from pipelines.links.catalogue import AddressBook, Catalogue
from pipelines.links.editions import find_replacements, find_republications
from pipelines.links.naming import find_namings
from pipelines.links.papers import Hyperlink, Paper, Relation


def resolve_links(conn: sqlite3.Connection, *, changed: Collection[str] | None = None) -> None:
    """Bring ``links`` up to date: targets of stored links, and all relations between documents.

    The result depends on the tables ``documents``, ``pages``, ``snapshots`` and the stored links only,
    not on the order in which they came to be; blocked documents take no part. ``changed`` names the
    documents that changed; if it is empty nothing is done. Runs inside the caller's transaction.
    """
    if changed is not None and not changed:
        return
    papers = read_papers(conn)
    book = AddressBook(papers, _redirects(conn))
    hyperlinks = _point_to_targets(conn, book)
    relations = relate(papers, book=book, hyperlinks=hyperlinks)
    conn.execute("delete from links where kind in ('announces','cites','republishes','replaces')")
    numbers = dict(conn.execute("select id, docno from documents").fetchall())
    keys = {document_id: keys_of(docno, DERIVED_LINKS) for document_id, docno in numbers.items()}
    conn.executemany(
        "insert into links (id, document_id, url, target_id, kind, evidence, score)"
        " values (:id, :document_id, :url, :target_id, :kind, :evidence, :score)",
        [{"id": next(keys[one.document_id])} | vars(one) for one in relations],
    )


def relate(papers: Sequence[Paper], *, book: AddressBook, hyperlinks: Iterable[Hyperlink] = ()) -> list[Relation]:
    """All relations between documents, each pair once, in a fixed order.

    What republishes or replaces another document is not said to announce or cite it as well.
    """
    catalogue = Catalogue(papers)
    by_source: dict[str, list[Hyperlink]] = defaultdict(list)
    for link in sorted(hyperlinks, key=lambda link: (link.document_id, link.url, link.text)):
        by_source[link.document_id].append(link)
    found = [*find_republications(papers), *find_replacements(papers)]
    for paper in catalogue.papers:
        found += find_namings(paper, catalogue=catalogue, book=book, links=by_source.get(paper.id, ()))
    return sorted(_once(_one_way(found)), key=lambda one: (one.document_id, one.kind, one.url))


def _one_way(found: Sequence[Relation]) -> list[Relation]:
    """Without originals that cite their copy, and old versions that cite the new one: that is their own heading."""
    told = {(one.target_id, one.document_id) for one in found if one.kind in ("republishes", "replaces")}
    return [one for one in found if one.kind != "cites" or (one.document_id, one.target_id) not in told]


def _once(found: Iterable[Relation]) -> list[Relation]:
    known: dict[tuple[str, str], Relation] = {}
    for relation in found:
        known.setdefault((relation.document_id, relation.target_id or relation.url), relation)
    return list(known.values())


def read_papers(conn: sqlite3.Connection) -> list[Paper]:
    """All documents that are not blocked, by id. Their texts stay in the database until they are looked at."""
    rows = conn.execute(
        "select id, source, doc_type, title, url, number, published_on, issued_on, language, parent_id, moved_to,"
        " source in (select name from sources where originals) from documents where blocked_at is null order by id"
    )
    return [
        Paper(
            id=row[0],
            source=row[1],
            doc_type=row[2],
            title=row[3],
            url=row[4],
            number=row[5],
            dated=tuple(dict.fromkeys(value for value in (row[6], row[7]) if value)),
            language=row[8],
            parent_id=row[9],
            successor_id=row[10],
            original=bool(row[11]),
            pages=StoredPages(conn, row[0]),
        )
        for row in rows
    ]


class StoredPages(Sequence[tuple[int, str]]):
    """The pages of a document, read at every use: the texts of all documents need not fit into memory."""

    __slots__ = ("_conn", "_document_id")

    def __init__(self, conn: sqlite3.Connection, document_id: str) -> None:
        self._conn = conn
        self._document_id = document_id

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __getitem__(self, place: Any) -> Any:
        return self._read()[place]

    def _read(self) -> list[tuple[int, str]]:
        rows = self._conn.execute(
            "select page, text from pages where document_id = ? order by page", (self._document_id,)
        )
        return [(page, text) for page, text in rows]


def _redirects(conn: sqlite3.Connection) -> dict[str, str]:
    """Where addresses led to, by the newest answer."""
    rows = conn.execute(
        "select url, location from snapshots where location is not null and status between 300 and 399 order by id"
    )
    return {url: location for url, location in rows if url and location}


def _point_to_targets(conn: sqlite3.Connection, book: AddressBook) -> list[Hyperlink]:
    """Set ``target_id`` of the stored links to the documents that their addresses mean now."""
    links: list[Hyperlink] = []
    changes: list[tuple[str | None, int]] = []
    rows = conn.execute(
        "select l.rowid, l.document_id, l.url, l.target_id, l.evidence from links l"
        " join documents d on d.id = l.document_id"
        " where l.kind = 'link' and d.blocked_at is null and l.url is not null"
    )
    for rowid, document_id, url, known, text in rows:
        target = book.find(url)
        links.append(Hyperlink(document_id=document_id, url=url, text=text or ""))
        if target != known:
            changes.append((target if target != document_id else None, rowid))
    conn.executemany("update links set target_id = ? where rowid = ?", changes)
    return links


__all__ = ["resolve_links"]
