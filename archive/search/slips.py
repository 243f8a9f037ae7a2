"""Slips of the typist: the nearest known word for one that nothing matches."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterable, Iterator

from archive.german.divisions import divide, in_lexicon
from archive.german.equivalents import everyday
from archive.german.stems import stem
from archive.german.verbs import verb_forms
from archive.german.words import STOPWORDS, fillers, fold
from archive.search.vocabulary import Vocabulary

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST = 4
PARTS_OF_WORDS = 2
"""Shorter words are not guessed at."""

KEYBOARD = ("qwertzuiopu", "asdfghjkloa", "yxcvbnm")
"""Rows of a German keyboard; folded ü, ö, ä at the ends."""

SWAPPED, DOUBLED, UNDOUBLED, SOUND_ALIKE, NEIGHBOURS = 2.0, 2.5, 2.0, 0.8, 1.0
FIRST_LETTER, SECOND_EDIT = -3.0, -8.0
VOWELS = frozenset("aeiouy")


def corrected_query(
    conn: sqlite3.Connection, vocabulary: Vocabulary, query: str, unknown: Iterable[str]
) -> tuple[str, dict[str, str]]:
    """The query with its unknown words replaced by the nearest known ones, and which were replaced by what."""
    better, corrections = query, dict[str, str]()
    for word in dict.fromkeys(unknown):
        nearest = suggest_word(conn, vocabulary, word)
        if nearest is not None and fold(nearest) != fold(word):
            better = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", nearest, better)
            corrections[word] = nearest
    return better, corrections


def suggest_word(conn: sqlite3.Connection, vocabulary: Vocabulary, word: str) -> str | None:
    """The nearest word of the archive, as it is usually written there; None if there is none near.

    One letter wrong, missing, too many or swapped; for longer words also two.
    """
    folded = fold(word)
    if len(folded) < SHORTEST or not folded.isalpha() or len(folded) > 40 or is_german(folded):
        return None
    near = {folded_near: value for folded_near, value in edits(folded) if vocabulary.spelled(folded_near)}
    if not near and len(folded) >= 7:
        near = _two_edits(folded, vocabulary)
    best: tuple[float, str] | None = None
    for candidate, value in near.items():
        for term in vocabulary.spelled(candidate):
            count, shown = _use(conn, term)
            if count and candidate not in STOPWORDS:
                scored = (value + math.log(count), shown)
                best = max(best or scored, scored)
    return best[1] if best else _in_parts(conn, vocabulary, folded)


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
