"""Raised pieces of a text: marks of notes are kept apart as ``word[43]``, exponents stay exponents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

from crawler.pages.rendering import BLOCK_TAGS, classes_with
from crawler.wordlists import words

_SUPERS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISE = str.maketrans("0123456789-−–n", _SUPERS + "⁻⁻⁻ⁿ")
_LOWER = str.maketrans(_SUPERS + "⁽⁾˒", "0123456789(),")
_ONE = rf"⁽?[{_SUPERS}]{{1,3}}⁾?"
_IN_TEXT = re.compile(rf"(?<![{_SUPERS}⁻⁺]){_ONE}(?:\s?[,˒]\s?{_ONE})*(?![{_SUPERS}⁻⁺⁄/])")
_NUMBER = r"[(\[]?\d{1,3}[)\]]?"
_MARK = re.compile(rf"{_NUMBER}(?:\s?[,;–-]\s?{_NUMBER})*[.,;]?")
_EXPONENT = re.compile(r"[-−–]?\d{1,4}|n")
_UNIT = re.compile(r"(?:^|[\s\d(/·*²³])(?:[kcdmµμnh]?m|ft)\Z|/ ?s\Z")
_POWER = re.compile(r"(?:^|[^\w.,/§-])(10|2)\Z")
_SMALL_BASE = re.compile(r"(?:^|[\s(=])(?:[A-Za-zΑ-ω]{1,2}|\d{1,4})\Z")
_BEHIND_OPERATOR = re.compile(r"[=·×*^<>≤≥]\s?[\w.,]{1,6}\Z")
_OPERATORS = tuple("=·×*^<>≤≥+−")
_SUPER = re.compile(f"[{_SUPERS}]")
_NOTE_LINK = re.compile(r"""href=["']?#[^>]*>\s*[(\[]?\d""")
_STYLE = re.compile(r"vertical-align\s*:\s*(?:super|text-top|[1-9])", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,3}\)?\Z")
SURROUNDINGS = 40
"""Characters before a raised piece that say what it is."""

LEAST_POWER_OF_TWO = 7
"""A smaller number raised behind a 2 is a mark, unless it stands in a formula."""


def settle_marks(tree: etree._Element, lower: str) -> None:
    """Rewrite raised pieces in the tree: ``<sup>``, raised by style, note links, Unicode superscripts."""
    if not _may_be_raised(tree, lower):
        return
    for element in [one for one in tree.iter("sup", "span", "small", "a", "font") if _is_raised(one)]:
        if element.getparent() is not None:
            _settle_element(element)
    for element in list(tree.iter(etree.Element)):
        if element.tag not in ("script", "style"):
            _settle_texts(element)


def _may_be_raised(tree: etree._Element, lower: str) -> bool:
    """A quick look: most pages have nothing of the kind."""
    if next(tree.iter("sup"), None) is not None or "vertical-align" in lower or _NOTE_LINK.search(lower):
        return True
    text = etree.tostring(tree, encoding="unicode", method="text")
    return _SUPER.search(text) is not None or bool(classes_with(tree, _raising_names()))


def raised(before: str, piece: str, after: str) -> str:
    """What a raised piece is in running text, by the text around it.

    >>> raised("die Leitlinie 03/2019", "44", " und"), raised("ein Saal von 30 m", "2", " Fläche")
    ('[44]', '²')
    >>> raised("", "1", "Vgl. dort"), raised("mehr als 10", "3", " Werte"), raised("nach § 10", "3", " BDSG")
    ('[1] ', '³', '[3]')
    """
    bare = " ".join(piece.split())
    if _EXPONENT.fullmatch(bare) and _is_exponent(before, bare, after):
        return bare.translate(_RAISE)
    if re.fullmatch(r"[a-z]\)?", bare) and (before[-1:].isalpha() or before[-1:] in tuple('.,;:!?)“”"')):
        return f"[{bare[0]}]"
    if _MARK.fullmatch(bare) is None or bare in ("0", "00"):
        return piece
    inner = re.sub(r"[()\[\]\s]|[.,;]\Z", "", bare)
    opens = not before.strip() and not after[:1].isspace()
    return f"[{inner}] " if opens or (piece[-1:].isspace() and after[:1].isalnum()) else f"[{inner}]"


def _is_exponent(before: str, piece: str, after: str) -> bool:
    if piece[0] in "-−–":
        return True
    if piece == "n":
        return _SMALL_BASE.search(before) is not None
    if _UNIT.search(before) and piece in ("2", "3"):
        return True
    if _SMALL_BASE.search(before) and (after.lstrip().startswith(_OPERATORS) or _BEHIND_OPERATOR.search(before)):
        return True
    power = _POWER.search(before)
    if power is None or _counted().search(before[: power.start(1)]):
        return False
    return int(piece) > (1 if power.group(1) == "10" else LEAST_POWER_OF_TWO - 1)


@cache
def _counted() -> re.Pattern[str]:
    """What stands before a number that counts a place in a text: no power follows it."""
    return re.compile(rf"(?:§|[^\W\d_]\.|\b(?:{'|'.join(words('furniture')['marks']['counted'])}))\s*\Z", re.IGNORECASE)


@cache
def _raising_names() -> frozenset[str]:
    return frozenset(words("furniture")["marks"]["names"])


# -- in the tree --------------------------------------------------------------------------------


def _is_raised(element: etree._Element) -> bool:
    if element.tag == "sup" or _STYLE.search(element.get("style") or ""):
        return True
    names = element.get("class")
    if names and not _raising_names().isdisjoint(names.lower().split()):
        return _DIGITS.match(_text(element).strip(" ()[]")) is not None
    return element.tag == "a" and _is_note_link(element)


def _is_note_link(link: etree._Element) -> bool:
    """A link to a place on the same page that is nothing but a number and sticks to the text beside it."""
    if not (link.get("href") or "").startswith("#") or not _DIGITS.match(_text(link).strip()):
        return False
    if any(child.tag == "sup" for child in link.iter("sup")) or next(link.iterancestors("sup"), None) is not None:
        return False
    before = _text_before(link)
    return (
        before[-1:].isalnum()
        or before[-1:] in tuple('.,;:!?)“”"')
        or (not before.strip() and (link.tail or "")[:1].isalpha())
    )


def _settle_element(element: etree._Element) -> None:
    """Write a raised element, with raised ones that follow it at once, as plain text."""
    piece = _text(element)
    while not (element.tail or "").strip() and (follower := element.getnext()) is not None:
        if not _is_raised(follower) or (element.tail and not piece.rstrip().endswith((",", ";"))):
            break
        piece += _text(follower)
        element.tail = follower.tail
        _parent(follower).remove(follower)
    target = element
    if element.tag != "a":
        links = [one for one in element.iter("a") if not (one.get("href") or "#").startswith("#")]
        target = links[0] if links else element
    said = raised(_text_before(element), piece, _text_after(element))
    if said == piece:
        return
    if target is element and element.tag != "a":
        _write_over(element, said)
        return
    for child in list(target):
        target.remove(child)
    target.text = said


def _write_over(element: etree._Element, said: str) -> None:
    """Put plain text in the place of an element."""
    said += element.tail or ""
    parent, previous = _parent(element), element.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + said
    else:
        parent.text = (parent.text or "") + said
    parent.remove(element)


def _settle_texts(element: etree._Element) -> None:
    """Rewrite the Unicode superscripts in the text at the beginning of an element and behind it."""
    if element.text and _IN_TEXT.search(element.text):
        before = "" if element.tag in BLOCK_TAGS else _text_before(element)
        element.text = _settled(before, element.text)
    if element.tail and _IN_TEXT.search(element.tail):
        ends_line = element.tag in BLOCK_TAGS or element.tag == "br"
        before = "" if ends_line else _text_before(element) + _text(element)
        element.tail = _settled(before, element.tail)


def _settled(before: str, text: str) -> str:
    def written(match: re.Match[str]) -> str:
        head, after = before + text[: match.start()], text[match.end() :]
        if _is_part_of_sign(head, after):
            return match.group()
        said = raised(head[-SURROUNDINGS:], match.group().translate(_LOWER), after)
        return said if said.startswith("[") else match.group()

    return _IN_TEXT.sub(written, text)


def _is_part_of_sign(before: str, after: str) -> bool:
    """A raised number in front of a sign of its own (``¹⁴C``), not behind a word and not opening a note."""
    opening = not before.strip()
    if re.match(r"[A-Z][a-z]?(?![a-zäöüß.])", after) and (opening or before[-1:].isspace() or before[-1:] in "(-"):
        return not opening or not after[1:2].isspace()
    return False


def _text_before(element: etree._Element) -> str:
    """The text before an element in the same line, as far as it says what the element is."""
    pieces: list[str] = []
    node = element
    while sum(map(len, pieces)) < SURROUNDINGS:
        previous = node.getprevious()
        if previous is not None:
            pieces.append(previous.tail or "")
            if previous.tag in BLOCK_TAGS or previous.tag == "br":
                break
            pieces.append(_text(previous))
            node = previous
            continue
        parent = node.getparent()
        if parent is None:
            break
        pieces.append(parent.text or "")
        if parent.tag in BLOCK_TAGS:
            break
        node = parent
    return "".join(reversed(pieces))[-SURROUNDINGS:]


def _text_after(element: etree._Element) -> str:
    """The text behind an element in the same line, up to the next element."""
    node = element
    while not node.tail:
        parent = node.getparent()
        if node.getnext() is not None:
            return _text(_next(node))
        if parent is None or parent.tag in BLOCK_TAGS:
            return ""
        node = parent
    return node.tail


def _next(node: etree._Element) -> etree._Element:
    following = node.getnext()
    assert following is not None
    return following


def _parent(node: etree._Element) -> etree._Element:
    parent = node.getparent()
    assert parent is not None
    return parent


def _text(element: etree._Element) -> str:
    return "".join(_texts(element))


def _texts(element: etree._Element) -> Iterator[str]:
    for text in element.itertext():
        yield str(text)
