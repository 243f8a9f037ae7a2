"""Makes feed entries of what happened in the archive; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

from archive.diff import Change
from portal.addresses import document_path, version_path
from portal.atom import Entry
from portal.german_dates import as_date
from portal.labels import label, source_part
from portal.queries.news import NewsItem
from portal.search_request import SearchRequest
from portal.untrusted import shortened


def feed_title(request: SearchRequest, topic_label: str | None = None) -> str:
    """The title of the feed of a search.

    >>> feed_title(SearchRequest(query="Kamera", doc_type="beschluss"))
    'Aktenkundig: „Kamera“, Beschlüsse'
    """
    parts = [
        f"„{request.query}“" if request.query else "",
        label("doc_types", request.doc_type) if request.doc_type else "",
        topic_label or request.topic or "",
        request.issuer or "",
        source_part(request.source, "short") if request.source else "",
        f"ab {as_date(request.since)}" if request.since else "",
        f"bis {as_date(request.until)}" if request.until else "",
    ]
    return "Aktenkundig: " + (", ".join(part for part in parts if part) or "alles Neue")


def as_html(diff: Sequence[Sequence[Change]]) -> str:
    """Changed passages as HTML paragraphs.

    >>> as_html([[("=", "Gebühr "), ("-", "<10>"), ("+", "20")]])
    '<p>Gebühr <del>&lt;10&gt;</del><ins>20</ins></p>'
    """
    marks = {"=": "{}", "-": "<del>{}</del>", "+": "<ins>{}</ins>"}
    lines = ("".join(marks[op].format(escape(text)) for op, text in passage) for passage in diff)
    return "".join(f"<p>{line}</p>" for line in lines)


def feed_entries(
    items: Sequence[NewsItem],
    diffs: Mapping[tuple[str, int], Sequence[Sequence[Change]]],
    absolute: Callable[[str], str],
) -> list[Entry]:
    """The entries; ``diffs`` holds the passages of edits by document and version number.

    ``absolute`` makes full addresses of the portal's paths.
    """
    return [
        Entry(
            key=f"{item.id}/{item.event}/{item.number}" + (f"/{item.at}" if item.event == "returned" else ""),
            title=_title(item),
            link=absolute(_path(item)),
            published=item.first_seen_at,
            updated=item.at,
            summary=_summary(item),
            author=label("issuer", item.issuer) if item.issuer else source_part(item.source, "name"),
            categories=(
                (item.doc_type, label("doc_type", item.doc_type)),
                (item.event, label("event", item.event)),
            ),
            content=as_html(diffs[item.id, item.number]) if item.event == "changed" else None,
        )
        for item in items
    ]


def _summary(item: NewsItem) -> str:
    """Kind and date of the document, then its teaser or beginning."""
    about = f"{label('doc_type', item.doc_type)}, {as_date(item.published_on)}"
    text = shortened(item.teaser or item.opening, 400)
    return f"{about}. {text}" if text else about


def _title(item: NewsItem) -> str:
    title = shortened(item.title, 300)
    return title if item.event == "new" else f"{label('event', item.event)}: {title}"


def _path(item: NewsItem) -> str:
    if item.event == "changed":
        return f"{document_path(item.id)}/vergleich/{item.number - 1}/{item.number}"
    return version_path(item.id, item.number) if item.event == "new" else document_path(item.id)
