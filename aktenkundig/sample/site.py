"""Answers what the two sample sites serve at an address on a day: status, headers and bytes."""

from __future__ import annotations

import hashlib
import io
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib import resources
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from aktenkundig.sample import dsk_pages, dsmv_pages
from aktenkundig.sample.history import world_on
from aktenkundig.sample.texts import Paper, Release, World, made_releases, plain

ROBOTS = "User-agent: *\nDisallow: /suche/\nDisallow: /merkliste/\nDisallow: /static/DS/Dateien/intern/\n"
HTML, HTML_UTF8 = "text/html", "text/html; charset=UTF-8"
DSK_ROOT = "https://www.datenschutzkonferenz-online.de/"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an address answers, before caching and compression."""

    status: int = 200
    content_type: str = HTML_UTF8
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:24]}"'


def answer(host: str, target: str, day: int, made: int = 0) -> Answer:
    """What ``dsmv`` or ``dsk`` answers to a request target.

    ``made`` above 0 shows so many releases of the sentence stock in place of the written ones.
    """
    parts = urlsplit(target)
    path = unicodedata.normalize("NFC", unquote(parts.path))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if path == "/robots.txt":
        return Answer(content_type="text/plain", body=ROBOTS.encode())
    if host == "dsk":
        return _dsk(path, day)
    return _dsmv(path, query, _made_world(made) if made else world_on(day))


# -- DSMV ------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _made_world(count: int) -> World:
    return replace(world_on(1), releases=tuple(made_releases(count)))


def _dsmv(path: str, query: Mapping[str, str], world: World) -> Answer:
    if path == dsmv_pages.PRESS:
        return _release(query["id"], world) if "id" in query else _listing(query, world)
    if path in ("/", "/index.html"):
        return _page(dsmv_pages.start_page(world))
    key = f"{path}?id={query['id']}" if "id" in query else path
    found = _files(world.day).get(("dsmv", key))
    if found:
        return _file(found, world)
    guidance = next((page for page in world.guidance if page.path == path), None)
    return _page(dsmv_pages.guidance_page(guidance, world)) if guidance else _dsmv_missing(world)


def _listing(query: Mapping[str, str], world: World) -> Answer:
    offset = query.get("pager.items.offset", "0")
    listed = [release for release in world.releases if world.answers.get(str(release.id)) in (None, "503")]
    if not offset.isdecimal() or int(offset) >= max(len(listed), 1):
        return _dsmv_missing(world)
    return _page(dsmv_pages.listing_page(listed, int(offset), world))


def _release(number: str, world: World) -> Answer:
    release = world.by_number.get(number)
    if release is None:
        return _dsmv_missing(world)
    trouble = TROUBLES.get(world.answers.get(number, ""))
    return trouble(world) if trouble else _page(dsmv_pages.release_page(release, world))


def _dsmv_missing(world: World) -> Answer:
    return _page(dsmv_pages.error_page(world), status=404)


def _gone(world: World) -> Answer:
    return _page(dsmv_pages.error_page(world), status=410)


def _soft_404(world: World) -> Answer:
    return _page(dsmv_pages.error_page(world))


def _redirected(world: World) -> Answer:
    return Answer(status=302, headers={"Location": "/"})


def _unavailable(world: World) -> Answer:
    return Answer(status=503, body=b"<html><body>Wartungsarbeiten</body></html>")


TROUBLES: dict[str, Callable[[World], Answer]] = {
    "404": _dsmv_missing,
    "410": _gone,
    "soft_404": _soft_404,
    "redirect": _redirected,
    "503": _unavailable,
}


def _page(html: str, *, status: int = 200) -> Answer:
    return Answer(status=status, body=html.encode())


# -- DSK -------------------------------------------------------------------------------------


def _dsk(path: str, day: int) -> Answer:
    world = world_on(day)
    if path in ("/", "/index.html"):
        return _dsk_page(dsk_pages.start_page(world))
    section = next((section for section in world.sections if path == f"/{section.name}.html"), None)
    if section:
        return _dsk_page(dsk_pages.section_page(section, world))
    found = _files(day).get(("dsk", path))
    return _file(found, world) if found else _dsk_page(dsk_pages.error_page(world), status=404)


def _dsk_page(html: str, *, status: int = 200) -> Answer:
    return Answer(status=status, content_type=HTML, body=html.encode())


# -- files of both -----------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _files(day: int) -> dict[tuple[str, str], Paper]:
    """The files of a day by host and decoded path (with ``?id=…`` for numbered downloads)."""
    return {_place(paper): paper for paper in world_on(day).papers}


def _place(paper: Paper) -> tuple[str, str]:
    """Where the file lies: hrefs of the DSK begin with ``../``, those of DSMV with ``/``."""
    if paper.href.startswith("/"):
        return "dsmv", _decoded(paper.href)
    return "dsk", _decoded("/" + urljoin(DSK_ROOT, paper.href).removeprefix(DSK_ROOT))


def _decoded(address: str) -> str:
    return unicodedata.normalize("NFC", unquote(address))


def _file(paper: Paper, world: World) -> Answer:
    trouble = TROUBLES.get(world.answers.get(paper.key, ""))
    if trouble:
        return trouble(world)
    source = source_paper(paper, world)
    headers = {}
    if "?id=" in paper.href:
        name = paper.title.replace(" ", "_").encode("ascii", "ignore").decode()
        headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return Answer(content_type=content_type(source), body=paper_bytes(source), headers=headers)


CONTENT_TYPES = {
    "odt": "application/vnd.oasis.opendocument.text",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
LOGIN = b"<!DOCTYPE html><html><head><title>Anmeldung</title></head><body>Bitte anmelden.</body></html>"


@lru_cache(maxsize=256)
def paper_bytes(paper: Paper) -> bytes:
    """The file as the site serves it. Raises KeyError for one that was not made (``benchmarks/sample_files.py``)."""
    return LOGIN if paper.form == "html" else _shipped().read(file_name(paper))


def content_type(paper: Paper) -> str:
    """The Content-Type that the site sends; also for HTML under a PDF's name."""
    return CONTENT_TYPES.get(paper.form, "application/pdf")


def file_name(paper: Paper) -> str:
    """The name of a file among the shipped ones: it changes with whatever the file shows."""
    shown = (paper.title, paper.form, paper.head, paper.body, paper.theme, paper.filler, paper.saves)
    return f"{paper.key}-{hashlib.sha256(repr(shown).encode()).hexdigest()[:12]}"


def source_paper(paper: Paper, world: World) -> Paper:
    """The paper whose text and bytes are served: a copy names another paper or a press release."""
    if not paper.same_as:
        return paper
    release = world.by_number.get(paper.same_as)
    if release:
        return replace(paper, form="release", body=_release_text(release))
    return next(other for other in world.papers if other.key == paper.same_as)


def _release_text(release: Release) -> str:
    lines = [release.kicker.replace("\n", " "), "# " + release.headline.replace("\n", " ")]
    return "\n\n".join([*(line for line in lines if line), *(plain(part) for part in release.paragraphs)])


@cache
def _shipped() -> zipfile.ZipFile:
    raw = resources.files("aktenkundig.sample").joinpath("data/papers.zip").read_bytes()
    return zipfile.ZipFile(io.BytesIO(raw))
