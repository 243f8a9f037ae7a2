"""Stems: forms of one word get one key; different words keep different ones.

Only inflection is taken off (Behörden → behord, Ländern → land, Schülerinnen → schuler), never what
makes another word (Verarbeitung stays apart from verarbeiten, Schüler from Schule): a search for
one must not find the other. The umlaut of plurals is gone by folding already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from archive.german.words import affixes, fold, folded_words, read_lines, read_table

SHORTEST = 3
"""No ending is taken off where fewer letters would be left."""

LONGEST = 64
"""Longer texts are no words; they keep all their letters."""

SHORTEST_TAIL = 5
"""Irregular forms of at least this length hold for the end of compounds too."""

ENDINGS = ("ens", "en", "es", "e", "n", "s")
KEEPS_S = ("ss", "is", "us", "los", "aus", "eis")
IN_ER = re.compile(r"(?P<base>.{2,}er)(?:e[nsmr]?|n|s|nen)?$")
COMPARED = re.compile(r"(?:lich|ig|isch|bar|sam)(?P<ending>er|st)$")

ADJECTIVE = ("", "e", "en", "er", "es", "em")
HEAVY = ("uber", "unter", "nach", "weiter", "wieder", "zuruck", "zusammen", "vorweg", "sicher", "fest")
"""Beginnings that leave the rest a word of its own: Überprüfung is a Prüfung."""

PARTICLES = (
    "zusammen|zuruck|herunter|heraus|bereit|bekannt|weiter|wieder|durch|statt|teil|frei"
    "|fest|fern|hoch|nach|preis|auf|aus|ein|her|hin|mit|vor|weg|los|ab|an|bei|um|zu"
)
PARTICIPLE = re.compile(rf"(?P<particle>{PARTICLES})ge(?P<root>\w{{3,}}?)e?t(?:e[nmrs]?)?")
INSEPARABLE = ("be", "emp", "ent", "er", "ge", "ver", "zer", "uber", "unter", "wider", "miss")


@lru_cache(maxsize=400_000)
def stem(word: str) -> str:
    """The stem of a word, folded.

    >>> [stem(word) for word in ("Gesundheitsämter", "Entschließungen", "Schülerinnen", "gelöscht")]
    ['gesundheitsamt', 'entschliessung', 'schuler', 'losch']
    """
    folded = fold(word)
    if not SHORTEST < len(folded) <= LONGEST or not folded.isalpha() or folded in folded_words("unchanged", "words"):
        return _irregular().get(folded, folded)
    known = _irregular().get(folded) or verb_forms().get(folded)
    return known or _irregular_tail(folded) or regular_stem(folded)


def regular_stem(folded: str) -> str:
    """The stem by rules alone.

    >>> regular_stem("landesbeauftragter"), regular_stem("verzeichnisse"), regular_stem("vertreterin")
    ('landesbeauftragt', 'verzeichnis', 'vertreter')
    """
    masculine = _without_feminine(folded)
    if match := IN_ER.match(masculine):
        return _stem_in_er(match["base"])
    if masculine.endswith(("nisse", "nissen", "nisses")):
        return masculine[: masculine.rindex("nis") + 3]
    if masculine.endswith("ismus"):
        return masculine[:-2]
    if masculine.endswith(("ium", "iums")):
        return masculine[: masculine.rindex("ium") + 1]
    if masculine.endswith("em") and _is_adjective(masculine[:-2]):
        return _uncompared(masculine[:-2])
    return _uncompared(_without_ending(masculine))


def _without_ending(word: str) -> str:
    for ending in ENDINGS:
        base = word.removesuffix(ending)
        if base != word and len(base) >= SHORTEST and _may_lose(word, base, ending):
            return base
    return word


def _may_lose(word: str, base: str, ending: str) -> bool:
    if ending == "s":
        return not word.endswith(KEEPS_S)
    if ending == "n":
        return base.endswith(("el", "er"))
    if ending == "es":
        return not base.endswith(("i", "ic"))
    return True


def _uncompared(base: str) -> str:
    """wichtigst → wichtig: endings of comparison, where an adjective shows."""
    match = COMPARED.search(base)
    return base[: match.start("ending")] if match else base


def _stem_in_er(base: str) -> str:
    """What ends in -er keeps it, unless it is a plural (Länder) or an adjective (öffentlicher)."""
    shorter = base[:-2]
    if _is_er_plural(base) or _is_adjective(shorter):
        return _uncompared(shorter)
    return base


def _is_er_plural(base: str) -> bool:
    tails = (base[at:-2] for at in range(max(0, len(base) - 12), len(base) - 3))
    return base not in folded_words("er_plural", "not_these") and any(
        tail in folded_words("er_plural", "nouns") for tail in tails
    )


def _is_adjective(base: str) -> bool:
    if base in folded_words("adjectives", "bases"):
        return True
    if len(base) >= 6 and base.endswith(affixes("adjectives", "endings")):
        return True
    is_prefixed = base.startswith(affixes("adjectives", "participle_prefixes")) or len(base) >= 8
    return is_prefixed and base.endswith(affixes("adjectives", "participle_endings"))


def _without_feminine(word: str) -> str:
    for ending, but in (("innen", "not_innen"), ("in", "not_feminine")):
        base = word.removesuffix(ending)
        if base == word or len(base) < SHORTEST + 1 or word.endswith(affixes("feminine", but)):
            continue
        if ending == "innen" or base.endswith(affixes("feminine", "agents")):
            return base
    return word


def _irregular_tail(folded: str) -> str | None:
    """The longest irregular form at the end of a compound: Zukunftsthemen → zukunftsthema."""
    for at in range(2, len(folded) - SHORTEST_TAIL + 1):
        if key := _irregular_tails().get(folded[at:]):
            return folded[:at] + key
    return None


@cache
def _irregular() -> dict[str, str]:
    return _places() | _groups("words") | _irregular_tails()


def _places() -> dict[str, str]:
    """Rostock, Rostocks, Rostocker, Rostockers."""
    forms: dict[str, str] = {}
    for place, *people in (line.split() for line in read_table("forms.toml")["places"]["forms"]):
        for form in (place, f"{place}s", *people, *(f"{one}s" for one in people)):
            forms[fold(form)] = fold(place)
    return forms


@cache
def _irregular_tails() -> dict[str, str]:
    return _groups("tails")


def _groups(key: str) -> dict[str, str]:
    forms: dict[str, str] = {}
    for group in read_table("forms.toml")["irregular"][key]:
        first, *rest = group.split()
        word = fold(first.removeprefix("="))
        shared = word if first.startswith("=") else regular_stem(word)
        forms.update({fold(form): shared for form in (word, *rest)})
    return forms


@cache
def irregular_forms() -> dict[str, tuple[str, ...]]:
    """Stem → its irregular forms, folded: needed to find them inside compounds.

    >>> irregular_forms()["thema"]
    ('thema', 'themen', 'themas')
    """
    groups: dict[str, list[str]] = {}
    for form, key in _irregular().items():
        groups.setdefault(key, []).append(form)
    return {key: tuple(forms) for key, forms in groups.items()}


def is_er_noun(folded: str) -> bool:
    """Whether the plural of a word ends in -er.

    >>> is_er_noun("bild"), is_er_noun("text")
    (True, False)
    """
    return folded in folded_words("er_plural", "nouns")


# -- verbs --------------------------------------------------------------------------------------------------


@cache
def verb_forms() -> dict[str, str]:
    """Folded form → stem, for every verb of ``verbs.txt``.

    >>> verb_forms()["geloscht"], verb_forms()["abzulehnen"], verb_forms()["erhoben"]
    ('losch', 'ablehn', 'erheb')
    """
    forms: dict[str, str] = {}
    for line in read_lines("verbs.txt"):
        infinitive, *irregular = line.split()
        key = root(fold(infinitive.replace("|", "")))
        for form in (*_regular(fold(infinitive)), *_strong(fold(infinitive))):
            forms.setdefault(form, key)
        for form in irregular:
            for ending in ADJECTIVE:
                forms[fold(form) + ending] = key
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
    particle = next((one for one in PARTICLES.split("|") if folded.startswith(one) and len(folded) >= len(one) + 5), "")
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
