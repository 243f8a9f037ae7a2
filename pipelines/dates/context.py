"""What stands before a number in running text decides whether it can be a day."""

from __future__ import annotations

import re

from pipelines.dates.vocabulary import WORDS, any_of

_REACH = 28
_WORDS = WORDS["words"]
_VETO = re.compile(rf"(?<![^\W_])(?:{any_of(WORDS['veto']['words'])})\.?\s?:?\s{{0,2}}\Z", re.IGNORECASE)
_INTRODUCES = re.compile(
    rf"(?<![^\W_])(?:(?:{any_of(_WORDS['introduces_day'])})[\s:]{{1,3}}"
    rf"|{any_of(_WORDS['weekdays'])}\.?,\s{{0,3}}(?:den\s)?)\Z",
    re.IGNORECASE,
)
_INTRODUCES_MONTH = re.compile(
    rf"(?:\A|[\n(\[,;:|]\s{{0,3}}|(?<![^\W_]){any_of(_WORDS['introduces_month'])}\s{{1,3}})\Z", re.IGNORECASE
)
_PERSON = re.compile(rf"(?<![^\W_])(?:{any_of(_WORDS['persons'])})\.?\s{{1,3}}\Z", re.IGNORECASE)
_VERSION = re.compile(
    rf"(?<![^\W_]){any_of(_WORDS['version'])}\.?\s?[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{0,3}}[a-z]?,?\s{{1,3}}\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]\s{0,2}\.?\s{0,3}\Z")
_TORN = re.compile(r"(?<![0-9.,])[1-3][ \u00a0\u2009\u202f]\Z")
_MAILBOX = re.compile(r"[\w.-]{0,64}@")
_ADDRESS = re.compile(r"(?:://|www\.|@|/[a-z])\S*\Z", re.IGNORECASE)


def _before(pattern: re.Pattern[str], text: str, start: int, reach: int = _REACH) -> bool:
    return pattern.search(text, max(0, start - reach), start) is not None


def counts_something(text: str, start: int) -> bool:
    """The number at ``start`` is counted, cited or dialled: "Nr.", "§", "Tel.", "KW" stand before it.

    >>> counts_something("siehe Art. 5. Mai", 11)
    True
    """
    return _before(_VETO, text, start)


def introduces_day(text: str, start: int) -> bool:
    """A word stands before ``start`` that is followed by a day: "am", "vom", "Freitag,"."""
    return _before(_INTRODUCES, text, start)


def introduces_month(text: str, start: int) -> bool:
    """An English word that is followed by a month stands before ``start``, or a line or bracket begins there."""
    return _before(_INTRODUCES_MONTH, text, start)


def names_person(text: str, start: int) -> bool:
    """A form of address stands before ``start``: "Herr März" is no month.

    >>> names_person("Frau Mai 2021", 5)
    True
    """
    return _before(_PERSON, text, start)


def follows_version(text: str, start: int) -> bool:
    """A version number stands before ``start``: "Version 1.2 "."""
    return _before(_VERSION, text, start)


def follows_number(text: str, start: int) -> bool:
    """A number stands directly before ``start``."""
    return _before(_NUMBER, text, start)


def may_be_torn(text: str, start: int) -> bool:
    """A lone digit stands one space before ``start``: "1 6. Mai" may be the sixth or the sixteenth."""
    return text[start + 1 : start + 2] in (".", " ", "\u00a0") and _before(_TORN, text, start, 4)


def in_address(text: str, start: int, end: int) -> bool:
    """``text[start:end]`` lies in a web or mail address."""
    return _before(_ADDRESS, text, start, 160) or _MAILBOX.match(text, end) is not None
