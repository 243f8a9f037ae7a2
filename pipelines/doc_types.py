"""The type of a document: its section's, refined by what its title calls it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


def refine_type(doc_type: str, title: str) -> str:
    """The refined type; the given one where no rule of ``types.toml`` applies.

    >>> refine_type("beschluss", "Positionspapier zu Umgebungskameras")
    'positionspapier'
    >>> refine_type("anlage", "Positionspapier, Anhang")
    'anlage'
    """
    for rule in _refinements():
        if doc_type in rule["of"] and title.lstrip('„"» ').startswith(tuple(rule["begins_with"])):
            return str(rule["doc_type"])
    return doc_type


@cache
def _refinements() -> tuple[dict[str, Any], ...]:
    text = (files("pipelines") / "data" / "types.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["refinement"])
