"""Writes the citation of a document's version: German short form, BibTeX, CSL-JSON, head of its page; pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from portal.german_dates import as_date, as_day, moment
from portal.labels import body_long, label
from portal.queries.documents import Document
from portal.queries.versions import Version
from portal.untrusted import shortened, visible

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BIBTEX = str.maketrans(
    {sign: f"\\{sign}" for sign in "%&#_$"}
    | {sign: rf"\text{name}{{}}" for sign, name in {"\\": "backslash", "~": "asciitilde", "^": "asciicircum"}.items()}
    | {"{": "(", "}": ")", "\ue000": r"\{", "\ue001": r"\}"}
)
_PAIR = re.compile(r"\{([^{}]*)\}")


def in_bibtex(text: str) -> str:
    """Text as BibTeX takes it. A lone brace, which would unbalance the entry, becomes a round bracket.

    >>> in_bibtex("§ 5 {neu} & {alt")
    '§ 5 \\\\{neu\\\\} \\\\& (alt'
    """
    text = text.replace("\ue000", "\ufffd").replace("\ue001", "\ufffd")
    while (paired := _PAIR.sub("\ue000\\1\ue001", text)) != text:
        text = paired
    return text.translate(_BIBTEX)


_KEY = re.compile(r"[^A-Za-z0-9-]+")
TITLE_LIMIT = 1000


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What a citation says. ``published`` is ISO 8601 at its precision, ``archived`` an ISO day (Berlin).

    ``body`` speaks: the issuer where one is stated, else the ``publisher``, on whose site it stands.
    ``page`` is the page cited, None for the whole; ``permalink`` then leads to it.
    """

    id: str
    version: int
    title: str
    body: str
    publisher: str
    genre: str
    is_page: bool
    published: str | None
    archived: str
    number: str | None
    language: str
    permalink: str
    live: str
    page: int | None = None


def reference(document: Document, version: Version, permalink: str, page: int | None = None) -> Reference:
    """The citation's data for a version of a document, or a page of it.

    ``permalink`` is the version's full address here.
    """
    seen = moment(version.seen_at)
    return Reference(
        id=document.id,
        version=version.version,
        title=visible(shortened(version.title, TITLE_LIMIT)),
        body=visible(body_long(document)),
        publisher=visible(body_long(replace(document, issuer=None))),
        genre=label("doc_type", document.doc_type),
        is_page=document.page_count is None,
        published=version.published_on or version.issued_on,
        archived=seen.date().isoformat() if seen else version.seen_at[:10],
        number=visible(version.number) if version.number else None,
        language=document.language or "de",
        permalink=f"{permalink}#seite-{page}" if page else permalink,
        live=document.url,
        page=page,
    )


def short_citation(ref: Reference) -> str:
    """One German sentence for a footnote, with the permanent address of this version."""
    before, after = quotation(ref)
    page = f", S. {ref.page}" if ref.page else ""
    return f"{before}{page}{after}{ref.permalink}"


def quotation(ref: Reference) -> tuple[str, str]:
    """What stands before and after the number of the page in a short citation, but for the address at its end."""
    stop = "" if ref.title.endswith((".", "?", "!")) else "."
    return (
        f"{ref.body}: {ref.title}{stop} {ref.genre}, {as_date(ref.published)}",
        f". Archivierte Fassung {ref.version} vom {as_day(ref.archived)}: ",
    )


def _address(url: str) -> str:
    return re.sub(r"[{}\\\s]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), visible(url))


def bibtex(ref: Reference) -> str:
    """An entry for biblatex (UTF-8): ``@online`` for a page, ``@report`` for a paper; BibTeX reads both as misc.

    A page of a web page is named by its address alone: ``@online`` knows no pages.
    """
    year, month, _ = ((ref.published or "").split("-") + ["", ""])[:3]  # noqa: RUF005
    month_word = _MONTHS[int(month) - 1] if month.isdigit() and 1 <= int(month) <= 12 else ""
    kind, house = ("online", "organization") if ref.is_page else ("report", "institution")
    values = [
        ("author", f"{{{{{in_bibtex(ref.body)}}}}}"),
        ("title", f"{{{{{in_bibtex(ref.title)}}}}}"),
        ("year", f"{{{year}}}" if year else ""),
        ("month", month_word),
        ("date", f"{{{ref.published}}}" if ref.published else ""),
        ("type", "" if ref.is_page else f"{{{in_bibtex(ref.genre)}}}"),
        (house, f"{{{{{in_bibtex(ref.publisher)}}}}}"),
        ("number", f"{{{in_bibtex(ref.number)}}}" if ref.number and not ref.is_page else ""),
        ("pages", f"{{{ref.page}}}" if ref.page and not ref.is_page else ""),
        ("langid", "{german}" if ref.language == "de" else f"{{{_LANGUAGES.get(ref.language, 'german')}}}"),
        ("url", f"{{{_address(ref.permalink)}}}"),
        ("urldate", f"{{{ref.archived}}}"),
        ("note", f"{{Archivierte Fassung {ref.version}; Original: {in_bibtex(_address(ref.live))}}}"),
    ]
    lines = ",\n".join(f"  {name} = {value}" for name, value in values if value)
    page = f"-s{ref.page}" if ref.page else ""
    return f"@{kind}{{{_KEY.sub('-', ref.id)}-v{ref.version}{page},\n{lines}\n}}\n"


_LANGUAGES = {"en": "english", "fr": "french"}


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
        "author": [{"literal": ref.body}],
        "page": str(ref.page) if ref.page else None,
        "accessed": _date_parts(ref.archived),
        "issued": _date_parts(ref.published) if ref.published else None,
        "number": ref.number,
    }
    return [{key: value for key, value in item.items() if value is not None}]


@dataclass(frozen=True, kw_only=True)
class Head:
    """``json_ld`` may stand in a script element as it is; ``names`` and ``properties`` are meta tags."""

    json_ld: Markup
    names: list[tuple[str, str]]
    properties: list[tuple[str, str]]


def document_head(ref: Reference, description: str, original: str) -> Head:
    """The head of a version's page; ``original`` is the full address of its archived bytes."""
    day = (ref.published or "").replace("-", "/")
    names = [
        ("description", description),
        ("citation_title", ref.title),
        ("citation_author", ref.body),
        ("citation_publication_date", day),
        ("citation_technical_report_institution", "" if ref.is_page else ref.publisher),
        ("citation_language", ref.language),
        ("citation_public_url", ref.permalink),
        ("citation_pdf_url", "" if ref.is_page else original),
    ]
    properties = [
        ("og:type", "article"),
        ("og:site_name", "Aktenkundig"),
        ("og:locale", "de_DE" if ref.language == "de" else "en_GB"),
        ("og:title", ref.title),
        ("og:description", description),
        ("og:url", ref.permalink),
        ("article:published_time", ref.published or ""),
    ]
    return Head(
        json_ld=in_script(_thing(ref, description, original)),
        names=[(name, text) for name, text in names if text],
        properties=[(name, text) for name, text in properties if text],
    )


def _thing(ref: Reference, description: str, original: str) -> dict[str, Any]:
    """The document as https://schema.org/Report or /Article."""
    publisher = {"@type": "Organization", "name": ref.publisher}
    thing = {
        "@context": "https://schema.org",
        "@type": "Article" if ref.is_page else "Report",
        "@id": ref.permalink,
        "url": ref.permalink,
        "identifier": ref.id,
        "headline": ref.title[:110],
        "name": ref.title,
        "description": description,
        "genre": ref.genre,
        "author": {"@type": "Organization", "name": ref.body},
        "publisher": publisher,
        "datePublished": ref.published,
        "inLanguage": ref.language,
        "version": ref.version,
        "reportNumber": None if ref.is_page else ref.number,
        "isBasedOn": ref.live,
        "encoding": {"@type": "MediaObject", "contentUrl": original},
        "sdDatePublished": ref.archived,
    }
    return {key: value for key, value in thing.items() if value}


def in_script(data: object) -> Markup:
    """JSON that cannot end the script element it stands in.

    >>> in_script({"name": "</script>"})
    Markup('{"name": "\\\\u003c/script>"}')
    """
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704 - what could end the element is written as an escape
