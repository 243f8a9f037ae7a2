"""The page of a search: hits, filters, hits per year, and the same as JSON and CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive.search.facets import Offer
from archive.search.query import short_prefixes
from portal.access import recall
from portal.facets import Facet, YearBars, facets, value_label, year_bars
from portal.german_dates import as_date
from portal.rendering import page
from portal.search_request import DATE, MOST_PAGES, OLDEST, PAGE_SIZE, RELEVANCE, SearchRequest
from portal.searching import Found, asked_of, find
from portal.views.citation import MOST_CITED
from portal.views.search_data import MOST_ROWS

if TYPE_CHECKING:
    from datasette.app import Datasette


SORT_LABELS = {RELEVANCE: "Relevanz", DATE: "Neueste", OLDEST: "Älteste"}


_FILES = (
    ("CSV", "/suche.csv", MOST_ROWS),
    ("JSON", "/suche.json", MOST_PAGES * PAGE_SIZE),
    ("BibTeX", "/suche.bib", MOST_CITED),
    ("CSL-JSON", "/suche.csl.json", MOST_CITED),
)
"""The files of a search, with how much they hold at most."""


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A label with an address: a filter that is set, to be taken away, or a better spelling."""

    label: str
    href: str


async def show_search(datasette: Datasette, request: Request) -> Response:
    """The hits of a request, twenty to a page."""
    asked = await asked_of(datasette, request)
    found = await recall(datasette, find, asked, limit=PAGE_SIZE, offset=(asked.page - 1) * PAGE_SIZE)

    def path(address: str) -> str:
        return str(datasette.urls.path(address))

    last = min(max(-(-found.total // PAGE_SIZE), 1), MOST_PAGES)
    first_page = replace(asked, page=1)
    return await page(
        datasette,
        request,
        "search.html",
        asked=asked,
        found=found,
        first=(asked.page - 1) * PAGE_SIZE + 1,
        last_page=last,
        short_prefixes=short_prefixes(asked.query),
        chips=_chips(asked, found, path),
        facets=_facets(asked, found, path),
        years=_years(asked, found, path),
        full_here=max(0, found.full - (asked.page - 1) * PAGE_SIZE),
        earlier_address=path(replace(first_page, earlier=not asked.earlier).address()),
        offers=[_offer(asked, offer, found, path) for offer in found.offers],
        literal_address=path(replace(first_page, literally=True).address()),
        feed_address=path(first_page.address("/feed.atom")),
        files=[
            (name, path(first_page.address(address)), most if found.total > most else None)
            for name, address, most in _FILES
        ],
        sorts=_sorts(asked, path),
        undated_address=path(replace(first_page, since=None, until=None, undated=True).address()),
        title=_title(asked, found),
        unfiltered_address=path(SearchRequest(query=asked.query, sort=asked.sort).address()),
        period=asked.with_period,
        period_address=path(asked.with_period.address()) if asked.with_period else None,
        swapped_address=path(replace(first_page, since=asked.until, until=asked.since).address()),
        last_address=path(replace(asked, page=last).address()),
        previous_address=path(replace(asked, page=min(asked.page - 1, last)).address()) if asked.page > 1 else None,
        next_address=path(replace(asked, page=asked.page + 1).address()) if asked.page < last else None,
        own_search=True,
        noindex=True,
    )


def _sorts(asked: SearchRequest, path: Callable[[str], str]) -> list[Chip]:
    shown = asked.sort if asked.query or asked.sort != RELEVANCE else DATE
    return [
        Chip(label=label, href="" if sort == shown else path(replace(asked, page=1, sort=sort).address()))
        for sort, label in SORT_LABELS.items()
        if asked.query or sort != RELEVANCE
    ]


def _facets(asked: SearchRequest, found: Found, path: Callable[[str], str]) -> list[Facet]:
    counts = {
        name: {count.value: count.count for count in getattr(found.facets, name)}
        for name in ("issuer", "doc_type", "topic", "source", "provision")
    }
    return facets(asked, counts, found.topics, path)


def _years(asked: SearchRequest, found: Found, path: Callable[[str], str]) -> YearBars:
    counts = {int(count.value): count.count for count in found.facets.year}
    return year_bars(asked, counts, path)


def _offer(asked: SearchRequest, offer: Offer, found: Found, path: Callable[[str], str]) -> Chip:
    """What may be meant, with its number of documents."""
    kinds = {"topic": "Thema", "provision": "Vorschrift", "type": "Art", "either": "Eines der Wörter"}
    if offer.kind == "either":
        address = replace(asked, query=offer.value, page=1).address()
    else:
        name = {"type": "doc_type"}.get(offer.kind, offer.kind)
        address = SearchRequest().with_filter(name, offer.value).address()
    label = (
        offer.label
        if offer.kind in ("either", "provision")
        else value_label({"type": "doc_type"}.get(offer.kind, offer.kind), offer.value, found.topics)
    )
    return Chip(label=f"{kinds[offer.kind]}: {label} ({offer.count})", href=path(address))


def _chosen(asked: SearchRequest, topics: Mapping[str, str]) -> list[tuple[str, SearchRequest]]:
    """The names of all that is chosen, each with the request without it."""
    chosen = [(value_label(name, value, topics), asked.toggled(name, value)) for name, value in asked.values]
    if asked.since:
        chosen.append((f"ab {as_date(asked.since)}", asked.with_filter("since", None)))
    if asked.until:
        chosen.append((f"bis {as_date(asked.until)}", asked.with_filter("until", None)))
    if asked.earlier:
        chosen.append(("auch frühere Fassungen", replace(asked, earlier=False, page=1)))
    if asked.undated:
        chosen.append(("ohne Datum", replace(asked, undated=False, page=1)))
    return chosen


def _title(asked: SearchRequest, found: Found) -> str:
    """What is asked for, in words."""
    words = [f"„{asked.query}“"] if asked.query else []
    return ", ".join([*words, *(name for name, _ in _chosen(asked, found.topics))])


def _chips(asked: SearchRequest, found: Found, path: Callable[[str], str]) -> list[Chip]:
    return [Chip(label=name, href=path(without.address())) for name, without in _chosen(asked, found.topics)]
