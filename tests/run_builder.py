"""Makes runs for tests: an archive, a vault in a folder of the test's own, a clock that only moves when told."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from archive_builder import AT, add_run, new_archive
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import Settings

from archive.keeping.removal import RemovalRule
from archive.vault.writer import VaultWriter
from crawler.items import DocumentGone, DocumentRead, Evidence, Failure, FileBody, ListedItem, Memory, PageText
from pipelines.files import FilePage, FileProblem, FileText
from pipelines.run import Run
from pipelines.run.memory import remember
from pipelines.run.recorder import Recorder
from pipelines.run.session import Session, keep_session

SITE = "https://www.datenschutz-mv.de"


class Clock:
    """Archive time that stands still until the test sets it."""

    def __init__(self, at: str = AT) -> None:
        self.at = at

    def __call__(self) -> str:
        return self.at


class FakeCrawler:
    """What stages and middlewares need of a crawler."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings({"DOWNLOAD_MAXSIZE": 1_000_000} | settings)


def recorder_for(
    conn: sqlite3.Connection,
    *,
    source: str = "dsmv",
    memory: Memory | None = None,
    clock: Clock | None = None,
    run_id: int | None = None,
) -> Recorder:
    """A recorder in a new run of this source, which remembers what the archive holds."""
    run = run_id or add_run(conn, source)
    known = memory if memory is not None else remember(conn, source, before_run=run)
    return Recorder(Run(conn=conn, run_id=run, source=source, memory=known, now=clock or Clock()))


def session_for(
    data: Path, *, conn: sqlite3.Connection | None = None, source: str = "dsmv", clock: Clock | None = None
) -> Session:
    """A run with its vault in ``data``, over an archive in memory unless one is given."""
    conn, clock = conn or new_archive(), clock or Clock()
    run_id = add_run(conn, source, at=clock())
    vault = VaultWriter(data, source=source, run_id=run_id, started_at=clock(), software="test")
    return Session(
        conn=conn,
        vault=vault,
        data=data,
        source=source,
        run_id=run_id,
        now=clock,
        memory=remember(conn, source, before_run=run_id),
        rule=RemovalRule(),
    )


def crawler_of(session: Session, **settings: Any) -> Any:
    """A crawler that works on this run."""
    crawler = FakeCrawler(**settings)
    keep_session(crawler, session)  # type: ignore[arg-type]
    return crawler


def request(path: str = "/presse/", **meta: Any) -> Request:
    """A request for an address of the site."""
    return Request(path if "://" in path else SITE + path, meta=meta)


def answer(asked: Request, body: bytes = b"<p>Akte</p>", *, status: int = 200, **headers: str) -> Response:
    """A response to it; header names are written with underscores."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(asked.url, status=status, headers=named, body=body, request=asked)


# -- scraped records -------------------------------------------------------------------------------


def evidence(snapshot_id: int = 1, *, at: str = AT, sha256: str = "0" * 64, unchanged: bool = False) -> Evidence:
    """Where a record comes from."""
    return Evidence(snapshot_id=snapshot_id, fetched_at=at, sha256=sha256, unchanged=unchanged)


def listed_item(number: int = 1, **changes: Any) -> ListedItem:
    """The entry of a release in its list."""
    values: dict[str, Any] = {
        "document_id": f"dsmv-{number}",
        "url": f"{SITE}/presse/?id={number}",
        "doc_type": "pressemitteilung",
        "label": f"Meldung {number}",
        "title_text": f"Meldung {number}",
    }
    return ListedItem(**(values | changes))


def release(
    number: int = 1, text: str = "Die Kameras sind abzubauen.", *, at: str = AT, **changes: Any
) -> DocumentRead:
    """A release as the harvest hands it on."""
    item = listed_item(number)
    page = PageText(
        document_id=item.document_id,
        url=item.url,
        headline=changes.pop("headline", f"Meldung {number}"),
        paragraphs=(text,),
        published_text="01.03.2026",
        attachments=changes.pop("attachments", ()),
    )
    values: dict[str, Any] = {
        "source": "dsmv",
        "document_id": item.document_id,
        "url": item.url,
        "doc_type": item.doc_type,
        "listed": item,
        "content": page,
        "evidence": evidence(at=at),
        "publisher": "DSMV",
    }
    return DocumentRead(**(values | changes))


def unchanged(number: int = 1, *, at: str = AT, **changes: Any) -> DocumentRead:
    """A release of which nothing had to be read."""
    return release(number, at=at, content=None, evidence=evidence(at=at, unchanged=True), **changes)


def paper(number: int = 9, *, at: str = AT, body: bytes = b"%PDF-1.7", **changes: Any) -> DocumentRead:
    """A file as the harvest hands it on."""
    url = f"{SITE}/static/DS/Dateien/Leitfaden%20{number}.pdf"
    document_id = f"dsmv-datei-leitfaden-{number}-pdf"
    item = listed_item(number, document_id=document_id, url=url, doc_type="anlage")
    content = FileBody(document_id=document_id, url=url, body=body, content_type="application/pdf")
    return release(
        number,
        at=at,
        document_id=document_id,
        url=url,
        doc_type="anlage",
        **({"listed": item, "content": content} | changes),
    )


def file_text(*pages: str, problems: tuple[str, ...] = (), kind: str = "pdf") -> FileText:
    """What reading a file gave."""
    return FileText(
        kind=kind,
        pages=tuple(FilePage(number=n, text=one, verbatim=one, method="pdf") for n, one in enumerate(pages, start=1)),
        page_count=len(pages),
        problems=tuple(FileProblem(kind=one, detail=f"Es war: {one}.") for one in problems),
        fingerprints=("",) * len(pages),
    )


def missing(number: int = 1, *, at: str = AT, reason: str = "404") -> DocumentGone:
    """A check that did not find a release."""
    item = listed_item(number)
    return DocumentGone(
        source="dsmv", document_id=item.document_id, url=item.url, reason=reason, evidence=evidence(at=at)
    )


def failure(stage: str = "fetch", kind: str = "timeout", **changes: Any) -> Failure:
    """Something that went wrong with an address."""
    values: dict[str, Any] = {
        "source": "dsmv",
        "url": f"{SITE}/presse/",
        "stage": stage,
        "kind": kind,
        "detail": "Zu spät.",
    }
    return Failure(**(values | changes))
