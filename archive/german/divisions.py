"""Divisions: a compound as the words of the lexicon it is made of."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from archive.german.stems import is_er_noun, stem
from archive.german.verbs import verb_forms
from archive.german.words import fold, folded_words, read_lines, read_table

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


@cache
def prefixes() -> frozenset[str]:
    """What may stand before a word and makes no compound of it."""
    return folded_words("compounds", "prefixes")
