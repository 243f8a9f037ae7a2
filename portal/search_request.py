"""What a reader asks for: the parameters of ``/suche``, read and written back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from archive.search.query import QUOTES
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

_PERIOD = re.compile(r"\b(?:von|zwischen)\s+((?:\S+\s+){1,3}?)(?:bis|und)\s+", re.IGNORECASE)
"""How a period begins that is typed among the words."""

WATCHED = ("q", *PARAMETERS.values(), "von", "bis", "datum")
"""The parameters that a saved search may have."""


@dataclass(frozen=True, kw_only=True)
class SearchRequest:
    """Query and filters; ``since`` and ``until`` are ISO 8601 at the precision typed, pages count from 1.

    A filter with several values asks for what has one of them; ``undated`` for what bears no date.
    ``provision`` is ``dsgvo/28``; ``literally`` asks for no corrected and no near hits, ``earlier`` for documents too
    that said so in an earlier version.
    ``ignored`` holds what was given and is not heeded, as (parameter, value): parameters and values that do not exist.
    """

    query: str = ""
    source: tuple[str, ...] = ()
    doc_type: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    issuer: tuple[str, ...] = ()
    provision: tuple[str, ...] = ()
    undated: bool = False
    literally: bool = False
    earlier: bool = False
    since: str | None = None
    until: str | None = None
    sort: str = RELEVANCE
    page: int = 1
    ignored: tuple[tuple[str, str], ...] = ()

    @property
    def misread(self) -> tuple[str, ...]:
        """What was typed into a period field and is not a date."""
        return tuple(value for name, value in self.ignored if name in ("von", "bis"))

    @property
    def unknown(self) -> tuple[tuple[str, str], ...]:
        """Values of filters that do not exist."""
        return tuple(pair for pair in self.ignored if pair[0] in PARAMETERS.values())

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
    def with_period(self) -> SearchRequest | None:
        """The request whose period stands in its fields instead of among its words (not in a phrase), the right way
        round; None without such a period.

        >>> [SearchRequest(query=f"Kamera von {typed}").with_period for typed in ("Nachbarn bis Vermieter", "2020 an")]
        [None, None]
        >>> SearchRequest(query="Kamera von 2024 bis Mai 2020 im Hof").with_period.address()
        '/suche?q=Kamera+im+Hof&von=05.2020&bis=2024'
        """
        for found in _PERIOD.finditer(self.query) if not {*QUOTES} & {*self.query} else ():
            since, words = read_period(found[1]), self.query[found.end() :].split()
            for length in (3, 2, 1):
                until = read_period(" ".join(words[:length]))
                if since and until and not (self.since or self.until):
                    rest = " ".join([self.query[: found.start()].strip(), *words[length:]]).strip()
                    asked = replace(self, query=rest, since=since, until=until, page=1)
                    return replace(asked, since=until, until=since) if asked.backwards else asked
        return None

    @property
    def parameters_given(self) -> bool:
        """Whether this is more than the bare search page."""
        return bool(self.query) or self.filtered

    def parameters(self) -> dict[str, str | int | tuple[str, ...] | None]:
        """The parameters that lead to this request, in their documented order; defaults left out."""
        return {
            "q": self.query,
            **{key: getattr(self, name) for name, key in PARAMETERS.items()},
            "datum": "ohne" if self.undated else None,
            "genau": 1 if self.literally else None,
            "fassungen": "alle" if self.earlier else None,
            "von": as_typed(self.since),
            "bis": as_typed(self.until),
            "sortierung": self.sort if self.sort != RELEVANCE else None,
            "seite": self.page if self.page > 1 else None,
        }

    def address(self, path: str = "/suche") -> str:
        """The address of this request; other paths (feed, CSV, JSON) take the same parameters."""
        return with_query(path, self.parameters())

    def watch_lines(self) -> str:
        """The lines that make this a saved search in the operator's settings file (TOML).

        >>> print(SearchRequest(query="Kamera", source=("dsk",)).watch_lines())
        [[watch]]
        name = "Kamera"
        q = "Kamera"
        quelle = ["dsk"]
        an = ["redaktion@example.org"]
        """
        chosen = {key: value for key, value in self.parameters().items() if key in WATCHED and value}
        lines = {"name": self.query or "Neue Dokumente"} | chosen | {"an": ("redaktion@example.org",)}
        written = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in lines.items())
        return "\n".join(["[[watch]]", *written])

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


def _given(arguments: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every parameter with each of its values, as typed."""
    for key in arguments:
        for text in arguments.getlist(key) if hasattr(arguments, "getlist") else [arguments[key]]:
            yield typed({"": key}, ""), typed({"": text}, "", QUERY_LIMIT)


Known = Mapping[str, Collection[str]]
"""The values that a filter may have; for ``provision`` the laws as in addresses."""


def _known_value(name: str, text: str, known: Known) -> str | None:
    """A value as it is written in the archive; None for one that does not exist."""
    if name == "provision":
        law, _, number = text.lower().partition("/")
        return text.lower() if number and law in known.get(name, (law,)) else None
    values = known.get(name)
    if values is None:
        return text if name == "issuer" else text.lower()
    return next((value for value in values if value.casefold() == text.casefold()), None)


def read_request(arguments: Mapping[str, str], known: Known = MappingProxyType({}), beside: str = "") -> SearchRequest:
    """A request from the parameters of an address; what cannot be read counts as not given, and is ``ignored``.

    ``known`` holds the values that exist, ``beside`` the parameters that a page takes beside those of the search.

    >>> read_request({"q": "Kamera", "von": "05.2024", "sortierung": "datum"}).address()
    '/suche?q=Kamera&von=05.2024&sortierung=datum'
    >>> read_request({"typ": "erlass", "bis": "bald"}, {"doc_type": ("beschluss",)}).ignored
    (('typ', 'erlass'), ('bis', 'bald'))
    """
    names = {key: name for name, key in PARAMETERS.items()}
    values: dict[str, dict[str, None]] = {name: {} for name in PARAMETERS}
    ignored = []
    for key, text in _given(arguments):
        if key in names and text:
            value = _known_value(names[key], text, known)
            if value is not None and len(values[names[key]]) < MOST_VALUES:
                values[names[key]][value] = None
                continue
        elif key in beside.split() or (key in _READABLE and (not text or _READABLE[key](text))) or key in names:
            continue
        ignored.append((key, text))
    page = typed(arguments, "seite", 6)
    return SearchRequest(
        query=typed(arguments, "q", QUERY_LIMIT),
        **{name: tuple(found) for name, found in values.items()},
        undated=typed(arguments, "datum") == "ohne",
        literally=typed(arguments, "genau") == "1",
        earlier=typed(arguments, "fassungen") == "alle",
        since=read_period(typed(arguments, "von")),
        until=read_period(typed(arguments, "bis")),
        sort=sort if (sort := typed(arguments, "sortierung")) in SORTS else RELEVANCE,
        page=min(max(int(page), 1), MOST_PAGES) if _is_number(page) else 1,
        ignored=tuple(ignored[:MOST_VALUES]),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


_READABLE: Mapping[str, Callable[[str], object]] = {
    "q": bool,
    "datum": {"ohne"}.__contains__,
    "genau": {"0", "1"}.__contains__,
    "fassungen": {"alle"}.__contains__,
    "von": read_period,
    "bis": read_period,
    "sortierung": SORTS.__contains__,
    "seite": _is_number,
}
"""The parameters that are no filters, each with what tells whether a value is one."""
