"""What a title is about and which version it is: keys that do not depend on spelling."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from pipelines.links.records import RULES

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

Key = tuple[str, ...]


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
