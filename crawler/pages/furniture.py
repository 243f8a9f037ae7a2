"""What a site puts around a text: image blocks, visit counters, share bars, neighbours, controls, placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from functools import cache
from urllib.parse import urlsplit

from lxml import etree

from crawler.pages.blocks import HEADINGS, Anchor, Block, note_place
from crawler.pages.rendering import BLOCK_TAGS
from crawler.sources import page_classes
from crawler.wordlists import words

LONGEST_CAPTION = 300
"""Characters; a longer text beside a picture is no caption."""

_NO_BLOCKS = {"body", "main", "html", "article", "section", "table", "tr", "tbody", "ul", "ol", "dl"}


def mark_image_blocks(tree: etree._Element, lower: str) -> None:
    """Give the elements around a picture and its caption the class by which the reading knows image blocks.

    A picture's block begins with words like "Details anzeigen", or says what the picture's ``alt`` or its
    link's ``title`` says, or says it twice.
    """
    likely = list(tree.iter("img"))
    if any(opener in lower for opener in _openers()):
        begins = {opener[0] for opener in _openers()}
        likely = [one for one in tree.iter(etree.Element) if one.tag == "img" or _begins(one.text, begins)]
        likely = [one for one in likely if one.tag == "img" or _opens(one)]
    name = page_classes("zones")["image"][0]
    for element in likely:
        block = _block_around(element)
        if block is not None:
            block.set("class", " ".join([*(block.get("class") or "").split(), name]))


def captions_of(text: str) -> tuple[str, ...]:
    """The captions in the text of an image block: without opening words, each once.

    >>> captions_of("Details anzeigenBlick in den HofBlick in den Hof\\nBlick in den Hof\\n© Amt")
    ('Blick in den Hof', '© Amt')
    """
    lines = (_once(_without_opener(" ".join(line.split()))) for line in text.split("\n"))
    return tuple(dict.fromkeys(line for line in lines if line))


def captions_in(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The captions in these blocks."""
    for block in blocks:
        for caption in captions_of(block.text):
            note_place("caption", caption, block.element)
    return captions_of("\n".join(block.text for block in blocks))


@cache
def _openers() -> tuple[str, ...]:
    return tuple(words("furniture")["words"]["image"])


def _without_opener(line: str) -> str:
    folded = line.casefold()
    opener = next((one for one in _openers() if folded.startswith(one)), None)
    if opener is None:
        return line
    rest = line[len(opener) :]
    return _without_opener(rest.lstrip(" :–-")) if not rest[:1].islower() else line


def _once(line: str) -> str:
    """A line that is one text printed two or three times, with or without a blank between, is that text."""
    for times in (3, 2):
        size = (len(line) + 1) // times
        for length in (size, size - 1):
            part = line[:length].strip()
            if part and line.replace(" ", "") == part.replace(" ", "") * times:
                return part
    return line


def _begins(text: str | None, letters: Set[str]) -> bool:
    return text is not None and text.lstrip()[:1].casefold() in letters


def _opens(element: etree._Element) -> bool:
    """Whether an element's own text is an opening phrase, alone or with a caption glued to it."""
    text = (element.text or "").strip()
    folded = text[:LONGEST_CAPTION].casefold()
    if not folded.startswith(_openers()):
        return False
    for opener in _openers():
        if folded.startswith(opener):
            rest = text[len(opener) :]
            return not rest.strip() or (not rest[0].isspace() and not rest[0].islower())
    return False


def _block_around(element: etree._Element) -> etree._Element | None:
    """The largest element around a picture or opening phrase that holds nothing but captions."""
    opened, found = _opens(element), None
    said = {_folded(text) for text in _descriptions(element)}
    for one in (element, *element.iterancestors()):
        if one.tag in _NO_BLOCKS or _is_zone(one) or not _is_caption(one, opened, said):
            break
        if one.tag in BLOCK_TAGS and any(captions_of(piece) for piece in _pieces(one)):
            found = one
    return found


def _is_caption(element: etree._Element, opened: bool, said: set[str]) -> bool:
    """Whether an element says nothing but a caption and a credit.

    They are known by being printed twice, by the picture's description, or by words like "Foto:"; behind an opening
    phrase one more line is a caption, unless it is a paragraph that ends a sentence.
    """
    others = element.iter("table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6")
    if next(others, None) is not None or sum(1 for _ in element.iter("img")) > 1:
        return False
    pieces = _pieces(element)
    texts = tuple(dict.fromkeys(text for piece in pieces for text in captions_of(piece)))
    if len(texts) > 2 or sum(map(len, texts)) > LONGEST_CAPTION:
        return False
    squeezed = _squeezed("".join(pieces))
    marks = words("furniture")["words"]["caption_marks"]
    unknown = [
        text
        for text in texts
        if squeezed.count(_squeezed(text)) < 2
        and _folded(text) not in said
        and not any(mark in text.casefold() for mark in marks)
    ]
    if not unknown or not opened:
        return not unknown
    paragraphs = {_folded("".join(map(str, one.itertext()))) for one in element.iter("p")}
    return len(unknown) == 1 and not (_folded(unknown[0]) in paragraphs and unknown[0].endswith((".", "!", "?")))


def _descriptions(element: etree._Element) -> Iterator[str]:
    for one in (element, *element.iterancestors("a")):
        yield from (text for name in ("alt", "title") if (text := one.get(name)))


def _pieces(element: etree._Element) -> list[str]:
    return [text for part in element.itertext() if (text := " ".join(str(part).split()))]


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _is_zone(element: etree._Element) -> bool:
    zones = page_classes("zones")
    known = {name for zone, names in zones.items() if zone != "image" for name in names}
    return bool(known & set((element.get("class") or "").split()))


LONGEST_WIDGET = 80
LONGEST_PLACEHOLDER = 300
"""Characters; what asks for a consent is short, and so is all that stands around its button."""

_WORDS = re.compile(r"[^\W\d_]+|\d+")
_SEPARATORS = " \n|/–—-·•,;:()[]«»‹›<>←→"
_SHARES = re.compile(r"(?:share|sharer|intent|send|submit|compose|shares)(?:\W|\Z)|sharearticle", re.IGNORECASE)
_PASSED_ON = re.compile(r"(?:^|&)(?:u|url|text|link|body|subject|title|status)=", re.IGNORECASE)


def is_around_text(block: Block, *, in_text: bool = True) -> bool:
    """Whether a block belongs to the page and not to its text; ``in_text`` as in :func:`is_widget`."""
    if block.tag in HEADINGS:
        return False
    if block.anchors and _only_links(block):
        return _is_neighbours(block) or _is_controls(block) or all(map(_is_of_the_page, block.anchors))
    return is_widget(block, in_text=in_text) or _is_controls(block) or _asks_consent(block)


def is_widget(block: Block, *, in_text: bool = True) -> bool:
    """Whether a block is nothing but a date, time or number and words about the visit ("Stand heute: …").

    Outside the element of the text (``in_text`` false) the words may be missing: a bare date there is no text.
    """
    if len(block.folded) > LONGEST_WIDGET or block.tag in HEADINGS or block.anchors:
        return False
    return says_the_moment(block.folded, in_text=in_text)


def says_the_moment(line: str, *, in_text: bool = True) -> bool:
    """The same for a case-folded line.

    >>> says_the_moment("stand heute: 23.11.2026"), says_the_moment("stand heute: 12 länder"), says_the_moment("14")
    (True, False, False)
    >>> says_the_moment("stand: heute"), says_the_moment("stand: 12. märz 2024")
    (True, False)
    """
    signs, fillers, days, moments = _vocabulary()
    found = _WORDS.findall(line)
    told = any(word.isdigit() or word in days for word in found)
    told = told or (len(found) > 1 and any(word in moments for word in found))
    plain = all(word.isdigit() or word in signs or word in fillers or word in days for word in found)
    return told and plain and (not in_text or any(word in signs for word in found))


def _only_links(block: Block) -> bool:
    """Whether nothing stands beside the links but separators and words that say where they lead."""
    beside = _beside_links(block)
    return not beside or _names_neighbour(beside) or _acts_on_page(beside)


def _beside_links(block: Block) -> str:
    rest = " ".join(block.text.split())
    for anchor in block.anchors:
        rest = rest.replace(anchor.text, " ", 1) if anchor.text else rest
    return rest.strip(_SEPARATORS).casefold()


def _is_of_the_page(anchor: Anchor) -> bool:
    """A link that passes the page on, leads to a neighbour, or only does something where it stands."""
    said = anchor.text.casefold()
    acts = _is_button(anchor.href) or _acts_on_page(said.strip(_SEPARATORS))
    return acts or _shares(anchor.href) or _names_neighbour(said)


def _is_button(href: str) -> bool:
    return href == "#" or href.lower().startswith("javascript:")


def _shares(href: str) -> bool:
    """An address that passes this page on: a message to nobody, or another site's form filled with it."""
    if href.lower().startswith(("mailto:?", "whatsapp:", "unreadable:whatsapp:", "unreadable:mailto:?")):
        return True
    parts = urlsplit(href)
    if parts.path in ("", "/") and _PASSED_ON.search(parts.query):
        return True
    return _SHARES.search(f"{parts.netloc}{parts.path}") is not None and _PASSED_ON.search(parts.query) is not None


def _is_neighbours(block: Block) -> bool:
    """Links to the entries before and after this one, which change with every new one."""
    named = _names_neighbour(_beside_links(block))
    return named or all(_names_neighbour(anchor.text.casefold()) for anchor in block.anchors)


def _names_neighbour(text: str) -> bool:
    return _neighbour().match(text.lstrip(_SEPARATORS)) is not None


def _is_controls(block: Block) -> bool:
    """Nothing but words that do something with the page ("Seite drucken | Nach oben")."""
    if len(block.folded) > LONGEST_WIDGET:
        return False
    said = [part.strip(_SEPARATORS) for part in re.split(r"[|\n·•]", block.folded)]
    if not any(said):
        return False
    scripts = {one.text.casefold() for one in block.anchors if _is_button(one.href)}
    return all(_acts_on_page(part) or part in scripts for part in said if part)


def _acts_on_page(said: str) -> bool:
    """Whether a few words do something with the page: "Seite drucken", "Diesen Beitrag teilen"."""
    known = words("furniture")["words"]
    return said in known["furniture"] or said in known["foot"] or _action().fullmatch(said) is not None


def _asks_consent(block: Block) -> bool:
    """Short text that asks the visitor for a consent: by its button, or by how it begins."""
    if len(block.text) > LONGEST_PLACEHOLDER:
        return False
    rules = words("furniture")["consent"]
    if not any(word in block.folded for word in rules["words"]):
        return False
    asks_for_cookies = "cookie" in block.folded and block.folded.startswith(tuple(rules["beginnings"]))
    return asks_for_cookies or _beside_button(block)


def _beside_button(block: Block) -> bool:
    around = block.element.parent
    if around is None or around.name == "body" or len(around.get_text()) > LONGEST_PLACEHOLDER + LONGEST_WIDGET:
        return False
    if around.find("button") is not None or around.find(attrs={"role": "button"}) is not None:
        return True
    return any(_is_button(str(link["href"])) for link in around.find_all("a", href=True))


@cache
def _vocabulary() -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    table: dict[str, list[str]] = words("furniture")["widgets"]
    return (
        frozenset(table["signs"]),
        frozenset(table["fillers"]),
        frozenset(table["days"]),
        frozenset(table["moments"]),
    )


@cache
def _action() -> re.Pattern[str]:
    rules = words("furniture")["neighbours"]
    return re.compile(rf"(?:diese\w? |die |den )?(?:{'|'.join(rules['entries'])}) (?:{'|'.join(rules['actions'])})")


@cache
def _neighbour() -> re.Pattern[str]:
    rules = words("furniture")["neighbours"]
    return re.compile(rf"(?:{'|'.join(rules['directions'])})\w*\s+(?:{'|'.join(rules['entries'])})\b")
