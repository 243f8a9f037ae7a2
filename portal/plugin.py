"""The hooks through which Datasette becomes the portal; what they do stands in the modules they call."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils.asgi import Forbidden, Request, Response
from jinja2 import Environment

from portal.access import limit_connection
from portal.errors import error_response
from portal.layout import layout_variables
from portal.rendering import prepare_environment
from portal.routes import routes
from portal.searching import register_search_functions
from portal.security import Hardened, OpenApp
from portal.settings import DATABASE

if TYPE_CHECKING:
    from datasette.app import Datasette


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
def handle_exception(
    datasette: Datasette, request: Request, exception: Exception
) -> Callable[[], Awaitable[Response]]:
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
