"""Starts the portal: Datasette with the archive, its descriptions and limits, behind uvicorn."""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
from contextlib import closing
from functools import cache
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.database import database_path
from archive.dictionary import descriptions
from archive.errors import ArchiveError, NoArchive
from portal.access import HEAP_BYTES
from portal.settings import DATABASE, PLUGIN, settings_of

if TYPE_CHECKING:
    from datasette.app import Datasette

_log = logging.getLogger("aktenkundig.portal")

LIMITS: dict[str, Any] = {
    "sql_time_limit_ms": 1500,
    "max_returned_rows": 50_000,
    "default_page_size": 50,
    "facet_time_limit_ms": 300,
    "suggest_facets": False,
    "allow_download": False,
    "num_sql_threads": 4,
    "truncate_cells_html": 160,
}


@cache
def archive_descriptions() -> dict[str, Any]:
    """The part about the archive: tables with their columns, and queries."""
    found: dict[str, Any] = descriptions()["databases"][DATABASE]
    return found


def _handed_over(operator: dict[str, str], datasette: type[Datasette]) -> dict[str, Any]:
    """Descriptions and configuration as Datasette takes them: together until 1.0, from there on apart."""
    metadata = descriptions()
    plugins = {PLUGIN: dict(operator), **metadata.pop("plugins", {})}
    if "config" not in signature(datasette).parameters:
        return {"metadata": {**metadata, "plugins": plugins}}
    queries = metadata["databases"][DATABASE].pop("queries")
    return {"metadata": metadata, "config": {"plugins": plugins, "databases": {DATABASE: {"queries": queries}}}}


def datasette_for(
    data_dir: Path, *, base_url: str = "/", operator: dict[str, str] | None = None, **limits: Any
) -> Datasette:
    """Datasette with the archive of ``data_dir``, readable while a crawl writes.

    ``operator`` holds ``impressum``, ``datenschutz``, ``contact``, ``public_url`` where they do not come from
    the environment; ``limits`` are Datasette settings over the usual ones. Raises NoArchive, ArchiveError.
    """
    from datasette.app import Datasette  # not at the top: it imports this package while it loads

    from portal.public_sql import replace_internals

    path = database_path(data_dir)
    frozen = not _readable(path)
    portal = Datasette(
        [] if frozen else [str(path)],
        immutables=[str(path)] if frozen else [],
        **_handed_over(operator or {}, Datasette),
        settings={**LIMITS, "base_url": _base(base_url), **limits},
    )
    replace_internals(portal.databases[DATABASE])
    return portal


def _base(address: str) -> str:
    return "/" + address.strip("/") + "/" if address.strip("/") else "/"


def _readable(path: Path) -> bool:
    """Whether the file opens in the ordinary way; False where it only opens as unchanging.

    A database in WAL mode on a read-only disk needs the latter, for SQLite cannot make its shared memory.
    Raises NoArchive, and ArchiveError for a file that is no archive.
    """
    if not path.exists():
        raise NoArchive(f"Kein Archiv unter {path}. Zuerst »aktenkundig crawl« ausführen.")
    failures = []
    for mode in ("mode=ro", "immutable=1"):
        try:
            with closing(sqlite3.connect(f"file:{path}?{mode}", uri=True)) as conn:
                conn.execute("select count(*) from documents where id = ''")
            return mode == "mode=ro"
        except sqlite3.DatabaseError as error:
            failures.append(str(error))
    raise ArchiveError(f"{path} lässt sich nicht als Archiv lesen: {failures[0]}")


def serve(data_dir: Path, host: str = "127.0.0.1", port: int = 8001, *, base_url: str | None = None) -> None:
    """Serve the portal until Ctrl-C or SIGTERM. Raises NoArchive, and ArchiveError if the port is taken."""
    import uvicorn

    from portal.connections import LOGGING, PunctualProtocol, allow_many_files
    from portal.pools import close_pools

    base = base_url or os.environ.get("AKTENKUNDIG_BASE_URL", "/")
    portal = datasette_for(data_dir, base_url=base)
    listening = _listen(host, port)
    allow_many_files()
    config = uvicorn.Config(portal.app(), http=PunctualProtocol, log_config=LOGGING, server_header=False, lifespan="on")
    with closing(sqlite3.connect(":memory:")) as conn:
        conn.execute(f"pragma hard_heap_limit = {HEAP_BYTES}")  # of the whole process; it cannot be raised again
    if settings_of(portal).impressum is None:
        _log.warning("Es fehlt ein Impressum: AKTENKUNDIG_IMPRESSUM setzen, bevor das Portal öffentlich wird.")
    _log.info("Das Portal läuft unter http://%s:%s%s (Ende mit Strg-C).", host, port, portal.setting("base_url"))
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # uvicorn has ended in order and hands the signal on
    finally:
        listening.close()
        database = portal.databases[DATABASE]
        close_pools(database)
        database.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ArchiveError(f"Auf {host}, Port {port} kann das Portal nicht starten: {reason}") from error
