"""The query language: words, "phrases", -without, OR, NOT, prefix*, provisions, dates, addresses; all else is words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from archive.german.words import WORD, fillers, fold
from archive.search.figures import Day, Pointer, find_days, find_pointers
from archive.search.provisions import Provision, find_provisions

LONGEST_QUERY = 1_000
"""Characters that are read of a query."""

MOST_ITEMS = 24
"""Words and phrases that are read of a query."""

SHORTEST_PREFIX = 2
"""Letters of a prefix: one alone begins a tenth of all words, and is read as a word."""

SHORT_PREFIX = re.compile(r"(?<!\S)\w\*+(?!\S)")
SURROGATE = re.compile("[\ud800-\udfff]")
QUOTES = '"„“”»«'
OR = frozenset({"OR", "ODER", "|", "||"})
AND = frozenset({"AND", "UND", "&&"})
NOT = frozenset({"NOT", "NICHT"})
KEPT = re.compile("\ue000(\\d+)\ue001")
"""Stands for the n-th item that is read as a whole, while words are told apart."""

QUOTED = re.compile(rf"[{QUOTES}][^{QUOTES}]*[{QUOTES}]")
CHUNK = re.compile(
    rf"(?P<sign>(?<!\S)[-−](?=\S))?(?:[{QUOTES}](?P<phrase>[^{QUOTES}]*)[{QUOTES}]|(?P<word>[^\s{QUOTES}]+))"
)
APART = re.compile(r"[^\w\-‐‑.'’&*/@]+|(?<!\d)/|/(?!\d)|(?<!\w)@|@(?!\w)")
GENDER = re.compile(r"(?<=\w)[*:_/]-?(?=in(?:nen)?\b)")
INNER_CAPITAL = re.compile(r"(?<=[a-zäöüß])Innen\b")
CAMEL = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ][a-zäöüß])")


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word in any form. Several ``pieces`` are one word written with hyphens or inner capitals."""

    pieces: tuple[str, ...]
    typed: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Exact:
    """Words in just this order and form (case and accents aside; other case endings come after)."""

    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Prefix:
    """Words that begin like this; ``before`` must stand directly in front."""

    start: str
    before: tuple[str, ...] = ()


Item = Word | Exact | Prefix | Provision | Day | Pointer


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
    >>> [len(parse_query(text).without) for text in ("Kennzeichen NICHT Polizei", "Frist nicht einhalten")]
    [1, 0]
    """
    clauses: list[tuple[Item, ...]] = []
    without: list[Item] = []
    joined = negated = False
    kept, plain = _kept_apart(SURROGATE.sub(" ", text[:LONGEST_QUERY]))
    for match in CHUNK.finditer(plain):
        if match["word"] in OR and not match["sign"]:
            joined = bool(clauses)
        elif match["word"] in NOT and not match["sign"] and (clauses or without or plain[match.end() :].strip()):
            negated = True
        elif match["word"] not in AND:
            items = _items(match, kept)[: MOST_ITEMS - len(clauses) - len(without)]
            if match["sign"] or negated:
                without += items
            elif joined and items:
                clauses[-1:] = [(*clauses[-1], items[0])]
                clauses += [(item,) for item in items[1:]]
            else:
                clauses += [(item,) for item in items]
            joined = negated = False
    return Query(clauses=tuple(clauses), without=tuple(without))


def words_in_a_row(query: Query) -> tuple[str, ...]:
    """The words of a query that is nothing but words, as they were typed.

    >>> words_in_a_row(parse_query("gegen diese Regelungen")), words_in_a_row(parse_query("Frist OR Dauer"))
    (('gegen', 'diese', 'Regelungen'), ())
    """
    items = [clause[0] for clause in query.clauses if len(clause) == 1]
    words = tuple(item.typed or "-".join(item.pieces) for item in items if isinstance(item, Word))
    return words if len(words) == len(query.clauses) else ()


def _kept_apart(text: str) -> tuple[list[tuple[Item, ...]], str]:
    """Provisions, dates and addresses of a query, and the text with a sign in the place of each."""
    text = text.replace("\ue000", " ").replace("\ue001", " ")
    blank = QUOTED.sub(lambda match: " " * len(match.group()), text)
    spans: list[tuple[int, int, Item]] = []
    for find in (find_pointers, find_provisions, find_days):
        for start, end, item in find(blank):
            same = [one for one in spans if one[:2] == (start, end)]
            if same or not any(start < other and first < end for first, other, _ in spans):
                spans.append((start, end, item))
    kept: list[tuple[Item, ...]] = []
    for start, end in sorted({(start, end) for start, end, _ in spans}, reverse=True):
        kept.append(tuple(item for first, last, item in spans if (first, last) == (start, end)))
        gap = "" if text[start - 1 : start] in ("-", "−") else " "
        text = f"{text[:start]}{gap}\ue000{len(kept) - 1}\ue001 {text[end:]}"
    return kept, text


def short_prefixes(text: str) -> list[str]:
    """The prefixes of a query that are too short to be read as such, as they were typed.

    >>> short_prefixes("a* OR Daten* b*"), short_prefixes("be*")
    (['a*', 'b*'], [])
    """
    return SHORT_PREFIX.findall(text[:LONGEST_QUERY])


def without_stopwords(query: Query) -> Query:
    """Leave out stop words, unless nothing else is asked.

    >>> without_stopwords(parse_query("das Recht auf Löschung")).clauses
    ((Word(pieces=('Recht',)),), (Word(pieces=('Löschung',)),))
    """
    kept = tuple(clause for clause in query.clauses if not all(is_empty_word(item) for item in clause))
    return Query(clauses=kept or query.clauses, without=query.without)


def is_empty_word(item: Item) -> bool:
    """Whether an item is a mere stop word, or a filler of questions."""
    return isinstance(item, Word) and len(item.pieces) == 1 and fold(item.pieces[0]) in fillers()


def _items(match: re.Match[str], kept: list[tuple[Item, ...]]) -> list[Item]:
    if match["word"] and (whole := KEPT.search(match["word"])):
        return list(kept[int(whole[1])])
    if match["phrase"] is not None:
        words = tuple(WORD.findall(match["phrase"]))
        return [Exact(words=words)] if words else []
    chunks = APART.split(INNER_CAPITAL.sub("innen", GENDER.sub("", match["word"])))
    return [item for chunk in chunks if (item := _item(chunk)) is not None]


def _item(chunk: str) -> Item | None:
    pieces = tuple(WORD.findall(chunk))
    if not pieces:
        return None
    if chunk.rstrip("-.'’&/").endswith("*") and len(pieces[-1]) >= SHORTEST_PREFIX:
        return Prefix(start=pieces[-1], before=pieces[:-1])
    if len(pieces) == 1 and CAMEL.search(pieces[0]):
        pieces = tuple(CAMEL.split(pieces[0]))
    return Word(pieces=pieces, typed=chunk.strip("-.'’&/_*") or chunk)
