"""Finds where a text names another document, and turns that into announces, replaces and cites relations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pipelines.dates import parse_date
from pipelines.links.catalogue import AddressBook, Catalogue, Match, address_key
from pipelines.links.papers import (
    GUIDANCE,
    RELEASES,
    RULES,
    SENTENCE_END,
    Hyperlink,
    Key,
    Mention,
    Paper,
    Relation,
    days_between,
    folded,
    quoted,
    sentence_around,
    sentences,
    title_key,
    unjoined,
    whole_words,
    without_lead,
)

_MENTIONS = RULES["mentions"]
_REACH = _MENTIONS["reach"]
_NAMES = [row["word"] for row in RULES["type"]]
_MEANINGS = [frozenset(row["as"]) for row in RULES["type"]]
_TYPE = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"(?P<t{index}>{word})" for index, word in enumerate(_NAMES)) + r")(?![\w-])"
)
_NUMBER = re.compile(_MENTIONS["number"])
_WORKING_PAPER = re.compile(_MENTIONS["working_paper"])
_MODEL = re.compile(_MENTIONS["model"])
_REPORT = re.compile(_MENTIONS["report"])
_DATE = re.compile(_MENTIONS["date"])
_ADDRESS = re.compile(_MENTIONS["address"])
_QUOTES = re.compile(RULES["titles"]["quotes"])
_OTHERS = re.compile(RULES["others"]["before"])
_BEHIND = re.compile(RULES["others"]["behind"])
_CASE = re.compile(
    r"\s{0,3}[,–(-]{0,3}\s{0,3}(?:Az\.?:?\s)?(?:[CT][-\u2010\u2011 ]\d+/\d\d|[\dIVX]+ [A-Z][A-Za-z]{0,3} \d+[/.]\d\d)"
)
_NO_CLOCK = date(2199, 12, 31)
_AND = re.compile(r"\s{0,3}(?:,|und|sowie)\s{1,3}(?=vom|v\.)")
"""Between the dates of "die Entschließungen vom 1. April 2019 und vom 3. Mai 2020"."""
_MOST_WORDS = 30


def find_mentions(text: str) -> list[Mention]:
    """All mentions in a text, in text order.

    >>> text = "siehe Kurzpapier Nr. 5 und die Entschließung vom 3. April 2019"
    >>> [(mention.by, mention.value) for mention in find_mentions(text) if mention.value]
    [('number', '5'), ('date', '2019-04-03')]
    """
    found = [*_numbers(text), *_addresses(text), *_quotations(text), *_by_type_word(text)]
    return sorted(found, key=lambda mention: (mention.start, mention.end, mention.by, mention.value))


def _numbers(text: str) -> Iterator[Mention]:
    forms = (
        (_NUMBER, "number", "kurzpapier", ("papier", "KP")),
        (_WORKING_PAPER, "paper", "", ("WP", "Working")),
        (_REPORT, "report", "taetigkeitsbericht", ("Tätigkeitsbericht",)),
        (_MODEL, "model", "sdm", ("atenschutzmodell", "SDM")),
    )
    for pattern, by, doc_type, words in forms:
        if not any(word in text for word in words):
            continue  # plain search is much faster than the pattern
        types = frozenset({doc_type} if doc_type else ())
        for match in pattern.finditer(text):
            if _named_behind(text, match) or (by == "report" and _of_others(text, match)):
                continue
            for number in _values(match, by):
                yield Mention(by=by, start=match.start(), end=match.end(), value=str(int(number)), types=types)


def _values(match: re.Match[str], by: str) -> list[str]:
    """The numbers of a mention; a version of the model ("3.1") is one number."""
    if by == "model":
        return [re.sub(r"\D", "", match["list"] or match["before"])]
    return re.findall(r"\d+", match["list"])


def _addresses(text: str) -> Iterator[Mention]:
    for match in _ADDRESS.finditer(text):
        address = match.group().rstrip(".,;:)]")
        yield Mention(by="address", start=match.start(), end=match.start() + len(address), value=address)


def _quotations(text: str) -> Iterator[Mention]:
    for match in _QUOTES.finditer(text):
        words = next(group for group in match.groups() if group)
        inside = _TYPE.match(words)
        before = _last_type(text, match.start())
        types = _types(inside) if inside else (_types(before) if before else frozenset())
        start = before.start() if before and not inside else match.start()
        key = title_key(words)
        if key:
            typed = bool(inside or before)
            yield Mention(by="title", start=start, end=match.end(), key=key, types=types, exact=typed)


def _last_type(text: str, start: int) -> re.Match[str] | None:
    """The type word that a quotation belongs to: the last one before it in the same sentence."""
    low = max(0, start - 90)
    found = next(reversed(list(_TYPE.finditer(text, low, start))), None)
    if found is None or re.search(r"[„“”\"»«(]|\.\s[A-ZÄÖÜ]", text[found.end() : start]):
        return None
    return found


def _types(match: re.Match[str]) -> frozenset[str]:
    return _MEANINGS[int(match.lastgroup[1:])] if match.lastgroup else frozenset()


def _by_type_word(text: str) -> Iterator[Mention]:
    """ "Entschließung vom 3. April 2019", "Orientierungshilfe zu Wetterballons"."""
    words = list(_TYPE.finditer(text))
    for index, match in enumerate(words):
        limit = min(len(text), match.end() + _REACH)
        if index + 1 < len(words):
            limit = min(limit, words[index + 1].start())
        if _of_others(text, match):
            continue
        yield from _dated(text, match, limit)
        yield from _unquoted(text, match, min(len(text), match.end() + 240))


def _of_others(text: str, match: re.Match[str]) -> bool:
    """Whether a court, parliament or commission is named as the author."""
    sentence, _ = sentence_around(text, match.start(), match.start())
    before = text[max(sentence, match.start() - 60) : match.start()]
    return bool(_OTHERS.search(before)) or _named_behind(text, match)


def _named_behind(text: str, match: re.Match[str]) -> bool:
    """ "Beschluss des Bundesrates": somebody else's."""
    after = re.match(r"\s(?:der|des|vom)\s(\S+\s?\S*)", text[match.end() : match.end() + 60])
    owner = after[1].removeprefix("Deutschen ") if after else ""
    return bool(_OTHERS.match(owner) or _BEHIND.match(owner))


def _dated(text: str, match: re.Match[str], limit: int) -> Iterator[Mention]:
    found = _DATE.search(text, match.end(), limit)
    if found is None or SENTENCE_END.search(text, match.end(), found.start()) or _CASE.match(text, found.end()):
        return
    if _OTHERS.search(text, match.end(), found.start()):
        return
    while found is not None:
        reading = parse_date(found["date"], today=_NO_CLOCK)
        if reading is None:
            return
        around = folded(text[match.end() : found.start()] + " " + text[found.end() : found.end() + 120])
        yield Mention(
            by="date",
            start=match.start(),
            end=found.end(),
            value=reading.value,
            key=around,
            types=_types(match),
            exact=True,
        )
        joint = _AND.match(text, found.end(), limit)
        found = _DATE.match(text, joint.end(), limit) if joint else None


def _unquoted(text: str, match: re.Match[str], limit: int) -> Iterator[Mention]:
    stop = re.compile(r"[„“”\"»«]|\n\n").search(text, match.end(), limit)
    words = without_lead(folded(text[match.end() : stop.start() if stop else limit]))[:_MOST_WORDS]
    if words:
        yield Mention(by="words", start=match.start(), end=match.end(), key=words, types=_types(match), exact=True)


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
    found = list(_of_text(paper, catalogue, book, stored))
    if paper.doc_type in RELEASES:
        found += _of_headline(paper, catalogue)
        found += _of_bare_titles(paper, catalogue)
        found += _of_links(paper, catalogue, book, links)
    best: dict[str, Relation] = {}
    for relation in found:
        key = relation.target_id or relation.url
        if key not in best or _rank(relation) > _rank(best[key]):
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
    wanted = catalogue.recent(paper)
    for page, text in paper.pages if wanted else ():
        plain = unjoined(text)
        likely = [(target, key) for target, key in wanted if all(word in plain for word in key)]
        for low, high in sentences(text) if likely else ():
            words = folded(text[low:high])
            for target, key in likely:
                if _contains(words, key) and _VERBS.search(text, low, high) and not _own(paper, target):
                    yield _to(
                        paper, target, "announces", quoted(page, whole_words(text, low, min(high, low + 200))), 0.8
                    )


def _contains(words: Key, key: Key) -> bool:
    return any(words[at : at + len(key)] == key for at in range(len(words) - len(key) + 1))


def _of_links(paper: Paper, catalogue: Catalogue, book: AddressBook, links: Iterable[Hyperlink]) -> Iterator[Relation]:
    """A release that links to guidance of the same days announces it."""
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
    evidence = quoted(page, whole_words(text, mention.start, mention.end + (80 if mention.by == "words" else 0)))
    if paper.doc_type in RELEASES:
        announced = match.by_title or _VERBS.search(text, low, high) is not None
        if match.paper.doc_type in GUIDANCE and announced and _newly(paper, match, text, low, high):
            return _to(paper, match.paper, "announces", evidence, match.score)
    elif _says_it_replaces(text, low, high, mention) and match.paper.doc_type in GUIDANCE:
        said = quoted(page, whole_words(text, max(low, mention.end - 200), mention.end))
        return _to(paper, match.paper, "replaces", said, match.score)
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


def _own(paper: Paper, target: Paper) -> bool:
    return paper.id in (target.id, target.parent_id) or paper.parent_id == target.id


def _to(paper: Paper, target: Paper, kind: str, evidence: str, score: float) -> Relation:
    return Relation(
        document_id=paper.id, kind=kind, url=target.url, target_id=target.id, evidence=evidence, score=score
    )
