"""Writes the citation of a document's version: German short form, BibTeX, CSL-JSON; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from portal.german_dates import as_date, as_day, moment
from portal.labels import label, source_part
from portal.queries.documents import Document
from portal.queries.versions import Version
from portal.untrusted import shortened, visible

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    }
)  # fmt: skip
_KEY = re.compile(r"[^A-Za-z0-9-]+")
TITLE_LIMIT = 1000


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What a citation says. ``published`` is ISO 8601 at its precision, ``archived`` an ISO day (Berlin)."""

    id: str
    version: int
    title: str
    author: str | None
    publisher: str
    genre: str
    is_page: bool
    published: str | None
    archived: str
    number: str | None
    language: str
    permalink: str
    live: str


def reference(document: Document, version: Version, permalink: str) -> Reference:
    """The citation's data for a version of a document; ``permalink`` is its full address here."""
    seen = moment(version.seen_at)
    return Reference(
        id=document.id,
        version=version.version,
        title=visible(shortened(version.title, TITLE_LIMIT)),
        author=visible(label("issuer", document.issuer)) if document.issuer else None,
        publisher=source_part(document.source, "name"),
        genre=label("doc_type", document.doc_type),
        is_page=document.page_count is None,
        published=version.published_on or version.issued_on,
        archived=seen.date().isoformat() if seen else version.seen_at[:10],
        number=visible(version.number) if version.number else None,
        language=document.language or "de",
        permalink=permalink,
        live=document.url,
    )


def short_citation(ref: Reference) -> str:
    """One German sentence for a footnote, with the permanent address of this version."""
    author = f"{ref.author}: " if ref.author else f"{ref.publisher}: "
    stop = "" if ref.title.endswith((".", "?", "!")) else "."
    return (
        f"{author}{ref.title}{stop} {ref.genre}, {as_date(ref.published)}."
        f" Archivierte Fassung {ref.version} vom {as_day(ref.archived)}: {ref.permalink}"
    )


def _address(url: str) -> str:
    return re.sub(
        r"[{}\\\s]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), visible(url)
    )


def bibtex(ref: Reference) -> str:
    """A ``@misc`` entry, readable by BibTeX and biblatex (UTF-8)."""
    year, month, _ = ((ref.published or "").split("-") + ["", ""])[:3]  # noqa: RUF005
    month_word = _MONTHS[int(month) - 1] if month.isdigit() and 1 <= int(month) <= 12 else ""
    author = (ref.author or ref.publisher).translate(_BIBTEX)
    values = [
        ("author", f"{{{{{author}}}}}"),
        ("title", f"{{{{{ref.title.translate(_BIBTEX)}}}}}"),
        ("year", f"{{{year}}}" if year else ""),
        ("month", month_word),
        ("date", f"{{{ref.published}}}" if ref.published else ""),
        ("howpublished", f"{{{ref.genre.translate(_BIBTEX)}}}"),
        ("publisher", f"{{{{{ref.publisher.translate(_BIBTEX)}}}}}"),
        ("number", f"{{{ref.number.translate(_BIBTEX)}}}" if ref.number else ""),
        ("language", "{german}" if ref.language == "de" else f"{{{_KEY.sub('', ref.language)}}}"),
        ("url", f"{{{_address(ref.permalink)}}}"),
        ("urldate", f"{{{ref.archived}}}"),
        ("note", f"{{Archivierte Fassung {ref.version}; Original: {_address(ref.live).translate(_BIBTEX)}}}"),
    ]
    lines = ",\n".join(f"  {name} = {value}" for name, value in values if value)
    return f"@misc{{{_KEY.sub('-', ref.id)}-v{ref.version},\n{lines}\n}}\n"


def _date_parts(iso: str) -> dict[str, list[list[int]]] | None:
    parts = iso.split("-")
    return {"date-parts": [[int(part) for part in parts]]} if all(part.isdigit() for part in parts) else None


def csl_json(ref: Reference) -> list[dict[str, Any]]:
    """CSL-JSON (schema csl-data.json 1.0): a list with one item."""
    item: dict[str, Any] = {
        "id": f"{ref.id}-v{ref.version}",
        "type": "webpage" if ref.is_page else "report",
        "title": ref.title,
        "genre": ref.genre,
        "publisher": ref.publisher,
        "language": ref.language,
        "URL": ref.permalink,
        "archive": "Aktenkundig",
        "archive_location": ref.id,
        "version": str(ref.version),
        "note": f"Original: {visible(ref.live)}",
        "author": [{"literal": ref.author or ref.publisher}],
        "accessed": _date_parts(ref.archived),
        "issued": _date_parts(ref.published) if ref.published else None,
        "number": ref.number,
    }
    return [{key: value for key, value in item.items() if value is not None}]
