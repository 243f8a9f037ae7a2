"""Contact blocks, as spans that snippets and topic rules leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from pipelines import tables

Span = tuple[int, int]
"""[start, end) in characters from 0."""

_LONGEST_BLOCK = 14
"""Lines, blank ones not counted, that a block has at most."""

_SEEN = 1200
"""Characters of a line that are looked at; bounds the work on hostile text."""

_LONGEST_LINE = 400
_MOST_WORDS = 18
_NAME_WORDS = 12
"""An address line has at most so many words beside its signs, a line with a name at most so many."""

_SENTENCE = re.compile(r"[a-zäöüß]{2}[.!?] ?[A-ZÄÖÜ]\w+ \w+ \w+ \w+")

_NUMBERED = r"[A-ZÄÖÜ][^.!?:;|\d]{2,60} \d{1,3} ?[a-z]?(?: ?[-–/+] ?\d{1,3} ?[a-z]?)?"
_HOUSE = re.compile(rf"{_NUMBERED},?")
_TOWN = re.compile(r"(?:[A-Z]{1,2}-)?\d{5} [A-ZÄÖÜ][^.!?:\d]{1,40}")
_HOUSE_AND_TOWN = re.compile(rf"(?:^|[|,;·•] ?){_NUMBERED} ?[,|·•–-] ?(?:[A-Z]{{1,2}}-)?\d{{5}} [A-ZÄÖÜ]")
"""A street of any name is known by its house number and the town behind it."""

_NUMBER = re.compile(r"\d{1,4}\s?[a-z]?(?!\w)")
_HOUSE_NUMBER = re.compile(r"(?<= )\d{1,3} ?[a-z]\b")

_FOOTNOTE = re.compile(r"\s*\[\d{1,3}\]")


class _Line(NamedTuple):
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class _Sign(NamedTuple):
    """One sign of an address: its kind, what a line must hold to have it, and its pattern."""

    kind: str
    needed: tuple[str, ...]
    hint: re.Pattern[str] | None
    pattern: re.Pattern[str]

    def is_in(self, text: str) -> bool:
        if self.hint is not None and not self.hint.search(text):
            return False
        return any(map(text.__contains__, self.needed)) and self.pattern.search(text) is not None


@cache
def _signs() -> tuple[_Sign, ...]:
    return tuple(
        _Sign(
            kind=row["kind"],
            needed=tuple(row.get("needed", [""])),
            hint=re.compile(row["hint"]) if "hint" in row else None,
            pattern=re.compile("|".join(row["patterns"])),
        )
        for row in tables("contact")["signs"]
    )


@cache
def _street() -> re.Pattern[str]:
    """A street with its house number, which :func:`_has_street` finds sooner."""
    return re.compile(rf"[\w.-]*(?:{'|'.join(map(re.escape, _streets()))})\s?{_NUMBER.pattern}")


@cache
def _streets() -> tuple[str, ...]:
    return tuple(tables("contact")["address"]["streets"])


@cache
def _label() -> re.Pattern[str]:
    labels = sorted(tables("contact")["contact"]["labels"], key=len, reverse=True)
    openings = [*map(re.escape, tables("contact")["contact"]["openings"]), *tables("contact")["contact"]["asked"]]
    either = "|".join(map(re.escape, labels)), "|".join(openings)
    return re.compile(rf"\W{{0,3}}(?:(?P<label>{either[0]}) ?(?::|$)|(?:{either[1]})\b)", re.IGNORECASE)


@cache
def _inline_label() -> re.Pattern[str]:
    labels = sorted(tables("contact")["contact"]["labels"], key=len, reverse=True)
    return re.compile(rf"(?<=[\s.])(?:{'|'.join(map(re.escape, labels))}): ?(?=[A-ZÄÖÜ])")


def contact_spans(text: str) -> tuple[Span, ...]:
    """The contact blocks of a text: from a label ("Kontakt:") or an address to the last address line.

    A label needs an address sign (phone, mail, web, street, town) or a name behind it. Without a label
    the lines must be nothing but an address with its names: signs of two kinds, in one line or in lines that
    follow each other, or a phone number or mailbox under a name. Spans are in order and do not overlap. Linear time.

    >>> text = "Der Verein klagt.\\n\\nKontakt:\\nDatenschutzstelle\\nTelefon: 0385 000000\\n\\nAnlagen"
    >>> [text[start:end] for start, end in contact_spans(text)]
    ['Kontakt:\\nDatenschutzstelle\\nTelefon: 0385 000000']
    """
    return tuple(_blocks(_lines(text)))


def contact_blocks(text: str) -> tuple[str, ...]:
    """The contact blocks themselves, as ``find_issuer`` takes them."""
    return tuple(text[start:end] for start, end in contact_spans(text))


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(_Line(start, line))
        start += len(line) + 1
    return lines


def _blocks(lines: list[_Line]) -> Iterator[Span]:
    at, reach = 0, 0
    while at < len(lines):
        found = _labelled(lines, at) or _unlabelled(lines, at, reach)
        if not found:
            at += 1
            continue
        (start, end), at = found
        reach = at
        yield start, end


def _labelled(lines: list[_Line], at: int) -> tuple[Span, int] | None:
    """The block a label opens in this line, and the line after it."""
    line = lines[at]
    start = line.start if _label().match(line.text) else _inline_start(line)
    if start is None:
        return None
    last = _last_address(lines, at, start)
    said = line.text[start - line.start :].partition(":")[2].strip()
    if last is None and not (said and len(said) <= 120 and start == line.start):
        return None
    last = at if last is None else last
    return (start, lines[last].end), last + 1


def _inline_start(line: _Line) -> int | None:
    """Where a label stands inside a line whose breaks were lost, with an address behind it."""
    tail = max(0, len(line.text) - _SEEN)
    if ":" not in line.text:
        return None
    for found in _inline_label().finditer(line.text, tail):
        if len(_kinds(line.text[found.end() :])) > 1:
            return line.start + found.start()
    return None


def _last_address(lines: list[_Line], at: int, start: int) -> int | None:
    """The last line of the block that carries an address sign; only short lines may come between."""
    last = at if _kinds(lines[at].text[start - lines[at].start :]) else None
    passed = 0
    for number in range(at + 1, min(len(lines), at + 3 * _LONGEST_BLOCK)):
        text = lines[number].text
        if not text.strip():
            continue
        passed += 1
        if passed > _LONGEST_BLOCK or not _belongs(text):
            break
        last = number if _kinds(text) else last
    return last


def _unlabelled(lines: list[_Line], at: int, reach: int) -> tuple[Span, int] | None:
    """An address without a label, with the names above it."""
    kinds = _kinds(lines[at].text)
    if not kinds or (len(kinds) < _MANY_KINDS and not _is_address(lines[at].text)):
        return None
    first = at
    for number in range(at - 1, max(reach, at - 4) - 1, -1):
        if not _is_name(_HOUSE_NUMBER.sub("", lines[number].text)):
            break
        first = number
    last = _last_address(lines, at, lines[at].start)
    end = at if last is None else last
    housed = "town" in kinds and _is_housed([line.text for line in lines[first : at + 1]])
    if not (housed or _is_enough([line.text for line in lines[at : end + 1]], named=first < at)):
        return None
    return (lines[first].start, lines[end].end), end + 1


_MANY_KINDS = 3
"""So many kinds of signs in one line make it an address, whatever else stands in it."""


def _is_housed(texts: Sequence[str]) -> bool:
    """Whether a house number stands before the town, in its line or above it, and a name without numbers above."""
    *names, town = texts
    above = names[-1].strip() if names else ""
    if not _HOUSE_AND_TOWN.search(town[:_SEEN]):
        if not (_TOWN.fullmatch(town.strip()) and _HOUSE.fullmatch(above)):
            return False
        names.pop()
    return any(not any(map(str.isdigit, name)) for name in names)


def _is_enough(texts: Sequence[str], *, named: bool) -> bool:
    """Whether lines without a label are an address: reachable in two ways or places, or by one under a name."""
    addresses = [text for text in texts if _kinds(text)]
    kinds = set().union(*(_kinds(text) for text in addresses))
    if {"street", "town"} <= kinds:
        return True
    if not kinds & {"phone", "mail"}:
        return False
    return len(kinds) > 1 or len(addresses) > 1 or named


def _is_address(text: str) -> bool:
    """Whether a line holds nothing but address signs and names: no word that only a sentence has."""
    if len(text) > _LONGEST_LINE or _FOOTNOTE.match(text) or not _kinds(text) or _SENTENCE.search(text):
        return False
    for pattern in (*(sign.pattern for sign in _signs()), _street()):
        text = pattern.sub(" ", text)
    words = re.findall(r"[^\W\d_]+", text)
    small = [word for word in words if word[0].islower()]
    return len(words) <= _MOST_WORDS and set(small) <= _particles() and not text.rstrip().endswith(("!", "?"))


def _is_name(text: str) -> bool:
    """A line above an address: a name, an office, its street; never a sentence or a blank line."""
    words = re.findall(r"[^\W\d_]+", text)
    small = {word for word in words if word[0].islower()}
    return bool(words) and _is_short(text) and len(words) <= _NAME_WORDS and small <= _particles()


@cache
def _particles() -> frozenset[str]:
    return frozenset(tables("contact")["address"]["particles"])


def _kinds(text: str) -> frozenset[str]:
    """The kinds of address signs a line has."""
    seen = text[:_SEEN]
    kinds = {sign.kind for sign in _signs() if sign.is_in(seen)}
    return frozenset({*kinds, "street"} if _has_street(seen) else kinds)


def _has_street(text: str) -> bool:
    numbers = (found.start() for found in _NUMBER.finditer(text))
    return any(text.endswith(_streets(), 0, at - text[at - 1].isspace() if at else 0) for at in numbers)


def _belongs(text: str) -> bool:
    """Whether a line can stand inside a contact block: an address or a name, no sentence, no footnote."""
    if _FOOTNOTE.match(text) or _SENTENCE.search(text[:_SEEN]):
        return False
    return bool(_kinds(text)) or _is_short(text)


def _is_short(text: str) -> bool:
    """A line like a name or an office: few words, no sentence."""
    return len(text) <= 90 and len(text.split()) <= 10 and text.rstrip()[-1:] not in ".!?:“"
