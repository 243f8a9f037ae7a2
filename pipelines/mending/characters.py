"""Characters folded to plain ones, UTF-8 read as another charset; edits of a text and the list of what was mended."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from pipelines import tables


@dataclass(frozen=True, kw_only=True)
class Change:
    """One mended place.

    ``raw`` stands literally in the text that was given, ``mended`` in the mended text at ``start``
    (characters from 0). Folded characters (spaces, soft hyphens) alone are not listed.
    """

    raw: str
    mended: str
    start: int


@dataclass(frozen=True, kw_only=True)
class Mended:
    """The mended text and its changes in order of place."""

    text: str
    changes: tuple[Change, ...] = ()


class Edit(NamedTuple):
    """Replace ``before[start:end]`` with ``text``."""

    start: int
    end: int
    text: str


class Revision:
    """One step: the text ``before``, its ``edits`` in order without overlap, the text ``after``.

    ``listed`` says whether its edits are worth telling.

    >>> step = Revision("per-sonenbezogen", [Edit(3, 4, "")])
    >>> step.after, step.origin(5, end=False), step.arrival(5, end=False)
    ('personenbezogen', 6, 4)
    """

    def __init__(self, before: str, edits: Sequence[Edit], *, listed: bool = True) -> None:
        self.before = before
        self.listed = listed
        self.edits = edits
        self.after = _applied(before, edits) if edits else before
        self._old_starts: list[int] = []
        self._new_starts: list[int] = []

    def origin(self, position: int, *, end: bool) -> int:
        """The position in ``before``; inside a replaced piece its outer edge, by ``end``."""
        self._index()
        at = (bisect_left if end else bisect_right)(self._new_starts, position) - 1
        if at < 0:
            return position
        edit, new_end = self.edits[at], self._new_starts[at] + len(self.edits[at].text)
        if position < new_end or (end and position == new_end):
            return edit.end if end else edit.start
        return edit.end + position - new_end

    def arrival(self, position: int, *, end: bool) -> int:
        """The position in ``after``; inside a replaced piece its outer edge, by ``end``."""
        self._index()
        at = (bisect_left if end else bisect_right)(self._old_starts, position) - 1
        if at < 0:
            return position
        edit, new_start = self.edits[at], self._new_starts[at]
        if position < edit.end or (end and position == edit.end):
            return new_start + len(edit.text) if end else new_start
        return new_start + len(edit.text) + position - edit.end

    def _index(self) -> None:
        if len(self._old_starts) == len(self.edits):
            return
        shift = 0
        for edit in self.edits:
            self._old_starts.append(edit.start)
            self._new_starts.append(edit.start + shift)
            shift += len(edit.text) - (edit.end - edit.start)


def _applied(text: str, edits: Sequence[Edit]) -> str:
    pieces: list[str] = []
    last = 0
    for start, end, new in edits:
        pieces += (text[last:start], new)
        last = end
    pieces.append(text[last:])
    return "".join(pieces)


_CONTROLS = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0)))) - {"\n", "\r"}
_PRIVATE_BULLET = re.compile(r"^ {0,20}+(?P<sign>[\ue000-\uf8ff])(?= )", re.MULTILINE)
_COMPOSED = re.compile("[\x00-\u02ff]?[\u0300-\U0010ffff]+")


@cache
def _table() -> dict[int, str]:
    """Code point to its plain text, as ``str.translate`` takes it; "\\r\\n" is folded before."""
    table = dict.fromkeys(_CONTROLS, "") | {"\r": "\n"}
    table |= {_sign(point): "" for point in tables("characters")["removed"]["points"]}
    table |= {_sign(point): " " for point in tables("characters")["spaces"]["points"]}
    table |= {_sign(point): "\n" for point in tables("characters")["breaks"]["points"]}
    replaced = {int(point, 16): text for point, text in tables("characters")["replaced"].items()}
    return {ord(sign): text for sign, text in table.items()} | replaced


@cache
def _odd() -> re.Pattern[str]:
    """Runs of signs to fold, line feeds after a carriage return included."""
    return re.compile(f"(?:\r\n|[{''.join(re.escape(chr(point)) for point in _table())}])+")


def _plain(run: str) -> str:
    return run.replace("\r\n", "\n").translate(_table())


def _sign(point: str) -> str:
    return chr(int(point, 16))


def fold_characters(text: str) -> list[Edit]:
    """The edits that make spaces, breaks, hyphens, bullets and ligatures plain and drop invisible signs.

    Line breaks stay, as ``\\n``; control characters go. U+2010 and U+2011 become ``-``.

    >>> fold_characters("Art.\\xa05 DS\\u2011GVO")
    [Edit(start=4, end=5, text=' '), Edit(start=9, end=10, text='-')]
    """
    return [Edit(*found.span(), _plain(found[0])) for found in _odd().finditer(text)]


def fold_bullets(text: str) -> list[Edit]:
    """The edits that make a bullet of a private-use sign alone at the beginning of a line.

    Which sign a symbol font shows there is unknown, what it is for is not; elsewhere it stays.

    >>> fold_bullets("\\uf0a2 erstens\\nzweitens \\uf0a2 drittens")
    [Edit(start=0, end=1, text='•')]
    """
    return [Edit(*found.span("sign"), "•") for found in _PRIVATE_BULLET.finditer(text)]


def compose_letters(text: str) -> list[Edit]:
    """The edits that bring a text to Unicode NFC (characters below U+0300 never compose to the left).

    >>> compose_letters("Prüfung und Pru\\u0308fung")
    [Edit(start=14, end=16, text='ü')]
    """
    if unicodedata.is_normalized("NFC", text):
        return []
    found = ((piece, unicodedata.normalize("NFC", piece[0])) for piece in _COMPOSED.finditer(text))
    return [Edit(*piece.span(), composed) for piece, composed in found if composed != piece[0]]


def body_key(text: str) -> str:
    """The form of a text that ``content_sha256`` is taken over: only what a reader sees counts.

    Characters as ``fold_characters`` (soft hyphens, zero-width and direction signs gone, U+2010/2011
    as "-", Word's bullets as "•"), Unicode NFC, every run of white space, line breaks included, one
    space, none at the ends. Nothing is mended: a hyphen that the site takes out of a word is a change.
    The result is frozen: another one would make a new version of every document.

    >>> body_key("Daten\\xadschutz \\r\\n\\r\\n im  Verein\\u200b ")
    'Datenschutz im Verein'
    """
    plain = _odd().sub(lambda found: _plain(found[0]), text)
    return " ".join(unicodedata.normalize("NFC", plain).split())


@cache
def _readings() -> dict[str, str]:
    """Wrong sequence to right sign; "Ã¼" to "ü", and what a second wrong reading makes of it."""
    signs = {
        *tables("characters")["mojibake"]["signs"],
        *(chr(int(p, 16)) for p in tables("characters")["mojibake"]["points"]),
    }
    once = {wrong: sign for sign in signs for wrong in _misread(sign)}
    twice = {wrong: sign for seen, sign in once.items() for wrong in _misread(seen)}
    return twice | once


def _misread(text: str) -> set[str]:
    data = text.encode("utf-8")
    return {data.decode("latin-1"), "".join(map(_windows, data))}


def _windows(byte: int) -> str:
    """One byte as Windows-1252; its five undefined bytes as Latin-1, as browsers do."""
    try:
        return bytes((byte,)).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_readings(), key=len, reverse=True))))


def repair_mojibake(text: str) -> list[Edit]:
    """The edits that undo a wrong decoding; a sign on its own ("Ã", "â") is left alone.

    >>> repair_mojibake("fÃ¼r die â€žCloud")
    [Edit(start=1, end=3, text='ü'), Edit(start=9, end=12, text='„')]
    """
    if not any(sign in text for sign in "ÂÃâÅËï"):
        return []
    readings = _readings()
    return [Edit(*found.span(), readings[found[0]]) for found in _pattern().finditer(text)]
