"""docs/faults.md names every case with its outcome."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_hostile_answers import CASES
from test_whole_site_faults import LISTS, ROBOTS, SILENT

pytestmark = pytest.mark.faults

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"


def documented() -> dict[str, str]:
    """The cases of the page: name → kind as written."""
    rows = re.findall(r"^\| `([a-z0-9-]+)`(\*?) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name + star: kind for name, star, kind in rows}


def as_written(kind: str | None) -> str:
    """A kind as the page writes it."""
    return "—" if kind is None else " or ".join(f"`{one}`" for one in kind.split("|"))


def test_the_page_holds_every_case_with_its_outcome() -> None:
    expected = {name: as_written(case.kind) for name, case in CASES.items()}
    expected |= {name: as_written(rules.kind) for name, rules in ROBOTS.items()}
    expected |= {name + "*" * (name in SILENT): as_written(kind) for name, (_, kind) in LISTS.items()}

    assert documented() == expected
