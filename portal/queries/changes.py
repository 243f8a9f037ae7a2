"""What became of documents: edited, removed, moved, back again, replaced; and, for the feeds, seen first."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from portal.queries.documents import records
from portal.searching import Selection

EDITS = ("wortlaut", "titel", "datum", "anlage", "linkziel", "datei")
"""What of a document an edit touched; ``datei``: new bytes that read the same."""

KINDS = (*EDITS, "entfernt", "umgezogen", "wieder-da", "ersetzt")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change. ``at`` is when it was established, ``not_before`` the last moment (UTC) known without it.

    ``absent_since`` is the first check that missed a removed document. ``touched`` holds the words of
    ``EDITS`` that apply, or the one kind; ``version`` is the version after it.
    """

    touched: tuple[str, ...]
    at: str
    not_before: str | None
    absent_since: str | None
    id: str
    version: int
    title: str
    doc_type: str
    source: str
    issuer: str | None
    publisher: str | None
    published_on: str | None
    removed_at: str | None
    other_id: str | None
    other_title: str | None
    detail: str | None

    @property
    def edited(self) -> bool:
        """Whether there are two versions to compare."""
        return self.touched[0] in EDITS


@dataclass(frozen=True, kw_only=True)
class Changes:
    """One page of the changes that were asked for, how many there are, and how many of each kind."""

    total: int
    items: list[Change]
    counts: dict[str, int]


_ABOUT = "d.docno, d.id, d.title, d.doc_type, d.source, d.issuer, d.publisher, d.published_on, d.removed_at"
_EDITED = f"""
select {_ABOUT}, new.seen_at as at, new.not_before, null as absent_since, new.version,
  null as other_id, null as other_title, null as detail, '' as kind, new.text is not old.text as wortlaut,
  (new.title, new.kicker, new.number) is not (old.title, old.kicker, old.number) as titel,
  (new.published_on, new.issued_on) is not (old.published_on, old.issued_on) as datum,
  new.attachments is not old.attachments as anlage, new.links is not old.links as linkziel
from (select document_id, version from versions where version > 1) e
cross join documents d on d.id = e.document_id and d.blocked_at is null
cross join versions new on new.document_id = e.document_id and new.version = e.version
cross join versions old on old.document_id = e.document_id and old.version = e.version - 1"""
_HAPPENED = f"""
select {_ABOUT}, e.at,
  case when d.removed_at = e.at then d.last_seen_at end as not_before,
  case when d.removed_at = e.at then d.absent_since end,
  coalesce(e.version, d.version), other.id, other.title,
  case when e.kind = 'moved' then null else e.detail end,
  case e.kind when 'removed' then 'entfernt' when 'moved' then 'umgezogen' else 'wieder-da' end, 0, 0, 0, 0, 0
from events e
join documents d on d.id = e.document_id
left join documents other on e.kind = 'moved' and other.id = e.detail and other.blocked_at is null
where e.kind in ('removed', 'moved', 'returned') and d.blocked_at is null"""
_REPLACED = f"""
select {_ABOUT}, other.first_seen_at, null, null, d.version, other.id, other.title, null, 'ersetzt', 0, 0, 0, 0, 0
from links l
join documents d on d.id = l.target_id and d.blocked_at is null
join documents other on other.id = l.document_id and other.blocked_at is null
where l.kind = 'replaces'"""
_ALL = f"{_EDITED} union all {_HAPPENED} union all {_REPLACED}"


def changes(
    conn: sqlite3.Connection,
    *,
    among: str = "1",
    parameters: Sequence[str] = (),
    kinds: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> Changes:
    """The changes of the documents that the condition ``among`` (over ``d``) chooses, the newest first.

    ``kinds`` are words of ``KINDS``, all of them if empty; ``since`` and ``until`` bound the day on which
    the change was established (ISO days).
    """
    wanted = (since or "", (until or "9999-12-31") + "T23:59:59Z")
    rows = conn.execute(
        f"select d.*, d.at as happened from ({_ALL}) d where {among} and d.at >= ? and d.at <= ?"
        " order by d.at desc, d.docno desc, d.version desc",
        (*parameters, *wanted),
    ).fetchall()
    found = [(row, _touched(row)) for row in rows]
    counts = {kind: sum(kind in touched for _, touched in found) for kind in KINDS}
    chosen = [pair for pair in found if not kinds or set(kinds) & set(pair[1])]
    items = [_change(row, touched) for row, touched in chosen[offset : offset + limit]]
    return Changes(total=len(chosen), items=items, counts={kind: n for kind, n in counts.items() if n})


def _touched(row: sqlite3.Row) -> tuple[str, ...]:
    if row["kind"]:
        return (row["kind"],)
    return tuple(word for word in EDITS[:-1] if row[word]) or ("datei",)


def _change(row: sqlite3.Row, touched: tuple[str, ...]) -> Change:
    names = [name for name in Change.__dataclass_fields__ if name != "touched"]
    return Change(touched=touched, **{name: row[name] for name in names})


LIMIT = 50
"""Happenings on a page of a feed."""


@dataclass(frozen=True, kw_only=True)
class NewsItem:
    """One happening; ``event`` is ``new``, ``changed``, ``removed`` or ``returned``; ``at`` is UTC."""

    event: str
    at: str
    number: int
    id: str
    title: str
    teaser: str | None
    opening: str
    issuer: str | None
    publisher: str | None
    source: str
    doc_type: str
    published_on: str | None
    first_seen_at: str


_COLUMNS = (
    "d.id, v.title, v.teaser, substr(v.text, 1, 600) as opening, d.issuer, d.publisher, d.source, d.doc_type,"
    " v.published_on, d.first_seen_at"
)
_EDITED = """(select document_id, version from versions where version > 1) e
cross join versions v on v.document_id = e.document_id and v.version = e.version
cross join documents d on d.id = v.document_id where 1"""
_REMOVED = "documents d indexed by documents_removed where d.removed_at is not null"
_RETURNED = """(select distinct document_id from events where kind = 'returned') e
cross join documents d on d.id = e.document_id where d.returned_at is not null"""
_LATEST = {
    "new": ("d.first_seen_at", "1", "documents d indexed by documents_first_seen where 1"),
    "changed": ("v.seen_at", "v.version", _EDITED),
    "removed": ("d.removed_at", "d.version", _REMOVED),
    "returned": ("d.returned_at", "d.version", _RETURNED),
}
"""For each happening: when, which version, and where to look, so that no text is read for what is left out."""


def news(
    conn: sqlite3.Connection, chosen: Selection, wanted: Sequence[str], page: int = 1
) -> tuple[list[NewsItem], bool]:
    """A page of the happenings of the ``wanted`` kinds among the chosen documents, the newest first; are there more?"""
    last = page * LIMIT
    found = [one for event in wanted for one in _happenings(conn, chosen, event, last + 1)]
    found.sort(key=lambda one: (one[0], one[1], one[2]), reverse=True)
    return [_item(conn, *one) for one in found[last - LIMIT : last]], len(found) > last


def _happenings(conn: sqlite3.Connection, chosen: Selection, event: str, limit: int) -> list[tuple[str, int, int, str]]:
    """When it happened to which document, at which version."""
    at, number, place = _LATEST[event]
    sql = (
        f"select {at}, d.docno, {number}, '{event}' from {place} and {chosen.where}"
        f" order by {at} desc, d.docno desc limit {limit}"
    )
    return [(row[0], row[1], row[2], row[3]) for row in conn.execute(sql, chosen.parameters)]


def _item(conn: sqlite3.Connection, at: str, docno: int, number: int, event: str) -> NewsItem:
    sql = (
        f"select ? as event, ? as at, ? as number, {_COLUMNS} from documents d"
        " join versions v on v.document_id = d.id and v.version = ?3 where d.docno = ?"
    )
    (item,) = records(NewsItem, conn.execute(sql, (event, at, number, docno)))
    return item
