"""A small site in memory and its archive: nights go by in milliseconds, through the real harvest and recorder."""

from __future__ import annotations

import hashlib
import heapq
import sqlite3
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from archive.database import open_archive, transaction
from archive.health import Finding, assess
from archive.health.incidents import note_findings
from archive.keeping.ledger import (
    RunCounts,
    SnapshotRecord,
    add_snapshot,
    begin_run,
    describe_source,
    finish_run,
    last_read_snapshot,
)
from archive.keeping.removal import RemovalRule
from crawler.harvests import harvest_for
from crawler.harvests.harvest import Ask, Fetched, Record
from crawler.items import DocumentRead, Evidence, FileBody, Recalled
from crawler.sources import SourceDescription, load_source
from pipelines.files import FilePage, FileText
from pipelines.run import Run, write_vocabularies
from pipelines.run.closing import link_documents, outcome_of, settle_run, write_listings
from pipelines.run.memory import remember, resting
from pipelines.run.recorder import Recorder

SITE = "https://www.datenschutz-mv.de"
FIRST = 700_100


def release_url(number: int) -> str:
    return f"{SITE}/presse/?id={number}&processor=processor.sa.pressemitteilung"


def framed(title: str, inner: str) -> bytes:
    """A page in the frame of the site."""
    menu = "".join(f'<li><a href="/{name}/">{name}</a></li>' for name in ("amt", "themen", "service", "presse"))
    return (
        f"<!DOCTYPE html><html><head><title>{title} - Amt</title><link rel='stylesheet' href='/static/haus.css'></head>"
        f"<body id='haus'><header class='kopf'><ul class='leiste'>{menu}</ul></header><main>{inner}</main>"
        "<footer class='fuss'><a href='/Impressum/'>Impressum</a><a href='/Kontakt/'>Kontakt</a></footer></body></html>"
    ).encode()


def bare(title: str, inner: str) -> bytes:
    """A page without that frame."""
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{inner}</body></html>".encode()


def release(number: int, files: Iterable[str] = ()) -> bytes:
    anlagen = "".join(f"<p><a href='{path}'>Anlage</a> (PDF, 0,1 MB)</p>" for path in files)
    block = f"<div class='dvz-contenttype-attachments'><h2>Anlagen</h2>{anlagen}</div>" if anlagen else ""
    return framed(
        f"Bericht {number}",
        "<div class='element_holder holder_75 center'>"
        f"<div class='dvz-contenttype-pagetitle'><h1>Bericht über den Vorgang {number}</h1></div>"
        "<div class='dvz-contenttype-presseserviceassistent'><div class='teaser_meta'>"
        "<span class='dtstart'>04.03.2026</span> | DSMV</div><div class='absatz'>"
        f"<p>Der Vorgang {number} ist geprüft und beendet.</p></div></div>{block}</div>",
    )


def guidance(name: str, links: Iterable[str] = ()) -> bytes:
    more = "".join(f"<p><a href='{path}'>Mehr zu {path}</a></p>" for path in links)
    return framed(name, f"<h1>Merkblatt {name}</h1><p>Was zu {name} zu beachten ist.</p>{more}")


@dataclass
class WalledSite:
    """``pages`` maps addresses to bodies; a tuple is (address a redirect ends at, body), an int a status."""

    numbers: list[int] = field(default_factory=lambda: [FIRST + n for n in range(12)])
    pages: dict[str, bytes | int | tuple[str, bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        file = "/static/DS/Dateien/vorgang.pdf"
        topics = [f"/Blickpunkte/blatt-{name}/" for name in ("kamera", "schule", "praxis", "verein")]
        for number in self.numbers:
            self.pages[release_url(number)] = release(number, [file] if number == FIRST else ())
        self.pages[SITE + file] = b"%PDF-1.7 Vorgang"
        self.pages[SITE + "/Blickpunkte/"] = guidance("Blickpunkte", [*topics, "/static/DS/Dateien/blatt.pdf"])
        self.pages[SITE + "/static/DS/Dateien/blatt.pdf"] = b"%PDF-1.7 Blatt"
        for path in topics:
            self.pages[SITE + path] = guidance(path.strip("/").rpartition("-")[2])

    def list_page(self) -> bytes:
        rows = "".join(
            "<div class='teaser'><div class='teaser_meta'><span class='dtstart'>04.03.2026</span></div>"
            f"<h3><a href='{release_url(number).replace('&', '&amp;')}'>Bericht über den Vorgang {number}</a></h3></div>"
            for number in self.numbers
        )
        return framed("Presse", f"<h1>Presse</h1><div class='resultlist'>{rows}</div>")

    def answer(self, url: str) -> tuple[int, str, bytes]:
        given = self.pages.get(url, self.list_page() if url == SITE + "/presse/" else 404)
        if isinstance(given, int):
            return given, url, b""
        return (200, url, given) if isinstance(given, bytes) else (200, *given)

    def documents(self) -> list[str]:
        """The addresses of everything but the list."""
        return [url for url in self.pages if url != SITE + "/presse/"]


class Site(Protocol):
    """What answers: status, final address and body."""

    def answer(self, url: str) -> tuple[int, str, bytes]: ...


class Watch:
    """An archive that looks at a site night after night. ``days`` go by between two nights."""

    def __init__(self, data: Path, site: Site, source: SourceDescription | None = None) -> None:
        self.source = source or load_source("dsmv")
        self.conn = open_archive(data)
        write_vocabularies(self.conn)
        describe_source(self.conn, *self.source.entry())
        self.site = site
        self.now = datetime(2026, 3, 5, 4, tzinfo=UTC)
        self.turns_above = sys.maxsize
        self.asked: list[str] = []
        self._bodies: dict[int, bytes] = {}

    def night(self, *, days: float = 1) -> list[Finding]:
        """One run; what the health check finds."""
        self.now += timedelta(days=days)
        at = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        name, conn = self.source.name, self.conn
        run_id = begin_run(conn, source=name, started_at=at, version="test")
        memory = replace(
            remember(conn, name, before_run=run_id),
            recall=lambda url: self._recall(url, run_id),
            resting=resting(conn, name, above=self.turns_above, at=at),
        )
        self.asked.clear()
        harvest, counts = harvest_for(self.source, memory), RunCounts()
        recorder = Recorder(Run(conn=conn, run_id=run_id, source=name, counts=counts, memory=memory, now=lambda: at))
        queue, order = [], count()

        def take(results: Iterable[Ask | Record]) -> None:
            for one in results:
                if isinstance(one, Ask):
                    heapq.heappush(queue, (-one.priority, next(order), one))
                else:
                    recorder.record(one, file_text=_text_of(one))

        take(harvest.begin())
        while queue:
            ask = heapq.heappop(queue)[2]
            counts.requests += 1
            take(harvest.answer(ask, self._fetched(ask.url, run_id, at)))
        take(harvest.finish())
        with transaction(conn):
            counts.removed = settle_run(conn, recorder, rule=RemovalRule(), at=at)
            link_documents(conn)
            recorder.count_listed()
            write_listings(conn, recorder)
            outcome, detail = outcome_of(recorder, "finished")
            finish_run(conn, run_id, finished_at=at, outcome=outcome, counts=counts, detail=detail, settled=True)
        findings = assess(conn, run_id)
        note_findings(conn, name, findings, at=at, run_id=run_id)
        return findings

    def _fetched(self, url: str, run_id: int, at: str) -> Fetched:
        self.asked.append(url)
        status, final, body = self.site.answer(url)
        digest = hashlib.sha256(body).hexdigest()
        before = last_read_snapshot(self.conn, final, before_run=run_id)
        snapshot = SnapshotRecord(
            run_id=run_id,
            url=final,
            fetched_at=at,
            status=status,
            sha256=digest,
            asked_url=url if final != url else None,
        )
        snapshot_id = add_snapshot(self.conn, snapshot)
        self._bodies[snapshot_id] = body
        unchanged = status == 200 and before is not None and before["sha256"] == digest
        evidence = Evidence(snapshot_id=snapshot_id, fetched_at=at, sha256=digest, unchanged=unchanged)
        kind = "application/pdf" if urlsplit(final).path.endswith(".pdf") else "text/html"
        return Fetched(url=final, status=status, content_type=kind, evidence=evidence, load=lambda: body)

    def _recall(self, url: str, run_id: int) -> Recalled | None:
        row = last_read_snapshot(self.conn, url, before_run=run_id)
        if row is None:
            return None
        return Recalled(body=self._bodies[row["id"]], content_type="text/html", fetched_at=row["fetched_at"])

    def events(self) -> list[tuple[str, str]]:
        """Everything that happened after the first night."""
        rows = self.conn.execute("select kind, document_id from events where run_id > 1 order by at, id")
        return [tuple(row) for row in rows]

    def problems(self) -> set[str]:
        """The kinds of problems of the newest run."""
        rows: sqlite3.Cursor = self.conn.execute(
            "select distinct kind from problems where run_id = (select max(id) from runs)"
        )
        return {row[0] for row in rows}


def _text_of(item: Record) -> FileText | None:
    if not isinstance(item, DocumentRead) or not isinstance(item.content, FileBody):
        return None
    text = item.content.body.decode()
    page = FilePage(number=1, text=text, verbatim=text, method="pdf")
    return FileText(kind="pdf", page_count=1, pages=(page,), fingerprints=("",))
