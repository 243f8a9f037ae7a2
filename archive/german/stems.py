"""Stems: forms of one word get one key; different words keep different ones.

Only inflection is taken off (Behörden → behord, Ländern → land, Schülerinnen → schuler), never what
makes another word (Verarbeitung stays apart from verarbeiten, Schüler from Schule): a search for
one must not find the other. The umlaut of plurals is gone by folding already.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from archive.german.verbs import verb_forms
from archive.german.words import fold, folded_words, read_table

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


@lru_cache(maxsize=400_000)
def stem(word: str) -> str:
    """The stem of a word, folded.

    >>> [stem(word) for word in ("Gesundheitsämter", "Entschließungen", "Schülerinnen", "gelöscht")]
    ['gesundheitsamt', 'entschliessung', 'schuler', 'losch']
    """
    folded = fold(word)
    if not SHORTEST < len(folded) <= LONGEST or not folded.isalpha() or folded in _unchanged():
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
    return base not in _not_er_plural() and any(tail in _er_nouns() for tail in tails)


def _is_adjective(base: str) -> bool:
    if base in _adjective_bases():
        return True
    if len(base) >= 6 and base.endswith(_adjective_endings()):
        return True
    is_prefixed = base.startswith(_participle_prefixes()) or len(base) >= 8
    return is_prefixed and base.endswith(_participle_endings())


def _without_feminine(word: str) -> str:
    for ending in ("innen", "in"):
        base = word.removesuffix(ending)
        if base == word or len(base) < SHORTEST + 1:
            continue
        blocked = word.endswith(_not_innen()) if ending == "innen" else word.endswith(_not_feminine())
        if not blocked and (ending == "innen" or base.endswith(_agents())):
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


@cache
def _unchanged() -> frozenset[str]:
    return folded_words("unchanged", "words")


def is_er_noun(folded: str) -> bool:
    """Whether the plural of a word ends in -er.

    >>> is_er_noun("bild"), is_er_noun("text")
    (True, False)
    """
    return folded in _er_nouns()


@cache
def _er_nouns() -> frozenset[str]:
    return folded_words("er_plural", "nouns")


@cache
def _not_er_plural() -> frozenset[str]:
    return folded_words("er_plural", "not_these")


@cache
def _adjective_bases() -> frozenset[str]:
    return folded_words("adjectives", "bases")


@cache
def _adjective_endings() -> tuple[str, ...]:
    return tuple(sorted(folded_words("adjectives", "endings")))


@cache
def _participle_prefixes() -> tuple[str, ...]:
    return tuple(sorted(folded_words("adjectives", "participle_prefixes")))


@cache
def _participle_endings() -> tuple[str, ...]:
    return tuple(sorted(folded_words("adjectives", "participle_endings")))


@cache
def _agents() -> tuple[str, ...]:
    return tuple(sorted(folded_words("feminine", "agents")))


@cache
def _not_feminine() -> tuple[str, ...]:
    return tuple(sorted(folded_words("feminine", "not_feminine")))


@cache
def _not_innen() -> tuple[str, ...]:
    return tuple(sorted(folded_words("feminine", "not_innen")))


QUALITIES = ("igkeit", "keit", "heit", "itat")
"""Nouns of adjectives: rechtswidrig, Rechtswidrigkeit; folded."""

EXCHANGED = (("ent", "enz"), ("ant", "anz"), ("isier", "ik"), ("isier", "isch"), ("ik", "isch"), ("ier", "ion"))
SHORTEST_FAMILY = 5
"""Letters that a stem keeps when an ending of derivation is taken off or exchanged."""


@lru_cache(maxsize=20_000)
def related_stems(word: str) -> frozenset[str]:
    """Stems that words of the same root would have: Ablehnung, abgelehnt; souverän, Souveränität.

    >>> "ablehn" in related_stems("Ablehnung"), "rechtswidrigkeit" in related_stems("rechtswidrig")
    (True, True)
    """
    own = stem(word)
    found = set(_families().get(own, ()))
    if len(own) >= SHORTEST_FAMILY:
        if own.endswith("ung") and len(own) - 3 >= SHORTEST_FAMILY - 1:
            root = own[:-3]
            found |= {root, stem(f"{root}en"), stem(f"{root}n"), f"{root}t", f"ge{root}t"}
        found |= {f"{own}ung", *(own + ending for ending in QUALITIES)}
        if own.endswith("t") and len(own) > SHORTEST_FAMILY:
            found.add(f"{own[:-1]}ung")
        for ending in QUALITIES:
            if own.endswith(ending) and len(own) - len(ending) >= SHORTEST_FAMILY - 1:
                found.add(own.removesuffix(ending))
        for one, other in (*EXCHANGED, *((b, a) for a, b in EXCHANGED)):
            if own.endswith(one) and len(own) - len(one) >= 3:
                found.add(own.removesuffix(one) + other)
    return frozenset(found - {own})


@cache
def _families() -> dict[str, frozenset[str]]:
    families: dict[str, frozenset[str]] = {}
    for line in read_table("forms.toml")["families"]["words"]:
        members = frozenset(stem(word) for word in line.split())
        for member in members:
            families[member] = families.get(member, frozenset()) | members
    return families
