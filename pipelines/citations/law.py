"""Finds the statute that stands behind a provision: "DS-GVO", "des Bundesdatenschutzgesetzes", "IFG M-V"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from archive.statutes import (
    eu_numbers,
    exact_key,
    folded_key,
    hyphened_lands,
    lands,
    laws,
    spellings,
    state_act,
    words_at,
)
from pipelines.citations.words import DATA, after_gap, one_of

_STATE_LEAD = re.compile(DATA["law"]["state_lead"])
_CLOSING = {"(": ")", "[": "]"}


@dataclass(frozen=True, kw_only=True)
class LawFound:
    """A law's canonical name, the end of its words in the text, and what a Land behind it would change."""

    law: str | None
    end: int
    family: str | None = None


def of_a_land(text: str, found: LawFound, at: int) -> LawFound | None:
    """The act of the Land named at ``at``, or None; ``law`` is None where a Land is meant but not named.

    >>> of_a_land("IFG (M-V)", LawFound(law="IFG", end=3, family="ifg"), 4)
    LawFound(law='IFG M-V', end=9, family=None)
    """
    known = laws().get(found.law) if found.law else None
    if known is not None and known.level == "land" and found.family is None:
        return None
    lead = _STATE_LEAD.match(text, at)
    own_name = known is None and found.law is not None and _NAME.match(found.law) is not None
    if lead is not None and found.family is None and not own_name and (known is None or not known.states):
        return None
    land, end = land_at(text, lead.end() if lead is not None else at)
    act = state_act(found.law, found.family, land) if land else None
    if act is None:
        unnamed = lead is not None and land is None and "Land" in lead.group()
        return LawFound(law=None, end=end) if unnamed else None
    closing = _CLOSING.get(lead.group()[0]) if lead is not None else None
    return LawFound(law=act, end=end + bool(closing and text.startswith(closing, end)))


def land_at(text: str, at: int) -> tuple[str | None, int]:
    """The key of the Land named at ``at`` and the end of its name; ``(None, at)`` where there is none.

    >>> land_at("Mecklenburg-Vorpommern", 0), land_at("M.-V. und", 0), land_at("und", 0)
    (('MV', 22), ('MV', 5), (None, 0))
    """
    words = words_at(text, at, limit=4)
    for length in range(len(words), 0, -1):
        land = spellings().suffixes.get(exact_key(word for word, _ in words[:length]))
        if land:
            return land, words[length - 1][1]
    match = _spaced().match(text, at)
    if match is None or match.lastgroup is None:
        return None, at
    return match.lastgroup, match.end()


@cache
def _spaced() -> re.Pattern[str]:
    """Names of a Land with a hyphen, written otherwise: "M. V.", "M/V", "Meckl.-Vorp."."""
    return re.compile("|".join(f"(?P<{land}>{_variants(land)})" for land in lands() if hyphened_lands(land)))


def _variants(land: str) -> str:
    joint = r"(?:\.\s?[-\u2010-\u2013/]?\s?|\s?[-\u2010-\u2013/]\s?)"
    ends = r"(?:(?<=\.)|(?![\w\u2010\u2011-]))"
    heads = [(re.escape(head), re.escape(tail)) for head, tail in hyphened_lands(land)]
    return one_of(
        rf"{head}(?:\.\s?[-\u2010-\u2013/]?\s?{tail}\.?{ends}|{joint}{tail}(?![\w\u2010\u2011-]))"
        for head, tail in heads
    )


_LAW = DATA["law"]
_DETERMINERS = frozenset(_LAW["determiners"])
_FILLERS = frozenset(folded_key(_LAW["fillers"]))
_NOT_LAWS = frozenset(_LAW["not_laws"])
_UNKNOWN = re.compile(_LAW["unknown"] + r"\Z")
_ACT = re.compile(_LAW["acts"])
_OLD = re.compile(_LAW["old"])
_NEW = re.compile(_LAW["new"])
_DRAFT = re.compile(rf"(.+){_LAW['draft']}\Z")
_TITLE = re.compile(_LAW["title"])
_LAST_OLD_STYLE = 2014
"""Until then acts were numbered "2002/58/EG", from 2015 on "(EU) 2016/680"."""
_NAME = re.compile(rf"(?P<name>{_LAW['name']}){_LAW['name_endings']}\Z")
_NOT_NAMES = frozenset(_LAW["not_names"])
_SPACED = re.compile(r"([A-ZÄÖÜ]{1,4})\s[-\u2010-\u2014]\s([A-ZÄÖÜ]{1,4})(?![A-Za-zÄÖÜäöüß-])")
_HYPHEN = re.compile(r"[-\u2010\u2011](?=[A-Za-zäöü]{3})")
_QUOTE = re.compile(r"[„\"»“]?")
_OF = re.compile(rf"{one_of(sorted(_DETERMINERS, key=len, reverse=True))}(?![A-Za-zäöüß])")


def find_law(text: str, position: int) -> LawFound | None:
    """The law named directly at ``position``, or None.

    >>> find_law("Art. 6 der Datenschutz-Grundverordnung", 6)
    LawFound(law='DSGVO', end=38, family=None)
    >>> find_law("§ 1 IFG M-V", 3).law, find_law("§ 1 IFG", 3).law
    ('IFG M-V', 'IFG')
    """
    at = after_gap(text, position)
    if text.startswith("(", at):
        return _in_brackets(text, at)
    start = _behind_determiner(text, at)
    found = _eu_act(text, start) or _named(text, start)
    if found is None or found.law is None:
        return _by_title(text, start) if start != at else None
    return _with_fassung(text, _explained(text, found))


def find_abbreviation(text: str, position: int) -> LawFound | None:
    """The law whose known abbreviation stands directly at ``position``, as a word of its own.

    >>> find_abbreviation("lit f. DSGVO", 6).law, find_abbreviation("lit f. DSGVO-Verstöße", 6)
    ('DSGVO', None)
    """
    at = after_gap(text, position)
    found = find_law(text, at)
    if found is None or found.law not in laws() or text.startswith(("-", "\u2011"), found.end):
        return None
    return found if text[at : at + 1].isupper() and not text[at + 1 : at + 2].islower() else None


def _behind_determiner(text: str, at: int) -> int:
    match = _OF.match(text, at)
    if match is None:
        return at
    return after_gap(text, match.end())


def _in_brackets(text: str, at: int) -> LawFound | None:
    """ "Artikel 13 (DS-GVO)": only a known abbreviation that fills the brackets."""
    found = _named(text, after_gap(text, at + 1))
    if found is None or found.law is None or not text.startswith(")", found.end):
        return None
    return replace(found, end=found.end + 1)


def _eu_act(text: str, at: int) -> LawFound | None:
    """ "Verordnung (EU) 2016/679", "RL 95/46/EG"."""
    match = _ACT.match(text, at)
    if match is None:
        return None
    number, body = match["number"], match["body"] or match["tail"]
    known = eu_numbers().get(number)
    return LawFound(law=known or _act_name(match["form"], number, body), end=match.end())


def _act_name(form: str, number: str, body: str | None) -> str | None:
    kind = _LAW["forms"].get(form)
    if kind is None:
        return None
    if kind in ("Richtlinie", "Rahmenbeschluss") and int(number.split("/")[0]) <= _LAST_OLD_STYLE:
        return f"{kind} {number}/{body or 'EG'}"
    return f"{kind} ({body or 'EU'}) {number}"


def _named(text: str, start: int) -> LawFound | None:
    """A law by its name: quotes and adjectives ("der neuen", "der europäischen") before it do not count."""
    quote = _QUOTE.match(text, start)
    words = words_at(text, quote.end() if quote else start, limit=spellings().longest + 5)
    for skipped in range(min(4, len(words))):
        found = _by_adjective(text, words[skipped:]) or _looked_up(text, words[skipped:])
        if found is not None:
            return found
        if folded_key([words[skipped][0]])[0] not in _FILLERS:
            break
    return None


def _by_adjective(text: str, words: list[tuple[str, int]]) -> LawFound | None:
    """ "des Berliner Datenschutzgesetzes": the family's act of that Land."""
    if not words:
        return None
    land = spellings().adjectives.get(folded_key([words[0][0]]))
    if land is None:
        return None
    for length in range(min(4, len(words) - 1), 0, -1):
        names = [word for word, _ in words[1 : length + 1]]
        family = spellings().families.get(exact_key(names)) or spellings().families.get(folded_key(names))
        if family and (act := state_act(None, family, land)):
            own = _longest(words)
            return own if own and own.end >= words[length][1] else LawFound(law=act, end=words[length][1])
    named = None if _longest(words) else _full_name(text, words[1:])
    act = state_act(named.law, None, land) if named and named.law else None
    return LawFound(law=act, end=words[1][1]) if act else _divided(words)


def _divided(words: list[tuple[str, int]]) -> LawFound | None:
    """ "Sächs. DSDG": an abbreviation whose Land stands apart."""
    whole = exact_key("".join(word for word, _ in words[:2]).split())
    law = spellings().exact.get(whole) if len(words) > 1 else None
    return LawFound(law=law, end=words[1][1]) if law else None


def _looked_up(text: str, words: list[tuple[str, int]]) -> LawFound | None:
    found = _longest(words) or _unknown(words) or _full_name(text, words)
    if found is None:
        return _with_hyphen(words) or _spaced_hyphen(text, words)
    return of_a_land(text, found, _behind_short_form(text, found)) or found


def _full_name(text: str, words: list[tuple[str, int]]) -> LawFound | None:
    """ "des Seilbahngesetzes": a name that no list knows; an abbreviation in brackets behind it stands for it."""
    match = _NAME.match(words[0][0]) if words else None
    if match is None or (name := match["name"]) in _NOT_NAMES:
        return None
    at = after_gap(text, words[0][1])
    short = words_at(text, at + 1, limit=4) if text.startswith("(", at) else []
    told = _longest(short) or _unknown(short)
    if told is not None and told.law and told.family is None:
        told = of_a_land(text, told, after_gap(text, told.end)) or told
        if text.startswith(")", told.end):
            return LawFound(law=told.law, end=told.end + 1)
    return LawFound(law=name, end=words[0][1])


def _spaced_hyphen(text: str, words: list[tuple[str, int]]) -> LawFound | None:
    """ "DS – GVO": an abbreviation with blanks around its hyphen."""
    match = _SPACED.match(text, words[0][1] - len(words[0][0])) if words else None
    law = spellings().exact.get(exact_key([match[1] + match[2]])) if match else None
    return LawFound(law=law, end=match.end()) if match and law else None


def _behind_short_form(text: str, found: LawFound) -> int:
    """Where a Land may stand: "des Informationsfreiheitsgesetzes (IFG) des Landes Berlin"."""
    at = after_gap(text, found.end)
    if not found.family or not text.startswith("(", at):
        return at
    words = words_at(text, after_gap(text, at + 1), limit=1)
    short = words and spellings().families.get(exact_key([words[0][0]])) == found.family
    return after_gap(text, words[0][1] + 1) if short and text.startswith(")", words[0][1]) else at


def _with_hyphen(words: list[tuple[str, int]]) -> LawFound | None:
    """ "SchulG-MV", "LDSG-RLP": law and Land as one word."""
    head, hyphen, tail = words[0][0].partition("-") if words else ("", "", "")
    land = spellings().suffixes.get(exact_key([tail])) if hyphen else None
    base = (_longest([(head, 0)]) or _unknown([(head, 0)])) if land else None
    act = state_act(base.law, base.family, land) if base and land else None
    return LawFound(law=act, end=words[0][1]) if act else _compound(words)


def _compound(words: list[tuple[str, int]]) -> LawFound | None:
    """ "DSGVO-konform", "TDDDG-Verstoß": the law is the first part; never where Länder have acts of its name."""
    word, end = words[0] if words else ("", 0)
    for hyphen in reversed([match.start() for match in _HYPHEN.finditer(word)]):
        key = exact_key([word[:hyphen]])
        law = spellings().exact.get(key)
        if law and key not in spellings().families:
            return LawFound(law=law, end=end - len(word) + hyphen)
    return None


def _longest(words: list[tuple[str, int]]) -> LawFound | None:
    """The longest known spelling that the words begin with."""
    known = spellings()
    every = [word for word, _ in words[: known.longest]]
    exact, folded = exact_key(every), folded_key(every)
    for length in range(len(every), 0, -1):
        plain, inflected = exact[:length], folded[:length]
        family = known.families.get(plain) or known.families.get(inflected)
        law = known.exact.get(plain) or known.folded.get(inflected) or known.bare.get(inflected)
        if law or (family and inflected in known.families):
            return LawFound(law=law, end=words[length - 1][1], family=family)
    return _draft(words)


def _draft(words: list[tuple[str, int]]) -> LawFound | None:
    """ "BDSG-E": a draft is an act of its own."""
    match = _DRAFT.match(words[0][0]) if words else None
    law = spellings().exact.get(exact_key([match[1]])) if match else None
    return LawFound(law=f"{law}-E", end=words[0][1]) if law else None


def _unknown(words: list[tuple[str, int]]) -> LawFound | None:
    """An abbreviation no list knows, but that can only be one ("SchulG"); kept as written."""
    if not words:
        return None
    word = words[0][0]
    capitals = sum(letter.isupper() for letter in word)
    family = spellings().families.get(exact_key([word]))
    if family or (capitals >= 2 and len(word) > 2 and _UNKNOWN.match(word) and word not in _NOT_LAWS):
        law = word if capitals >= 2 and len(word) > 2 else None
        return LawFound(law=law, end=words[0][1], family=family)
    return None


def _explained(text: str, found: LawFound) -> LawFound:
    """ "des Informationsfreiheitsgesetzes (IFG M-V)": the abbreviation in brackets decides the Land."""
    at = after_gap(text, found.end)
    if found.family is None or not text.startswith("(", at):
        return found
    named = _in_brackets(text, at)
    known = laws().get(named.law) if named and named.law else None
    return named if named is not None and known is not None and known.level == "land" else found


def _by_title(text: str, at: int) -> LawFound | None:
    """ "des Gesetzes über … (Informationsfreiheitsgesetz – IFG M-V)": a long title, explained in brackets."""
    match = _TITLE.match(text, at)
    if match is None:
        return None
    start = match.start(1)
    for piece in re.finditer(r"[^–—,-][^–—,]*", match[1]):
        found = _named(text, after_gap(text, start + piece.start()))
        if found and found.law and found.end == match.end(1):
            return replace(found, end=match.end())
    return None


def _with_fassung(text: str, found: LawFound) -> LawFound:
    """ "BDSG a.F." is another act than the BDSG; elsewhere "a.F." and "n.F." mean the act itself."""
    if old := _OLD.match(text, found.end):
        former = f"{found.law} a.F."
        return replace(found, law=former if former in laws() else found.law, end=old.end())
    if new := _NEW.match(text, found.end):
        return replace(found, end=new.end())
    return found


def is_european(law: str) -> bool:
    """Whether a law is one of the Union (the only ones whose recitals are cited)."""
    known = laws().get(law)
    return known.level == "eu" if known else law.startswith(("Verordnung", "Richtlinie"))
