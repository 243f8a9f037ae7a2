"""Dates, numbers, kinds, ids and addresses in a query, in all the ways in which they are printed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, unquote, urlsplit

from archive.german.stems import stem
from archive.german.words import fold, read_table
from archive.search.plan import FORM, AnyOf, Listed, Node, Terms

MONTHS = tuple(
    tuple(names.split())
    for names in [
        "januar jan jänner",
        "februar feb febr",
        "märz mrz",
        "april apr",
        "mai",
        "juni jun",
        "juli jul",
        "august aug",
        "september sept sep",
        "oktober okt",
        "november nov",
        "dezember dez",
    ]
)
"""Names of the months as they are printed."""

MONTH = "|".join(sorted((name for names in MONTHS for name in names), key=len, reverse=True))
DATE = re.compile(
    rf"(?<![\w./-])(?:(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?(?P<y>(?:19|20)\d\d)"
    rf"|(?P<y2>(?:19|20)\d\d)-(?P<m2>[01]\d)(?:-(?P<d2>[0-3]\d))?"
    rf"|(?:(?P<d3>\d{{1,2}})\.?\s{{1,2}})?(?P<name>{MONTH})\.?\s{{1,2}}(?P<y3>(?:19|20)\d\d)"
    rf"|(?P<m4>[01]?\d)[./](?P<y4>(?:19|20)\d\d)"
    rf"|(?P<y5>(?:19|20)\d\d))(?![\w/]|[.-]\d)",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"(?<!\S)(?:https?://|www\.)\S+|(?<!\S)/?dokument/\S+", re.IGNORECASE)
GROUPED = re.compile(r"\d{1,3}(?:[.\s]\d{3})+")
NUMBER_WORDS = ("zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf")
LONGEST_PLAIN = 3
"""Digits of numbers that are never grouped: 1000 may be 1.000."""

DATED = "select docno from documents where published_on >= ?1 and published_on < ?1 || '~' and blocked_at is null"


@dataclass(frozen=True, kw_only=True)
class Day:
    """A date as ISO 8601 at the precision that was typed: ``2019-09-13``, ``2023-03``, ``2022``."""

    typed: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """The address of a document, on its site or in the portal."""

    typed: str


def find_days(text: str) -> list[tuple[int, int, Day]]:
    """The dates of a query, in order; what is no day of the calendar is none.

    >>> [day.value for _, _, day in find_days("13.9.2019, März 2023, 2022 und 45.13.2020")]
    ['2019-09-13', '2023-03', '2022']
    """
    found = []
    for match in DATE.finditer(text):
        year = next(match[name] for name in ("y", "y2", "y3", "y4", "y5") if match[name])
        month, day = _month(match), next((match[name] for name in ("d", "d2", "d3") if match[name]), None)
        if (month is None or 1 <= month <= 12) and (day is None or 1 <= int(day) <= 31):
            value = year + (f"-{month:02}" if month else "") + (f"-{int(day):02}" if day else "")
            found.append((match.start(), match.end(), Day(typed=match.group(), value=value)))
    return found


def _month(match: re.Match[str]) -> int | None:
    if match["name"]:
        name = match["name"].lower()
        return next(number for number, names in enumerate(MONTHS, start=1) if name in names)
    digits = next((match[name] for name in ("m", "m2", "m4") if match[name]), None)
    return int(digits) if digits else None


def find_pointers(text: str) -> list[tuple[int, int, Pointer]]:
    """The addresses in a query, in order."""
    return [(match.start(), match.end(), Pointer(typed=match.group())) for match in ADDRESS.finditer(text)]


def day_node(conn: sqlite3.Connection, day: Day) -> Listed:
    """Documents of a date, and those that print it."""
    rows = conn.execute(DATED, (day.value,))
    phrases = tuple(Terms(slots=tuple({word: 1.0} for word in words)) for words in _printed(day.value))
    return Listed(grades={int(docno): 1.0 for (docno,) in rows}, text=AnyOf(nodes=phrases), in_text=True)


def _printed(value: str) -> Iterator[Sequence[str]]:
    """A date in the words of the index: 13 september 2019, 13 9 2019."""
    year, *rest = value.split("-")
    if not rest:
        yield (year,)
        return
    month = int(rest[0])
    months = [*(fold(name) for name in MONTHS[month - 1]), str(month), f"{month:02}"]
    months = list(dict.fromkeys(months))
    if len(rest) == 1:
        yield from ((name, year) for name in months)
        return
    days = dict.fromkeys((str(int(rest[1])), rest[1]))
    yield from ((day, name, year) for day in days for name in months)
    yield (year, f"{month:02}", rest[1])


def pointed_node(conn: sqlite3.Connection, typed: str) -> Listed:
    """The document that an id or an address leads to; an empty list where there is none."""
    names = _ids(typed)
    rows = conn.execute(
        f"select docno from documents where id in ({', '.join('?' * len(names))}) and blocked_at is null", names
    ).fetchall()
    if not rows and ADDRESS.match(typed):
        rows = _at_address(conn, typed)
    return Listed(grades={int(docno): 1.0 for (docno,) in rows})


def _ids(typed: str) -> list[str]:
    """What may be an id: the text itself, and the last part of an address of the portal."""
    path = unquote(urlsplit(typed).path).strip("/") if "/" in typed else typed
    after = path.split("dokument/", 1)[-1].split("/")[0]
    return list(dict.fromkeys((typed, typed.lower(), after, after.lower())))


def _at_address(conn: sqlite3.Connection, typed: str) -> list[tuple[int]]:
    """Documents of an address, whatever its scheme; else the one whose id ends with the number in it."""
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", typed, flags=re.IGNORECASE).split("#")[0].rstrip("/")
    starts = ("https://", "http://", "https://www.", "http://www.")
    forms = [f"{start}{bare}{end}" for start in starts for end in ("", "/")]
    marks = ", ".join("?" * len(forms))
    rows = conn.execute(
        f"select docno from documents where url in ({marks}) and blocked_at is null union"
        f" select d.docno from snapshots s join documents d on d.url = s.url where s.asked_url in ({marks}) and"
        " d.blocked_at is null",
        (*forms, *forms),
    ).fetchall()
    if rows or not (parameters := dict(parse_qsl(urlsplit(typed).query))):
        return [(int(docno),) for (docno,) in rows]
    number = parameters.get("id")
    found = conn.execute("select docno from documents where id like '%-' || ? and blocked_at is null", (number,))
    return [(int(docno),) for (docno,) in found] if number else []


def number_words(pieces: Sequence[str]) -> list[tuple[str, ...]]:
    """Other ways to print a number: 10000 and 10.000, zwei and 2; empty for other words.

    >>> number_words(["10000"]), number_words(["25", "000"]), number_words(["zwei"]), number_words(["7"])
    ([('10', '000')], [('25000',)], [('2',)], [('sieben',)])
    """
    if len(pieces) == 1 and not pieces[0].isdigit():
        words = [fold(word) for word in NUMBER_WORDS]
        return [(str(words.index(fold(pieces[0])) + 2),)] if fold(pieces[0]) in words else []
    if GROUPED.fullmatch(" ".join(pieces)):
        return [("".join(pieces),)]
    if len(pieces) == 1 and pieces[0].isascii() and pieces[0].isdigit():
        number = pieces[0]
        if number in map(str, range(2, 13)):
            return [(NUMBER_WORDS[int(number) - 2],)]
        if len(number) > LONGEST_PLAIN and number[0] != "0":
            return [tuple(f"{int(number):,}".split(","))]
    return []


def number_nodes(pieces: Sequence[str]) -> list[Node]:
    """Those ways as terms of the index."""
    return [Terms(slots=tuple({fold(word): FORM} for word in way)) for way in number_words(pieces)]


def kind_node(conn: sqlite3.Connection, pieces: Sequence[str]) -> Listed | None:
    """Documents of the type that a word names ("Orientierungshilfe"), or None if it names none."""
    types = kinds_of(pieces)
    if not types:
        return None
    marks = ", ".join("?" * len(types))
    rows = conn.execute(
        f"select docno from documents indexed by documents_facets where doc_type in ({marks}) and blocked_at is null",
        types,
    )
    return Listed(grades={int(docno): 1.0 for (docno,) in rows})


def kinds_of(pieces: Sequence[str]) -> tuple[str, ...]:
    """The types of documents that a word names.

    >>> kinds_of(["Entschließungen"]), kinds_of(["Kamera"])
    (('entschliessung',), ())
    """
    return _kinds().get("".join(stem(piece) for piece in pieces), ())


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    table = read_table("everyday.toml")["kinds"]
    kinds: dict[str, tuple[str, ...]] = {}
    for doc_type, words in table.items():
        for word in words:
            key = "".join(stem(piece) for piece in re.split(r"[\s-]", word))
            kinds[key] = tuple(dict.fromkeys((*kinds.get(key, ()), doc_type)))
    return kinds
