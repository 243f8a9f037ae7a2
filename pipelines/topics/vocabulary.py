"""The controlled vocabulary: topics and the phrases that show them, loaded from ``data/topics.toml``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from archive.german import fold, stem
from archive.german.words import WORD
from pipelines import tables

UPSERT = """
insert into topics (id, label, description, broader) values (:id, :label, :description, :broader)
on conflict (id) do update set label = excluded.label, description = excluded.description,
  broader = excluded.broader
"""


class Writes(Protocol):
    """A database connection as far as it is needed here (``sqlite3.Connection`` is one)."""

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Any: ...


def topic_rows() -> tuple[dict[str, str | None], ...]:
    """One row per topic: id, label, description, broader; in the order of the vocabulary.

    >>> topic_rows()[1]["label"]
    'Videoüberwachung'
    """
    return tuple(
        {"id": topic.id, "label": topic.label, "description": topic.description, "broader": topic.broader}
        for topic in load_vocabulary().topics
    )


def write_topics(conn: Writes) -> None:
    """Put the vocabulary into the ``topics`` table; call it before documents with topics are stored.

    Does not commit. A topic that the vocabulary no longer has stays until the documents are read again.
    """
    conn.executemany(UPSERT, topic_rows())


WEIGHTS = {"sure": 4.0, "strong": 3.0, "usual": 1.5, "weak": 0.7}
"""What one mention in the text is worth; data/topics.toml says what the words mean."""


@dataclass(frozen=True, kw_only=True)
class WordPattern:
    """One word of a phrase: equal by stem, or by the beginning and end of its folded form.

    ``*`` alone is any word.
    """

    stem: str = ""
    begin: str = ""
    end: str = ""

    def fits(self, surface: str) -> bool:
        """Whether a word of a text is this word.

        >>> word_pattern("video*").fits("Videoüberwachung"), word_pattern("Kamera").fits("Kameras")
        (True, True)
        """
        if self.stem:
            return stem(surface) == self.stem
        folded = fold(surface)
        return folded.startswith(self.begin) and (not self.end or stem(surface).endswith(self.end))


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """Words that follow each other. ``near`` and ``far`` are words that must, or must not, stand close by."""

    topic_id: str
    text: str
    words: tuple[WordPattern, ...]
    strength: str
    near: tuple[WordPattern, ...] = ()
    far: tuple[WordPattern, ...] = ()

    @property
    def weight(self) -> float:
        return WEIGHTS[self.strength]


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One topic of the vocabulary. ``broader`` is the id of the wider topic, or None."""

    id: str
    label: str
    description: str
    broader: str | None
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """All topics, and the phrases whose words say nothing about a topic (names of offices)."""

    version: str
    topics: tuple[Topic, ...]
    masks: tuple[Phrase, ...]

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        return (*self.masks, *(phrase for topic in self.topics for phrase in topic.phrases))


def word_pattern(word: str) -> WordPattern:
    """Read one word of the data: ``Kamera``, ``video*``, ``*kamera`` or ``*``.

    >>> word_pattern("Kameras"), word_pattern("*kameras")
    (WordPattern(stem='kamera', begin='', end=''), WordPattern(stem='', begin='', end='kamera'))
    """
    if "*" not in word:
        return WordPattern(stem=stem(word))
    begin, _, end = word.partition("*")
    return WordPattern(begin=fold(begin), end=stem(end) if end else "")


def phrase_words(text: str) -> tuple[WordPattern, ...]:
    """Read a phrase: words part at spaces, hyphens and signs, as in the index.

    >>> [word.stem for word in phrase_words("Art. 28 DS-GVO")]
    ['art', '28', 'ds', 'gvo']
    """
    return tuple(word_pattern(piece) for word in text.split() for piece in _pieces(word))


def _pieces(word: str) -> Iterable[str]:
    if word == "*":
        return ("*",)
    begins, ends = word.startswith("*"), word.endswith("*")
    found = WORD.findall(word)
    if not found:
        return ()  # a sign such as §
    found[0] = ("*" if begins else "") + found[0]
    found[-1] += "*" if ends else ""
    return found


@cache
def load_vocabulary() -> Vocabulary:
    """The vocabulary that is shipped; raises ValueError for a rule that is not understood."""
    return vocabulary_from(tables("topics"))


def vocabulary_from(table: dict[str, Any]) -> Vocabulary:
    """Make a vocabulary of a parsed TOML file."""
    topics = tuple(_topic(row) for row in table["topic"])
    known = {topic.id for topic in topics}
    if unknown := {topic.broader for topic in topics if topic.broader} - known:
        raise ValueError(f"topics.toml: unknown broader topic {sorted(unknown)}")
    masks = (
        Phrase(topic_id="", text=text, words=phrase_words(text), strength="strong") for text in table.get("masks", ())
    )
    return Vocabulary(version=table["version"], topics=topics, masks=tuple(masks))


def _topic(row: dict[str, Any]) -> Topic:
    return Topic(
        id=row["id"],
        label=row["label"],
        description=row["description"],
        broader=row.get("broader"),
        phrases=tuple(_phrases(row)),
    )


def _phrases(row: dict[str, Any]) -> Iterable[Phrase]:
    for strength in WEIGHTS:
        for text in row.get(strength, ()):
            yield Phrase(topic_id=row["id"], text=text, words=phrase_words(text), strength=strength)
    for rule in row.get("context", ()):
        for text in rule["phrases"]:
            yield Phrase(
                topic_id=row["id"],
                text=text,
                words=phrase_words(text),
                strength=rule["strength"],
                near=tuple(word_pattern(word) for word in rule.get("near", ())),
                far=tuple(word_pattern(word) for word in rule.get("far", ())),
            )
