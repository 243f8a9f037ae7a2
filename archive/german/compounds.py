"""Compounds: a German word as the words it is made of, and whether it is made with a given word."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

from archive.german.stems import is_er_noun, stem, verb_forms, verb_roots
from archive.german.words import STOPWORDS, affixes, fold, folded_words, read_lines, read_table

LONGEST = 60
"""Longer words are not taken apart (no German word is that long; hostile input is)."""

CLEAR = 7
"""From this length on a word is found inside another one even where the rest is unknown."""

LONGEST_LINK = 3
LONG_LEFT = 5
"""An unknown first part has at least this many letters; what follows it has more."""

DERIVED = 6
"""From this length on, words derived from it count too: Gesetz, gesetzlich."""

OPAQUE_ENDINGS = ("igung", "ierung", "losigkeit")
MOST_PARTS = 5
SHORTEST_MODIFIER = 3
LONGEST_ENDING = 6
"""Letters in which the forms of a word may differ at the end; a linking element included."""

MOST_RELINKED = 4
"""Parts of a compound whose linking elements are exchanged, one at a time."""

REMEMBERED = 50_000
"""Answers that are kept."""


class Part(NamedTuple):
    """A part of a compound as it stands there, linking element included; ``is_plain``: as the lexicon spells it."""

    text: str
    stem: str
    is_plain: bool


Division = tuple[Part, ...]


@lru_cache(maxsize=REMEMBERED)
def divide(folded: str, most: int = MOST_PARTS) -> Division:
    """The division into the fewest parts, then with most of them as the lexicon spells them; empty if there is none.

    >>> [part.text for part in divide("gesichtserkennung")], [part.text for part in divide("leserbrief")]
    (['gesichts', 'erkennung'], ['leser', 'brief'])
    """
    best: Division = ()
    for at in range(len(folded) - SHORTEST_MODIFIER, SHORTEST_MODIFIER - 1, -1):
        first = modifier(folded[:at])
        rest = _parts(folded[at:], most - 1) if first is not None else ()
        if first is not None and rest and (not best or _plainness((first, *rest)) > _plainness(best)):
            best = (first, *rest)
    return best


def other_links(folded: str) -> tuple[str, ...]:
    """The same compound with other linking elements: Gesetzentwurf, Gesetzesentwurf.

    >>> "gesetzesentwurf" in other_links("gesetzentwurf"), "gesetzentwurf" in other_links("gesetzesentwurf")
    (True, True)
    """
    division = divide(folded)
    if not 1 < len(division) <= MOST_RELINKED:
        return ()
    return tuple(
        "".join((*(part.text for part in division[:at]), other, *(part.text for part in division[at + 1 :])))
        for at, part in enumerate(division[:-1])
        for other in _linked(part)
    )


def _linked(part: Part) -> tuple[str, ...]:
    """A first part with the other linking elements it may have."""
    bases = {part.text.removesuffix(link) for link in links()}
    plain = [base for base in bases if base in lexicon() and stem(base) == part.stem]
    return tuple(
        base + link
        for base in plain
        for link in links()
        if base + link != part.text and (link != "er" or is_er_noun(base))
    )


def _parts(folded: str, most: int) -> Division:
    if in_lexicon(folded):
        return (Part(folded, stem(folded), is_plain=folded in lexicon()),)
    return divide(folded, most) if most > 1 else ()


def _plainness(division: Division) -> tuple[int, int]:
    return -len(division), sum(part.is_plain for part in division)


@lru_cache(maxsize=REMEMBERED)
def modifier(text: str) -> Part | None:
    """A first part: a word of the lexicon in any form, or as it is spelled there and a linking element.

    >>> modifier("gesichts"), modifier("texter")
    (Part(text='gesichts', stem='gesicht', is_plain=False), None)
    """
    if len(text) >= SHORTEST_MODIFIER and in_lexicon(text):
        return Part(text, stem(text), is_plain=text in lexicon())
    for link in links()[1:]:
        base = text.removesuffix(link)
        is_word = base != text and len(base) >= SHORTEST_MODIFIER and base in lexicon()
        if is_word and base not in prefixes() and (link != "er" or is_er_noun(base)):
            return Part(text, stem(base), is_plain=True)
    return None


@lru_cache(maxsize=REMEMBERED)
def in_lexicon(text: str) -> bool:
    """Whether a text is a word of the lexicon, in a form that is no verb's.

    >>> in_lexicon("erkennungen"), in_lexicon("traf")
    (True, False)
    """
    if text in prefixes() or not may_be_form(text):
        return False
    return text in lexicon() or (stem(text) in lexicon_stems() and text not in verb_forms())


def may_be_form(text: str) -> bool:
    """Whether a text begins like a word of the lexicon, so that its stem is worth looking at."""
    return text[: max(SHORTEST_MODIFIER, len(text) - LONGEST_ENDING)] in _beginnings()


@cache
def lexicon() -> frozenset[str]:
    """The words of ``lexicon.txt``, folded."""
    return frozenset(fold(word) for line in read_lines("lexicon.txt") for word in line.split())


@cache
def lexicon_stems() -> frozenset[str]:
    """Their stems."""
    return frozenset(stem(word) for word in lexicon())


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(word[:at] for word in lexicon() for at in range(SHORTEST_MODIFIER, len(word) + 1))


@cache
def links() -> tuple[str, ...]:
    """Linking elements, the empty one first."""
    return tuple(read_table("forms.toml")["compounds"]["links"])


def prefixes() -> frozenset[str]:
    """What may stand before a word and makes no compound of it."""
    return folded_words("compounds", "prefixes")


class Compounds:
    """Takes words apart with the lexicon and, where given, the words an archive uses.

    ``is_used`` tells whether a folded word occurs in the archive as a word of its own;
    ``is_stem_used`` the same of a stem.
    """

    def __init__(
        self, is_used: Callable[[str], bool] | None = None, is_stem_used: Callable[[str], bool] | None = None
    ) -> None:
        self._is_used = is_used or (lambda _: False)
        self._is_stem_used = is_stem_used or (lambda _: False)
        self._modifiers: dict[str, bool] = {}
        self._heads: dict[str, bool] = {}

    def is_word(self, text: str, *, any_form: bool = True) -> bool:
        """Whether folded ``text`` stands on its own: in the lexicon, or (from 4 letters on) in use.

        Without ``any_form`` the text itself must be in use, not just a form of it.
        """
        if len(text) < 3 or text in prefixes() or text in STOPWORDS or text in folded_words("compounds", "suffixes"):
            return False
        if text in lexicon() or (may_be_form(text) and stem(text) in lexicon_stems()):
            return True
        if len(text) < 4 or text.endswith(OPAQUE_ENDINGS):
            return False
        return self._is_stem_used(stem(text)) if any_form else self._is_used(text)

    def is_modifier(self, text: str) -> bool:
        """Whether ``text`` can be the first part of a compound, linking element included.

        >>> Compounds().is_modifier("informations"), Compounds().is_modifier("ver")
        (True, False)
        """
        found = self._modifiers.get(text)
        if found is None:
            found = self._modifiers[text] = self._find_modifier(text)
        return found

    def is_head(self, text: str) -> bool:
        """Whether ``text`` can be the last part of a compound.

        >>> Compounds().is_head("behorden"), Compounds().is_head("ikel")
        (True, False)
        """
        found = self._heads.get(text)
        if found is None:
            found = self._heads[text] = self.is_word(text) or self._divides(text)
        return found

    def contains(self, word: str, needle: str, target: str) -> bool:
        """Whether folded ``word`` is, or is a compound with, the word whose stem is ``target``.

        ``needle`` is what to look for: the stem, or an irregular form of the word.

        >>> compounds = Compounds()
        >>> compounds.contains("videouberwachung", "uberwachung", "uberwachung")
        True
        >>> compounds.contains("kandidaten", "daten", "daten"), compounds.contains("beratung", "rat", "rat")
        (False, False)
        """
        if len(word) > LONGEST:
            return False
        at = word.find(needle)
        while at >= 0:
            if self._stands_at(word, at, needle, target) and self._agrees(word, at, needle, target):
                return True
            at = word.find(needle, at + 1)
        return False

    def _stands_at(self, word: str, at: int, needle: str, target: str) -> bool:
        left, tail = word[:at], word[at:]
        if _is_opaque_at(word, at, needle) or _is_ending_at(left, tail):
            return False
        clear = len(needle) >= CLEAR
        is_last = stem(tail) == target
        rest = tail[len(needle) :]
        if left and not self.is_modifier(left):
            if not self._may_precede(left, needle) or (is_last and not clear and self._divides(word)):
                return False
            return is_last or (clear and self._may_follow(rest, clear=clear, derived=True))
        return is_last or self._may_follow(rest, clear=clear, derived=len(needle) >= DERIVED)

    def _agrees(self, word: str, at: int, needle: str, target: str) -> bool:
        """Whether the lexicon does not divide the word elsewhere: Lager-bestand holds no Lage.

        Where it cannot divide the word, no short word is found in its midst: Bunde-sinn-enausschuss.
        """
        end, start = at + len(needle), 0
        parts = divide(word)
        if not parts and len(needle) < LONG_LEFT and at > 0 and end < len(word) - LONGEST_LINK:
            return False
        for part in parts:
            stop = start + len(part.text)
            if start <= at < stop:
                if at == start and (part.stem == target or end > stop):
                    return True
                if end > stop:  # the word goes on in the next part: Daten-schutz|niveau
                    return self.contains(part.text, word[at:stop], stem(word[at:stop]))
                return self.contains(part.text, needle, target)
            start = stop
        return True

    def _may_precede(self, left: str, needle: str) -> bool:
        """Whether an unknown text may be a first part: a name (Marienplatz), or a prefix that makes compounds.

        Not where it is a word and a prefix: Landesbe-auftragter is a Beauftragter, no Auftrag.
        """
        if left in folded_words("compounds", "weak_prefixes"):
            return len(needle) >= CLEAR
        if len(left) < LONG_LEFT or len(needle) <= LONG_LEFT or needle.endswith("ion"):
            return False
        before = (prefix for prefix in prefixes() | folded_words("compounds", "weak_prefixes") if left.endswith(prefix))
        return not any(self._modifies(left.removesuffix(prefix)) for prefix in before) and left not in prefixes()

    def _may_follow(self, rest: str, *, clear: bool, derived: bool) -> bool:
        if any(rest.startswith(link) and self.is_head(rest[len(link) :]) for link in links()):
            return True
        if derived and rest.startswith(affixes("compounds", "derivations")):
            return True
        return clear and len(rest) > 5 and not rest.startswith(affixes("compounds", "suffixes"))

    def _find_modifier(self, text: str) -> bool:
        for link in links():
            base = text.removesuffix(link) if link else text
            if (base != text or not link) and len(base) >= 3 and self.is_word(base, any_form=False):
                return True
        return self._divides(text)

    def _divides(self, text: str) -> bool:
        """Whether a text is a modifier and a head, both known."""
        return any(self._modifies(text[:at]) and self.is_head(text[at:]) for at in range(3, len(text) - 2))

    def _modifies(self, text: str) -> bool:
        bases = {text.removesuffix(link) for link in links()}
        return any(len(base) >= 3 and self.is_word(base, any_form=False) for base in bases)


def _is_opaque_at(word: str, at: int, needle: str) -> bool:
    """Whether the place lies inside a word that only looks like a compound."""
    end = at + len(needle)
    for opaque in _opaque_with(needle):
        start = word.find(opaque)
        if 0 <= start <= at and end <= start + len(opaque):
            return not opaque.startswith(needle) or not stem(opaque) == stem(needle)  # noqa: SIM201
    return False


def _is_ending_at(left: str, tail: str) -> bool:
    """Whether what looks like a last word is the ending of another one: Studier-ende, dauer-haft.

    A linking s shows a compound (Krieg-s-ende); others are listed.
    """
    before = _ending_heads().get(stem(tail)) if left else None
    if before is None:
        return False
    bases = [left.removesuffix(link) for link in ("s", "es") if left.endswith(link)]
    return left not in before and not any(base in lexicon() or base in before for base in bases)


@cache
def _opaque_with(needle: str) -> tuple[str, ...]:
    """Opaque words that hold a text, and more than it."""
    nouns = {f"{root}ung" for root in verb_roots()} if len(needle) < CLEAR else set()
    accidents = _accidents().get(stem(needle), ())
    return tuple(
        sorted(
            word for word in {*affixes("compounds", "opaque"), *nouns, *accidents} if needle in word and word != needle
        )
    )


@cache
def _accidents() -> dict[str, frozenset[str]]:
    """Stems, with the words in which just these stand by accident."""
    table = read_table("forms.toml")["accidents"]
    return {stem(word): frozenset(fold(other) for other in others) for word, others in table.items()}


@cache
def _ending_heads() -> dict[str, frozenset[str]]:
    """Stems of words that are endings too, with what may stand before them in compounds."""
    return {
        stem(word): frozenset(fold(left) for left in before)
        for word, before in read_table("forms.toml")["ending_heads"].items()
    }
