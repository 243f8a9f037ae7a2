"""Prüffälle: a page as it was received, and the record that a reviewer expects to be read from it.

A fixture is a folder: ``inputs/page`` holds the bytes, ``inputs/page.json`` what is known of them,
``output.json`` the expected record and whether a person has looked at it (``reviewed``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from crawler.errors import ReadingError, describe_error
from crawler.identity import document_id_for
from crawler.pages.article import read_article
from crawler.pages.feed import read_feed
from crawler.pages.release import read_release
from crawler.pages.release_list import read_release_list
from crawler.pages.section_page import read_guidance, read_section
from crawler.sources import Section, SourceDescription, load_source
from pipelines.files.file_worker import FileWorker
from pipelines.files.reader import read_file

PAGE, ABOUT, OUTPUT = "inputs/page", "inputs/page.json", "output.json"
README_LINE = (
    "Prüffälle, angelegt mit »aktenkundig probe QUELLE --save ORDNER«: Je Ordner liegen unter inputs/ die Bytes, "
    "wie sie kamen, und in output.json, was daraus gelesen wurde. Bitte mit der Seite vergleichen, berichtigen "
    "und »reviewed« auf true setzen; geprüfte Fälle werden nicht mehr überschrieben."
)


@dataclass(frozen=True, kw_only=True)
class Fixture:
    """One page. ``kind`` is ``listing``, ``release``, ``page`` or ``file``; ``expected`` the record as plain JSON."""

    name: str
    source: str
    kind: str
    url: str
    content_type: str
    body: bytes
    expected: Mapping[str, Any]
    reviewed: bool = False


def record_of(kind: str, body: bytes, *, url: str, content_type: str, source: SourceDescription) -> dict[str, Any]:
    """What is read from a page, as plain JSON; an error becomes ``{"error": kind, "detail": sentence}``."""
    try:
        record = READERS[kind](body, url, content_type, source)
    except ReadingError as error:
        record = {"error": error.kind, "detail": describe_error(error)}
    plain: dict[str, Any] = json.loads(json.dumps(record, ensure_ascii=False))
    return plain


def differences(fixture: Fixture) -> list[str]:
    """Where the reading of a fixture differs from what is expected, a line for each field."""
    source = load_source(fixture.source)
    found = record_of(fixture.kind, fixture.body, url=fixture.url, content_type=fixture.content_type, source=source)
    return [
        f"{fixture.name}: {key}: erwartet {fixture.expected.get(key)!r}, gelesen {found.get(key)!r}"
        for key in sorted({*fixture.expected, *found})
        if fixture.expected.get(key) != found.get(key)
    ]


def save_fixture(folder: Path, fixture: Fixture) -> bool:
    """Write a fixture below ``folder``; False when a reviewed one is there, which stays as it is."""
    place = folder / fixture.name
    if (place / OUTPUT).exists() and load_fixture(place).reviewed:
        return False
    (place / PAGE).parent.mkdir(parents=True, exist_ok=True)
    (place / PAGE).write_bytes(fixture.body)
    about = {name: getattr(fixture, name) for name in ("source", "kind", "url", "content_type")}
    _write_json(place / ABOUT, about)
    _write_json(place / OUTPUT, {"reviewed": fixture.reviewed, "record": fixture.expected})
    (folder / "README.md").write_text(README_LINE + "\n", encoding="utf-8")
    return True


def load_fixture(place: Path) -> Fixture:
    """Read the fixture in the folder ``place``. Raises OSError and ValueError for anything else."""
    about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
    output = json.loads((place / OUTPUT).read_text(encoding="utf-8"))
    return Fixture(
        **about,
        name=place.name,
        body=(place / PAGE).read_bytes(),
        expected=output["record"],
        reviewed=output["reviewed"],
    )


def load_fixtures(folder: Path) -> Iterator[Fixture]:
    """Every fixture below ``folder``, sorted by name."""
    for output in sorted(folder.glob(f"*/{OUTPUT}")):
        yield load_fixture(output.parent)


def _listing(body: bytes, url: str, content_type: str, source: SourceDescription) -> dict[str, Any]:
    if source.kind == "press_portal":
        return asdict(read_release_list(body, url=url, source=source, content_type=content_type))
    section = source.section_at(url) or Section(path="", optional=True)
    if section in source.feeds:
        return asdict(read_feed(body, url=url, section=section, source=source, content_type=content_type))
    return asdict(read_section(body, url=url, section=section, source=source, content_type=content_type))


def _release(body: bytes, url: str, content_type: str, source: SourceDescription) -> dict[str, Any]:
    document_id = document_id_for(url, source)
    if source.kind == "feed":
        return asdict(read_article(body, url=url, document_id=document_id, content_type=content_type, source=source))
    return asdict(read_release(body, url=url, document_id=document_id, content_type=content_type, source=source))


def _page(body: bytes, url: str, content_type: str, source: SourceDescription) -> dict[str, Any]:
    document_id = document_id_for(url, source)
    read = read_guidance(body, url=url, document_id=document_id, source=source, content_type=content_type)
    listing = asdict(read.listing)
    return asdict(read.page) | {name: listing[name] for name in ("items", "excluded")}


def _file(body: bytes, url: str, content_type: str, source: SourceDescription) -> dict[str, Any]:
    name = unquote(url.rsplit("/", 1)[-1])
    media = content_type.split(";")[0].strip().lower()
    with FileWorker() as worker:
        file = read_file(body, content_type=media, file_name=name, worker=worker)
    return {
        "page_count": file.page_count,
        "methods": sorted({page.method for page in file.pages}),
        "first_page": file.pages[0].text if file.pages else "",
        "problems": [one.kind for one in file.problems],
    }


READERS = {"listing": _listing, "release": _release, "page": _page, "file": _file}
"""How each kind of page is read."""


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
