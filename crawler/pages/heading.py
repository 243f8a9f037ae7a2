"""The heading of a release, told apart into kicker and headline, and its meta line (``Nr.… | 13.11.2020 | DSMV``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bs4 import NavigableString, Tag

from crawler.pages.blocks import Block, collapsed, is_marked, note_place
from crawler.pages.rendering import BLOCK_TAGS
from crawler.wordlists import words

_DATE = r"\d{1,2}\. ?(?:\d{1,2}\. ?|[A-Za-zä]{3,9} )\d{4}"
_LINE = re.compile(rf"(?:Nr\.? ?:? ?[^|\s]{{1,30}} ?\|? ?)?(?:Datum:? )?{_DATE} ?(?:\||\Z)", re.IGNORECASE)
_NUMBER_ALONE = re.compile(r"Nr\. ?:? ?[\d][\d_/.-]{0,20} ?\|?\Z")
_NUMBER = re.compile(r"(?:Presse\w{4,12} )?Nr\.? ?:? ?(\S.{0,40})\Z", re.IGNORECASE)
_BETWEEN = re.compile(r"[|\n•·]|\s[–—-]\s")
_TIME = r"(?:,? (?:um )?\d{1,2}[:.]\d{2}(?: Uhr)?)?"
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+\Z")


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What the meta line prints, verbatim; None for what it does not."""

    number: str | None = None
    published_text: str | None = None
    authority: str | None = None


def is_meta_line(text: str) -> bool:
    """Whether a line reads like a meta line, whatever element it stands in.

    >>> is_meta_line("Nr.20191113_2 | 13.11.2019 | DSMV | datenschutz-mv.de"), is_meta_line("Am 3.4.2019 kam")
    (True, False)
    """
    return len(text) <= 200 and (_LINE.match(text) is not None or _NUMBER_ALONE.match(text) is not None)


def read_meta(blocks: Sequence[Block]) -> Meta:
    """Number, date and authority of the meta blocks: by their elements, else by their place in the line."""
    fields = [field for block in blocks for field in _fields(block)]
    date = _element_text(blocks, "date") or _date_in(fields)
    number = next((match.group(1) for part in fields if (match := _NUMBER.match(part))), None)
    if date is None and number and (inside := re.search(_DATE, number)):
        date, number = inside.group(), number[: inside.start()].removesuffix("vom ").strip() or None
    authority = _element_text(blocks, "authority") or _authority(fields, date)
    for kind, value in (("date", date), ("number", number), ("authority", authority)):
        holders = (block for block in blocks if value and value in " ".join(block.text.split()))
        note_place(kind, value, next((block.element for block in holders), "zusammengesetzt"))
    return Meta(number=number, published_text=date, authority=authority)


def _fields(block: Block) -> list[str]:
    """The fields of a meta block: parted by bars, dots, dashes or lines; by elements where nothing parts them."""
    texts = [block.text]
    if _BETWEEN.search(block.text) is None:
        texts = [str(text) for text in block.element.stripped_strings] or texts
    parts = (" ".join(part.split()) for text in texts for part in _BETWEEN.split(text))
    return [part for part in parts if part]


def _date_in(fields: Sequence[str]) -> str | None:
    """The first field that is a date, without the time of day behind it."""
    line = re.compile(rf"(?:Datum:? |vom |am )?{_DATE}{_TIME}", re.IGNORECASE)
    dated = next((part for part in fields if line.fullmatch(part)), None)
    found = re.search(_DATE, dated) if dated else None
    return found.group() if found else None


def _authority(fields: Sequence[str], date: str | None) -> str | None:
    """The first field behind the date that is neither number nor host."""
    place = next((at for at, part in enumerate(fields) if date is not None and date in part), None)
    if place is None:
        return None
    behind = fields[place + 1 :]
    return next((part for part in behind if not _HOST.match(part) and not _NUMBER.match(part)), None)


def _element_text(blocks: Sequence[Block], mark: str) -> str | None:
    for block in blocks:
        for tag in (block.element, *block.element.descendants):
            if isinstance(tag, Tag) and is_marked(tag, mark):
                return " ".join(tag.get_text().split()) or None
    return None


LONGEST_KICKER = 400
_HYPHENS = str.maketrans({"‐": "-", "‑": "-", "\u00ad": "", "\u200b": ""})
_NUMBERED = re.compile(r"\Ader \d{1,3}\. ")
_DASHES = frozenset({"-", "–", "—", "|", "/", "+++"})


@dataclass(frozen=True, kw_only=True)
class Heading:
    """Kicker (None where there is none of its own) and headline, broken lines joined with a space."""

    kicker: str | None
    headline: str


def split_heading(lines: Sequence[str]) -> Heading:
    """Tell kicker and headline apart, in either order; ``lines`` holds at least one line with text.

    A heading that is nothing but a kicker has no kicker: its text is the headline (seen on release
    190961); printed twice, it is both (189833). Until 2024 the kicker came first, since August 2025
    the headline does.

    >>> split_heading(["Pressemitteilung der Konferenz der Informationsfreiheitsbeauftragten in",
    ...                "Deutschland", "Transparenz braucht Gesetze"])
    Heading(kicker='Pressemitteilung der Konferenz der Informationsfreiheitsbeauftragten in Deutschland', \
headline='Transparenz braucht Gesetze')
    >>> split_heading(["Wenn der Kühlschrank mithört", "Presseinformation vom 4. Mai 2026"]).headline
    'Wenn der Kühlschrank mithört'
    """
    whole = _with_adjective_joined([" ".join(line.split()) for line in lines if line.strip()])
    first = next((at for at in range(len(whole)) if _starts_kicker(whole, at)), None)
    if first is None:
        return Heading(kicker=None, headline=" ".join(whole))
    end = _end_of_kicker(whole, first)
    rest = whole[:first] + whole[end:]
    if not rest:
        return Heading(kicker=None, headline=" ".join(whole))
    return Heading(kicker=" ".join(whole[first:end]), headline=" ".join(rest))


def is_kicker(line: str) -> bool:
    """Whether a line says what kind of text follows and whose, by the words of ``kickers.toml``.

    >>> is_kicker("GEMEINSAME PRESSEMITTEILUNG"), is_kicker("Pressemitteilungen künftig auch als Feed")
    (True, False)
    """
    if len(line) > LONGEST_KICKER:
        return False
    folded = _folded(line)
    return _is_press_kicker(folded.split()) or _is_typed_kicker(folded)


def heading_lines(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The printed lines of heading blocks: by block, by ``<br>``, and by span where spans are lines."""
    lines = [(line, block.element) for block in blocks for line in _lines(block) if line]
    for line, element in lines:
        note_place("heading", line, element)
    return tuple(line for line, _ in lines)


def _is_press_kicker(tokens: list[str]) -> bool:
    rules = words("kickers")
    start = 0
    while start < min(len(tokens), 4) and _opens_kicker(tokens[start]):
        start += 1
    if start == len(tokens) or tokens[start].rstrip(":") not in rules["words"]:
        return False
    if start + 1 == len(tokens):
        return True
    follower = tokens[start + 1]
    if tokens[start].endswith(":"):
        return follower.startswith(tuple(rules["body_beginnings"]))
    known = follower in _DASHES or follower.rstrip(":,") in rules["followers"] or follower[0].isdigit()
    return known or follower.startswith(tuple(rules["body_beginnings"]))


def _opens_kicker(token: str) -> bool:
    return token in _DASHES or token.rstrip(":,") in words("kickers")["adjectives"]


def _is_typed_kicker(folded: str) -> bool:
    rules = words("kickers")
    for kind in rules["typed"]:
        rest = _NUMBERED.sub("der ", folded.removeprefix(kind + " "))
        if folded.startswith(kind + " ") and rest.startswith(tuple(rules["typed_followers"])):
            return ":" not in rest and not set(rules["typed_stops"]) & set(rest.split())
    return False


def _starts_kicker(lines: Sequence[str], at: int) -> bool:
    """A line ending in an article goes on in the next; one ending in ``vor`` may be a whole headline."""
    before = _folded(lines[at - 1].split()[-1]) if at else ""
    return is_kicker(lines[at]) and before not in words("kickers")["never_last"]


def _end_of_kicker(lines: Sequence[str], first: int) -> int:
    end = first + 1
    while end < len(lines):
        rest_remains = first > 0 or end + 1 < len(lines)
        more = _goes_on(" ".join(lines[first:end]), lines[end])
        if not more and not (rest_remains and is_kicker(lines[end])):
            break
        end += 1
    return end


def _goes_on(kicker: str, line: str) -> bool:
    first = line.split()[0]
    starts_low = first.isalpha() and first.islower()
    return (
        _is_unfinished(kicker)
        or starts_low
        or line.startswith("(")
        or _rest_of_date().match(_folded(line)) is not None
        or _completes_body(_folded(kicker), _folded(line))
    )


def _is_unfinished(line: str) -> bool:
    last = line.split()[-1]
    if last in _DASHES or last[-1] in ",-–&" or _folded(last) in words("kickers")["unfinished"]:
        return True
    return last.isalpha() and last.islower() and _folded(line.split()[0]) in _kicker_beginnings()


def _completes_body(kicker: str, line: str) -> bool:
    """The kicker breaks off inside the name of a body, and the line goes on with that name."""
    for body in _body_names():
        for cut in range(2, len(body)):
            if kicker.endswith(" " + " ".join(body[:cut])) and _goes_on_with(line, " ".join(body[cut:])):
                return True
    return False


def _goes_on_with(line: str, remainder: str) -> bool:
    if remainder.startswith(line):
        return True
    after = line.removeprefix(remainder)
    if after == line or after[0].isalnum():
        return False
    return after.strip().startswith(("(", "vom ", "am ", ",", "-", "–", "in ", "und ", "zu", "für "))


def _lines(block: Block) -> list[str]:
    segments = _segments(block.element)
    texts = [text for text, _ in segments if text.strip()]
    if len(texts) > 1 and _are_lines(segments):
        return [line for text in texts for line in collapsed(text).split("\n")]
    return block.text.split("\n")


def _segments(element: Tag) -> list[tuple[str, bool]]:
    """The inline pieces of an element in order, each with whether it is an element of its own."""
    inner = element
    while len(children := [child for child in inner.contents if str(child).strip()]) == 1:
        if not isinstance(children[0], Tag) or children[0].name in BLOCK_TAGS:
            break
        inner = children[0]
    if any(isinstance(child, Tag) and child.name in BLOCK_TAGS for child in inner.contents):
        return []
    return [piece for child in inner.contents if (piece := _piece(child)) is not None]


def _piece(child: object) -> tuple[str, bool] | None:
    if isinstance(child, Tag):
        text = (
            "\n" if child.name == "br" else "\n".join(child.stripped_strings) if child.find("br") else child.get_text()
        )
        return text, child.name != "br"
    return (child.replace("\n", " "), False) if isinstance(child, NavigableString) else None


def _are_lines(segments: list[tuple[str, bool]]) -> bool:
    """Spans are lines if nothing but spans is there, or if one piece is a kicker on its own."""
    spans = [text for text, is_element in segments if is_element and text.strip()]
    if spans and any(is_kicker(" ".join(text.split())) for text, _ in segments if text.strip()):
        return True
    bare = any(text.strip() for text, is_element in segments if not is_element)
    return not bare and len(spans) > 1 and not any(text.strip()[0].islower() for text in spans[1:])


def _with_adjective_joined(lines: list[str]) -> list[str]:
    """``Gemeinsame`` on a line of its own belongs to the next line."""
    if len(lines) > 1 and _folded(lines[0]) in words("kickers")["adjectives"] and is_kicker(lines[1]):
        return [f"{lines[0]} {lines[1]}", *lines[2:]]
    return lines


def _folded(text: str) -> str:
    return " ".join(text.translate(_HYPHENS).casefold().split())


@cache
def _kicker_beginnings() -> frozenset[str]:
    rules = words("kickers")
    return frozenset(_folded(word) for key in ("words", "adjectives", "typed") for word in rules[key])


@cache
def _body_names() -> tuple[list[str], ...]:
    return tuple(_folded(name).split() for name in words("kickers")["bodies"])


@cache
def _rest_of_date() -> re.Pattern[str]:
    months = "|".join(_folded(month) for month in words("kickers")["months"])
    return re.compile(
        rf"(?:vom )?(?:\d{{1,2}}\. ?(?:(?:{months})|\d{{1,2}}\.) ?\d{{4}}|(?:{months}) \d{{4}}|\d{{4}})\Z"
    )
