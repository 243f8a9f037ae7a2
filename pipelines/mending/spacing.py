"""White space at hyphens: "DS- GVO", "Tür-und Klingelkameras", a word broken at a line's end."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cache

from pipelines.mending.hyphens import Pair, is_broken
from pipelines.mending.lexicon import fold, is_listed, is_word, wording, words
from pipelines.mending.protected import is_protected
from pipelines.mending.revision import Edit

_SPACED = re.compile(r"(?<!\w)(?P<left>\w++)-(?P<gap> {1,3}|\n)(?P<right>\w++)(?P<more>-?)")


@cache
def _spelled() -> re.Pattern[str]:
    """The closed list of forms, with or without spaces around their hyphens."""
    loose = (r" ?- ?".join(form.split("-")) for form in wording()["spelled"]["forms"])
    return re.compile(rf"(?<![\w-])(?:{'|'.join(loose)})(?![\w-])")


@cache
def _glued() -> re.Pattern[str]:
    """ "Tür-und Klingelkameras": a hanging hyphen whose space was lost."""
    return re.compile(rf"(?<![\w-])([^\W\d_]++)-({'|'.join(wording()['hanging']['glued'])})(?=\.? [A-ZÄÖÜ])")


def mend_spacing(text: str, evidence: Container[str] = ()) -> list[Edit]:
    """The edits that repair white space at hyphens; hanging hyphens ("Vor- und Nachteile") stay.

    A word broken at a line's end is joined in the first line, so that line breaks keep their number.

    >>> mend_spacing("die DS- GVO und die Luca- App, Vor- und Nachteile")
    [Edit(start=4, end=11, text='DS-GVO'), Edit(start=20, end=29, text='Luca-App')]
    """
    if "-" not in text:
        return []
    edits: list[Edit] = []
    for edit in sorted((*_respelled(text), *_rehung(text), *_closed_up(text, evidence))):
        if (not edits or edit.start >= edits[-1].end) and not is_protected(text, edit.start, edit.end):
            edits.append(edit)
    return edits


def _respelled(text: str) -> Iterator[Edit]:
    for found in _spelled().finditer(text):
        if " " in found[0]:
            yield Edit(*found.span(), found[0].replace(" ", ""))


def _rehung(text: str) -> Iterator[Edit]:
    for found in _glued().finditer(text):
        if f"{fold(found[1])}-{found[2]}" not in words("kept", "pairs"):
            yield Edit(*found.span(), f"{found[1]}- {found[2]}")


def _closed_up(text: str, evidence: Container[str]) -> Iterator[Edit]:
    for found in _SPACED.finditer(text):
        left, gap, right, more = found.group("left", "gap", "right", "more")
        if fold(right) in words("hanging", "words") or not (left.isalpha() and right.isalpha()):
            continue
        end = found.end("right")
        if right.islower() and _is_one_word(left, right, gap, evidence):
            follows = gap == "\n" and text[end : end + 1] == " "
            yield Edit(found.start(), end + follows, left + right + gap.strip(" "))
        elif right[0].isupper() and gap != "\n" and not more and _is_first_part(left):
            yield Edit(found.start(), end, f"{left}-{right}")


def _is_one_word(left: str, right: str, gap: str, evidence: Container[str]) -> bool:
    """Over a line break every broken word; over a space only what is no enumeration ("ein- ausgehend")."""
    pair = Pair(left, right)
    if len(left) < 2 or not is_broken(pair, evidence):
        return False
    sure = pair.joined in evidence or is_listed(pair.joined) or not (is_word(left) and is_word(right))
    return gap == "\n" or sure


def _is_first_part(left: str) -> bool:
    """A noun or abbreviation that a hyphen ties to the next noun: "DS-", "Corona-", "IT-"."""
    return left[0].isupper() and (not left[1:].islower() or is_word(left))
