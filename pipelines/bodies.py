"""The bodies that issue documents, found by name in a text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_END = r"(?-i:(?![a-zäöüß]))(?!-\w)(?!\d)"
"""A name ends before what is no small letter, so that glued lines ("HolsteinHolstenstraße") are read."""


@dataclass(frozen=True, kw_only=True)
class BodyMention:
    """A body named in a text: its short name, kind (conference, authority, other), place and wording."""

    short: str
    kind: str
    start: int
    end: int
    name: str


@cache
def wording() -> dict[str, Any]:
    """The tables of ``bodies.toml``."""
    return tomllib.loads(resources.files("pipelines.data").joinpath("bodies.toml").read_text("utf-8"))


def name_pattern(name: str) -> str:
    """A name of the table as a regular expression: ``*`` an ending, ``( )`` optional, ``|`` one of.

    >>> bool(re.fullmatch(name_pattern("Hessische* Beauftragte* für (den )Datenschutz"),
    ...                   "Hessischen Beauftragten für Datenschutz"))
    True
    """
    signs = {"*": r"\w{0,3}", "(": "(?:", ")": ")?", "|": "|", " ": r"\s+", "-": "[-\u2010\u2011]"}
    return "".join(signs.get(sign, re.escape(sign)) for sign in name)


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((body["short"], body["kind"], _pattern(body)) for body in wording()["bodies"])


def _pattern(body: dict[str, Any]) -> re.Pattern[str]:
    names = "|".join(map(name_pattern, sorted(body["names"], key=len, reverse=True)))
    short = "|".join(map(name_pattern, sorted(body["abbreviations"], key=len, reverse=True)))
    abbreviations = rf"|(?-i:(?<![\w-])(?:{short})(?!\w))" if short else ""
    return re.compile(rf"(?<![\w-])(?:{names}){_END}{abbreviations}", re.IGNORECASE)


def find_bodies(text: str) -> tuple[BodyMention, ...]:
    """All bodies a text names, in order; a name inside a longer one does not count.

    >>> [body.short for body in find_bodies("Landesbeauftragter für den Datenschutz Sachsen-Anhalt")]
    ['LfD Sachsen-Anhalt']
    """
    found = [
        BodyMention(short=short, kind=kind, start=match.start(), end=match.end(), name=match[0])
        for short, kind, pattern in _patterns()
        for match in pattern.finditer(text)
    ]
    return tuple(_longest(found))


def _longest(found: Iterable[BodyMention]) -> Iterable[BodyMention]:
    reach = 0
    for mention in sorted(found, key=lambda mention: (mention.start, -mention.end)):
        if mention.start >= reach:
            reach = mention.end
            yield mention


@cache
def _untitled() -> re.Pattern[str]:
    names = "|".join(map(name_pattern, wording()["home"]["names"]))
    return re.compile(rf"(?<![\w-])(?:{names}){_END}", re.IGNORECASE)


def find_home(text: str, home: str) -> BodyMention | None:
    """The site's own body where it goes by its bare title ("Landesbeauftragter für Datenschutz")."""
    found = _untitled().search(text)
    if not found:
        return None
    return BodyMention(short=home, kind="authority", start=found.start(), end=found.end(), name=found[0])
