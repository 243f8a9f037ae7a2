"""The files a page offers below its text: address, printed title, printed remark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from urllib.parse import unquote, urlsplit

from crawler.identity import is_file
from crawler.items import Attachment
from crawler.pages.blocks import Anchor, Block, note_place
from crawler.pages.rendering import is_address
from crawler.sources import SourceDescription
from crawler.wordlists import words

_SIZE = r"\d[\d.,]{0,12}\s?(?:[KMG]i?B|Bytes?)"
_MORE = r"(?:\s?[,;]\s?[^()\[\]\n]{1,40})?"
_FORMAT = "|".join(words("addresses")["file_endings"])
_BRACKETED = rf"[(\[]\s?[A-Za-z]{{2,5}}\s?[,;/|-]?\s?(?:{_SIZE})?{_MORE}\s?[)\]]"
_BARE = rf"(?<!\w)(?:{_FORMAT})\s?[,;/|-]?\s?[(\[]?{_SIZE}[)\]]?"
_A_NOTE = rf"(?:{_BRACKETED}|[(\[]\s?{_SIZE}\s?[)\]]|{_BARE})"
_NOTE = re.compile(
    rf"(?:[(\[]\s?(?:[A-Za-z]{{2,5}}\s?[,;/|-]?\s?)?(?:{_SIZE})?{_MORE}\s?[)\]]|{_BARE})\Z", re.IGNORECASE
)
_NOTE_AT_END = re.compile(rf"\s*({_A_NOTE})\s*\Z", re.IGNORECASE)
_NOTE_BEHIND = re.compile(rf"\s*({_A_NOTE})", re.IGNORECASE)


LONGEST_TITLE = 300
"""Characters of the title of a file; more beside a link is running text."""

_WORDS = re.compile(r"\w+")


def split_note(text: str) -> tuple[str, str | None]:
    """Part a printed title from the remark on format and size at its end.

    >>> split_note("Flyer Elternabend (PDF, 0,76 MB)")
    ('Flyer Elternabend', '(PDF, 0,76 MB)')
    >>> split_note("Satzung (Entwurf)")
    ('Satzung (Entwurf)', None)
    >>> split_note("Bericht 2025 (PDF, 1,2 MB, nicht barrierefrei)")[1]
    '(PDF, 1,2 MB, nicht barrierefrei)'
    >>> split_note("Bericht 2025, PDF 1,2 MB")
    ('Bericht 2025', 'PDF 1,2 MB')
    """
    match = _NOTE_AT_END.search(text[-120:])
    if match is None or not _names_a_format(match.group(1)):
        return text, None
    return text[: len(text) - len(match.group())].rstrip(" ,;|"), match.group(1)


def is_note(text: str) -> bool:
    """Whether a text is nothing but such a remark."""
    return len(text) <= 100 and _NOTE.match(text) is not None and _names_a_format(text)


def offers_files(block: Block, source: SourceDescription) -> bool:
    """Whether a block is nothing but links to files with their remarks: an offer, not running text.

    The heading over the files ("Anlagen") may stand in the same block.
    """
    if not block.anchors or not all(is_file_address(anchor.href, source) for anchor in block.anchors):
        return False
    left, notes = _left_beside_links(block)
    return notes > 0 and (not left or left.casefold() in words("furniture")["words"]["attachments"])


def is_file_row(block: Block, source: SourceDescription) -> bool:
    """Whether a block below a heading like "Anlagen" offers files: a remark, or links with nothing behind.

    A sentence that goes on behind its links is running text, and so is one that leads to a mailbox.
    """
    line = " ".join(block.text.split())
    if is_note(line):
        return True
    if block.folded in words("furniture")["words"]["foot"]:
        return False
    addresses = [anchor.href for anchor in block.anchors if is_address(anchor.href)]
    if not addresses:
        return False
    left, notes = _left_beside_links(block)
    offers = notes > 0 or any(is_file(one, source) for one in addresses)
    last = next((anchor.text for anchor in reversed(block.anchors) if anchor.text), "")
    behind = line.rpartition(last)[2] if last else ""
    return not left or (offers and len(left) <= LONGEST_TITLE and not _without_notes(behind)[0])


def is_title_above(block: Block, following: Block | None) -> bool:
    """Whether a block is the title of the file that the next one links to with a word that says nothing."""
    if block.anchors or following is None or not following.anchors or len(block.text) > LONGEST_TITLE:
        return False
    return all(_is_generic(split_note(anchor.text)[0]) for anchor in following.anchors)


def read_attachments(blocks: Sequence[Block]) -> tuple[Attachment, ...]:
    """The attachments in these blocks, in order.

    A remark stands in the link, behind it, or in the next block. A second link to the same file without
    a title of its own (an icon, "Herunterladen") is the same attachment; a file listed twice stays two.
    """
    found: list[Attachment] = []
    title_above = ""
    for block in blocks:
        line = " ".join(block.text.split())
        offered = _offered(block, line)
        if not offered and is_note(line):
            if found and found[-1].note is None:
                found[-1] = replace(found[-1], note=line)
            continue
        if len({one.url for one in offered}) == 1 and not any(one.title for one in offered):
            offered = [replace(one, title=_left_beside_links(block)[0] or title_above) for one in offered]
        for one in offered:
            _add(found, one)
            note_place("attachment", one.title or file_name(one.url), block.element)
        title_above = "" if offered else line
        note_place("attachment", title_above, block.element)
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


def _offered(block: Block, line: str) -> list[Attachment]:
    """The attachments of one block, each with the remark that follows its link."""
    found, at = [], 0
    for anchor in block.anchors:
        at = max(line.find(anchor.text, at), at) + len(anchor.text)
        one = _attachment(anchor)
        after = _NOTE_BEHIND.match(line, at)
        if one and after and one.note is None and _names_a_format(after.group(1)):
            one = replace(one, note=after.group(1))
        found += [one] if one else []
    return found


def _attachment(anchor: Anchor) -> Attachment | None:
    if not is_address(anchor.href):
        return None
    title, note = split_note(anchor.text)
    return Attachment(url=anchor.href, title="" if _is_generic(title) else title, note=note)


def says_title(text: str) -> bool:
    """Whether a link's text names the document it leads to (``hier`` and ``Download`` do not)."""
    return not _is_generic(split_note(text)[0])


def _is_generic(title: str) -> bool:
    """Whether a link's text names no document: nothing, "Download", a remark."""
    folded = title.casefold().strip(" .:›»")
    spoken = _WORDS.findall(folded)
    return not folded or is_note(title) or (bool(spoken) and _generic_words().issuperset(spoken))


@cache
def _generic_words() -> frozenset[str]:
    phrases: list[str] = words("furniture")["words"]["generic"]
    return frozenset(word for phrase in phrases for word in phrase.split())


def _left_beside_links(block: Block) -> tuple[str, int]:
    """What a block says beside its links and the remarks on files, and how many remarks there are."""
    left = " ".join(block.text.split())
    inside = 0
    for anchor in block.anchors:
        inside += split_note(anchor.text)[1] is not None
        left = left.replace(anchor.text, " ", 1) if anchor.text else left
    left, beside = _without_notes(left)
    return left, inside + beside


def _without_notes(text: str) -> tuple[str, int]:
    notes = [match for match in re.finditer(_A_NOTE, text, re.IGNORECASE) if _names_a_format(match.group())]
    for match in notes:
        text = text.replace(match.group(), " ", 1)
    return " ".join(text.split()).strip(" :|,;.–—-"), len(notes)


def is_file_address(href: str, source: SourceDescription) -> bool:
    """Whether the href of an opened page is the address of a file, of this source or another site."""
    return is_address(href) and is_file(href, source)


def _names_a_format(note: str) -> bool:
    letters = re.sub(r"[^a-z]", " ", note.casefold()).split()
    known = {*words("addresses")["file_endings"], "kb", "mb", "gb", "byte", "bytes"}
    return bool(letters) and letters[0] in known
