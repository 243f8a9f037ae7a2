"""What a probe saw: answers, the fields read from each with their elements, and what is missing."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aktenkundig.fixtures import record_of
from crawler.errors import ReadingError
from crawler.identity import is_file, is_release
from crawler.pages.blocks import Place, noted_places
from crawler.pages.soup import ParsedPage, open_page
from crawler.sources import SourceDescription, page_classes
from crawler.wordlists import words

ENTRIES_SHOWN = 2
"""Entries of a listing whose fields are shown."""

COLUMNS = {"listing": ("list", "teaser", "thumbnails"), "release": ("heading", "meta", "press"), "page": ("heading",)}
TAKEN_AS = {
    "headline": "heading",
    "kicker": "heading",
    "published_text": "date",
    "date_text": "date",
    "title_text": "title",
    "number_text": "number",
    "first_paragraph": "paragraph",
    "last_paragraph": "paragraph",
}
"""What readers call what they take, where it bears another name (see ``crawler.pages.blocks.note_place``)."""

NEEDED = {"kurzpapier": ("number_text", "Kurzpapiere ohne Nummer")}
"""What entries of a type cannot do without: most of them must have it."""

EMPTY = {
    "headline": "keine Überschrift",
    "published_text": "kein Datum, auch nicht in der Übersicht",
    "first_paragraph": "weder Text noch Datei",
    "title_text": "ein Eintrag ohne Titel",
}
"""What is said of a page where a field is empty that its kind needs."""

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
    with noted_places() as places:
        record = record_of(answer.kind, answer.body, url=answer.url, content_type=answer.content_type, source=source)
    page = _parsed(answer, source) if answer.kind in COLUMNS else None
    known, unknown = class_names(page, COLUMNS[answer.kind]) if page else (Counter[str](), Counter[str]())
    return PageSeen(
        answer=answer,
        record=record,
        fields=tuple(_fields(answer, record, places)),
        known=known,
        unknown=unknown,
        kept=kept,
    )


def _parsed(answer: Answer, source: SourceDescription) -> ParsedPage | None:
    try:
        return open_page(answer.body, url=answer.url, source=source, content_type=answer.content_type)
    except ReadingError:
        return None


def _fields(answer: Answer, record: Mapping[str, Any], places: Sequence[Place]) -> Iterator[FieldSeen]:
    if answer.kind not in COLUMNS or "error" in record:
        return
    if answer.kind in ("release", "page"):
        yield from _fields_of_release(record, places, dated=answer.kind == "release")
    else:
        yield from _fields_of_listing(record, places)


def _fields_of_release(record: Mapping[str, Any], places: Sequence[Place], *, dated: bool) -> Iterator[FieldSeen]:
    yield _seen(places, "headline", record["headline"], required=True)
    yield _seen(places, "kicker", record["kicker"])
    if dated:
        yield _seen(places, "published_text", record["published_text"], required=True)
        yield _seen(places, "number", record["number"])
        yield _seen(places, "authority", record["authority"])
    paragraphs = record["paragraphs"]
    needed = dated and not record["attachments"]
    yield _seen(places, "first_paragraph", paragraphs[0] if paragraphs else None, required=needed)
    yield _seen(places, "last_paragraph", paragraphs[-1] if len(paragraphs) > 1 else None)
    for attachment in record["attachments"]:
        yield _seen(places, "attachment", attachment["title"])
    for caption in record["captions"]:
        yield _seen(places, "caption", caption)


def _fields_of_listing(record: Mapping[str, Any], places: Sequence[Place]) -> Iterator[FieldSeen]:
    for item in record["items"][:ENTRIES_SHOWN]:
        yield _seen(places, "title_text", item["title_text"], required=True)
        for name in ("date_text", "number_text", "teaser"):
            if item[name] or name == "date_text":
                yield _seen(places, name, item[name])


def _seen(places: Sequence[Place], name: str, value: str | None, *, required: bool = False) -> FieldSeen:
    """A field with the element that the reader took it from; of what it joins, that of the first part."""
    wanted, same, parts = _squeezed(value or ""), list[str](), list[str]()
    for kind, said, path in places:
        if value and kind == TAKEN_AS.get(name, name):
            same += [path] if _squeezed(said) == wanted else []
            parts += [path] if _squeezed(said) in wanted or wanted in _squeezed(said) else []
    return FieldSeen(name=name, value=value, element=next(iter([*same, *parts]), None), required=required)


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
    """What a page lacks though its kind needs it, and most entries of a listing though their type does."""
    for name in (one.name for one in page.fields if one.required and not one.value):
        if name != "published_text" or not (page.kept or {}).get("published_on"):
            yield f"{page.answer.url}: {EMPTY[name]}."
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


def _squeezed(text: str) -> str:
    return "".join(text.split())
