"""The steps of mending, in order, over one text or the pages of one document."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from pipelines.language import detect_language
from pipelines.mending.characters import compose_letters, fold_bullets, fold_characters, repair_mojibake
from pipelines.mending.lexicon import fold
from pipelines.mending.rejoining import mend_spacing, mend_words
from pipelines.mending.revision import Change, Edit, Mended, Revision

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
    spans = sorted(
        _span(steps, at, edit) for at, step in enumerate(steps) if step.listed for edit in step.edits
    )
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
