"""What every reading leans on: marks of notes that are read over, the language, what a document calls itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache

from pipelines import tables

_MARK = re.compile(r"\[\d{1,3}\]|[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]{1,3}")
_SIGNS = "[\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079"
"""One of these begins every mark: quicker to look for than the mark itself."""


def without_marks(text: str) -> str:
    """The text with a blank for every character of a mark: every other character keeps its offset.

    >>> without_marks("Art. 4 Nr. 17 [2] DSGVO"), without_marks("am 25. Mai 2018³")
    ('Art. 4 Nr. 17     DSGVO', 'am 25. Mai 2018 ')
    """
    if not any(sign in text for sign in _SIGNS):
        return text
    return _MARK.sub(lambda mark: " " * len(mark.group()), text)


_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 60_000
"""Characters that are read: some twenty pages settle the question."""

_ENOUGH = 5
_CLEARLY = 1.5


@cache
def _small_words(language: str) -> frozenset[str]:
    return frozenset(tables("languages")["words"][language])


def detect_language(text: str, *, file_name: str = "") -> str | None:
    """``de`` or ``en``; None where neither the text nor the file name says so.

    The text decides when it has at least five small words of one language and half as many again as of the
    other; only then comes the file name (``…_EN.pdf``, ``…_en.pdf``, ``… English.pdf``). "en" in the
    middle of a name is no language: the site marks resolutions with it (``20191106_en_gesundheit.pdf``).

    >>> detect_language("Die Aufsicht hat das Verfahren geprüft und mit dem Verein gesprochen.")
    'de'
    >>> detect_language("", file_name="20240506_guidelines_ai_en.pdf")
    'en'
    >>> detect_language("Anlage 1") is None
    True
    """
    return _written(text[:_SAMPLE]) or _named(file_name)


@lru_cache(maxsize=4)
def _written(text: str) -> str | None:
    """The language the small words show; remembered, as a document is asked several times in a row."""
    found = Counter(_WORD.findall(text.lower()))
    counts = {language: sum(map(found.__getitem__, _small_words(language))) for language in ("de", "en")}
    first, second = sorted(counts, key=counts.__getitem__, reverse=True)
    clear = counts[first] >= _ENOUGH and counts[first] >= _CLEARLY * counts[second]
    return first if clear else None


def _named(file_name: str) -> str | None:
    """The language a file name states: the last part of a path, any case, with or without extension."""
    stem = re.sub(r"\.\w{1,5}$", "", file_name.rsplit("/", 1)[-1])
    parts = [part.lower() for part in re.findall(r"[^\W\d_]+", stem)]
    for language in ("en", "de"):
        if set(parts) & set(tables("languages")["file_names"][language]):
            return language
    letters = [part for part in parts if part not in ("v", "final")]
    return letters[-1] if letters and letters[-1] in tables("languages")["file_names"]["last"] else None


def refine_type(doc_type: str, title: str, own_lines: Sequence[str] = ()) -> str:
    """The refined type; the given one where no rule of ``types.toml`` applies.

    ``own_lines`` are the first that a file prints: they tell what it is where nobody else does.

    >>> refine_type("information", "hier", ["Entschließung der Konferenz"])
    'entschliessung'
    """
    for rule in tables("types")["refinement"]:
        if doc_type in rule["of"] and title.lstrip('„"» ').startswith(tuple(rule["begins_with"])):
            return str(rule["doc_type"])
    lines = [line.lstrip('„"» ') for line in (title, *own_lines)] if doc_type == "information" and own_lines else []
    said = ((line, rule) for line in lines for rule in tables("types")["own_words"])
    return next((str(r["doc_type"]) for line, r in said if re.match(r["pattern"], line, re.IGNORECASE)), doc_type)
