"""Makes filters to click of numbers per value, and bars to click of hits per year; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from archive.statutes import law_slug, laws
from portal.collation import german_key
from portal.labels import body_label, label, source_part
from portal.search_request import SearchRequest

SHOWN = 8
CHART_HEIGHT = 64


@dataclass(frozen=True, kw_only=True)
class FacetEntry:
    """A value of a filter: how many hits it has, and where a click leads (taking it off if selected)."""

    label: str
    count: int
    href: str
    selected: bool


@dataclass(frozen=True, kw_only=True)
class Facet:
    """A filter with its values; the first ``shown`` are visible at once."""

    key: str
    heading: str
    entries: list[FacetEntry]
    shown: int = SHOWN


@dataclass(frozen=True, kw_only=True)
class YearBar:
    """The hits of a year; ``height`` is at least 2 so that one hit is seen."""

    year: int
    count: int
    height: int
    href: str
    selected: bool


@dataclass(frozen=True, kw_only=True)
class YearBars:
    """All years between the first and the last with hits."""

    bars: list[YearBar]
    height: int = CHART_HEIGHT


_HEADINGS = {
    "source": "Quelle",
    "issuer": "Herausgeber",
    "doc_type": "Art",
    "topic": "Thema",
    "provision": "Zitierte Vorschrift",
}


def value_label(name: str, value: str, topics: Mapping[str, str]) -> str:
    """The German name of a filter's value.

    >>> value_label("doc_type", "beschluss", {}), value_label("topic", "ki", {"ki": "Künstliche Intelligenz"})
    ('Beschlüsse', 'Künstliche Intelligenz')
    """
    if name == "topic":
        return topics.get(value, value)
    if name == "provision":
        return provision_label(value)
    if name == "source":
        return source_part(value, "short")
    return body_label(value) if name == "issuer" else label("doc_types", value)


def provision_label(value: str) -> str:
    """A provision from its filter value.

    >>> provision_label("dsgvo/28"), provision_label("dsgvo/erwgr-47"), provision_label("bdsg/26"), provision_label("x")
    ('Art. 28 DSGVO', 'Erwägungsgrund 47 DSGVO', '§ 26 BDSG', 'x')
    """
    slug, _, number = value.partition("/")
    law = next((one for one in laws().values() if law_slug(one.id) == slug), None)
    if law is None or not number:
        return value
    if number.startswith("erwgr-"):
        return f"Erwägungsgrund {number.removeprefix('erwgr-')} {law.id}"
    return f"{'Art.' if law.level in ('eu', 'int') or law.id == 'GG' else '§'} {number} {law.id}"


def facets(
    request: SearchRequest,
    counts: Mapping[str, Mapping[str, int]],
    topics: Mapping[str, str],
    path: Callable[[str], str],
) -> list[Facet]:
    """The filters beside the hits; ``counts`` is filter → value → hits, ``path`` adds the base address."""
    return [
        Facet(key=name, heading=heading, entries=_entries(request, name, counts.get(name, {}), topics, path))
        for name, heading in _HEADINGS.items()
        if counts.get(name)
    ]


def _entries(
    request: SearchRequest, name: str, counts: Mapping[str, int], topics: Mapping[str, str], path: Callable[[str], str]
) -> list[FacetEntry]:
    chosen: tuple[str, ...] = getattr(request, name)
    entries = [
        FacetEntry(
            label=value_label(name, value, topics),
            count=count,
            href=path(request.toggled(name, value).address()),
            selected=value in chosen,
        )
        for value, count in {**dict.fromkeys(chosen, 0), **counts}.items()
    ]
    return sorted(entries, key=lambda entry: (not entry.selected, -entry.count, german_key(entry.label)))


def year_bars(request: SearchRequest, counts: Mapping[int, int], path: Callable[[str], str]) -> YearBars:
    """The hits per year; a click on a year limits the search to it, a click on the chosen year frees it."""
    if not counts:
        return YearBars(bars=[])
    top = max(counts.values())
    return YearBars(
        bars=[_year_bar(request, year, counts.get(year, 0), top, path) for year in range(min(counts), max(counts) + 1)]
    )


def _year_bar(request: SearchRequest, year: int, count: int, top: int, path: Callable[[str], str]) -> YearBar:
    selected = request.since == request.until == str(year)
    span = None if selected else str(year)
    return YearBar(
        year=year,
        count=count,
        height=max(round(CHART_HEIGHT * count / top), 2) if count else 0,
        href=path(request.with_filter("since", span).with_filter("until", span).address()),
        selected=selected,
    )
