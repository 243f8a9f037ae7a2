"""Dates printed beside a link or a headline: which texts are one, and where a description says that they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from bs4 import NavigableString, Tag
from lxml import etree

from crawler.pages.blocks import HEADINGS, is_marked, note_place
from crawler.pages.labels import Label, is_date
from crawler.pages.rendering import BLOCK_TAGS
from crawler.wordlists import words

_MONTHS = "|".join((*words("furniture")["words"]["months"], *words("furniture")["words"]["english_months"]))
_MONTH = rf"(?i:{_MONTHS})[a-zäA-ZÄ]{{0,7}}\.?"
_NUMBERS = r"\d{1,2}\.\s?\d{1,2}\."
DAY = rf"(?:{_NUMBERS}\s?\d{{4}}|\d{{1,2}}\.?\s{_MONTH}\s\d{{4}})"
DATE = rf"(?:{DAY}|{_MONTH}\s\d{{1,2}},\s\d{{4}}|{_MONTH}\s\d{{4}}|\d{{4}}-\d{{2}}(?:-\d{{2}})?)"
WEEKDAY = r"(?:(?:Mo|Di|Mi|Do|Fr|Sa|So)[a-z]{0,9}\.?,?\s(?:den\s|dem\s)?)?"
_TIME = r"(?:,?\s(?:um\s)?\d{1,2}[:.]\d{2}(?:\sUhr)?)?"
_ALONE = re.compile(rf"(?P<lead>[^\d:|]{{0,40}}?):?\s?(?P<date>{WEEKDAY}{DATE}){_TIME}\.?")
_WITHOUT_YEAR = rf"(?:{_NUMBERS}|\d{{1,2}}\.\s{_MONTH})(?![\s]?\d)"
_EITHER = rf"(?P<date>{WEEKDAY}(?:{DATE}|{_WITHOUT_YEAR}))"
_ONLY = re.compile(rf"(?P<lead>[^\d:|]{{0,40}}?):?\s?{_EITHER}{_TIME}")
_FRONT = re.compile(rf"{_EITHER}(?:\s?[:|–—]\s?|\s-\s|\s(?=[A-ZÄÖÜ„\"]))(?P<title>\S.*)", re.DOTALL)
_SEPARATED = r"(?:\s?[(\[|,]\s?|\s[–—-]\s|\s(?P<said>vom\s|v\.\s)?)"
_END = re.compile(rf"(?P<title>.*?\S){_SEPARATED}(?:Stand:?\s)?{_EITHER}[)\]]?\.?", re.DOTALL)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_PARTS = re.compile(r"[|·•\n]|\s[–—-]\s")
_META = [
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.date",
    "article:published_time",
    "datepublished",
]
_EDGES = " \n:,;()[]|–—-"

LONGEST_LINE = 120
"""Characters; what is longer is text, and no line that prints a date."""

LEVELS = 4
LONGEST_SURROUNDINGS = 600
"""Characters; a larger part of a page is about more than one link."""

Found = tuple[str, str]
"""A date as printed, and the title without it."""


def dated(label: Label, link: Tag, *, heading: str, places: tuple[str, ...]) -> Label:
    """The label with the date that stands at the first of these places (``date_at`` of the section) that has one.

    A day without a year takes that of ``heading``, the nearest heading above that names one; ``heading`` as a place
    is the month or year that it prints. Without a date of its own a label keeps what it has.
    """
    year = year_of(_heading_of(link) or heading)
    for place in places:
        found = PLACES[place](label, link)
        if found is None and place == "heading":
            month = re.search(rf"{_MONTH}\s\d{{4}}", _heading_of(link) or heading)
            found = (month.group() if month else year, label.title) if year else None
        date = _with_year(found[0], year) if found else None
        if found and date:
            above = "die Überschrift darüber" if place == "heading" else None
            note_place("date", date, above or link.find_parent(["tr", "details", "li"]) or link.parent or link)
            return replace(label, date=date, title=found[1])
    return label


def year_of(heading: str) -> str:
    """The one year a heading names, or ``""``.

    >>> year_of("Beschlüsse 2021"), year_of("2020/2021")
    ('2021', '')
    """
    years = set(_YEAR.findall(heading))
    return years.pop() if len(years) == 1 else ""


def _with_year(date: str, year: str) -> str | None:
    if _YEAR.search(date):
        return date
    return f"{date}{'' if date.endswith('.') else ' '}{year}" if year else None


def _heading_of(link: Tag) -> str:
    """What a table or a folded part says above its rows, where that names a year."""
    table, part = link.find_parent("table"), link.find_parent("details")
    said = (holder.find(name) for holder, name in ((table, "caption"), (part, "summary")) if holder)
    return next((text for tag in said if isinstance(tag, Tag) and year_of(text := text_of(tag))), "")


def _in_front(label: Label, link: Tag) -> Found | None:
    found = _FRONT.fullmatch(label.title)
    if found:
        return found["date"], found["title"]
    return _alone(_beside(link)[0], label)


def _at_end(label: Label, link: Tag) -> Found | None:
    found = _END.fullmatch(label.title)
    if found:
        return found["date"], label.title if found["said"] else found["title"]
    return _alone(_beside(link)[1], label)


def _in_cell(label: Label, link: Tag) -> Found | None:
    """The cells behind the link's own, then those before it."""
    own = link.find_parent(["td", "th"])
    cells = [*own.find_next_siblings(["td", "th"]), *own.find_previous_siblings(["td", "th"])] if own else []
    return next((found for cell in cells if isinstance(cell, Tag) and (found := _alone(text_of(cell), label))), None)


def _in_summary(label: Label, link: Tag) -> Found | None:
    """The text around the link and in the block behind it, part by part; the words of a folded part's handle."""
    block = link.find_parent(sorted(BLOCK_TAGS))
    behind = block.find_next_sibling() if block is not None and block.name not in ("li", "td", "tr") else None
    texts = [text for part in _parts_about(link) for text in texts_of(part)]
    if isinstance(behind, Tag) and behind.name not in HEADINGS and behind.find("a", href=True) is None:
        texts += texts_of(behind)
    parts = (piece for text in texts for piece in _PARTS.split(text))
    return next((found for part in parts if (found := _alone(part, label))), None)


PLACES: dict[str, Callable[[Label, Tag], Found | None]] = {
    "front": _in_front,
    "end": _at_end,
    "cell": _in_cell,
    "summary": _in_summary,
    "heading": lambda label, link: None,
}
"""What each word of ``date_at`` means."""


def _alone(text: str, label: Label) -> Found | None:
    found = _ONLY.fullmatch(text.strip(_EDGES))
    return (found["date"], label.title) if found and _is_lead(found["lead"], also=("stand",)) else None


def _beside(link: Tag) -> tuple[str, str]:
    """The text before and behind a link in its block."""
    block = next(iter(_parts_about(link)), None)
    said = text_of(link)
    before, _, behind = text_of(block).partition(said) if block is not None and said else ("", "", "")
    return before, behind


def _parts_about(link: Tag) -> Iterator[Tag]:
    """The parts of the page around a link that are about nothing else, the smallest first."""
    for part in list(link.parents)[:LEVELS]:
        if part.name in ("body", "html", "main", "table", "tbody") or is_about_more(part, link):
            return
        if part.name in BLOCK_TAGS:
            yield part


def text_of(tag: Tag) -> str:
    """All text of an element in one line."""
    return " ".join(tag.get_text(" ").split())


def is_hint(tag: Tag) -> bool:
    """Whether an element is the box of hints of a list entry."""
    return is_marked(tag, "hint")


def date_outside_links(element: Tag) -> str | None:
    """The first text in ``element`` that is a date and stands in no link, heading or hint box.

    >>> from bs4 import BeautifulSoup
    >>> date_outside_links(BeautifulSoup("<li><b>Mai 2024</b> - <a href='x.pdf'>Titel</a></li>", "lxml").li)
    'Mai 2024'
    """
    texts = (text.strip(" ()[]:|–—-") for text in texts_of(element))
    tails = (tail for text in texts for tail in (text, text[text.rfind("Stand") :]) if tail)
    date = next((tail for tail in tails if is_date(tail)), None)
    note_place("date", date, element)
    return date


def date_beside(link: Tag) -> str | None:
    """The same in the smallest part of the page around ``link`` that has one, holds no other address and is short.

    The term of a definition (``dt``) belongs to what defines it.
    """
    part: Tag | None = link
    for _ in range(LEVELS):
        part = part.parent if part is not None else None
        if part is None or part.name in ("body", "html", "main") or is_about_more(part, link):
            return None
        date = date_outside_links(part) or _term_of(part)
        if date is not None:
            return date
    return None


def _term_of(part: Tag) -> str | None:
    term = part.find_previous_sibling(["dt", "dd"]) if part.name == "dd" else None
    return date_outside_links(term) if term is not None and term.name == "dt" else None


def is_about_more(part: Tag, link: Tag) -> bool:
    """Whether a part of the page holds another address than the link's, or is too long to be about it."""
    others = (other for other in part.find_all("a", href=True) if other["href"] != link["href"])
    return next(others, None) is not None or len(part.get_text(" ")) > LONGEST_SURROUNDINGS


def texts_of(element: Tag) -> Iterator[str]:
    """The texts of an element that stand in no link, heading or hint box."""
    for node in element.find_all(string=True):
        if node.find_parent(["a", *sorted(HEADINGS)]) is None and node.find_parent(is_hint) is None:
            yield " ".join(NavigableString(node).split())


# -- when a page says that it was published ------------------------------------------------------------


_NO_PLACE = r"(?!(?:Am|Im|Vom|Seit|Bis|Ab|Zum|Mo|Di|Mi|Do|Fr|Sa|So)(?:[a-z]{0,7}tag|woch|abend)?\b)"
_NAME = r"[A-ZÄÖÜ][\w.()-]*"
_PLACE = rf"{_NO_PLACE}{_NAME}(?:\s?/\s?{_NAME}|\s(?:am|an der|im|{_NAME})){{0,3}}"
DATELINE = re.compile(rf"\(?(?P<line>{_PLACE},\s(?:den\s|am\s)?{WEEKDAY}{DAY})\)?\.?(?P<rest>\s?[–—:-]\s|\s*\Z)")
"""The line of place and day, alone (``rest`` is empty) or in front of a text."""


def printed_day(element: Tag, line: str) -> str | None:
    """The date that an element prints and nothing else but words that introduce it ("Veröffentlicht am").

    Of a ``<time>`` what it prints, at its precision, else its ``datetime``.
    """
    moment = element if element.name == "time" else element.find("time")
    if isinstance(moment, Tag) and _is_lead(line.replace(text_of(moment), "", 1)):
        found = re.fullmatch(rf"({WEEKDAY}{DATE}){_TIME}", text_of(moment))
        return found.group(1) if found else str(moment.get("datetime") or "").strip() or None
    return published(line)


def published(line: str) -> str | None:
    """The date of a line that is nothing else, or is introduced as the day of publication.

    >>> published("Datum: 25. März 2021"), published("Geändert am 25. März 2021")
    ('25. März 2021', None)
    """
    alone = _ALONE.fullmatch(line)
    return alone["date"] if alone and _is_lead(alone["lead"]) else None


def is_marked_date(tag: Tag) -> bool:
    """Whether an element, or one in it, is that of a date by its class name."""
    return is_marked(tag, "date") or tag.find(lambda inner: is_marked(inner, "date")) is not None


def _is_lead(text: str, also: tuple[str, ...] = ()) -> bool:
    bare = text.casefold().strip(" :|,.–-")
    return not bare or bare in words("furniture")["words"]["published"] or bare in also


def meta_date(tree: etree._Element) -> str | None:
    """The day of publication in the head of a page, verbatim, or None."""
    named: dict[str, str] = {}
    for one in tree.iter("meta"):
        name, said = one.get("name") or one.get("property") or one.get("itemprop"), (one.get("content") or "").strip()
        if name and said:
            named.setdefault(name.lower(), said)
    day = next((named[name] for name in _META if name in named), None)
    note_place("date", day, "head > meta")
    return day
