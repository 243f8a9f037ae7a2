"""What a probe saw: answers, the fields read from each with their elements, and what is missing."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from aktenkundig.fixtures import record_of
from crawler.errors import ReadingError
from crawler.identity import is_file, is_release
from crawler.pages.soup import ParsedPage, open_page
from crawler.sources import SourceDescription, page_classes
from crawler.wordlists import words

ENTRIES_SHOWN = 2
"""Entries of a listing whose fields are shown."""

COLUMNS = {"listing": ("list", "teaser", "thumbnails"), "release": ("heading", "meta", "press"), "page": ("heading",)}
ZONES = {
    "headline": ("heading",),
    "kicker": ("heading",),
    "number": ("meta",),
    "published_text": ("meta",),
    "authority": ("meta",),
    "date_text": ("teaser", "thumbnails"),
    "title_text": ("teaser", "thumbnails"),
    "number_text": ("thumbnails",),
    "teaser": ("teaser",),
}
"""Where the reading takes each field from, and where its element is looked for alone."""

NEEDED = {"kurzpapier": ("number_text", "Kurzpapiere ohne Nummer")}
"""What entries of a type cannot do without: most of them must have it."""

HARMLESS = ("missing_page", "not_listed", "excluded", "fallback_markup")
"""Kinds of problems that say something about the site but do not stand in the way of a crawl."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of the site. ``kind`` is ``robots``, ``listing``, ``release``, ``page`` or ``file``."""

    url: str
    kind: str
    status: int
    content_type: str
    body: bytes
    etag: str | None = None
    last_modified: str | None = None

    def fixture_name(self, source: SourceDescription) -> str:
        """A folder name for this page: source, kind and address.

        >>> from crawler.sources import load_source
        >>> Answer(url="https://www.datenschutz-mv.de/presse/?id=208815", kind="release", status=200,
        ...        content_type="", body=b"").fixture_name(load_source("dsmv"))
        'dsmv-release-presse-id-208815'
        """
        path = re.sub(r"[^a-z0-9]+", "-", self.url.removeprefix(source.site).lower()).strip("-")
        return f"{source.name}-{self.kind}-{path}"[:120].rstrip("-")


@dataclass(frozen=True, kw_only=True)
class FieldSeen:
    """A field as read: its value, the element it stands in, and whether a document cannot do without it."""

    name: str
    value: str | None
    element: str | None = None
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class PageSeen:
    """One page as read. ``record`` is the plain reading, ``kept`` what the archive would keep of it."""

    answer: Answer
    record: Mapping[str, Any]
    fields: tuple[FieldSeen, ...] = ()
    known: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    kept: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A row of ``problems`` of the look."""

    url: str
    kind: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everything a probe saw of a source; ``missing`` says in German what keeps it from being read."""

    source: SourceDescription
    answers: tuple[Answer, ...]
    pages: tuple[PageSeen, ...]
    problems: tuple[Problem, ...]
    missing: tuple[str, ...]


def kind_of(url: str, source: SourceDescription) -> str:
    """What kind of page stands at an address of the source."""
    if url == f"{source.site}/robots.txt":
        return "robots"
    if source.section_at(url) is not None:
        return "listing"
    if is_release(url, source) or (source.kind == "feed" and not is_file(url, source)):
        return "release"
    if url.removeprefix(source.site).startswith(source.guidance) and not is_file(url, source):
        return "page"
    return "file" if is_file(url, source) else "listing"


def problems_of(conn: sqlite3.Connection) -> tuple[Problem, ...]:
    """What the look noted, in order."""
    rows = conn.execute("select coalesce(url, ''), kind, coalesce(detail, '') from problems order by id")
    return tuple(Problem(url=url, kind=kind, detail=detail) for url, kind, detail in rows)


def look_at(
    source: SourceDescription,
    answers: Sequence[Answer],
    *,
    problems: tuple[Problem, ...],
    documents: Mapping[str, Mapping[str, Any]],
) -> Look:
    """Read every good answer and say what is missing; ``documents`` are what the archive keeps, by address."""
    read = [one for one in answers if one.status == 200 and one.kind != "robots"]
    pages = tuple(_page_seen(one, source, documents.get(one.url)) for one in read)
    return Look(
        source=source,
        answers=tuple(answers),
        pages=pages,
        problems=problems,
        missing=tuple(_missing(source, answers, pages, problems)),
    )


def _page_seen(answer: Answer, source: SourceDescription, kept: Mapping[str, Any] | None) -> PageSeen:
    record = record_of(answer.kind, answer.body, url=answer.url, content_type=answer.content_type, source=source)
    page = _parsed(answer, source) if answer.kind in COLUMNS else None
    known, unknown = class_names(page, COLUMNS[answer.kind]) if page else (Counter[str](), Counter[str]())
    return PageSeen(
        answer=answer,
        record=record,
        fields=tuple(_fields(answer, record, page)),
        known=known,
        unknown=unknown,
        kept=kept,
    )


def _parsed(answer: Answer, source: SourceDescription) -> ParsedPage | None:
    try:
        return open_page(answer.body, url=answer.url, source=source, content_type=answer.content_type)
    except ReadingError:
        return None


def _fields(answer: Answer, record: Mapping[str, Any], page: ParsedPage | None) -> Iterator[FieldSeen]:
    if page is None or "error" in record:
        return
    if answer.kind in ("release", "page"):
        yield from _fields_of_release(record, page, dated=answer.kind == "release")
    else:
        yield from _fields_of_listing(record, page)


def _fields_of_release(record: Mapping[str, Any], page: ParsedPage, *, dated: bool) -> Iterator[FieldSeen]:
    yield _seen(page, "headline", record["headline"], required=True, parts=record["heading_lines"])
    yield _seen(page, "kicker", record["kicker"], parts=record["heading_lines"])
    if dated:
        yield _seen(page, "published_text", record["published_text"], required=True)
        yield _seen(page, "number", record["number"])
        yield _seen(page, "authority", record["authority"])
    paragraphs = record["paragraphs"]
    yield _seen(page, "first_paragraph", paragraphs[0] if paragraphs else None)
    yield _seen(page, "last_paragraph", paragraphs[-1] if len(paragraphs) > 1 else None)
    for attachment in record["attachments"]:
        yield _seen(page, "attachment", attachment["title"])
    for caption in record["captions"]:
        yield _seen(page, "caption", caption)


def _fields_of_listing(record: Mapping[str, Any], page: ParsedPage) -> Iterator[FieldSeen]:
    for item in record["items"][:ENTRIES_SHOWN]:
        yield _seen(page, "title_text", item["title_text"], required=True)
        for name in ("date_text", "number_text", "teaser"):
            if item[name] or name == "date_text":
                yield _seen(page, name, item[name])


def _seen(
    page: ParsedPage, name: str, value: str | None, *, required: bool = False, parts: Sequence[str] = ()
) -> FieldSeen:
    """A field with its element; of a heading that is broken up, the element of the first part."""
    zones = ZONES.get(name, ())
    texts = [value, *(part for part in parts if value and part in value)]
    found = (element_path(page, text, zones) for text in texts if text)
    return FieldSeen(name=name, value=value, element=next((path for path in found if path), None), required=required)


def _missing(
    source: SourceDescription, answers: Sequence[Answer], pages: Sequence[PageSeen], problems: Sequence[Problem]
) -> Iterator[str]:
    yield from _missing_kinds(source, pages)
    yield from (sentence for page in pages for sentence in _lacking(page))
    for page in pages:
        if "error" in page.record and not _is_optional(page.answer.url, source):
            yield f"{page.answer.url}: {page.record['detail']}"
    for problem in problems:
        read = any(problem.url == page.answer.url for page in pages)
        if not read and problem.kind not in HARMLESS and not _is_optional(problem.url, source):
            yield f"{problem.url}: {problem.detail}"
    for url in _absent_sections(source, answers):
        yield f"{url}: Diese Übersicht gibt es nicht."


def _missing_kinds(source: SourceDescription, pages: Sequence[PageSeen]) -> Iterator[str]:
    listed = [page for page in pages if page.answer.kind == "listing" and page.record.get("items")]
    if not listed:
        yield "Auf keiner Übersicht wurde ein Eintrag gefunden."
    wanted = {"press_portal": ("release",), "sections": ("file",), "feed": ("release", "file")}[source.kind]
    if not any(page.answer.kind in wanted for page in pages):
        yield "Kein einziges Dokument konnte abgerufen werden."


def _lacking(page: PageSeen) -> Iterator[str]:
    """What most entries of a listing lack though their type needs it."""
    for doc_type, (name, said) in NEEDED.items():
        items = [item for item in page.record.get("items", ()) if item["doc_type"] == doc_type]
        empty = sum(not item[name] for item in items)
        if page.answer.kind == "listing" and 2 * empty > len(items):
            yield f"{page.answer.url}: {empty} von {len(items)} {said}."


def _absent_sections(source: SourceDescription, answers: Sequence[Answer]) -> Iterator[str]:
    gone = {answer.url for answer in answers if answer.status in (404, 410)}
    for section in source.sections:
        if not section.optional and source.site + section.path in gone:
            yield source.site + section.path


def _is_optional(url: str, source: SourceDescription) -> bool:
    """Whether a listing may be missing: one that its description says so of, or one found in the menu only."""
    if source.kind != "sections" or kind_of(url, source) != "listing":
        return False
    section = source.section_at(url)
    return section is None or section.optional


LONGEST_TEXT = 2_000_000
"""Characters of a page in which elements are looked for; more is no page for people."""

STEPS = 3


def element_path(page: ParsedPage, value: str, zones: Sequence[str] = ()) -> str | None:
    """The innermost element that holds ``value``, as ``div.teaser_meta > span.dtstart``; None if none does.

    White space does not count. Only ``zones`` (see ``crawler/sources``) are searched, where the page has any of them,
    else the text column; of several elements the one that holds nothing else.

    >>> from crawler.pages.soup import open_page
    >>> from crawler.sources import load_source
    >>> body = b"<div class='teaser_meta'>Nr.20250416 | <span class='dtstart'>16.04.2025</span> | DSMV</div>"
    >>> page = open_page(body, url="https://www.datenschutz-mv.de/presse/?id=7", source=load_source("dsmv"))
    >>> element_path(page, "16.04.2025", ["meta"])
    'div.teaser_meta > span.dtstart'
    """
    wanted = _squeezed(value)
    zoned = [element for zone in zones for element in page.zones.get(zone, ())]
    inner = [_innermost(place, wanted) for place in zoned or [page.tree] if _holds(place, wanted)]
    exact = next((element for element in inner if _text(element) == wanted), None)
    return _path(exact if exact is not None else inner[0]) if inner else None


def _holds(place: etree._Element, wanted: str) -> bool:
    text = _text(place)
    return bool(wanted) and wanted in text and len(text) <= LONGEST_TEXT


def class_names(page: ParsedPage, zones: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
    """The class names of the text column: those that the reading knows, and those that it does not."""
    column = page.column(zones)
    names = Counter(str(name) for tag in column.find_all(class_=True) for name in tag.get("class") or ())
    known = _known_names()
    return (
        Counter({name: count for name, count in names.items() if name.lower() in known}),
        Counter({name: count for name, count in names.items() if name.lower() not in known}),
    )


def _known_names() -> set[str]:
    tables = (page_classes("zones"), page_classes("marks"))
    described = (name for table in tables for names in table.values() for name in names)
    return {name.lower() for name in (*described, *words("furniture")["skip"]["names"])}


def _innermost(element: etree._Element, wanted: str) -> etree._Element:
    while True:
        inner = next((child for child in element if _is_element(child) and wanted in _text(child)), None)
        if inner is None:
            return element
        element = inner


def _path(element: etree._Element) -> str:
    steps = [_step(element)]
    for parent in element.iterancestors():
        if len(steps) >= STEPS or (len(steps) > 1 and "." in steps[-1]) or parent.tag in ("body", "html"):
            break
        steps.append(_step(parent))
    return " > ".join(reversed(steps))


def _step(element: etree._Element) -> str:
    names = (element.get("class") or "").split()[:2]
    return ".".join([str(element.tag), *names])


def _is_element(node: etree._Element) -> bool:
    return isinstance(node.tag, str)


def _text(element: etree._Element) -> str:
    return _squeezed("".join(str(part) for part in element.itertext()))


def _squeezed(text: str) -> str:
    return "".join(text.split())
