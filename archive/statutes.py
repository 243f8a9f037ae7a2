"""The statutes that texts on data protection cite: their spellings, and where the official text stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_WORD = re.compile(
    r"(?:[A-Za-zÄÖÜäöüßé]+|\d+)"
    r"(?:[-\u2010-\u2013\u00ad][^\S\n]?\n?[^\S\n]{0,8}(?=[A-ZÄÖÜ\d])(?:[A-Za-zÄÖÜäöüßé]+|\d+)|\u00ad[a-zäöüß]+"
    r"|[-\u2010\u2011](?=[a-zäöüß])[a-zäöüß]+){0,8}\+?"
)
_JOINTS = re.compile(r"[-\u2010-\u2013\u00ad\s]+")
_ENDING = re.compile(r"(?:es|en|em|er|e|s)\Z")
_PLAIN_NUMBER = re.compile(r"\d+[a-z]?\Z")

Key = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Law:
    """One statute. ``level`` is ``eu``, ``int`` (treaty), ``bund``, ``land`` or ``kirche``.

    ``land`` is the key of its Land.
    ``link``, ``art`` and ``recital`` are addresses with a place for ``{number}`` (§, Art., ErwGr);
    ``page`` is the address of the whole act. ``states`` says that the Länder have acts of this name.
    """

    id: str
    title: str
    level: str
    land: str | None = None
    states: bool = False
    link: str | None = None
    art: str | None = None
    recital: str | None = None
    page: str | None = None


@dataclass(frozen=True, kw_only=True)
class Land:
    """One of the Länder: ``acts`` maps the families ``dsg`` and ``ifg`` to its act, where there is one.

    ``named`` maps full names of acts (keys of :func:`folded_key`) to their abbreviations.
    """

    key: str
    name: str
    portal: str
    acts: Mapping[str, str]
    named: Mapping[Key, str]


@dataclass(frozen=True, kw_only=True)
class Spellings:
    """How laws are written, by key: ``exact`` for abbreviations, ``folded`` for full names.

    ``suffixes`` and ``adjectives`` name a Land behind or before a law; ``families`` says which names
    of laws mean the act of that Land, and ``bare`` what they are called with no Land named. ``longest`` is
    the number of words of the longest spelling.
    """

    exact: Mapping[Key, str]
    folded: Mapping[Key, str]
    suffixes: Mapping[Key, str]
    adjectives: Mapping[Key, str]
    families: Mapping[Key, str]
    bare: Mapping[Key, str]
    longest: int


def words_at(text: str, position: int, *, limit: int) -> list[tuple[str, int]]:
    """Up to ``limit`` words from ``position`` on, each with its end; stops at punctuation.

    A compound with hyphens is one word, also where a line ends after the hyphen; a full stop may stand
    between an abbreviation and the next word.

    >>> words_at("DS-\\nGVO und", 0, limit=2)
    [('DS-\\nGVO', 7), ('und', 11)]
    """
    found: list[tuple[str, int]] = []
    while len(found) < limit and (match := _WORD.match(text, position)):
        found.append((match.group(), match.end()))
        position = _next_word(text, match.end())
    return found


_BETWEEN = re.compile(r"-?\.?[^\S\n]{0,8}\n?[^\S\n]{0,8}")


def _next_word(text: str, position: int) -> int:
    match = _BETWEEN.match(text, position)
    return match.end() if match else position


def exact_key(words: Iterable[str]) -> Key:
    """The key of an abbreviation: hyphens and white space do not count, case does.

    >>> exact_key(["DS-GVO"]), exact_key(["DSG", "M-V"])
    (('DSGVO',), ('DSG', 'MV'))
    """
    return tuple(_joined(word) for word in words)


def folded_key(words: Iterable[str]) -> Key:
    """The key of a full name: case, hyphens and the inflection at the end do not count.

    >>> folded_key(["Bundesdatenschutzgesetzes"]) == folded_key(["Bundes-\\ndatenschutzgesetz"])
    True
    """
    return tuple(_fold(word) for word in words)


@lru_cache(maxsize=8192)
def _joined(word: str) -> str:
    return _JOINTS.sub("", word)


@lru_cache(maxsize=8192)
def _fold(word: str) -> str:
    plain = _joined(word).casefold()
    return _ENDING.sub("", plain) if len(plain) > 4 else plain


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("archive") / "data" / "statutes.toml").read_text(encoding="utf-8"))


@cache
def laws() -> Mapping[str, Law]:
    """All statutes by canonical name."""
    data = _data()
    rows = [*data["law"], *(_federal(row, data["gii"]) for row in data["gii"]["laws"])]
    names = Law.__dataclass_fields__
    return {row["id"]: Law(**{name: row[name] for name in names if name in row}) for row in rows}


def _federal(row: Mapping[str, Any], gii: Mapping[str, Any]) -> dict[str, Any]:
    folder = row.get("folder")
    links = {name: gii[name].replace("{folder}", folder) for name in ("link", "page")} if folder else {}
    return {**row, **links, "level": "bund"}


@cache
def lands() -> Mapping[str, Land]:
    """The 16 Länder by key (``MV``)."""
    return {
        row["key"]: Land(
            key=row["key"],
            name=row["name"],
            portal=row["portal"],
            acts={family: row[family] for family in ("dsg", "ifg") if family in row},
            named={folded_key([name]): act for name, act in row.get("named", {}).items()},
        )
        for row in _data()["land"]
    }


@cache
def eu_numbers() -> Mapping[str, str]:
    """Numbered acts of the Union: ``2016/679`` → ``DSGVO``."""
    return {row["eu"]: row["id"] for row in _data()["law"] if "eu" in row}


@cache
def spellings() -> Spellings:
    """Every spelling of every statute, as keys of :func:`exact_key` and :func:`folded_key`."""
    data = _data()
    rows = [*data["law"], *data["gii"]["laws"]]
    families = data["family"]
    exact = _keys((text, row["id"]) for row in rows for text in row.get("abbr", [row["id"]]))
    folded = _keys(((text, row["id"]) for row in rows for text in row.get("names", [])), folded=True)
    return Spellings(
        exact=exact,
        folded=folded,
        longest=max(map(len, (*exact, *folded))),
        suffixes=_keys((text, row["key"]) for row in data["land"] for text in row["suffixes"]),
        adjectives=_keys(((text, row["key"]) for row in data["land"] for text in row["adjectives"]), folded=True),
        families=_keys((text, name) for name, row in families.items() for text in row["abbr"])
        | _keys(((text, name) for name, row in families.items() for text in row["names"]), folded=True),
        bare=_keys(((text, row["bare"]) for row in families.values() for text in row["bare_names"]), folded=True),
    )


def hyphened_lands(land: str) -> Sequence[tuple[str, str]]:
    """The two halves of a Land's names that have a hyphen: ``("M", "V")``, ``("Meckl", "Vorp")``."""
    rows = (row for row in _data()["land"] if row["key"] == land)
    halves = (text.split("-") for row in rows for text in row["suffixes"])
    return [(parts[0], parts[1]) for parts in halves if len(parts) == 2]


def _keys(pairs: Iterable[tuple[str, str]], *, folded: bool = False) -> dict[Key, str]:
    make = folded_key if folded else exact_key
    return {make(spelled_words(text)): value for text, value in pairs}


def spelled_words(text: str) -> Sequence[str]:
    """The words of a spelling as the data file writes it."""
    return [word for word, _ in words_at(text, 0, limit=12)]


def state_act(law: str | None, family: str | None, land: str) -> str | None:
    """The act of a Land: of a family of names, by its full name, or of the same name as a federal law.

    >>> state_act(None, "dsg", "MV"), state_act("VwVfG", None, "MV"), state_act("BDSG", None, "MV")
    ('DSG M-V', 'VwVfG M-V', None)
    >>> state_act("Landespressegesetz", None, "MV"), state_act("Landespressegesetz", None, "SH")
    ('LPrG M-V', 'Landespressegesetz SH')
    """
    if family and family in lands()[land].acts:
        return lands()[land].acts[family]
    if law and (act := lands()[land].named.get(folded_key([law]))):
        return act
    if law and (law not in laws() or laws()[law].states):
        return f"{law} {_short_suffix(land)}"
    return None


def act_at_home(law: str, land: str) -> str:
    """The act that a law named without its Land is in a text that was written in ``land``.

    >>> act_at_home("LDSG", "MV"), act_at_home("Landesarchivgesetz", "MV"), act_at_home("BDSG", "MV")
    ('DSG M-V', 'LArchivG M-V', 'BDSG')
    """
    for family, row in _data()["family"].items():
        if law == row["bare"] and family in lands()[land].acts:
            return lands()[land].acts[family]
    return lands()[land].named.get(folded_key([law]), law) if law not in laws() else law


@cache
def _short_suffix(land: str) -> str:
    return next(str(row["suffixes"][0]) for row in _data()["land"] if row["key"] == land)


def official_url(law: str | None, unit: str, number: str) -> str | None:
    """Where the official text of a provision stands, or of its act; None where no address is known.

    ``unit`` is ``Art.``, ``§``, ``ErwGr`` or ``Az``; state law leads to the portal of the Land.

    >>> official_url("BDSG", "§", "26")
    'https://www.gesetze-im-internet.de/bdsg_2018/__26.html'
    >>> official_url("DSGVO", "ErwGr", "47")
    'https://eur-lex.europa.eu/legal-content/DE/TXT/HTML/?uri=CELEX:32016R0679#rct_47'
    >>> official_url(None, "Az", "C-311/18") is None
    True
    """
    found = laws().get(law) if law else None
    if found is None or unit == "Az":
        return None
    template = {"Art.": found.art or (found.link if found.level == "eu" else None), "ErwGr": found.recital}.get(
        unit, found.link if found.level != "eu" else None
    )
    if template and _PLAIN_NUMBER.match(number):
        return template.replace("{number}", number)
    return found.page or (lands()[found.land].portal if found.land else None)


def law_slug(law: str) -> str:
    """A law's name in addresses.

    >>> law_slug("DSG M-V"), law_slug("LDSG (a.F.)"), law_slug("StVÜG")
    ('dsg-m-v', 'ldsg-a-f', 'stvueg')
    """
    plain = law.lower().translate(_UMLAUTS)
    return "-".join(re.findall(r"[a-z0-9]+", plain))


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
