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
from portal.rendering import STATIC, prepare_environment
from portal.searching import register_search_functions
from portal.security import Hardened, OpenApp
from portal.settings import DATABASE, PLUGIN
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


_DOCUMENT = r"/dokument/(?P<document>[A-Za-z0-9._~-]+)"


def routes() -> list[tuple[str, Callable[..., Any]]]:
    """Regular expressions over the path, in the order they are tried."""
    return [
        (r"/$", start.start_page),
        (r"/suche$", search.show_search),
        (r"/suche\.json$", search_data.send_json),
        (r"/suche\.csv$", search_data.send_csv),
        (r"/suche\.(?P<format>bib|csl\.json)$", citation.send_citations),
        (r"/feed\.atom$", feed.show_feed),
        (r"/aenderungen$", changes.show_changes),
        (r"/aenderungen\.json$", changes.send_json),
        (r"/aenderungen\.csv$", changes.send_csv),
        (r"/thema/(?P<topic>[a-z0-9_-]{1,60})$", topics.show_topic),
        (r"/vorschriften$", provisions.show_provisions),
        (r"/vorschrift/(?P<law>[a-z0-9-]{1,60})/(?P<number>[A-Za-z0-9-]{1,20})$", provisions.show_provision),
        (r"/themen$", topics.show_topics),
        (r"/status$", status.show_status),
        (r"/daten$", data.show_data),
        (r"/daten/download/(?P<name>[a-z_]+\.[a-z]+)$", data.send_download),
        (r"/impressum$", legal.show_impressum),
        (r"/datenschutz$", legal.show_privacy),
        (r"/robots\.txt$", machines.show_robots),
        (r"/sitemap(?:-(?P<part>\d{1,4}))?\.xml$", machines.show_sitemap),
        (r"/opensearch\.xml$", machines.show_opensearch),
        (r"/(?:favicon\.ico|apple-touch-icon\.png)$", machines.show_icon),
        (r"/\.well-known/security\.txt$", machines.show_security_contact),
        (rf"{_DOCUMENT}$", document.show_document),
        (rf"{_DOCUMENT}/version/(?P<version>\d{{1,6}})$", document.show_document),
        (rf"{_DOCUMENT}/vergleich/(?P<old>\d{{1,6}})/(?P<new>\d{{1,6}})$", comparison.show_comparison),
        (rf"{_DOCUMENT}/vergleich-mit/(?P<other>[A-Za-z0-9._~-]+)$", comparison.show_editions),
        (rf"{_DOCUMENT}/original$", original.show_original),
        (rf"{_DOCUMENT}/zitieren\.(?P<format>bib|json|txt)$", citation.show_citation),
        (r"/archive(?:/(?P<table>[^/]+)(?:/(?P<row>[^/]+))?)?\.csv$", archive_csv.send_csv),
        (rf"/-/static-plugins/{PLUGIN}/(?P<path>.*)$", asgi_static(STATIC)),
    ]


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Our templates before Datasette's, our filters, and all text made harmless."""
    prepare_environment(env)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The pages of the portal."""
    return routes()


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Limits and search functions for the connections that readers use."""
    if database == DATABASE:
        limit_connection(conn)
        register_search_functions(conn)


@hookimpl
def extra_template_vars(datasette: Datasette, request: Request) -> Callable[[], Awaitable[dict[str, Any]]]:
    """What every page shows: the state of the data, the operator, the canonical address."""

    async def variables() -> dict[str, Any]:
        return await layout_variables(datasette, request)

    return variables


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[OpenApp], OpenApp]:
    """Security headers on every answer; no cookies; inner pages of Datasette closed."""

    def wrap(app: OpenApp) -> OpenApp:
        return Hardened(app, base_url=datasette.setting("base_url"))

    return wrap


@hookimpl
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Callable[[], Awaitable[Response]]:
    """Errors as German pages."""

    async def respond() -> Response:
        return await error_response(datasette, request, exception)

    return respond


@hookimpl
def forbidden(datasette: Datasette, request: Request, message: str) -> Callable[[], Awaitable[Response]]:
    """What is not allowed is said as every other error."""

    async def respond() -> Response:
        return await error_response(datasette, request, Forbidden(message))

    return respond
