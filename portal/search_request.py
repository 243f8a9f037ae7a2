"""What a reader asks for: the parameters of ``/suche``, read and written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from portal.addresses import with_query
from portal.german_dates import as_typed, first_day, last_day, read_period
from portal.untrusted import visible

RELEVANCE, DATE = "relevanz", "datum"
PAGE_SIZE = 20
MOST_PAGES = 500
QUERY_LIMIT = 500


@dataclass(frozen=True, kw_only=True)
class SearchRequest:
    """Query and filters; ``since`` and ``until`` are ISO 8601 at the precision typed, pages count from 1.

    ``provision`` is ``dsgvo/28``; ``literally`` asks for no corrected and no near hits.
    ``misread`` holds what was typed into a period field and is not a date.
    """

    query: str = ""
    source: str | None = None
    doc_type: str | None = None
    topic: str | None = None
    issuer: str | None = None
    provision: str | None = None
    literally: bool = False
    since: str | None = None
    until: str | None = None
    sort: str = RELEVANCE
    page: int = 1
    misread: tuple[str, ...] = ()

    @property
    def filtered(self) -> bool:
        """Whether anything beside the words is asked for."""
        return any(
            (self.source, self.doc_type, self.topic, self.issuer, self.provision, self.since, self.until)
        )

    @property
    def backwards(self) -> bool:
        """Whether the period ends before it begins, so that nothing can lie in it."""
        return bool(self.since and self.until) and first_day(self.since or "") > last_day(self.until or "")

    @property
    def parameters_given(self) -> bool:
        """Whether this is more than the bare search page."""
        return bool(self.query) or self.filtered

    def parameters(self) -> dict[str, str | int | None]:
        """The parameters that lead to this request, in the order of the contract; defaults left out."""
        return {
            "q": self.query,
            "quelle": self.source,
            "typ": self.doc_type,
            "thema": self.topic,
            "herausgeber": self.issuer,
            "vorschrift": self.provision,
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
        return replace(self, **{name: value}, page=1)  # type: ignore[arg-type]


def typed(arguments: Mapping[str, str], name: str, limit: int = 100) -> str:
    """What a reader typed into a field, on one line, without signs that cannot be seen."""
    return " ".join(visible(arguments.get(name) or "").replace("\ufffd", " ").split())[:limit]


def read_request(arguments: Mapping[str, str]) -> SearchRequest:
    """A request from the parameters of an address; what cannot be read counts as not given.

    >>> read_request({"q": "Kamera", "von": "05.2024", "sortierung": "datum"}).address()
    '/suche?q=Kamera&von=05.2024&sortierung=datum'
    """
    since, until = typed(arguments, "von"), typed(arguments, "bis")
    page = typed(arguments, "seite", 6)
    return SearchRequest(
        query=typed(arguments, "q", QUERY_LIMIT),
        source=typed(arguments, "quelle").lower() or None,
        doc_type=typed(arguments, "typ").lower() or None,
        topic=typed(arguments, "thema").lower() or None,
        issuer=typed(arguments, "herausgeber") or None,
        provision=typed(arguments, "vorschrift").lower() or None,
        literally=typed(arguments, "genau") == "1",
        since=read_period(since),
        until=read_period(until),
        sort=DATE if typed(arguments, "sortierung") == DATE else RELEVANCE,
        page=min(max(int(page), 1), MOST_PAGES) if page.isascii() and page.isdecimal() else 1,
        misread=tuple(text for text in (since, until) if text and read_period(text) is None),
    )
