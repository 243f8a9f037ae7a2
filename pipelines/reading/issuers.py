"""Who issued a document: the bodies named in a text, and which of them kicker, heading or contact block states."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipelines import tables

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
        for body in tables("bodies")["bodies"]
    ]


@cache
def _bodies() -> tuple[tuple[dict[str, Any], re.Pattern[str]], ...]:
    """The bodies of the table, each with the pattern of its names."""
    return tuple((body, _pattern(body)) for body in tables("bodies")["bodies"])


@cache
def _needs() -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    """The longest piece of every name → the bodies (by place) with such a name, and its other pieces."""
    needs: dict[str, list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
    for place, body in enumerate(tables("bodies")["bodies"]):
        for name in (*body["names"], *body["abbreviations"]):
            longest, *others = _pieces(name)
            needs[longest].append((place, tuple(others)))
    return needs


def _possible(text: str) -> list[tuple[dict[str, Any], re.Pattern[str]]]:
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
        BodyMention(short=body["short"], kind=body["kind"], start=match.start(), end=match.end(), name=match[0])
        for body, pattern in _possible(text)
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
    names = "|".join(map(name_pattern, tables("bodies")["home"]["names"]))
    return re.compile(rf"(?<![\w-])(?:{names}){_END}{_elsewhere()}", re.IGNORECASE)


def _elsewhere() -> str:
    """No name of another land follows: "der Landesbeauftragten von Hamburg und Schleswig-Holstein"."""
    lands = "|".join(map(name_pattern, sorted(tables("bodies")["home"]["lands"], key=len, reverse=True)))
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
    return next((body.get("land") for body in tables("bodies")["bodies"] if body["short"] == short), None)


_LEAD = 600
"""Characters of a text's beginning that may say who speaks."""

_NUMBERED = re.compile(r"\d+\.?|[IVX]+\.?")


@dataclass(frozen=True, kw_only=True)
class IssuerReading:
    """The issuer's short name or None, what shows it, and a disagreement (German, both readings)."""

    issuer: str | None
    evidence: str | None = None
    conflict: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Statement:
    """One place that names an issuer."""

    body: BodyMention
    place: str
    wording: str

    def __str__(self) -> str:
        return f"{self.place}: {_short(self.wording)}"


def find_issuer(
    *,
    kicker: str | None,
    heading_lines: Sequence[str],
    contact_blocks: Sequence[str],
    text: str | None = None,
    home: str | None = None,
    section: str | None = None,
    rubric: str | None = None,
) -> IssuerReading:
    """The issuer stated by the kicker, else by a heading ("Pressemitteilung der …"), else by the section it is
    listed in, else by a contact block.

    A text that names itself ("Pressemitteilung der IFK" as its first line) outvotes the kicker; any other
    disagreement only is a ``conflict``. ``section`` is the body that the section states, ``rubric`` its label.
    ``home`` is the short name of the site's own body: then a kicker
    may use its bare title, and it comes first where several bodies issue together.

    >>> find_issuer(kicker="Pressemitteilung der Datenschutzkonferenz vom 3. Mai 2022",
    ...             heading_lines=(), contact_blocks=()).issuer
    'DSK'
    >>> find_issuer(kicker="Gemeinsame Pressemitteilung", heading_lines=(), contact_blocks=()).issuer is None
    True
    """
    stated = _from_kicker(kicker, home) or _from_headings(heading_lines, home) or _from_section(section, rubric)
    contact = _from_contacts(contact_blocks)
    itself = _from_text(text or "") or _agreeing(contact, _speaker(kicker, heading_lines, text or ""))
    agreed = not itself or (stated and stated.body.short == itself.body.short)
    chosen = (stated or contact) if agreed else itself
    other = _disagreement(stated, itself, contact, _rival(stated, kicker, heading_lines, text or ""))
    return IssuerReading(
        issuer=chosen.body.short if chosen else None,
        evidence=str(chosen) if chosen else None,
        conflict=_conflict(stated, other),
    )


def _from_kicker(kicker: str | None, home: str | None) -> _Statement | None:
    if not kicker:
        return None
    bodies = find_bodies(kicker)
    own = next((body for body in bodies if body.short == home), None)
    body = own or next(iter(bodies), None) or (find_home(kicker, home) if home else None)
    return _Statement(body=body, place="Kicker", wording=kicker) if body else None


def _from_headings(lines: Sequence[str], home: str | None) -> _Statement | None:
    for line in (*lines, " ".join(lines)):
        if (body := _issuing(line, home)) is not None:
            return _Statement(body=body, place="Überschrift", wording=line)
    return None


def _from_section(short: str | None, rubric: str | None) -> _Statement | None:
    """The body that the section states for all it lists, as the description of the source says."""
    kind = next((body["kind"] for body in tables("bodies")["bodies"] if body["short"] == short), None)
    if short is None or kind is None:
        return None
    body = BodyMention(short=short, kind=kind, start=0, end=0, name=short)
    return _Statement(body=body, place="Rubrik", wording=rubric or short)


def _from_contacts(blocks: Iterable[str]) -> _Statement | None:
    """The body of the labelled contact blocks, if they agree: a list of addresses names nobody."""
    stated = [_Statement(body=body, place="Kontakt", wording=block[: body.end]) for block, body in _named(blocks)]
    return stated[0] if len({statement.body.short for statement in stated}) == 1 else None


def _named(blocks: Iterable[str]) -> Iterator[tuple[str, BodyMention]]:
    for block in blocks:
        body = next(iter(find_bodies(block)), None)
        label = re.match(r"\W*(\w+)", block)
        if body and label and label[1] in tables("bodies")["contact"]["labels"] and _only_names(block[: body.start]):
            yield block, body


def _from_text(text: str) -> _Statement | None:
    """The text's own first lines, where one of them is "Pressemitteilung der …"."""
    for line in text[:_LEAD].split("\n")[:3]:
        if (body := _issuing(line, None)) is not None and len(line) < 250:
            return _Statement(body=body, place="Text", wording=line)
    return None


@cache
def _document() -> re.Pattern[str]:
    words = sorted(tables("bodies")["documents"]["words"], key=len, reverse=True)
    return re.compile(rf"\W*(?:Gemeinsame[rs]?\s+)?(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


def _issuing(line: str, home: str | None) -> BodyMention | None:
    """The body of "Pressemitteilung der 98. Konferenz …" or "DSK-Entschließung …", else None."""
    body = next(iter(find_bodies(line)), None) or (find_home(line, home) if home else None)
    if not body:
        return None
    start = _document().match(line)
    if start and start.end() <= body.start and _only_links(line[start.end() : body.start]):
        return body
    compound = not line[: body.start].strip() and line[body.end :].startswith("-")
    return body if compound and _document().match(line[body.end + 1 :]) else None


def _only_links(gap: str) -> bool:
    """Whether nothing but articles, numbers and offices stands between document and body."""
    allowed = tables("bodies")["documents"]["between"]
    return all(word in allowed or _NUMBERED.fullmatch(word) for word in re.findall(r"\w+", gap))


def _only_names(before: str) -> bool:
    """Whether nothing but labels, names and titles stands before the body in a contact block."""
    allowed = tables("bodies")["contact"]["before"]
    found = re.findall(r"\w+", before)
    return len(found) <= 15 and all(word in allowed or not word[0].islower() for word in found)


def _speaker(kicker: str | None, lines: Sequence[str], text: str) -> BodyMention | None:
    """The body a headline or the text's first sentence is about."""
    headlines = " ".join(line for line in lines if line != kicker)
    lead = re.sub(r"^\W*(?:Die|Der|Das)\s+", "", text[:_LEAD])
    opening = next((body for body in find_bodies(lead) if body.start == 0), None)
    found = [*find_bodies(headlines), *([opening] if opening else [])]
    return next((body for body in found if body.kind != "other"), None)


def _rival(stated: _Statement | None, kicker: str | None, lines: Sequence[str], text: str) -> _Statement | None:
    """A speaker other than the stated body, where neither headline nor text names the stated one."""
    speaker = _speaker(kicker, lines, text)
    if not stated or not speaker or stated.place != "Kicker":
        return None
    named = {body.short for body in find_bodies(" ".join((*(line for line in lines if line != kicker), text)))}
    return None if stated.body.short in named else _Statement(body=speaker, place="Text", wording=speaker.name)


def _agreeing(contact: _Statement | None, speaker: BodyMention | None) -> _Statement | None:
    """A conference that is both the contact and the speaker names itself twice."""
    same = contact and speaker and contact.body.short == speaker.short and speaker.kind == "conference"
    return contact if same else None


def _disagreement(
    stated: _Statement | None, itself: _Statement | None, contact: _Statement | None, rival: _Statement | None
) -> _Statement | None:
    """What speaks against the stated body. The chair is the usual contact of a conference: no objection."""
    if not stated:
        return None
    chair = contact and stated.body.kind == "conference" and contact.body.kind != "conference"
    others = (itself, rival, None if chair else contact)
    return next((other for other in others if other and other.body.short != stated.body.short), None)


def _conflict(stated: _Statement | None, other: _Statement | None) -> str | None:
    if not stated or not other:
        return None
    first = f"{stated.place} nennt {stated.body.short} („{_short(stated.wording)}“)"
    return f"{first}, {other.place} nennt {other.body.short} („{_short(other.wording)}“)"


def _short(text: str) -> str:
    """One line of at most 160 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 160 else f"{line[:159]}…"
