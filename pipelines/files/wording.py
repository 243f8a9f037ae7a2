"""The words of ``data/files.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pipelines.files.records import FileProblem


@cache
def wording(section: str) -> Mapping[str, Any]:
    """One section of files.toml.

    >>> wording("found")["rtf"]
    'RTF'
    """
    source = files("pipelines").joinpath("data/files.toml").read_text(encoding="utf-8")
    table: Mapping[str, Any] = tomllib.loads(source)[section]
    return table


def problem(kind: str, **facts: object) -> FileProblem:
    """A problem of this kind with its German sentence.

    >>> problem("too_many_pages", count=9000, limit=3000).detail
    'Die Datei nennt 9000 Seiten; gelesen wurden die ersten 3000.'
    """
    return FileProblem(kind=kind, detail=str(wording("problems")[kind]).format(**facts))


def spoken_pages(numbers: list[int]) -> str:
    """Page numbers as a short German list of ranges, at most ten of them.

    >>> spoken_pages([1, 2, 3, 7])
    '1–3, 7'
    """
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    named = [str(first) if first == last else f"{first}–{last}" for first, last in spans]
    return ", ".join(named[:10]) + (" …" if len(named) > 10 else "")
