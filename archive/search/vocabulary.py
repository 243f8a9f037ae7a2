"""The words of an index in memory, and which of them are forms of, or compounds with, a word."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Container, Iterable, Iterator
from threading import Lock

from archive.german.compounds import Compounds, other_links
from archive.german.equivalents import other_spellings
from archive.german.stems import guessed_forms, irregular_forms, is_participle, stem, verb_forms
from archive.german.words import STOPWORDS, digraph_readings, fold
from archive.search.plan import EXACT, FORM, PART

SHORTEST_PART = 3
"""Shorter words are found as words only, never inside others."""

LONGEST_WORD = 64
"""Longer texts are not taken for words."""

FEWEST = 3
"""Terms that are worth one beginning."""

REMEMBERED = 2_000
"""How many answers are kept per vocabulary."""

SHORTEST_OPENING = 4
"""The fewest letters of a word that compounds are said to begin with."""

UMLAUT_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

_CACHE: OrderedDict[str, Vocabulary] = OrderedDict()
_LOCK = Lock()
_MOST_VOCABULARIES = 4


class Vocabulary:
    """All index terms of one archive, with their stems. Grows; never shrinks (harmless: see `known`)."""

    def __init__(self) -> None:
        self.terms: set[str] = set()
        self.last: tuple[int, str] = (0, "")
        self.order: list[str] = []
        self._by_stem: dict[str, list[str]] = {}
        self._by_fold: dict[str, list[str]] = {}
        self._folded: list[str] = []
        self._joined = "\n"
        self._compounds = Compounds(self._by_fold.__contains__, self._by_stem.__contains__)
        self._remembered: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()
        self._lock = Lock()

    def add(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """Take in rows of ``search_words``: id, term, stem; ids rise."""
        for number, term, key in rows:
            folded = term if term.isascii() else fold(term)
            self.terms.add(term)
            self._by_stem.setdefault(key, []).append(term)
            if folded not in self._by_fold:
                self._folded.append(folded)
            self._by_fold.setdefault(folded, []).append(term)
            self.last = (number, term)
            self.order.append(term)
        self._joined = "\n" + "\n".join(self._folded) + "\n"
        self._compounds = Compounds(self._by_fold.__contains__, self._by_stem.__contains__)
        self._remembered.clear()

    def spelled(self, folded: str) -> tuple[str, ...]:
        """Terms that fold to the given text: straße and strasse for ``strasse``."""
        return tuple(self._by_fold.get(folded, ()))

    def forms(self, key: str) -> tuple[str, ...]:
        """Terms with the given stem."""
        return tuple(self._by_stem.get(key, ()))

    def compounds(self, key: str) -> tuple[str, ...]:
        """Terms that are compounds with a word of the given stem (the word's own forms left out)."""
        return self.remembered("compounds", key, lambda: self._find_compounds(key))

    def remembered(self, kind: str, key: str, find: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        """What was found for a key before, or is found now; forgotten as soon as there are new words."""
        with self._lock:
            known = self._remembered.get((kind, key))
            if known is None:
                known = self._remembered[kind, key] = find()
                if len(self._remembered) > REMEMBERED:
                    self._remembered.popitem(last=False)
        return known

    def _find_compounds(self, key: str) -> tuple[str, ...]:
        if len(key) < SHORTEST_PART or not key.isalpha():
            return ()
        own = set(self._by_stem.get(key, ()))
        found: dict[str, None] = {}
        for needle in {key, *irregular_forms().get(key, ())}:
            for folded in self.containing(needle):
                if self._compounds.contains(folded, needle, key):
                    found.update(dict.fromkeys(self._by_fold[folded]))
        return tuple(term for term in found if term not in own)

    def containing(self, needle: str) -> list[str]:
        """Folded words that contain the folded text anywhere."""
        joined, found = self._joined, []
        at = joined.find(needle)
        while at >= 0:
            start, end = joined.rfind("\n", 0, at) + 1, joined.find("\n", at)
            found.append(joined[start:end])
            at = joined.find(needle, end)
        return found

    def starting(self, prefix: str) -> list[str]:
        """Terms whose folded form starts with the given text."""
        needle, joined, found = "\n" + prefix, self._joined, []
        at = joined.find(needle)
        while at >= 0:
            end = joined.find("\n", at + 1)
            found += self._by_fold[joined[at + 1 : end]]
            at = joined.find(needle, end)
        return found

    def openings(self, key: str, slot: Container[str]) -> tuple[str, ...]:
        """The shortest beginnings, from ``key`` on, of which all terms (three or more) are in the slot."""
        found: list[str] = []
        pending = [(key, [term for term in self.starting(key) if term.startswith(key)])]
        while pending:
            opening, terms = pending.pop()
            if len(terms) < FEWEST:
                continue
            if all(term in slot for term in terms):
                found.append(opening)
                continue
            longer: dict[str, list[str]] = {}
            for term in terms:
                if len(term) > len(opening):
                    longer.setdefault(term[: len(opening) + 1], []).append(term)
            pending += longer.items()
        return tuple(sorted(found))

    def divided(self, folded: str, most: int = 4) -> list[tuple[str, ...]]:
        """Ways to write a word as several words of the index: coronawarnapp → corona warn app.

        The last part may be any form; it is given as written. Fewest parts first.
        """
        ways: list[tuple[str, ...]] = []
        if len(folded) > LONGEST_WORD:
            return ways
        for at in range(3, len(folded) - 1):
            first, rest = folded[:at], folded[at:]
            if first not in self._by_fold:
                continue
            if rest in self._by_fold or stem(rest) in self._by_stem:
                ways.append((first, rest))
            elif most > 2:
                ways += [(first, *more) for more in self.divided(rest, most - 1)]
        return sorted(ways, key=len)[:8]


def vocabulary_of(conn: sqlite3.Connection) -> Vocabulary:
    """The vocabulary of a connection's archive, read once per process and kept up to date.

    Shared by all connections to the same file. A rebuilt or rolled-back word table is noticed by
    its last row and read anew.
    """
    name = database_name(conn)
    newest = conn.execute("select id, term from search_words order by id desc limit 1").fetchone()
    last = (0, "") if newest is None else (int(newest[0]), str(newest[1]))
    with _LOCK:
        vocabulary = _CACHE.get(name)
        if vocabulary is None or not _continues(conn, vocabulary, last):
            vocabulary = Vocabulary()
        if vocabulary.last != last:
            rows = conn.execute(
                "select id, term, stem from search_words where id > ? order by id", (vocabulary.last[0],)
            )
            vocabulary.add((int(row[0]), str(row[1]), str(row[2])) for row in rows)
        _CACHE[name] = vocabulary
        _CACHE.move_to_end(name)
        if len(_CACHE) > _MOST_VOCABULARIES:
            _CACHE.popitem(last=False)
    return vocabulary


def database_name(conn: sqlite3.Connection) -> str:
    """The file of a connection; for one in memory, a name of its own."""
    row = conn.execute("select file from pragma_database_list where name = 'main'").fetchone()
    return str(row[0] or id(conn))


def _continues(conn: sqlite3.Connection, vocabulary: Vocabulary, last: tuple[int, str]) -> bool:
    """Whether what was read before is still the beginning of the table."""
    number, term = vocabulary.last
    if number == 0:
        return True
    if vocabulary.last != last:
        row = conn.execute("select term from search_words where id = ?", (number,)).fetchone()
        if row is None or row[0] != term or last[0] < number:
            return False
    return not database_name(conn).isdecimal() or _words(conn, number) == " ".join(vocabulary.order)


def _words(conn: sqlite3.Connection, number: int) -> str:
    """All words up to a number: databases in memory may follow each other under one name."""
    rows = conn.execute(
        "select group_concat(term, ' ') from (select term from search_words where id <= ? order by id)", (number,)
    )
    return str(rows.fetchone()[0])


def word_slot(word: str, vocabulary: Vocabulary) -> dict[str, float]:
    """All terms that answer a word: its spellings, forms and compounds."""
    slot = form_slot(word, vocabulary)
    if fold(word) in STOPWORDS or (word.isupper() and len(word) < 5):
        return slot
    for reading in readings(word):
        for term in vocabulary.compounds(stem(reading)):
            if fold(term) not in STOPWORDS:
                slot.setdefault(term, PART)
    return slot


def opening_compounds(word: str, vocabulary: Vocabulary) -> dict[str, float]:
    """Compounds that begin with a word: IT-Sicherheitsgesetz is about IT-Sicherheit, IT-Datensicherheit may not be."""
    keys = {stem(reading) for reading in readings(word) if len(reading) >= SHORTEST_OPENING}
    return {term: PART for key in keys for term in vocabulary.compounds(key) if fold(term).startswith(key)}


def with_openings(word: str, vocabulary: Vocabulary) -> dict[str, float]:
    """A word's forms, and after them (phrases are spelled out to a limit) the compounds that begin with it."""
    forms = form_slot(word, vocabulary)
    return forms | {term: PART for term in opening_compounds(word, vocabulary) if term not in forms}


def form_slot(word: str, vocabulary: Vocabulary) -> dict[str, float]:
    """Terms that are the word, or forms of it."""
    slot = spellings(word, vocabulary)
    if fold(word) in STOPWORDS:
        return slot
    for reading in readings(word):
        guesses = () if word[:1].isupper() and is_participle(reading) else guessed_forms(reading)
        for term in _forms(reading, vocabulary, is_verb=_is_verb(word, reading, vocabulary)):
            if fold(term) not in STOPWORDS:
                slot.setdefault(term, FORM)
        for term in (term for guess in guesses for term in vocabulary.spelled(guess)):
            slot.setdefault(term, FORM)
    return slot


def _is_verb(word: str, reading: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is to be read as a verb: löschen and Löschen are, Fragen is not where there is a Frage."""
    if reading not in verb_forms():
        return False
    key = stem(reading)
    return not (word[:1].isupper() and (vocabulary.spelled(key) or vocabulary.spelled(f"{key}e")))


def _forms(reading: str, vocabulary: Vocabulary, *, is_verb: bool) -> Iterator[str]:
    """Terms that are forms of a word: of a verb its noun in -ung too, of a noun no changed verb (Wahl, gewählt)."""
    key = stem(reading)
    for term in vocabulary.forms(key):
        if is_verb or (folded := fold(term)).startswith(key) or folded not in verb_forms():
            yield term
    if is_verb:
        yield from vocabulary.forms(f"{key}ung")
    for other in other_links(reading):
        yield from vocabulary.forms(stem(other))


def spellings(word: str, vocabulary: Vocabulary) -> dict[str, float]:
    """Terms that are the word, however its umlauts are written."""
    return {term: EXACT for reading in readings(word) for term in vocabulary.spelled(reading)}


def readings(word: str) -> list[str]:
    """The folded word, and what it is where ae, oe, ue stand for umlauts on either side."""
    folded = fold(word)
    written_out = fold(word.lower().translate(UMLAUT_DIGRAPHS))
    return list(dict.fromkeys([*digraph_readings(folded), written_out, *other_spellings(folded)]))
