"""Forms of the verbs of the field: gelöscht, löscht and löschte belong to löschen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from archive.german.folding import fold
from archive.german.words import read_lines

ADJECTIVE = ("", "e", "en", "er", "es", "em")
HEAVY = ("uber", "unter", "nach", "weiter", "wieder", "zuruck", "zusammen", "vorweg", "sicher", "fest")
"""Beginnings that leave the rest a word of its own: Überprüfung is a Prüfung."""

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


@cache
def verb_roots() -> frozenset[str]:
    """The roots of all verbs that are no compounds themselves; with -ung they make nouns.

    >>> "behandl" in verb_roots(), "überprüf" in verb_roots()
    (True, False)
    """
    infinitives = (fold(line.split()[0].replace("|", "")) for line in read_lines("verbs.txt"))
    return frozenset(noun_root(one) for one in infinitives if not one.startswith(HEAVY))


def noun_root(infinitive: str) -> str:
    """The root before -ung: handeln → handl(ung), speichern → speicher(ung).

    >>> noun_root("handeln"), noun_root("speichern"), noun_root("loschen")
    ('handl', 'speicher', 'losch')
    """
    return infinitive[:-3] + "l" if infinitive.endswith("eln") else root(infinitive)


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
