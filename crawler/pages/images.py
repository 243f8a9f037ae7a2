"""Image blocks: found by their picture or their opening words, and what their captions say once."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from crawler.pages.blocks import BLOCK_TAGS
from crawler.sources import page_classes
from crawler.wordlists import words

LONGEST_CAPTION = 300
"""Characters; a longer text beside a picture is no caption."""

_NO_BLOCKS = {"body", "main", "html", "article", "section", "table", "tr", "tbody", "ul", "ol", "dl"}


def mark_image_blocks(tree: etree._Element, source_text: str) -> None:
    """Give the elements around a picture and its caption the class by which the reading knows image blocks.

    A picture's block begins with words like "Details anzeigen", or says what the picture's ``alt`` or its
    link's ``title`` says, or says it twice.
    """
    opened = any(opener in source_text.casefold() for opener in _openers())
    if not opened and "<img" not in source_text:
        return
    name = page_classes("zones")["image"][0]
    for element in [one for one in tree.iter(etree.Element) if one.tag == "img" or (opened and _opens(one))]:
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


def _opens(element: etree._Element) -> bool:
    """Whether an element's own text is an opening phrase, alone or with a caption glued to it."""
    text = (element.text or "").strip()
    folded = text.casefold()
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
    return len(unknown) == 1 and not (
        _folded(unknown[0]) in paragraphs and unknown[0].endswith((".", "!", "?"))
    )


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
