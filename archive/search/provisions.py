"""Provisions in a query: "Art. 6 Abs. 1 lit. f DSGVO", "§ 26 BDSG", "C-311/18", answered by the citations table."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from archive.german.words import WORD, index_term
from archive.search.plan import PART, AnyOf, Listed, Terms
from archive.statutes import eu_numbers, exact_key, folded_key, lands, laws, spellings, state_act, words_at

LONGEST_RANGE = 20
"""Provisions of "Art. 12 bis 22" that are looked up."""

MOST_WAYS = 64
"""Ways to print a provision that are looked for in texts."""

WHOLE = PART
"""Grade of a document that cites the provision, but not the unit of it that was asked for."""

UNIT = re.compile(
    r"(?<![\w-])(?:(?P<article>art(?:\.|ikeln?s?)?)|(?P<section>§{1,2}|par(?:\.|agra(?:ph|f)(?:en|s)?)|sec(?:\.|tion))"
    r"|(?P<recital>erw(?:ägungs|aegungs|agungs)gr(?:u|ü|ue)nd(?:e[ns]?|s)?|erw\.?\s?gr\.?|ewg\.?|recital))"
    r"\s{0,3}(?:nr\.?\s{0,2})?(?P<number>\d{1,4}(?:[a-z](?![a-z]))?)(?![\d.,]*\d)",
    re.IGNORECASE,
)
LEVEL = re.compile(
    r"[\s,]{0,3}(?:(?:abs(?:[.]|atz|ätze|aetze)?|par(?:\.|agraph))\s{0,2}(?P<paragraph>\d{1,3}[a-z]?)(?!\w)"
    r"|\(\s?(?P<bracket>\d{1,3}[a-z]?)\s?\)"
    r"|(?P<roman>[IVX]{1,5})(?![\w.-])"
    r"|(?:u\.?\s?abs|unterabs)(?:\.|atz)?\s{0,2}\d{1,2}"
    r"|(?:satz|s\.|s(?=\s?\d))\s{0,2}(?P<sentence>\d{1,2})(?!\w)"
    r"|(?:lit(?:era|\.)?|buchst(?:abe[ns]?|\.)?|bst\.?)\s{0,2}(?P<letter>[a-z])(?!\w)"
    r"|(?P<joined>[a-z])\)"
    r"|(?:nr|nummer|ziff(?:er)?|no)\.?\s{0,2}(?P<item>\d{1,3}[a-z]?)(?!\w)"
    r"|(?:halbsatz|hs|alt(?:ernative)?|var(?:iante)?)\.?\s{0,2}\d?(?!\w))",
    re.IGNORECASE,
)
FURTHER = re.compile(
    r"\s{0,2}(?P<joint>,|/|und|u\.|sowie|bis|[-–])\s{0,2}(?:art(?:\.|ikel)?\s?|§\s?)?(?P<number>\d{1,4}[a-z]?)(?![\w.,]*\d)",
    re.IGNORECASE,
)
FOLLOWING = re.compile(r"\s{0,2}ff?\.(?!\w)|\s{1,2}ff?(?!\w)")
OF = re.compile(r"[\s,(]{0,3}(?:(?:der|des|die|dem|vom|von|of|the|gemäß)\s{1,2}){0,2}", re.IGNORECASE)
ACT = re.compile(
    r"(?:verordnung|vo|richtlinie|rl)?\s?(?:\((?:EU|EG)\)\s?)?(?P<number>\d{2,4}/\d{2,4})(?:/E[GU])?", re.IGNORECASE
)
CASE = re.compile(
    r"(?<![\w/-])(?:(?P<union>[CT])\s?[-‐‑–]?\s?(?P<running>\d{1,3})/(?P<year>\d{2})(?!\d)"
    r"|(?P<senate>\d{1,3}|[IVX]{1,5}[a-z]?|B\s\d{1,2})\s{0,2}(?P<register>[A-Z][A-Za-z]{0,4}(?:\s[A-Z])?|\(pat\))"
    r"\s{0,2}(?P<serial>\d{1,6})[/.](?P<filed>\d{2})(?!\d)(?P<court>\s(?:[A-Z]{2,4}|R)(?!\w))?)",
    re.IGNORECASE,
)
ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8", "IX": "9", "X": "10"}
LEVELS = ("paragraph", "sentence", "letter", "item")
CITED = """
select d.docno, c.raw, c.paragraph, c.sentence, c.letter, c.item
from citations c join documents d on d.id = c.document_id
where c.unit = ? and c.number = ? collate nocase
and (?3 is null or c.law in (select value from json_each(?3))) and d.blocked_at is null
order by d.docno, c.page, c.start"""
COLLAPSED = "replace(replace(replace(lower(c.number), ' ', ''), '-', ''), '–', '')"
CASES = f"""
select d.docno, c.raw from citations c join documents d on d.id = c.document_id
where c.unit = 'Az' and ({COLLAPSED} = ?1 or {COLLAPSED} like ?1 || '%' and ?2) and d.blocked_at is null
order by d.docno, c.page, c.start"""


@dataclass(frozen=True, kw_only=True)
class Provision:
    """What was typed as a provision: unit ``Art.``, ``§`` or ``ErwGr`` with its numbers (more for a range),
    the law or None, and the parts asked for; unit ``Az`` is a case number."""

    typed: str
    unit: str
    numbers: tuple[str, ...]
    law: str | None = None
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The provision as the archive writes it: ``Art. 6 DSGVO``."""
        return " ".join(filter(None, ("" if self.unit == "Az" else self.unit, self.numbers[0], self.law)))


Found = tuple[int, int, Provision]
"""Where it stands in a query: start, end; and what it is."""


def find_provisions(text: str) -> list[Found]:
    """The provisions and case numbers of a query, in order.

    >>> [(one.unit, one.numbers, one.law, one.parts) for _, _, one in find_provisions("Artikel 6 I lit. f DS-GVO")]
    [('Art.', ('6',), 'DSGVO', (('paragraph', '1'), ('letter', 'f')))]
    """
    found: list[Found] = []
    at = 0
    while match := UNIT.search(text, at):
        read = list(_provisions_at(text, match, found[-1][1] if found else 0))
        found += read
        at = max(match.end(), *(end for _, end, _ in read))
    cases = (_case(match) for match in CASE.finditer(text))
    found += [case for case in cases if not any(case[0] < end and start < case[1] for start, end, _ in found)]
    return sorted(found, key=lambda one: one[:2])


def _provisions_at(text: str, match: re.Match[str], floor: int) -> Iterator[Found]:
    unit = "Art." if match["article"] else "§" if match["section"] else "ErwGr"
    numbers, parts, end = _numbers(text, match)
    law, end = _law_after(text, end)
    start = match.start()
    if law is None:
        law, start = _law_before(text, match.start(), floor)
    if unit == "ErwGr" and law is None and match["number"].isdigit() and int(match["number"]) <= 173:
        law = None
    for group in numbers:
        yield (start, end, Provision(typed=text[start:end].strip(" ,"), unit=unit, numbers=group, law=law, parts=parts))


def _numbers(text: str, match: re.Match[str]) -> tuple[list[tuple[str, ...]], tuple[tuple[str, str], ...], int]:
    """Numbers in groups (a range is one group), the parts of the last one, and the end of all."""
    groups: list[tuple[str, ...]] = [(match["number"].lower(),)]
    parts, end = _parts(text, match.end())
    while not parts and (further := FURTHER.match(text, end)):
        number = further["number"].lower()
        if further["joint"].lower() in ("bis", "-", "–"):
            groups[-1] = _range(groups[-1][0], number)
        else:
            groups.append((number,))
        parts, end = _parts(text, further.end())
    return groups, parts, end


def _range(first: str, last: str) -> tuple[str, ...]:
    if first.isdigit() and last.isdigit() and 0 < int(last) - int(first) < LONGEST_RANGE:
        return tuple(str(number) for number in range(int(first), int(last) + 1))
    return (first, last)


def _parts(text: str, at: int) -> tuple[tuple[tuple[str, str], ...], int]:
    parts: dict[str, str] = {}
    while level := LEVEL.match(text, at):
        if level["roman"] and level["roman"].upper() not in ROMAN:
            break
        number = level["paragraph"] or level["bracket"] or ROMAN.get((level["roman"] or "").upper())
        values = {
            "paragraph": number,
            "sentence": level["sentence"],
            "letter": level["letter"] or level["joined"],
            "item": level["item"],
        }
        parts |= {name: value.lower() for name, value in values.items() if value}
        at = level.end()
    if following := FOLLOWING.match(text, at):
        at = following.end()
    return tuple(parts.items()), at


def _law_after(text: str, at: int) -> tuple[str | None, int]:
    start = OF.match(text, at).end()  # type: ignore[union-attr]
    act = ACT.match(text, start)
    if act and (known := eu_numbers().get(act["number"])):
        return known, act.end()
    words = words_at(text, start, limit=spellings().longest)
    for length in range(len(words), 0, -1):
        if law := law_named([word for word, _ in words[:length]]):
            end = words[length - 1][1]
            closing = 1 if text[start - 1 : start] == "(" and text.startswith(")", end) else 0
            return law, end + closing
    return None, at


def _law_before(text: str, at: int, floor: int) -> tuple[str | None, int]:
    """The law that stands directly before: "DSGVO Art. 17"."""
    before = list(re.finditer(r"[\w-]+", text[floor:at]))[-2:]
    for first in range(len(before)):
        words = [match.group() for match in before[first:]]
        if text[floor + before[-1].end() : at].strip(" ,(") == "" and (law := law_named(words)):
            return law, floor + before[first].start()
    return None, at


def law_named(words: list[str]) -> str | None:
    """The law that words name in any spelling, small letters too; None if they name none.

    >>> law_named(["dsgvo"]), law_named(["DSG", "M-V"]), law_named(["IFG", "Berlin"]), law_named(["Kirche"])
    ('DSGVO', 'DSG M-V', 'IFG Berlin', None)
    """
    key, folded = exact_key(words), folded_key(words)
    law = spellings().exact.get(key) or spellings().folded.get(folded) or _small().get(_lowered(key))
    if law is not None or len(words) < 2:
        return law
    land = spellings().suffixes.get(exact_key(words[1:])) or spellings().suffixes.get(exact_key(["-".join(words[1:])]))
    if land is None:
        return None
    name = exact_key([words[0].upper()])
    family = spellings().families.get(name) or spellings().families.get(folded_key(words[:1]))
    federal = law_named(words[:1])
    return state_act(federal, family, land) if family or federal in laws() else None


def _lowered(key: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.lower() for part in key)


@cache
def _small() -> dict[tuple[str, ...], str]:
    """Abbreviations in small letters, but for those that are words or single letters then."""
    return {_lowered(key): law for key, law in spellings().exact.items() if len("".join(key)) > 2}


def _case(match: re.Match[str]) -> Found:
    if match["union"]:
        number = f"{match['union'].upper()}-{match['running']}/{match['year']}"
    else:
        number = " ".join(match.group().split())
    return match.start(), match.end(), Provision(typed=match.group(), unit="Az", numbers=(number,))


def provision_node(conn: sqlite3.Connection, asked: Provision) -> Listed:
    """The documents that cite a provision: those with the very unit first, then those with the whole."""
    grades: dict[int, float] = {}
    printed: dict[tuple[str, ...], float] = {}
    for docno, raw, exact in _citing(conn, asked):
        value = 1.0 if exact else WHOLE
        grades[docno] = max(value, grades.get(docno, 0))
        if len(printed) < MOST_WAYS:
            words = tuple(index_term(word) for word in WORD.findall(raw))
            printed[words] = max(value, printed.get(words, 0))
    ways = (Terms(slots=tuple({word: value} for word in words)) for words, value in printed.items() if words)
    return Listed(grades=grades, text=AnyOf(nodes=tuple(ways)))


def _names_of(law: str | None) -> str | None:
    """A law's names in the table as JSON: a Land's data protection act is cited as "Landesdatenschutzgesetz" too."""
    if law is None:
        return None
    bare = set(spellings().bare.values()) - {""}
    acts = {act for land in lands().values() for act in (land.acts.get("dsg"),) if act}
    if law in bare:
        return json.dumps([law, *acts])
    return json.dumps([law, *bare] if law in acts else [law])


def _citing(conn: sqlite3.Connection, asked: Provision) -> Iterator[tuple[int, str, bool]]:
    for number in asked.numbers:
        if asked.unit == "Az":
            plain = re.sub(r"[\s‐‑–-]", "", number.lower())
            union = number[:2] in ("C-", "T-")
            yield from ((docno, raw, True) for docno, raw in conn.execute(CASES, (plain, union)))
            continue
        for row in conn.execute(CITED, (asked.unit, number, _names_of(asked.law))):
            cited = dict(zip(LEVELS, row[2:], strict=True))
            exact = all((cited[name] or "").lower() == value for name, value in asked.parts)
            yield row[0], row[1], exact
