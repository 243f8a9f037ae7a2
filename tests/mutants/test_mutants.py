"""Whether the tests of dates and identity notice a defect: hand-picked mutants and the share that is killed."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest
from run_mutants import (
    DATES,
    IDENTITY,
    Mutant,
    UselessMutant,
    copy_project,
    first_failure,
    imported_from,
    killed_share,
    load_mutants,
    mutated,
    outcome,
    outcomes,
)

pytestmark = pytest.mark.faults

FLOOR = 0.97
"""Share of mutants killed. It only rises."""

MUTANTS = load_mutants()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("mutants"))


def test_list_is_long_and_covers_both_subjects() -> None:
    """At least 40 different defects, spread over every file that is at stake."""
    files = {mutant.file for mutant in MUTANTS}

    assert len({(mutant.file, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS) >= 40
    assert {"crawler/identity.py", "crawler/addresses.py", "pipelines/data/dates.toml"} <= files
    assert sum(file.startswith("pipelines/dates/") for file in files) >= 5


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.file}: {mutant.breaks}")
def test_mutant_applies(mutant: Mutant) -> None:
    """The old text stands exactly once in the file, and the result is still Python or TOML."""
    text = mutated(mutant)

    assert ast.parse(text) if mutant.file.endswith(".py") else tomllib.loads(text)


def test_stale_mutant_is_an_error() -> None:
    """A mutant whose text is gone is reported, not counted."""
    with pytest.raises(UselessMutant):
        mutated(Mutant(file="crawler/identity.py", old="no such line", new="x", breaks="nothing"))


@pytest.mark.parametrize("module", ["crawler.identity", "crawler.addresses", "pipelines.dates.choice"])
def test_copy_is_what_is_imported(root: Path, module: str) -> None:
    """The copy hides the installed project."""
    assert imported_from(root, module) == root / (module.replace(".", "/") + ".py")


@pytest.mark.parametrize("tests", [IDENTITY, DATES], ids=["identity", "dates"])
def test_unchanged_copy_passes(root: Path, tests: tuple[str, ...]) -> None:
    """Without a defect no test fails: what kills a mutant is the mutant."""
    assert first_failure(root, tests) is None


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("crawler/identity.py", 'return "-".join(filter(None, (prefix, kind, last)))', 'return "sanity"'),
        ("pipelines/dates/grammar.py", 'return f"{self.year:04}{month}"', 'return f"{self.year + 1:04}{month}"'),
    ],
)
def test_gross_defect_is_noticed(root: Path, file: str, old: str, new: str) -> None:
    """Every id the same, every year wrong: surviving this would mean that the mutants are never imported."""
    assert outcome(root, Mutant(file=file, old=old, new=new, breaks="everything")).killed_by is not None


def test_mutants_are_killed(root: Path) -> None:
    """At least 97 of 100 defects make a test fail."""
    found = list(outcomes(root, MUTANTS))
    survivors = [str(one) for one in found if one.killed_by is None]

    assert killed_share(found) >= FLOOR, "\n".join(survivors)
