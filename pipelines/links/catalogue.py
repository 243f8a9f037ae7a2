"""Finds the document that an address or a mention means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from sys import intern
from urllib.parse import parse_qsl, unquote, urlsplit

from pipelines.links.papers import (
    GUIDANCE,
    RELEASES,
    RULES,
    Key,
    Mention,
    Paper,
    days_between,
    file_name,
    file_version,
    short_names,
    title_key,
    title_version,
    weight,
)

_MOST_STEPS = 5
_BARE = re.compile(r"[\w.-]{1,100}\.[a-z]{2,10}(?:[/?#]|$)")
_HYPHENS = re.compile("[\u2010\u2011\u2012\u2013\u00ad]")


def address_key(url: str) -> str | None:
    """A key that is the same for all spellings of an address; None for what is no web address.

    Scheme, "www.", upper case of the host, default ports, fragments, escapes and a closing slash do
    not count; a release is known by its id number.

    >>> address_key("http://www.Beispiel.de/media/oh/%C3%9Cbung.pdf#page=2")
    'beispiel.de/media/oh/Übung.pdf'
    >>> address_key("https://beispiel.de/presse/?processor=p&id=7")
    'beispiel.de/presse?id=7&processor=p'
    """
    text = url.strip()
    if "://" not in text:
        text = f"https://{text}" if _BARE.match(text) else ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = _HYPHENS.sub("-", (parts.hostname or "").lower()).removeprefix("www.")
    if parts.scheme not in ("http", "https") or ("." not in host and host != "localhost"):
        return None
    suffix = f":{port}" if port not in (None, 80, 443) else ""
    query = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(parts.query, max_num_fields=None)))
    path = unquote(parts.path).replace("\\", "/").rstrip("/")
    return f"{host}{suffix}{path}{'?' + query if query else ''}"


class AddressBook:
    """Documents by address, redirects and moves included; blocked documents are not in it."""

    def __init__(self, papers: Iterable[Paper], redirects: Mapping[str, str]) -> None:
        self._papers = {paper.id: paper for paper in sorted(papers, key=lambda paper: paper.id)}
        self._by_key: dict[str, str] = {}
        for paper in self._papers.values():
            key = address_key(paper.url)
            if key is not None:
                self._by_key.setdefault(key, paper.id)
        self._redirects = {
            source: target
            for url, location in sorted(redirects.items())
            if (source := address_key(url)) and (target := address_key(location)) and source != target
        }
        self.hosts = frozenset(key.split("/")[0] for key in self._by_key)

    def find(self, url: str) -> str | None:
        """The id of the document at ``url``: of its successor where it has moved; None if none is archived."""
        key = address_key(url)
        for _ in range(_MOST_STEPS):
            if key is None or key in self._by_key:
                break
            key = self._redirects.get(key)
        return self._latest(self._by_key.get(key)) if key else None

    def is_ours(self, url: str) -> bool:
        """Whether the address is on a host from which documents are archived."""
        key = address_key(url)
        return key is not None and key.split("/")[0] in self.hosts

    def _latest(self, document_id: str | None) -> str | None:
        for _ in range(_MOST_STEPS):
            successor = self._papers[document_id].successor_id if document_id else None
            if successor is None or successor not in self._papers:
                break
            document_id = successor
        return document_id


_ANNOUNCING = RULES["announcing"]
LEAST_WORDS, LEAST_LETTERS = 3, 18
"""How telling a title must be to be recognised without its type word."""
BARE_WORDS, BARE_LETTERS = 4, 24
"""How telling it must be to be recognised in a release with neither quotes nor type word."""

MOST_WORDS = 40
"""Longer beginnings of a title are never quoted."""

_KP = re.compile(r"(?:kpnr|kurzpapier[_\s-]*(?:nr|nummer)?|(?<![a-z])kp)[._\s-]*(\d{1,2})(?!\d)", re.IGNORECASE)
_WP = re.compile(r"(?<![a-z])wp[_\s-]*(\d{2,3})(?!\d)", re.IGNORECASE)
_ORDINAL = re.compile(r"(\d{1,2})\.\s*Tätigkeitsbericht|Tätigkeitsbericht\D{0,20}(?<!\d)(\d{1,2})(?!\d)")


@dataclass(frozen=True, kw_only=True)
class Match:
    """The document that a mention means, and how sure that is."""

    paper: Paper
    score: float
    by_title: bool = False


class Catalogue:
    """Documents by number, by type and date, and by title; blocked documents are not in it."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self.papers = sorted(papers, key=lambda paper: paper.id)
        self.by_id = {paper.id: paper for paper in self.papers}
        self._numbers: dict[tuple[str, str], list[Paper]] = defaultdict(list)
        self._dates: dict[str, list[Paper]] = defaultdict(list)
        self._recent: dict[str, list[tuple[Paper, Key]]] = defaultdict(list)
        self._titles: dict[Key, list[Paper]] = defaultdict(list)
        self._beginnings: dict[Key, list[tuple[Key, Paper]]] = defaultdict(list)
        for paper in self.papers:
            if paper.doc_type in GUIDANCE or paper.doc_type in RELEASES:
                self._enter(paper)

    def _enter(self, paper: Paper) -> None:
        for by, number in paper_numbers(paper):
            self._numbers[by, number].append(paper)
        for value in dict.fromkeys(paper.dated):
            self._dates[value].append(paper)
        key = tuple(map(intern, title_key(paper.title)))
        if paper.doc_type in GUIDANCE and len(key) >= BARE_WORDS and weight(key) >= BARE_LETTERS:
            for value in dict.fromkeys(paper.dated):
                self._recent[value].append((paper, key))
        for name in dict.fromkeys((key, *short_names(paper.title))):
            if name and weight(name) >= 6:
                self._titles[name].append(paper)
        if len(key) > LEAST_WORDS:
            self._beginnings[key[:LEAST_WORDS]].append((key[:MOST_WORDS], paper))

    def _begun(self, words: Key) -> list[Paper]:
        """Documents whose title begins with ``words`` and goes on."""
        alike = self._beginnings.get(words[:LEAST_WORDS], ())
        return [paper for key, paper in alike if len(key) > len(words) and key[: len(words)] == words]

    def find(self, mention: Mention, citing: Paper) -> Match | None:
        """The document meant, or None where none fits or several fit equally well."""
        if mention.by in ("number", "report", "paper", "model"):
            return self._match(self._numbers.get((mention.by, mention.value), ()), mention, citing, score=0.95)
        if mention.by == "date":
            return self._by_date(mention, citing)
        return self._by_title(mention, citing)

    def recent(self, release: Paper) -> list[tuple[Paper, Key]]:
        """Guidance with a telling title, of the days that a release about it would look back or ahead."""
        if release.date is None or len(release.date) < 10:
            return []
        when = date.fromisoformat(release.date)
        before, after = _ANNOUNCING["days_before"], _ANNOUNCING["days_after"]
        days = (when + timedelta(days=step) for step in range(-before, after + 1))
        return [entry for day in days for entry in self._recent.get(day.isoformat(), ())]

    def titled(self, key: Key, citing: Paper) -> Match | None:
        """The guidance whose title is exactly ``key``."""
        if len(key) < 2 or weight(key) < LEAST_LETTERS:
            return None
        papers = [paper for paper in self._titles.get(key, ()) if paper.doc_type in GUIDANCE]
        chosen = choose(papers, citing)
        return Match(paper=chosen, score=0.9, by_title=True) if chosen else None

    def _match(self, papers: Sequence[Paper], mention: Mention, citing: Paper, *, score: float) -> Match | None:
        chosen = choose([paper for paper in papers if fits(paper, mention.types)], citing)
        return Match(paper=chosen, score=score) if chosen else None

    def _by_date(self, mention: Mention, citing: Paper) -> Match | None:
        papers = [
            paper
            for paper in self._dates.get(mention.value, ())
            if fits(paper, mention.types) and paper.id != citing.id
        ]
        if len(mention.types) not in (1, 2) or len(mention.value) < 10:
            papers = [paper for paper in papers if _shares_title(paper, mention.key)]
        if len(papers) > 1:
            papers = [paper for paper in papers if _shares_title(paper, mention.key)] or _same_work(papers)
        return self._match(papers, mention, citing, score=0.9) if papers else None

    def _by_title(self, mention: Mention, citing: Paper) -> Match | None:
        key = mention.key
        telling = len(key) >= LEAST_WORDS and weight(key) >= LEAST_LETTERS
        if mention.by == "title":
            papers = self._titles.get(key, []) if mention.exact or telling else []
            exact = [paper for paper in papers if fits(paper, mention.types)]
            if exact:
                return self._chosen(exact, citing, score=0.95)
            if telling:
                begun = [*self._begun(key), *self._continued(key)]
                return self._chosen([paper for paper in begun if fits(paper, mention.types)], citing, score=0.85)
            return None
        papers = [paper for paper in self._continued(key) if fits(paper, mention.types) and mention.types]
        return self._chosen(papers, citing, score=0.9)

    def _continued(self, key: Key) -> list[Paper]:
        """Documents whose whole title stands at the beginning of ``key``, the longest title first."""
        for length in range(len(key), 0, -1):
            papers = self._titles.get(key[:length])
            if papers and (length >= 2 or weight(key[:1]) >= 12) and weight(key[:length]) >= 12:
                return papers
        return []

    def _chosen(self, papers: Sequence[Paper], citing: Paper, *, score: float) -> Match | None:
        chosen = choose(papers, citing)
        return Match(paper=chosen, score=score, by_title=True) if chosen else None


def paper_numbers(paper: Paper) -> list[tuple[str, str]]:
    """The numbers by which a document is cited, with the kind of number."""
    found: list[tuple[str, str | None]] = []
    if paper.doc_type == "kurzpapier":
        own = re.search(r"\d{1,2}(?!\d)", paper.number or "")
        named = _KP.search(paper.title) or _KP.search(file_name(paper.url))
        found.append(("number", own.group() if own else (named[1] if named else None)))
    if paper.doc_type == "taetigkeitsbericht" and (ordinal := _ORDINAL.search(paper.title)):
        found.append(("report", ordinal[1] or ordinal[2]))
    if paper.doc_type == "leitlinie" and (working := _WP.search(paper.title) or _WP.search(file_name(paper.url))):
        found.append(("paper", working[1]))
    if paper.doc_type == "sdm" and (version := title_version(paper.title) or file_version(paper.url)):
        found.append(("model", f"{version.number[0]}{version.number[1]}"))
    return [(by, str(int(number))) for by, number in found if number]


def fits(paper: Paper, types: frozenset[str]) -> bool:
    """Whether a document can be what a type word says; releases are meant only where they are named."""
    if not types:
        return paper.doc_type in GUIDANCE
    return paper.doc_type in types


def _shares_title(paper: Paper, around: Key) -> bool:
    title = {word for word in title_key(paper.title) if len(word) > 4}
    return bool(title) and len(title & set(around)) >= max(1, (len(title) + 1) // 2)


def _same_work(papers: Sequence[Paper]) -> list[Paper]:
    keys = {title_key(paper.title) for paper in papers}
    return list(papers) if len(keys) == 1 else []


def choose(papers: Sequence[Paper], citing: Paper) -> Paper | None:
    """The one meant: never the citing document, its annexes or its parent; the version of its time.

    Where the citing document is among them it names itself (its own heading), and nothing is meant.
    A source of originals goes before copies.
    """
    if any(paper.id == citing.id for paper in papers):
        return None
    own = {citing.id, citing.parent_id, citing.successor_id}
    others = [p for p in papers if p.id not in own and p.parent_id != citing.id and p.id != citing.id]
    others = list({paper.id: paper for paper in others}.values())
    if len(others) < 2:
        return others[0] if others else None
    if len({title_key(paper.title) for paper in others}) > 1:
        return None
    when = citing.date
    if when is not None:
        earlier = [paper for paper in others if paper.date and days_between(when, paper.date) <= 14]
        others = earlier or [paper for paper in others if not paper.date] or others
    return max(others, key=_precedence)


def _precedence(paper: Paper) -> tuple[bool, str, tuple[int, int, str], list[int], str]:
    version = title_version(paper.title) or file_version(paper.url)
    newest = version.number if version else (0, 0, "")
    return (paper.original, paper.date or "", newest, [-ord(c) for c in paper.id], paper.id)
