"""The label of a listed file: printed date, number, title and remarks, as far as elements tell them apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from bs4 import NavigableString, Tag
from bs4.element import PreformattedString

from crawler.pages.attachments import is_note, split_note
from crawler.pages.blocks import is_marked, note_place
from crawler.pages.rendering import BLOCK_TAGS
from crawler.wordlists import words

_DATED = re.compile(r"(?:(?:19|20)\d{2}|\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}|(?:19|20)\d{2}-\d{2}(?:-\d{2})?)\W{0,3}\Z")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?:Kurzpapier\s{0,3})?(Nr\.?\s{0,3}\d{1,3})(?!\d)[\s:.–-]{0,5}", re.IGNORECASE)
_BARE_NUMBER = re.compile(
    r"(?:Kurzpapier\s{1,3})?(\d{1,3})(?:\s{0,3}[:.)|–—-](?![\d.])[\s:.)|–—-]{0,4}|\Z)", re.IGNORECASE
)
_NUMBER_IN_NAME = re.compile(r"nr[_. -]{0,2}0?(\d{1,3})(?!\d)", re.IGNORECASE)
_BRACKETED = re.compile(r"(.*\S)\s{0,3}[(\[]([^()\[\]]{3,60})[)\]]")
_BLOCKS = sorted(BLOCK_TAGS)
_SEPARATOR = re.compile(r"[\s:–—-]{0,9}")


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label taken apart; ``whole`` is all of it in one line."""

    whole: str
    title: str
    date: str | None = None
    number: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> str | None:
        """The remark on the document's state ("in Überarbeitung"), if one is printed."""
        return next((note.strip(" ()[]") for note in self.notes if is_remark(note)), None)

    def with_notes(self, notes: tuple[str, ...]) -> Label:
        """The same label with further remarks."""
        return replace(self, notes=(*self.notes, *notes))

    def with_date(self, date: str | None) -> Label:
        """The same label with a date printed beside it, where it has none itself."""
        return self if self.date or begins_dated(self.title) else replace(self, date=date)

    def without_size(self) -> Label:
        """The same label with a remark on format and size, ``(PDF, 0,2 MB)``, moved from title to notes."""
        title, size = split_note(self.title)
        return replace(self, title=title, notes=(*self.notes, size)) if size and title else self


def read_label(element: Tag, *, numbered: bool = False, without: str | None = None) -> Label:
    """Read the label in a link, or in the element around it.

    ``numbered`` looks for the number of a Kurzpapier before the title; text inside elements
    marked ``without`` is left out.

    >>> from bs4 import BeautifulSoup
    >>> def label(markup, **how): return read_label(BeautifulSoup(markup, "lxml").a, **how)
    >>> label("<a><div class='date'><b>Januar 2026</b> - Leitfaden</div></a>")
    Label(whole='Januar 2026 - Leitfaden', title='Leitfaden', date='Januar 2026', number=None, notes=())
    >>> label("<a><b>Nr. 21</b><span>Fotografie</span><i>in Überarbeitung</i></a>", numbered=True).title
    'Fotografie'
    """
    kept = _pieces(element, without)
    whole = " ".join(kept)
    notes = [text for text in kept if len(kept) > 1 and (is_remark(text) or is_note(text))]
    title = " ".join(text for text in kept if text not in notes)
    date = _own_date(element, whole)
    if date is not None and title.startswith(date):
        title = _without_separator(title[len(date) :]) or title
    elif date is not None and title.endswith(date):
        title = title[: -len(date)].rstrip(" (–—-:|") or title
    number, rest = _numbered(element, kept[0] if kept else "", title) if numbered else (None, title)
    rest, remark = _remark_at_end(rest)
    notes += [remark] if remark else []
    for kind, value in (("title", rest), ("date", date), ("number", number)):
        note_place(kind, value, element)
    return Label(whole=whole, title=rest, date=date, number=number, notes=tuple(notes))


def _numbered(element: Tag, first: str, title: str) -> tuple[str | None, str]:
    """The number of a Kurzpapier and its title without it.

    It stands after "Nr.", in a node of its own, before a dash or a colon, or it is the number in the file's name.
    """
    found = _NUMBER.match(title) or _BARE_NUMBER.match(title)
    alone = _BARE_NUMBER.fullmatch(first) if first != title and title.startswith(first) else None
    if found is None and alone is not None:
        return alone.group(1), _without_separator(title[len(first) :]).lstrip("| ") or title
    if found is None:
        link = element if element.name == "a" else element.find("a", href=True)
        name = str(link.get("href") or "").rpartition("/")[2] if isinstance(link, Tag) else ""
        named = _NUMBER_IN_NAME.search(name)
        found = re.match(rf"({named.group(1)})\s", title) if named else None
    if found is None:
        return None, title
    return " ".join(found.group(1).split()), title[found.end() :].strip() or title


def is_remark(text: str) -> bool:
    """Whether a piece of a label is a remark on the document's state, not its title."""
    return _remark().fullmatch(text.casefold().strip(" ()[].,;:–-*!")) is not None


@cache
def _remark() -> re.Pattern[str]:
    rules = words("furniture")["remarks"]
    around, states = "|".join(rules["around"]), "|".join(rules["states"])
    return re.compile(rf"(?:(?:{around}) ){{0,5}}(?:{states})(?: (?:{around})){{0,2}}")


def _remark_at_end(title: str) -> tuple[str, str | None]:
    """A title without the remark in brackets behind it, and the remark."""
    found = _BRACKETED.fullmatch(title)
    if found is None or not is_remark(found[2]):
        return title, None
    return found[1], found[2]


def looks_dated(text: str) -> bool:
    """Whether a short text ends in a year or a date, as dates printed in their own element do.

    >>> looks_dated("22/23.11.2023"), looks_dated("Stand Februar 2018"), looks_dated("Windows 10")
    (True, True, False)
    """
    return len(text) <= 40 and _DATED.search(text) is not None


def is_date(text: str) -> bool:
    """Whether a short text is nothing but a date with a day or a month, as far as words and digits tell.

    >>> is_date("vom 3. Mai 2024"), is_date("30.11./01.12.2022"), is_date("Tagung 2024"), is_date("2024")
    (True, True, False, False)
    """
    if not looks_dated(text) or text.strip().isdigit():
        return False
    known = words("furniture")["words"]
    spoken = [word.casefold() for word in _WORD.findall(text)]
    months = [word for word in spoken if word.startswith((*known["months"], *known["seasons"]))]
    return all(word in known["date_words"] for word in spoken if word not in months) and len(text.split()) < 9


def begins_dated(title: str) -> bool:
    """Whether a date and a separator stand in front of a title in one text."""
    head = re.split(r"\s[–—-]|[–—:]|(?<=\d{4})-", title[:60], maxsplit=1)[0]
    return is_date(head)


def _pieces(element: Tag, without: str | None) -> list[str]:
    """The text nodes of an element, white space collapsed.

    Nodes that stand inside one word or before a stop, with no white space, line break or edge of a
    block between them, are one piece.
    """
    pieces: list[str] = []
    open_end = False
    block: Tag | None = None
    for node in element.descendants:
        if isinstance(node, Tag) and node.name == "br":
            open_end = False
        if not isinstance(node, NavigableString) or isinstance(node, PreformattedString):
            continue
        around = node.find_parent(_BLOCKS)
        open_end, block = open_end and around is block, around
        if without is not None and node.find_parent(lambda tag: is_marked(tag, without)) is not None:
            continue
        text = " ".join(node.split())
        if text and open_end and not node[0].isspace() and _goes_on(text):
            pieces[-1] += text
        elif text:
            pieces.append(text)
        open_end = bool(text) and not node[-1].isspace()
    return pieces


def _goes_on(text: str) -> bool:
    return (text[0].islower() or text[0] in "-–,.;:)") and not is_remark(text)


def _own_date(element: Tag, whole: str) -> str | None:
    """The printed date, if an element holds it and nothing else: the shortest such element's text.

    In front any element may hold it; behind the title it must be one made for dates.
    """
    tags = element.find_all(["b", "strong", "time", "span", "div", "em", "i"])
    texts = [(tag, " ".join(tag.get_text(" ").split()).rstrip(" –—-:")) for tag in tags]
    dated = [(tag, text) for tag, text in texts if text != whole and looks_dated(text)]
    first = [text for _, text in dated if whole.startswith(text)]
    last = [text for tag, text in dated if whole.endswith(text) and _is_made_for_dates(tag)]
    return min(first or last, key=len, default=None)


def _is_made_for_dates(tag: Tag) -> bool:
    names = " ".join(tag.get("class") or ()).casefold()
    return tag.name == "time" or "date" in names or "datum" in names


def _without_separator(text: str) -> str:
    match = _SEPARATOR.match(text)
    return text[match.end() :] if match else text
