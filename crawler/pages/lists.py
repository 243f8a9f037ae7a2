"""Numbers and bullets of lists, as a browser prints them before their entries."""

from __future__ import annotations

import re

from bs4 import Tag

BULLET = "•"
_BROUGHT = re.compile(r"(?:[•·◦●▪‣*–—\-\uf0b7\uf0a7]|\(?(?:\d{1,3}|[a-z]|[ivxIVX]{1,5}|[A-Z])[.)])\s")
_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)", re.IGNORECASE)
_TYPES = {
    "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A", "lower-roman": "i",
    "upper-roman": "I", "decimal": "1", "none": "none",
}  # fmt: skip
_ROMAN = (("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1))
_ROMAN_TENS = (("c", 100), ("xc", 90), ("l", 50), ("xl", 40))


class Markers:
    """Counts the entries of every list of a page, in page order."""

    def __init__(self) -> None:
        self._next: dict[int, int] = {}

    def of(self, entry: Tag) -> str:
        """The marker of a list entry, ``3.`` or ``•``; ``""`` for a list that has none.

        >>> from bs4 import BeautifulSoup
        >>> markers = Markers()
        >>> soup = BeautifulSoup("<ol start=3 type=a><li>x<li>y</ol>", "lxml")
        >>> [markers.of(one) for one in soup.find_all("li")]
        ['c.', 'd.']
        """
        holder = entry.parent
        if holder is None or holder.name not in ("ol", "ul", "menu", "dir"):
            return ""
        kind = _kind(entry, holder)
        if holder.name != "ol" or kind == "none":
            return "" if kind == "none" else BULLET
        number = _whole(entry.get("value"))
        if number is None:
            number = self._next.get(id(holder), _first(holder))
        self._next[id(holder)] = number + (-1 if holder.has_attr("reversed") else 1)
        return f"{written(number, kind)}."


def brings_marker(text: str) -> bool:
    """Whether a text begins with a bullet or a number of its own."""
    return _BROUGHT.match(text) is not None


def written(number: int, kind: str) -> str:
    """A number of a list in its script: ``1``, ``a``, ``A``, ``i`` or ``I``.

    >>> written(4, "i"), written(28, "A"), written(0, "a")
    ('iv', 'AB', '0')
    """
    if number < 1 or kind not in ("a", "A", "i", "I") or (kind in "iI" and number > 399):
        return str(number)
    letters = _roman(number) if kind in "iI" else _letters(number)
    return letters.upper() if kind in "AI" else letters


def _kind(entry: Tag, holder: Tag) -> str:
    for one in (entry, holder):
        style = _STYLE.search(str(one.get("style") or ""))
        if style is not None and style.group(1).lower() in _TYPES:
            return _TYPES[style.group(1).lower()]
        if one.get("type"):
            return str(one["type"]).strip()
    return "1"


def _first(holder: Tag) -> int:
    start = _whole(holder.get("start"))
    if start is not None:
        return start
    return len(holder.find_all("li", recursive=False)) if holder.has_attr("reversed") else 1


def _whole(value: object) -> int | None:
    text = str(value).strip() if value is not None else ""
    return int(text) if re.fullmatch(r"-?[0-9]{1,6}", text) else None


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _roman(number: int) -> str:
    letters = ""
    for sign, worth in (*_ROMAN_TENS, *_ROMAN):
        count, number = divmod(number, worth)
        letters += sign * count
    return letters
