"""Annexes: which listed file belongs to which other, by file name where the page does not say it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from urllib.parse import unquote

from crawler.identity import ending_of
from crawler.items import ListedItem
from crawler.pages.wordlists import words


def with_parents(items: Sequence[ListedItem]) -> tuple[ListedItem, ...]:
    """Give annexes their ``parent_id`` and the type ``anlage`` where the main file is listed too.

    ``x_Anlage.pdf``, ``x_Anhang_2.pdf``, ``x_zusammenfassung.pdf`` belong to ``x.pdf``; ``x.odt`` beside
    ``x.pdf`` belongs to it. An annex without a listed main file stays what its section says.

    >>> one = ListedItem(document_id="dsk-oh-ki", url="https://x.de/media/oh/ki.pdf", label="KI",
    ...                  title_text="KI", doc_type="orientierungshilfe")
    >>> two = replace(one, document_id="dsk-oh-ki-anhang", url="https://x.de/media/oh/ki_Anhang.pdf")
    >>> [(item.doc_type, item.parent_id) for item in with_parents([one, two])]
    [('orientierungshilfe', None), ('anlage', 'dsk-oh-ki')]
    """
    stems = _stems(items)
    return tuple(_with_parent(item, stems) for item in items)


def _with_parent(item: ListedItem, stems: Mapping[str, ListedItem]) -> ListedItem:
    if item.parent_id is not None:
        return item
    main = _main_file(item, stems)
    if main is None or main.document_id == item.document_id:
        return item
    return replace(item, parent_id=main.document_id, doc_type="anlage")


def _main_file(item: ListedItem, stems: Mapping[str, ListedItem]) -> ListedItem | None:
    stem = _stem(item.url)
    same = stems.get(stem)
    if same is not None and ending_of(same.url) == "pdf" != ending_of(item.url):
        return same
    match = _suffix().search(stem)
    return stems.get(stem[: match.start()]) if match else None


def _stems(items: Sequence[ListedItem]) -> dict[str, ListedItem]:
    """The file of each stem: its PDF if there is one, else the first listed."""
    stems: dict[str, ListedItem] = {}
    for item in items:
        stem = _stem(item.url)
        if stem not in stems or (ending_of(item.url) == "pdf" != ending_of(stems[stem].url)):
            stems[stem] = item
    return stems


def _stem(url: str) -> str:
    path, _, _ = unquote(url).casefold().partition("?")
    folder, _, name = path.rpartition("/")
    return f"{folder}/{name.rpartition('.')[0] or name}"


@cache
def _suffix() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in words("furniture")["annexes"]["suffixes"])
    return re.compile(rf"[_ -]{{1,3}}(?:{names})(?:[_ -]?(?:nr[._ -]?)?[0-9]{{1,2}}|[_ -][a-e])?\Z")
