"""Makes typing slips: one letter wrong, missing, doubled, or two swapped; the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterator

LETTERS = "abcdefghijklmnopqrstuvwxyzäöü"


def slips(word: str, seed: int) -> Iterator[tuple[str, str]]:
    """One slip of each kind in a word of at least five letters, never in its first letter."""
    pick = random.Random(f"{word}{seed}")
    at = pick.randrange(1, len(word))
    yield ("wrong", word[:at] + pick.choice([one for one in LETTERS if one != word[at].lower()]) + word[at + 1 :])
    yield "missing", word[:at] + word[at + 1 :]
    yield "doubled", word[:at] + word[at] + word[at:]
    pairs = [place for place in range(1, len(word) - 1) if word[place] != word[place + 1]]
    if pairs:
        place = pick.choice(pairs)
        yield "swapped", word[:place] + word[place + 1] + word[place] + word[place + 2 :]
