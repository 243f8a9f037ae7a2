"""The annotated sample of topics: what each document says, and what a reader found in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from real_texts import CORPUS

from aktenkundig.sample.texts import first_world, plain
from archive.keeping.records import TopicRecord
from benchmarks.sample_files import full_text
from pipelines.mending import mend
from pipelines.reading.contact import contact_spans
from pipelines.topics import assign_topics

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, kw_only=True)
class Annotated:
    """A document and the topics that a reader gave it."""

    id: str
    title: str
    kicker: str | None
    text: str
    topics: frozenset[str]

    def records(self) -> tuple[TopicRecord, ...]:
        """What the rules give it, read as the pipeline reads it: mended, contact blocks left out."""
        text = mend(self.text).text
        return assign_topics(
            title=mend(self.title).text, kicker=self.kicker, pages=[text], contact_spans=[contact_spans(text)]
        )

    def assigned(self) -> frozenset[str]:
        """The topics that the rules give it."""
        return frozenset(topic.topic_id for topic in self.records())


def read_annotations(name: str) -> dict[str, frozenset[str]]:
    """Read ``document<TAB>topics`` lines."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    rows = (line.partition("\t") for line in lines if not line.startswith("#"))
    return {document: frozenset(topics.split()) for document, _, topics in rows}


def sample_documents() -> list[Annotated]:
    """The documents of the sample site: releases, papers, guidance pages."""
    texts = dict(_sample_texts())
    return [
        Annotated(id=key, title=texts[key][0], kicker=texts[key][1], text=texts[key][2], topics=topics)
        for key, topics in read_annotations("topics_sample.tsv").items()
    ]


def unseen_documents() -> list[Annotated]:
    """Short texts that were written to test the rules, not to make them: "# topics", a title, the text."""
    lines = (DATA / "topics_unseen.txt").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith(";"))
    blocks = (block.split("\n") for block in text.removeprefix("#").split("\n#"))
    return [
        Annotated(
            id=block[1], title=block[1], kicker=None, text="\n".join(block[2:]), topics=frozenset(block[0].split())
        )
        for block in blocks
    ]


def _sample_texts() -> Iterator[tuple[str, tuple[str, str | None, str]]]:
    world = first_world()
    for release in world.releases:
        text = "\n\n".join(_words(part) for part in release.paragraphs)
        yield str(release.id), (release.headline, release.kicker or None, text)
    for paper in world.papers:
        yield paper.key, (paper.title, None, full_text(paper).replace("((", " (").replace("))", ")"))
    for page in world.guidance:
        yield page.path, (page.title, None, _words(page.body))


def _words(part: str) -> str:
    """A text without the markup of links and lists; line breaks stay."""
    return "\n".join(plain(line) for line in part.split("\n"))


def corpus_documents() -> list[Annotated]:
    """The 30 real releases beside the checkout; they stay there, only their ids are kept here."""
    expected = json.loads((CORPUS / "dsmv_expected.json").read_text(encoding="utf-8"))
    return [
        Annotated(
            id=key,
            title=expected[key]["title"],
            kicker=expected[key]["kicker"],
            text="\n\n".join(expected[key]["body"]),
            topics=topics,
        )
        for key, topics in read_annotations("topics_corpus.tsv").items()
    ]


@dataclass(frozen=True, kw_only=True)
class Score:
    """Precision, recall and F1 over pairs of document and topic."""

    right: int
    given: int
    wanted: int

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.given + self.wanted) if self.given + self.wanted else 1.0


def score(documents: Iterable[Annotated]) -> tuple[Score, dict[str, Score]]:
    """The score over all topics together, and of each topic."""
    right: Counter[str] = Counter()
    given: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for document in documents:
        assigned = document.assigned()
        right.update(assigned & document.topics)
        given.update(assigned)
        wanted.update(document.topics)
    every = Score(right=right.total(), given=given.total(), wanted=wanted.total())
    names = sorted(given | wanted)
    return every, {name: Score(right=right[name], given=given[name], wanted=wanted[name]) for name in names}
