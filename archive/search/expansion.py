"""Expansion: turns a parsed query into a plan, with German grammar and the words of the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from archive.german.compounds import divide
from archive.german.equivalents import LONGEST_NAME, everyday, load_equivalents, related_stems
from archive.german.stems import stem
from archive.german.words import STOPWORDS, WORD, fold
from archive.search.figures import Day, Pointer, day_node, kind_node, number_nodes, pointed_node
from archive.search.plan import EXACT, FORM, AllOf, AnyOf, Node, Plan, Terms, Wanted, is_hopeless
from archive.search.printed import marked_phrases, shared_pairs
from archive.search.provisions import Provision, provision_node
from archive.search.query import Exact, Item, Prefix, Query, Word, is_empty_word, without_stopwords, words_in_a_row
from archive.search.vocabulary import Vocabulary, form_slot, readings, spellings, with_openings, word_slot

LONGEST_JOIN = 4
"""Words that may be written as one: Corona Warn App, CoronaWarnApp."""

SHORTEST_JOINED = 5
LONGEST_INNER_NAME = 3
SHORTEST_ID = 5
NOT = "nicht"
"""The one stop word that words begin with: nicht-öffentlich."""

FEW_TERMS = 8
"""Up to so many terms are written out one by one."""


def expand(
    query: Query,
    vocabulary: Vocabulary,
    conn: sqlite3.Connection,
    *,
    near: bool = False,
    printed: bool = False,
    others: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Plan:
    """Spell a query out in the terms of a vocabulary, and in the documents that rows answer.

    With ``near``, say besides what comes near each word (``others`` are what corrected words may be too); with
    ``printed``, texts are read for other ways to print it.
    """
    archive = _Archive(vocabulary=vocabulary, conn=conn, near=near, printed=printed, others=others)
    said = without_stopwords(query)
    groups = [group for run in _runs(query) for group in _groups(run, archive, all_said=said == query)]
    without = (item_node(item, archive) for item in query.without)
    return Plan(
        required=tuple(group.node for group in groups),
        without=tuple(node for node in without if not is_hopeless(node)),
        unknown=tuple(piece for group in groups if is_hopeless(group.node) for piece in group.unspelled),
        doubtful=tuple(piece for group in groups if not is_hopeless(group.node) for piece in group.unspelled),
        wanted=tuple(one for group in groups for one in group.wanted),
        typed=words_in_a_row(query),
    )


@dataclass(frozen=True, kw_only=True)
class _Archive:
    """What a query is spelled out in: words, and rows."""

    vocabulary: Vocabulary
    conn: sqlite3.Connection
    near: bool
    printed: bool
    others: Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Words that are asked as one, because they are one name, or one word written apart."""

    node: Node
    wanted: tuple[Wanted, ...]
    unspelled: tuple[str, ...] = ()


def item_node(item: Item, archive: _Archive) -> Node:
    """The node of one item of a query."""
    vocabulary = archive.vocabulary
    if isinstance(item, Exact):
        literal = Terms(slots=tuple(spellings(word, vocabulary) for word in item.words))
        inflected = Terms(slots=tuple(form_slot(word, vocabulary) for word in item.words))
        marked = marked_phrases(archive.conn, item.words) if archive.printed and len(item.words) > 1 else []
        return AnyOf(nodes=(literal, *marked, inflected)) if len(item.words) > 1 else literal
    if isinstance(item, Prefix):
        before = tuple(spellings(word, vocabulary) for word in item.before)
        return _prefix_node(item.start, before, vocabulary)
    if isinstance(item, Provision):
        node, words = provision_node(archive.conn, item), WORD.findall(item.typed)
        if item.law is None and is_hopeless(node) and words:  # what looks like a provision of no law may be a name
            return AnyOf(nodes=(node, Terms(slots=tuple(spellings(word, vocabulary) for word in words))))
        return node
    if isinstance(item, Day):
        return day_node(archive.conn, item)
    if isinstance(item, Pointer):
        return pointed_node(archive.conn, item.typed)
    return _word(item, archive)


def _runs(query: Query) -> list[list[tuple[Item, ...]]]:
    """Clauses in order, plain words that follow each other together."""
    runs: list[list[tuple[Item, ...]]] = []
    plain_before = False
    for clause in query.clauses:
        plain = len(clause) == 1 and isinstance(clause[0], Word)
        if plain and plain_before:
            runs[-1].append(clause)
        else:
            runs.append([clause])
        plain_before = plain
    return runs


def _groups(run: list[tuple[Item, ...]], archive: _Archive, *, all_said: bool) -> Iterator[_Group]:
    if len(run[0]) > 1 or not isinstance(run[0][0], Word):
        node = AnyOf(nodes=tuple(item_node(item, archive) for item in run[0]))
        loose = all(isinstance(item, Word | Day | Provision) for item in run[0])
        typed = " ".join(_typed(item) for item in run[0])
        printed = [word for item in run[0] if isinstance(item, Exact) for word in item.words]
        unspelled = tuple(word for word in printed if not spellings(word, archive.vocabulary))
        yield _Group(node=node, wanted=(Wanted(typed=typed, node=node, strict=not loose),), unspelled=unspelled)
        return
    words = [item for clause in run for item in clause if isinstance(item, Word)]
    said = [word for word in words if all_said or not is_empty_word(word)]
    everyday = _everyday_nodes(said, archive.vocabulary) if archive.near else {}
    at = 0
    while at < len(words):
        width, others = _special(words[at:], archive.vocabulary)
        said = [word for word in words[at : at + width] if all_said or not is_empty_word(word)]
        if said or others:
            yield _group(said, others, everyday, archive)
        at += width


def _group(
    said: Sequence[Word], others: list[Node], everyday: dict[int, tuple[Node, ...]], archive: _Archive
) -> _Group:
    plain = [_word(word, archive) for word in said]
    beside = _joined_with_neighbours(said, archive.vocabulary) if archive.near and len(said) > 1 else {}
    choices = [AllOf(nodes=tuple(plain)) if len(plain) > 1 else plain[0]] if plain else []
    wanted = tuple(
        Wanted(
            typed=word.typed or " ".join(word.pieces),
            node=AnyOf(nodes=(node, *others, *beside.get(id(word), ()))) if others else node,
            related=_related_node(word, archive.vocabulary) if archive.near else None,
            everyday=everyday.get(id(word), ()),
            others=tuple(_word_node((one,), archive.vocabulary) for one in archive.others.get(word.typed, ())),
            parts=_taken_apart(word, archive.vocabulary) if archive.near else (),
        )
        for word, node in zip(said, plain, strict=True)
    )
    node = AnyOf(nodes=(*choices, *others)) if others else choices[0]
    pieces = (piece for word in said for piece in word.pieces)
    unspelled = tuple(piece for piece in pieces if not others and not spellings(piece, archive.vocabulary))
    return _Group(node=node, wanted=wanted, unspelled=unspelled)


def _joined_with_neighbours(words: Sequence[Word], vocabulary: Vocabulary) -> dict[int, list[Node]]:
    """By the identity of each word, what it is written as with some of its neighbours: Medien Scouts, Medienscouts."""
    found: dict[int, list[Node]] = {}
    for width in range(2, min(LONGEST_JOIN, len(words)) + 1):
        for at in range(len(words) - width + 1):
            whole = "".join(piece for word in words[at : at + width] for piece in word.pieces).lower()
            if len(whole) >= SHORTEST_JOINED and (slot := word_slot(whole, vocabulary)):
                for word in words[at : at + width]:
                    found.setdefault(id(word), []).append(Terms(slots=(slot,)))
    return found


def _typed(item: Item) -> str:
    if isinstance(item, Exact):
        return f"»{' '.join(item.words)}«"
    if isinstance(item, Prefix):
        return " ".join((*item.before, item.start)) + "*"
    return item.typed


def _word(word: Word, archive: _Archive) -> Node:
    """A word by its terms; and by rows, where it is a number, a type or the id of a document."""
    node = _word_node(word.pieces, archive.vocabulary)
    others = number_nodes(word.pieces)
    kind = kind_node(archive.conn, word.pieces)
    if kind is not None:
        others.append(kind)
    if any(piece[-1:].isdigit() or piece[:1].isdigit() for piece in word.pieces) and len(word.typed) >= SHORTEST_ID:
        others.append(pointed_node(archive.conn, word.typed))
    if archive.printed and len(word.pieces) == 1:
        others += shared_pairs(archive.conn, archive.vocabulary, word.pieces[0])
    others = [other for other in others if not is_hopeless(other)]
    return AnyOf(nodes=(node, *others)) if others else node


def _taken_apart(word: Word, vocabulary: Vocabulary) -> tuple[Node, ...]:
    """The parts of a compound: Elternprojekt is about Eltern and Projekt."""
    if len(word.pieces) > 1:
        return tuple(_word_node((piece,), vocabulary) for piece in word.pieces)
    folded = fold(word.pieces[0])
    known = [way for way in vocabulary.divided(folded, most=3) if not STOPWORDS.intersection(way)]
    parts = tuple(part.stem for part in divide(folded)) or (known[0] if known else ())
    return tuple(_word_node((part,), vocabulary) for part in parts)


def _related_node(word: Word, vocabulary: Vocabulary) -> Node | None:
    """Words of the archive that are made of the same root as a word."""
    own = form_slot(word.pieces[-1], vocabulary)
    stems = related_stems(word.pieces[-1])
    terms = {term: FORM for key in stems for term in vocabulary.forms(key) if term not in own}
    return Terms(slots=(terms,)) if terms and len(word.pieces) == 1 else None


def _everyday_nodes(words: Sequence[Word], vocabulary: Vocabulary) -> dict[int, tuple[Node, ...]]:
    """What authorities say for everyday words, by the identity of each word; for several in a row, for each of them."""
    found: dict[int, tuple[Node, ...]] = {}
    stems = [tuple(stem(piece) for piece in word.pieces) for word in words]
    taken: set[int] = set()
    for width in range(min(LONGEST_JOIN, len(words)), 0, -1):
        for at in range(len(words) - width + 1):
            key = tuple(part for one in stems[at : at + width] for part in one)
            if taken.intersection(range(at, at + width)):
                continue
            names = everyday().get(key) or everyday().get(("".join(key),), ())
            nodes = tuple(node for name in names if not is_hopeless(node := _name_node(name, vocabulary, parts=True)))
            if nodes:
                taken.update(range(at, at + width))
                found |= {id(word): nodes for word in words[at : at + width]}
    return found


def _special(words: Sequence[Word], vocabulary: Vocabulary) -> tuple[int, list[Node]]:
    """The longest group at the start that has other names or spellings: its length and those."""
    for width in range(min(len(words), LONGEST_NAME), 0, -1):
        pieces = [piece for word in words[:width] for piece in word.pieces]
        others = [_name_node(name, vocabulary) for name in load_equivalents().of(pieces)]
        if 1 < width <= LONGEST_JOIN and not any(is_empty_word(word) for word in words[:width]):
            others += _joined_nodes(pieces, vocabulary)
        others = [node for node in others if not is_hopeless(node)]
        if others:
            return width, others
    return 1, []


def _word_node(pieces: Sequence[str], vocabulary: Vocabulary) -> Node:
    if len(pieces) > 1:
        slots = [form_slot(piece, vocabulary) for piece in pieces]
        slots[-1] = with_openings(pieces[-1], vocabulary)
        phrase = Terms(slots=tuple(slots))
        nodes = [phrase, *_joined_nodes(pieces, vocabulary), *_loosened(pieces, vocabulary)]
        nodes += [_side_by_side(words, vocabulary) for words in _renamed(pieces)]
    else:
        nodes = [_single(pieces[0], vocabulary), *_divided_nodes(pieces[0], vocabulary)]
    found = tuple(node for node in nodes if not is_hopeless(node))
    return AnyOf(nodes=found) if len(found) > 1 else (found or (nodes[0],))[0]


def _single(word: str, vocabulary: Vocabulary) -> Terms:
    slot = word_slot(word, vocabulary)
    if len(slot) <= FEW_TERMS:
        return Terms(slots=(slot,))
    keys = sorted({stem(reading) for reading in readings(word)})
    found = ("openings", word, lambda: tuple(one for key in keys for one in vocabulary.openings(key, slot)))
    return Terms(slots=(slot,), openings=vocabulary.remembered(*found))


def _divided_nodes(word: str, vocabulary: Vocabulary) -> list[Node]:
    """A word written as several: Videoüberwachung, Video-Überwachung."""
    ways = [way for reading in readings(word) for way in vocabulary.divided(reading)]
    return [
        Terms(
            slots=(
                *(dict.fromkeys(vocabulary.spelled(part), FORM) for part in way[:-1]),
                with_openings(way[-1], vocabulary),
            )
        )
        for way in ways
        if not STOPWORDS.intersection(way) - {NOT}
    ]


def _joined_nodes(pieces: Sequence[str], vocabulary: Vocabulary) -> list[Node]:
    """Several words written as one, or as fewer: E-Mail-Adresse, E-Mailadresse, Email-Adresse."""
    whole = "".join(pieces).lower()
    nodes: list[Node] = []
    if len(whole) >= SHORTEST_JOINED and (slot := word_slot(whole, vocabulary)):
        nodes.append(Terms(slots=(slot,)))
    return nodes + [_side_by_side(words, vocabulary) for words in _fewer(pieces)]


def _fewer(pieces: Sequence[str]) -> Iterator[list[str]]:
    """Ways to join some neighbours, but not all.

    >>> list(_fewer(["E", "Mail", "Adresse"]))
    [['E', 'MailAdresse'], ['EMail', 'Adresse']]
    """
    seams = len(pieces) - 1
    if not 2 <= seams < LONGEST_JOIN:
        return
    for parted in range(1, 2**seams - 1):
        gaps = ("\n" if parted >> at & 1 else "" for at in range(seams))
        yield "".join(piece + gap for piece, gap in zip(pieces, (*gaps, ""), strict=True)).split("\n")


def _renamed(pieces: Sequence[str]) -> Iterator[list[str]]:
    """A word with hyphens in which an abbreviation is spelled otherwise: DSGVO-Verstoß, DS-GVO-Verstoß.

    >>> ["DS", "GVO", "Verstoß"] in _renamed(["DSGVO", "Verstoß"])
    True
    """
    for start in range(len(pieces)):
        for end in range(start + 1, min(len(pieces), start + LONGEST_INNER_NAME) + 1):
            if end - start == len(pieces):
                continue
            for name in load_equivalents().of(pieces[start:end]):
                if len(name) <= LONGEST_INNER_NAME:
                    yield [*pieces[:start], *name, *pieces[end:]]


def _side_by_side(words: Sequence[str], vocabulary: Vocabulary) -> Terms:
    before = (dict.fromkeys(spellings(word, vocabulary), FORM) for word in words[:-1])
    return Terms(slots=(*before, form_slot(words[-1].lower(), vocabulary)))


def _loosened(pieces: Sequence[str], vocabulary: Vocabulary) -> list[Node]:
    """Words with hyphens whose last is a compound, with more hyphens: E-Mailadresse, E-Mail-Adresse."""
    ways = vocabulary.divided(fold(pieces[-1]), most=3)
    return [_side_by_side([*pieces[:-1], *way], vocabulary) for way in ways]


def _name_node(name: Sequence[str], vocabulary: Vocabulary, *, parts: bool = False) -> Node:
    """A name in any form; with ``parts``, a single word in compounds too."""
    if parts and len(name) == 1:
        return Terms(slots=(word_slot(name[0], vocabulary),))
    return Terms(slots=tuple(form_slot(word, vocabulary) for word in name))


def _prefix_node(start: str, before: tuple[dict[str, float], ...], vocabulary: Vocabulary) -> Node:
    nodes = []
    for reading in readings(start):
        terms = dict.fromkeys(vocabulary.starting(reading), EXACT)
        nodes.append(Terms(slots=(*before, terms), prefix=reading))
    known = tuple(node for node in nodes if node.slots[-1])
    return AnyOf(nodes=known) if len(known) > 1 else (known or (nodes[0],))[0]
