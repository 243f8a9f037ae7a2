"""Forms of the verbs of the field: gelöscht, löscht and löschte belong to löschen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from archive.german.folding import fold
from archive.german.words import read_lines

ADJECTIVE = ("", "e", "en", "er", "es", "em")
INSEPARABLE = ("be", "emp", "ent", "er", "ge", "ver", "zer", "uber", "unter", "wider", "miss")


@cache
def verb_forms() -> dict[str, str]:
    """Folded form → stem, for every verb of ``verbs.txt``.

    >>> verb_forms()["geloscht"], verb_forms()["abzulehnen"], verb_forms()["erhoben"]
    ('losch', 'ablehn', 'erheb')
    """
    forms: dict[str, str] = {}
    for line in read_lines("verbs.txt"):
        infinitive, *irregular = line.split()
        stem = root(fold(infinitive.replace("|", "")))
        for form in _regular(fold(infinitive)):
            forms.setdefault(form, stem)
        for form in irregular:
            for ending in ADJECTIVE:
                forms[fold(form) + ending] = stem
    return forms


def root(infinitive: str) -> str:
    """The infinitive without its ending.

    >>> root("speichern"), root("loschen")
    ('speicher', 'losch')
    """
    return infinitive[:-1] if infinitive.endswith(("ern", "eln")) else infinitive[:-2]


def _regular(infinitive: str) -> Iterator[str]:
    particle, _, verb = infinitive.rpartition("|")
    base = root(verb)
    link = "e" if base.endswith(("t", "d", "chn", "fn", "gn")) else ""
    yield from (particle + verb, f"{particle}zu{verb}")
    yield from (particle + base + link + ending for ending in ("t", "te", "ten", "tet"))
    participle = base + link + "t"
    if not verb.startswith(INSEPARABLE) and not verb.endswith("ieren"):
        participle = "ge" + participle
    for form in (f"{verb}d", participle, f"zu{verb}d"):
        yield from (particle + form + ending for ending in ADJECTIVE)
