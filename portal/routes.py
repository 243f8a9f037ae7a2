"""The addresses of the portal and the views behind them."""

from __future__ import annotations  # noqa: I001

from collections.abc import Callable
from typing import Any

from datasette.utils.asgi import asgi_static

from portal.rendering import STATIC
from portal.settings import PLUGIN
from portal.views import (
    changes,
    citation,
    comparison,
    data,
    document,
    feed,
    legal,
    machines,
    original,
    provisions,
    search,
    search_data,
    start,
    status,
    topics,
)


_DOCUMENT = r"/dokument/(?P<document>[A-Za-z0-9._~-]+)"


def routes() -> list[tuple[str, Callable[..., Any]]]:
    """Regular expressions over the path, in the order they are tried."""
    return [
        (r"/$", start.start_page),
        (r"/suche$", search.show_search),
        (r"/suche\.json$", search_data.send_json),
        (r"/suche\.csv$", search_data.send_csv),
        (r"/feed\.atom$", feed.show_feed),
        (r"/aenderungen$", changes.show_changes),
        (r"/aenderungen\.json$", changes.send_json),
        (r"/aenderungen\.csv$", changes.send_csv),
        (r"/thema/(?P<topic>[a-z0-9_-]{1,60})$", topics.show_topic),
        (r"/vorschriften$", provisions.show_provisions),
        (r"/vorschrift/(?P<law>[a-z0-9-]{1,60})/(?P<number>[A-Za-z0-9-]{1,20})$", provisions.show_provision),
        (r"/themen$", topics.show_topics),
        (r"/status$", status.show_status),
        (r"/daten$", data.show_data),
        (r"/daten/download/(?P<name>[a-z_]+\.[a-z]+)$", data.send_download),
        (r"/impressum$", legal.show_impressum),
        (r"/datenschutz$", legal.show_privacy),
        (r"/robots\.txt$", machines.show_robots),
        (r"/sitemap(?:-(?P<part>\d{1,4}))?\.xml$", machines.show_sitemap),
        (r"/opensearch\.xml$", machines.show_opensearch),
        (r"/(?:favicon\.ico|apple-touch-icon\.png)$", machines.show_icon),
        (r"/\.well-known/security\.txt$", machines.show_security_contact),
        (rf"{_DOCUMENT}$", document.show_document),
        (rf"{_DOCUMENT}/version/(?P<version>\d{{1,6}})$", document.show_document),
        (rf"{_DOCUMENT}/vergleich/(?P<old>\d{{1,6}})/(?P<new>\d{{1,6}})$", comparison.show_comparison),
        (rf"{_DOCUMENT}/vergleich-mit/(?P<other>[A-Za-z0-9._~-]+)$", comparison.show_editions),
        (rf"{_DOCUMENT}/original$", original.show_original),
        (rf"{_DOCUMENT}/zitieren\.(?P<format>bib|json|txt)$", citation.show_citation),
        (rf"/-/static-plugins/{PLUGIN}/(?P<path>.*)$", asgi_static(STATIC)),
    ]
