"""What counts as a German word, and which hyphens inside one are wrong: the rules in the order in which they decide."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from pipelines import tables

_LONGEST = 60
"""Longer strings are no words; it also bounds the work on hostile text."""


@cache
def words(section: str, key: str) -> frozenset[str]:
    """One list of ``hyphens.toml`` as a set."""
    return frozenset(tables("hyphens")[section][key])


@cache
def _listed_words(name: str) -> frozenset[str]:
    text = resources.files("pipelines.data").joinpath(name).read_text("utf-8")
    return frozenset(line for line in text.split("\n") if line and line[0] != "#")


def fold(word: str) -> str:
    """The form in which words are compared: lower case, ß as ss.

    >>> fold("Maßnahmen")
    'massnahmen'
    """
    return word.casefold()


def is_english(word: str) -> bool:
    """Whether a folded word is far more frequent in English than in German."""
    return word in _listed_words("words_en.txt")


def is_usual(word: str) -> bool:
    """Whether a folded word is among the some ten thousand frequent German ones.

    >>> is_usual("themen"), is_usual("datenexporteur")
    (True, False)
    """
    return word in _listed_words("words_usual.txt")


def is_listed(word: str) -> bool:
    """Whether a folded word, or the word without its ending, stands in the list.

    >>> is_listed("konferenz"), is_listed("auftragsverarbeitern"), is_listed("schutznive")
    (True, True, False)
    """
    german = _listed_words("words_de.txt")
    if word in german or word in words("lexicon", "added"):
        return True
    if len(word) < 8:
        return False
    return any(stem in german or stem in words("lexicon", "added") for stem in _stems(word))


def _stems(word: str) -> Iterator[str]:
    """A word without each ending it may have; infinitives of participles: "prüfende" to "prüfen"."""
    endings = tables("hyphens")["lexicon"]
    yield from (word.removesuffix(ending) for ending in endings["endings"] if word.endswith(ending))
    yield from (word.removesuffix(ending) for ending in endings["participle"] if word.endswith("n" + ending))


@lru_cache(maxsize=1 << 16)
def is_word(word: str) -> bool:
    """Whether a word is German: listed, or a compound of listed words. Any case.

    >>> is_word("Datenexporteur"), is_word("plattformunabhängigen"), is_word("Schutznive")
    (True, True, False)
    """
    folded = fold(word)
    return 1 < len(folded) <= _LONGEST and (is_listed(folded) or _is_compound(folded, first=True))


def runs_over(word: str, place: int) -> bool:
    """Whether a folded compound has a first part that reaches beyond ``place``: "transport|verschlüsselung".

    >>> runs_over("transportverschlüsselung", len("trans")), runs_over("quasiöffentlich", len("quasi"))
    (True, False)
    """
    cuts = range(place + 2, len(word) - 3)
    return len(word) <= _LONGEST and any(_is_split(word, cut, first=True) for cut in cuts)


@lru_cache(maxsize=1 << 16)
def _is_compound(word: str, *, first: bool) -> bool:
    return any(_is_split(word, cut, first=first) for cut in range(len(word) - 3, 1, -1))


def _is_split(word: str, cut: int, *, first: bool) -> bool:
    rest = word[cut:]
    return _is_modifier(word[:cut], first=first) and (_is_head(rest) or _is_compound(rest, first=False))


def _is_head(part: str) -> bool:
    return len(part) > 3 and is_listed(part) and part not in words("lexicon", "no_head")


def _is_modifier(part: str, *, first: bool) -> bool:
    if len(part) < 4:
        return part in words("lexicon", "short") or (first and part in words("lexicon", "prefixes"))
    linked = part[-1] == "s" and is_listed(part[:-1])
    return linked or is_listed(part) or (first and part in words("lexicon", "prefixes"))


_VOWEL = re.compile("[aeiouyäöüéèêàâ]", re.IGNORECASE)


class Pair(NamedTuple):
    """Two parts of a hyphenated word; another hyphen follows (``more``), goes before (``within``)."""

    left: str
    right: str
    more: bool = False
    within: bool = False

    @property
    def joined(self) -> str:
        """The folded word without the hyphen; before another hyphen without an unknown linking "s"."""
        whole = fold(self.left + self.right)
        return whole[:-1] if self.more and whole.endswith("s") and not is_listed(whole) else whole


Rule = Callable[[Pair], bool | None]
"""Says that the hyphen is wrong (True), right (False), or has no opinion (None)."""


def _marked(pair: Pair) -> bool | None:
    """Single letters, digits and abbreviations keep their hyphen: "E-mail", "10-jährig", "EU-weit"."""
    left, right = pair.left, pair.right
    plain = len(left) > 1 and len(right) > 1 and (left + right).isalpha()
    spoken = plain and _VOWEL.search(left) and _VOWEL.search(right)
    return None if spoken and left[1:].islower() and right.islower() else False


def _kept_pair(pair: Pair) -> bool | None:
    """Closed lists: "Opt-in", "Know-how", "baden-württembergisch", "rot-grün", "Bürger-innen"."""
    left, right = fold(pair.left), fold(pair.right)
    if f"{left}-{right}".startswith(tuple(tables("hyphens")["kept"]["stems"])):
        return False
    if any(f"{left}-{stem}" in words("kept", "pairs") for stem in _bases(right)):
        return False
    colours = words("adjectives", "colours")
    coloured = left in colours and any(stem in colours for stem in _bases(right))
    return False if coloured or (right in words("kept", "seconds") and is_word(left)) else None


def _inner(pair: Pair) -> bool | None:
    """Small words between two hyphens: "Ende-zu-Ende", "Ad-hoc-Lösung"."""
    inner = words("kept", "inner")
    between = (pair.more and fold(pair.right) in inner) or (pair.within and fold(pair.left) in inner)
    return False if between else None


def _negation(pair: Pair) -> bool | None:
    """ "nicht-öffentlich" keeps its hyphen; "Nicht-beachtung" and "nicht-ig" do not."""
    if fold(pair.left) != "nicht":
        return None
    noun = fold(pair.right).endswith(tuple(tables("hyphens")["nouns"]["endings"]))
    return noun or (is_listed(pair.joined) and not is_word(pair.right))


def _english(pair: Pair) -> bool | None:
    left, right = fold(pair.left), fold(pair.right)
    return False if is_english(left) and is_english(right) else None


def _surely_adjectives(pair: Pair) -> bool | None:
    """An adjective before another one: "technisch-organisatorisch"; not "Persönlich-keit"."""
    if not _is_adjective(pair.left, "sure") or fold(pair.right).startswith("keit"):
        return None
    second = _is_second_adjective(pair.right) or (pair.left.islower() and is_word(pair.right))
    return False if second else None


def _attached(pair: Pair) -> bool | None:
    """A name or foreign word with an adjective: "Corona-bedingt", "cloud-gestützt"."""
    attached = any(stem in words("adjectives", "attached") for stem in _bases(fold(pair.right)))
    left = fold(pair.left)
    if not attached or not is_word(left) or left.endswith(tuple(tables("hyphens")["nouns"]["linking"])):
        return None
    foreign = left in words("adjectives", "foreign") or is_english(left)
    return False if foreign or pair.left[0].isupper() else None


def _first_part(pair: Pair) -> bool | None:
    """ "re-identifizieren", "quasi-öffentlich" keep their hyphen; "Trans-portwege", "Re-gister" do not."""
    if fold(pair.left) not in words("kept", "firsts") or not is_word(pair.right):
        return None
    return is_listed(pair.joined) or runs_over(pair.joined, len(fold(pair.left)))


def _likely_adjectives(pair: Pair) -> bool | None:
    """Adjectives that also begin compounds: "sozial-ökologisch", but "sozialrechtlich"."""
    return False if _is_adjective(pair.left, "likely") and _is_second_adjective(pair.right) else None


def _fragments(pair: Pair) -> bool | None:
    """Two parts that are no words and together end like a German one: "Videokonfe-renzierung"."""
    unknown = not is_word(pair.left) and not is_word(pair.right) and len(pair.joined) > 6
    return True if unknown and pair.joined.endswith(tuple(tables("hyphens")["broken"]["endings"])) else None


def _broken_if(says: Callable[[Pair], bool]) -> Rule:
    return lambda pair: says(pair) or None


CLOSED: tuple[Rule, ...] = (
    _marked,
    _broken_if(lambda pair: fold(pair.left + pair.right).startswith(tuple(tables("hyphens")["broken"]["words"]))),
    _kept_pair,
    _inner,
    _broken_if(lambda pair: fold(pair.right) in words("broken", "bound")),  # "Nichtverkettbar-keit"
    _negation,
    _broken_if(lambda pair: is_usual(pair.joined)),  # "The-men" is frequent, whatever its parts mean in English
    _english,
)
"""Decide before the document is asked."""

OPEN: tuple[Rule, ...] = (
    _surely_adjectives,
    _attached,
    _first_part,
    _broken_if(lambda pair: is_listed(pair.joined)),
    _likely_adjectives,  # after the listed: "sozialrechtlich" is a word
    _broken_if(lambda pair: is_word(pair.joined)),
    _fragments,
)
"""Decide when the document does not show the unbroken word; where none has an opinion, the hyphen stays."""


def _is_adjective(word: str, kind: str) -> bool:
    return fold(word).endswith(tuple(tables("hyphens")["adjectives"][kind])) and is_word(word)


def _is_second_adjective(word: str) -> bool:
    endings = tuple(tables("hyphens")["adjectives"]["second"])
    return len(word) > 4 and any(stem.endswith(endings) for stem in _bases(fold(word))) and is_word(word)


def _bases(word: str) -> list[str]:
    """A folded word as it is and without each case or plural ending it may have."""
    return [
        word.removesuffix(ending) for ending in tables("hyphens")["adjectives"]["case_endings"] if word.endswith(ending)
    ]


@lru_cache(maxsize=1 << 15)
def _verdict(pair: Pair, rules: tuple[Rule, ...]) -> bool | None:
    return next((opinion for rule in rules if (opinion := rule(pair)) is not None), None)


def is_broken(pair: Pair, evidence: Container[str]) -> bool:
    """Whether the hyphen between the two parts is wrong; ``evidence`` holds folded unbroken words.

    >>> is_broken(Pair("Schutzni", "veau"), ()), is_broken(Pair("Opt", "in"), ())
    (True, False)
    """
    closed = _verdict(pair, CLOSED)
    if closed is not None:
        return closed
    return pair.joined in evidence or bool(_verdict(pair, OPEN))


def keeps_hyphen(pair: Pair) -> bool:
    """Whether a closed list ties the two parts with a hyphen, however they are spaced: "nicht- öffentlich".

    >>> keeps_hyphen(Pair("nicht", "öffentlichen")), keeps_hyphen(Pair("ein", "ausgehend"))
    (True, False)
    """
    negated = fold(pair.left) == "nicht" and _is_second_adjective(pair.right) and not _negation(pair)
    return negated or _kept_pair(pair) is False


@lru_cache(maxsize=1 << 15)
def is_own_hyphen(pair: Pair) -> bool:
    """Whether a hyphen at a line's end belongs to the word, which then keeps it when it is rejoined.

    >>> is_own_hyphen(Pair("deutsch", "polnische")), is_own_hyphen(Pair("Un", "abhängiges"))
    (True, False)
    """
    if _kept_pair(pair) is False or _inner(pair) is False:
        return True
    closed = _verdict(pair, CLOSED)
    broken = _verdict(pair, OPEN) if closed is None else closed
    return broken is False and not is_listed(pair.joined)


def mend_word(word: str, evidence: Container[str] = ()) -> str:
    """A hyphenated word without its wrong hyphens.

    >>> mend_word("EU-Standardvertrags-klauseln"), mend_word("Ende-zu-Ende-Ver-schlüs-selung")
    ('EU-Standardvertragsklauseln', 'Ende-zu-Ende-Verschlüsselung')
    """
    parts = word.split("-")
    mended, at = parts[:1], 1
    while at < len(parts):
        pair = Pair(mended[-1], parts[at], at + 1 < len(parts), len(mended) > 1)
        if _joins(pair, evidence):
            mended[-1] += parts[at]
        elif pair.more and _joins_both(pair, parts[at + 1], at + 2 < len(parts), evidence):
            mended[-1] += parts[at] + parts[at + 1]
            at += 1
        else:
            mended.append(parts[at])
        at += 1
    return "-".join(mended)


def _joins(pair: Pair, evidence: Container[str]) -> bool:
    return bool(pair.left) and pair.right[:1].islower() and is_broken(pair, evidence)


def _joins_both(pair: Pair, last: str, more: bool, evidence: Container[str]) -> bool:
    """A word broken twice whose first two parts are no word yet: "Grund-verord-nung"."""
    if not pair.left or not pair.right[:1].islower() or not last[:1].islower():
        return False
    second = Pair(pair.right, last, more, True)
    if _verdict(pair, CLOSED) is not None or _verdict(second, CLOSED) is False:
        return False
    return is_broken(Pair(pair.left, pair.right + last, more, pair.within), evidence)
