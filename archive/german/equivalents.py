"""Other words for a word: abbreviations and their names, everyday words, other spellings, words of the same root."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypedDict

from archive.german.stems import stem
from archive.german.words import WORD, fillers, fold, read_table

LONGEST_NAME = 8
"""Words that the longest name may have."""

MOST_SPELLINGS = 6


class Group(TypedDict, total=False):
    """One line of the table: ``same``, or ``short``, ``long`` and ``also``."""

    same: list[str]
    short: list[str]
    long: list[str]
    also: list[str]


@dataclass(frozen=True, kw_only=True)
class Equivalents:
    """Finds the other names of a name. ``names`` maps a spelling key to names as word tuples."""

    names: dict[str, tuple[tuple[str, ...], ...]]

    def of(self, words: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """The names that mean what these words mean, each as its printed words; empty if none is known.

        >>> load_equivalents().of(["EuGHs"])
        (('EuGH',), ('Europäischer', 'Gerichtshof'), ('Gerichtshof', 'der', 'Europäischen', 'Union'))
        """
        return self.names.get(spelling_key(words), ())


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name as the index sees them.

    >>> words_of("DS-GVO")
    ('DS', 'GVO')
    """
    return tuple(WORD.findall(name))


def spelling_key(words: Iterable[str]) -> str:
    """One key for all spellings of a name: DS-GVO, DS GVO, DSGVO; endings do not matter.

    >>> spelling_key(["Europäischen", "Gerichtshofs"]), spelling_key(["DS", "GVO"])
    ('europaischgerichtshof', 'dsgvo')
    """
    return "".join(stem(word) if len(word) > 4 else fold(word) for word in words)


def equivalents_from(groups: Iterable[Group]) -> Equivalents:
    """Build the table from its groups.

    >>> equivalents_from([{"short": ["KI"], "long": ["Künstliche Intelligenz"]}]).of(["künstlicher", "Intelligenz"])
    (('Künstliche', 'Intelligenz'), ('KI',))
    """
    names: dict[str, list[tuple[str, ...]]] = {}
    for group in groups:
        short, long = group.get("short", []), group.get("long", [])
        for name in group.get("same", []):
            _add(names, name, group["same"])
        for name in short:
            _add(names, name, [*short, *long, *group.get("also", [])])
        for name in long:
            _add(names, name, [name, *short])
    return Equivalents(names={key: tuple(found) for key, found in names.items()})


def _add(names: dict[str, list[tuple[str, ...]]], name: str, others: list[str]) -> None:
    words = words_of(name)
    keys = {spelling_key(words), spelling_key(["".join(words)])}
    if words and len(fold(words[-1])) > 1:
        keys.add(spelling_key([*words[:-1], words[-1] + "s"]))
    for key in keys:
        found = names.setdefault(key, [])
        found.extend(tokens for other in others if (tokens := words_of(other)) not in found)


@cache
def load_equivalents() -> Equivalents:
    """The table of the project."""
    return equivalents_from(read_table("equivalents.toml")["groups"])


def other_spellings(folded: str) -> tuple[str, ...]:
    """Other spellings that a word may have; most of them no word at all.

    >>> other_spellings("photographie"), other_spellings("potenzial")
    (('fotographie', 'photografie', 'fotografie'), ('potential',))
    """
    found = {folded: None}
    for one, other in _pairs():
        for known in tuple(found):
            found |= dict.fromkeys(known.replace(old, new) for old, new in ((one, other), (other, one)) if old in known)
        if len(found) > MOST_SPELLINGS:
            break
    return tuple(found)[1 : MOST_SPELLINGS + 1]


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    return tuple((one, other) for one, other in read_table("forms.toml")["spelling"]["pairs"])


@cache
def everyday() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Stems of everyday words (fillers left out) → what authorities call it, as printed words.

    >>> ("Arbeitgeber",) in everyday()[("chef",)], everyday_key(["right", "to", "be", "forgotten"]) in everyday()
    (True, True)
    """
    found: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
    for line in read_table("everyday.toml")["words"]:
        left, right = line.split(">")
        names = [words_of(name) for name in right.split(",")]
        for key in left.split(","):
            own = everyday_key(words_of(key))
            found.setdefault(own, {}).update(dict.fromkeys(name for name in names if everyday_key(name) != own))
    return {key: tuple(names) for key, names in found.items()}


def everyday_key(words: Iterable[str]) -> tuple[str, ...]:
    """The key of words in `everyday`: their stems, fillers left out unless there is nothing else."""
    folded = [fold(word) for word in words]
    said = [word for word in folded if word not in fillers()] or folded
    return tuple(stem(word) for word in said)


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
