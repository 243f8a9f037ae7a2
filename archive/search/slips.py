"""Slips of the typist: the nearest known word for one that nothing matches."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

from archive.german.compounds import divide, in_lexicon
from archive.german.equivalents import everyday
from archive.german.stems import stem, verb_forms
from archive.german.words import STOPWORDS, fillers, fold
from archive.search.vocabulary import Vocabulary

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST = 4
PARTS_OF_WORDS = 2
"""Shorter words are not guessed at."""

MOST_NEAR, MOST_TRIED = 4, 6
"""Known words for one slip, and corrected queries, that are tried."""

KEYBOARD = ("qwertzuiopu", "asdfghjkloa", "yxcvbnm")
"""Rows of a German keyboard; folded ü, ö, ä at the ends."""

SWAPPED, DOUBLED, UNDOUBLED, SOUND_ALIKE, NEIGHBOURS = 2.0, 2.5, 2.0, 0.8, 1.0
FIRST_LETTER, SECOND_EDIT = -3.0, -8.0
VOWELS = frozenset("aeiouy")


def corrected_query(
    conn: sqlite3.Connection,
    vocabulary: Vocabulary,
    query: str,
    unknown: Sequence[str],
    doubtful: Sequence[str] = (),
    *,
    has_hits: Callable[[str], bool],
) -> tuple[str, dict[str, str], dict[str, tuple[str, ...]]]:
    """The query with its unknown words replaced by known ones, which were replaced by what, and what else each may be.

    Where several known words are near, the other words decide: the likeliest with which the query has hits. So
    they do for ``doubtful`` words, of which the archive has but other forms: these stay as they are without hits.
    """
    words = dict.fromkeys((*unknown, *doubtful))
    near = [(word, found) for word in words if (found := _choices(conn, vocabulary, word, word in doubtful))]
    alone = len(words) == 1 and query.split() == [*words]
    ways = product(*(enumerate(found[:1] if alone else found) for _, found in near))
    likely = sorted(ways, key=lambda way: sum(place for place, _ in way))[:MOST_TRIED]
    tried = [{word: better for (word, _), (_, better) in zip(near, way, strict=True)} for way in likely]
    queries = [(_replaced(query, corrections), corrections) for corrections in tried]
    chosen = next((one for one in queries if len(queries) > 1 and has_hits(one[0])), queries[0])
    corrections = {word: better for word, better in chosen[1].items() if word != better}
    others = {
        corrections[word]: tuple({*found} - {word, corrections[word]}) for word, found in near if word in corrections
    }
    return chosen[0], corrections, others


def _choices(conn: sqlite3.Connection, vocabulary: Vocabulary, word: str, is_doubtful: bool) -> list[str]:
    """What a word may be, the likeliest first."""
    found = suggest_words(conn, vocabulary, word)
    if is_doubtful:
        return [word, *(other for other in found if stem(fold(other)) != stem(fold(word)))]
    if len(word) < SHORTEST or is_german(fold(word)):
        return found
    small = [other for other, _ in edits(fold(word)) if other in STOPWORDS][:1]
    return [*(found or ([word] if small else [])), *small]


def _replaced(query: str, corrections: Mapping[str, str]) -> str:
    for word, better in corrections.items():
        query = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", better, query)
    return query


def suggest_words(conn: sqlite3.Connection, vocabulary: Vocabulary, word: str) -> list[str]:
    """The nearest words of the archive, as they are usually written there, the likeliest first; none if none is near.

    One letter wrong, missing, too many or swapped; for longer words also two.
    """
    folded = fold(word)
    if len(folded) < SHORTEST or not folded.isalpha() or len(folded) > 40 or is_german(folded):
        return []
    near = {folded_near: value for folded_near, value in edits(folded) if vocabulary.spelled(folded_near)}
    if not near and len(folded) >= 7:
        near = _two_edits(folded, vocabulary)
    scored: dict[str, float] = {}
    for candidate, value in near.items():
        for term in vocabulary.spelled(candidate):
            count, shown = _use(conn, term)
            if count and candidate not in STOPWORDS and candidate != folded:
                scored[shown] = max(scored.get(shown, value), value + math.log(count))
    best = sorted(scored, key=lambda shown: (scored[shown], shown), reverse=True)
    in_parts = _in_parts(conn, vocabulary, folded) if not best else None
    return best[:MOST_NEAR] or ([in_parts] if in_parts else [])


def is_german(folded: str) -> bool:
    """Whether a text is a word that we know, be it in the archive or not; such words are no slips.

    >>> is_german("elternbrief"), is_german("elternbreif"), is_german("skype")
    (True, False, True)
    """
    parts = divide(folded)
    return (
        folded in fillers()
        or in_lexicon(folded)
        or folded in verb_forms()
        or (len(parts) == PARTS_OF_WORDS and all(len(part.text) >= SHORTEST for part in parts))
        or any(stem(folded) in key for key in everyday())
    )


def _in_parts(conn: sqlite3.Connection, vocabulary: Vocabulary, folded: str) -> str | None:
    """A compound that the archive writes apart or never whole, with a slip in one part: Standart-modell."""
    best: tuple[float, str] | None = None
    for at in range(SHORTEST, len(folded) - SHORTEST + 1):
        left, right = folded[:at], folded[at:]
        for known, other, first in ((left, right, False), (right, left, True)):
            if len(other) < SHORTEST + 1 or not vocabulary.spelled(known) or vocabulary.spelled(other):
                continue
            for near, value in edits(other):
                if vocabulary.spelled(near) and near not in STOPWORDS:
                    scored = (value + len(known) / 100, near + known if first else known + near)
                    best = max(best or scored, scored)
    return best[1].capitalize() if best else None


def edits(word: str) -> Iterator[tuple[str, float]]:
    """Every text one slip away, with how likely the slip is (higher is likelier).

    >>> dict(edits("datenschuzt"))["datenschutz"]
    2.0
    """
    for at in range(len(word)):
        start = FIRST_LETTER if at == 0 else 0.0
        left, char, right = word[:at], word[at], word[at + 1 :]
        doubled = left[-1:] == char
        yield left + right, start + (DOUBLED if doubled else 0.0)
        if right and right[0] != char:
            yield left + right[0] + char + right[1:], start + SWAPPED
        for letter in LETTERS:
            if letter != char:
                yield left + letter + right, start + _likeness(char, letter)
            yield left + letter + word[at:], start + (UNDOUBLED if letter in (char, left[-1:]) else 0.0)
    for letter in LETTERS:
        yield word + letter, UNDOUBLED if word.endswith(letter) else 0.0


def _likeness(one: str, other: str) -> float:
    if one in VOWELS and other in VOWELS:
        return SOUND_ALIKE
    for row in KEYBOARD:
        if one + other in row or other + one in row:
            return NEIGHBOURS
    return 0.0


def _two_edits(word: str, vocabulary: Vocabulary) -> dict[str, float]:
    """Known words two slips away: those that share a half of the word, measured one by one."""
    half = len(word) // 2
    shared = {*vocabulary.containing(word[:half]), *vocabulary.containing(word[half:])}
    near = (other for other in shared if abs(len(other) - len(word)) <= 2 and distance(word, other) <= 2)
    return dict.fromkeys(near, SECOND_EDIT)


def distance(one: str, other: str) -> int:
    """Damerau-Levenshtein distance (neighbours may be swapped).

    >>> distance("datenschuzt", "datenschutz"), distance("hund", "bunt")
    (1, 2)
    """
    before: list[int] = []
    previous: list[int] = []
    current = list(range(len(other) + 1))
    for at, char in enumerate(one, start=1):
        before, previous, current = previous, current, [at]
        for place, wanted in enumerate(other, start=1):
            cost = min(previous[place] + 1, current[-1] + 1, previous[place - 1] + (char != wanted))
            if at > 1 and place > 1 and char == other[place - 2] and one[at - 2] == wanted:
                cost = min(cost, before[place - 2] + 1)
            current.append(cost)
    return current[-1]


def _use(conn: sqlite3.Connection, term: str) -> tuple[int, str]:
    """In how many documents a term stands now, and how it is written."""
    row = conn.execute("select doc from documents_words where term = ?", (term,)).fetchone()
    shown = conn.execute("select shown from search_words where term = ?", (term,)).fetchone()
    return (int(row[0]) if row else 0), (str(shown[0]) if shown else term)
