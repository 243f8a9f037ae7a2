"""What the portal calls things: German names for the archive's machine words, from ``labels.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Licence:
    """The terms of use as far as they are known; ``url`` is None where no licence text is known."""

    text: str
    url: str | None = None


@cache
def _labels() -> dict[str, Any]:
    return tomllib.loads(files("portal").joinpath("labels.toml").read_text(encoding="utf-8"))


def label(kind: str, word: object) -> str:
    """The German name of a machine word, or the word itself where none is known.

    >>> label("doc_type", "entschliessung")
    'Entschließung'
    >>> label("doc_type", "rundschreiben")
    'rundschreiben'
    """
    return str(_labels().get(kind, {}).get(str(word), word))


def refusals() -> list[tuple[str, str]]:
    """Patterns of Datasette's and SQLite's messages, each with the German sentence that replaces it."""
    return [(row["pattern"], row["sentence"]) for row in _labels()["refusal"]]


def words(kind: str) -> tuple[str, ...]:
    """The machine words of a kind, in the order of the file.

    >>> words("source")
    ('dsmv', 'dsk')
    """
    return tuple(_labels()[kind])


def source_part(source: str, part: str) -> str:
    """A part (``short``, ``name``, ``home``, ``licence``) of what is known of a source.

    >>> source_part("dsmv", "short")
    'DSMV'
    """
    return str(_labels()["source"].get(source, {}).get(part, source))


def licence_of(source: str, doc_type: str) -> Licence:
    """The licence of a document: that of its type where one is known, else that of its source.

    >>> licence_of("dsk", "sdm").url
    'https://www.govdata.de/dl-de/by-2-0'
    """
    known = _labels()["licence"].get(doc_type)
    if known:
        return Licence(text=known["text"], url=known["url"])
    return Licence(text=source_part(source, "licence"))


_MARKUP = re.compile(r"<(?:textarea|script)\b.*?</(?:textarea|script)>|<[^>]*>", re.DOTALL | re.IGNORECASE)


@cache
def _sentences() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern, re.DOTALL), sentence) for pattern, sentence in refusals()]


def in_german(message: str) -> str:
    """The German sentence for a message; one that is not known stays as it is, without markup.

    >>> in_german("no such column: titel")
    'Diese Spalte gibt es nicht: titel'
    >>> in_german("<p>SQL query took too long. The time limit …</p><textarea>select 1</textarea>")
    'Die Abfrage hat zu lange gedauert und wurde abgebrochen. Vielleicht hilft eine Bedingung oder ein limit.'
    """
    for pattern, sentence in _sentences():
        if found := pattern.match(message):
            return found.expand(sentence)
    return " ".join(_MARKUP.sub(" ", message).split()) if "<" in message else message


def body_name(item: Any) -> str:
    """Herausgeber of a document, as lists, filters and facets call it: the issuer, else the body that published it.

    ``item`` has ``issuer``, ``publisher`` and ``source``.
    """
    body = item.issuer or item.publisher or source_part(item.source, "short")
    return label("issuer_short", body)


def body_long(item: Any) -> str:
    """The same body by its full name, as citations and feeds call it."""
    return label("issuer", item.issuer or item.publisher or source_part(item.source, "short"))
