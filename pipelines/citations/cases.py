"""Finds case numbers of courts: "C-311/18", "1 BvR 1345/21", "VI ZR 233/17", "6 C 2.18"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.citations.words import DATA, one_of

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
_BAVARIAN = re.compile(r"\d{2}\.\d{3,5}\Z")


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
