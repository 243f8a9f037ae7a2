"""Forms of the verbs of the field: gelöscht, löscht and löschte belong to löschen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from archive.german.words import fold, read_lines

ADJECTIVE = ("", "e", "en", "er", "es", "em")
HEAVY = ("uber", "unter", "nach", "weiter", "wieder", "zuruck", "zusammen", "vorweg", "sicher", "fest")
"""Beginnings that leave the rest a word of its own: Überprüfung is a Prüfung."""

PARTICLES = (
    "zusammen",
    "zuruck",
    "herunter",
    "heraus",
    "bereit",
    "bekannt",
    "weiter",
    "wieder",
    "durch",
    "statt",
    "teil",
    "frei",
    "fest",
    "fern",
    "hoch",
    "nach",
    "preis",
    "auf",
    "aus",
    "ein",
    "her",
    "hin",
    "mit",
    "vor",
    "weg",
    "los",
    "ab",
    "an",
    "bei",
    "um",
    "zu",
)
PARTICIPLE = re.compile(rf"(?P<particle>{'|'.join(PARTICLES)})ge(?P<root>\w{{3,}}?)e?t(?:e[nmrs]?)?")
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
        for form in (*_regular(fold(infinitive)), *_strong(fold(infinitive))):
            forms.setdefault(form, stem)
        for form in irregular:
            for ending in ADJECTIVE:
                forms[fold(form) + ending] = stem
    return forms


def guessed_forms(folded: str) -> frozenset[str]:
    """What may be forms of a word, if it is an infinitive or participle with a prefix that no list knows.

    >>> "angekundigt" in guessed_forms("ankundigen"), "ankundigen" in guessed_forms("angekundigt")
    (True, True)
    >>> guessed_forms("garten")
    frozenset()
    """
    particle, verb = _infinitive(folded)
    if not verb:
        return frozenset()
    whole = f"{particle}|{verb}" if particle else verb
    return frozenset((*_regular(whole), *_strong(whole)))


def is_participle(folded: str) -> bool:
    """Whether a word looks like the participle of a verb that parts; with a capital it is a noun (Angestellte)."""
    return PARTICIPLE.fullmatch(folded) is not None


def _infinitive(folded: str) -> tuple[str, str]:
    """Particle and verb of an infinitive with a prefix, or of a participle like angekündigt; else two empty texts."""
    if match := PARTICIPLE.fullmatch(folded):
        return match["particle"], match["root"] + "en"
    if not folded.endswith(("en", "eln", "ern")):
        return "", ""
    particle = next((one for one in PARTICLES if folded.startswith(one) and len(folded) >= len(one) + 5), "")
    if particle:
        return particle, folded.removeprefix(particle)
    return ("", folded) if folded.startswith(INSEPARABLE) or folded.endswith("ieren") else ("", "")


@cache
def _strong_participles() -> dict[str, str]:
    return {fold(infinitive): fold(participle) for infinitive, participle in map(str.split, read_lines("strong.txt"))}


def _strong(infinitive: str) -> Iterator[str]:
    """Participles of a strong verb, also with a prefix: ab|rufen, widerrufen."""
    particle, _, verb = infinitive.rpartition("|")
    prefixes = (one for one in INSEPARABLE if verb.startswith(one))
    prefix = next((one for one in prefixes if verb.removeprefix(one) in _strong_participles()), "")
    participle = _strong_participles().get(verb.removeprefix(prefix), "")
    if participle:
        yield from (particle + prefix + participle[2 if prefix else 0 :] + ending for ending in ADJECTIVE)


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
    link = "e" if base.endswith(("t", "d", "chn", "fn", "gn", "dn", "tm")) else ""
    yield from (particle + verb, f"{particle}zu{verb}")
    yield from (particle + base + link + ending for ending in ("t", "te", "ten", "tet"))
    participle = base + link + "t"
    if not verb.startswith(INSEPARABLE) and not verb.endswith("ieren"):
        participle = "ge" + participle
    for form in (f"{verb}d", participle, f"zu{verb}d"):
        yield from (particle + form + ending for ending in ADJECTIVE)
