"""Analysis: a text as tokens with their folded form, stem and the parts of compounds."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from archive.german.compounds import Compounds
from archive.german.folding import WORD, fold
from archive.german.stems import stem

_COMPOUNDS = Compounds()


class Token(NamedTuple):
    """One word of a text. ``text[start:end] == surface``; ``parts`` are stems, empty for simple words.

    (A tuple rather than a frozen dataclass: millions are made.)
    """

    surface: str
    start: int
    end: int
    folded: str
    stem: str
    parts: tuple[str, ...]


@lru_cache(maxsize=200_000)
def analyse_word(surface: str) -> tuple[str, str, tuple[str, ...]]:
    """Folded form, stem and parts of one word.

    >>> analyse_word("Gesundheitsämtern")
    ('gesundheitsamtern', 'gesundheitsamt', ('gesundheit', 'amt'))
    """
    return fold(surface), stem(surface), _COMPOUNDS.split(surface)


def analyse(text: str) -> list[Token]:
    """The words of a text in order; hyphens part words, as in the index.

    >>> [(token.surface, token.stem, token.parts) for token in analyse("Corona-Warn-App: Löschfristen!")]
    [('Corona', 'corona', ()), ('Warn', 'warn', ()), ('App', 'app', ()), ('Löschfristen', 'loschfrist', ('losch', 'frist'))]
    """  # noqa: E501
    return [
        Token(match[0], match.start(), match.end(), *analyse_word(match[0])) for match in WORD.finditer(text)
    ]
