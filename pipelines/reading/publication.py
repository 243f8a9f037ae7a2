"""Makes publications of scraped records: dates, issuer, mended text, citations, topics, fingerprint."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import unquote

from archive.keeping.records import (
    AttachmentRecord,
    CitationRecord,
    DateRecord,
    LinkRecord,
    MendingRecord,
    PageRecord,
    Publication,
    SectionRecord,
)
from crawler.items import DocumentRead, Link, ListedItem, PageText
from pipelines.citations import find_citations
from pipelines.dates import DateSources, LabelReading, RejectedDate, listed_date, read_dates, read_label
from pipelines.files import FileText
from pipelines.mending import Mended, body_key, mend, mend_pages
from pipelines.reading import detect_language, refine_type
from pipelines.reading.contact import contact_spans
from pipelines.reading.issuers import IssuerReading, find_issuer, land_of
from pipelines.topics import assign_topics

SEPARATOR = "\x1e"


def fingerprint(
    *,
    title: str,
    kicker: str | None,
    number: str | None,
    printed_dates: Iterable[str],
    text: Iterable[str],
    attachments: Iterable[tuple[str, str]],
    links: Iterable[str],
) -> str:
    """SHA-256 (hex) over title, kicker, number, printed dates, text, attachments and link targets.

    White space, soft hyphens and the like never count (``body_key``), nor does how the text is cut
    into paragraphs or pages, nor the order of links. ``attachments`` are (address, title).

    >>> same = {"title": "A", "kicker": None, "number": None, "printed_dates": [], "attachments": [], "links": []}
    >>> fingerprint(text=["ein  Wort"], **same) == fingerprint(text=["ein", "Wort"], **same)
    True
    """
    parts = [
        *(body_key(one or "") for one in (title, kicker, number)),
        "|".join(map(body_key, printed_dates)),
        body_key(" ".join(text)),
        "|".join(sorted(f"{url} {body_key(name)}" for url, name in attachments)),
        "|".join(sorted(set(links))),
    ]
    return hashlib.sha256(SEPARATOR.join(parts).encode("utf-8", "surrogatepass")).hexdigest()


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
    kicker: str | None = None
    number: str | None
    heading_lines: tuple[str, ...]
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
    own_lines: tuple[str, ...] = ()
    crossings: tuple[tuple[str, int] | None, ...] = ()
    sections: tuple[SectionRecord, ...] = ()


def publication_of_page(item: DocumentRead) -> tuple[Publication, tuple[ReadingProblem, ...]]:
    """The publication of a text page (release, guidance page)."""
    page = item.content
    assert isinstance(page, PageText)
    text = "\n\n".join(page.paragraphs)
    label = listed_date(page.listed_text, today=_day(item)) if page.listed_text else None
    day = label.date.value if label and label.date else page.published_text or page.dateline or ""
    dates = DateSources(
        label=label,
        meta=page.published_text,
        kicker=page.kicker,
        headline=page.headline,
        dateline=page.dateline,
        pages=(text,),
    )
    return _publication(
        Draft(
            item=item,
            title=page.headline,
            kicker=page.kicker,
            number=page.number,
            heading_lines=page.heading_lines or (page.headline,),
            readable_pages=((text, "html"),),
            dates=dates,
            fingerprint=fingerprint(
                title=page.headline,
                kicker=page.kicker,
                number=page.number,
                printed_dates=[day],
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
    name = unquote(item.url.rsplit("/", 1)[-1])
    listed = item.listed or ListedItem(
        document_id=item.document_id, url=item.url, doc_type=item.doc_type, label=name, title_text=name
    )
    label = _label(listed, _day(item))
    verbatim = tuple(page.verbatim for page in file.pages)
    first = [line for line in map(str.strip, verbatim[0].splitlines() if verbatim else ()) if line]
    return _publication(
        Draft(
            item=item,
            title=label.title or listed.title_text or name,
            number=label.number or listed.number_text,
            heading_lines=(listed.label, *first[:HEADING_LINES]),
            own_lines=tuple(first[:1]) or ("",),
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
    titles = ((one, mend(one.title).text, f"abschnitt-{count}") for count, one in enumerate(file.sections, start=1))
    return tuple(SectionRecord(page=one.page, level=one.level, title=title, anchor=name) for one, title, name in titles)


def _publication(draft: Draft) -> tuple[Publication, tuple[ReadingProblem, ...]]:
    item = draft.item
    dates = read_dates(draft.dates, today=_day(item))
    mended = mend_pages([text for text, _ in draft.readable_pages])
    pages = _pages(draft, mended)
    texts, contacts = [page.text for page in pages], [page.contact for page in pages]
    title, kicker = mend(draft.title).text, mend(draft.kicker).text if draft.kicker else None
    issuer = _issuer(draft, pages)
    listed, lists_others = item.listed, isinstance(item.content, PageText) and item.doc_type == "information"
    publication = Publication(
        id=item.document_id,
        source=item.source,
        doc_type=item.doc_type if lists_others else refine_type(item.doc_type, title, draft.own_lines),
        issuer=issuer.issuer,
        publisher=item.publisher or None,
        title=title,
        kicker=kicker,
        number=draft.number,
        teaser=mend(listed.teaser).text if listed and listed.teaser else None,
        language=detect_language("\n".join(texts), file_name=draft.file_name),
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
        dates=tuple(_placed(one, pages) for one in dates.records),
        topics=assign_topics(title=title, kicker=kicker, pages=texts, contact_spans=contacts),
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


def _placed(found: DateRecord, pages: tuple[PageRecord, ...]) -> DateRecord:
    """The date with the first place at which it stands, whole, in the text of the pages."""
    if found.found_in in ("body", "pdf_text"):
        whole = re.compile(rf"(?<!\w){re.escape(found.raw)}(?!\w)")
        for page in pages:
            if place := whole.search(page.text):
                return replace(found, page=page.page, start=place.start())
    return found


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
    numbered = enumerate(mended, start=1)
    changes = ((number, change) for number, page in numbered for change in page.changes)
    return tuple(MendingRecord(page=number, raw=one.raw, mended=one.mended) for number, one in changes)


def _complaints(issuer: IssuerReading, rejected: Iterable[RejectedDate]) -> tuple[ReadingProblem, ...]:
    kinds = {"unreadable": "date_unreadable"}
    found = [
        (kinds.get(one.reason, "date_rejected"), f"»{one.raw}« ist kein glaubhaftes Datum: {one.explanation}.")
        for one in rejected
    ] + ([("issuer_conflict", issuer.conflict)] if issuer.conflict else [])
    return tuple(ReadingProblem(stage="normalise", kind=kind, detail=detail) for kind, detail in found)


def _page_links(links: Iterable[Link]) -> tuple[LinkRecord, ...]:
    distinct = {link.url: link.text for link in reversed(tuple(links))}
    return tuple(LinkRecord(url=url, kind="link", evidence=distinct[url]) for url in sorted(distinct))


def _label(listed: ListedItem, today: date) -> LabelReading:
    """The listing's label; a number printed in an element of its own goes in front, as it is printed."""
    number = f"Nr. {listed.number_text}" if (listed.number_text or "").isdigit() else listed.number_text
    text = listed.title_text if number is None else f"{number} {listed.title_text}"
    return read_label(text, listed.date_text, today=today)


def _day(item: DocumentRead) -> date:
    """The day the document was seen: a rebuild years later reads it with the same eyes."""
    return date.fromisoformat(item.evidence.fetched_at[:10])


def listed_to_json(listed: ListedItem | None) -> str | None:
    """A listing entry as the ``documents.listed`` column keeps it."""
    return None if listed is None else json.dumps(vars(listed), ensure_ascii=False, sort_keys=True)
