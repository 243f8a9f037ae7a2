"""The bodies that issue documents, found by name in a text."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_END = r"(?-i:(?![a-zäöüß]))(?!-\w)(?!\d)"
"""A name ends before what is no small letter, so that glued lines ("HolsteinHolstenstraße") are read."""

_INNERMOST = re.compile(r"\([^()]*\)")


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


def body_rows() -> list[dict[str, str | None]]:
    """The rows of the table ``bodies``: what lists call a body, its whole name, its website.

    >>> [row["long"] for row in body_rows() if row["short"] in ("DSK", "SDTB")]
    ['Datenschutzkonferenz', 'Sächsische Datenschutz- und Transparenzbeauftragte']
    """
    return [
        {
            "short": body["short"],
            "label": body.get("label", body["short"]),
            "long": body.get("long") or re.sub(r"\|[^()]*(?=\))|[*()]", "", body["names"][0]),
            "home": body.get("home"),
        }
        for body in wording()["bodies"]
    ]


@dataclass(frozen=True, kw_only=True)
class _Body:
    """A body of the table."""

    short: str
    kind: str
    pattern: re.Pattern[str]


@cache
def _bodies() -> tuple[_Body, ...]:
    return tuple(_Body(short=body["short"], kind=body["kind"], pattern=_pattern(body)) for body in wording()["bodies"])


@cache
def _needs() -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    """The longest piece of every name → the bodies (by place) with such a name, and its other pieces."""
    needs: dict[str, list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
    for place, body in enumerate(wording()["bodies"]):
        for name in (*body["names"], *body["abbreviations"]):
            longest, *others = _pieces(name)
            needs[longest].append((place, tuple(others)))
    return needs


def _possible(text: str) -> list[_Body]:
    """The bodies of which all pieces of a name are in the text: ten times faster than to search for all."""
    folded = text.casefold()
    places = {
        place
        for longest, names in _needs().items()
        if longest in folded
        for place, others in names
        if all(other in folded for other in others)
    }
    return [_bodies()[place] for place in sorted(places)]


def _pieces(name: str) -> tuple[str, ...]:
    """What a name of the table always has, longest first: its words without signs, optional ones left out.

    >>> _pieces("Landesbeauftragte* für (den )Datenschutz (in |des Landes )Sachsen-Anhalt*")
    ('landesbeauftragte', 'datenschutz', 'sachsen', 'anhalt', 'für')
    """
    while "(" in name:
        name = _INNERMOST.sub(" ", name)
    return tuple(sorted(set(re.findall(r"\w+", name.casefold())), key=lambda piece: (-len(piece), piece)))


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
        BodyMention(short=body.short, kind=body.kind, start=match.start(), end=match.end(), name=match[0])
        for body in _possible(text)
        for match in body.pattern.finditer(text)
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
    return re.compile(rf"(?<![\w-])(?:{names}){_END}{_elsewhere()}", re.IGNORECASE)


def _elsewhere() -> str:
    """No name of another land follows: "der Landesbeauftragten von Hamburg und Schleswig-Holstein"."""
    lands = "|".join(map(name_pattern, sorted(wording()["home"]["lands"], key=len, reverse=True)))
    return rf"(?!(?:\s+(?:in|im|von|aus|de[rsm]|Landes?|Freistaate?s|Freien|und|Hansestadt))*\s+(?:{lands})(?!\w))"


def find_home(text: str, home: str) -> BodyMention | None:
    """The site's own body where it goes by its bare title ("Landesbeauftragter für Datenschutz")."""
    found = _untitled().search(text)
    if not found:
        return None
    return BodyMention(short=home, kind="authority", start=found.start(), end=found.end(), name=found[0])


def land_of(short: str) -> str | None:
    """The key of the Land whose authority a body is, where its laws are meant without naming the Land.

    >>> land_of("DSMV"), land_of("DSK")
    ('MV', None)
    """
    return next((body.get("land") for body in wording()["bodies"] if body["short"] == short), None)
