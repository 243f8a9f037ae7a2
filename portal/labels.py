"""What the portal calls things: machine words as ``labels.toml`` names them, sources and bodies as the archive does."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from archive.views import doc_types


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

    >>> label("doc_type", "entschliessung"), label("doc_types", "entschliessung")
    ('Entschließung', 'Entschließungen')
    >>> label("doc_type", "rundschreiben")
    'rundschreiben'
    """
    if kind in _NAMES_OF_TYPES:
        return doc_types().get(str(word), {}).get(_NAMES_OF_TYPES[kind], str(word))
    return str(_labels().get(kind, {}).get(str(word), word))


_NAMES_OF_TYPES = {"doc_type": "label", "doc_types": "plural"}


def refusals() -> list[tuple[str, str]]:
    """Patterns of Datasette's and SQLite's messages, each with the German sentence that replaces it."""
    return [(row["pattern"], row["sentence"]) for row in _labels()["refusal"]]


def words(kind: str) -> tuple[str, ...]:
    """The machine words of a kind, in the order of the file.

    >>> words("doc_types")[:2]
    ('pressemitteilung', 'entschliessung')
    """
    return tuple(doc_types() if kind in _NAMES_OF_TYPES else _labels()[kind])


# -- sources and bodies, as the archive itself names them ------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Names:
    """What sources and bodies are called: parts of a source by name, licences by source and type, bodies by their
    short name (label, full name). ``shown`` are the sources that have documents."""

    sources: dict[str, dict[str, str]] = field(default_factory=dict)
    licences: dict[tuple[str, str], Licence] = field(default_factory=dict)
    bodies: dict[str, tuple[str, str]] = field(default_factory=dict)
    shown: tuple[str, ...] = ()


_KNOWN = Names()


def names_of(conn: sqlite3.Connection) -> Names:
    """The names in an archive; none in one that was made before there were such tables."""
    if not conn.execute("select 1 from sqlite_master where name = 'bodies'").fetchone():
        return Names()
    sources = conn.execute(
        "select name, label, label_long, home, licence, exists (select 1 from documents where source = name)"
        " from sources order by name"
    ).fetchall()
    licences = conn.execute("select source, doc_type, licence, source_note, url from source_licences order by 1, 2")
    return Names(
        sources={row[0]: dict(zip(("short", "name", "home", "licence"), row[1:5], strict=True)) for row in sources},
        licences={
            (row[0], row[1]): Licence(text=f"{row[2]}; {row[3]}" if row[3] else row[2], url=row[4]) for row in licences
        },
        bodies={row[0]: (row[1], row[2]) for row in conn.execute("select short, label, long from bodies")},
        shown=tuple(row[0] for row in sources if row[5]),
    )


def learn(names: Names) -> None:
    """Call sources and bodies by these names from now on; those known before stay known."""
    _KNOWN.sources.update(names.sources)
    _KNOWN.licences.update(names.licences)
    _KNOWN.bodies.update(names.bodies)


def source_part(source: str, part: str) -> str:
    """A part (``short``, ``name``, ``home``, ``licence``) of what the archive says of a source, else its word.

    >>> source_part("nirgends", "licence")
    'Lizenz nicht angegeben.'
    """
    otherwise = "Lizenz nicht angegeben." if part == "licence" else source
    return _KNOWN.sources.get(source, {}).get(part, otherwise)


def licence_of(source: str, doc_type: str) -> Licence:
    """The licence of a document: that of its type where one is known, else that of its source."""
    return _KNOWN.licences.get((source, doc_type)) or Licence(text=source_part(source, "licence"))


def licences_of(source: str) -> list[tuple[str, Licence]]:
    """The types of documents of a source that have terms of their own, each with them."""
    return [(doc_type, licence) for (of, doc_type), licence in sorted(_KNOWN.licences.items()) if of == source]


def body_label(short: str) -> str:
    """What lists and filters call a body."""
    return _KNOWN.bodies.get(short, (short, short))[0]


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
    return body_label(body)


def body_long(item: Any) -> str:
    """The same body by its full name, as citations and feeds call it."""
    body = str(item.issuer or item.publisher or source_part(item.source, "short"))
    return _KNOWN.bodies.get(body, (body, body))[1]
