"""Compounds: which words a German word is made of, and whether it is made with a given word."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from archive.german.divisions import divide, lexicon, lexicon_stems, links, may_be_form, prefixes
from archive.german.stems import stem
from archive.german.verbs import verb_roots
from archive.german.words import STOPWORDS, fold, folded_words, read_table

LONGEST = 60
"""Longer words are not taken apart (no German word is that long; hostile input is)."""

CLEAR = 7
"""From this length on a word is found inside another one even where the rest is unknown."""

LONGEST_LINK = 3
LONG_LEFT = 5
"""An unknown first part has at least this many letters; what follows it has more."""

DERIVED = 6
"""From this length on, words derived from it count too: Gesetz, gesetzlich."""


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
        if len(text) < 3 or text in prefixes() or text in STOPWORDS or text in _suffixes():
            return False
        if text in lexicon() or (may_be_form(text) and stem(text) in lexicon_stems()):
            return True
        if len(text) < 4 or text.endswith(_opaque_endings()):
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
        if left in _weak_prefixes():
            return len(needle) >= CLEAR
        if len(left) < LONG_LEFT or len(needle) <= LONG_LEFT or needle.endswith("ion"):
            return False
        before = (prefix for prefix in prefixes() | _weak_prefixes() if left.endswith(prefix))
        return not any(self._modifies(left.removesuffix(prefix)) for prefix in before) and left not in prefixes()

    def _may_follow(self, rest: str, *, clear: bool, derived: bool) -> bool:
        if any(rest.startswith(link) and self.is_head(rest[len(link) :]) for link in links()):
            return True
        if derived and rest.startswith(_derivations()):
            return True
        return clear and len(rest) > 5 and not rest.startswith(_suffix_starts())

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
def _weak_prefixes() -> frozenset[str]:
    return folded_words("compounds", "weak_prefixes")


@cache
def _suffixes() -> frozenset[str]:
    return folded_words("compounds", "suffixes")


@cache
def _suffix_starts() -> tuple[str, ...]:
    return tuple(sorted(folded_words("compounds", "suffixes")))


@cache
def _derivations() -> tuple[str, ...]:
    return tuple(sorted(folded_words("compounds", "derivations")))


@cache
def _opaque() -> tuple[str, ...]:
    return tuple(sorted(folded_words("compounds", "opaque")))


@cache
def _opaque_with(needle: str) -> tuple[str, ...]:
    """Opaque words that hold a text, and more than it."""
    nouns = {f"{root}ung" for root in verb_roots()} if len(needle) < CLEAR else set()
    accidents = _accidents().get(stem(needle), ())
    return tuple(sorted(word for word in {*_opaque(), *nouns, *accidents} if needle in word and word != needle))


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


@cache
def _opaque_endings() -> tuple[str, ...]:
    return tuple(sorted(folded_words("compounds", "suffixes") & {"igung", "ierung", "losigkeit"}))
