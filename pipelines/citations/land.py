"""Reads the Land that stands behind a law's name: "IFG M-V", "des Informationsfreiheitsgesetzes des Landes Berlin"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from archive.statutes import exact_key, hyphened_lands, lands, laws, spellings, state_act, words_at
from pipelines.citations.words import DATA, one_of

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
    if lead is not None and found.family is None and (known is None or not known.states):
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
