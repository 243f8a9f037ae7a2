"""What linking reads of a document, and what a title is about and which version it is, however spelt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from pipelines import tables

RULES = tables("links")
GUIDANCE = frozenset(RULES["types"]["guidance"])
RELEASES = frozenset(RULES["types"]["releases"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A document as linking sees it; ``dated`` is its date at the precision known.

    ``original`` says that other sources repeat what its source publishes.

    ``pages`` are (number, text); of a large archive they are read anew at every use (see `StoredPages`).
    """

    id: str
    source: str
    doc_type: str
    title: str
    url: str
    number: str | None = None
    dated: tuple[str, ...] = ()
    language: str | None = None
    parent_id: str | None = None
    successor_id: str | None = None
    original: bool = False
    pages: Sequence[tuple[int, str]] = ()

    @property
    def date(self) -> str | None:
        """The date that decides windows: the first one known."""
        return self.dated[0] if self.dated else None


@dataclass(frozen=True, kw_only=True)
class Hyperlink:
    """A link as stored: from which document, to which address, with its text."""

    document_id: str
    url: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One row to be kept in ``links``. ``score`` is between 0 and 1."""

    document_id: str
    kind: str
    url: str
    target_id: str | None
    evidence: str
    score: float


Key = tuple[str, ...]


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


def span_of(iso: str) -> tuple[date, date]:
    """First and last day that a date at its precision can mean.

    >>> span_of("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    year, *rest = (int(part) for part in iso.split("-"))
    if len(rest) == 2:
        day = date(year, rest[0], rest[1])
        return day, day
    first, last_month = (rest[0], rest[0]) if rest else (1, 12)
    following = date(year + last_month // 12, last_month % 12 + 1, 1)
    return date(year, first, 1), date.fromordinal(following.toordinal() - 1)


def days_between(earlier: str, later: str) -> int:
    """The fewest days from one date to the other that their precision allows; negative if before.

    >>> days_between("2024-05", "2024-06-03"), days_between("2024-05-06", "2024-05")
    (3, 0)
    """
    low, high = span_of(earlier), span_of(later)
    if high[0] > low[1]:
        return (high[0] - low[1]).days
    if high[1] < low[0]:
        return (high[1] - low[0]).days
    return 0


def whole_words(text: str, start: int, end: int) -> str:
    """The words of a stretch, whole from the first to the last.

    >>> whole_words("Die Orientierungshilfe zu Kameras", 17, 27)
    'Orientierungshilfe zu Kameras'
    """
    end = min(end, len(text))
    while 0 < start < end and text[start - 1 : start + 1].isalnum():
        start -= 1
    while start < end < len(text) and text[end - 1 : end + 1].isalnum():
        end += 1
    return text[start:end]


def quoted(page: int, text: str) -> str:
    """Evidence for people: the page and the words, on one line.

    >>> quoted(3, "Kurzpapier\\nNr. 5")
    'S. 3: Kurzpapier Nr. 5'
    """
    return f"S. {page}: {' '.join(text.split())}"


_TITLES, _FILES = RULES["titles"], RULES["files"]
_WORD = re.compile(r"[^\W_]+(?:[-\u2010\u2011:*'’][^\W_]+)*")
_JOINTS = re.compile(r"[-\u2010\u2011:*'’]")
_ENDING = re.compile(r"(?:innen|en|es|er|em|e|s|n)\Z")
_TYPE = re.compile("|".join(f"(?:{row['word']})" for row in RULES["type"]))
_DATES = re.compile(_TITLES["dates"])
_VERSION = re.compile(_TITLES["version"])
_REVISION = re.compile(_TITLES["revision"])
_EDITION = re.compile(_TITLES["edition"])
_SHORT = re.compile(_TITLES["short_name"])
_FILE_VERSION = re.compile(_FILES["version"])
_FILE_REVISION = re.compile(_FILES["revision"])
_EDGES = " ,-–()"
_NOISE = frozenset(_FILES["noise"])


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version number with the words that state it."""

    number: tuple[int, int, str]
    raw: str


@lru_cache(maxsize=16384)
def fold(word: str) -> str:
    """A word without case, hyphens and inflection.

    >>> fold("Pur-Abo-Modellen") == fold("Purabomodelle")
    True
    """
    plain = _JOINTS.sub("", word).casefold()
    return _ENDING.sub("", plain) if len(plain) > 5 else plain


def unjoined(text: str) -> str:
    """A text in which every folded word is a part: without case and the hyphens inside words."""
    return _JOINTS.sub("", text).casefold()


_FILLERS = frozenset(fold(word) for word in _TITLES["fillers"])


def folded(text: str) -> Key:
    """All words of a text, folded."""
    return tuple(fold(word) for word in _WORD.findall(text))


def without_lead(words: Sequence[str]) -> Key:
    """The words without the fillers they begin with ("der Datenschutzkonferenz zu …")."""
    index = 0
    while index < len(words) and words[index] in _FILLERS:
        index += 1
    return tuple(words[index:])


def title_key(title: str) -> Key:
    """What a title is about: without its type, bodies, version and date.

    >>> title_key("Orientierungshilfe der DSK zu Wetterballons, Version 1.1") == title_key("Wetterballons")
    True
    """
    text = _SHORT.sub(" ", title)
    text = _REVISION.sub(" ", _EDITION.sub(" ", _VERSION.sub(" ", text))).strip(_EDGES)
    text = _DATES.sub("", text).strip(_EDGES)
    found = _TYPE.match(text)
    return without_lead(folded(text[found.end() :] if found else text))


def short_names(title: str) -> list[Key]:
    """Names that a title gives itself in brackets: "(OH Wetterballons)"."""
    return [title_key(match[1].removeprefix("OH ")) for match in _SHORT.finditer(title)]


def title_version(title: str) -> Version | None:
    """The version that a title states.

    >>> title_version("Leitfaden Drohnen, Version 1.2").number
    (1, 2, '')
    """
    return _version(_VERSION.search(title) or _REVISION.search(title) or _EDITION.search(title))


def file_version(url: str) -> Version | None:
    """The version in a file's name.

    >>> file_version("https://beispiel.de/oh/OH_Drohnen_V2.pdf").number, file_version("https://beispiel.de/a/SDM-V31.pdf").number
    ((2, 0, ''), (3, 1, ''))
    """
    name = file_name(url)
    return _version(_FILE_VERSION.search(name) or _FILE_REVISION.search(name))


def _version(match: re.Match[str] | None) -> Version | None:
    if match is None:
        return None
    parts = match.groupdict()
    major, minor = parts["major"], parts.get("minor")
    if minor is None and len(major) == 2 and major[0] != "0":
        major, minor = major[0], major[1]  # "V31" is 3.1
    number = (int(major), int(minor or 0), parts.get("letter") or "")
    return Version(number=number, raw=match.group().strip(" ,-–_()"))


def file_name(url: str) -> str:
    """The name of a file without its extension, unescaped."""
    name = unquote(urlsplit(url).path).rsplit("/", 1)[-1]
    stem, dot, extension = name.rpartition(".")
    return stem if dot and len(extension) <= 4 and not extension.isdigit() else name


def file_key(url: str) -> Key:
    """What a file's name is about: without dates, version and the words that say nothing.

    >>> file_key("https://beispiel.de/oh/20240506_DSK_OH_Drohnen_V2.pdf")
    ('drohn',)
    """
    name = _FILE_REVISION.sub("_", _FILE_VERSION.sub("_", file_name(url)))
    words = re.findall(r"[^\W\d_]{2,}", name)
    return tuple(fold(word) for word in words if word.casefold() not in _NOISE)


def weight(key: Key) -> int:
    """How telling a key is: its letters."""
    return sum(map(len, key))


SENTENCE_END = re.compile(r"(?<![\d\W])[.!?:;](?=\s+[^\sa-zäöü])|(?<=\d{4})\.(?=\s+[A-ZÄÖÜ])|\n\n")


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence that a span stands in, as offsets."""
    low = max(0, start - 400)
    ends = [match.end() for match in SENTENCE_END.finditer(text, low, start)]
    after = SENTENCE_END.search(text, end, min(len(text), end + 400))
    return (ends[-1] if ends else low), (after.end() if after else min(len(text), end + 400))


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text, as offsets.

    >>> list(sentences("Das gilt. Nun denn."))
    [(0, 9), (9, 19)]
    """
    low = 0
    for match in SENTENCE_END.finditer(text):
        yield low, match.end()
        low = match.end()
    yield low, len(text)
