"""What belongs to a document: earlier and later editions, copies elsewhere, releases that announced it."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from portal.queries.documents import records

LONGEST_CHAIN = 20


@dataclass(frozen=True, kw_only=True)
class Member:
    """A document of a family; ``evidence`` says why it belongs here."""

    id: str
    title: str
    doc_type: str
    source: str
    issuer: str | None
    publisher: str | None
    published_on: str | None
    removed_at: str | None
    evidence: str | None


@dataclass(frozen=True, kw_only=True)
class Family:
    """``editions`` are all editions of a paper in order, empty where there is only this one.

    ``formats`` are the same paper in another file format, ``copies`` the same paper elsewhere, ``releases``
    announced it; ``superseded`` are pairs of a paper that this document announces and its newest edition.
    """

    editions: list[Member]
    formats: list[Member]
    copies: list[Member]
    releases: list[Member]
    superseded: list[tuple[Member, Member]]

    def newer_than(self, document_id: str) -> Member | None:
        """The newest edition, where the document is an older one."""
        newest = self.editions[-1] if self.editions else None
        return newest if newest and newest.id != document_id else None

    @property
    def shown(self) -> set[str]:
        """The ids of all that the family's list shows."""
        return {one.id for one in (*self.editions, *self.formats, *self.copies, *self.releases)}


_COLUMNS = "d.id, d.title, d.doc_type, d.source, d.issuer, d.publisher, d.published_on, d.removed_at"
_ORDER = "order by coalesce(d.published_on, d.issued_on, ''), d.first_seen_at, d.docno"
_EDITIONS = f"""
with recursive
newer(id, step) as (select :id, 0 union select l.document_id, step + 1 from newer n
  join links l on l.target_id = n.id and l.kind = 'replaces' where step < {LONGEST_CHAIN}),
older(id, step) as (select :id, 0 union select l.target_id, step + 1 from older o
  join links l on l.document_id = o.id and l.kind = 'replaces' and l.target_id is not null
  where step < {LONGEST_CHAIN})
select {_COLUMNS}, null as evidence,
  max(coalesce((select max(step) from newer w where w.id = d.id), 0)
    - coalesce((select max(step) from older w where w.id = d.id), 0)) as place
from documents d where d.id in (select id from newer union select id from older) and d.blocked_at is null
group by d.id order by place, coalesce(d.published_on, ''), d.docno"""
_LINKED = f"""
select {_COLUMNS}, l.evidence from (
  select target_id as id, evidence from links where document_id = :id and kind = {{outgoing}}
  union all select document_id, evidence from links where target_id = :id and kind = {{incoming}}) l
join documents d on d.id = l.id where d.blocked_at is null and d.id <> :id group by d.id {_ORDER}"""
_COPIES = _LINKED.format(outgoing="'republishes'", incoming="'republishes'")
_RELEASES = _LINKED.format(outgoing="''", incoming="'announces'")
_FORMATS = f"""
select {_COLUMNS}, upper(substr(d.url, length(:stem) + 2)) as evidence from documents d
where d.url > :stem || '.' and d.url < :stem || '/' and d.id <> :id and d.blocked_at is null
  and d.parent_id is not :id and d.id is not (select parent_id from documents where id = :id) order by d.url"""
_FILE = re.compile(r"(?P<stem>.+/[^/?#]+)\.[a-z]{2,5}\Z", re.IGNORECASE | re.DOTALL)
_ANNOUNCED = f"""
select {_COLUMNS}, null as evidence from documents d where d.blocked_at is null and d.id in (
  select a.target_id from links a join links r on r.target_id = a.target_id and r.kind = 'replaces'
  where a.document_id = :id and a.kind in ('announces', 'republishes')) {_ORDER}"""


def family_of(conn: sqlite3.Connection, document_id: str) -> Family:
    """The family of a document."""
    announced = _members(conn, _ANNOUNCED, document_id)
    own = _editions(conn, document_id)
    known = {one.id for one in own}
    newest = [(paper, _editions(conn, paper.id)) for paper in announced]
    formats = _formats(conn, document_id)
    known |= {one.id for one in formats}
    return Family(
        editions=own,
        formats=formats,
        copies=[one for one in _members(conn, _COPIES, document_id) if one.id not in known],
        releases=_members(conn, _RELEASES, document_id),
        superseded=[(paper, line[-1]) for paper, line in newest if line and line[-1].id != paper.id],
    )


def _formats(conn: sqlite3.Connection, document_id: str) -> list[Member]:
    """Files whose address differs from this one's in the ending alone; ``evidence`` is their format."""
    row = conn.execute("select url from documents where id = ?", (document_id,)).fetchone()
    found = _FILE.match(row[0]) if row else None
    if found is None:
        return []
    asked = {"stem": found["stem"], "id": document_id}
    return [one for one in records(Member, conn.execute(_FORMATS, asked)) if (one.evidence or "").isalnum()]


def _editions(conn: sqlite3.Connection, document_id: str) -> list[Member]:
    found = _members(conn, _EDITIONS, document_id)
    return found if len(found) > 1 else []


def _members(conn: sqlite3.Connection, sql: str, document_id: str) -> list[Member]:
    return records(Member, conn.execute(sql, {"id": document_id}))


_REPLACED = """
select distinct l.target_id from links l join documents newer on newer.id = l.document_id
where l.kind = 'replaces' and l.target_id is not null and newer.blocked_at is null"""


def marks_of_documents(conn: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """What lists say beside a document that may no longer hold, by id: replaced, or what its source prints there."""
    marks: dict[str, tuple[str, ...]] = {row[0]: ("ersetzt",) for row in conn.execute(_REPLACED)}
    for document_id, state in conn.execute("select id, status from documents where status is not null"):
        marks[document_id] = (*marks.get(document_id, ()), state)
    return marks
