"""Characters as printed: ligatures, spaces and symbol fonts, raised and lowered digits kept apart ("10³")."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence

from pipelines import tables

LINE_END_HYPHEN = "\x02"
"""Stands for a hyphen at a line's end whose line break the extractor removed (pdfium's mark)."""

_LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_SPACES = dict.fromkeys(
    "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
)
_HYPHENS = {"\u2010": "-", "\u2011": "-", "\ufffe": LINE_END_HYPHEN}
_SIGNS = {chr(int(code, 16)): str(sign) for code, sign in tables("files")["signs"].items()}
_REPLACED = {**_LIGATURES, **_SPACES, **_HYPHENS, **_SIGNS}
_TURNED = "".join(chr(code << 8) for code in range(ord("a"), ord("z") + 1))
_SWAPPED = re.compile(f"[{_TURNED}](?<![\u4e00-\u9fff].)[{_TURNED}]{{1,2}}(?![\u4e00-\u9fff])")
"""The letters of a ligature with the bytes of each in the wrong order, as Ghostscript 10 writes them."""

_CORK = {0x1B: 0xFB00, 0x1C: 0xFB01, 0x1D: 0xFB02, 0x1E: 0xFB03, 0x1F: 0xFB04, 0x9F: 0xA7, 0xFF: 0xDF} | {
    0x10: 0x201C,
    0x11: 0x201D,
    0x12: 0x201E,
    0x13: 0xAB,
    0x14: 0xBB,
    0x15: 0x2013,
    0x16: 0x2014,
}
_OLD_TEX = {0x0B: 0xFB00, 0x0C: 0xFB01, 0x0E: 0xFB03, 0x0F: 0xFB04, 0x19: 0xDF, 0x7F: 0xA8}
_ODD_SIGNS = (
    "\x00\x01\x03-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\uffff\ud800-\udfff"
    + "".join(map(re.escape, _REPLACED))
)
_ODD = re.compile(f"[{_ODD_SIGNS}]")
_UNUSUAL = re.compile(f"[{_ODD_SIGNS}{_TURNED}]")
_BLANKS = re.compile(r" {2,}")


def plain_characters(text: str) -> str:
    """``text`` in NFC with ligatures resolved and invisible characters, lone surrogates and controls removed.

    Line feeds, carriage returns and the mark for a hyphen at a line's end stay; a soft hyphen before
    a line's end becomes that mark.

    >>> plain_characters("Veröﬀentlichung\\u00a0\\u2009im Büro\\uf0b7")
    'Veröffentlichung im Büro•'
    """
    if "\u00ad" in text:
        text = re.sub("\u00ad(?=[ \r\n]|$)", LINE_END_HYPHEN, text)
    text = _SWAPPED.sub(lambda found: "".join(chr(ord(sign) >> 8) for sign in found[0]), text)
    text = _BLANKS.sub(" ", _ODD.sub(lambda found: _REPLACED.get(found[0], ""), text))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def from_cork(text: str) -> str:
    """A text of TeX's eight-bit fonts without names, whose codes are those of the Cork encoding.

    >>> from_cork("gem\xe4\xff \x9f 9 Zi\x1ber")
    'gemäß § 9 Ziﬀer'
    """
    return text.translate(_CORK)


def from_old_tex(text: str) -> str:
    """A text of TeX's seven-bit fonts, whose codes some files give as they are: ligatures, ß, dots (as ``¨``).

    As long as before, sign by sign. Where the dots belong, their place on the page tells.

    >>> from_old_tex("kl\x7faren, gem\x7fa\x19 Zi\x0ber")
    'kl¨aren, gem¨aß Ziﬀer'
    """
    return re.sub(r"\r(?!\n)", "\ufb02", text.translate(_OLD_TEX))


def is_plain(text: str) -> bool:
    """True if ``plain_characters`` would leave the text as it is."""
    return not _UNUSUAL.search(text) and "  " not in text and unicodedata.is_normalized("NFC", text)


def printed_lines(text: str) -> str:
    """The lines as printed: hyphens at line ends visible, blank lines and outer spaces gone.

    >>> printed_lines("Aufbewah\\x02rungsfrist \\r\\n \\r\\nin Jahren")
    'Aufbewah-\\nrungsfrist\\nin Jahren'
    """
    lines = text.replace(LINE_END_HYPHEN, "-\n").replace("\r", "\n").split("\n")
    return "\n".join(filter(None, map(str.strip, lines)))


def letters(text: str) -> int:
    """How many letters and digits the text has; counting stops soon after a hundred.

    >>> letters("– 12 –")
    2
    """
    few = sum(map(str.isalnum, text[:120]))
    return few if few > 100 else sum(map(str.isalnum, text[:2000]))


_UP = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_DOWN = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_UNIT = re.compile(r"(?:^|[\s\d(/·])(?:[kcdmµn]?m|s)$")
_POWER = re.compile(r"(?:[·×*∙⋅]\s?|(?<![\d.,/-]))(?:10|2)$")
_OPENING = frozenset('§„"»(')
_FACTOR = re.compile(r"[·×∙⋅]\s?10$")


UP, DOWN, LEVEL = "\x0e", "\x0f", "\x10"
"""Stand around raised and lowered pieces of a text; XML allows none of them."""

_SHIFTED = re.compile(f"([{UP}{DOWN}])([^{UP}{DOWN}{LEVEL}]*){LEVEL}")


def shifted(text: str, sign: int) -> str:
    """A piece of text, marked as raised (1) or lowered (-1) if it is a number."""
    if not sign or not text.strip().isascii() or not text.strip().isdigit():
        return text
    return f"{UP if sign > 0 else DOWN}{text.strip()}{LEVEL}"


def written(text: str) -> str:
    """The text with the pieces that ``shifted`` marked written apart.

    >>> written("auf 30 m" + shifted("2", 1) + " Wiese" + shifted("4", 1))
    'auf 30 m² Wiese[4]'
    """
    plain: list[str] = []
    places: list[int] = []
    last = size = 0
    for found in _SHIFTED.finditer(text):
        plain += text[last : found.start()], found[2]
        size += found.start() - last
        places += size, size + len(found[2]), 1 if found[1] == UP else -1
        size += len(found[2])
        last = found.end()
    plain.append(text[last:])
    return Written("".join(plain), places).text if places else text


class Written:
    """A page's text with its raised and lowered digits written apart: "Nr. 17[43]", "10³", "CO₂".

    ``shifted`` holds three numbers for each run of them: first character, end, and 1 (raised) or -1
    (lowered). ``at`` finds where a character of the text as given stands now.

    >>> Written("15.3,4 Beschwerden", [3, 4, 1, 5, 6, 1]).text
    '15.[3][4] Beschwerden'
    """

    def __init__(self, text: str, shifted: Sequence[int]) -> None:
        runs = sorted(zip(*[iter(shifted)] * 3, strict=True))
        notes = {text[start:end] for start, end, sign in runs if sign > 0 and _starts_line(text, start)}
        writing = _Writing(text, frozenset(notes))
        self._ends: list[int] = []
        self._shifts: list[int] = []
        parts: list[str] = []
        last = shift = 0
        for start, end, sign in runs:
            new = writing.form(start, end, sign)
            between = text[last:start]
            if parts and parts[-1].endswith("]") and new.startswith("[") and between.strip(" ") in ("", ","):
                between = ""
            parts += between, new
            shift += len(between) + len(new) - (end - last)
            self._ends.append(end)
            self._shifts.append(shift)
            last = end
        self.text = "".join([*parts, text[last:]])

    def at(self, index: int) -> int:
        """The new place of the character at ``index``."""
        found = bisect_right(self._ends, index) - 1
        return index + self._shifts[found] if found >= 0 else index


class _Writing:
    """Writes the runs of one page in their order; ``notes`` are the numbers of notes printed on it."""

    def __init__(self, text: str, notes: frozenset[str]) -> None:
        self._text, self._notes = text, notes
        self._before = min((int(note) for note in notes), default=1) - 1
        self._counting = bool(notes)

    def form(self, start: int, end: int, sign: int) -> str:
        """How the digits from ``start`` to ``end`` are written."""
        text, digits = self._text, self._text[start:end]
        ahead, behind = text[max(0, start - 12) : start], text[end : end + 1]
        if sign < 0:
            return digits.translate(_DOWN)
        if ahead[-1:] == "[" and behind == "]":
            return digits
        if _starts_line(text, start):
            return f"[{digits}]{' ' if behind.isalnum() or behind in _OPENING else ''}"
        if _UNIT.search(ahead) and digits[0] in "23":
            return self._power(digits)
        if _FACTOR.search(ahead) or (_POWER.search(ahead) and not self._is_due(digits)):
            return self._power(digits)
        return self._marks(digits)

    def _is_due(self, number: str) -> bool:
        return int(number) == self._before + 1

    def _is_next(self, number: str) -> bool:
        """True if this number is known to be a mark of its own, from the notes or the marks before it."""
        return number in self._notes or (self._counting and self._is_due(number))

    def _power(self, digits: str) -> str:
        """An exponent, and behind it perhaps a mark: "m²[2]"."""
        cut = next((cut for cut in range(1, len(digits)) if self._is_due(digits[cut:])), len(digits))
        return digits[:cut].translate(_UP) + (self._marks(digits[cut:]) if digits[cut:] else "")

    def _marks(self, digits: str) -> str:
        """One or several marks: "1415" are two where there is no note 1415 but 14 and 15."""
        numbers = [digits]
        if len(digits) > 1 and digits not in self._notes and not self._is_due(digits):
            some = (_parted(digits, int(digits[:size])) for size in range(1, len(digits)))
            known = (parts for parts in some if parts and self._is_next(parts[0]))
            numbers = next(known, numbers)
        self._before, self._counting = int(numbers[-1]), True
        return "".join(f"[{number}]" for number in numbers)


def _starts_line(text: str, start: int) -> bool:
    return start == 0 or text[start - 1] in "\r\n\x02"


def _parted(digits: str, first: int) -> list[str]:
    """The digits as numbers that count on from the first one, or nothing."""
    parts: list[str] = []
    rest = digits
    while rest:
        part = str(first + len(parts))
        if not rest.startswith(part) or part == "0":
            return []
        parts.append(part)
        rest = rest[len(part) :]
    return parts if len(parts) > 1 else []
