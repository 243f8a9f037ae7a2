"""Repair of UTF-8 that was read as Windows-1252 or Latin-1, only where no other reading exists."""

from __future__ import annotations

import re
from functools import cache

from pipelines.mending.characters import wording
from pipelines.mending.revision import Edit


@cache
def _readings() -> dict[str, str]:
    """Wrong sequence to right sign; "Ã¼" to "ü", and what a second wrong reading makes of it."""
    signs = {*wording()["mojibake"]["signs"], *(chr(int(p, 16)) for p in wording()["mojibake"]["points"])}
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
