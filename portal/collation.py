"""The order of German words in lists (DIN 5007-1: umlauts like their base letters, ß like ss)."""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(r"(\d+)")


def german_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key: letters folded after DIN 5007-1, numbers by their value, capitals ignored.

    >>> sorted(["Zoll", "Ärzte", "Artikel", "Straße", "Strasse 2", "Kurzpapier 10", "Kurzpapier 9"], key=german_key)
    ['Artikel', 'Ärzte', 'Kurzpapier 9', 'Kurzpapier 10', 'Straße', 'Strasse 2', 'Zoll']
    """
    folded = unicodedata.normalize("NFD", text.casefold())
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    parts = _NUMBER.split(letters)
    return tuple((0, int(part[:18]), "") if part.isdecimal() else (1, 0, part) for part in parts if part)
