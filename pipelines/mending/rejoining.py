"""The edits that mend hyphens in a text: words one by one, and white space at hyphens ("DS- GVO")."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cache

from pipelines.mending.hyphens import Pair, is_broken, keeps_hyphen, mend_word
from pipelines.mending.lexicon import fold, is_listed, is_word, wording, words
from pipelines.mending.revision import Edit

_REACH = 300
"""Characters looked at on either side; bounds the work on text without white space."""

_ADDRESS = re.compile(
    r"://|www\.|@|\\|\.(?:de|eu|com|org|net|info|saarland|bayern|nrw|berlin|hamburg)\b", re.IGNORECASE
)
_FILE_NAME = re.compile(
    r"\.(?:pdf|html?|docx?|xlsx?|pptx?|odt|ods|odp|txt|csv|xml|json|zip|jpe?g|png|gif|svg|rtf|php|js|css|exe)\b",
    re.IGNORECASE,
)
_PATH = re.compile(r"_|\w/\w[^\s/]*/|^/|[&=#]\w")


def is_protected(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` belongs to an address, a path or a file name.

    >>> is_protected("siehe www.daten-schutz.example/pur-abo", 10, 22)
    True
    >>> is_protected("Die Daten-schutzkonferenz (DSK)", 4, 25)
    False
    """
    chunk = _chunk(text, start, end)
    return any(pattern.search(chunk) for pattern in (_ADDRESS, _FILE_NAME, _PATH))


def _chunk(text: str, start: int, end: int) -> str:
    """The run without white space around ``text[start:end]``."""
    before = text[max(0, start - _REACH) : start]
    after = text[end : end + _REACH]
    left = "" if not before or before[-1].isspace() else before.split()[-1]
    right = "" if not after or after[0].isspace() else after.split(maxsplit=1)[0]
    return left + text[start:end] + right


_HYPHENATED = re.compile(r"(?<![\w-])\w++(?:-\w++)++")
_LONGEST = 200
"""Longer strings are no words."""

_SMALL = re.compile(r"-[^\W\d_A-ZÄÖÜ]")


def mend_words(text: str, evidence: Container[str] = ()) -> list[Edit]:
    """The edits that take wrong hyphens out of words; addresses and file names stay as they are.

    >>> mend_words("die unab-hängigen E-Mail-Dienste")
    [Edit(start=4, end=17, text='unabhängigen')]
    """
    edits = []
    for found in _HYPHENATED.finditer(text):
        word = found[0]
        if (
            _SMALL.search(word)
            and (mended := mend_word(word, evidence)) != word
            and not is_protected(text, *found.span())
        ):
            edits.append(Edit(*found.span(), mended))
    return edits


_RUN = re.compile(r"(?<![\w-])\w++(?:-\w++)*+-(?: {1,3}|\n)\w++(?:-(?: {1,3}|\n)?+\w++)*+")
_GAP = re.compile(r"-( {1,3}|\n)?")
_TAIL = re.compile(r"\S{0,40}")


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
    for found in _RUN.finditer(text):
        closed, breaks = _closed(found[0], evidence)
        if closed == found[0]:
            continue
        end = found.end()
        if breaks:
            tail = _TAIL.match(text, end)
            end = tail.end() if tail else end
            closed += text[found.end() : end] + "\n" * breaks
            end += text[end : end + 1] == " "
        yield Edit(found.start(), end, closed)


def _closed(run: str, evidence: Container[str]) -> tuple[str, int]:
    """A run of parts with white space at their hyphens closed up; the line breaks that go behind it.

    A line break inside a word moves behind the word, so that their number stays.
    """
    parts = _GAP.split(run)
    whole = _broken_often(parts, evidence)
    if whole:
        return whole, run.count("\n")
    closed = piece = parts[0]
    breaks, within = 0, False
    for at in range(1, len(parts), 2):
        gap, right, more = parts[at] or "", parts[at + 1], at + 2 < len(parts) and not parts[at + 2]
        hangs = at + 2 < len(parts) and not more and right[:1].isupper()  # "Bundes- Landes- und …"
        sign = (None if hangs else _sign(Pair(piece, right, more, within), gap, evidence)) if gap else "-"
        if sign is None:
            moved = bool(breaks) and gap != "\n"
            sign, breaks = ("-\n" if moved else f"-{gap}"), breaks - moved
        else:
            breaks += gap == "\n"
        closed += sign + right
        piece = right if sign else piece + right
        within = within or bool(sign)
    return closed, breaks


def _sign(pair: Pair, gap: str, evidence: Container[str]) -> str | None:
    """What belongs between two parts with white space at their hyphen; None: they stay as they are."""
    left, right = pair.left, pair.right
    hanging = fold(right) in words("hanging", "words")
    if not (left.isalpha() and right.isalpha()) or (hanging and not pair.more):
        return None
    if right.islower():
        if not hanging and _is_one_word(pair, gap, evidence):
            return ""
        return "-" if keeps_hyphen(pair) else None
    return "-" if right[0].isupper() and _is_first_part(left, gap) else None


def _broken_often(parts: list[str], evidence: Container[str]) -> str | None:
    """ "Ver-\\nant-\\nwort-\\nlich" is one word, though no two neighbours are one."""
    written = parts[::2]
    if len(written) < 3 or not all(part.islower() and part.isalpha() for part in written[1:]):
        return None
    if any(fold(part) in words("hanging", "words") for part in written[1:]):
        return None
    whole = mend_word("-".join(written), evidence)
    return None if "-" in whole else whole


def _is_one_word(pair: Pair, gap: str, evidence: Container[str]) -> bool:
    """Over a line break every broken word; over a space only what is no enumeration ("ein- ausgehend")."""
    if len(pair.left) < 2 or not is_broken(pair, evidence):
        return False
    parts_are_words = is_word(pair.left) and is_word(pair.right)
    sure = pair.joined in evidence or is_listed(pair.joined) or not parts_are_words
    return gap == "\n" or sure


def _is_first_part(left: str, gap: str) -> bool:
    """What a hyphen ties to the next noun: "DS-", "IT-"; over a space also a noun ("Corona-")."""
    return left[0].isupper() and (not left[1:].islower() or (gap != "\n" and is_word(left)))
