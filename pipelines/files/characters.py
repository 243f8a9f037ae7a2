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
