"""What machines read in the head of a document's page: schema.org, Highwire citation tags, OpenGraph; pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from portal.citing import Reference


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
