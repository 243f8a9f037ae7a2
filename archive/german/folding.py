"""Folding: makes spellings of one word equal, without knowing anything about grammar."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import product

WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
"""A word as SQLite's unicode61 tokenizer sees it: letters and digits, with combining marks."""

UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "ſ": "s"})
DIGRAPH = re.compile(r"(?<![aeiouq])[aou]e")
MAX_DIGRAPHS = 4


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Lower case, no diacritics, ss for ß, ligatures and wide letters in plain form.

    >>> fold("Überwachungsgröße")
    'uberwachungsgrosse'
    """
    plain = word.lower().translate(UMLAUTS)
    if plain.isascii():
        return plain
    decomposed = unicodedata.normalize("NFKD", plain).translate(UMLAUTS).lower()
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
