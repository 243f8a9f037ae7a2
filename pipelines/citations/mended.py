"""Text without the hyphens that only a line break put into words, and the way back to its offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.citations.words import DATA

_STANDING = "|".join(DATA["hyphens"]["standing"])
_BROKEN = re.compile(
    rf"[\u00ad\x02\u200b]\n?|[-\u2010][^\S\n]{{0,3}}\n[^\S\n]{{0,8}}(?=[a-zäöüß]{{2}})(?!(?:{_STANDING})(?![a-zäöüß]))"
)


@dataclass(frozen=True, kw_only=True)
class Mended:
    """A text and, for every place where something was taken out, how much is missing from there on."""

    text: str
    places: Sequence[int]
    missing: Sequence[int]

    def original(self, position: int) -> int:
        """The offset in the unmended text of a character of the mended one."""
        index = bisect_right(self.places, position) - 1
        return position + (self.missing[index] if index >= 0 else 0)

    def original_end(self, end: int) -> int:
        """The same for the end of a span: one behind its last character."""
        return self.original(end - 1) + 1 if end else 0


def without_hyphens(text: str) -> Mended:
    """Join words that a soft hyphen, or a hyphen at the end of a line, divides.

    >>> mended = without_hyphens("Art. 6 Ab-\\nsatz 1 DS-\\nGVO")
    >>> mended.text, mended.original_end(len(mended.text))
    ('Art. 6 Absatz 1 DS-\\nGVO', 25)
    """
    kept: list[str] = []
    places: list[int] = []
    missing: list[int] = []
    position = length = 0
    for match in _BROKEN.finditer(text):
        kept.append(text[position : match.start()])
        length += match.start() - position
        position = match.end()
        places.append(length)
        missing.append(position - length)
    kept.append(text[position:])
    return Mended(text="".join(kept), places=places, missing=missing)
