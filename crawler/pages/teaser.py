"""The teaser of a release on a list page: date, title with its link, text without captions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bs4 import Tag

from crawler.identity import is_release
from crawler.pages.blocks import HEADINGS, Anchor, Block, read_blocks
from crawler.pages.links import resolve
from crawler.pages.meta import is_meta_line, read_meta
from crawler.pages.wordlists import words
from crawler.sources import SourceDescription

_ENDS_SENTENCE = re.compile(r"[.!?…:][\"“”»’)]?\Z")


@dataclass(frozen=True, kw_only=True)
class Teaser:
    """One entry as printed; ``anchor`` is the link of its title, None where it has none."""

    title: str
    anchor: Anchor | None
    date_text: str | None = None
    text: str | None = None
    captions: tuple[str, ...] = ()


def says_caption(line: str) -> bool:
    """Whether a line names a photograph or its maker, by the words of ``furniture.toml``."""
    folded = line.casefold()
    return len(folded) < 300 and any(mark in folded for mark in words("furniture")["words"]["caption_marks"])


def read_teaser(tag: Tag) -> Teaser:
    """Read one ``div.teaser``.

    >>> from bs4 import BeautifulSoup
    >>> one = read_teaser(BeautifulSoup('''<div class="teaser"><div class="teaser_meta"><span class="dtstart">
    ...   16.04.2025</span> | DSMV</div><h3><a href="/presse/?id=7">Neue Regeln</a></h3>
    ...   <p>Foto: Landtag<br>Seit heute gelten neue Regeln.</p></div>''', "lxml"))
    >>> one.date_text, one.title, one.text
    ('16.04.2025', 'Neue Regeln', 'Seit heute gelten neue Regeln.')
    """
    return teaser_of(read_blocks(tag))


def teaser_of(blocks: Sequence[Block]) -> Teaser:
    """Make a teaser of the blocks of one entry."""
    title = next((block for block in blocks if block.tag in HEADINGS and block.anchors), None)
    title = title or next((block for block in blocks if block.anchors and block.zone != "meta"), None)
    metas = [block for block in blocks if block.zone == "meta" or is_meta_line(_one_line(block))]
    others = [block for block in blocks if block is not title and block not in metas]
    text, captions = _parted([block for block in others if not _is_more_link(block)])
    return Teaser(
        title=_one_line(title) if title else "",
        anchor=title.anchors[0] if title else None,
        date_text=read_meta(metas).published_text if metas else None,
        text=text,
        captions=captions,
    )


def teasers_by_links(column: Tag, url: str, source: SourceDescription) -> list[Teaser]:
    """Entries of a page without the seen markup: each link to a release, and what stands around it."""
    blocks = read_blocks(column)
    starts = [at for at, block in enumerate(blocks) if _release_anchor(block, url, source)]
    found: list[Teaser] = []
    for place, at in enumerate(starts):
        anchor = _release_anchor(blocks[at], url, source)
        if anchor is None or (_is_more_link(blocks[at]) and found):
            continue
        end = starts[place + 1] if place + 1 < len(starts) else len(blocks)
        found.append(_teaser_around(blocks, at, end, anchor))
    return found


def _teaser_around(blocks: Sequence[Block], at: int, end: int, anchor: Anchor) -> Teaser:
    before = [block for block in blocks[max(0, at - 2) : at] if is_meta_line(_one_line(block))]
    metas = before or [block for block in blocks[at:end] if is_meta_line(_one_line(block))]
    texts = [block for block in blocks[at + 1 : end] if block.tag == "p" and not block.anchors]
    text, captions = _parted([block for block in texts if block not in metas][:3])
    title = " ".join(anchor.text.split()) or _one_line(blocks[at])
    date = read_meta(metas[-1:]).published_text if metas else None
    return Teaser(title=title, anchor=anchor, date_text=date, text=text, captions=captions)


def _release_anchor(block: Block, url: str, source: SourceDescription) -> Anchor | None:
    for anchor in block.anchors:
        address = resolve(anchor.href, url, source)
        if isinstance(address, str) and is_release(address, source):
            return anchor
    return None


def _parted(blocks: Sequence[Block]) -> tuple[str | None, tuple[str, ...]]:
    """Text and captions: a caption names a photograph, or stands before the text and ends no sentence."""
    lines = [(line, block.zone) for block in blocks for line in block.text.split("\n") if line]
    texts: list[str] = []
    captions: list[str] = []
    for at, (line, zone) in enumerate(lines):
        more_follows = at + 1 < len(lines)
        opening = more_follows and not texts and not _ENDS_SENTENCE.search(line)
        named = says_caption(line) and (more_follows or bool(texts))
        (captions if zone == "image" or opening or named else texts).append(line)
    return "\n".join(texts) or None, tuple(captions)


def _is_more_link(block: Block) -> bool:
    """Whether a block is nothing but a link that says "more"."""
    folded = block.folded
    return bool(block.anchors) and (not folded or folded in words("furniture")["words"]["generic"])


def _one_line(block: Block) -> str:
    return " ".join(block.text.split())
