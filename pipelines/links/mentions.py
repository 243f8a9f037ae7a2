"""Finds where a text names another document: by number, date, title or address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.dates import parse_date
from pipelines.links.records import RULES, Key, folded, title_key, without_lead

_MENTIONS = RULES["mentions"]
_REACH = _MENTIONS["reach"]
_NAMES = [row["word"] for row in RULES["type"]]
_MEANINGS = [frozenset(row["as"]) for row in RULES["type"]]
_TYPE = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"(?P<t{index}>{word})" for index, word in enumerate(_NAMES)) + r")(?![\w-])"
)
_NUMBER = re.compile(_MENTIONS["number"])
_WORKING_PAPER = re.compile(_MENTIONS["working_paper"])
_MODEL = re.compile(_MENTIONS["model"])
_REPORT = re.compile(_MENTIONS["report"])
_DATE = re.compile(_MENTIONS["date"])
_ADDRESS = re.compile(_MENTIONS["address"])
_QUOTES = re.compile(RULES["titles"]["quotes"])
_OTHERS = re.compile(RULES["others"]["before"])
_BEHIND = re.compile(RULES["others"]["behind"])
_CASE = re.compile(
    r"\s{0,3}[,–(-]{0,3}\s{0,3}(?:Az\.?:?\s)?(?:[CT][-\u2010\u2011 ]\d+/\d\d|[\dIVX]+ [A-Z][A-Za-z]{0,3} \d+[/.]\d\d)"
)
_SENTENCE_END = re.compile(r"(?<![\d\W])[.!?:;](?=\s+[^\sa-zäöü])|(?<=\d{4})\.(?=\s+[A-ZÄÖÜ])|\n\n")
_NO_CLOCK = date(2199, 12, 31)
_AND = re.compile(r"\s{0,3}(?:,|und|sowie)\s{1,3}(?=vom|v\.)")
"""Between the dates of "die Entschließungen vom 1. April 2019 und vom 3. Mai 2020"."""
_MOST_WORDS = 30


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A place that names a document. ``by`` is number, report, paper, date, title or address.

    ``value`` is the number, ISO date or address; ``key`` the folded words of a title or around a date;
    ``types`` are the document types that the text allows (empty: any). ``[start, end)`` is the span.
    """

    by: str
    start: int
    end: int
    value: str = ""
    key: Key = ()
    types: frozenset[str] = frozenset()
    exact: bool = False


def find_mentions(text: str) -> list[Mention]:
    """All mentions in a text, in text order.

    >>> text = "siehe Kurzpapier Nr. 5 und die Entschließung vom 3. April 2019"
    >>> [(mention.by, mention.value) for mention in find_mentions(text) if mention.value]
    [('number', '5'), ('date', '2019-04-03')]
    """
    found = [*_numbers(text), *_addresses(text), *_quotations(text), *_by_type_word(text)]
    return sorted(found, key=lambda mention: (mention.start, mention.end, mention.by, mention.value))


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence that a span stands in, as offsets."""
    low = max(0, start - 400)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, low, start)]
    after = _SENTENCE_END.search(text, end, min(len(text), end + 400))
    return (ends[-1] if ends else low), (after.end() if after else min(len(text), end + 400))


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text, as offsets.

    >>> list(sentences("Das gilt. Nun denn."))
    [(0, 9), (9, 19)]
    """
    low = 0
    for match in _SENTENCE_END.finditer(text):
        yield low, match.end()
        low = match.end()
    yield low, len(text)


def _numbers(text: str) -> Iterator[Mention]:
    forms = (
        (_NUMBER, "number", "kurzpapier", ("papier", "KP")),
        (_WORKING_PAPER, "paper", "", ("WP", "Working")),
        (_REPORT, "report", "taetigkeitsbericht", ("Tätigkeitsbericht",)),
        (_MODEL, "model", "sdm", ("atenschutzmodell", "SDM")),
    )
    for pattern, by, doc_type, words in forms:
        if not any(word in text for word in words):
            continue  # plain search is much faster than the pattern
        types = frozenset({doc_type} if doc_type else ())
        for match in pattern.finditer(text):
            if _named_behind(text, match) or (by == "report" and _of_others(text, match)):
                continue
            for number in _values(match, by):
                yield Mention(by=by, start=match.start(), end=match.end(), value=str(int(number)), types=types)


def _values(match: re.Match[str], by: str) -> list[str]:
    """The numbers of a mention; a version of the model ("3.1") is one number."""
    if by == "model":
        return [re.sub(r"\D", "", match["list"] or match["before"])]
    return re.findall(r"\d+", match["list"])


def _addresses(text: str) -> Iterator[Mention]:
    for match in _ADDRESS.finditer(text):
        address = match.group().rstrip(".,;:)]")
        yield Mention(by="address", start=match.start(), end=match.start() + len(address), value=address)


def _quotations(text: str) -> Iterator[Mention]:
    for match in _QUOTES.finditer(text):
        words = next(group for group in match.groups() if group)
        inside = _TYPE.match(words)
        before = _last_type(text, match.start())
        types = _types(inside) if inside else (_types(before) if before else frozenset())
        start = before.start() if before and not inside else match.start()
        key = title_key(words)
        if key:
            typed = bool(inside or before)
            yield Mention(by="title", start=start, end=match.end(), key=key, types=types, exact=typed)


def _last_type(text: str, start: int) -> re.Match[str] | None:
    """The type word that a quotation belongs to: the last one before it in the same sentence."""
    low = max(0, start - 90)
    found = next(reversed(list(_TYPE.finditer(text, low, start))), None)
    if found is None or re.search(r"[„“”\"»«(]|\.\s[A-ZÄÖÜ]", text[found.end() : start]):
        return None
    return found


def _types(match: re.Match[str]) -> frozenset[str]:
    return _MEANINGS[int(match.lastgroup[1:])] if match.lastgroup else frozenset()


def _by_type_word(text: str) -> Iterator[Mention]:
    """ "Entschließung vom 3. April 2019", "Orientierungshilfe zu Wetterballons"."""
    words = list(_TYPE.finditer(text))
    for index, match in enumerate(words):
        limit = min(len(text), match.end() + _REACH)
        if index + 1 < len(words):
            limit = min(limit, words[index + 1].start())
        if _of_others(text, match):
            continue
        yield from _dated(text, match, limit)
        yield from _unquoted(text, match, min(len(text), match.end() + 240))


def _of_others(text: str, match: re.Match[str]) -> bool:
    """Whether a court, parliament or commission is named as the author."""
    sentence, _ = sentence_around(text, match.start(), match.start())
    before = text[max(sentence, match.start() - 60) : match.start()]
    return bool(_OTHERS.search(before)) or _named_behind(text, match)


def _named_behind(text: str, match: re.Match[str]) -> bool:
    """ "Beschluss des Bundesrates": somebody else's."""
    after = re.match(r"\s(?:der|des|vom)\s(\S+\s?\S*)", text[match.end() : match.end() + 60])
    owner = after[1].removeprefix("Deutschen ") if after else ""
    return bool(_OTHERS.match(owner) or _BEHIND.match(owner))


def _dated(text: str, match: re.Match[str], limit: int) -> Iterator[Mention]:
    found = _DATE.search(text, match.end(), limit)
    if found is None or _SENTENCE_END.search(text, match.end(), found.start()) or _CASE.match(text, found.end()):
        return
    if _OTHERS.search(text, match.end(), found.start()):
        return
    while found is not None:
        reading = parse_date(found["date"], today=_NO_CLOCK)
        if reading is None:
            return
        around = folded(text[match.end() : found.start()] + " " + text[found.end() : found.end() + 120])
        yield Mention(
            by="date",
            start=match.start(),
            end=found.end(),
            value=reading.value,
            key=around,
            types=_types(match),
            exact=True,
        )
        joint = _AND.match(text, found.end(), limit)
        found = _DATE.match(text, joint.end(), limit) if joint else None


def _unquoted(text: str, match: re.Match[str], limit: int) -> Iterator[Mention]:
    stop = re.compile(r"[„“”\"»«]|\n\n").search(text, match.end(), limit)
    words = without_lead(folded(text[match.end() : stop.start() if stop else limit]))[:_MOST_WORDS]
    if words:
        yield Mention(by="words", start=match.start(), end=match.end(), key=words, types=_types(match), exact=True)
