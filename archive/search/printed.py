"""Other ways in which texts print what is typed: pairs that share a part, phrases with a mark of a note in them.

Such words stand apart in the index, so the texts that may hold them are read, and what they print is asked for.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence

from archive.german.compounds import divide, links
from archive.german.stems import stem
from archive.german.words import WORD, fold, index_term
from archive.search.plan import EXACT, FORM, Terms
from archive.search.vocabulary import Vocabulary

TEXTS_READ = 60
"""Texts that are read for one word or phrase, the newest."""

MOST_NOTES = 2
"""Marks of notes that may stand inside a phrase."""

SHORTEST_PART = 3
MOST_WHOLES = 400
"""Compounds that may stand second in a pair; a part of more words tells too little."""

JOINT = r"(?:und|oder|sowie|bzw\.|u\.|&)"
SHORTENED_LEFT = re.compile(rf"\b(?P<head>[^\W\d_]+)-(?P<tails>(?:,\s*[^\W\d_]+-)*\s+{JOINT}\s+[^\W\d_]+)")
SHORTENED_RIGHT = re.compile(rf"\b(?P<head>[^\W\d_]+(?:-[^\W\d_]+)*)(?P<tails>(?:,?\s+(?:{JOINT}\s+)?-[^\W\d_]+)+)")
TEXTS = """
select text from documents where docno in (
  select rowid from documents_fts where documents_fts match ? order by rowid desc limit ?) and text glob ?"""


def shared_pairs(conn: sqlite3.Connection, vocabulary: Vocabulary, word: str) -> list[Terms]:
    """The pairs that print a compound shortened: Tür- und Klingelkameras for Türkamera, Tagungsraum und -ort for
    Tagungsort."""
    own = (*vocabulary.spelled(fold(word)), *vocabulary.forms(stem(fold(word))))
    found: dict[tuple[str, ...], None] = {}
    for first, rest in _seams(fold(word), vocabulary):
        wholes = [term for term in vocabulary.compounds(rest) if stem(fold(term)).endswith(rest)]
        forms, begin = vocabulary.forms(rest), vocabulary.starting(first)
        for read, heads, tails, pattern in (
            (_left_pairs, vocabulary.spelled(first), {*wholes, *forms}, "*- [uobs&]*"),
            (_right_pairs, begin, set(forms), "* -[a-zäöüA-ZÄÖÜ]*"),
        ):
            if heads and 0 < len(tails) <= MOST_WHOLES and len(heads) <= MOST_WHOLES:
                both = f"({_either(heads)}) AND ({_either(sorted(tails))})"
                for text in _texts(conn, f"({both}) NOT ({_either(own)})" if own else both, pattern):
                    found |= dict.fromkeys(read(text, first, tails))
    return [Terms(slots=tuple({term: FORM} for term in words)) for words in found]


def _left_pairs(text: str, first: str, tails: Container[str]) -> Iterator[tuple[str, ...]]:
    """Pairs whose first is shortened: of the given beginning and one of the given ends."""
    for match in SHORTENED_LEFT.finditer(text):
        words = tuple(index_term(one) for one in WORD.findall(match.group()))
        if fold(match["head"]) == first and words[-1] in tails:
            yield words


def _right_pairs(text: str, first: str, tails: Container[str]) -> Iterator[tuple[str, ...]]:
    """Pairs, or longer rows, of which a later one is shortened."""
    for match in SHORTENED_RIGHT.finditer(text):
        head = [index_term(one) for one in WORD.findall(match["head"])]
        words = tuple(index_term(one) for one in WORD.findall(match.group()))
        if fold("".join(head)).startswith(first) and len("".join(head)) > len(first):
            yield from (words[: at + 1] for at in range(len(head), len(words)) if words[at] in tails)


def _seams(folded: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """The first part of a compound as it stands there, and without its link; and the stem of the rest."""
    ways = [tuple(part.text for part in divide(folded))] if divide(folded) else vocabulary.divided(folded, most=3)
    for way in ways:
        for at in range(1, len(way)):
            first, rest = "".join(way[:at]), "".join(way[at:])
            if min(len(first), len(rest)) >= SHORTEST_PART:
                yield from ((one, stem(rest)) for one in dict.fromkeys((first, *_unlinked(first))))


def _unlinked(first: str) -> Iterator[str]:
    yield from (first.removesuffix(link) for link in links() if link and first.endswith(link))


def marked_phrases(conn: sqlite3.Connection, words: Sequence[str]) -> list[Terms]:
    """A phrase as texts print it with marks of notes after its words: 15[2] Beschwerden for "15 Beschwerden"."""
    terms = [index_term(word) for word in words]
    near = " ".join(f'"{term}"' for term in terms)
    found: dict[tuple[str, ...], None] = {}
    for text in _texts(conn, f"NEAR({near}, {len(terms) + MOST_NOTES})", "*[[][0-9]*"):
        found |= dict.fromkeys(_over_marks(text, terms))
    return [Terms(slots=tuple({term: EXACT} for term in printed)) for printed in found]


def _over_marks(text: str, terms: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The words of a phrase in a text together with the marks inside it, wherever there are some."""
    places = list(WORD.finditer(text))
    plain = [at for at, place in enumerate(places) if not _is_mark(text, place)]
    spelled = [index_term(places[at].group()) for at in plain]
    for start in (at for at, term in enumerate(spelled) if term == terms[0]):
        end = start + len(terms)
        if spelled[start:end] == list(terms) and plain[end - 1] - plain[start] >= len(terms):
            yield tuple(index_term(place.group()) for place in places[plain[start] : plain[end - 1] + 1])


def _is_mark(text: str, place: re.Match[str]) -> bool:
    return (
        place.group().isdecimal() and text[place.start() - 1 : place.start()] == "[" and text[place.end() :][:1] == "]"
    )


def _either(terms: Iterable[str]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)


def _texts(conn: sqlite3.Connection, expression: str, pattern: str) -> Iterator[str]:
    for (text,) in conn.execute(TEXTS, (expression, TEXTS_READ, pattern)):
        yield str(text or "")
