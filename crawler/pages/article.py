"""A page that a feed or a list names: headline, text, files, and when it says that it was published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bs4 import Tag

from crawler.items import PageText
from crawler.pages.attachments import is_file_row
from crawler.pages.beside import DATELINE, LONGEST_LINE, is_marked_date, meta_date, printed_day, published
from crawler.pages.blocks import HEADINGS, Block, note_place, read_blocks
from crawler.pages.frame import open_whole
from crawler.pages.heading import is_kicker
from crawler.pages.section_page import read_text
from crawler.sources import SourceDescription
from crawler.wordlists import words

_NUMBER = re.compile(r"\b(?:Nr\.?\s?)?(\d{1,4}\s?/\s?\d{2,4})\b")

FOOT = 3
"""Blocks at the end among which a line of place and day may close a text."""


@dataclass
class _Article:
    """What the blocks of a column are, in page order."""

    text: list[Block] = field(default_factory=list)
    files: list[Block] = field(default_factory=list)
    kicker: str | None = None
    printed: str | None = None
    dateline: str | None = None


def read_article(
    body: bytes, *, url: str, document_id: str, source: SourceDescription, content_type: str = ""
) -> PageText:
    """Read a page by headings and order, whatever its class names are.

    ``published_text`` is the day of publication that its ``<meta>``, a ``<time>`` or a date beside the headline
    states, ``dateline`` the line of place and day ("Berlin, den 25. März 2021"); nothing is made up, and a day in the
    running text is none of these. Raises as :func:`crawler.pages.section_page.read_guidance` does.
    """
    page = open_whole(body, url=url, source=source, content_type=content_type)
    blocks = _without_boxes(read_blocks(page.main_with("heading")))
    found = _sorted(blocks, source)
    text = read_text(page, found.text, document_id, source)
    whole = read_text(page, (*found.text, *found.files), document_id, source)
    number = _NUMBER.search(found.kicker or "")
    return replace(
        text,
        attachments=whole.attachments,
        links=whole.links,
        kicker=found.kicker,
        number=number.group(1) if number else None,
        published_text=meta_date(page.tree) or found.printed,
        dateline=found.dateline,
        markup=(*text.markup, "article"),
    )


def _sorted(blocks: Sequence[Block], source: SourceDescription) -> _Article:
    """Walk down the column: nothing before the headline is text, and up to the first text a line may be the date."""
    found, title = _Article(), next((at for at, block in enumerate(blocks) if block.tag == "h1"), -1)
    for at, block in enumerate(blocks):
        if at == title or block.zone in ("heading", "image"):
            found.text.append(block)
        elif _is_metadata(block):
            date = _date_among(block)
            note_place("date", date, block.element)
            found.printed = found.printed or date
        elif _is_files(block, source):
            found.files.append(block)
        elif not _is_heading_of_files(blocks, at, source) and not _says_when(found, block, at, title, len(blocks)):
            found.text += [block] if at > title else []
    return found


def _says_when(found: _Article, block: Block, at: int, title: int, count: int) -> bool:
    """Note what a block says of when and by whom the text was published; whether it says nothing else."""
    line = " ".join(block.text.split())
    behind = found.text[1:] if title >= 0 else found.text
    in_head = at < title or (len(behind) < 2 and sum(len(one.text) for one in behind) < LONGEST_LINE)
    marked = is_marked_date(block.element)
    may_be = not block.anchors and (in_head or marked) and len(line) <= LONGEST_LINE and block.tag != "li"
    date = printed_day(block.element, line) if may_be else None
    note_place("date", date, block.element)
    if date is not None:
        found.printed = found.printed or date
        return True
    if in_head and is_kicker(line):
        note_place("heading", line, block.element)
        note_place("number", line, block.element)
        found.kicker = found.kicker or line
        return True
    dated = DATELINE.match(line) if block.tag not in ("li", "td", *HEADINGS) else None
    alone = dated is not None and not dated["rest"].strip()
    if dated is None or not (in_head or (alone and at >= count - FOOT)):
        return False
    found.dateline = found.dateline or dated["line"]
    return alone


def _is_heading_of_files(blocks: Sequence[Block], at: int, source: SourceDescription) -> bool:
    follows = any(_is_files(block, source) for block in blocks[at + 1 : at + 2])
    return follows and blocks[at].folded in words("furniture")["words"]["attachments"]


def _is_files(block: Block, source: SourceDescription) -> bool:
    """Whether a block offers files and says nothing else; a table of files is text as well."""
    return bool(block.anchors) and block.tag != "table" and is_file_row(block, source)


def _is_metadata(block: Block) -> bool:
    """A table or line about the page ("Ident-Nr: 12-345"), by the words in its first row or before its colon."""
    first = block.text.split("\n", 1)[0].casefold()
    cells = first.split(" | ") if block.tag == "table" else first.split(":")[:1] if len(first) <= LONGEST_LINE else []
    return any(cell.strip(" .:") in words("furniture")["words"]["metadata"] for cell in cells)


def _date_among(block: Block) -> str | None:
    """The day of publication in a table about the page."""
    return next((date for row in block.text.split("\n") if (date := published(row.replace(" | ", ": ")))), None)


def _without_boxes(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without those of boxes that a site puts into the column, and without lists of other texts."""
    known = (*words("furniture")["words"]["boxes"], *words("furniture")["words"]["related"])
    kept: list[Block] = []
    box: Tag | None = None
    for block in blocks:
        if block.folded in known:
            box = block.element.parent
        elif box is not None and (
            block.tag in HEADINGS or box not in (block.element, *block.element.parents) or _is_text(block)
        ):
            box = None
        if box is None:
            kept.append(block)
    return kept


def _is_text(block: Block) -> bool:
    return len(block.text) > 2 * LONGEST_LINE and not block.anchors
