"""The sources: one TOML file per site describes it; nothing else is needed for a sister site."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

Row = dict[str, str | int | None]
"""A row of the tables ``sources`` and ``source_licences``."""

DATE_PLACES = ("front", "end", "cell", "summary", "heading")
KINDS = ("press_portal", "sections", "feed")


@dataclass(frozen=True, kw_only=True)
class Section:
    """One listing page or feed; ``optional`` says that it may not exist.

    ``issuer`` is the short name of the body that the section states for all it lists, or empty. ``date_at`` says where
    the date of an entry stands, in this order: in the title's ``front`` or ``end``, or just before or behind the link,
    in a ``cell`` of its row, in the ``summary`` around it, in the ``heading`` above. ``text`` says of
    a feed where the text of its entries stands: on the ``page`` they link to, or in the ``entry`` alone, where that
    page shows nothing without scripts.
    """

    path: str
    doc_type: str = "information"
    label: str = ""
    issuer: str = ""
    optional: bool = False
    text: str = "page"
    date_at: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "date_at", tuple(self.date_at))
        if self.text not in ("page", "entry") or not set(self.date_at) <= set(DATE_PLACES):
            raise ValueError(f"source description: section {self.path!r}: odd text or date_at")


@dataclass(frozen=True, kw_only=True)
class FileType:
    """Files whose path (below the site's file path) begins with ``path`` are of ``doc_type``."""

    path: str
    doc_type: str


@dataclass(frozen=True, kw_only=True)
class Licence:
    """The terms of one type of document, where they differ from those of the site; ``url`` leads to their text."""

    doc_type: str
    licence: str
    source_note: str | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class SourceDescription:
    """One site. Paths are site-relative (``/presse/``); ``site`` is the canonical origin without ``/``.

    ``press_portal`` is the content system of the state portals of Mecklenburg-Vorpommern: list pages
    at ``start``, releases named by the query parameters ``id_parameter`` and ``processor``.
    ``ignored_parameters`` are sessions and views in addresses, in small letters: ``nn``, or ``print=1``.
    ``sections`` is a site of long listing pages with files, ``feed`` one whose ``feeds`` (RSS, Atom) name pages and
    files; its ``sections`` are list pages beside them, whose entries may be pages below ``page_paths``.
    ``file_paths`` are prefixes of path, or of path and query where they hold a ``?``. ``id_prefix`` begins every
    document id of the source. One that is not ``active`` is crawled only when it is named; ``delay`` are the
    seconds between two requests that its site wants. ``originals`` says that other sources repeat its documents.
    """

    name: str
    label: str
    site: str
    kind: str
    publisher: str
    id_prefix: str
    hosts: frozenset[str]
    start: tuple[str, ...] = ()
    items_per_page: int | None = None
    id_parameter: str = "id"
    processor: str = "processor.sa.pressemitteilung"
    doc_type: str = "pressemitteilung"
    file_paths: tuple[str, ...] = ()
    ignored_parameters: tuple[str, ...] = ()
    file_types: tuple[FileType, ...] = ()
    guidance: tuple[str, ...] = ()
    feeds: tuple[Section, ...] = ()
    sections: tuple[Section, ...] = ()
    page_paths: tuple[str, ...] = ()
    licence: str = "Lizenz nicht angegeben."
    licences: tuple[Licence, ...] = ()
    described_from: str | None = None
    originals: bool = False
    active: bool = True
    delay: float = 0.0

    @cached_property
    def spelled(self) -> dict[str, str]:
        """Canonical addresses of links that do not depend on their page, as they were written (see ``pages.links``).

        Every page of a site repeats its menu: the same hundred links need not be resolved again for each.
        """
        return {}

    @property
    def host(self) -> str:
        """The canonical host, ``www.datenschutz-mv.de``."""
        return urlsplit(self.site).netloc

    @property
    def release_path(self) -> str:
        """The path at which releases are addressed: that of the first list page."""
        return self.start[0] if self.start else "/"

    def entry(self) -> tuple[Row, list[Row]]:
        """The row of this site in ``sources``, and its rows in ``source_licences``.

        >>> row, licences = load_source("dsk").entry()
        >>> row["label"], row["home"], licences[0]["doc_type"]
        ('DSK', 'https://www.datenschutzkonferenz-online.de/', 'sdm')
        """
        row: Row = {
            "name": self.name,
            "label": self.publisher,
            "label_long": self.label,
            "publisher": self.publisher,
            "home": self.site + "/",
            "licence": self.licence,
            "described_from": self.described_from,
            "originals": int(self.originals),
        }
        return row, [{"source": self.name, **vars(one)} for one in self.licences]

    def start_urls(self) -> tuple[str, ...]:
        """The absolute addresses a crawl begins with: list pages, feeds, sections, then guidance pages."""
        paths = (*self.start, *(section.path for section in (*self.feeds, *self.sections)), *self.guidance)
        return tuple(self.site + path for path in paths)

    def section_at(self, url: str) -> Section | None:
        """The described section or feed at an absolute canonical address, or None."""
        return next((one for one in (*self.feeds, *self.sections) if self.site + one.path == url), None)


PARTS = {"feeds": Section, "sections": Section, "licences": Licence, "file_types": FileType}


def describe(table: Mapping[str, Any]) -> SourceDescription:
    """Make a description of a TOML table; raises ValueError naming what is wrong with it.

    Required are ``name``, ``label``, ``site`` and ``kind``. ``hosts`` are the canonical host, the same
    without ``www.``, and ``also_hosts``.

    >>> lung = describe({"name": "lung", "label": "Landesamt für Umwelt, Naturschutz und Geologie",
    ...                  "site": "https://www.lung.mv-regierung.de", "kind": "press_portal"})
    >>> sorted(lung.hosts), lung.publisher
    (['lung.mv-regierung.de', 'www.lung.mv-regierung.de'], 'LUNG')
    """
    values = {key: value for key, value in table.items() if key != "classes"}
    _refuse_odd(values)
    host = urlsplit(values["site"]).netloc
    values["hosts"] = frozenset({host, host.removeprefix("www."), *values.pop("also_hosts", ())})
    for key, kind in PARTS.items():
        values[key] = tuple(kind(**one) for one in values.pop(key, ()))
    for key in ("start", "file_paths", "page_paths", "guidance", "ignored_parameters"):
        values[key] = tuple(values.get(key, ()))
    values.setdefault("publisher", values["name"].upper())
    values.setdefault("id_prefix", values["name"])
    return SourceDescription(**values)


def _refuse_odd(values: Mapping[str, Any]) -> None:
    known = {field.name for field in fields(SourceDescription)} | {"also_hosts"}
    missing = [key for key in ("name", "label", "site", "kind") if not values.get(key)]
    unknown = sorted(set(values) - (known - {"hosts"}))
    if missing or unknown:
        raise ValueError(f"source description: missing {missing}, unknown {unknown}")
    if values["kind"] not in KINDS:
        raise ValueError(f"source description: kind {values['kind']!r} is none of {KINDS}")
    if not values["site"].startswith(("https://", "http://")) or values["site"].endswith("/"):
        raise ValueError(f"source description: site {values['site']!r} is no bare origin")


@cache
def load_source(name: str) -> SourceDescription:
    """The description in ``crawler/sources/<name>.toml``; raises KeyError for an unknown name.

    >>> load_source("dsk").sections[0].path
    '/entschliessungen.html'
    """
    if name not in source_names():
        raise KeyError(name)
    return describe(_table(name))


@cache
def page_classes(part: str) -> dict[str, tuple[str, ...]]:
    """The class names of all sources' pages by what they mark: ``zones`` hold text, ``marks`` say what one thing is.

    A name means the same on every site, so that a sister site needs none of its own.

    >>> page_classes("zones")["thumbnails"], page_classes("marks")["hint"]
    (('thumbnail_list',), ('hint-box',))
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in source_names():
        for mark, names in _table(name).get("classes", {}).get(part, {}).items():
            found[mark] = tuple(dict.fromkeys((*found.get(mark, ()), *names)))
    return found


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files("crawler.sources") / f"{name}.toml").read_text(encoding="utf-8"))


def active_sources() -> list[str]:
    """The names of the sources that are crawled unless others are named.

    >>> active_sources()
    ['dsk', 'dsmv']
    """
    return [name for name in source_names() if load_source(name).active]


def source_names() -> list[str]:
    """The names of all described sources, sorted.

    >>> {"dsk", "dsmv"} <= set(source_names())
    True
    """
    entries = (entry.name for entry in files("crawler.sources").iterdir())
    return sorted(name.removesuffix(".toml") for name in entries if name.endswith(".toml"))


__all__ = [
    "FileType",
    "Section",
    "SourceDescription",
    "active_sources",
    "describe",
    "load_source",
    "page_classes",
    "source_names",
]
