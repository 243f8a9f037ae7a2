"""Expansion: turns a parsed query into a plan, with German grammar and the words of the archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archive.german.divisions import other_links
from archive.german.equivalents import LONGEST_NAME, load_equivalents, other_spellings
from archive.german.folding import digraph_readings, fold
from archive.german.stems import stem
from archive.german.verbs import guessed_forms, is_participle, verb_forms
from archive.german.words import STOPWORDS
from archive.search.plan import EXACT, FORM, PART, AllOf, AnyOf, Node, Plan, Terms, is_hopeless
from archive.search.query import Exact, Item, Prefix, Query, Word, is_empty_word, without_stopwords
from archive.search.vocabulary import Vocabulary

LONGEST_JOIN = 4
"""Words that may be written as one: Corona Warn App, CoronaWarnApp."""

SHORTEST_JOINED = 5
LONGEST_INNER_NAME = 3
SHORTEST_OPENING = 4
NOT = "nicht"
"""The one stop word that words begin with: nicht-öffentlich."""

FEW_TERMS = 8
"""Up to so many terms are written out one by one."""

UMLAUT_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def expand(query: Query, vocabulary: Vocabulary) -> Plan:
    """Spell a query out in the terms of a vocabulary."""
    asked = without_stopwords(query)
    required: list[Node] = []
    unknown: list[str] = []
    runs = _runs(query)
    for run in runs:
        for node, unspelled in _nodes_of_run(run, vocabulary, keep_stopwords=asked == query):
            required.append(node)
            unknown += unspelled
    without = tuple(node for item in query.without if not is_hopeless(node := item_node(item, vocabulary)))
    return Plan(required=tuple(required), without=without, unknown=tuple(unknown))


def item_node(item: Item, vocabulary: Vocabulary) -> Node:
    """The node of one item of a query."""
    if isinstance(item, Exact):
        return Terms(slots=tuple(_spellings(word, vocabulary) for word in item.words))
    if isinstance(item, Prefix):
        before = tuple(_spellings(word, vocabulary) for word in item.before)
        return _prefix_node(item.start, before, vocabulary)
    return _word_node(item.pieces, vocabulary)


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


def _nodes_of_run(
    run: list[tuple[Item, ...]], vocabulary: Vocabulary, *, keep_stopwords: bool
) -> list[tuple[Node, list[str]]]:
    if len(run[0]) > 1 or not isinstance(run[0][0], Word):
        return [(AnyOf(nodes=tuple(item_node(item, vocabulary) for item in run[0])), [])]
    words = [item for clause in run for item in clause if isinstance(item, Word)]
    nodes: list[tuple[Node, list[str]]] = []
    at = 0
    while at < len(words):
        width, others = _special(words[at:], vocabulary)
        group = words[at : at + width]
        said = [word for word in group if keep_stopwords or not is_empty_word(word)]
        plain = [_word_node(word.pieces, vocabulary) for word in said]
        if plain or others:
            choices = [AllOf(nodes=tuple(plain)) if len(plain) > 1 else plain[0]] if plain else []
            node = choices[0] if not others else AnyOf(nodes=(*choices, *others))
            unknown = [piece for word in said for piece in word.pieces if not _spellings(piece, vocabulary)]
            nodes.append((node, unknown))
        at += width
    return nodes


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
        slots = [_form_slot(piece, vocabulary) for piece in pieces]
        slots[-1] = _opening_compounds(pieces[-1], vocabulary) | slots[-1]
        phrase = Terms(slots=tuple(slots))
        nodes = [phrase, *_joined_nodes(pieces, vocabulary), *_loosened(pieces, vocabulary)]
        nodes += [_side_by_side(words, vocabulary) for words in _renamed(pieces)]
    else:
        nodes = [_single(pieces[0], vocabulary), *_divided_nodes(pieces[0], vocabulary)]
    found = tuple(node for node in nodes if not is_hopeless(node))
    return AnyOf(nodes=found) if len(found) > 1 else (found or (nodes[0],))[0]


def _single(word: str, vocabulary: Vocabulary) -> Terms:
    slot = word_slot(word, vocabulary)
    keys = {stem(reading) for reading in _readings(word)} if len(slot) > FEW_TERMS else set()
    return Terms(
        slots=(slot,), openings=tuple(sorted(o for key in keys for o in vocabulary.openings(key, slot)))
    )


def word_slot(word: str, vocabulary: Vocabulary) -> dict[str, float]:
    """All terms that answer a word: its spellings, forms and compounds."""
    slot = _form_slot(word, vocabulary)
    if fold(word) in STOPWORDS or (word.isupper() and len(word) < 5):
        return slot
    for reading in _readings(word):
        for term in vocabulary.compounds(stem(reading)):
            slot.setdefault(term, PART)
    return slot


def _opening_compounds(word: str, vocabulary: Vocabulary) -> dict[str, float]:
    """Compounds that begin with a word: IT-Sicherheitsgesetz is about IT-Sicherheit, IT-Datensicherheit may not be."""
    keys = {stem(reading) for reading in _readings(word) if len(reading) >= SHORTEST_OPENING}
    return {term: PART for key in keys for term in vocabulary.compounds(key) if fold(term).startswith(key)}


def _form_slot(word: str, vocabulary: Vocabulary) -> dict[str, float]:
    slot = _spellings(word, vocabulary)
    if fold(word) in STOPWORDS:
        return slot
    for reading in _readings(word):
        guesses = () if word[:1].isupper() and is_participle(reading) else guessed_forms(reading)
        for term in _forms(reading, vocabulary, is_verb=_is_verb(word, reading, vocabulary)):
            slot.setdefault(term, FORM)
        for term in (term for guess in guesses for term in vocabulary.spelled(guess)):
            slot.setdefault(term, FORM)
    return slot


def _is_verb(word: str, reading: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is to be read as a verb: löschen and Löschen are, Fragen is not where there is a Frage."""
    if reading not in verb_forms():
        return False
    key = stem(reading)
    return not (word[:1].isupper() and (vocabulary.spelled(key) or vocabulary.spelled(f"{key}e")))


def _forms(reading: str, vocabulary: Vocabulary, *, is_verb: bool) -> Iterator[str]:
    """Terms that are forms of a word: of a verb its noun in -ung too, of a noun no changed verb (Wahl, gewählt)."""
    key = stem(reading)
    for term in vocabulary.forms(key):
        if is_verb or (folded := fold(term)).startswith(key) or folded not in verb_forms():
            yield term
    if is_verb:
        yield from vocabulary.forms(f"{key}ung")
    for other in other_links(reading):
        yield from vocabulary.forms(stem(other))


def _spellings(word: str, vocabulary: Vocabulary) -> dict[str, float]:
    return {term: EXACT for reading in _readings(word) for term in vocabulary.spelled(reading)}


def _readings(word: str) -> list[str]:
    """The folded word, and what it is where ae, oe, ue stand for umlauts on either side."""
    folded = fold(word)
    written_out = fold(word.lower().translate(UMLAUT_DIGRAPHS))
    return list(dict.fromkeys([*digraph_readings(folded), written_out, *other_spellings(folded)]))


def _divided_nodes(word: str, vocabulary: Vocabulary) -> list[Node]:
    """A word written as several: Videoüberwachung, Video-Überwachung."""
    ways = [way for reading in _readings(word) for way in vocabulary.divided(reading)]
    return [
        Terms(
            slots=(
                *(dict.fromkeys(vocabulary.spelled(part), FORM) for part in way[:-1]),
                _form_slot(way[-1], vocabulary),
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
        words = [pieces[0]]
        for at, piece in enumerate(pieces[1:]):
            if parted >> at & 1:
                words.append(piece)
            else:
                words[-1] += piece
        yield words


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
    before = (dict.fromkeys(_spellings(word, vocabulary), FORM) for word in words[:-1])
    return Terms(slots=(*before, _form_slot(words[-1].lower(), vocabulary)))


def _loosened(pieces: Sequence[str], vocabulary: Vocabulary) -> list[Node]:
    """Words with hyphens whose last is a compound, with more hyphens: E-Mailadresse, E-Mail-Adresse."""
    ways = vocabulary.divided(fold(pieces[-1]), most=3)
    return [_side_by_side([*pieces[:-1], *way], vocabulary) for way in ways]


def _name_node(name: Sequence[str], vocabulary: Vocabulary) -> Node:
    return Terms(slots=tuple(_form_slot(word, vocabulary) for word in name))


def _prefix_node(start: str, before: tuple[dict[str, float], ...], vocabulary: Vocabulary) -> Node:
    nodes = []
    for reading in _readings(start):
        terms = dict.fromkeys(vocabulary.starting(reading), EXACT)
        nodes.append(Terms(slots=(*before, terms), prefix=reading))
    known = tuple(node for node in nodes if node.slots[-1])
    return AnyOf(nodes=known) if len(known) > 1 else (known or (nodes[0],))[0]
