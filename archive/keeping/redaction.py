"""Takes names and titles out of values: out of texts, JSON and records of any shape. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.german.words import WORD

BAR = "█"
"""Stands for every letter and digit that is taken out, so that offsets into a text stay right."""

LEAST_LETTERS = 5
"""A title of fewer letters ("hier", "PDF") tells nothing."""


class Redactor:
    """Takes blocked ``names`` (ids and addresses) and ``titles`` out of what another document holds.

    A title that also stands in ``own`` (the other document's title) is its subject, and stays.
    """

    def __init__(self, names: Collection[str], titles: Iterable[str], *, own: Iterable[str] = ()) -> None:
        self.names = names
        told = [*titles, *(said for name in names for said in names_in_print(name))]
        subject = "\n".join(own)
        patterns = {_pattern(title) for title in told if is_telling(title)}
        kept = [one for one in patterns if not re.search(one, subject, re.IGNORECASE)]
        self._words = {word for title in told for word in WORD.findall(title)} if kept else set()
        longest_first = sorted(kept, key=lambda one: (-len(one), one))
        self._titles = re.compile("|".join(longest_first), re.IGNORECASE) if kept else None

    def for_quotes(self, texts: Iterable[str | None]) -> Redactor:
        """One that takes out the single words of the titles that ``texts``, already redacted, hold no more.

        >>> rest = Redactor([], ["Liste der Namen"]).for_quotes(["Eine Liste"])
        >>> rest.redacted("»Namen« neben »Liste«")
        '»█████« neben »Liste«'
        """
        held = {word.lower() for text in texts for word in WORD.findall(text or "")}
        return Redactor((), [word for word in self._words if word.lower() not in held])

    def redacted(self, value: Any) -> Any:
        """The value without them. Entries of lists that lead to a blocked document go, titles become bars.

        >>> Redactor(["https://x/a.pdf"], ["Liste der Namen"]).redacted("Anlage: Liste der Namen, 2 Seiten")
        'Anlage: █████ ███ █████, 2 Seiten'
        >>> Redactor(["https://x/a.pdf"], []).redacted('["https://x/a.pdf", "https://x/b.pdf"]')
        '["https://x/b.pdf"]'
        """
        match value:
            case str():
                return self._text(value)
            case dict():
                return {key: self.field(key, one) for key, one in value.items()}
            case list() | tuple():
                return type(value)(self.redacted(one) for one in value if not self._leads_there(one))
            case _ if is_dataclass(value) and not isinstance(value, type):
                values = {one.name: self.field(one.name, getattr(value, one.name)) for one in fields(value)}
                return replace(value, **values)
        return value

    def field(self, name: str, value: Any) -> Any:
        """The value of a field or column; an id stays as it is, or goes as a whole.

        >>> redactor = Redactor(["dsk-b"], ["Liste 5"])
        >>> [redactor.field("parent_id", one) for one in ("dsk-liste-5", "dsk-b")]
        ['dsk-liste-5', None]
        """
        if name == "id" or name.endswith("_id"):
            return None if value in self.names else value
        return self.redacted(value)

    def _text(self, text: str) -> str | None:
        if text in self.names:
            return None
        if text[:1] in ("[", "{"):
            try:
                known = json.loads(text)
            except ValueError:
                return self._masked(text)
            told = self.redacted(known)
            return text if told == known else json.dumps(told, ensure_ascii=False)
        return text if is_address(text) else self._masked(text)

    def _masked(self, text: str) -> str:
        return self._titles.sub(lambda found: masked(found[0]), text) if self._titles else text

    def _leads_there(self, entry: Any) -> bool:
        if isinstance(entry, str):
            return entry in self.names
        values = vars(entry) if is_dataclass(entry) else entry if isinstance(entry, dict) else {}
        return any(isinstance(value, str) and value in self.names for value in values.values())


def masked(text: str) -> str:
    """The text with a bar for every letter and digit.

    >>> masked("Anhang 2, neu")
    '██████ █, ███'
    """
    return re.sub(r"[^\W_]", BAR, text)


def is_address(text: str) -> bool:
    """Whether a text is an address and nothing else."""
    return "://" in text and not re.search(r"\s", text)


def is_telling(title: str) -> bool:
    """Whether a title says something of a document: a noun, a number or a long word, not only "hier".

    >>> [is_telling(title) for title in ("hier", "PDF", "Muster für Mieter", "kp_nr_5_video.pdf")]
    [False, False, True, True]
    """
    words = WORD.findall(title)
    return sum(map(len, words)) >= LEAST_LETTERS and any(
        word[0].isupper() or word[0].isdigit() or len(word) >= LEAST_LETTERS for word in words
    )


def names_in_print(name: str) -> list[str]:
    """How an address may stand in a text: whole, and the name of its file.

    >>> names_in_print("https://www.example.org/a/Mein%20Papier.pdf")
    ['https://www.example.org/a/Mein%20Papier.pdf', 'https://www.example.org/a/Mein Papier.pdf', 'Mein Papier.pdf']
    """
    if not is_address(name):
        return []
    plain = unquote(name)
    file = unquote(urlsplit(name).path.rsplit("/", 1)[-1])
    return list(dict.fromkeys((name, plain, *([file] if "." in file else []))))


def _pattern(title: str) -> str:
    """Its words in their order, whatever white space and signs stand between them."""
    return r"(?<![^\W_])" + r"[\W_]{1,4}".join(map(re.escape, WORD.findall(title))) + r"(?![^\W_])"
