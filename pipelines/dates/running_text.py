"""Finding the dates that running text mentions.

Every German date ends in its year and every ISO date begins with it, so the text is searched for
years, which is cheap, and the grammar is tried only on the few characters before one. The work per
year found is bounded, hence linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pipelines.dates.grammar import (
    DASH,
    ENGLISH_MONTHS,
    FULL_MONTHS,
    MONTH_FIRST_SOURCES,
    MONTH_SOURCES,
    NAMED_SOURCES,
    NO_STOP_SOURCES,
    NUMERIC_SOURCES,
    SEASON_SOURCES,
    SEASONS,
    SHORT_MONTHS,
    WORDS,
    CalendarDate,
    DateReading,
    Expression,
    Reason,
    RejectedDate,
    Window,
    any_of,
    compiled,
    complaint,
    express,
    mentioned_window,
)
from pipelines.reading import without_marks

_CONTEXT_REACH = 28
_WORDS = WORDS["words"]
_VETO = re.compile(rf"(?<![^\W_])(?:{any_of(WORDS['veto']['words'])})\.?\s?:?\s{{0,2}}\Z", re.IGNORECASE)
"""The number behind is counted, cited or dialled: "Nr.", "§", "Tel.", "KW"."""
_INTRODUCES = re.compile(
    rf"(?<![^\W_])(?:(?:{any_of(_WORDS['introduces_day'])})[\s:]{{1,3}}"
    rf"|{any_of(_WORDS['weekdays'])}\.?,\s{{0,3}}(?:den\s)?)\Z",
    re.IGNORECASE,
)
_INTRODUCES_MONTH = re.compile(
    rf"(?:\A|[\n(\[,;:|]\s{{0,3}}|(?<![^\W_]){any_of(_WORDS['introduces_month'])}\s{{1,3}})\Z", re.IGNORECASE
)
_PERSON = re.compile(rf"(?<![^\W_])(?:{any_of(_WORDS['persons'])})\.?\s{{1,3}}\Z", re.IGNORECASE)
"""A form of address: "Herr März" is no month."""
_VERSION = re.compile(
    rf"(?<![^\W_]){any_of(_WORDS['version'])}\.?\s?[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{0,3}}[a-z]?,?\s{{1,3}}\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]\s{0,2}\.?\s{0,3}\Z")
_TORN = re.compile(r"(?<![0-9.,])[1-3][ \u00a0\u2009\u202f]\Z")  # "1 6. Mai" may be the sixth or the sixteenth
_MAILBOX = re.compile(r"[\w.-]{0,64}@")
_ADDRESS = re.compile(r"(?:://|www\.|@|/[a-z])\S*\Z", re.IGNORECASE)


def _before(pattern: re.Pattern[str], text: str, start: int, reach: int = _CONTEXT_REACH) -> bool:
    return pattern.search(text, max(0, start - reach), start) is not None


Finding = DateReading | RejectedDate
Patterns = tuple[re.Pattern[str], ...]
Match = tuple[re.Match[str], Expression]

_REACH = 72  # characters before a year in which day and month may begin
_MONTH_REACH = 40  # the same for an expression without a day, its year included
_ANCHOR = re.compile(
    r"(?<![0-9])(?:1[89]|20)[0-9]{2}(?![0-9_])"
    r"|(?<=[0-9]\.)[0-9]{2}(?![\w%€]|[./:,-][0-9]|\s[0-9]{2}(?![0-9.]))"
)
_ISO_REST = re.compile(r"-([0-9]{2})-([0-9]{2})(?!\w|[-/.][0-9])")
_BEFORE_YEAR = re.compile(
    r"(?:(?P<numeric>[0-9]\s{0,2}\.\s{0,3})"
    rf"|(?P<season>(?:{SEASONS}|{any_of(WORDS['words']['parts'])})\s{{1,3}})"
    rf"|(?P<month>(?:{FULL_MONTHS}|{SHORT_MONTHS})\.?\s{{0,3}},?\s{{0,3}})"
    r"|(?P<comma>[0-9](?:st|nd|rd|th)?,\s{1,3})|(?P<no_stop>[0-9]\.[0-9]{2}[ \u00a0]))\Z",
    re.IGNORECASE,
)
_PADDED = re.compile(r"(?<![0-9])[0-9]{2}\.[0-9]{2}\.\Z")
_YEARS_GO_ON = re.compile(r"\s?/\s?[0-9]{2}")
_LEFT = r"(?=[0-9])(?<![0-9_])(?<![0-9][.,:_])"
_GLUED = r"(?:(?<![^\W\d_])|(?<=datum)(?=[0-9]{2}\.)|(?<=stand)(?=[0-9]{2}\.))"
"""A digit date can be glued to its own label: "Datum03.04.2019"."""
_NUMERIC = compiled(NUMERIC_SOURCES, rf"{_LEFT}{_GLUED}(?:{{}})\Z")
_NO_STOP = compiled(NO_STOP_SOURCES, rf"{_LEFT}(?<![^\W\d_])(?:{{}})\Z")
_NAMED = compiled(NAMED_SOURCES, rf"{_LEFT}(?<!(?-i:[A-ZÄÖÜ]))(?:{{}})\Z")
_MONTH_FIRST = compiled(MONTH_FIRST_SOURCES, r"(?<![^\W_])(?:{})\Z")
_MONTH = compiled(MONTH_SOURCES, r"(?<![^\W_])(?:{})\Z")
_SEASON = compiled(SEASON_SOURCES, r"(?<![^\W_])(?:{})\Z")
_ENGLISH = re.compile(rf"{ENGLISH_MONTHS}(?![^\W\d_])", re.IGNORECASE)
_NUMBER_GOES_ON = re.compile(r"[-/][0-9]|(?:[a-z]|er[ns]?)(?!\w)")
_DIALLED = re.compile(r"(?<![0-9.])[0-9]{3,}[)\s]\s?\Z")
_DAY_FOLLOWS = re.compile(r"[-/][0-9]{1,2}\s?\.")
_BARE_SHORT_MONTH = re.compile(rf"{SHORT_MONTHS}\s", re.IGNORECASE)
_RANGE_SIGN = re.compile(rf"(?:{DASH}|/)\Z")


def find_dates(text: str, *, today: date) -> list[DateReading]:
    """All dates that ``text`` mentions, in their order; ``text[reading.start:reading.end] == reading.raw``.

    A date needs its year: "am 3. Mai" is none. Numbers that count, cite or dial are none.

    >>> [d.value for d in find_dates("Auf der 97. Tagung am 4. und 5. Juni 2019 in Jena …",
    ...                              today=date(2026, 11, 23))]
    ['2019-06-05']
    """
    return [found for found in scan_dates(text, today=today) if isinstance(found, DateReading)]


def scan_dates(text: str, *, today: date) -> Iterator[Finding]:
    """The same, together with what has the form of a date and was rejected. Marks of notes are read over."""
    plain = without_marks(text)
    found = _scan(plain, mentioned_window(today))
    if plain is text:
        yield from found
    else:
        yield from (replace(one, raw=text[one.start : one.start + len(one.raw)]) for one in found)


def _scan(text: str, window: Window) -> Iterator[Finding]:
    behind = 0
    for anchor in _ANCHOR.finditer(text):
        if anchor.start() < behind:
            continue
        found = _at_year(text, behind, anchor, window)
        if found is not None:
            behind = found.start + len(found.raw)
            yield found


def _at_year(text: str, behind: int, anchor: re.Match[str], window: Window) -> Finding | None:
    year_at, end = anchor.span()
    low = max(behind, year_at - _REACH)
    if end - year_at == 2:
        return _numeric(text, low, end, window) if _follows_padded_day(text, year_at) else None
    before = _BEFORE_YEAR.search(text, max(behind, year_at - 20), year_at)
    if before is None:
        return _iso(text, anchor, window)
    if before["numeric"]:
        return _numeric(text, low, end, window)
    if before["no_stop"]:
        return _without_stop(text, low, end, window)
    if before["comma"]:
        return _month_first(text, low, end, window)
    if before["season"]:
        return _season(text, low, end, window)
    return _named(text, low, end, window)


def _follows_padded_day(text: str, year_at: int) -> bool:
    """A year of two digits is believed only in ``DD.MM.YY`` behind a word that introduces a day."""
    padded = _PADDED.search(text, max(0, year_at - 7), year_at)
    return padded is not None and _before(_INTRODUCES, text, padded.start())


def _iso(text: str, anchor: re.Match[str], window: Window) -> Finding | None:
    rest = _ISO_REST.match(text, anchor.end())
    start = anchor.start()
    if rest is None or (start and (text[start - 1].isalnum() or text[start - 1] in "_/-.")):
        return None
    said = Expression(last=CalendarDate(year=int(anchor[0]), month=int(rest[1]), day=int(rest[2])))
    return _judged(text, start, rest.end(), said, window)


def _numeric(text: str, low: int, end: int, window: Window) -> Finding | None:
    if re.match(r"\.[0-9]", text[end : end + 2]):
        return None
    read = _sensible(_NUMERIC, text, low, end, window)
    if read is None or _hangs_on(text, read[0].start(), low) or _goes_on(text, end):
        return None
    if _DIALLED.search(text, max(low, read[0].start() - 12), read[0].start()):
        return RejectedDate(raw=read[0][0], reason="context", start=read[0].start())
    return _day(text, *read, window)


def _without_stop(text: str, low: int, end: int, window: Window) -> Finding | None:
    """ "vom 26.04 2022": a forgotten full stop is believed behind a word that introduces a day only."""
    match = _NO_STOP[0].search(text, low, end)
    if match is None or not _before(_INTRODUCES, text, match.start()):
        return None
    return _day(text, match, express(match, window), window)


def _named(text: str, low: int, end: int, window: Window) -> Finding | None:
    read = _sensible(_NAMED, text, low, end, window)
    if read is None or not _is_day(text, read[0]):
        return _month(text, low, end, window)
    return _day(text, *read, window)


def _is_day(text: str, match: re.Match[str]) -> bool:
    """The number before the month is a day: a full stop, an introducing word or an English month says so."""
    stopped = match["stop"].strip() or _ENGLISH.match(text, match.start("name"))
    return bool(stopped) or _before(_INTRODUCES, text, match.start())


def _sensible(patterns: Patterns, text: str, low: int, end: int, window: Window) -> Match | None:
    """The longest expression that ends at ``end`` and whose range makes sense; else its last day alone."""
    for pattern in patterns:
        match = pattern.search(text, low, end)
        while match:
            said = express(match, window)
            if not said.earlier or complaint(said, window) not in ("impossible", "reversed"):
                return match, said
            match = pattern.search(text, match.start("day"), end)
    return None


def _hangs_on(text: str, start: int, low: int) -> bool:
    """A digit date behind "-" or "/" is part of a longer number, unless a date ends right there."""
    sign = _RANGE_SIGN.search(text, max(0, start - 1), start)
    if sign is None or sign.start() == low > 0:
        return False
    return sign[0] == "/" or text[start - 2 : start - 1].isdigit()


def _goes_on(text: str, end: int) -> bool:
    """What follows makes a longer number of it ("12.05.2021-004", "3.5.2021a"); another date may follow."""
    return _NUMBER_GOES_ON.match(text, end) is not None and _DAY_FOLLOWS.match(text, end) is None


def _month_first(text: str, low: int, end: int, window: Window) -> Finding | None:
    match = _MONTH_FIRST[0].search(text, low, end)
    return _day(text, match, express(match, window), window) if match else None


def _day(text: str, match: re.Match[str], said: Expression, window: Window) -> Finding:
    start, end = match.span()
    address = _before(_ADDRESS, text, start, 160) or _MAILBOX.match(text, end)
    if address or _before(_VETO, text, start):
        return RejectedDate(raw=match[0], reason="context", start=start)
    if text[start + 1 : start + 2] in (".", " ", "\u00a0") and _before(_TORN, text, start, 4):
        return RejectedDate(raw=match[0], reason="ambiguous", start=start)
    return _judged(text, start, end, said, window)


def _month(text: str, low: int, end: int, window: Window) -> Finding | None:
    """A month with its year; a number directly before it would be its day, unless a version ends there."""
    match = _MONTH[0].search(text, max(low, end - _MONTH_REACH), end)
    if match is None or _BARE_SHORT_MONTH.match(text, match.start("name")) or _YEARS_GO_ON.match(text, end):
        return None
    if _before(_PERSON, text, match.start()):
        return RejectedDate(raw=match[0], reason="context", start=match.start())
    if _ENGLISH.match(text, match.start("name")) and not _before(_INTRODUCES_MONTH, text, match.start()):
        return None
    if _before(_NUMBER, text, match.start()) and not _before(_VERSION, text, match.start()):
        return RejectedDate(raw=match[0], reason="context", start=match.start())
    return _judged(text, match.start(), end, express(match, window), window)


def _season(text: str, low: int, end: int, window: Window) -> Finding | None:
    match = _SEASON[0].search(text, low, end)
    if match is None or _YEARS_GO_ON.match(text, end):
        return None
    return _judged(text, match.start(), end, express(match, window), window)


def _judged(text: str, start: int, end: int, said: Expression, window: Window) -> Finding:
    raw = text[start:end]
    reason: Reason | None = complaint(said, window)
    if reason:
        return RejectedDate(raw=raw, reason=reason, start=start)
    return DateReading(value=said.last.value, precision=said.last.precision, raw=raw, start=start)
