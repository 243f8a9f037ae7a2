"""From bytes to a page: charset decided, markup parsed, the text column cut out for BeautifulSoup."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

from bs4 import NavigableString, Tag
from bs4.builder import HTMLTreeBuilder
from bs4.element import PageElement
from lxml import etree

from crawler.errors import MissingPart, ReadingError
from crawler.pages.furniture import mark_image_blocks
from crawler.pages.marks import settle_marks
from crawler.pages.rendering import render, resolve_links
from crawler.sources import SourceDescription, page_classes
from crawler.wordlists import words

_META_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_:.-]{1,40})""", re.I)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.I)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_AS_BROWSERS_DO = {"iso8859-1": "cp1252", "ascii": "cp1252", "latin-1": "cp1252"}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_MARKUP = re.compile(rb"<(?:!doctype\s+html|!--|\?xml|[a-z][a-z0-9]*[\s>])")
_TITLE_PARTS = re.compile(r"\s[-–—|·]\s")
_GAPS = re.compile(r"[\s/]")
_WITH_CLASS = etree.XPath("//*[@class]")
_MAIN = tuple(
    etree.XPath(path) for path in ("//main", '//*[@role="main"]', '//*[@id="main"]', '//*[@id="content"]', "//article")
)

_BUILDER = HTMLTreeBuilder()
_BLANKS = " \n\t\f\r"

PASTED = "windows-1252 pasted into utf-8"
_TORN = (b"\xc2", b"\xc3", b"\xe2")
"""First bytes of the characters that German pages have; alone they are rather a torn character than one pasted."""

MOST_TAGS = 120_000
MOST_ATTRIBUTES = 10_000
"""More tags on a page, more attributes in a tag than any real page has."""


@dataclass(frozen=True, kw_only=True)
class ParsedPage:
    """A parsed page: its tree, its ``<title>``, whether it breaks off before its end, its known elements."""

    url: str
    tree: etree._Element
    title: str
    cut_off: bool
    zones: Mapping[str, list[etree._Element]]

    def refuse_cut_off(self) -> None:
        """Raise MissingPart if the page was cut off: what is missing cannot be known."""
        if self.cut_off:
            raise MissingPart(self.url, "end of page")

    def has(self, zone: str) -> bool:
        """Whether an element with a class of this zone (see ``crawler/sources``) is on the page."""
        return zone in self.zones

    def column(self, zones: Iterable[str]) -> Tag:
        """The container that holds the first element of each of these zones, as soup.

        Without such elements the page's main element, else the whole body. An ``h1`` stands in for the
        heading zone where that is asked for and absent.
        """
        wanted = list(zones)
        marks = [self.zones[zone][0] for zone in wanted if zone in self.zones]
        if marks and "heading" in wanted and not self.has("heading"):
            marks += list(self.tree.iter("h1"))[:1]
        return as_soup(_holder(marks) if marks else self._main())

    def content_of(self, zones: Iterable[str]) -> etree._Element | None:
        """The main element, else what holds the first elements of these zones; None where neither is marked."""
        main = self._main()
        marks = [self.zones[zone][0] for zone in zones if zone in self.zones]
        if main.tag not in ("body", "html"):
            return main
        return _holder(marks) if marks else None

    def main_with(self, zone: str) -> Tag:
        """The page's main element as soup, or the whole body if the zone stands outside of it."""
        main = self._main()
        outside = [mark for mark in self.zones.get(zone, ()) if main not in mark.iterancestors()]
        body = self.tree.find("body")
        return as_soup(body if outside and body is not None else main)

    def anchors(self) -> list[tuple[str, str]]:
        """Every link of the page in order: its address (see ``crawler.pages.rendering``) and text."""
        return [(link.get("href") or "", _text(link)) for link in self.tree.iter("a") if link.get("href")]

    def first_heading(self) -> str:
        """The text of the first ``h1``, or ``""``."""
        return _text(next(iter(self.tree.iter("h1")), None))

    def _main(self) -> etree._Element:
        for path in _MAIN:
            mains = cast("list[etree._Element]", path(self.tree))
            if len(mains) == 1:
                return mains[0]
        body = self.tree.find("body")
        return self.tree if body is None else body


def open_page(body: bytes, *, url: str, source: SourceDescription, content_type: str = "") -> ParsedPage:
    """Parse the bytes of an HTML page, its links resolved. ``content_type`` is the header's value, or ``""``.

    Raises ReadingError for a page without any element, and for markup nested deeper than any page is.
    """
    text = _CONTROLS.sub("", decode(body, content_type))
    _refuse_bombs(text, url)
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = cast("etree._Element | None", etree.fromstring(text.encode(), parser))
    except etree.LxmlError as error:
        raise ReadingError(url, "no readable HTML") from error
    if tree is None:
        raise ReadingError(url, "an empty page")
    if any("xcessive depth" in entry.message for entry in parser.error_log):
        raise ReadingError(url, "markup nested too deep to be a page")
    resolve_links(tree, url, source)
    if "\f" in text:
        _write_form_feeds_as_blanks(tree)
    lower = text.lower()
    for written in (render, settle_marks, mark_image_blocks):
        written(tree, lower)
    title = _text(next(iter(tree.iter("title")), None))
    return ParsedPage(url=url, tree=tree, title=title, cut_off=_is_cut_off(lower), zones=_zones_of(tree))


def _write_form_feeds_as_blanks(tree: etree._Element) -> None:
    """They are white space, and may stand in what is parsed, but in nothing that is written back."""
    for element in tree.iter(etree.Element):
        if element.text and "\f" in element.text:
            element.text = element.text.replace("\f", " ")
        if element.tail and "\f" in element.tail:
            element.tail = element.tail.replace("\f", " ")


def _refuse_bombs(text: str, url: str) -> None:
    """Markup that would cost minutes or hundreds of megabytes to parse is not parsed."""
    long = [part.rpartition("<")[2] for part in text.split(">") if len(part) > MOST_ATTRIBUTES and "<" in part]
    if text.count("<") > MOST_TAGS or any(len(_GAPS.findall(tag)) > MOST_ATTRIBUTES for tag in long):
        raise ReadingError(url, "more elements than any page has")


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a page: by its byte order mark, else UTF-8 where the bytes are UTF-8, else as declared.

    Header and ``<meta>`` are believed only where the bytes are not UTF-8 (DSK sends UTF-8 without a charset).
    In UTF-8 a few bytes that are none are read as Windows-1252, as pasted from elsewhere; the torn beginning of a
    character becomes U+FFFD.

    >>> decode("Maßnahmen".encode(), "text/html; charset=iso-8859-1")
    'Maßnahmen'
    >>> decode("Maßnahmen".encode("latin-1"), "text/html")
    'Maßnahmen'
    >>> decode("Prüfung".encode() + b" \\x96 \\x84sofort\\x93")
    'Prüfung – „sofort“'
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body.decode(codec, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_broken(body, content_type)


def is_page(body: bytes) -> bool:
    """Whether bytes are a web page rather than a file.

    >>> is_page(b"  <!DOCTYPE html><html>"), is_page(b"%PDF-1.7")
    (True, False)
    """
    head = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return bool(_MARKUP.match(head))


def as_soup(element: etree._Element) -> Tag:
    """An element of the tree in a BeautifulSoup ``body``, as ``BeautifulSoup(…, "lxml")`` would make it."""
    html = Tag(builder=_BUILDER, name="html")
    grower = _Grower(html)
    if element.tag != "body":
        grower.grow(element, body := grower.tag("body", {}, html))
        return body
    grower.grow(element, html)
    return cast(Tag, html.contents[0])


class _Grower:
    """Makes tags of the elements of a tree; quicker than writing the tree down and parsing it again."""

    def __init__(self, root: Tag) -> None:
        self._last: PageElement = root

    def tag(self, name: str, attributes: dict[str, str], parent: Tag) -> Tag:
        tag = Tag(builder=_BUILDER, name=name, attrs=attributes, parent=parent, previous=self._last)
        parent.contents.append(tag)
        self._last = tag
        return tag

    def grow(self, element: etree._Element, parent: Tag, kind: type[NavigableString] = NavigableString) -> None:
        """Append an element with all it holds; text in scripts and the like is of a kind of its own."""
        tag = self.tag(element.tag, dict(cast("list[tuple[str, str]]", element.items())), parent)
        kind = _BUILDER.string_containers.get(tag.name, kind)
        self._text(element.text, tag, kind)
        for child in element:
            if isinstance(child.tag, str):
                self.grow(child, tag, kind)
            self._text(child.tail, tag, kind)

    def _text(self, text: str | None, parent: Tag, kind: type[NavigableString]) -> None:
        if not text:
            return
        if not text.strip(_BLANKS) and not _keeps_blanks(parent):
            text = "\n" if "\n" in text else " "
        string = kind(text)
        string.setup(parent, self._last)
        parent.contents.append(string)
        self._last = string


def _keeps_blanks(tag: Tag | None) -> bool:
    while tag is not None and tag.name not in _BUILDER.preserve_whitespace_tags:
        tag = tag.parent
    return tag is not None


def says_not_the_document(*texts: str) -> str | None:
    """The first of these titles and headings that an error or start page carries, or None.

    >>> says_not_the_document("Datenschutz MV", "Fehler 404 - Seite nicht gefunden")
    'Fehler 404 - Seite nicht gefunden'
    """
    return next((text for text in texts if len(text) <= 120 and _says_so(text)), None)


def _says_so(text: str) -> bool:
    """Whether each part of a title says so; the name of the site behind it does not count."""
    phrases = words("furniture")["not_the_document"]
    name, *_ = [part for part in _TITLE_PARTS.split(text.casefold()) if part.strip()] or [""]
    parts = [part.strip(" .!:") for part in name.split(": ")]
    return all(part in phrases["equals"] or any(one in part for one in phrases["contains"]) for part in parts)


def _decode_broken(body: bytes, content_type: str) -> str:
    """UTF-8 with other bytes in it, if some of its characters are of German pages; else a charset of single bytes."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    ours = sum(1 for one in text if one > "\x7f" and one != "\ufffd" and one.encode("cp1252", "ignore"))
    codec = next((known for name in _declared(body, content_type) if (known := _single_byte_codec(name))), None)
    if ours > broken or (ours and codec is None):
        return body.decode("utf-8", PASTED)
    return body.decode(codec or "cp1252", "replace")


def _declared(body: bytes, content_type: str) -> list[str]:
    """The charsets that header and ``<meta>`` name, lower case."""
    header = _HEADER_CHARSET.search(content_type)
    meta = _META_CHARSET.search(body[:4096])
    names = [header.group(1) if header else "", meta.group(1).decode("ascii") if meta else ""]
    return [name.lower() for name in names if name]


def _read_pasted(error: UnicodeError) -> tuple[str, int]:
    """What stands for one byte that is no UTF-8: its Windows-1252 character, or U+FFFD for a torn beginning."""
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start : error.start + 1]
    if error.end - error.start > 1 or byte in _TORN:
        return "\ufffd", error.end
    return byte.decode("cp1252", "replace"), error.start + 1


codecs.register_error(PASTED, _read_pasted)


def _single_byte_codec(name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
        b"".decode(codec)
    except (LookupError, ValueError):
        return None
    return None if codec.startswith("utf") else _AS_BROWSERS_DO.get(codec, codec)


def _is_cut_off(lower: str) -> bool:
    """An opened document without its end, unless the foot of the text column is still there."""
    end = lower[-20_000:]
    if "<html" not in lower[:5_000] or "</html" in end or "</body" in end:
        return False
    return words("furniture")["words"]["foot"][0] not in end


def _zones_of(tree: etree._Element) -> dict[str, list[etree._Element]]:
    """The elements of each zone of ``furniture.toml``, in page order, found in one pass."""
    zones: dict[str, list[etree._Element]] = {}
    known = _zones_by_class()
    by_value: dict[str, list[str]] = {}
    for element in cast("list[etree._Element]", _WITH_CLASS(tree)):
        value = element.get("class") or ""
        if value not in by_value:
            by_value[value] = [known[name] for name in value.split() if name in known]
        for zone in by_value[value]:
            zones.setdefault(zone, []).append(element)
    return zones


@cache
def _zones_by_class() -> dict[str, str]:
    return {name: zone for zone, names in page_classes("zones").items() for name in names}


def _holder(marks: list[etree._Element]) -> etree._Element:
    """The lowest common ancestor, widened to the text column or main element around it, if there is one."""
    common = [marks[0], *marks[0].iterancestors()]
    for mark in marks[1:]:
        lineage = {mark, *mark.iterancestors()}
        common = [element for element in common if element in lineage]
    lowest = common[1] if common[0] in marks and len(common) > 1 else common[0]
    return next((element for element in common if _is_column(element)), lowest)


def _is_column(element: etree._Element) -> bool:
    wanted = page_classes("zones")["column"][0]
    return (
        wanted in (element.get("class") or "").split()
        or element.tag in ("main", "article")
        or element.get("role") == "main"
        or element.get("id") in ("main", "content")
    )


def _text(element: etree._Element | None) -> str:
    return "" if element is None else " ".join("".join(cast("Iterator[str]", element.itertext())).split())
