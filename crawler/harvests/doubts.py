"""What a harvest holds back until it has seen all answers: a page put in between shows only beside the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from crawler.errors import Interposed, ReadingError, UnknownIdentity
from crawler.identity import canonical_url
from crawler.items import ListedItem, Memory
from crawler.pages.frame import Frame, Gist, gist_of, read_frame, refuse_interposed
from crawler.pages.soup import open_page
from crawler.sources import SourceDescription

SAME_AT = 3
"""The same page at so many addresses that are known, or expected, to be different documents is none of them."""

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One page that answered for a document: where it came from in the end, and its bytes when asked for."""

    url: str
    final_url: str
    content_type: str
    document_id: str
    load: Callable[[], bytes]


@dataclass(frozen=True, kw_only=True)
class _Held(Generic[Result]):
    answer: Answer
    results: Callable[[], Iterable[Result]]
    keys: tuple[str, ...]
    refuse: Callable[[ReadingError], Iterable[Result]]


@dataclass
class Doubts(Generic[Result]):
    """Pages of one run that may not be what was asked for, and the frame of the site that tells.

    ``frame`` is that of a list or section read in this run, else of the newest one in the vault.
    """

    memory: Memory
    source: SourceDescription
    frame: Frame | None = None
    _held: list[_Held[Result]] = field(default_factory=list)
    _shown: dict[str, dict[str, tuple[str | None, str | None]]] = field(default_factory=lambda: defaultdict(dict))

    def learn(self, body: bytes, *, url: str, content_type: str) -> None:
        """Take the frame of a list or section that was read in this run; the first one counts."""
        if self.frame is None:
            self.frame = read_frame(body, url=url, source=self.source, content_type=content_type)

    def recall(self, urls: Iterable[str]) -> None:
        """Where this run read no list: the frame of the last one that was read before."""
        for url in urls:
            last = None if self.frame else self.memory.recall(url)
            if last is not None:
                with suppress(ReadingError):
                    self.learn(last.body, url=url, content_type=last.content_type)

    def refuse_interposed(self, answer: Answer) -> None:
        """Raise Interposed for a page without the site's own frame."""
        if self.frame is not None and self.frame.is_known:
            page = open_page(answer.load(), url=answer.final_url, source=self.source, content_type=answer.content_type)
            refuse_interposed(page, self.frame)

    def hold(
        self,
        answer: Answer,
        results: Callable[[], Iterable[Result]],
        *,
        refuse: Callable[[ReadingError], Iterable[Result]],
    ) -> None:
        """Keep back what an answer would say; ``refuse`` says it instead where the page turns out to be none."""
        gist = gist_of(answer.load(), url=answer.final_url, source=self.source, content_type=answer.content_type)
        keys = () if gist is None else self._keys(answer, gist)
        for key in keys:
            self._shown[key][answer.url] = (self._content(answer), self._canonical(answer, gist))
        self._held.append(_Held(answer=answer, results=results, keys=keys, refuse=refuse))

    def settle(self) -> Iterator[Result]:
        """Everything that was held back, or what is to be said instead."""
        held, self._held = self._held, []
        for one in held:
            try:
                self._judge(one)
            except ReadingError as error:
                yield from one.refuse(error)
            else:
                yield from one.results()

    def _judge(self, held: _Held[Result]) -> None:
        url = held.answer.url
        if any(self._different(key) >= SAME_AT for key in held.keys):
            raise Interposed(url, "many addresses answer with the same page")
        if self.frame is None and held.answer.document_id not in self.memory.documents:
            raise Interposed(url, "the frame of the site is not known")
        self.refuse_interposed(held.answer)

    def _different(self, key: str) -> int:
        """How many different documents are expected at the addresses that showed the same: known ones differ by
        their content so far, new ones by their address, unless one of them is given as that of the others."""
        shown = self._shown[key]
        return len(
            {content or (canonical if canonical in shown else url) for url, (content, canonical) in shown.items()}
        )

    def _content(self, answer: Answer) -> str | None:
        known = self.memory.documents.get(answer.document_id)
        return None if known is None else known.content_sha256 or known.document_id

    def _keys(self, answer: Answer, gist: Gist) -> tuple[str, ...]:
        """What the page says, and where a redirect led to. What was known with another content is compared loosely:
        new pages of one kind may differ in a number alone."""
        led_to = () if answer.final_url == answer.url else (answer.final_url.partition("?")[0],)
        loose = (gist.loose,) if answer.document_id in self.memory.documents else ()
        return (gist.exact, *loose, *led_to)

    def _canonical(self, answer: Answer, gist: Gist | None) -> str | None:
        if gist is None or not gist.canonical:
            return None
        try:
            return canonical_url(gist.canonical, answer.url, self.source)
        except UnknownIdentity:
            return None


def is_announced(headline: str, listed: ListedItem | None) -> bool:
    """Whether a release is headed as the list announces it."""
    announced, printed = (_letters(text) for text in (listed.title_text if listed else "", headline))
    return bool(announced and printed) and (announced in printed or printed in announced)


def _letters(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalpha())
