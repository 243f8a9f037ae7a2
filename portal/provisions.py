"""Gathers the citations of a document by the provision they name, in legal order; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from portal.addresses import provision_path
from portal.collation import german_key
from portal.queries.documents import Citation

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, kw_only=True)
class Provision:
    """One provision (``Art. 6 DSGVO``) with the pages that cite it and its official text.

    ``path`` is its page here, ``elsewhere`` the number of other documents that cite it.
    """

    name: str
    law: str | None
    count: int
    pages: tuple[int, ...]
    href: str | None
    path: str | None
    elsewhere: int


def _name(citation: Citation) -> str:
    if citation.unit == "Az":
        return citation.number
    unit = "Erwägungsgrund" if citation.unit == "ErwGr" else citation.unit
    return f"{unit} {citation.number} {citation.law or '(Gesetz nicht genannt)'}"


def _order(citation: Citation) -> tuple[object, ...]:
    number = _NUMBER.search(citation.number)
    return (
        citation.unit == "Az",
        citation.law is None,
        german_key(citation.law or ""),
        citation.unit == "ErwGr",
        int(number[0][:9]) if number else 0,
        citation.number,
    )


def provisions(
    citations: Sequence[Citation],
    official: Callable[[str | None, str, str], str | None],
    elsewhere: Mapping[tuple[str | None, str, str], int],
) -> list[Provision]:
    """The provisions cited, each once; ``official(law, unit, number)`` gives the official text's address.

    ``elsewhere`` holds for each of them the number of other documents that cite it.
    """
    groups: dict[tuple[str | None, str, str], list[Citation]] = {}
    for citation in sorted(citations, key=_order):
        groups.setdefault((citation.law, citation.unit, citation.number), []).append(citation)
    return [
        Provision(
            name=_name(group[0]),
            law=law,
            count=len(group),
            pages=tuple(sorted({citation.page for citation in group})),
            href=official(law, unit, number),
            path=provision_path(law, unit, number) if law and unit != "Az" else None,
            elsewhere=elsewhere.get((law, unit, number), 0),
        )
        for (law, unit, number), group in groups.items()
    ]
