"""What counts as a German word: a frozen word list, endings and compounds built from it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import Any

_LONGEST = 60
"""Longer strings are no words; it also bounds the work on hostile text."""


@cache
def wording() -> dict[str, Any]:
    """The tables of ``hyphens.toml``."""
    return tomllib.loads(resources.files("pipelines.data").joinpath("hyphens.toml").read_text("utf-8"))


@cache
def words(section: str, key: str) -> frozenset[str]:
    """One list of ``hyphens.toml`` as a set."""
    return frozenset(wording()[section][key])


@cache
def _listed_words(name: str) -> frozenset[str]:
    text = resources.files("pipelines.data").joinpath(name).read_text("utf-8")
    return frozenset(line for line in text.split("\n") if line and line[0] != "#")


def fold(word: str) -> str:
    """The form in which words are compared: lower case, ß as ss.

    >>> fold("Maßnahmen")
    'massnahmen'
    """
    return word.casefold()


def is_english(word: str) -> bool:
    """Whether a folded word is far more frequent in English than in German."""
    return word in _listed_words("words_en.txt")


def is_usual(word: str) -> bool:
    """Whether a folded word is among the some ten thousand frequent German ones.

    >>> is_usual("themen"), is_usual("datenexporteur")
    (True, False)
    """
    return word in _listed_words("words_usual.txt")


def is_listed(word: str) -> bool:
    """Whether a folded word, or the word without its ending, stands in the list.

    >>> is_listed("konferenz"), is_listed("auftragsverarbeitern"), is_listed("schutznive")
    (True, True, False)
    """
    german = _listed_words("words_de.txt")
    if word in german or word in words("lexicon", "added"):
        return True
    if len(word) < 8:
        return False
    return any(stem in german or stem in words("lexicon", "added") for stem in _stems(word))


def _stems(word: str) -> Iterator[str]:
    """A word without each ending it may have; infinitives of participles: "prüfende" to "prüfen"."""
    endings = wording()["lexicon"]
    yield from (word.removesuffix(ending) for ending in endings["endings"] if word.endswith(ending))
    yield from (word.removesuffix(ending) for ending in endings["participle"] if word.endswith("n" + ending))


@lru_cache(maxsize=1 << 16)
def is_word(word: str) -> bool:
    """Whether a word is German: listed, or a compound of listed words. Any case.

    >>> is_word("Datenexporteur"), is_word("plattformunabhängigen"), is_word("Schutznive")
    (True, True, False)
    """
    folded = fold(word)
    return 1 < len(folded) <= _LONGEST and (is_listed(folded) or _is_compound(folded, first=True))


def runs_over(word: str, place: int) -> bool:
    """Whether a folded compound has a first part that reaches beyond ``place``: "transport|verschlüsselung".

    >>> runs_over("transportverschlüsselung", len("trans")), runs_over("quasiöffentlich", len("quasi"))
    (True, False)
    """
    cuts = range(place + 2, len(word) - 3)
    return len(word) <= _LONGEST and any(_is_split(word, cut, first=True) for cut in cuts)


@lru_cache(maxsize=1 << 16)
def _is_compound(word: str, *, first: bool) -> bool:
    return any(_is_split(word, cut, first=first) for cut in range(len(word) - 3, 1, -1))


def _is_split(word: str, cut: int, *, first: bool) -> bool:
    rest = word[cut:]
    return _is_modifier(word[:cut], first=first) and (_is_head(rest) or _is_compound(rest, first=False))


def _is_head(part: str) -> bool:
    return len(part) > 3 and is_listed(part) and part not in words("lexicon", "no_head")


def _is_modifier(part: str, *, first: bool) -> bool:
    if len(part) < 4:
        return part in words("lexicon", "short") or (first and part in words("lexicon", "prefixes"))
    linked = part[-1] == "s" and is_listed(part[:-1])
    return linked or is_listed(part) or (first and part in words("lexicon", "prefixes"))
