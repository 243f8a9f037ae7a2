"""A look at a site before the first crawl: what is fetched, what is read, and whether that fits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from aktenkundig.crawl_options import CrawlOptions
from aktenkundig.crawling import crawl_sources
from aktenkundig.fixtures import Fixture, record_of, save_fixture
from aktenkundig.probe_output import report
from aktenkundig.probe_reading import Answer, Look, kind_of, look_at, problems_of
from archive.database import open_reading
from archive.errors import RecordUnreadable
from archive.vault.reading import read_payload
from crawler.sources import SourceDescription, load_source

FITS, DOES_NOT_FIT = 0, 1
DOCUMENTS = 3
LIMITS = {
    "press_portal": {"listing": 1, "release": DOCUMENTS, "page": 0, "file": 0},
    "sections": {"file": DOCUMENTS},
}
"""What is asked of each kind of source; a ``sections`` site names its files only when all sections are read."""

TIME_LIMIT = 300.0


def probe_source(source: str, options: CrawlOptions, *, save: Path | None = None) -> int:
    """Fetch a few pages like a crawl would, into a folder thrown away afterwards, and print how they are read.

    0 when the reading fits, 1 when a required part is missing. ``save`` keeps the pages as fixtures.
    """
    description = load_source(source)
    with TemporaryDirectory(prefix="aktenkundig-probe-") as folder:
        sample = replace(options, data=Path(folder), limits=LIMITS[description.kind], progress=False)
        crawl_sources([source], sample, time_limit=TIME_LIMIT)
        look = _look(Path(folder), description)
    for line in report(look, stand_in=options.at.get(source)):
        click.echo(line)
    if save is not None:
        _save(look, save)
    return DOES_NOT_FIT if look.missing else FITS


def _look(data: Path, source: SourceDescription) -> Look:
    conn = open_reading(data)
    try:
        answers = list(_answers(conn, data, source))
        return look_at(source, answers, problems=problems_of(conn), documents=_documents(conn))
    finally:
        conn.close()


def _answers(conn: sqlite3.Connection, data: Path, source: SourceDescription) -> Iterator[Answer]:
    """Every answer in the order it came; of repeated ones the last."""
    rows = conn.execute(
        "select * from snapshots where id in (select max(id) from snapshots group by url) order by id"
    )
    for row in rows.fetchall():
        try:
            body = read_payload(conn, data, row["id"]).body
        except RecordUnreadable:
            body = b""
        yield Answer(
            url=row["url"], kind=kind_of(row["url"], source), status=row["status"],
            content_type=row["content_type"] or "", etag=row["etag"], last_modified=row["last_modified"], body=body,
        )  # fmt: skip


def _documents(conn: sqlite3.Connection) -> dict[str, dict[str, object]]:
    """What the archive would keep of each document, by address, with the dates it chose."""
    documents = {row["url"]: dict(row) for row in conn.execute("select * from documents")}
    for document in documents.values():
        rows = conn.execute(
            "select role, value, raw, found_in from dates where document_id = ? and chosen order by role",
            (document["id"],),
        )
        document["dates"] = [tuple(row) for row in rows]
    return documents


def _save(look: Look, folder: Path) -> None:
    source, kept, saved = look.source, 0, 0
    for answer in look.answers:
        if answer.kind == "robots" or answer.status != 200:
            continue
        record = record_of(
            answer.kind, answer.body, url=answer.url, content_type=answer.content_type, source=source
        )
        fixture = Fixture(
            name=answer.fixture_name(source), source=source.name, kind=answer.kind, url=answer.url,
            content_type=answer.content_type, body=answer.body, expected=record,
        )  # fmt: skip
        if save_fixture(folder, fixture):
            saved += 1
        else:
            kept += 1
    click.echo(f"\n{saved} Seiten als Prüffälle unter {folder} gespeichert; bitte jede output.json prüfen.")
    if kept:
        click.echo(f"{kept} schon geprüfte Fälle blieben, wie sie sind.")
