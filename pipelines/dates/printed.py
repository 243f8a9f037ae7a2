"""Reading a short string that is a date expression, as printed or as a file states it in its metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_tz
from functools import cache
from importlib import import_module
from zoneinfo import ZoneInfo

from pipelines.dates.grammar import (
    DASH,
    FULL_MONTHS,
    GERMAN_MONTHS,
    PRINTED_SOURCES,
    STAND,
    STAND_SOURCES,
    WORDS,
    CalendarDate,
    DateReading,
    RejectedDate,
    Window,
    any_of,
    compiled,
    complaint,
    express,
    objection,
    printed_window,
    torn_word,
)
from pipelines.reading import without_marks

_WORD = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"[0-9]+")
_DAY_BEFORE = re.compile(r"(?<![0-9])([0-9]{1,2})[. -]{0,2}(?:(?:er|de)\s)?\Z")
_DAY_BEHIND = re.compile(r"[. -]{0,2}([0-9]{1,2})(?![0-9])")
LANGUAGES = ("de", "en", "fr", "es", "it", "nl", "pl")  # in which papers of European bodies are dated
_MONTH_KEYS = tuple(date(2000, month, 1).strftime("%B").lower() for month in range(1, 13))


def read_with_dateparser(text: str, *, today: date) -> CalendarDate | None:
    """The day that ``dateparser`` reads, if day, month and year are all printed; otherwise None.

    Asked only where one name of a month in one of `LANGUAGES`, one number of up to two digits, and one of four
    stand in ``text``; an answer with any other day, month or year is thrown away: no day is ever invented.

    >>> [read_with_dateparser(text, today=date(2026, 11, 23)).value for text in ("November 13, 2020", "2 février 2019")]
    ['2020-11-13', '2019-02-02']
    >>> read_with_dateparser("März 2021", today=date(2026, 11, 23)) is None
    True
    """
    numbers = _NUMBERS.findall(text) if len(text) <= 40 else []
    years, known = [int(number) for number in numbers if len(number) == 4], _months()
    if len(numbers) != 2 or len(years) != 1:
        return None
    named = [word for word in _WORD.finditer(text) if word[0].casefold() in known]
    day = _day_beside(text, named[0]) if len(named) == 1 else None
    answer = _ask(text, today) if day else None
    if answer is None or (answer.day, answer.year) != (day, years[0]):
        return None
    fits = answer.month in known[named[0][0].casefold()]
    return CalendarDate(year=answer.year, month=answer.month, day=answer.day) if fits else None


def _day_beside(text: str, month: re.Match[str]) -> int | None:
    day = _DAY_BEFORE.search(text, 0, month.start()) or _DAY_BEHIND.match(text, month.end())
    return int(day[1]) if day else None


@cache
def _months() -> dict[str, frozenset[int]]:
    """Names of months as dateparser's language data has them; short ones in German, in English, and of May."""
    found: dict[str, set[int]] = {}
    for language in LANGUAGES:
        known = import_module(f"dateparser.data.date_translation_data.{language}").info
        for month, key in enumerate(_MONTH_KEYS, start=1):
            for name in known[key]:
                if len(name) > 3 or month == 5 or language in LANGUAGES[:2]:
                    found.setdefault(name.casefold(), set()).add(month)
    return {name: frozenset(months) for name, months in found.items()}


def _ask(text: str, today: date) -> datetime | None:
    import dateparser  # imported here: it takes longer to load than most runs need it for

    settings = {
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["day", "month", "year"],
        "RELATIVE_BASE": datetime(today.year, today.month, today.day),
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    answer: datetime | None = dateparser.parse(text, languages=list(LANGUAGES), settings=settings)
    return answer


LONGEST = 120
"""Characters; what is longer is no short date string and is not looked at."""

_LEAD = rf"(?:{any_of(WORDS['words']['leads'])}(?:\b|(?<=\.))\s{{0,3}}:?\s{{0,3}})"
_WEEKDAY = rf"(?:{any_of(WORDS['words']['weekdays'])}\b\.?,?\s{{0,3}})"
_NAME = "[A-Za-zÄÖÜäöüß./()-]"
_BEFORE_DAY = r"(?=[^0-9]{0,30}[0-9]{1,2}\s?\.)"
_PLACE = rf"(?:(?-i:[A-ZÄÖÜ]){_NAME}{{1,30}}(?: {_NAME}{{1,20}}){{0,2}},\s{{0,3}}{_BEFORE_DAY})"
_STAND = rf"(?:(?P<stand>{STAND})\b\s{{0,3}}(?::|{DASH})?\s{{0,3}})"
_BEFORE = re.compile(rf"(?:[\s(\[„]|{DASH})*{_STAND}?{_PLACE}?{_LEAD}{{0,2}}{_WEEKDAY}?{_LEAD}?", re.IGNORECASE)
_ZONE = r"(?:\s?Uhr|Z|[+-][0-9]{2}:?[0-9]{2})"
_TIME = rf"[T,;]?\s{{0,3}}(?:um\s)?[0-9]{{1,2}}(?:\sUhr|[:.][0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?{_ZONE}?)"
_PLACE_BEHIND = r"(?:\s{1,3}in\s{1,3}(?-i:[A-ZÄÖÜ])[\w./()-]{1,30}(?:\s(?-i:[A-ZÄÖÜ(])[\w./()-]{1,20}){0,2})"
_CLOSING = rf"(?:[\s.,;:)\]|“”]|{DASH})*\Z"
_WHOLE = rf"(?P<date>{{}})(?:{_TIME}|{_PLACE_BEHIND})?{_CLOSING}"
_FORMS = compiled(PRINTED_SOURCES, _WHOLE)
_STAND_FORMS = compiled(STAND_SOURCES, _WHOLE)

_TORN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]+|(?<=[0-9.])\\s+(?=[0-9.])")
_TORN_MONTHS = tuple(
    (name, re.compile(rf"(?<![^\W\d_]){torn_word(name)}(?![^\W\d_])", re.IGNORECASE)) for name in GERMAN_MONTHS
)
_ANY_TORN_MONTH = re.compile("|".join(torn.pattern for _, torn in _TORN_MONTHS), re.IGNORECASE)
_FOUR_DIGITS = re.compile(r"(?:[^0-9]*+[0-9]){4}")
_LONGEST_BEGINNING = 72
_YEAR_FIRST = r"[0-9]{4}(?:-[0-9]{2}|(?P<sep>[-/.])[0-9]{1,2}(?P=sep)[0-9]{1,2})(?![-/.]?[0-9])"
_YEAR_END = re.compile(rf"{_YEAR_FIRST}|[0-9]{{4}}(?![/.]?[0-9])|\.[0-9]{{2}}(?!\s?[0-9]|[/.][0-9])")
_UNREADABLE = re.compile(
    rf"[\s(\[]*(?P<raw>{any_of(WORDS['unreadable']['relative'])}"
    r"|[0-9]{1,2}(?P<sign>[-/. ])[0-9]{1,2}(?P=sign)[0-9]{2,4}"
    r"|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}\.\s?[0-9]{1,2}\."
    rf"|[0-9]{{1,2}}\.\s?(?:{FULL_MONTHS}))[\s)\],.:]*\Z",
    re.IGNORECASE,
)
_LETTERED = re.compile(
    rf"(?=(?:[^0-9]*[0-9]){{4}})[0-9OoIl|]{{1,2}}\.\s?(?:[0-9OoIl|]{{1,2}}\.|(?P<month>{FULL_MONTHS})\s?)"
    r"[0-9OoIl|]{4}[\s.,;:)\]|]*\Z",
    re.IGNORECASE,
)
_MISREAD = str.maketrans("OoIl|", "00111")
_COMPLETE = re.compile(r"(?:[0-9]\.[0-9]{1,2}\.|[^\W\d_]\.?\s{0,3},?\s{0,3})[0-9]{4}\Z")


def parse_date(text: str, *, today: date) -> DateReading | None:
    """The date that a short string states, or None. See :func:`read_date` for what is accepted.

    >>> parse_date("22/23.11.2023", today=date(2026, 11, 23)).value
    '2023-11-23'
    >>> reading = parse_date("Stand: November 2020", today=date(2026, 11, 23))
    >>> reading.value, reading.precision, reading.raw
    ('2020-11', 'month', 'Stand: November 2020')
    """
    reading = read_date(text, today=today)
    return reading if isinstance(reading, DateReading) else None


def read_date(text: str, *, today: date) -> DateReading | RejectedDate | None:
    """The date that a short string (label, meta line) states, or why its date is not believed.

    The whole string must be a date expression; "vom", "den", "Stand", a weekday or a place with a
    comma may stand before it, a time of day behind it. The last day of a range counts. A moment with a zone
    (RFC 5322, ISO 8601) is the day in Berlin. None: the string is no date expression.

    >>> read_date("30.02.2021", today=date(2026, 11, 23)).reason
    'impossible'
    """
    if len(text) > LONGEST:
        return None
    window, plain = printed_window(today), without_marks(text)
    found = (
        _by_clock(plain, window)
        or _by_grammar(plain, window)
        or _repaired(plain, window)
        or _by_dateparser(plain, window, today)
    )
    if found is None or plain is text:
        return found
    return replace(found, raw=text[found.start : found.start + len(found.raw)])


BERLIN = ZoneInfo("Europe/Berlin")
_RFC = re.compile(
    r"\s*(?:[A-Za-z]{2,9}\.?,\s{0,3})?[0-9]{1,2} [A-Za-z]{3} [0-9]{2,4} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?: .{1,8})?\s*"
)
_ISO = re.compile(
    r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2}))\s*"
)


def _by_clock(text: str, window: Window) -> DateReading | RejectedDate | None:
    """A moment as programs write it; without a zone it is the day as written."""
    try:
        moment = _moment(text)
    except (ValueError, OverflowError):
        return RejectedDate(raw=text.strip(), reason="impossible")
    if moment is None:
        return None
    day = CalendarDate(year=moment.year, month=moment.month, day=moment.day)
    raw, start = text.strip(), len(text) - len(text.lstrip())
    reason = objection(day, window)
    if reason:
        return RejectedDate(raw=raw, reason=reason, start=start)
    return DateReading(value=day.value, precision="day", raw=raw, start=start)


def _moment(text: str) -> datetime | None:
    iso = _ISO.fullmatch(text)
    if iso is not None:
        return datetime.fromisoformat(iso[1]).astimezone(BERLIN)
    parts = parsedate_tz(text) if _RFC.fullmatch(text) else None
    if parts is None:
        return None
    written = datetime(*parts[:6])
    return (
        written
        if parts[9] is None
        else written.replace(tzinfo=timezone(timedelta(seconds=parts[9]))).astimezone(BERLIN)
    )


def unreadable_date(text: str) -> RejectedDate | None:
    """What stands where a date belongs, looks like one and names no day: "heute", "10-05-2024", "10.05.".

    >>> unreadable_date("05/10/2024").reason, unreadable_date("24/7-Betrieb"), unreadable_date("10 Jahre")
    ('unreadable', None, None)
    """
    match = _UNREADABLE.match(text)
    return RejectedDate(raw=match["raw"], reason="unreadable", start=match.start("raw")) if match else None


def leading_dates(text: str, *, today: date) -> Iterator[tuple[DateReading | RejectedDate, int]]:
    """Beginnings of ``text`` that are date expressions, with the offset behind each, the longest first.

    >>> next(leading_dates("Stand: Mai 2021, Fassung 2", today=date(2026, 11, 23)))[0].raw
    'Stand: Mai 2021'
    """
    for year in reversed(list(_YEAR_END.finditer(text[:_LONGEST_BEGINNING]))):
        found = read_date(text[: year.end()], today=today)
        if found is not None:
            yield found, year.end()


def _by_grammar(text: str, window: Window) -> DateReading | RejectedDate | None:
    before = _BEFORE.match(text)
    if before is None:
        return None
    match = _form(text, before)
    if match is None:
        return None
    start = before.start("stand") if before["stand"] else match.start("date")
    raw = text[start : match.end("date")]
    said = express(match, window)
    reason = complaint(said, window)
    if reason:
        return RejectedDate(raw=raw, reason=reason, start=start)
    return DateReading(value=said.last.value, precision=said.last.precision, raw=raw, start=start)


def _form(text: str, before: re.Match[str]) -> re.Match[str] | None:
    for pattern in _FORMS + (_STAND_FORMS if before["stand"] else ()):
        match = pattern.match(text, before.end())
        if match:
            return match
    return None


def _repaired(text: str, window: Window) -> DateReading | RejectedDate | None:
    """Digits or a month torn apart, or misread by OCR; only complete dates are put together."""
    if not _FOUR_DIGITS.match(text):
        return None
    kept, signs = _kept_offsets(text), _with_months(text)
    whole = _with_digits("".join(signs[offset] for offset in kept))
    if whole == text:
        return None
    found = _by_grammar(whole, window)
    if found is None or not _COMPLETE.search(found.raw):
        return None
    start, end = kept[found.start], kept[found.start + len(found.raw) - 1] + 1
    if isinstance(found, RejectedDate):
        return replace(found, raw=text[start:end], start=start)
    return replace(found, raw=text[start:end], start=start, method="repaired")


def _with_digits(text: str) -> str:
    """The date at the end with digits for the letters that OCR takes them for; a month keeps its letters."""
    lettered = _LETTERED.search(text)
    if lettered is None:
        return text
    month = lettered.span("month") if lettered["month"] else (lettered.end(), lettered.end())
    head, tail = text[lettered.start() : month[0]], text[month[1] :]
    return text[: lettered.start()] + head.translate(_MISREAD) + text[slice(*month)] + tail.translate(_MISREAD)


def _torn_months(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    if _ANY_TORN_MONTH.search(text):
        yield from ((name, found) for name, torn in _TORN_MONTHS for found in torn.finditer(text))


def _with_months(text: str) -> str:
    """The same length, with the letters of every torn or misread month put right ("0ktober", "N ovember")."""
    signs = list(text)
    for name, found in _torn_months(text):
        offsets = [offset for offset in range(*found.span()) if not _is_gap(text[offset])]
        for offset, letter in zip(offsets, name, strict=True):
            signs[offset] = letter
    return "".join(signs)


def _is_gap(sign: str) -> bool:
    return sign.isspace() or sign in "-\u00ad"


def _kept_offsets(text: str) -> list[int]:
    """The offsets of ``text`` without invisible characters and white space inside a number or a month."""
    dropped = {offset for gap in _TORN.finditer(text) for offset in range(*gap.span())}
    for _, found in _torn_months(text):
        dropped.update(offset for offset in range(*found.span()) if _is_gap(text[offset]))
    return [offset for offset in range(len(text)) if offset not in dropped]


def _by_dateparser(text: str, window: Window, today: date) -> DateReading | RejectedDate | None:
    stripped = text.strip()
    day = read_with_dateparser(stripped, today=today)
    if day is None:
        return None
    start = text.index(stripped)
    reason = objection(day, window)
    if reason:
        return RejectedDate(raw=stripped, reason=reason, start=start)
    return DateReading(value=day.value, precision="day", raw=stripped, start=start, method="dateparser")


_PDF_DATE = re.compile(r"\s*(?:D:)?(?P<year>[0-9]{4})(?:(?P<month>[0-9]{2})(?P<day>[0-9]{2})?)?")
_ISO_DATE = re.compile(r"\s*(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?![0-9])")


def pdf_metadata_date(text: str, *, today: date) -> DateReading | None:
    """The date of ``D:YYYYMMDDHHmmSS…`` (ISO 32000-1:2008 7.9.4; all behind the year is optional), or None.

    The day is the local one that the file states; time and zone stay in ``raw``.

    >>> pdf_metadata_date("D:20200821113339+02'00'", today=date(2026, 11, 23)).value
    '2020-08-21'
    """
    match = _ISO_DATE.match(text) or _PDF_DATE.match(text)
    if match is None:
        return None
    month, day = (int(match[part]) if match[part] else None for part in ("month", "day"))
    stated = CalendarDate(year=int(match["year"]), month=month, day=day)
    if objection(stated, printed_window(today)):
        return None
    return DateReading(value=stated.value, precision=stated.precision, raw=text, start=0)
