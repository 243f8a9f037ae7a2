"""Makes publications of scraped records: dates, issuer, mended text, citations, topics, fingerprint."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from archive.keeping.records import (
    AttachmentRecord,
    CitationRecord,
    LinkRecord,
    MendingRecord,
    PageRecord,
    Publication,
    SectionRecord,
)
from crawler.items import DocumentRead, Link, ListedItem, PageText
from pipelines.bodies import land_of
from pipelines.citations import find_citations
from pipelines.contact import contact_spans
from pipelines.dates import DateSources, LabelReading, RejectedDate, read_dates, read_label
from pipelines.files.records import FileText
from pipelines.fingerprint import fingerprint
from pipelines.issuers import IssuerReading, find_issuer
from pipelines.language import detect_language
from pipelines.mending import Mended, mend, mend_pages
from pipelines.topics import assign_topics

HEADING_LINES = 12
"""So many lines of a file's first page are taken for its heading."""


@dataclass(frozen=True, kw_only=True)
class ReadingProblem:
    """Something about a document that an editor should know; becomes a ``problems`` row."""

    stage: str
    kind: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A document between scraped record and publication: verbatim parts, named by what they are."""

    item: DocumentRead
    title: str
    kicker: str | None
    number: str | None
    heading_lines: tuple[str, ...]
    verbatim_pages: tuple[str, ...]
    readable_pages: tuple[tuple[str, str], ...]
    dates: DateSources
    fingerprint: str
    attachments: tuple[AttachmentRecord, ...] = ()
    links: tuple[LinkRecord, ...]
    page_count: int | None
    file_name: str
    problems: tuple[ReadingProblem, ...] = ()
    status: str | None = None
    captions: str | None = None
    crossings: tuple[tuple[str, int] | None, ...] = ()
    sections: tuple[SectionRecord, ...] = ()


def publication_of_page(item: DocumentRead) -> tuple[Publication, tuple[ReadingProblem, ...]]:
    """The publication of a text page (release, guidance page)."""
    page = item.content
    assert isinstance(page, PageText)
    text = "\n\n".join(page.paragraphs)
    dates = DateSources(meta=page.published_text, kicker=page.kicker, headline=page.headline, pages=(text,))
    return _publication(
        Draft(
            item=item,
            title=page.headline,
            kicker=page.kicker,
            number=page.number,
            heading_lines=page.heading_lines or (page.headline,),
            verbatim_pages=(text,),
            readable_pages=((text, "html"),),
            dates=dates,
            fingerprint=fingerprint(
                title=page.headline,
                kicker=page.kicker,
                number=page.number,
                printed_dates=[page.published_text or ""],
                text=page.paragraphs,
                attachments=[(one.url, one.title) for one in page.attachments],
                links=[link.url for link in page.links],
            ),
            attachments=tuple(AttachmentRecord(url=one.url, title=one.title) for one in page.attachments),
            links=_page_links(page.links),
            page_count=None,
            file_name="",
            captions="\n".join(page.captions) or None,
        )
    )


def publication_of_file(item: DocumentRead, file: FileText) -> tuple[Publication, tuple[ReadingProblem, ...]]:
    """The publication of a file: what its listing prints of it, and its text by page."""
    listed = item.listed or _unlisted(item)
    name = unquote(item.url.rsplit("/", 1)[-1])
    label = _label(listed, _day(item))
    verbatim = tuple(page.verbatim for page in file.pages)
    return _publication(
        Draft(
            item=item,
            title=label.title or listed.title_text or name,
            kicker=None,
            number=label.number or listed.number_text,
            heading_lines=(listed.label, *_first_lines(verbatim)),
            verbatim_pages=verbatim,
            readable_pages=tuple((page.text, page.method) for page in file.pages),
            dates=DateSources(
                label=label,
                front_matter="\n".join(verbatim[:3]) or None,
                file_name=name,
                pdf_metadata=file.metadata.created,
                pages=(*verbatim, *(page.crossing[0] for page in file.pages if page.crossing)),
                text_from="pdf_text",
            ),
            fingerprint=fingerprint(
                title=listed.title_text,
                kicker=None,
                number=listed.number_text,
                printed_dates=[listed.date_text or (label.raw or "")],
                text=file.content or (item.evidence.sha256,),
                attachments=[],
                links=[],
            ),
            links=tuple(LinkRecord(url=one.url, kind="link", evidence=f"S. {one.page}") for one in file.links),
            page_count=file.page_count,
            crossings=tuple(page.crossing for page in file.pages),
            sections=_sections(file),
            file_name=name,
            status=listed.status or label.note,
            problems=tuple(ReadingProblem(stage="file", kind=one.kind, detail=one.detail) for one in file.problems),
        )
    )


def _sections(file: FileText) -> tuple[SectionRecord, ...]:
    return tuple(
        SectionRecord(page=one.page, level=one.level, title=one.title, anchor=f"abschnitt-{count}")
        for count, one in enumerate(file.sections, start=1)
    )


def _is_section_page(item: DocumentRead) -> bool:
    """Whether a document is a page that lists others: it stays ``information``, whatever its title says."""
    return isinstance(item.content, PageText) and item.doc_type == "information"


def _publication(draft: Draft) -> tuple[Publication, tuple[ReadingProblem, ...]]:
    item, today = draft.item, _day(draft.item)
    dates = read_dates(draft.dates, today=today)
    mended = mend_pages([text for text, _ in draft.readable_pages])
    pages = _pages(draft, mended)
    texts = [page.text for page in pages]
    title, kicker = mend(draft.title).text, mend(draft.kicker).text if draft.kicker else None
    issuer = _issuer(draft, pages)
    language = detect_language("\n".join(texts), file_name=draft.file_name)
    listed = item.listed
    publication = Publication(
        id=item.document_id,
        source=item.source,
        doc_type=item.doc_type if _is_section_page(item) else refine_type(item.doc_type, title),
        issuer=issuer.issuer,
        publisher=item.publisher or None,
        title=title,
        kicker=kicker,
        number=draft.number,
        teaser=mend(listed.teaser).text if listed and listed.teaser else None,
        language=language,
        url=item.url,
        published_on=dates.published_on,
        issued_on=dates.issued_on,
        page_count=draft.page_count,
        parent_id=listed.parent_id if listed else None,
        section=item.doc_type,
        listed=listed_to_json(listed),
        status=draft.status,
        captions=draft.captions,
        pages=pages,
        dates=dates.records,
        topics=assign_topics(title=title, kicker=kicker, pages=texts, contact_spans=[page.contact for page in pages]),
        citations=_citations(pages, draft.crossings, land_of(item.publisher)),
        sections=draft.sections,
        attachments=draft.attachments,
        links=draft.links,
        mendings=_mendings(mended),
        content_sha256=draft.fingerprint,
        snapshot_id=item.evidence.snapshot_id,
        seen_at=item.evidence.fetched_at,
    )
    return publication, draft.problems + _complaints(issuer, dates.rejected)


def _pages(draft: Draft, mended: Sequence[Mended]) -> tuple[PageRecord, ...]:
    crossings = (*draft.crossings, *([None] * len(mended)))
    return tuple(
        PageRecord(
            page=number,
            text=page.text,
            method=method,
            contact=contact_spans(page.text),
            crossing=mend(crossing[0]).text if crossing else None,
        )
        for number, (page, (_, method), crossing) in enumerate(
            zip(mended, draft.readable_pages, crossings, strict=False), start=1
        )
    )


def _issuer(draft: Draft, pages: tuple[PageRecord, ...]) -> IssuerReading:
    listed = draft.item.listed
    blocks = [page.text[start:end] for page in pages for start, end in page.contact]
    text = "\n".join(page.text for page in pages[:2])
    return find_issuer(
        kicker=draft.kicker,
        heading_lines=draft.heading_lines,
        contact_blocks=blocks,
        text=text,
        home=draft.item.publisher or None,
        section=listed.issuer if listed else None,
        rubric=listed.rubric if listed else None,
    )


def _citations(
    pages: tuple[PageRecord, ...], crossings: Sequence[tuple[str, int] | None], home: str | None
) -> tuple[CitationRecord, ...]:
    """The citations of all pages; one that runs over a break stands once, on the page where it begins."""
    found = [find_citations(page.text, page=page.page, home=home) for page in pages]
    for at, crossing in enumerate(crossings[: len(pages) - 1]):
        if crossing:
            across = list(_across(pages[at], *crossing, home))
            for whole, rest in across:
                found[at] = (*_outside(found[at], whole.start, len(whole.raw)), whole)
                found[at + 1] = _outside(found[at + 1], pages[at + 1].text.find(rest), len(rest))
            found[at] = tuple(sorted(found[at], key=lambda one: one.start)) if across else found[at]
    return tuple(one for page in found for one in page)


def _across(page: PageRecord, crossing: str, joint: int, home: str | None) -> Iterator[tuple[CitationRecord, str]]:
    """Citations on both sides of the joint, quoted and placed as far as they stand on the first page; their rest."""
    ahead = crossing[:joint].rstrip()
    place = page.text.rfind(ahead)
    for one in find_citations(crossing, page=page.page, home=home) if place >= 0 else ():
        end = one.start + len(one.raw)
        if one.start < joint < end:
            yield replace(one, raw=ahead[one.start :], start=place + one.start), crossing[joint:end]


def _outside(citations: Iterable[CitationRecord], start: int, size: int) -> tuple[CitationRecord, ...]:
    """The citations that do not begin within so many characters from ``start`` on."""
    return tuple(one for one in citations if start < 0 or not start <= one.start < start + size)


def _mendings(mended: Sequence[Mended]) -> tuple[MendingRecord, ...]:
    return tuple(
        MendingRecord(page=number, raw=change.raw, mended=change.mended)
        for number, page in enumerate(mended, start=1)
        for change in page.changes
    )


def _complaints(issuer: IssuerReading, rejected: Iterable[RejectedDate]) -> tuple[ReadingProblem, ...]:
    found = [
        ReadingProblem(
            stage="normalise",
            kind="date_unreadable" if one.reason == "unreadable" else "date_rejected",
            detail=f"»{one.raw}« ist kein glaubhaftes Datum: {one.explanation}.",
        )
        for one in rejected
    ]
    if issuer.conflict:
        found.append(ReadingProblem(stage="normalise", kind="issuer_conflict", detail=issuer.conflict))
    return tuple(found)


def _page_links(links: Iterable[Link]) -> tuple[LinkRecord, ...]:
    distinct = {link.url: link.text for link in reversed(tuple(links))}
    return tuple(LinkRecord(url=url, kind="link", evidence=distinct[url]) for url in sorted(distinct))


def _label(listed: ListedItem, today: date) -> LabelReading:
    """The listing's label; a number printed in an element of its own goes in front, as it is printed."""
    number = f"Nr. {listed.number_text}" if (listed.number_text or "").isdigit() else listed.number_text
    text = listed.title_text if number is None else f"{number} {listed.title_text}"
    return read_label(text, listed.date_text, today=today)


def _unlisted(item: DocumentRead) -> ListedItem:
    name = unquote(item.url.rsplit("/", 1)[-1])
    return ListedItem(document_id=item.document_id, url=item.url, doc_type=item.doc_type, label=name, title_text=name)


def _first_lines(pages: tuple[str, ...]) -> tuple[str, ...]:
    lines = (line.strip() for line in (pages[0] if pages else "").splitlines())
    return tuple(line for line in lines if line)[:HEADING_LINES]


def _day(item: DocumentRead) -> date:
    """The day the document was seen: a rebuild years later reads it with the same eyes."""
    return date.fromisoformat(item.evidence.fetched_at[:10])


def refine_type(doc_type: str, title: str) -> str:
    """The refined type; the given one where no rule of ``types.toml`` applies.

    >>> refine_type("beschluss", "Positionspapier zu Umgebungskameras")
    'positionspapier'
    >>> refine_type("anlage", "Positionspapier, Anhang")
    'anlage'
    """
    for rule in _refinements():
        if doc_type in rule["of"] and title.lstrip('„"» ').startswith(tuple(rule["begins_with"])):
            return str(rule["doc_type"])
    return doc_type


@cache
def _refinements() -> tuple[dict[str, Any], ...]:
    text = (files("pipelines") / "data" / "types.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["refinement"])


def listed_to_json(listed: ListedItem | None) -> str | None:
    """A listing entry as the ``documents.listed`` column keeps it."""
    return None if listed is None else json.dumps(vars(listed), ensure_ascii=False, sort_keys=True)
