"""Writes plans as FTS5 match expressions. Only quoted index terms and fixed operators come out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice, product

from archive.search.plan import PART, AllOf, AnyOf, Node, Plan, Terms

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
