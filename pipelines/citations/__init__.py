"""Legal citations in the text of a page, one row for every provision that a citation names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archive.keeping.records import CitationRecord
from archive.statutes import act_at_home, exact_key, folded_key, laws, spellings
from pipelines.citations.law import LawFound, find_abbreviation, find_law, is_european
from pipelines.citations.reader import Reader
from pipelines.citations.words import (
    ANNEX,
    ARTICLE,
    CHAIN,
    COUNTED,
    HEADING,
    LIST,
    NO_FIRST,
    NO_NUMBER,
    NUMBER_WORD,
    UNIT,
    UNITS,
    CaseFound,
    Path,
    Unit,
    after_gap,
    digits,
    find_cases,
)
from pipelines.reading import without_marks


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The numbers of one citation: ``paths`` of (level, value) pairs, its end, and where a law may follow."""

    unit: Unit
    start: int
    end: int
    resume: int
    paths: tuple[Path, ...]


def read_reference(text: str, start: int) -> Reference | None:
    """The reference whose unit word ("Art.", "§") begins at ``start``; None where no reference begins there.

    >>> read_reference("Art. 6 lit. a und b DSGVO", 0).paths
    ((('number', '6'), ('letter', 'a')), (('number', '6'), ('letter', 'b')))
    """
    word = UNIT.match(text, start)
    if word is None or word.lastgroup is None:
        return None
    unit = UNITS[int(word.lastgroup[1:])]
    at = after_gap(text, word.end())
    counted = NUMBER_WORD.match(text, at) if unit.sign == "ErwGr" else None
    number = ARTICLE.match(text, counted.end() if counted else at)
    if number is None and unit.sign == "ErwGr":
        return _counted_recital(text, unit, word)
    if number is None or NO_FIRST.match(text, number.end()) or digits(number[1]) > unit.max_digits:
        return None
    reader = Reader.behind(number, unit, plural=word.group() in ("§§", "Artt.", "Artikeln"))
    reader.read()
    return Reference(unit=unit, start=start, end=reader.end, resume=reader.position, paths=reader.all_paths())


def _counted_recital(text: str, unit: Unit, word: re.Match[str]) -> Reference | None:
    """ "47. Erwägungsgrund": the number stands before the word."""
    number = COUNTED.search(text, max(0, word.start() - 8), word.start())
    if number is None or unit.needs_law:
        return None
    path: Path = (("number", number[1]),)
    return Reference(unit=unit, start=number.start(), end=word.end(), resume=word.end(), paths=(path,))


def read_further(text: str, unit: Unit, at: int) -> Reference | None:
    """What an enumeration goes on with at ``at`` without a unit word: the "15" of "§§ 28 BDSG, 15 TMG"."""
    number = ARTICLE.match(text, at)
    if number is None or NO_NUMBER.match(text, number.end()) or digits(number[1]) > unit.max_digits:
        return None
    reader = Reader.behind(number, unit, plural=False)
    reader.read()
    return Reference(unit=unit, start=at, end=reader.end, resume=reader.position, paths=reader.all_paths())


_WORD_BEFORE = re.compile(r"([A-Za-zÄÖÜ][A-Za-zÄÖÜäöüß\u2010\u2011-]{1,40})[^\S\n]\(?\Z")
_UNITS_OF = {"eu": ("Art.", "ErwGr"), "int": ("Art.",), "bund": ("§",), "land": ("§",), "kirche": ("§",)}


@dataclass(frozen=True, kw_only=True)
class _Cited:
    """A reference with its law; ``start`` and ``end`` span what the citation's ``raw`` shows."""

    reference: Reference
    law: str | None
    start: int
    end: int


def find_citations(text: str, *, page: int = 1, home: str | None = None) -> tuple[CitationRecord, ...]:
    """All legal citations of one page, in text order; ``text[start:start + len(raw)] == raw``.

    ``home`` is the key of the Land (``MV``) whose authority speaks: "LDSG" without a Land is its act then.
    ``law`` is NULL for case numbers and where the text names none. "f." and "ff." stand in ``raw`` only;
    ranges of up to 20 provisions are one row each. Time is linear in the length of the text.

    >>> [(c.law, c.unit, c.number, c.paragraph, c.letter) for c in find_citations(
    ...     "nach Artikel 6 Absatz 1 lit. a und b DS-GVO i. V. m. § 4 DSG M-V")]
    [('DSGVO', 'Art.', '6', '1', 'a'), ('DSGVO', 'Art.', '6', '1', 'b'), ('DSG M-V', '§', '4', None, None)]
    """
    plain = without_marks(text)
    cited = _with_inherited_laws(plain, list(_provisions(plain)))
    kept = [item for item in cited if item.law or not item.reference.unit.needs_law]
    if home is not None:
        kept = [replace(item, law=act_at_home(item.law, home)) if item.law else item for item in kept]
    spans = [(item.start, item.end) for item in kept]
    rows = [row for item in kept for row in _rows(text, item, page)]
    rows += [_case_row(text, case, page) for case in _outside(find_cases(plain), spans)]
    return tuple(sorted(rows, key=lambda row: row.start))


def _provisions(text: str) -> Iterator[_Cited]:
    position = floor = 0
    while match := UNIT.search(text, position):
        position = match.end()
        if _inside_a_word(text, match.start()):
            continue
        reference = read_reference(text, match.start())
        if reference is None:
            continue
        cited = _cited(text, reference, floor)
        yield cited
        for further in _further(text, cited):
            cited = further
            yield cited
        floor = cited.end
        position = max(position, cited.end)


def _further(text: str, cited: _Cited) -> Iterator[_Cited]:
    """ "§§ 28 BDSG, 15 TMG": what goes on without a unit word needs a known law of its own."""
    while cited.law is not None and (joint := LIST.match(text, after_gap(text, cited.end))):
        reference = read_further(text, cited.reference.unit, after_gap(text, joint.end()))
        found = find_law(text, reference.resume) if reference else None
        if reference is None or found is None or not found.law or found.law not in laws():
            return
        if reference.unit.sign not in _units_of(found.law) or text.startswith(("-", "\u2011"), found.end):
            return
        cited = _Cited(reference=reference, law=found.law, start=reference.start, end=found.end)
        yield cited


def _inside_a_word(text: str, start: int) -> bool:
    before = text[start - 1] if start else " "
    return text[start] != "§" and (before.isalnum() or before in "-‑_")


def _cited(text: str, reference: Reference, floor: int) -> _Cited:
    found = _law_behind(text, reference)
    if found is not None and found.law is not None:
        end = _behind_synonym(text, found.end, found.law)
        cited = _Cited(reference=reference, law=found.law, start=reference.start, end=end)
        return _with_parts_behind(text, cited)
    before = _law_before(text, reference, floor)
    return before or _Cited(reference=reference, law=None, start=reference.start, end=reference.end)


def _law_behind(text: str, reference: Reference) -> LawFound | None:
    """The law that follows: directly, behind an annex, or behind the heading of the provision in brackets."""
    at = reference.resume
    found = find_law(text, at) or _law_behind_annex(text, at)
    if found is not None:
        return found
    heading = HEADING.match(text, at)
    if heading is not None:
        return find_abbreviation(text, heading.end())
    if reference.paths[-1][-1][0] == "letter" and text.startswith(".", at):
        return find_abbreviation(text, at + 1)  # "lit f. DSGVO"
    return None


def _with_parts_behind(text: str, cited: _Cited) -> _Cited:
    """ "Art. 4 DSGVO Nr. 2": what stands behind the law still belongs to the only provision before it."""
    at = after_gap(text, cited.end)
    if len(cited.reference.paths) > 1 or at == cited.end:
        return cited
    reader = Reader(text, cited.reference.unit, plural=False, path=cited.reference.paths[0])
    if not reader.level_behind_law(at):
        return cited
    reference = replace(cited.reference, paths=reader.all_paths(), resume=reader.position, end=reader.end)
    return replace(cited, reference=reference, end=reader.end)


def _law_behind_annex(text: str, at: int) -> LawFound | None:
    match = ANNEX.match(text, at)
    return find_law(text, match.end()) if match else None


def _behind_synonym(text: str, end: int, law: str) -> int:
    """ "TTDSG/TDDDG": two names of one law are one citation."""
    if not text.startswith("/", end):
        return end
    found = find_law(text, end + 1)
    return found.end if found is not None and found.law == law else end


def _law_before(text: str, reference: Reference, floor: int) -> _Cited | None:
    """ "DS-GVO Art. 6", "im Bundesdatenschutzgesetz (§ 26)": the law stands directly before.

    Words before ``floor`` belong to another citation. In brackets the law is no part of ``raw``.
    """
    match = _WORD_BEFORE.search(text, max(floor, reference.start - 44), reference.start)
    if match is None:
        return None
    law = spellings().exact.get(exact_key([match[1]])) or spellings().folded.get(folded_key([match[1]]))
    if law is None or reference.unit.sign not in _units_of(law):
        return None
    start = reference.start if match.group().endswith("(") else match.start(1)
    return _Cited(reference=reference, law=law, start=start, end=reference.end)


def _units_of(law: str) -> tuple[str, ...]:
    known = laws()[law]
    return ("Art.",) if known.art else _UNITS_OF[known.level]


def _with_inherited_laws(text: str, cited: list[_Cited]) -> list[_Cited]:
    """Give a citation without a law that of its enumeration: the next one's, joined to it by grammar."""
    for index in range(len(cited) - 2, -1, -1):
        here, following = cited[index], cited[index + 1]
        if here.law is None and following.law and _joined(text, here, following):
            cited[index] = replace(here, law=following.law)
    for index in range(1, len(cited)):
        before, here = cited[index - 1], cited[index]
        recital = here.reference.unit.sign == "ErwGr" and here.law is None
        if recital and before.law and is_european(before.law) and _between(text, before, here):
            cited[index] = replace(here, law=before.law)
    return cited


def _joined(text: str, here: _Cited, following: _Cited) -> bool:
    signs = {here.reference.unit.sign, following.reference.unit.sign}
    alike = len(signs) == 1 or (signs == {"Art.", "ErwGr"} and is_european(following.law or ""))
    return alike and _between(text, here, following)


def _between(text: str, here: _Cited, following: _Cited) -> bool:
    """Whether nothing but a joint ("und", "i. V. m.", "oder nach") stands between two citations."""
    lettered = here.law is None and here.reference.paths[-1][-1][0] == "letter"
    end = here.reference.resume if lettered else here.end  # the bracket of "lit. f)", not that of "(§ 5)"
    if following.start - end > 60:
        return False
    return CHAIN.fullmatch(text, end, following.start) is not None


def _rows(text: str, cited: _Cited, page: int) -> Iterator[CitationRecord]:
    for path in cited.reference.paths:
        parts = dict(path)
        yield CitationRecord(
            page=page,
            law=cited.law,
            unit=cited.reference.unit.sign,
            number=parts["number"],
            paragraph=parts.get("paragraph"),
            sentence=parts.get("sentence"),
            letter=parts.get("letter"),
            item=parts.get("item"),
            raw=text[cited.start : cited.end],
            start=cited.start,
        )


def _outside(cases: Iterator[CaseFound], spans: Sequence[tuple[int, int]]) -> Iterator[CaseFound]:
    """Case numbers that are no part of a provision; both come in text order."""
    index = 0
    for case in cases:
        while index < len(spans) and spans[index][1] <= case.start:
            index += 1
        if index == len(spans) or spans[index][0] >= case.end:
            yield case


def _case_row(text: str, case: CaseFound, page: int) -> CitationRecord:
    return CitationRecord(
        page=page,
        law=None,
        unit="Az",
        number=case.number,
        paragraph=None,
        sentence=None,
        letter=None,
        raw=text[case.start : case.end],
        start=case.start,
    )
