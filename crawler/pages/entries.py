"""The links of a listing column, each with the label, date, heading and list entry it stands in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from bs4 import Tag

from crawler.pages.attachments import is_note, says_title
from crawler.pages.beside import (
    LEVELS,
    date_beside,
    date_outside_links,
    dated,
    is_about_more,
    is_hint,
    text_of,
    texts_of,
    year_of,
)
from crawler.pages.blocks import HEADINGS, is_furniture, is_marked, note_place, read_blocks, zone_of
from crawler.pages.labels import Label, is_date, is_remark, looks_dated, read_label
from crawler.pages.rendering import BLOCK_TAGS

_HOLDERS = sorted(BLOCK_TAGS - {"td", "th"})
_NUMBER_ALONE = re.compile(r"((?:Kurzpapier )?(?:Nr\.? ?)?\d{1,3})[.:)|–-]?")
LONGEST_LABEL = 400
"""Characters; a longer block around a link is running text, and the link's own text is the label."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One link. ``seen`` says that it stands in the seen markup; ``main_href`` is set for annexes.

    ``href`` is None for an entry of the list without any link.
    """

    href: str | None
    label: Label
    heading: str | None
    seen: bool
    main_href: str | None = None


def entries_of(column: Tag, *, numbered: bool = False, date_at: tuple[str, ...] = ()) -> Iterator[Entry]:
    """All entries of a column in page order; ``numbered`` as in :func:`crawler.pages.labels.read_label`, ``date_at``
    as in :func:`crawler.pages.beside.dated`."""
    heading: str | None = None
    above: dict[str, str] = {}
    spoken = {tag["href"] for tag in column.find_all("a", href=True) if not _says_nothing(text_of(tag))}
    for tag in _in_order(column):
        year = next((text for text in reversed(above.values()) if year_of(text)), "")
        date = partial(dated, heading=year, places=date_at)
        divides = _is_item(tag) and is_marked(tag, "divider") and tag.find("a", href=True) is None
        if tag.name in HEADINGS or divides:
            heading = text_of(tag) or heading
            note_place("title", text_of(tag), tag)
            above = {level: text for level, text in above.items() if level < tag.name} | {tag.name: text_of(tag)}
        elif tag.name == "a" and not text_of(tag) and tag["href"] in spoken:
            continue  # a picture beside the link that names the file
        elif tag.name == "li":
            yield from _entries_of_item(tag, heading, numbered, date)
        else:
            label = date(_loose_label(tag, heading, numbered).without_size(), tag).with_date(date_beside(tag))
            label = _with_number_beside(label, tag) if numbered and label.number is None else label
            yield Entry(href=str(tag["href"]), label=label, heading=heading, seen=False)


def _in_order(column: Tag) -> Iterator[Tag]:
    """Headings, list entries of the seen markup, and the links outside those, furniture left out."""
    stack = [iter(column.contents)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif isinstance(node, Tag) and not is_furniture(node):
            if _is_item(node) or (node.name == "a" and node.has_attr("href")):
                yield node
                continue
            if node.name in HEADINGS:
                yield node
            stack.append(iter(node.contents))


def _entries_of_item(
    item: Tag, heading: str | None, numbered: bool, date: Callable[[Label, Tag], Label]
) -> Iterator[Entry]:
    """The file of one list entry, further files in it, and the annexes of its hint box."""
    links = [link for link in item.find_all("a") if link.get("href")]
    hints = [link for link in links if link.find_parent(is_hint) is not None]
    mains = _without_icons([link for link in links if link not in hints])
    if not links:
        yield Entry(href=None, label=read_label(item, numbered=numbered), heading=heading, seen=True)
    for place, link in enumerate(mains):
        label = date(_item_label(link, item, numbered, alone=len(mains) == 1, first=place == 0), link)
        yield Entry(href=str(link["href"]), label=label, heading=heading, seen=True)
    main_href = str(mains[0]["href"]) if mains else None
    for link in hints:
        label = read_label(link).without_size()
        yield Entry(href=str(link["href"]), label=label, heading=heading, seen=True, main_href=main_href)


def _item_label(link: Tag, item: Tag, numbered: bool, *, alone: bool, first: bool) -> Label:
    """The link's own label; where it says nothing, that of the entry. Remarks of the hint box are added."""
    label = read_label(link, numbered=numbered)
    if alone and _says_nothing(label.title):
        label = read_label(item, numbered=numbered, without="hint")
    label = label.without_size().with_date(date_outside_links(item))
    return label.with_notes(_hint_remarks(item)) if first else label


def _loose_label(link: Tag, heading: str | None, numbered: bool) -> Label:
    """The label of a link outside the seen markup.

    Its own text, with the date before it and the remark behind it where its block holds just that; for
    links that say nothing ("Download") the rest of a short block, else the heading above.
    """
    own = read_label(link, numbered=numbered).without_size()
    around = _block_around(link)
    before, _, behind = around.partition(own.whole) if own.whole else (around, "", "")
    if _says_nothing(own.title) and (teaser := _teaser_title(link)):
        return replace(own, whole=teaser, title=teaser)
    if _says_nothing(own.title):
        rest = f"{before} {behind}".strip(" :–—-|")
        title = rest if rest and not _is_sentence(rest) and not is_note(rest) else heading or own.title
        return replace(own, whole=title, title=title)
    holder = link.find_parent(_HOLDERS)
    plain = (not before.strip() or _is_date_or_number(before, numbered)) and _is_remark(behind)
    if holder is None or not plain or around == own.whole:
        return own
    return read_label(holder, numbered=numbered)


def _with_number_beside(label: Label, link: Tag) -> Label:
    """The same label with the number, and the remarks, in the smallest part around the link that prints one."""
    part: Tag | None = link
    for _ in range(LEVELS):
        part = part.parent if part is not None else None
        if part is None or part.name in ("body", "html", "main") or is_about_more(part, link):
            break
        term = part.find_previous_sibling(["dt", "dd"]) if part.name == "dd" else None
        texts = [*(texts_of(term) if term is not None and term.name == "dt" else ()), *texts_of(part)]
        number = next((found[1] for text in texts if (found := _NUMBER_ALONE.fullmatch(text))), None)
        if number is not None:
            note_place("number", number, part if term is None else term)
            return replace(label, number=number).with_notes(tuple(filter(is_remark, texts)))
    return label


def _teaser_title(link: Tag) -> str | None:
    """The title over a link in a teaser of several lines: its last heading, else its first line that is no date."""
    holder = _teaser_of(link)
    if holder is None:
        return None
    blocks = [block for block in read_blocks(holder) if block.text and block.text != text_of(link)]
    headings = [block.text for block in blocks if block.tag in HEADINGS]
    lines = [line for block in blocks for line in block.text.split("\n")]
    titles = [line for line in headings or lines if not (is_date(line) or is_note(line) or _says_nothing(line))]
    if not titles or (not headings and (len(lines) < 2 or _is_sentence(titles[0]))):
        return None
    title = " ".join((titles[-1] if headings else titles[0]).split())
    note_place("title", title, holder)
    return title


def _teaser_of(link: Tag) -> Tag | None:
    """The largest element around a link that is about nothing else, if it is as short as a teaser."""
    found = None
    for part in link.parents:
        if part.name in ("body", "html", "main", "td", "tr", "table", "[document]"):
            break
        others = (other for other in part.find_all("a", href=True) if other["href"] != link["href"])
        if next(others, None) is not None or len(text_of(part)) > LONGEST_LABEL:
            break
        found = part
        if zone_of(part) == "teaser":
            break
    return found


def _block_around(link: Tag) -> str:
    """The text of the block a link stands in, if it is short and holds no other link; else the link's own."""
    holder = link.find_parent(_HOLDERS)
    if holder is None or holder.name in ("body", "ul", "ol", "table", "html"):
        return text_of(link)
    if len(holder.find_all("a", href=True, limit=2)) > 1 or len(text_of(holder)) > LONGEST_LABEL:
        return text_of(link)
    return text_of(holder)


def _is_date_or_number(text: str, numbered: bool) -> bool:
    bare = text.strip(" :.)–—-|")
    if numbered and re.fullmatch(r"(?:Kurzpapier )?\d{1,3}", bare):
        return True
    return bool(bare) and (looks_dated(bare) or re.fullmatch(r"(?:Kurzpapier )?Nr\.? ?\d{1,3}", bare) is not None)


def _is_remark(text: str) -> bool:
    bare = text.strip(" ,;|–—-")
    return not bare or is_note(bare) or is_remark(bare)


def _is_sentence(text: str) -> bool:
    return text.endswith((".", "!", "?", "…"))


def _without_icons(links: list[Tag]) -> list[Tag]:
    """Of several links to one address, those with text; the first if none has."""
    spoken = {link["href"] for link in links if text_of(link)}
    kept: dict[object, Tag] = {}
    for link in links:
        if text_of(link) or link["href"] not in spoken:
            kept.setdefault(link["href"], link)
    return list(kept.values())


def _hint_remarks(item: Tag) -> tuple[str, ...]:
    texts = []
    for box in item.find_all(is_hint):
        strings = (text for text in box.find_all(string=True) if text.find_parent("a") is None)
        texts.append(" ".join(" ".join(strings).split()).strip(" ,;|()"))
    return tuple(text for text in texts if text)


def _is_item(tag: Tag) -> bool:
    return tag.name == "li" and is_marked(tag, "entry")


def _says_nothing(text: str) -> bool:
    return not says_title(text.strip("() "))
