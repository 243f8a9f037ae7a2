"""The steps of mending, in order, over one text or the pages of one document; hyphens at line ends and in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from pipelines import tables
from pipelines.mending.characters import (
    Change,
    Edit,
    Mended,
    Revision,
    compose_letters,
    fold_bullets,
    fold_characters,
    repair_mojibake,
)
from pipelines.mending.hyphens import Pair, fold, is_broken, is_listed, is_word, keeps_hyphen, mend_word, words
from pipelines.reading import detect_language

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
    loose = (r" ?- ?".join(form.split("-")) for form in tables("hyphens")["spelled"]["forms"])
    return re.compile(rf"(?<![\w-])(?:{'|'.join(loose)})(?![\w-])")


@cache
def _glued() -> re.Pattern[str]:
    """ "Tür-und Klingelkameras": a hanging hyphen whose space was lost."""
    glued = "|".join(tables("hyphens")["hanging"]["glued"])
    return re.compile(rf"(?<![\w-])([^\W\d_]++)-({glued})(?=\.? [A-ZÄÖÜ])")


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


_UNBROKEN = re.compile(r"(?<![\w-])[^\W\d_]{6,60}+(?![\w-])")


class UnbrokenWords:
    """Folded words of six letters or more that stand unbroken in the texts; gathered when first asked.

    >>> "datenexporteur" in UnbrokenWords(["Der Datenexporteur prüft."])
    True
    """

    def __init__(self, texts: Iterable[str], more: Collection[str] | None = None) -> None:
        self._texts = tuple(texts)
        self._more = more or ()

    @cached_property
    def _words(self) -> frozenset[str]:
        found = (word for text in self._texts for word in _UNBROKEN.findall(text))
        return frozenset(map(fold, (*found, *self._more)))

    def __contains__(self, word: object) -> bool:
        return word in self._words


CLEANING: tuple[Callable[[str], list[Edit]], ...] = (
    repair_mojibake,  # before the folding, which drops the control characters it can contain
    fold_characters,
    fold_bullets,  # after the folding, which knows the common ones and makes spaces plain
    compose_letters,  # after the folding, which can bring a letter and its accent together
)
"""What every text gets, whatever its language."""

MENDING: tuple[Callable[[str, Container[str]], list[Edit]], ...] = (
    mend_spacing,  # before the words: "Daten- schutz-konferenz"
    mend_words,
)
"""What German texts get: a hyphen before a small letter is the rule in English."""

SILENT = frozenset({fold_characters, fold_bullets, compose_letters})
"""Steps whose edits alone are not listed as changes."""


def mend(text: str, *, evidence_words: Collection[str] | None = None) -> Mended:
    """The text with plain characters and without wrong hyphens, and the list of changes.

    Evidence are the words the text itself prints unbroken and ``evidence_words`` (any case), never
    other documents. Line breaks, addresses and file names stay. The result is Unicode NFC.

    >>> mend("Verarbeitung per-sonenbezogener Daten nach der DS- GVO").text
    'Verarbeitung personenbezogener Daten nach der DS-GVO'
    """
    return _mended([text], evidence_words)[0]


def mend_pages(pages: Sequence[str], *, evidence_words: Collection[str] | None = None) -> tuple[Mended, ...]:
    """Every page mended; a word that one page prints unbroken is evidence on all pages.

    >>> [page.text for page in mend_pages(["Der Zwölf-ender.", "Die Zwölfender."])]
    ['Der Zwölfender.', 'Die Zwölfender.']
    """
    return _mended(pages, evidence_words)


def _mended(pages: Sequence[str], evidence_words: Collection[str] | None) -> tuple[Mended, ...]:
    cleaned = [_clean(page) for page in pages]
    texts = [steps[-1].after for steps in cleaned]
    evidence = UnbrokenWords(texts, evidence_words)
    whole = "\n".join(texts)
    language = detect_language(whole) if "-" in whole else None
    return tuple(_finish(steps, evidence, language) for steps in cleaned)


def _clean(text: str) -> list[Revision]:
    steps: list[Revision] = []
    for step in CLEANING:
        steps.append(Revision(text, step(text), listed=step not in SILENT))
        text = steps[-1].after
    return steps


def _finish(steps: list[Revision], evidence: Container[str], language: str | None) -> Mended:
    """The last steps, unless the page is English; ``language`` is the document's."""
    text = steps[-1].after
    if "-" in text and (detect_language(text) or language) != "en":
        for step in MENDING:
            steps = [*steps, Revision(text, step(text, evidence))]
            text = steps[-1].after
    return Mended(text=text, changes=_changes(steps))


def _changes(steps: list[Revision]) -> tuple[Change, ...]:
    """The listed edits of all steps as changes; those that touch are one (mojibake in a mended word)."""
    spans = sorted(_span(steps, at, edit) for at, step in enumerate(steps) if step.listed for edit in step.edits)
    changes: list[Change] = []
    for span in _merged(spans):
        raw = steps[0].before[span.origin_start : span.origin_end]
        changes.append(Change(raw=raw, mended=steps[-1].after[span.start : span.end], start=span.start))
    return tuple(changes)


class _Span(NamedTuple):
    """A place in the mended text, and in the text that was given."""

    start: int
    end: int
    origin_start: int
    origin_end: int


def _span(steps: list[Revision], at: int, edit: Edit) -> _Span:
    """Where an edit of step ``at`` stands in the first and in the last text."""
    start, end = steps[at].arrival(edit.start, end=False), steps[at].arrival(edit.end, end=True)
    for step in steps[at + 1 :]:
        start, end = step.arrival(start, end=False), step.arrival(end, end=True)
    origin_start, origin_end = edit.start, edit.end
    for step in steps[:at][::-1]:
        origin_start, origin_end = step.origin(origin_start, end=False), step.origin(origin_end, end=True)
    return _Span(start, end, origin_start, origin_end)


def _merged(spans: list[_Span]) -> Iterator[_Span]:
    pending: _Span | None = None
    for span in spans:
        if pending and span.start < pending.end:
            ends = max(pending.end, span.end), min(pending.origin_start, span.origin_start)
            pending = _Span(pending.start, *ends, max(pending.origin_end, span.origin_end))
            continue
        if pending:
            yield pending
        pending = span
    if pending:
        yield pending
