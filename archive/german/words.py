"""Words folded for comparison, and the word lists of the German analysis; every list is folded."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import Any

WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
"""A word as SQLite's unicode61 tokenizer sees it: letters and digits, with combining marks."""

UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "ſ": "s"})
BARRED = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters of other languages that Unicode does not take apart."""

DIGRAPH = re.compile(r"(?<![aeiouq])[aou]e")
MAX_DIGRAPHS = 4


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Lower case, no diacritics, ss for ß, ligatures and wide letters in plain form.

    >>> fold("Überwachungsgröße"), fold("Tromsø")
    ('uberwachungsgrosse', 'tromso')
    """
    plain = word.lower().translate(UMLAUTS)
    if plain.isascii():
        return plain
    decomposed = unicodedata.normalize("NFKD", plain).translate(UMLAUTS).lower().translate(BARRED)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=100_000)
def index_term(word: str) -> str:
    """The term under which FTS5 (unicode61, remove_diacritics 2) files a word: as `fold`, but ß stays.

    >>> index_term("Straßenverkehrsbehörde")
    'straßenverkehrsbehorde'
    """
    lowered = word.lower()
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFD", lowered)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def digraph_readings(folded: str) -> tuple[str, ...]:
    """What a folded word may be when ae, oe, ue stand for umlauts; the word itself comes first.

    >>> digraph_readings("ueberwachung")
    ('ueberwachung', 'uberwachung')
    """
    spots = [match.start() + 1 for match in DIGRAPH.finditer(folded)][:MAX_DIGRAPHS]
    readings = []
    for drop in product((False, True), repeat=len(spots)):
        gone = {spot for spot, dropped in zip(spots, drop, strict=True) if dropped}
        readings.append("".join(char for at, char in enumerate(folded) if at not in gone))
    return tuple(readings)


def read_lines(name: str) -> list[str]:
    """The lines of a list in ``data/``, without comments and empty lines."""
    text = files("archive.german").joinpath("data", name).read_text("utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def read_table(name: str) -> dict[str, Any]:
    """A TOML table of ``data/``."""
    return tomllib.loads(files("archive.german").joinpath("data", name).read_text("utf-8"))


@cache
def folded_words(section: str, key: str) -> frozenset[str]:
    """A list of ``forms.toml``, folded."""
    return frozenset(fold(word) for word in read_table("forms.toml")[section][key])


@cache
def affixes(section: str, key: str) -> tuple[str, ...]:
    """The same as what ``startswith`` and ``endswith`` take."""
    return tuple(sorted(folded_words(section, key)))


STOPWORDS = frozenset(fold(word) for line in read_lines("stopwords.txt") for word in line.split())
"""Folded words that say nothing about what a document is about."""


def is_stopword(word: str) -> bool:
    """Whether a word, in any spelling, is a stop word.

    >>> is_stopword("Für"), is_stopword("Frist")
    (True, False)
    """
    return fold(word) in STOPWORDS


@cache
def fillers() -> frozenset[str]:
    """Folded words of questions that say nothing about their subject, stop words among them."""
    lines = read_table("everyday.toml")["fillers"]
    return STOPWORDS | {fold(word) for line in lines for word in line.split()}
