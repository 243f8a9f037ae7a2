"""Plans: a question spelled out as the index terms that answer it, with how well each one does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

EXACT, FORM, PART = 1.0, 0.9, 0.6
"""How well a term answers a word: it is the word, a form of it, a compound with it."""

Slot = Mapping[str, float]
"""The terms that may stand in one place, with their grade."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Terms side by side; usually just one place. What begins with ``prefix`` may stand in the last place too.

    ``openings`` only make expressions short: every index term that begins like one is in the slot.
    """

    slots: tuple[Slot, ...]
    prefix: str | None = None
    openings: tuple[str, ...] = ()

    def matches(self, words: Sequence[str]) -> Iterator[tuple[int, int, float]]:
        """Where it stands among the words of a text (as index terms): first, end, grade."""
        width = len(self.slots)
        if width == 1 and self.prefix is None:
            slot = self.slots[0]
            for at, word in enumerate(words):
                if word in slot:
                    yield at, at + 1, slot[word]
            return
        first = self.slots[0]
        for at in range(len(words) - width + 1):
            if width > 1 and words[at] not in first:
                continue
            grades = [self._grade(slot, words[at + place], place) for place, slot in enumerate(self.slots)]
            if all(grades):
                yield at, at + width, min(grades)

    def _grade(self, slot: Slot, word: str, place: int) -> float:
        if place == len(self.slots) - 1 and self.prefix is not None and word.startswith(self.prefix):
            return EXACT
        return slot.get(word, 0)


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    """One of them must match."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True)
class AllOf:
    """All of them must match."""

    nodes: tuple[Node, ...]


Node = Terms | AnyOf | AllOf


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole question. ``unknown`` are the words that the archive does not spell like that."""

    required: tuple[Node, ...] = ()
    without: tuple[Node, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it asks for nothing, or only for what must not be there."""
        return not self.required


def leaves(node: Node) -> Iterator[Terms]:
    """All places where terms are looked for."""
    if isinstance(node, Terms):
        yield node
        return
    for child in node.nodes:
        yield from leaves(child)


def is_hopeless(node: Node) -> bool:
    """Whether nothing in the index can match."""
    if isinstance(node, Terms):
        return not all(node.slots[:-1]) or not (node.slots[-1] or node.prefix)
    found = [is_hopeless(child) for child in node.nodes]
    return all(found) if isinstance(node, AnyOf) else any(found)


def grade(node: Node, words: Sequence[str]) -> float:
    """How well a short text answers a node: 0 not at all, 1 by the word itself; the mean for AllOf."""
    if isinstance(node, Terms):
        return max((found for _, _, found in node.matches(words)), default=0)
    grades = [grade(child, words) for child in node.nodes]
    if isinstance(node, AnyOf):
        return max(grades, default=0)
    return sum(grades) / len(grades) if grades else 0
