"""Says in German why Datasette or SQLite refuse a reader's question; pure."""

from __future__ import annotations

import re
from functools import cache

from portal.labels import refusals

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
