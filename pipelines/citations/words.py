"""The words and values of legal citations, from the word list; case numbers of courts ("C-311/18", "6 C 2.18")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines import tables

DATA = tables("citations")

GAP = re.compile(r"[^\S\n]{0,8}\n?[^\S\n]{0,24}")
"""White space inside a citation: at most one line break, never an empty line."""

_NOT_LETTER = r"(?![A-Za-zÄÖÜäöüß])"


def one_of(patterns: Iterable[str]) -> str:
    """A group that matches any of the patterns, the first one that fits."""
    return f"(?:{'|'.join(patterns)})"


def after_gap(text: str, position: int) -> int:
    """The first position behind the white space that a citation may contain."""
    match = GAP.match(text, position)
    return match.end() if match else position


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What a citation begins with: its sign, how long its numbers get, whether a law must follow."""

    sign: str
    max_digits: int
    needs_law: bool


UNITS = tuple(Unit(sign=row["sign"], max_digits=row["max_digits"], needs_law=row["needs_law"]) for row in DATA["unit"])
UNIT = re.compile(
    "|".join(
        rf"(?P<u{index}>{one_of(row['words'])})"
        if row["sign"] == "§" and not row["needs_law"]
        else rf"(?P<u{index}>{one_of(row['words'])}{_NOT_LETTER})"
        for index, row in enumerate(DATA["unit"])
    )
)
"""Where a provision may begin; the group's number is the index in ``UNITS``."""

NUMBER_WORD = re.compile(r"(?:\((?:EG|ErwGr?\.?)\)\s?)?(?:Nrn?\.\s?)?")
"""Between a recital and its number: "Erwägungsgrund Nr. 47", "Erwägungsgrund (EG) 47"."""
COUNTED = re.compile(r"(?<![\w.,/-])(\d{1,3})\.\s{1,2}\Z")
"""The number before a recital: "47. Erwägungsgrund"."""

LEVELS = tuple(DATA["levels"])
LEVEL = re.compile("|".join(rf"(?P<{name}>{one_of(words)})" for name, words in DATA["levels"].items()))
_TAILS = DATA["tails"]
TAIL = re.compile(rf"{one_of(_TAILS['words'])}|{one_of(_TAILS['ordinals'])}\s{{0,3}}{one_of(_TAILS['half'])}")
"""What has no column and may stand behind any part: "zweiter Halbsatz", "a. E.", "analog"."""
_COUNTED_PART = re.compile(
    rf"(?:(?P<digits>\d)\.|(?P<word>{one_of(_TAILS['counted'])})e[nrs]?)\s{{1,3}}(?:"
    + "|".join(rf"(?P<{level}>{words})" for level, words in _TAILS["parts"].items())
    + r")(?![a-zäöüß])(?!\s{1,3}\d(?!\.))"
)
SHORT_LEVEL = re.compile(r"(?:Abs|UAbs|Unterabs|S|Nrn?|Ziff|[Ll]itt?|Buchst|Bst)\.|lit(?= )")
"""Level words that begin no sentence: before them a stray full stop may stand ("Art. 4. Nr. 2")."""
RANGE = re.compile(one_of(DATA["joints"]["range"]))
LIST = re.compile(one_of(DATA["joints"]["list"]))
WITH = re.compile(one_of(DATA["joints"]["with"]))
FOLLOWING = re.compile(one_of(DATA["joints"]["following"]))
NO_NUMBER = re.compile(
    rf"%|€|[.:,]\d|\d|-[A-Za-zÄÖÜ]|\.\s{{1,3}}(?:[a-zäöü]|{one_of(DATA['no_number']['following_words'])})"
    rf"|\s{{0,3}}{one_of(DATA['no_number']['following_words'])}{_NOT_LETTER}|\s?%|\s?€"
)
NO_FIRST = re.compile(
    rf"[.:]\d|\d|-[A-ZÄÖÜ]|(?<=\d)-[a-z]|-[a-zäöüß]{{2}}|\s{{0,2}}{one_of(DATA['no_number']['first_followers'])}"
)

HEADING = re.compile(r"\s?\([A-ZÄÖÜ][^()§\d\n]{3,120}\)\s")
"""The heading of a provision in brackets behind its number: "Art. 6 (Rechtmäßigkeit der Verarbeitung) DSGVO"."""

ANNEX = re.compile(
    rf"\s{{0,4}}{one_of([*DATA['joints']['with'], *DATA['joints']['list']])}\s{{0,4}}{DATA['law']['annex']}"
)
"""Stands between a provision and the law that both belong to: "i. V. m. Anhang III"."""

CHAIN = re.compile(
    rf"\s{{0,4}}(?:;|/|{one_of(DATA['joints']['with'])}|{one_of(DATA['joints']['list'])}"
    rf"|{one_of(DATA['joints']['range'])})"
    rf"\s{{0,4}}(?:{one_of(DATA['chain']['lead'])}\s{{1,4}}){{0,2}}"
)

MOST_PARTS = 300
"""Steps after which a reference ends, against hostile text."""

Path = tuple[tuple[str, str], ...]
"""A provision as (level, value) pairs, from the outside in."""

LONGEST_RANGE = 20
"""A range of up to so many provisions is one row each; of a longer one the ends are kept."""

NUMERIC = ("number", "paragraph", "subparagraph", "sentence", "item")
RANK = {name: rank for rank, name in enumerate(("number", *LEVELS))}
RANK["number"] = -1

ARTICLE = re.compile(
    r"(?:\((?=\d{1,4}\)))?(\d{1,4}(?:(?!ff?\.|ff(?![a-z]))[a-z](?![a-zäöüß])"
    r"|\s[a-eg-z](?=\s(?:Abs|S\.|Satz|[A-ZÄÖÜ]{2}|[A-Z][a-zäöü]{0,4}[A-Z])))?)(?!\d)\)?"
)
NUMBER = re.compile(r"\(?(\d{1,3}(?:(?!ff?\.|ff(?![a-z]))[a-z](?![a-zäöüß]))?)(?!\d)\)?")
LETTER = re.compile(r"[„\"(]?([a-z]{1,2})(?![A-Za-zäöüß\d])[“\"]?\)?")
ROMAN = re.compile(r"(X?(?:IX|IV|V?I{1,3}|V)|X)(?![A-Za-zÄÖÜäöüß]|\.\s?[A-Za-z]\.|-(?![IVX]))")
ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
ABBREVIATION = re.compile(r"[a-z]\.\s?[A-Za-z]{1,2}\.")
"""Letters that are no part of a provision: "a. F.", "i. V. m."."""
SUBLETTER = re.compile(r"\(?([a-eg-z])\1\)?(?![A-Za-zäöüß\d])")
"""A letter below a letter ("lit. b aa"); it has no column."""
BRACKET = re.compile(r"\((\d{1,2}[a-z]?|[a-z]{1,2})\)")


def value_pattern(level: str) -> re.Pattern[str]:
    if level == "letter":
        return LETTER
    return ARTICLE if level == "number" else NUMBER


def between(low: str, high: str) -> list[str]:
    """The values after ``low`` up to ``high``; only ``high`` where the range is long or no plain one.

    >>> between("12", "14"), between("a", "d"), between("15a", "17"), between("28", "28b"), between("5", "99")
    (['13', '14'], ['b', 'c', 'd'], ['16', '17'], ['28a', '28b'], ['99'])
    """
    if low.isalpha() and high.isalpha():
        return [chr(code) for code in range(ord(low) + 1, ord(high) + 1)] if len(low + high) == 2 else [high]
    (first, behind), (last, letter) = _divided(low), _divided(high)
    steps = [str(step) for step in range(first + 1, last + 1)] if last - first < LONGEST_RANGE else []
    letters = range(ord(behind or "`") + 1 if first == last else ord("a"), ord(letter or "`") + 1)
    return [*steps, *(f"{last}{chr(code)}" for code in letters)] if steps or first == last else [high]


def _divided(value: str) -> tuple[int, str]:
    """Number and letter of "28a"; the letter can be missing."""
    return leading(value), value.lstrip("0123456789")


def ascends(low: str, high: str) -> bool:
    """Whether a range can go from one value to the other ("32a" to "32c")."""
    if low[0].isdigit() and high[0].isdigit():
        return _divided(low) < _divided(high)
    return low < high


def leading(value: str) -> int:
    """The number that a value begins with; 0 for a letter."""
    digits = re.match(r"\d+", value)
    return int(digits.group()) if digits else 0


def from_roman(numeral: str) -> int:
    values = [ROMAN_VALUES[letter] for letter in numeral]
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))


def digits(number: str) -> int:
    return sum(letter.isdigit() for letter in number)


def counted_part(text: str, at: int) -> tuple[re.Match[str] | None, str, str]:
    """A part with its number in front ("zweiter Unterabsatz", "2. Satz"): its match, level and value, or empty ones.

    >>> counted_part("zweiter Unterabsatz", 0)[1:]
    ('subparagraph', '2')
    """
    match = _COUNTED_PART.match(text, at)
    if match is None or match.lastgroup is None:
        return None, "", ""
    return match, match.lastgroup, match["digits"] or str(_TAILS["counted"].index(match["word"]) + 1)


_CASES = DATA["cases"]
_WINDOW = 44
_CONTEXT = 110
_TAIL = re.compile(r"\d(?:[/.]\d\d|\.\d{3,5})(?!\d)")
_UNION = re.compile(r"(?<![\w/.-])([CT])([-\u2010-\u2013]\s?|[^\S\n]|)(\d{1,3})\Z")
_UNION_AFTER = re.compile(r"\s(P-R|PPU|P|R)(?![\w-])")
_SENATE = rf"(?<![\w./-])(?:{one_of(_CASES['prefixes'])}\s(?=\d)|[IVX]{{1,3}}-(?=\d))?(?:\d{{1,4}}|[IVX]{{1,5}}[a-z]?)"
_SURE = re.compile(rf"(?:{_SENATE}\s{{0,2}})({one_of(_CASES['sure'])})\s{{1,3}}\d{{1,6}}\Z")
_BARE = re.compile(rf"(?<![\w./-]){one_of(_CASES['bare'])}(?:\s?\([A-Za-z]{{1,6}}\))?\s\d{{1,4}}\Z")
_OPEN = re.compile(rf"{_SENATE}\s?{one_of(_CASES['open'])}\s{{1,3}}(?:\d{{1,4}}\sJs\s)?\d{{1,6}}\Z")
_LISTED = re.compile(
    rf"({_SENATE}\s{{0,2}}{one_of(_CASES['sure'])}\s{{1,3}})(\d{{1,4}}(?:(?:,|\s(?:und|u\.))\s\d{{1,4}}){{1,6}})\Z"
)
_COURT = re.compile(rf"(?<![A-Za-zÄÖÜäöüß]){one_of(_CASES['courts'])}")
_UNION_COURT = re.compile(rf"(?<![A-Za-zÄÖÜäöüß]){one_of(_CASES['union_courts'])}")
_NEXT = re.compile(r"(?:,|\s{1,3}(?:und|u\.|sowie))\s{1,3}(\d{1,4})")
_REGISTER = re.compile(r"(\d \w{2,4} |[CT]-)\d+/\d\d\Z")
_SPACES = re.compile(r"\s+")
_SOCIAL_HEAD = re.compile(r"(?<!\w)[BLS]\s\d{1,3}\s[A-Z]{1,2}\s\d+\Z")
_SOCIAL = re.compile(rf"\s{one_of(_CASES['proceedings'])}(?![\w-])")
_SEAT = re.compile(rf"(?:\s{one_of(_CASES['seats'])}|\.[A-Z]{{1,3}}|\s\(V\))(?![\w-])")


@dataclass(frozen=True, kw_only=True)
class CaseFound:
    """A case number in its usual form and where it stands: ``[start, end)``."""

    number: str
    start: int
    end: int


def find_cases(text: str) -> Iterator[CaseFound]:
    """All case numbers, in text order.

    >>> [case.number for case in find_cases("BVerfG, 1 BvR 1345/21; EuGH, Rs. C 311/18")]
    ['1 BvR 1345/21', 'C-311/18']
    """
    before: CaseFound | None = None
    for tail in _TAIL.finditer(text):
        found = _case_at(text, tail) or (_joined_case(text, before, tail) if before else None)
        several = (found,) if found is not None else _cases_of_one_year(text, tail)
        for one in several:
            before = one
            yield one


def _cases_of_one_year(text: str, tail: re.Match[str]) -> tuple[CaseFound, ...]:
    """ "1 BvR 209, 269/83": register and year are printed once for all of them."""
    head = text[max(0, tail.start() - _WINDOW) : tail.start() + 1]
    match = _LISTED.search(head) if text[tail.start() + 1] == "/" else None
    if match is None:
        return ()
    register, year = _usual_form(match[1]), text[tail.start() + 1 : tail.end()]
    start = tail.start() + 1 - len(match.group())
    return tuple(
        CaseFound(number=f"{register}{number}{year}", start=start, end=tail.end())
        for number in re.findall(r"\d+", match[2])
    )


def _joined_case(text: str, before: CaseFound, tail: re.Match[str]) -> CaseFound | None:
    """ "1 BvR 256/08, 263/08": the register of the case before holds on."""
    match = _NEXT.fullmatch(text, before.end, tail.start() + 1)
    register = _REGISTER.match(before.number)
    if match is None or register is None or text[tail.start() + 1] != "/":
        return None
    start = match.start(1)
    return CaseFound(number=register[1] + text[start : tail.end()], start=start, end=tail.end())


def _case_at(text: str, tail: re.Match[str]) -> CaseFound | None:
    head = text[max(0, tail.start() - _WINDOW) : tail.start() + 1]
    if text[tail.start() + 1] == "/":
        return _union_case(text, head, tail) or _german_case(text, head, tail)
    return _german_case(text, head, tail)


def _union_case(text: str, head: str, tail: re.Match[str]) -> CaseFound | None:
    match = _UNION.search(head)
    if match is None:
        return None
    start = tail.start() + 1 - len(match.group())
    if not match[2].strip() and not (_named_before(_UNION_COURT, text, start) and not _counted(text, start)):
        return None
    after = _UNION_AFTER.match(text, tail.end())
    kind = f" {after[1]}" if after else ""
    number = f"{match[1]}-{match[3]}/{text[tail.end() - 2 : tail.end()]}{kind}"
    return CaseFound(number=number, start=start, end=after.end() if after else tail.end())


def _counted(text: str, start: int) -> bool:
    """Whether a number stands before, as in "4 C 134/08", a local court's case."""
    return text[max(0, start - 2) : start].strip().isdigit() or text[max(0, start - 1) : start].isdigit()


def _german_case(text: str, head: str, tail: re.Match[str]) -> CaseFound | None:
    sure = _SURE.search(head) or _BARE.search(head)
    match = sure or _OPEN.search(head)
    if match is None:
        return None
    start = tail.start() + 1 - len(match.group())
    if (not sure or text[tail.start() + 1] == ".") and not _named_before(_COURT, text, start):
        return None
    end = _end_of(text, tail)
    return CaseFound(number=_usual_form(text[start:end]), start=start, end=end)


def _end_of(text: str, tail: re.Match[str]) -> int:
    """The end of the number: the seat of the court or the kind of proceedings can belong to it."""
    social = _SOCIAL_HEAD.search(text[max(0, tail.start() - 20) : tail.start() + 1])
    behind = (_SOCIAL if social else _SEAT).match(text, tail.end())
    return behind.end() if behind else tail.end()


def _usual_form(raw: str) -> str:
    """One space between the parts: "6C 2.18" → "6 C 2.18"."""
    spaced = re.sub(r"^(\d+)(?=[A-Z])", r"\1 ", raw)
    return _SPACES.sub(" ", spaced)


def _named_before(pattern: re.Pattern[str], text: str, start: int) -> bool:
    return pattern.search(text, max(0, start - _CONTEXT), start) is not None
