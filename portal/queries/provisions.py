"""Which documents cite a provision, and where; which provisions are cited at all."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from archive.statutes import law_slug
from portal.addresses import provision_path
from portal.queries.documents import records

AROUND = 110
"""Characters of text shown on either side of a citation."""


@dataclass(frozen=True, kw_only=True)
class CitedProvision:
    """A provision with the number of documents that cite it."""

    law: str
    unit: str
    number: str
    documents: int

    @property
    def path(self) -> str:
        """Its page here."""
        return provision_path(self.law, self.unit, self.number)


@dataclass(frozen=True, kw_only=True)
class CitingDocument:
    """A document that cites a provision: where first, how often, and the words around that place."""

    id: str
    title: str
    doc_type: str
    source: str
    issuer: str | None
    publisher: str | None
    published_on: str | None
    removed_at: str | None
    year: int | None
    page_count: int | None
    page: int
    raw: str
    before: str
    after: str
    times: int
    paragraphs: str | None

    @property
    def opening(self) -> str:
        """The whole words before it, with dots where they are not the first ones of the page."""
        cut = len(self.before) == AROUND
        return "… " + self.before.partition(" ")[2] if cut else self.before

    @property
    def ending(self) -> str:
        """The whole words behind it."""
        cut = len(self.after) == AROUND
        return self.after.rpartition(" ")[0] + " …" if cut else self.after


_SHOWN = "join documents d on d.id = c.document_id and d.blocked_at is null"


def cited_provisions(conn: sqlite3.Connection) -> dict[str, list[CitedProvision]]:
    """The provisions by law, the law cited in most documents first, within it the most cited first."""
    rows = conn.execute(
        f"select c.law, c.unit, c.number, count(distinct c.document_id) as documents from citations c {_SHOWN}"
        " where c.law is not null and c.unit <> 'Az' group by c.law, c.unit, c.number"
        " order by documents desc, c.law, c.number"
    )
    found: dict[str, list[CitedProvision]] = {}
    for one in records(CitedProvision, rows):
        found.setdefault(one.law, []).append(one)
    return dict(sorted(found.items(), key=lambda item: -sum(one.documents for one in item[1])))


def law_of(conn: sqlite3.Connection, slug: str) -> str | None:
    """The law, among those cited, whose name in addresses this is."""
    names = conn.execute("select distinct law from citations where law is not null")
    return next((row[0] for row in names if law_slug(row[0]) == slug), None)


_CITED = """from citations c join documents d on d.id = c.document_id and d.blocked_at is null
where c.law = :law and c.unit = :unit and c.number = :number collate nocase
  and (:paragraph is null or c.paragraph = :paragraph)"""
_CITING = f"""
with citing as materialized (
  select c.document_id, min(c.page * 1000000000 + c.start) as place, count(*) as times,
    group_concat(c.paragraph) as paragraphs {_CITED} group by c.document_id
), shown as materialized (
  select citing.*, d.docno, d.id, d.doc_type, d.source, d.issuer, d.publisher, d.published_on, d.year from citing
  join documents d on d.id = citing.document_id
  order by d.published_on is null, d.published_on desc, d.docno desc limit :limit offset :offset
)
select shown.*, d.title, d.removed_at, d.page_count, c.page, c.raw,
  substr(p.text, max(1, c.start + 1 - {AROUND}), min({AROUND}, c.start)) as before,
  substr(p.text, c.start + 1 + length(c.raw), {AROUND}) as after
from shown join documents d on d.docno = shown.docno
join citations c on c.rowid = (select rowid from citations where document_id = shown.id and law = :law
  and unit = :unit and number = :number collate nocase and page * 1000000000 + start = shown.place limit 1)
join pages p on p.document_id = shown.id and p.page = c.page
order by shown.published_on is null, shown.published_on desc, shown.docno desc"""
"""The first place of each document: page and start as one number; texts are read for one page of the list only."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A provision, or one ``paragraph`` of it."""

    law: str
    unit: str
    number: str
    paragraph: str | None = None


def citing_documents(conn: sqlite3.Connection, asked: Asked, *, limit: int, offset: int = 0) -> list[CitingDocument]:
    """The documents that cite a provision (or one paragraph of it), the newest first."""
    return records(CitingDocument, conn.execute(_CITING, vars(asked) | {"limit": limit, "offset": offset}))


def citing_years(conn: sqlite3.Connection, asked: Asked) -> dict[int | None, int]:
    """How many documents of each year cite it, the newest first; None holds those without a date."""
    rows = conn.execute(
        f"select d.year, count(distinct d.id) {_CITED} group by d.year order by d.year is null, d.year desc",
        vars(asked),
    )
    return {row[0]: row[1] for row in rows}


def paragraphs_of(conn: sqlite3.Connection, law: str, unit: str, number: str) -> dict[str, int]:
    """The paragraphs of a provision that are cited, in legal order, each with its number of documents."""
    rows = conn.execute(
        f"select c.paragraph, count(distinct c.document_id) from citations c {_SHOWN}"
        " where c.law = ? and c.unit = ? and c.number = ? collate nocase and c.paragraph is not null"
        " group by c.paragraph",
        (law, unit, number),
    ).fetchall()
    return dict(sorted(((row[0], row[1]) for row in rows), key=lambda item: (_leading(item[0]), item[0])))


def _leading(number: str) -> int:
    digits = re.match(r"\d{1,6}", number)
    return int(digits[0]) if digits else 0
