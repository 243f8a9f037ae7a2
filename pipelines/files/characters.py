"""Cosmetic normalisation of characters: ligatures, spaces, hyphens and signs of symbol fonts."""

from __future__ import annotations

import re
import unicodedata

from pipelines.files.records import wording

LINE_END_HYPHEN = "\x02"
"""Stands for a hyphen at a line's end whose line break the extractor removed (pdfium's mark)."""

_LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_SPACES = dict.fromkeys(
    "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
)
_HYPHENS = {"\u2010": "-", "\u2011": "-", "\ufffe": LINE_END_HYPHEN}
_SIGNS = {chr(int(code, 16)): str(sign) for code, sign in wording("signs").items()}
_REPLACED = {**_LIGATURES, **_SPACES, **_HYPHENS, **_SIGNS}
_OLD_TEX = {0x0B: 0xFB00, 0x0C: 0xFB01, 0x0E: 0xFB03, 0x0F: 0xFB04, 0x19: 0xDF}
_ODD = re.compile(
    "[\x00\x01\x03-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\uffff\ud800-\udfff"
    + "".join(map(re.escape, _REPLACED))
    + "]"
)
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
    text = _BLANKS.sub(" ", _ODD.sub(lambda found: _REPLACED.get(found[0], ""), text))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def from_old_tex(text: str) -> str:
    """A text of TeX's seven-bit fonts, whose codes some files give as they are: ligatures, ß, letters under dots.

    As long as before, sign by sign; what is gone is U+0000.

    >>> from_old_tex("kl\x7faren, gem\x7fa\x19 Zi\x0ber").replace("a\u0308", "ä")
    'klären, gemäß Ziﬀer'
    """
    text = re.sub(r"\r(?!\n)", "\ufb02", text.translate(_OLD_TEX))
    text = re.sub("(?:(?<=\\w) ?\x7f ?\x7f|(?<=\\w)\x7f|\x7f )[aouAOU]", _dotted, text)
    return text.replace("\x7f", "\0")


def _dotted(found: re.Match[str]) -> str:
    return "\0" * (len(found[0]) - 2) + found[0][-1] + "\u0308"


def is_plain(text: str) -> bool:
    """True if ``plain_characters`` would leave the text as it is."""
    return not _ODD.search(text) and "  " not in text and unicodedata.is_normalized("NFC", text)


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
