"""Turns mentions and addresses into ``announces``, ``replaces`` and ``cites`` relations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipelines.links.catalogue import AddressBook, Catalogue, Match, address_key
from pipelines.links.mentions import Mention, find_mentions, sentence_around, sentences
from pipelines.links.records import (
    GUIDANCE,
    RELEASES,
    RULES,
    Hyperlink,
    Key,
    Paper,
    Relation,
    days_between,
    folded,
    quoted,
    title_key,
    unjoined,
)

_ANNOUNCING = RULES["announcing"]
_VERBS = re.compile(_ANNOUNCING["verbs"])
_REPLACING = re.compile(RULES["replacing"]["verbs"])
_PASSIVE = re.compile(RULES["replacing"]["passive"])
_PASSIVE_LEAD = re.compile(RULES["replacing"]["passive_lead"])
_PASSIVE_TAIL = re.compile(RULES["replacing"]["passive_tail"])
_NOT_BETWEEN = re.compile(RULES["replacing"]["not_between"])
_STRENGTH = {"replaces": 3, "announces": 2, "cites": 1}


def find_namings(
    paper: Paper, *, catalogue: Catalogue, book: AddressBook, links: Sequence[Hyperlink]
) -> list[Relation]:
    """The strongest relation of a document to each document that it names or links to."""
    stored = frozenset(address_key(link.url) for link in links)
    found = [
        *_of_text(paper, catalogue, book, stored),
        *_of_headline(paper, catalogue),
        *_of_bare_titles(paper, catalogue),
        *_of_links(paper, catalogue, book, links),
    ]
    best: dict[str, Relation] = {}
    for relation in found:
        key = relation.target_id or relation.url
        known = best.get(key)
        if known is None or _rank(relation) > _rank(known):
            best[key] = relation
    return [best[key] for key in sorted(best)]


def _rank(relation: Relation) -> tuple[int, float]:
    return _STRENGTH[relation.kind], relation.score


def _of_text(
    paper: Paper, catalogue: Catalogue, book: AddressBook, stored: frozenset[str | None]
) -> Iterator[Relation]:
    for page, text in paper.pages:
        for mention in find_mentions(text):
            if mention.by == "address":
                if address_key(mention.value) not in stored:
                    yield from _of_address(paper, page, text, mention, catalogue, book)
            elif match := catalogue.find(mention, paper):
                yield _relation(paper, page, text, mention, match)


def _of_address(
    paper: Paper, page: int, text: str, mention: Mention, catalogue: Catalogue, book: AddressBook
) -> Iterator[Relation]:
    """An address that is no link; one on our hosts stays visible until its document is archived."""
    target_id = book.find(mention.value)
    target = catalogue.by_id.get(target_id) if target_id else None
    if target is not None and not _own(paper, target):
        yield _relation(paper, page, text, mention, Match(paper=target, score=1.0, by_title=True))
    elif target is None and book.is_ours(mention.value) and "/" in (address_key(mention.value) or ""):
        evidence = quoted(page, mention.value)
        yield Relation(
            document_id=paper.id, kind="cites", url=mention.value, target_id=None, evidence=evidence, score=0.5
        )


def _of_headline(paper: Paper, catalogue: Catalogue) -> Iterator[Relation]:
    """A release whose headline is, or names, guidance of the same days announces it."""
    if paper.doc_type not in RELEASES:
        return
    named = (catalogue.find(mention, paper) for mention in find_mentions(paper.title))
    for match in (catalogue.titled(title_key(paper.title), paper), *named):
        if match is not None and match.paper.doc_type in GUIDANCE and not _own(paper, match.paper):
            new = in_window(paper, match.paper) or (match.paper.date is None and _says_news(paper))
            kind = "announces" if new else "cites"
            yield _to(paper, match.paper, kind, f"Überschrift: {paper.title}", match.score)


def _says_news(paper: Paper) -> bool:
    """Whether a release says at its beginning that something was published."""
    return any(_VERBS.search(text, 0, 600) for page, text in paper.pages if page == 1)


def _of_bare_titles(paper: Paper, catalogue: Catalogue) -> Iterator[Relation]:
    """A release that says something was decided, and uses the very title of guidance of the same days."""
    if paper.doc_type not in RELEASES:
        return
    wanted = catalogue.recent(paper)
    for page, text in paper.pages if wanted else ():
        plain = unjoined(text)
        likely = [(target, key) for target, key in wanted if all(word in plain for word in key)]
        for low, high in sentences(text) if likely else ():
            words = folded(text[low:high])
            for target, key in likely:
                if _contains(words, key) and _VERBS.search(text, low, high) and not _own(paper, target):
                    yield _to(paper, target, "announces", quoted(page, text[low:high][:200]), 0.8)


def _contains(words: Key, key: Key) -> bool:
    return any(words[at : at + len(key)] == key for at in range(len(words) - len(key) + 1))


def _of_links(paper: Paper, catalogue: Catalogue, book: AddressBook, links: Iterable[Hyperlink]) -> Iterator[Relation]:
    """A release that links to guidance of the same days announces it."""
    if paper.doc_type not in RELEASES:
        return
    for link in links:
        target_id = book.find(link.url)
        target = catalogue.by_id.get(target_id) if target_id else None
        if target is None or target.doc_type not in GUIDANCE or _own(paper, target):
            continue
        if in_window(paper, target) or (target.date is None and _announced_as(paper, link.text)):
            yield _to(paper, target, "announces", f"Verweis: {link.text or link.url}", 1.0)


def _announced_as(paper: Paper, words: str) -> bool:
    """Whether the sentence with a link's words says that something was published."""
    for _, text in paper.pages:
        start = text.find(words) if len(words) >= 8 else -1
        if start >= 0:
            low, high = sentence_around(text, start, start + len(words))
            return _VERBS.search(text, low, high) is not None
    return False


def _relation(paper: Paper, page: int, text: str, mention: Mention, match: Match) -> Relation:
    low, high = sentence_around(text, mention.start, mention.end)
    evidence = quoted(page, _words(text, mention))
    if paper.doc_type in RELEASES:
        announced = match.by_title or _VERBS.search(text, low, high) is not None
        if match.paper.doc_type in GUIDANCE and announced and _newly(paper, match, text, low, high):
            return _to(paper, match.paper, "announces", evidence, match.score)
    elif _says_it_replaces(text, low, high, mention) and match.paper.doc_type in GUIDANCE:
        return _to(paper, match.paper, "replaces", quoted(page, text[low : mention.end][-200:]), match.score)
    return _to(paper, match.paper, "cites", evidence, match.score)


def _newly(paper: Paper, match: Match, text: str, low: int, high: int) -> bool:
    """Whether guidance is new: of the days of the release, or undated and said to be published."""
    if match.paper.date is not None:
        return in_window(paper, match.paper)
    return match.by_title and _VERBS.search(text, low, high) is not None


def in_window(release: Paper, target: Paper) -> bool:
    """Whether guidance is dated within the days that a release about it would look back (or ahead)."""
    if release.date is None:
        return False
    return any(
        -_ANNOUNCING["days_after"] <= days_between(value, when) <= _ANNOUNCING["days_before"]
        for value in target.dated
        for when in release.dated
    )


def _says_it_replaces(text: str, low: int, high: int, mention: Mention) -> bool:
    if _PASSIVE.search(text, mention.end, high):
        return True
    if _PASSIVE_LEAD.search(text, max(low, mention.start - 60), mention.start):
        return _PASSIVE_TAIL.match(text, mention.end, high) is not None
    verbs = list(_REPLACING.finditer(text, max(low, mention.start - 140), mention.start))
    return bool(verbs) and _NOT_BETWEEN.search(text, verbs[-1].start(), mention.start) is None


def _words(text: str, mention: Mention) -> str:
    end = mention.end if mention.by != "words" else min(len(text), mention.end + 80)
    return text[mention.start : end]


def _own(paper: Paper, target: Paper) -> bool:
    return paper.id in (target.id, target.parent_id) or paper.parent_id == target.id


def _to(paper: Paper, target: Paper, kind: str, evidence: str, score: float) -> Relation:
    return Relation(
        document_id=paper.id, kind=kind, url=target.url, target_id=target.id, evidence=evidence, score=score
    )
