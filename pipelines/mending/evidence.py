"""The words of a document that are printed without a hyphen."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property

from pipelines.mending.lexicon import fold

_UNBROKEN = re.compile(r"(?<![\w-])[^\W\d_]{6,60}+(?![\w-])")


class UnbrokenWords:
    """Folded words of six letters or more that stand unbroken in the texts; gathered when first asked.

    >>> "datenexporteur" in UnbrokenWords(["Der Datenexporteur prüft."])
    True
    """

    def __init__(self, texts: Iterable[str], more: Collection[str] | None = None) -> None:
        self._texts = tuple(texts)
        self._more = more or ()

    @cached_property
    def _words(self) -> frozenset[str]:
        found = (word for text in self._texts for word in _UNBROKEN.findall(text))
        return frozenset(map(fold, (*found, *self._more)))

    def __contains__(self, word: object) -> bool:
        return word in self._words
