"""Joins what was divided at a line's end: words, and addresses with every sign of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import chain

from pipelines.files.records import wording
from pipelines.mending.hyphens import Pair, is_own_hyphen
from pipelines.mending.lexicon import is_usual

IsWord = Callable[[str], bool]

_HANGING = frozenset(wording("hyphens")["hanging"])
_KEPT = frozenset(wording("hyphens")["kept"])
_LAST = re.compile(r"[^\W_]+$")
_FIRST = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"https?:|ftp:|www\.|[\w.+-]@|\w\.(?:de|eu|org|com|net|info)/", re.IGNORECASE)
_NUMBER_BEGUN = re.compile(r"\d/$")
"""How a file number is parted at a line's end: "5.1-2010/" above "17-33"."""
_ENDING = re.compile(r"(?:de|eu|org|com|net|info|html?|pdf|php|aspx?|jsp|docx?|odt)\b")
_WITHIN = re.compile(r"[\w)][./_=?&%#~@+:-]+\w|^[/?&=#_%~.-]+\w|\d")
_NOTE = re.compile(r"\d{1,3}\.? [^\W\d_a-zäöü]")
_CLOSING = ".,;:!?)]}>»“”\"'"


TAKEN = "\b"
"""The bond that takes the hyphen away; a control character that no text of a page has."""


def bond(before: str, after: str, is_word: IsWord | None = None) -> str:
    """What comes between two pieces of a divided word; ``before`` ends with the hyphen.

    Before a capital or a digit the hyphen is part of the word (nothing is added); before "und", "oder", … it
    hangs (a blank); after an abbreviation ("IT-", "E-") or a first part like "nicht-" it stays; otherwise
    it is ``TAKEN`` away. With ``is_word`` German knowledge decides where the hyphen may be the word's own.

    >>> bond("die Aufbewah-", "rungsfrist") == TAKEN, bond("eine EU-", "Richtlinie"), bond("Vor-", "und Nachteile")
    (True, '', ' ')
    """
    first, last = after.partition(" ")[0], before[-80:-1].rpartition(" ")[2]
    pair = Pair(last, first)
    if not first.isalnum() or not last.isalnum():
        first, last = _found(_FIRST.match(first)), _found(_LAST.search(last))
        pair = Pair(last, first, after[len(first) :][:1] == "-", before[-len(last) - 2 :][:1] == "-")
    if not first or not last:
        return ""
    if first in _HANGING and not (is_word is not None and last.islower() and is_word(last + first)):
        return " "
    if not first[0].islower() or _keeps_hyphen(last):
        return ""
    if is_word is not None and _is_own(pair, is_word):
        return ""
    return TAKEN


def _is_own(pair: Pair, is_word: IsWord) -> bool:
    whole = pair.left + pair.right
    return is_own_hyphen(pair) or (not is_word(whole) and is_word(f"{pair.left}-{pair.right}"))


def address_at_end(text: str) -> str:
    """The last piece of the text without blanks, if it is or begins an address or a file number, else nothing.

    >>> address_at_end("liegt unter https://www.beispiel-"), address_at_end("am Ende der Zeile")
    ('https://www.beispiel-', '')
    """
    last = text[-300:].rpartition(" ")[2]
    likely = "/" in last or "@" in last or ":" in last or "w." in last
    return last if likely and (_ADDRESS.search(last) or _NUMBER_BEGUN.search(last)) else ""


def goes_on(address: str, after: str, is_word: IsWord | None, is_full: bool) -> bool:
    """Whether the address at a line's end goes on at the beginning of the next line.

    What an address cannot end with shows it, or what follows is no word. ``is_full`` says that the line has
    no room left: addresses are also broken between any two letters.

    >>> goes_on("https://www.beispiel-", "stelle.de/akten", None, False)
    True
    >>> goes_on("www.beispiel.de", "Dort liegt es.", None, True)
    False
    >>> goes_on("www.beispiel.de/akten.", "12. Siehe dort.", None, True)
    False
    """
    token = after.partition(" ")[0]
    if address.endswith("://"):
        return token[:1].isalnum() and "://" not in token
    if not token or _ADDRESS.match(token) or token[0] in _CLOSING.replace(".", ""):
        return False
    last, within = address[-1], bool(_WITHIN.search(token))
    if last in "_=&?#%~@+-":
        return True
    bare = token.rstrip(_CLOSING)
    if last == "/":
        return within or not _may_be_word(bare, is_word)
    if last == ".":
        if _NOTE.match(after):
            return False
        lower = token[0].islower() or token[0].isdigit()
        return lower and (within or bool(_ENDING.match(token)) or not _may_be_word(bare, is_word))
    if token.startswith("//") or (token[0] in "/.?=&#_%~-" and token[1:2].isalnum()):
        return True
    return is_full and last.isalnum() and token[0].islower() and (within or not _may_be_word(bare, is_word))


def address_bond(address: str, after: str, printed: str, is_word: IsWord | None) -> str:
    """What comes between two pieces of an address: nothing, or ``TAKEN`` for a hyphen that was put in.

    A hyphen is the address's own, unless the address is ``printed`` without it elsewhere on the page, or
    it parts a word where no two words meet.

    >>> address_bond("www.daten-", "schutz.example.org", "", None)
    ''
    >>> address_bond("www.daten-", "schutz.example.org", "https://www.datenschutz.example.org", None) == TAKEN
    True
    """
    if not address.endswith("-"):
        return ""
    if address.endswith(".-"):
        return TAKEN
    last, first = _found(_LAST.search(address[:-1])), _found(_FIRST.match(after))
    if f"{last}-{first}" in printed:
        return ""
    if is_word is None or (last + first) in printed:
        return TAKEN if (last + first) in printed else ""
    between_words = (len(last) > 2 or is_usual(last)) and is_word(last) and is_word(first)
    divided = not between_words and len(last) > 1 and is_word(last + first)
    return TAKEN if divided and last.islower() and first.islower() else ""


def _may_be_word(token: str, is_word: IsWord | None) -> bool:
    return token.isalpha() and (is_word is None or is_word(token) or len(token) < 4)


def join(bonds: Iterable[str], texts: Iterable[str]) -> str:
    """The texts with what comes between them; the first bond stands before the first text.

    >>> join(["", TAKEN, " ", ""], ["Die Aufbewah-", "rungsfrist", "nach IT-", "gestützter Prüfung"])
    'Die Aufbewahrungsfrist nach IT-gestützter Prüfung'
    """
    return "".join(chain.from_iterable(zip(bonds, texts, strict=True))).replace("-" + TAKEN, "")


def _found(match: re.Match[str] | None) -> str:
    return match[0] if match else ""


def _keeps_hyphen(part: str) -> bool:
    return len(part) == 1 or part[-1].isdigit() or part.isupper() or part.lower() in _KEPT
