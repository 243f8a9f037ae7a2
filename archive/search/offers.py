"""Offers: what a query may mean beside its words, each with its number of documents: topics, provisions, types, OR."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.german.words import WORD, index_term
from archive.search.figures import kinds_of
from archive.search.plan import FORM, Node, Plan, grade
from archive.search.provisions import Provision, provision_node
from archive.search.query import Query, Word
from archive.statutes import law_slug

MOST_TOPICS = 4
EITHER = re.compile(r"(?<=\S)\s+oder\s+(?=\S)")
COUNTED = """
select (select count(*) from document_topics where topic_id = ?1) - (
  select count(*) from documents d indexed by documents_facets join document_topics on document_id = d.id
  where d.blocked_at is not null and topic_id = ?1)"""
OF_NEAR = """
select topic_id from json_each(?) cross join documents d on d.docno = value join document_topics on document_id = d.id
group by topic_id having count(*) * 3 >= ? order by count(*) desc, topic_id"""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """``kind`` is ``topic``, ``provision``, ``type`` or ``either``; ``value`` is what the filter takes, for
    ``either`` the query with ODER; ``count`` is how many documents that gives."""

    kind: str
    value: str
    label: str
    count: int


def offers(conn: sqlite3.Connection, query: Query, plan: Plan, near: Sequence[int]) -> tuple[Offer, ...]:
    """What a query names; where its hits are only ``near``, what these have in common too. Never without documents."""
    found = (*_provisions(conn, query), *_types(conn, query), *_topics(conn, plan, near))
    return tuple(offer for offer in found if offer.count)


def either(text: str) -> str | None:
    """The query with ODER between words where it says "oder", or None if it does not.

    >>> either("Kamera oder Drohne"), either("oder")
    ('Kamera ODER Drohne', None)
    """
    better = EITHER.sub(" ODER ", text.strip())
    return better if better != text.strip() else None


def _provisions(conn: sqlite3.Connection, query: Query) -> Iterator[Offer]:
    for item in (item for clause in query.clauses for item in clause):
        if isinstance(item, Provision) and item.law and item.unit != "Az":
            prefix = "erwgr-" if item.unit == "ErwGr" else ""
            count = len(provision_node(conn, item).grades)
            yield Offer(
                kind="provision", value=f"{law_slug(item.law)}/{prefix}{item.numbers[0]}", label=item.name, count=count
            )


def _types(conn: sqlite3.Connection, query: Query) -> Iterator[Offer]:
    for item in (item for clause in query.clauses for item in clause):
        for doc_type in kinds_of(item.pieces) if isinstance(item, Word) else ():
            count = conn.execute(
                "select count(*) from documents where doc_type = ? and blocked_at is null", (doc_type,)
            ).fetchone()
            yield Offer(kind="type", value=doc_type, label=doc_type, count=int(count[0]))


def _topics(conn: sqlite3.Connection, plan: Plan, near: Sequence[int]) -> Iterator[Offer]:
    labels = dict(conn.execute("select id, label from topics order by id").fetchall())
    named = [topic for topic, label in labels.items() if _names(plan, label)]
    common = [row[0] for row in conn.execute(OF_NEAR, (json.dumps(list(near)), len(near)))] if near else []
    for topic in [one for one in dict.fromkeys([*named, *common]) if one in labels][:MOST_TOPICS]:
        count = conn.execute(COUNTED, (topic,)).fetchone()
        yield Offer(kind="topic", value=topic, label=labels[topic], count=int(count[0]))


def _names(plan: Plan, label: str) -> bool:
    """Whether a question has a word of a topic's name."""
    words = [index_term(word) for word in WORD.findall(label)]
    return any(grade(node, words) >= FORM for one in plan.wanted for node in _said(one.node, one.everyday[:1]))


def _said(node: Node, everyday: Sequence[Node]) -> Iterator[Node]:
    yield node
    yield from everyday
