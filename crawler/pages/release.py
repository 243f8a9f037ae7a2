"""One press release: from the bytes of its page to its parts, verbatim; which block belongs to which part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crawler.errors import MissingPart, NotTheDocument
from crawler.items import PageText
from crawler.pages.attachments import is_file_row, is_note, is_title_above, offers_files, read_attachments
from crawler.pages.blocks import HEADINGS, Block, printed, read_blocks
from crawler.pages.furniture import LONGEST_CAPTION, captions_in, captions_of, is_around_text, says_the_moment
from crawler.pages.heading import Meta, heading_lines, is_kicker, is_meta_line, read_meta, split_heading
from crawler.pages.release_list import says_caption
from crawler.pages.rendering import read_links
from crawler.pages.soup import ParsedPage, open_page, says_not_the_document
from crawler.sources import SourceDescription
from crawler.wordlists import words

TEXT_ZONES = ("body", "press")
"""The elements that hold the text, the innermost first."""

OUTSIDE: dict[str, tuple[str | None, ...]] = {"body": (None, "press"), "press": (None,)}
"""Where a block stands that is outside of them."""


@dataclass
class Parts:
    """The blocks of each part, in page order. ``notes`` names what had to be guessed."""

    heading: list[Block] = field(default_factory=list)
    meta: list[Block] = field(default_factory=list)
    captions: list[Block] = field(default_factory=list)
    body: list[Block] = field(default_factory=list)
    files: list[Block] = field(default_factory=list)
    unplaced: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def sort_parts(blocks: Sequence[Block], source: SourceDescription) -> Parts:
    """Sort the blocks of a release page: heading, captions, meta line, text, attachments, foot.

    Known class names decide; where they are absent, the order of the page and the look of a block do.
    """
    sorter = _Sorter(blocks, source)
    for at, block in enumerate(blocks):
        if not sorter.place(at, block):
            break
    return sorter.finished()


class _Sorter:
    """Walks down the page: before the meta line, in the text, among the files; the foot ends it."""

    def __init__(self, blocks: Sequence[Block], source: SourceDescription) -> None:
        self.parts = Parts()
        self._blocks = blocks
        self._source = source
        self._words: dict[str, list[str]] = words("furniture")["words"]
        self._stretch: Callable[[int, Block], None] = self._before_meta
        self._early: list[Block] = []
        self._in_image = self._captioned = False
        zones = {block.zone for block in blocks}
        self._text_zone = next((zone for zone in TEXT_ZONES if zone in zones), None)

    def place(self, at: int, block: Block) -> bool:
        """Put one block where it belongs; False at the foot of the text."""
        if block.zone == "heading":
            self.parts.heading.append(block)
        elif block.zone == "meta" and not (self.parts.meta and self.parts.body):
            self._begin_text(block)
        elif block.folded in self._words["foot"]:
            return not self.parts.meta or (block.zone == "body" and not block.anchors)
        elif block.folded in self._words["image"]:
            self._in_image, self._captioned = block.zone != "image", False
        elif block.folded not in self._words["furniture"] and not self._shows_the_visit(block):
            self._stretch(at, block)
        return True

    def finished(self) -> Parts:
        """The parts, once all blocks are placed."""
        if not self.parts.body:
            self._promote_early()
        self.parts.captions[:0] = self._early
        if self.parts.heading and self.parts.heading[0].zone != "heading":
            self.parts.notes.append("heading_by_element")
        if self.parts.meta and self.parts.meta[0].zone != "meta":
            self.parts.notes.append("meta_by_text")
        return self.parts

    def _before_meta(self, at: int, block: Block) -> None:
        line = " ".join(block.text.split())
        if block.zone != "image" and is_meta_line(line):
            self._begin_text(block)
        elif block.zone == "image":
            self.parts.captions.append(block)
        elif block.tag in HEADINGS or is_kicker(line):
            self.parts.heading.append(block)
        elif block.zone == "body":
            self.parts.body.append(block)
        else:
            self._early.append(block)

    def _text(self, at: int, block: Block) -> None:
        if not self.parts.body and self._completes_meta(block):
            self.parts.meta.append(block)
        elif block.zone == "image" and self._is_caption(block):
            self.parts.captions.append(block)
        elif block.folded in self._words["attachments"] and self._files_follow(at):
            self.parts.notes.append("anlagen")
            self._stretch = self._files
        elif offers_files(block, self._source):
            self.parts.notes.append("attachment_by_note")
            self.parts.files.append(block)
        elif self._is_caption(block):
            self._captioned = True
            self.parts.captions.append(block)
        elif block.zone in ("teaser", "list", "pager"):
            self.parts.unplaced.append(block)
        elif block.folded in self._words["related"] and any(map(_only_leads_on, self._blocks[at + 1 : at + 2])):
            self.parts.unplaced.append(block)
            self._stretch = self._related
        else:
            self._in_image = False
            self.parts.body.append(block)

    def _files(self, at: int, block: Block) -> None:
        following = self._following(at)
        if is_file_row(block, self._source) or is_title_above(block, following):
            self.parts.files.append(block)
        elif following is not None and is_note(" ".join(following.text.split())):
            self.parts.unplaced.append(block)
        elif block.zone in ("body", "press") and not _names_a_link(block, following):
            self.parts.body.append(block)
        elif not _names_a_link(block, following):
            self.parts.unplaced.append(block)

    def _related(self, at: int, block: Block) -> None:
        """Links to other releases, up to the first block that is more than links."""
        if _only_leads_on(block):
            self.parts.unplaced.append(block)
            return
        self._stretch = self._text
        self._text(at, block)

    def _shows_the_visit(self, block: Block) -> bool:
        """Lines without words need more than their look: there is an element for the text, and they stand outside."""
        outside = self._text_zone is not None and block.zone in OUTSIDE[self._text_zone] and self.parts.meta
        return is_around_text(block, in_text=not outside)

    def _begin_text(self, block: Block) -> None:
        self.parts.meta.append(block)
        self._in_image = False
        self._stretch = self._text

    def _is_caption(self, block: Block) -> bool:
        known = {one.text for one in (*self.parts.captions, *self._early)}
        may_be = block.zone == "image" or block.text in known or (self._in_image and self._captions_go_on(block))
        return may_be and len("".join(captions_of(block.text))) <= LONGEST_CAPTION

    def _captions_go_on(self, block: Block) -> bool:
        """In an image block: up to the marked text; where none is marked, one caption and its credits."""
        if block.zone == "body":
            return False
        return self._text_zone == "body" or not self._captioned or says_caption(block.text)

    def _completes_meta(self, block: Block) -> bool:
        """A further line of a meta line that stands on several; once it is whole, the text has begun."""
        if not is_meta_line(" ".join(block.text.split())):
            return False
        have, more = read_meta(self.parts.meta), read_meta([block])
        new_date = have.published_text is None and more.published_text is not None
        return new_date or (have.number is None and more.number is not None)

    def _files_follow(self, at: int) -> bool:
        """Whether a link to a file or a remark on one is among the next two blocks."""
        near = self._blocks[at + 1 : at + 3]
        return any(is_file_row(one, self._source) for one in near)

    def _following(self, at: int) -> Block | None:
        return self._blocks[at + 1] if at + 1 < len(self._blocks) else None

    def _promote_early(self) -> None:
        """No text behind the meta line: long blocks before it are the text (meta line at the foot)."""
        long = [block for block in self._early if len(block.text) > LONGEST_CAPTION or block.zone == "press"]
        if any(len(block.text) > LONGEST_CAPTION for block in long):
            self.parts.notes.append("text_before_meta")
            self.parts.body = long
            self._early = [block for block in self._early if block not in long]


def _only_leads_on(block: Block) -> bool:
    """Whether a block is nothing but links and dates."""
    rest = block.text.casefold()
    for anchor in block.anchors:
        rest = rest.replace(anchor.text.casefold(), "", 1)
    return bool(block.anchors) and (not rest.strip(" \n|-–·()[]:") or says_the_moment(rest, in_text=False))


def _names_a_link(block: Block, following: Block | None) -> bool:
    """A title printed above its link says nothing the link's own text does not."""
    return following is not None and any(block.text == anchor.text for anchor in following.anchors)


def read_release(body: bytes, *, url: str, document_id: str, content_type: str, source: SourceDescription) -> PageText:
    """Read a release page. ``url`` is its canonical address, ``content_type`` the header's value or ``""``.

    Raises MissingPart (``heading``, ``date``, ``end of page``) where the page looks like a release without
    that part, NotTheDocument where it is something else (error page, start page, list, empty template),
    and ReadingError where it is no page at all.
    """
    page = open_page(body, url=url, source=source, content_type=content_type)
    _refuse_lists(page)
    blocks = read_blocks(page.column(("heading", "meta", "press")))
    parts = sort_parts(blocks, source)
    meta = read_meta(parts.meta)
    lines = heading_lines(parts.heading)
    _refuse_others(page, parts, meta, lines)
    page.refuse_cut_off()
    if not any(lines):
        raise MissingPart(url, "heading")
    if meta.published_text is None:
        raise MissingPart(url, "date")
    heading = split_heading(lines)
    return PageText(
        document_id=document_id,
        url=url,
        headline=heading.headline,
        kicker=heading.kicker,
        heading_lines=lines,
        number=meta.number,
        published_text=meta.published_text,
        authority=meta.authority,
        paragraphs=printed(parts.body),
        links=read_links(anchor for block in parts.body for anchor in block.anchors),
        attachments=read_attachments(parts.files),
        captions=captions_in(parts.captions),
        markup=(*_seen_markup(page), *parts.notes),
        unplaced=tuple(block.text for block in parts.unplaced if block.text),
    )


def _refuse_lists(page: ParsedPage) -> None:
    if page.has("list") and not page.has("press"):
        raise NotTheDocument(page.url, "a list page stands at the address of a release")


def _refuse_others(page: ParsedPage, parts: Parts, meta: Meta, lines: Sequence[str]) -> None:
    """Anything without a date that says it is something else, or says nothing at all."""
    if meta.published_text is not None:
        return
    said = says_not_the_document(page.title, page.first_heading(), " ".join(lines))
    if said is not None:
        raise NotTheDocument(page.url, f"the page says {said!r}")
    if not parts.body and not parts.files and not page.has("press"):
        raise NotTheDocument(page.url, "neither date nor text of a release")


def _seen_markup(page: ParsedPage) -> tuple[str, ...]:
    zones = ("column", "heading", "meta", "press", "body", "image")
    return tuple(zone for zone in zones if page.has(zone))
