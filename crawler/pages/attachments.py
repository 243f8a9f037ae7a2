"""The files a page offers below its text: address, printed title, printed remark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from crawler.identity import is_file
from crawler.items import Attachment
from crawler.pages.blocks import Block
from crawler.pages.links import resolve
from crawler.pages.wordlists import words
from crawler.sources import SourceDescription

_SIZE = r"\d[\d.,]{0,12}\s?(?:[KMG]i?B|Bytes?)"
_A_NOTE = rf"[(\[]\s?[A-Za-z]{{2,5}}\s?[,;/|-]?\s?(?:{_SIZE})?\s?[)\]]"
_NOTE = re.compile(rf"[(\[]\s?(?:[A-Za-z]{{2,5}}\s?[,;/|-]?\s?)?(?:{_SIZE})?\s?[)\]]\Z", re.IGNORECASE)
_NOTE_AT_END = re.compile(rf"\s*({_A_NOTE})\s*\Z", re.IGNORECASE)
_NOTE_BEHIND = re.compile(rf"\s*({_A_NOTE})", re.IGNORECASE)


def split_note(text: str) -> tuple[str, str | None]:
    """Part a printed title from the remark on format and size at its end.

    >>> split_note("Flyer Elternabend (PDF, 0,76 MB)")
    ('Flyer Elternabend', '(PDF, 0,76 MB)')
    >>> split_note("Satzung (Entwurf)")
    ('Satzung (Entwurf)', None)
    """
    match = _NOTE_AT_END.search(text[-80:])
    if match is None or not _names_a_format(match.group(1)):
        return text, None
    return text[: len(text) - len(match.group())].rstrip(), match.group(1)


def is_note(text: str) -> bool:
    """Whether a text is nothing but such a remark."""
    return len(text) <= 60 and _NOTE.match(text) is not None and _names_a_format(text)


def offers_files(block: Block, url: str, source: SourceDescription) -> bool:
    """Whether a block is nothing but links to files with their remarks: an offer, not running text."""
    if not block.anchors or not all(_file_address(anchor.href, url, source) for anchor in block.anchors):
        return False
    rest = block.text
    for anchor in block.anchors:
        rest = rest.replace(anchor.text, "", 1)
    left = rest.strip()
    return split_note(" ".join(block.text.split()))[1] is not None and (not left or is_note(left))


def read_attachments(blocks: Sequence[Block], url: str, source: SourceDescription) -> tuple[Attachment, ...]:
    """The attachments in these blocks, in order.

    A remark stands in the link, behind it, or in the next block. A second link to the same file without
    a title of its own (an icon, "Herunterladen") is the same attachment; a file listed twice stays two.
    """
    found: list[Attachment] = []
    for block in blocks:
        line = " ".join(block.text.split())
        offered = _offered(block, line, url, source)
        if not offered and found and found[-1].note is None and is_note(line):
            found[-1] = replace(found[-1], note=line)
        for one in offered:
            _add(found, one)
    return tuple(replace(one, title=one.title or file_name(one.url)) for one in found)


def file_name(url: str) -> str:
    """The readable file name of an address, or its query where the path has none."""
    parts = urlsplit(url)
    return unquote(parts.path.rsplit("/", 1)[-1]) or parts.query or url


def _add(found: list[Attachment], one: Attachment) -> None:
    if not found or found[-1].url != one.url or (one.title and found[-1].title):
        found.append(one)
    else:
        title, note = found[-1].title or one.title, found[-1].note or one.note
        found[-1] = replace(found[-1], title=title, note=note)


def _offered(block: Block, line: str, url: str, source: SourceDescription) -> list[Attachment]:
    """The attachments of one block, each with the remark that follows its link."""
    found, at = [], 0
    for anchor in block.anchors:
        at = max(line.find(anchor.text, at), at) + len(anchor.text)
        one = _attachment(anchor.href, anchor.text, url, source)
        after = _NOTE_BEHIND.match(line, at)
        if one and after and one.note is None and _names_a_format(after.group(1)):
            one = replace(one, note=after.group(1))
        found += [one] if one else []
    return found


def _attachment(href: str, text: str, url: str, source: SourceDescription) -> Attachment | None:
    address = resolve(href, url, source)
    if not isinstance(address, str):
        return None
    title, note = split_note(text)
    generic = title.casefold().strip(" .:›»") in words("furniture")["words"]["generic"]
    return Attachment(url=address, title="" if generic or is_note(title) else title, note=note)


def _file_address(href: str, url: str, source: SourceDescription) -> bool:
    address = resolve(href, url, source)
    return isinstance(address, str) and is_file(address, source)


def _names_a_format(note: str) -> bool:
    letters = re.sub(r"[^a-z]", " ", note.casefold()).split()
    known = {*words("addresses")["file_endings"], "kb", "mb", "gb", "byte", "bytes"}
    return bool(letters) and letters[0] in known
