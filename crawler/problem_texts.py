"""Says in German what went wrong with an address: the kinds and sentences of ``problems`` rows."""

from __future__ import annotations

import re

from crawler.errors import ReadingError
from crawler.wordlists import words

SAYS = re.compile(r"the page says '(.*)'\Z", re.DOTALL)


def describe_error(error: ReadingError) -> str:
    """The sentence for an error of page reading.

    >>> from crawler.errors import MissingPart, NotTheDocument
    >>> describe_error(MissingPart("https://www.datenschutz-mv.de/presse/", "heading"))
    'Ein Pflichtteil der Seite fehlt: die Überschrift.'
    >>> describe_error(NotTheDocument("https://www.datenschutz-mv.de/presse/", "the page says 'Fehler 404'"))
    'Unter der Adresse steht etwas anderes: »Fehler 404«.'
    """
    texts = words("problems")
    said = SAYS.match(error.detail)
    detail = f"»{said.group(1)}«" if said else texts["details"].get(error.detail, error.detail)
    sentence: str = texts["reading"].get(error.kind, texts["reading"]["unreadable"])
    return sentence.format(detail=detail)


def describe_failure(error: BaseException | None) -> tuple[str, str]:
    """The problem kind and sentence for an address that gave no usable answer.

    >>> describe_failure(TimeoutError())
    ('timeout', 'Die Antwort kam nicht rechtzeitig.')
    """
    failures = words("problems")["failures"]
    for cls in type(error).__mro__:
        if cls.__name__ in failures:
            kind, sentence = failures[cls.__name__]
            return kind, sentence
    if "redirect" in str(error).lower():
        kind, sentence = failures["RedirectLoop"]
        return kind, sentence
    return "unreachable", f"Keine Verbindung ({type(error).__name__})."
