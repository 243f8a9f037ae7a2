"""The meta line of a release: number, date, authority, site, as in ``Nr.20201113 | 13.11.2020 | DSMV``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bs4 import Tag

from crawler.pages.blocks import Block, is_marked

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
