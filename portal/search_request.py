"""What a reader asks for: the parameters of ``/suche``, read and written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from portal.addresses import with_query
from portal.german_dates import as_typed, first_day, last_day, read_period
from portal.untrusted import visible

RELEVANCE, DATE, OLDEST = SORTS = ("relevanz", "datum", "datum-alt")
PAGE_SIZE = 20
MOST_PAGES = 500
QUERY_LIMIT = 500
MOST_VALUES = 20
"""Values of one filter; more are left out."""

PARAMETERS = {
    "source": "quelle",
    "doc_type": "typ",
    "topic": "thema",
    "issuer": "herausgeber",
    "provision": "vorschrift",
}
"""The filters and their parameters, in the order in which they stand beside the hits."""


@dataclass(frozen=True, kw_only=True)
class SearchRequest:
    """Query and filters; ``since`` and ``until`` are ISO 8601 at the precision typed, pages count from 1.

    A filter with several values asks for what has one of them; ``undated`` for what bears no date.
    ``provision`` is ``dsgvo/28``; ``literally`` asks for no corrected and no near hits.
    ``misread`` holds what was typed into a period field and is not a date.
    """

    query: str = ""
    source: tuple[str, ...] = ()
    doc_type: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    issuer: tuple[str, ...] = ()
    provision: tuple[str, ...] = ()
    undated: bool = False
    literally: bool = False
    since: str | None = None
    until: str | None = None
    sort: str = RELEVANCE
    page: int = 1
    misread: tuple[str, ...] = ()

    @property
    def filtered(self) -> bool:
        """Whether anything beside the words is asked for."""
        return any((*self.values, self.undated, self.since, self.until))

    @property
    def values(self) -> dict[tuple[str, str], str]:
        """All values that are chosen: filter and value, with the filter's parameter."""
        return {(name, value): key for name, key in PARAMETERS.items() for value in getattr(self, name)}

    @property
    def backwards(self) -> bool:
        """Whether the period ends before it begins, so that nothing can lie in it."""
        return bool(self.since and self.until) and first_day(self.since or "") > last_day(self.until or "")

    @property
    def parameters_given(self) -> bool:
        """Whether this is more than the bare search page."""
        return bool(self.query) or self.filtered

    def parameters(self) -> dict[str, str | int | tuple[str, ...] | None]:
        """The parameters that lead to this request, in the order of the contract; defaults left out."""
        return {
            "q": self.query,
            **{key: getattr(self, name) for name, key in PARAMETERS.items()},
            "datum": "ohne" if self.undated else None,
            "genau": 1 if self.literally else None,
            "von": as_typed(self.since),
            "bis": as_typed(self.until),
            "sortierung": self.sort if self.sort != RELEVANCE else None,
            "seite": self.page if self.page > 1 else None,
        }

    def address(self, path: str = "/suche") -> str:
        """The address of this request; other paths (feed, CSV, JSON) take the same parameters."""
        return with_query(path, self.parameters())

    def with_filter(self, name: str, value: str | None) -> SearchRequest:
        """The same request with one filter set or, with None, taken away; back on the first page."""
        several = (value,) if value else ()
        return replace(self, **{name: several if name in PARAMETERS else value}, page=1)  # type: ignore[arg-type]

    def toggled(self, name: str, value: str) -> SearchRequest:
        """The same request with one value more or, where it is chosen, without it; back on the first page."""
        chosen: tuple[str, ...] = getattr(self, name)
        kept = tuple(one for one in chosen if one != value)
        return replace(self, **{name: kept if value in chosen else (*chosen, value)}, page=1)  # type: ignore[arg-type]


def typed(arguments: Mapping[str, str], name: str, limit: int = 100) -> str:
    """What a reader typed into a field, on one line, without signs that cannot be seen."""
    return " ".join(visible(arguments.get(name) or "").replace("\ufffd", " ").split())[:limit]


def _several(arguments: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The values of a repeated parameter, each once; names of bodies are kept as they are written."""
    key = PARAMETERS[name]
    given = arguments.getlist(key) if hasattr(arguments, "getlist") else [arguments.get(key)]
    texts = (typed({key: text or ""}, key) for text in given[:MOST_VALUES])
    return tuple(dict.fromkeys(text if name == "issuer" else text.lower() for text in texts if text))


def read_request(arguments: Mapping[str, str]) -> SearchRequest:
    """A request from the parameters of an address; what cannot be read counts as not given.

    >>> read_request({"q": "Kamera", "von": "05.2024", "sortierung": "datum"}).address()
    '/suche?q=Kamera&von=05.2024&sortierung=datum'
    """
    since, until = typed(arguments, "von"), typed(arguments, "bis")
    page = typed(arguments, "seite", 6)
    return SearchRequest(
        query=typed(arguments, "q", QUERY_LIMIT),
        **{name: _several(arguments, name) for name in PARAMETERS},
        undated=typed(arguments, "datum") == "ohne",
        literally=typed(arguments, "genau") == "1",
        since=read_period(since),
        until=read_period(until),
        sort=sort if (sort := typed(arguments, "sortierung")) in SORTS else RELEVANCE,
        page=min(max(int(page), 1), MOST_PAGES) if page.isascii() and page.isdecimal() else 1,
        misread=tuple(text for text in (since, until) if text and read_period(text) is None),
    )
