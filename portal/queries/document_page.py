"""All that the page of a document shows, gathered in one go."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from portal.passages import addresses
from portal.queries import documents, versions
from portal.queries.documents import Citation, Document, FoundDate, GivenTopic, Page, Relation
from portal.queries.family import Family, family_of
from portal.queries.versions import Event, Snapshot, Version


@dataclass(frozen=True, kw_only=True)
class Attached:
    """Something that hangs on a document: archived (``document_id``), or only an address."""

    title: str
    url: str | None
    document_id: str | None
    doc_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class DocumentPage:
    """A document at one version, with everything around it. ``version`` may be an old one.

    ``checked_at`` is when its address was last asked, ``links`` are all that lead from it; ``archived`` names the
    documents whose addresses its texts may print.
    """

    document: Document
    version: Version
    pages: list[Page]
    dates: list[FoundDate]
    topics: list[GivenTopic]
    citations: list[Citation]
    cited_elsewhere: dict[tuple[str | None, str, str], int]
    links_out: list[Relation]
    links_in: list[Relation]
    attached: list[Attached]
    parent: Document | None
    versions: list[Version]
    events: list[Event]
    snapshot: Snapshot | None
    family: Family
    links: list[Relation]
    archived: dict[str, str]
    sections: list[documents.Section]
    checked_at: str

    @property
    def newest(self) -> bool:
        """Whether this is the newest version."""
        return self.version.version == self.document.version


def document_page(conn: sqlite3.Connection, document: Document, number: int | None = None) -> DocumentPage | None:
    """The page of ``document`` at version ``number`` (the newest by default); None without such a version."""
    every = versions.versions_of(conn, document.id)
    wanted = document.version if number is None else number
    version = next((version for version in every if version.version == wanted), None)
    if version is None:
        return None
    newest = version.version == document.version
    attached = _attached(conn, document, version)
    family = family_of(conn, document.id)
    links = documents.links_from(conn, document.id)
    pages = (
        documents.pages_of(conn, document.id) if newest else versions.version_pages(conn, document.id, version.version)
    )
    return DocumentPage(
        document=document,
        version=version,
        pages=pages,
        dates=documents.dates_of(conn, document.id) if newest else [],
        topics=documents.topics_of(conn, document.id),
        citations=documents.citations_of(conn, document.id) if newest else [],
        cited_elsewhere=documents.cited_elsewhere(conn, document.id) if newest else {},
        links_out=_unshown(_not_attached(links, attached), family),
        links_in=_unshown(documents.links_to(conn, document.id), family),
        attached=attached,
        parent=_parent(conn, document),
        versions=every,
        events=versions.events_of(conn, document.id),
        snapshot=versions.find_snapshot(conn, version.snapshot_id),
        family=family,
        links=links if newest else [],
        sections=documents.sections_of(conn, document.id) if newest else [],
        checked_at=documents.last_check(conn, document),
        archived=_archived(conn, [span.href for page in pages for span in addresses(page.text)]),
    )


def _archived(conn: sqlite3.Connection, urls: list[str]) -> dict[str, str]:
    """Those of the addresses under which a document was found, each with the document's id."""
    spelt = {one: url for url in urls for one in (url, url.rstrip("/"), f"{url}/")}
    rows = conn.execute(
        "select d.url, d.id from json_each(?) asked cross join documents d on d.url = asked.value"
        " where d.blocked_at is null",
        (json.dumps(sorted(spelt)),),
    )
    return {spelt[url]: document_id for url, document_id in rows}


def _parent(conn: sqlite3.Connection, document: Document) -> Document | None:
    parent = documents.find_document(conn, document.parent_id) if document.parent_id else None
    return parent if parent and parent.blocked_at is None else None


def _attached(conn: sqlite3.Connection, document: Document, version: Version) -> list[Attached]:
    """The files a version offers, as archived documents where there are such, and the annexes."""
    found: list[Attached] = []
    for url, title in version.attached:
        row = conn.execute("select id, doc_type, blocked_at from documents where url = ?", (url,)).fetchone()
        if row is None:
            found.append(Attached(title=title, url=url, document_id=None))
        elif row["blocked_at"] is None:
            found.append(Attached(title=title, url=url, document_id=row["id"], doc_type=row["doc_type"]))
    known = {item.document_id for item in found}
    return found + [
        Attached(title=annex.title, url=annex.url, document_id=annex.id, doc_type=annex.doc_type)
        for annex in documents.annexes_of(conn, document.id)
        if annex.id not in known
    ]


def _not_attached(relations: list[Relation], attached: list[Attached]) -> list[Relation]:
    """Links without those that the list of attachments shows already."""
    shown = {item.document_id for item in attached if item.document_id} | {item.url for item in attached}
    return [item for item in relations if item.kind != "annex" or not {item.other_id, item.url} & shown]


def _unshown(relations: list[Relation], family: Family) -> list[Relation]:
    """Links without those that the family shows already, each target once."""
    found: dict[tuple[str | None, str | None], Relation] = {}
    for item in relations:
        if item.other_id not in family.shown:
            found.setdefault((item.other_id, None if item.other_id else item.url), item)
    return list(found.values())
