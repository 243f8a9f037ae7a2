"""Loads the word lists of the German analysis; every list is folded."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from archive.german.folding import fold


def read_lines(name: str) -> list[str]:
    """The lines of a list in ``data/``, without comments and empty lines."""
    text = files("archive.german").joinpath("data", name).read_text("utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def read_table(name: str) -> dict[str, Any]:
    """A TOML table of ``data/``."""
    return tomllib.loads(files("archive.german").joinpath("data", name).read_text("utf-8"))


def folded_words(section: str, key: str) -> frozenset[str]:
    """A list of ``forms.toml``, folded."""
    return frozenset(fold(word) for word in read_table("forms.toml")[section][key])


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
