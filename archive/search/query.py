"""The query language: words, "exact phrases", -without, OR, prefix*. Anything else is read as words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.german.folding import WORD
from archive.german.words import is_stopword

LONGEST_QUERY = 1_000
"""Characters that are read of a query."""

MOST_ITEMS = 24
"""Words and phrases that are read of a query."""

SURROGATE = re.compile("[\ud800-\udfff]")
QUOTES = '"„“”»«'
OR = frozenset({"OR", "ODER", "|", "||"})
AND = frozenset({"AND", "UND", "&&"})
CHUNK = re.compile(
    rf"(?P<sign>(?<!\S)[-−](?=\S))?(?:[{QUOTES}](?P<phrase>[^{QUOTES}]*)[{QUOTES}]|(?P<word>[^\s{QUOTES}]+))"
)
APART = re.compile(r"[^\w\-‐‑.'’&*/]+|(?<!\d)/|/(?!\d)")
GENDER = re.compile(r"(?<=\w)[*:_/]-?(?=in(?:nen)?\b)")
INNER_CAPITAL = re.compile(r"(?<=[a-zäöüß])Innen\b")
CAMEL = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ][a-zäöüß])")


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word in any form. Several ``pieces`` are one word written with hyphens or inner capitals."""

    pieces: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Exact:
    """Words in just this order and form (case and accents aside)."""

    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Prefix:
    """Words that begin like this; ``before`` must stand directly in front."""

    start: str
    before: tuple[str, ...] = ()


Item = Word | Exact | Prefix


@dataclass(frozen=True, kw_only=True)
class Query:
    """What was asked: every clause must match, by any of its items; nothing of ``without`` may."""

    clauses: tuple[tuple[Item, ...], ...] = ()
    without: tuple[Item, ...] = ()


def parse_query(text: str) -> Query:
    """Read a query. Never fails: what makes no sense is read as words or left out.

    >>> query = parse_query('Überwachung OR Kamera -"Markt platz" Daten*')
    >>> [len(clause) for clause in query.clauses], query.without
    ([2, 1], (Exact(words=('Markt', 'platz')),))
    """
    clauses: list[tuple[Item, ...]] = []
    without: list[Item] = []
    joined = False
    for match in CHUNK.finditer(SURROGATE.sub(" ", text[:LONGEST_QUERY])):
        if match["word"] in OR and not match["sign"]:
            joined = bool(clauses)
            continue
        if match["word"] in AND:
            continue
        items = _items(match)[: MOST_ITEMS - len(clauses) - len(without)]
        if match["sign"]:
            without += items
        elif joined and items:
            clauses[-1:] = [(*clauses[-1], items[0])]
            clauses += [(item,) for item in items[1:]]
        else:
            clauses += [(item,) for item in items]
        joined = False
    return Query(clauses=tuple(clauses), without=tuple(without))


def without_stopwords(query: Query) -> Query:
    """Leave out stop words, unless nothing else is asked.

    >>> without_stopwords(parse_query("das Recht auf Löschung")).clauses
    ((Word(pieces=('Recht',)),), (Word(pieces=('Löschung',)),))
    """
    kept = tuple(clause for clause in query.clauses if not all(is_empty_word(item) for item in clause))
    return Query(clauses=kept or query.clauses, without=query.without)


def is_empty_word(item: Item) -> bool:
    """Whether an item is a mere stop word."""
    return isinstance(item, Word) and len(item.pieces) == 1 and is_stopword(item.pieces[0])


def _items(match: re.Match[str]) -> list[Item]:
    if match["phrase"] is not None:
        words = tuple(WORD.findall(match["phrase"]))
        return [Exact(words=words)] if words else []
    chunks = APART.split(INNER_CAPITAL.sub("innen", GENDER.sub("", match["word"])))
    return [item for chunk in chunks if (item := _item(chunk)) is not None]


def _item(chunk: str) -> Item | None:
    pieces = tuple(WORD.findall(chunk))
    if not pieces:
        return None
    if chunk.rstrip("-.'’&/").endswith("*"):
        return Prefix(start=pieces[-1], before=pieces[:-1])
    if len(pieces) == 1 and CAMEL.search(pieces[0]):
        pieces = tuple(CAMEL.split(pieces[0]))
    return Word(pieces=pieces)
