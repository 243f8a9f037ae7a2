"""What the operator of a portal sets: where the data is, who is responsible, how to be reached."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database


PLUGIN = "aktenkundig"
DATABASE = "archive"


@dataclass(frozen=True, kw_only=True)
class PortalSettings:
    """Operator settings; texts are plain, paragraphs are separated by empty lines.

    ``public_url`` is the address under which readers reach the portal (``https://archiv.example/``),
    used in feeds and citations; without it the address of the request is used.
    """

    data_dir: Path
    impressum: str | None = None
    privacy: str | None = None
    contact: str | None = None
    public_url: str | None = None
    downloads: Path | None = None


def _setting(config: Mapping[str, Any], environ: Mapping[str, str], key: str, variable: str) -> str | None:
    value = config.get(key) or environ.get(variable)
    return str(value).strip() or None if value else None


def read_settings(config: Mapping[str, Any], environ: Mapping[str, str], beside: Path | None) -> PortalSettings:
    """Settings from the plugin's configuration, then the environment; ``beside`` is the archive's folder.

    >>> read_settings({"contact": "archiv@zeitung.example"}, {}, Path("data")).contact
    'archiv@zeitung.example'
    """
    data_dir = config.get("data_dir") or beside or environ.get("AKTENKUNDIG_DATA") or "data"
    downloads = _setting(config, environ, "downloads", "AKTENKUNDIG_DOWNLOADS")
    return PortalSettings(
        data_dir=Path(data_dir),
        impressum=_setting(config, environ, "impressum", "AKTENKUNDIG_IMPRESSUM"),
        privacy=_setting(config, environ, "datenschutz", "AKTENKUNDIG_DATENSCHUTZ"),
        contact=_setting(config, environ, "contact", "AKTENKUNDIG_CONTACT"),
        public_url=_setting(config, environ, "public_url", "AKTENKUNDIG_PUBLIC_URL"),
        downloads=Path(downloads) if downloads else None,
    )


def archive_database(datasette: Datasette) -> Database | None:
    """The archive among the databases that Datasette serves; None where there is none, or one of that name only."""
    database = datasette.databases.get(DATABASE)
    if database is None:
        return None
    if database not in _OURS:
        _OURS[database] = is_archive(str(database.path))
    return database if _OURS[database] else None


_OURS: WeakKeyDictionary[Database, bool] = WeakKeyDictionary()
_TABLES = "select count(*) from sqlite_master where name in ('documents', 'document_numbers', 'snapshots')"


def is_archive(path: str) -> bool:
    """Whether a file is an archive of ours."""
    try:
        with closing(sqlite3.connect(f"file:{quote(path)}?immutable=1", uri=True)) as conn:
            return bool(conn.execute(_TABLES).fetchone()[0] == 3)
    except sqlite3.Error:
        return False


def settings_of(datasette: Datasette) -> PortalSettings:
    """The settings of a running portal."""
    database = archive_database(datasette)
    beside = Path(database.path).absolute().parent if database and database.path else None
    return read_settings(datasette.plugin_config(PLUGIN) or {}, os.environ, beside)
