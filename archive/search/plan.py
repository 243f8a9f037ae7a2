"""Plans: a question spelled out as the index terms that answer it, and as FTS5 expressions.

Only quoted index terms and fixed operators get into an expression.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

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


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Documents that rows answer, by docno with the grade; ``text`` is how it reads in print.

    With ``in_text`` a document answers by its text too.
    """

    grades: Mapping[int, float]
    text: Node | None = None
    in_text: bool = False


Node = Terms | AnyOf | AllOf | Listed


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One word of a question, for documents that answer only a part of it.

    ``related`` is made of the same root; ``everyday`` are other words for it in the language of the archive, the
    usual ones first; ``parts`` are its parts, where it is a compound; ``others`` what a slip may have meant too. A
    ``strict`` one (phrase, prefix) must be there.
    """

    typed: str
    node: Node
    related: Node | None = None
    everyday: tuple[Node, ...] = ()
    parts: tuple[Node, ...] = ()
    others: tuple[Node, ...] = ()
    strict: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole question. ``unknown`` are words that the archive does not have, ``doubtful`` those spelled otherwise;
    ``typed`` is all of it as it was typed, words that say little included."""

    required: tuple[Node, ...] = ()
    without: tuple[Node, ...] = ()
    unknown: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    typed: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it asks for nothing, or only for what must not be there."""
        return not self.required


def leaves(node: Node) -> Iterator[Terms]:
    """All places where terms are looked for."""
    if isinstance(node, Terms):
        yield node
    elif isinstance(node, Listed):
        yield from leaves(node.text) if node.text is not None else ()
    else:
        for child in node.nodes:
            yield from leaves(child)


def listed(node: Node) -> Iterator[Listed]:
    """All parts of a node that rows answer."""
    if isinstance(node, Listed):
        yield node
    elif not isinstance(node, Terms):
        for child in node.nodes:
            yield from listed(child)


def has_rows(node: Node) -> bool:
    """Whether rows answer a part of a node."""
    return any(True for _ in listed(node))


def is_hopeless(node: Node) -> bool:
    """Whether nothing in the index can match."""
    if isinstance(node, Terms):
        return not all(node.slots[:-1]) or not (node.slots[-1] or node.prefix)
    if isinstance(node, Listed):
        return not node.grades and (not node.in_text or node.text is None or is_hopeless(node.text))
    found = [is_hopeless(child) for child in node.nodes]
    return all(found) if isinstance(node, AnyOf) else any(found)


def grade(node: Node, words: Sequence[str]) -> float:
    """How well a short text answers a node: 0 not at all, 1 by the word itself; the mean for AllOf."""
    if isinstance(node, Terms):
        return max((found for _, _, found in node.matches(words)), default=0)
    if isinstance(node, Listed):
        return grade(node.text, words) if node.text is not None else 0
    grades = [grade(child, words) for child in node.nodes]
    if isinstance(node, AnyOf):
        return max(grades, default=0)
    return sum(grades) / len(grades) if grades else 0


def answers(node: Node, words: Sequence[str], at_least: float) -> bool:
    """Whether a text (as index terms) answers a node, by terms of at least the given grade."""
    if isinstance(node, Terms):
        return any(found >= at_least for _, _, found in node.matches(words))
    if isinstance(node, Listed):
        return node.text is not None and answers(node.text, words, at_least)
    found = (answers(child, words, at_least) for child in node.nodes)
    return any(found) if isinstance(node, AnyOf) else all(found)


NOTHING = '""'
"""A match expression that FTS5 accepts and nothing matches."""

MOST_SEQUENCES = 64
"""Ways in which one phrase is spelled out."""


def match_expression(plan: Plan, *, at_least: float = PART) -> str:
    """The whole plan as one expression, using only terms of at least the given grade.

    A plan that asks for nothing, or that nothing can answer, gives NOTHING.
    """
    positive = all_expression(plan.required, at_least=at_least)
    if positive is None:
        return NOTHING
    negative = any_expression(plan.without)
    return positive if negative is None else f"({positive}) NOT ({negative})"


def all_expression(nodes: Iterable[Node], *, at_least: float = PART) -> str | None:
    """All nodes must match; None where one cannot, or none is given."""
    texts = [node_expression(node, at_least=at_least) for node in nodes]
    found = [text for text in texts if text is not None]
    return " AND ".join(found) if found and len(found) == len(texts) else None


def any_expression(nodes: Iterable[Node], *, at_least: float = PART) -> str | None:
    """Any node may match; None where none can."""
    texts = (node_expression(node, at_least=at_least) for node in nodes)
    found = [text for text in texts if text is not None]
    return f"({' OR '.join(found)})" if found else None


def node_expression(node: Node, *, at_least: float = PART) -> str | None:
    """One node; None where nothing in the index can match it."""
    if isinstance(node, AnyOf):
        return any_expression(node.nodes, at_least=at_least)
    if isinstance(node, Listed):
        return None if node.text is None else node_expression(node.text, at_least=at_least)
    if isinstance(node, AllOf):
        found = all_expression(node.nodes, at_least=at_least)
        return None if found is None else f"({found})"
    texts = list(_sequences(node, at_least))
    return f"({' OR '.join(texts)})" if texts else None


def _sequences(node: Terms, at_least: float) -> list[str]:
    """The phrases that spell out terms side by side."""
    slots = [[term for term, grade in slot.items() if grade >= at_least] for slot in node.slots]
    texts = []
    if node.prefix is not None:
        before = islice(product(*slots[:-1]), MOST_SEQUENCES)
        texts = [f'"{" ".join((*words, node.prefix))}" *' for words in before]
        slots[-1] = [term for term in slots[-1] if not term.startswith(node.prefix)]
    if node.openings and at_least <= PART:
        texts = [f'"{opening}" *' for opening in node.openings]
        slots = [[term for term in slots[0] if not term.startswith(node.openings)]]
    most = None if len(slots) == 1 else MOST_SEQUENCES
    return texts + [f'"{" ".join(words)}"' for words in islice(product(*slots), most)]


def listed_grade(node: Node, docno: int) -> float:
    """How well rows say that a document answers a node; 0 where only its text may."""
    if isinstance(node, Listed):
        return node.grades.get(docno, 0)
    return 0 if isinstance(node, Terms) else max((listed_grade(child, docno) for child in node.nodes), default=0)
