"""Links between a document and its annexes, made once all of a run is stored, whatever order it came in."""

from __future__ import annotations

import sqlite3

from archive.keeping.records import ANNEXES, KEY_BITS, PART_BITS
from archive.search.indexing import index_document, unindex_document


def link_annexes(conn: sqlite3.Connection) -> None:
    """One ``annex`` row from each document to every file it offers and to every document it is parent of.

    Guidance pages do not own the files they list: those are plain links.
    A file that is not archived (another body's, forbidden, failed) stays visible by its address.
    """
    _join_parents(conn)
    conn.execute("delete from links where kind = 'annex'")
    conn.execute(
        """
        insert into links (id, document_id, url, target_id, kind, evidence)
        select (docno << ?) + (? << ?) + row_number() over (partition by document_id order by url),
          document_id, url, max(target_id), 'annex', max(evidence) from (
          select parent.id as document_id, parent.docno, child.url as url, child.id as target_id,
            child.title as evidence
          from documents child join documents parent on parent.id = child.parent_id
          where child.blocked_at is null and parent.blocked_at is null
          union all
          select d.id, d.docno, json_extract(a.value, '$.url'), child.id, json_extract(a.value, '$.title')
          from documents d join versions v on v.document_id = d.id and v.version = d.version,
            json_each(v.attachments) a
            left join documents child on child.url = json_extract(a.value, '$.url') and child.blocked_at is null
          where d.blocked_at is null and d.doc_type <> 'information'
        ) group by document_id, url order by document_id, url
        """,
        (KEY_BITS, ANNEXES, PART_BITS),
    )


def _join_parents(conn: sqlite3.Connection) -> None:
    """Annexes that came before the document they belong to; it is found by the titles of its annexes too."""
    late = conn.execute(
        "select c.id, p.id from documents c join documents p on p.id = json_extract(c.listed, '$.parent_id')"
        " where c.parent_id is null and c.blocked_at is null and p.blocked_at is null"
    ).fetchall()
    conn.executemany("update documents set parent_id = ? where id = ?", [(parent, child) for child, parent in late])
    for parent in sorted({parent for _, parent in late}):
        unindex_document(conn, parent)
        index_document(conn, parent)
