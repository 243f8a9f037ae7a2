"""Spelling: other ways to write a word that sound the same, old and new: Photo and Foto."""

from __future__ import annotations

from functools import cache

from archive.german.words import read_table

MOST = 6


def other_spellings(folded: str) -> tuple[str, ...]:
    """Other spellings that a word may have; most of them no word at all.

    >>> other_spellings("photographie"), other_spellings("potenzial")
    (('fotographie', 'photografie', 'fotografie'), ('potential',))
    """
    found = {folded: None}
    for one, other in _pairs():
        for known in tuple(found):
            found |= dict.fromkeys(
                known.replace(old, new) for old, new in ((one, other), (other, one)) if old in known
            )
        if len(found) > MOST:
            break
    return tuple(found)[1 : MOST + 1]


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    return tuple((one, other) for one, other in read_table("forms.toml")["spelling"]["pairs"])
