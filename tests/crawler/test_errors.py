"""Every error of page reading has its German words."""

from __future__ import annotations

import ast
from pathlib import Path

from crawler.wordlists import words

ERRORS = ("MissingPart", "NotTheDocument", "EmptyListing", "UnknownIdentity", "ReadingError")
CRAWLER = Path(__file__).parents[2] / "crawler"


def raised_details() -> set[str]:
    """The details of all errors raised in the crawler, as far as they are plain texts."""
    found = set()
    for path in CRAWLER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and len(node.args) == 2:
                detail = node.args[1]
                if isinstance(detail, ast.Constant):
                    prefix = "required part missing: " if node.func.id == "MissingPart" else ""  # type: ignore[attr-defined]
                    found.add(f"{prefix}{detail.value}")
    return found


def test_every_detail_has_its_german_words() -> None:
    details = raised_details()

    assert len(details) > 12
    assert details - set(words("problems")["details"]) == set()
