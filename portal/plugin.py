"""The plugin: what Datasette asks for by its hooks, and the addresses of the portal with the views behind them."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils.asgi import Forbidden, Request, Response, asgi_static
from jinja2 import Environment

from portal.access import limit_connection
from portal.errors import error_response
from portal.layout import layout_variables
from portal.openapi import as_pattern
from portal.rendering import STATIC, prepare_environment
from portal.searching import register_search_functions
from portal.security import Hardened, OpenApp
from portal.settings import DATABASE, PLUGIN, archive_database
from portal.views import (
    archive_csv,
    changes,
    citation,
    comparison,
    data,
    document,
    feed,
    legal,
    machines,
    original,
    provisions,
    search,
    search_data,
    start,
    status,
    topics,
)

if TYPE_CHECKING:
    from datasette.app import Datasette


_DOCUMENT = "/dokument/{document}"
ROUTES: dict[str, Callable[..., Any]] = {
    "/": start.start_page,
    "/suche": search.show_search,
    "/suche.json": search_data.send_json,
    "/suche.schema.json": data.send_schema,
    "/suche.csv": search_data.send_csv,
    "/suche.bib": citation.send_citations,
    "/suche.csl.json": citation.send_citations,
    "/feed.atom": feed.show_feed,
    "/aenderungen": changes.show_changes,
    "/aenderungen.json": changes.send_json,
    "/aenderungen.csv": changes.send_csv,
    "/thema/{topic}": topics.show_topic,
    "/vorschriften": provisions.show_provisions,
    "/vorschrift/{law}/{number}": provisions.show_provision,
    "/themen": topics.show_topics,
    "/status": status.show_status,
    "/daten": data.show_data,
    "/daten.jsonld": data.send_catalogue,
    "/daten/download/{name}": data.send_download,
    "/openapi.json": data.send_openapi,
    "/impressum": legal.show_impressum,
    "/datenschutz": legal.show_privacy,
    "/robots.txt": machines.show_robots,
    "/sitemap.xml": machines.show_sitemap,
    "/sitemap-{part}.xml": machines.show_sitemap,
    "/opensearch.xml": machines.show_opensearch,
    "/favicon.ico": machines.show_icon,
    "/apple-touch-icon.png": machines.show_icon,
    "/.well-known/security.txt": machines.show_security_contact,
    _DOCUMENT: document.show_document,
    f"{_DOCUMENT}/version/{{version}}": document.show_document,
    f"{_DOCUMENT}/vergleich/{{old}}/{{new}}": comparison.show_comparison,
    f"{_DOCUMENT}/vergleich-mit/{{other}}": comparison.show_editions,
    f"{_DOCUMENT}/original": original.show_original,
    f"{_DOCUMENT}/zitieren.bib": citation.show_citation,
    f"{_DOCUMENT}/zitieren.json": citation.show_citation,
    f"{_DOCUMENT}/zitieren.txt": citation.show_citation,
    "/archive.csv": archive_csv.send_csv,
    "/archive/{table}.csv": archive_csv.send_csv,
    "/archive/{table}/{row}.csv": archive_csv.send_csv,
}
"""The addresses of the portal, in the order they are tried; what stands at them is said in ``interface.toml``."""


def ours(datasette: Datasette) -> bool:
    """Whether an archive of ours is loaded: any other Datasette in the same environment is left alone."""
    return archive_database(datasette) is not None


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    """Our templates before Datasette's, our filters, and all text made harmless."""
    if ours(datasette):
        prepare_environment(env)


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """The pages of the portal."""
    if not ours(datasette):
        return []
    static = (rf"/-/static-plugins/{PLUGIN}/(?P<path>.*)$", asgi_static(STATIC))
    return [*((as_pattern(address), view) for address, view in ROUTES.items()), static]


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """Limits and search functions for the connections that readers use."""
    if database == DATABASE and ours(datasette):
        limit_connection(conn)
        register_search_functions(conn)


@hookimpl
def extra_template_vars(datasette: Datasette, request: Request) -> Callable[[], Awaitable[dict[str, Any]]]:
    """What every page shows: the state of the data, the operator, the canonical address."""

    async def variables() -> dict[str, Any]:
        return await layout_variables(datasette, request) if ours(datasette) else {}

    return variables


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[OpenApp], OpenApp]:
    """Security headers on every answer; no cookies; inner pages of Datasette closed."""

    def wrap(app: OpenApp) -> OpenApp:
        return Hardened(app, base_url=datasette.setting("base_url")) if ours(datasette) else app

    return wrap


@hookimpl
def handle_exception(
    datasette: Datasette, request: Request, exception: Exception
) -> Callable[[], Awaitable[Response]] | None:
    """Errors as German pages."""

    async def respond() -> Response:
        return await error_response(datasette, request, exception)

    return respond if ours(datasette) else None


@hookimpl
def forbidden(datasette: Datasette, request: Request, message: str) -> Callable[[], Awaitable[Response]] | None:
    """What is not allowed is said as every other error."""

    async def respond() -> Response:
        return await error_response(datasette, request, Forbidden(message))

    return respond if ours(datasette) else None
