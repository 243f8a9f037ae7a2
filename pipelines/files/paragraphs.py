"""Makes flowing text of printed lines: words and addresses rejoined, lines joined, paragraphs apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property
from itertools import chain, pairwise

from pipelines import tables
from pipelines.files.lines import Line, same_row, usual
from pipelines.mending.hyphens import Pair, is_own_hyphen, is_usual

IsWord = Callable[[str], bool]

_HANGING = frozenset(tables("files")["hyphens"]["hanging"])
_KEPT = frozenset(tables("files")["hyphens"]["kept"])
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


_BULLETS: list[str] = tables("files")["paragraphs"]["bullets"]
_SIGNS = frozenset(bullet[0] for bullet in _BULLETS)
_ITEM = re.compile(rf"(?:{'|'.join(map(re.escape, _BULLETS))}|\(?(?:[a-z]|\d{{1,2}})\)|\[\d{{1,3}}\]) ")
_LEADERS = re.compile(r"(?:\.{4}|(?:\. ){4}|…{2})\s*\w{0,6}$")
_SENTENCE_END = re.compile(r"[.!?]['\"”“»«)]?$")
_ORDINAL = re.compile(r"\b(?:[A-Za-zÄÖÜäöü]|[A-Z][a-z]{1,3}|\d{1,3})\.$")


class Flowing:
    """The lines of one page with what comes between each two of them.

    ``pitch`` is the usual distance of lines in heights of a line; ``links`` are the addresses that links of
    the page lead to.
    """

    def __init__(
        self, lines: Sequence[Line], *, pitch: float, is_word: IsWord | None = None, links: Sequence[str] = ()
    ) -> None:
        self.lines = list(lines)
        self._links = links
        self._pitch = pitch
        self._is_word = is_word
        self._margins = _right_margins(lines)
        self._addresses: dict[int, str] = {}
        self._bonds = ["", *(self._bond(index - 1, index) for index in range(1, len(lines)))]

    @cached_property
    def _printed(self) -> str:
        """The addresses of the page that stand whole: link targets, and pieces of addresses inside lines."""
        pieces = (piece for line in self.lines for piece in line.text.split(" ")[1:-1])
        return " ".join([*self._links, *(piece for piece in pieces if address_at_end(piece))])

    def text(self, left_out: Collection[int] = ()) -> str:
        """Paragraphs separated by an empty line, lines that the page breaks on purpose by a line feed.

        ``left_out`` are positions of lines that do not belong to the text.
        """
        if not left_out:
            return join(self._bonds[: len(self.lines)], [line.text for line in self.lines]).strip()
        return self.excerpt([index for index in range(len(self.lines)) if index not in left_out])

    def excerpt(self, positions: Sequence[int]) -> str:
        """The text of these lines alone, in their order."""
        bonds = [
            self._bonds[index] if index == before + 1 else self._bond(before, index)
            for before, index in pairwise(positions)
        ]
        return join(["", *bonds][: len(positions)], [self.lines[at].text for at in positions]).strip()

    def change(self, position: int, text: str) -> None:
        """Give a line another text, of which the bonds to its neighbours follow."""
        self.lines[position] = self.lines[position]._replace(text=text)
        for index in (position, position + 1):
            if 0 < index < len(self.lines):
                self._bonds[index] = self._bond(index - 1, index)

    def is_full(self, position: int, following: Line) -> bool:
        """True if the first word of the following line would not have fitted on the line."""
        return not _room(self._margins[position], self.lines[position], following)

    def _bond(self, first: int, second: int) -> str:
        before, line = self.lines[first], self.lines[second]
        if self._address_goes_on(first, second):
            return address_bond(before.text.rpartition(" ")[2], line.text, self._printed, self._is_word)
        if before.text[-1:] == "-" and self._divided(before, line):
            return bond(before.text, line.text, self._is_word)
        if not before.height or not line.height:
            return "\n"
        if line.left > before.right and same_row(before, line):
            return " "
        room = _room(self._margins[first], before, line)
        if self._apart(before, line, room):
            return "\n\n"
        if room:
            return "\n\n" if ends_sentence(before.text) and not line.text[:1].islower() else "\n"
        if starts_item(line.text) or _has_leaders(before.text):
            return "\n"
        return "\n\n" if _indented(before, line) else " "

    def _address_goes_on(self, first: int, second: int) -> bool:
        """True if an address runs over the two lines; remembers it, as it may go on for more lines."""
        before, line = self.lines[first], self.lines[second]
        known = self._addresses.get(first, "")
        address = known if known and " " not in before.text else address_at_end(before.text)
        if not address or not self._adjacent(before, line):
            return False
        letter = (before.right - before.left) / max(1, len(before.text))
        is_full = before.right + 1.5 * letter > self._margins[first]
        if not goes_on(address, line.text, self._is_word, is_full):
            return False
        if " " not in line.text:
            self._addresses[second] = address + line.text
        return True

    def _divided(self, before: Line, line: Line) -> bool:
        """True if a word with a hyphen goes on in the next line: a letter, same size, lines adjacent."""
        return line.text[:1].isalnum() and self._adjacent(before, line)

    def _adjacent(self, before: Line, line: Line) -> bool:
        """True if both have letters of one size, and the second may be the next line of the same text."""
        height = before.height
        if not height or not line.height:
            return True
        similar = abs(height - line.height) < 0.2 * height
        near = before.bottom - line.bottom < 1.7 * self._pitch * height
        return similar and near and not (line.left > before.right and same_row(before, line))

    def _apart(self, before: Line, line: Line, room: bool) -> bool:
        """True for another size of letters, a wide gap, or a new column after a full stop."""
        height = before.height
        if abs(height - line.height) > 0.12 * height and not _runs_on(before, line, room):
            return True
        step = before.bottom - line.bottom
        if step < -0.5 * height:
            return room or ends_sentence(before.text)
        return step > 1.3 * self._pitch * height


def usual_pitch(pages: Sequence[Sequence[Line]], otherwise: float = 1.2) -> float:
    """The usual distance between lines, in heights of a line: the lower third of those that occur."""
    steps = [
        (before.bottom - line.bottom) / before.height
        for page in pages
        for before, line in pairwise(page)
        if before.height and abs(before.height - line.height) < 0.1 * before.height
    ]
    return usual([step for step in steps if 0.6 < step < 3], 0.33, otherwise)


def _right_margins(lines: Sequence[Line]) -> list[float]:
    """For each line the right margin of its column, which ends at the next jump upwards.

    It is where all lines end but the furthest twelfth, which may be heads or reach into the margin.
    """
    margins: list[float] = []
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or lines[index].bottom > lines[index - 1].bottom + 2 * lines[index - 1].height:
            rights = sorted(line.right for line in lines[start:index])
            margin = rights[len(rights) - 1 - len(rights) // 12]
            margins += [margin] * (index - start)
            start = index
    return margins


def _room(margin: float, before: Line, line: Line) -> bool:
    """True if the first word of the line would have fitted on the line before: the break is meant."""
    space = margin - before.right - 0.5 * before.height
    if space < 0:
        return False
    letter = (before.right - before.left) / max(1, len(before.text))
    return (len(line.text.split(" ", 1)[0]) + 1) * letter < space


def ends_sentence(text: str) -> bool:
    """True for a full stop that is no part of a number or of an abbreviation."""
    return bool(_SENTENCE_END.search(text[-3:])) and not _ORDINAL.search(text[-6:])


def _runs_on(before: Line, line: Line, room: bool) -> bool:
    return not room and line.text[:1].islower() and not ends_sentence(before.text)


def _has_leaders(text: str) -> bool:
    return ("..." in text or "…" in text or ". . ." in text) and bool(_LEADERS.search(text[-250:]))


def _indented(before: Line, line: Line) -> bool:
    return 0.7 * line.height < line.left - before.left < 4 * line.height and ends_sentence(before.text)


def starts_item(text: str) -> bool:
    """True for a bullet or a letter or number in brackets: "• ", "a) ", "(1) "."""
    likely = text[:1] in _SIGNS or text[:1] == "[" or ")" in text[1:4]
    return likely and _ITEM.match(text) is not None
