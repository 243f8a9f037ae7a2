"""The page for researchers, and the downloads."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import AsgiFileDownload, NotFound, Request, Response

from archive.dictionary import dictionary
from archive.export import DOWNLOADS, LEFT_OUT, TABLES, ready_download
from archive.export.tables import OVERVIEW
from portal import clock
from portal.access import read, recall
from portal.catalogue import Dataset, DatasetFile, as_dcat, as_schema_org
from portal.citing import in_script
from portal.german_dates import as_day
from portal.labels import licences_of, names_of, source_part
from portal.layout import absolute_url
from portal.openapi import interface, json_schema, openapi, parameters_of
from portal.pools import Overloaded
from portal.rendering import page, page_headers
from portal.serving import archive_descriptions
from portal.settings import settings_of

if TYPE_CHECKING:
    from datasette.app import Datasette


CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "db": "application/vnd.sqlite3",
    "json": "application/json; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "cff": "application/yaml",
}


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file that can be downloaded."""

    name: str
    description: str
    table: str | None = None

    @property
    def content_type(self) -> str:
        """The media type of the file."""
        return CONTENT_TYPES[self.name.rpartition(".")[2]]


@cache
def downloads() -> dict[str, Download]:
    """The files on offer by name; Parquet where pyarrow is installed."""
    formats = ["csv", "jsonl", *(["parquet"] if find_spec("pyarrow") else [])]
    offered = [
        Download(name="archive.db", description="die ganze Datenbank als SQLite-Datei, mit Volltextsuche"),
        Download(name="datapackage.json", description="Beschreibung aller Dateien mit Schema, Größe und Prüfsumme"),
        Download(name=f"{OVERVIEW}.csv", description="Überblick ohne Texte, für Tabellenkalkulationen"),
        Download(name="data-dictionary.md", description="Datenlexikon"),
        Download(name="data-dictionary.en.md", description="Datenlexikon auf Englisch (data dictionary)"),
        Download(name="CITATION.cff", description="Angaben zum Zitieren dieses Datenbestands"),
    ]
    for table in TABLES:
        offered += [Download(name=f"{table}.{kind}", description=f"Tabelle {table}", table=table) for kind in formats]
    return {download.name: download for download in offered}


RETRY_AFTER = 3600


@dataclass(frozen=True, kw_only=True)
class Example:
    """A canned query of ``datasette-metadata.json``."""

    name: str
    title: str
    description: str
    sql: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a reader's query may take."""

    seconds: float
    rows: int


def examples(metadata: dict[str, Any]) -> list[Example]:
    """The canned queries in the order of the file."""
    return [
        Example(name=name, title=query.get("title", name), description=query.get("description", ""), sql=query["sql"])
        for name, query in metadata.get("queries", {}).items()
    ]


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """How many documents there are, of which period (ISO 8601), and when the sources were last seen (UTC)."""

    count: int
    seen: str | None
    first: str | None
    last: str | None


def holdings(conn: sqlite3.Connection) -> Holdings:
    """What the archive holds."""
    sql = (
        "select count(*), max(last_seen_at), min(published_on), max(published_on) from documents"
        " where blocked_at is null"
    )
    count, seen, first, last = conn.execute(sql).fetchone()
    return Holdings(count=count, seen=seen, first=first, last=last)


async def _dataset(datasette: Datasette, request: Request) -> Dataset:
    """The data set as catalogues describe it."""
    held, names = await recall(datasette, holdings), await recall(datasette, names_of)
    settings = settings_of(datasette)
    return Dataset(
        address=absolute_url(datasette, request, "/daten"),
        publisher=(settings.impressum or "Aktenkundig").splitlines()[0],
        contact=settings.contact,
        count=held.count,
        modified=held.seen,
        first=held.first,
        last=held.last,
        terms=[f"{source_part(source, 'short')}: {source_part(source, 'licence')}" for source in names.shown],
        files=[
            DatasetFile(
                name=one.name,
                description=one.description,
                kind=one.content_type.partition(";")[0],
                address=absolute_url(datasette, request, f"/daten/download/{one.name}"),
            )
            for one in downloads().values()
        ],
        services=[absolute_url(datasette, request, path) for path in ("/openapi.json", "/feed.atom")],
    )


async def send_catalogue(datasette: Datasette, request: Request) -> Response:
    """``daten.jsonld``: the data set for catalogues, as DCAT-AP."""
    body = json.dumps(as_dcat(await _dataset(datasette, request)), ensure_ascii=False, indent=1)
    return Response(body, headers=page_headers(), content_type="application/ld+json")


async def send_openapi(datasette: Datasette, request: Request) -> Response:
    """``openapi.json``: the interface of this portal."""
    from portal.plugin import ROUTES  # here, for it names this view

    answer = Response.json(openapi(ROUTES, absolute_url(datasette, request, "/")))
    answer.headers.update(page_headers())
    return answer


async def send_schema(datasette: Datasette, request: Request) -> Response:
    """``suche.schema.json``: the JSON Schema of ``suche.json``."""
    schema = json_schema("SearchAnswer", absolute_url(datasette, request, "/suche.schema.json"))
    body = json.dumps(schema, ensure_ascii=False, indent=1)
    return Response(body, headers=page_headers(), content_type="application/schema+json")


async def show_data(datasette: Datasette, request: Request) -> Response:
    """Data dictionary, SQL examples, downloads, interface, licences, how to cite and to reproduce."""
    metadata = archive_descriptions()
    tables = await read(datasette, dictionary, metadata.get("tables", {}))
    held, dataset = await recall(datasette, holdings), await _dataset(datasette, request)
    address = absolute_url(datasette, request, "/")
    today = as_day(clock.now().isoformat())
    return await page(
        datasette,
        request,
        "data.html",
        tables=tables,
        queries=examples(metadata),
        downloads=list(downloads().values()),
        interface=[(address, entry, parameters_of(entry)) for address, entry in interface()["paths"].items()],
        json_ld=in_script(as_schema_org(dataset)),
        left_out=LEFT_OUT,
        parquet=find_spec("pyarrow") is not None,
        licences=[(source, licences_of(source)) for source in (await recall(datasette, names_of)).shown],
        limits=Limits(seconds=datasette.sql_time_limit_ms / 1000, rows=datasette.max_returned_rows),
        dataset_citation=(
            f"Aktenkundig: Veröffentlichungen deutscher Datenschutzbehörden, {held.count} Dokumente,"
            f" Stand {as_day(held.seen)}. {address}, abgerufen am {today}."
        ),
    )


async def send_download(datasette: Datasette, request: Request) -> AsgiFileDownload:
    """One of the files on offer. Raises NotFound for any other name, Overloaded while they are missing."""
    offered = downloads().get(request.url_vars["name"])
    if offered is None:
        raise NotFound("Diese Datei gibt es nicht.")
    settings = settings_of(datasette)
    folder = settings.downloads or settings.data_dir / DOWNLOADS
    path = await read(datasette, ready_download, folder, offered.name)
    if path is None:
        raise Overloaded("Die Dateien zum Herunterladen entstehen mit dem nächsten Abruf neu.", retry_after=RETRY_AFTER)
    return AsgiFileDownload(
        path, filename=offered.name, content_type=offered.content_type, headers={"Cache-Control": "no-cache"}
    )
