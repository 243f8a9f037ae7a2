"""Runs the quick tests of dates and identity against each hand-picked mutant, in a copy of the code.

``python tests/mutants/run_mutants.py [NUMBER ...]`` prints one line for each mutant and the share killed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
LIST = HERE / "mutants.toml"
COPIED = ("crawler", "pipelines", "archive", "pyproject.toml", "tests/pipelines/data")
COPIED_TESTS = (
    "tests/conftest.py",
    "tests/real_texts.py",
    "tests/archive_builder.py",
    "tests/crawler/test_identity*.py",
    "tests/crawler/test_sources.py",
    "tests/pipelines/*dates_*.py",
)
IDENTITY = (
    "tests/crawler/test_identity.py",
    "tests/crawler/test_identity_gaps.py",
    "tests/crawler/test_sources.py",
    "crawler/identity.py",
    "crawler/addresses.py",
)
DATES = (
    "tests/pipelines/test_dates_sample.py",
    "tests/pipelines/test_dates_choice.py",
    "tests/pipelines/test_dates_gaps.py",
    "pipelines/dates",
    "tests/pipelines/test_dates_properties.py",
)
"""What is run, the sharpest first; the corpus beside the checkout is left out."""

_FAILED = re.compile(r"^FAILED (.+?)(?: - |$)", re.MULTILINE)
_LONGEST_RUN = 180  # seconds
_MUTATED_AT = 1_000_000_000  # file time of every mutated file: never that of the cached byte code


class UselessMutant(Exception):
    """The mutant does not apply, does not import or hangs: it says nothing about the tests."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One deliberate defect: ``old`` (found exactly once in ``file``) becomes ``new``."""

    file: str
    old: str
    new: str
    breaks: str

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that should notice it."""
        return IDENTITY if self.file.startswith("crawler/") else DATES


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a mutant: the first test that failed on it, or None where it survived."""

    mutant: Mutant
    killed_by: str | None

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.killed_by or 'SURVIVED':<110} {self.mutant.file}: {self.mutant.breaks}"


def load_mutants() -> tuple[Mutant, ...]:
    """The list, in its order."""
    tables = tomllib.loads(LIST.read_text(encoding="utf-8"))["mutants"]
    return tuple(Mutant(**table) for table in tables)


def copy_project(folder: Path) -> Path:
    """The code and the quick tests, copied to ``folder``; returns the root of the copy."""
    root = folder / "checkout"
    for name in COPIED:
        source, target = PROJECT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", ".hypothesis"))
        else:
            shutil.copy2(source, target)
    for test in (path for pattern in COPIED_TESTS for path in PROJECT.glob(pattern)):
        target = root / test.relative_to(PROJECT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(test, target)
    return root


def mutated(mutant: Mutant) -> str:
    """The text of the file with the defect; raises UselessMutant if ``old`` is not there exactly once."""
    text = (PROJECT / mutant.file).read_text(encoding="utf-8")
    if text.count(mutant.old) != 1 or mutant.old == mutant.new:
        raise UselessMutant(f"{mutant.file}: found {text.count(mutant.old)} times: {mutant.old!r}")
    return text.replace(mutant.old, mutant.new)


def first_failure(root: Path, tests: Iterable[str]) -> str | None:
    """The first of these tests that fails in the copy, or None; anything else that goes wrong is raised."""
    paths = [test for test in tests if (root / test).exists()]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    command += ["-p", "_hypothesis_pytestplugin", "--hypothesis-seed=0", "--tb=no", "-rfE", *paths]
    try:
        done = subprocess.run(
            command, cwd=root, env=_environment(root), capture_output=True, text=True, timeout=_LONGEST_RUN
        )
    except subprocess.TimeoutExpired as error:
        raise UselessMutant(f"no end after {_LONGEST_RUN} seconds") from error
    failed = _FAILED.search(done.stdout)
    if done.returncode == 0:
        return None
    if done.returncode != 1 or failed is None:
        raise UselessMutant(f"the tests did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return failed[1]


def imported_from(root: Path, module: str) -> Path:
    """The file from which the copy's tests import ``module``."""
    code = f"import {module}; print({module}.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=_environment(root), capture_output=True, text=True, check=True
    )
    return Path(done.stdout.strip())


def outcome(root: Path, mutant: Mutant) -> Outcome:
    """Puts one defect into the copy, runs its tests, and takes the defect out again."""
    target = root / mutant.file
    target.write_text(mutated(mutant), encoding="utf-8")
    os.utime(target, (_MUTATED_AT, _MUTATED_AT))
    try:
        return Outcome(mutant=mutant, killed_by=first_failure(root, mutant.tests))
    except UselessMutant as error:
        raise UselessMutant(f"{mutant.file}: {mutant.breaks}: {error}") from error
    finally:
        shutil.copy2(PROJECT / mutant.file, target)


def outcomes(root: Path, mutants: Iterable[Mutant]) -> Iterator[Outcome]:
    """The outcome of each mutant, one after the other."""
    return (outcome(root, mutant) for mutant in mutants)


def killed_share(found: Iterable[Outcome]) -> float:
    """The share of mutants on which a test failed."""
    killed = [one.killed_by is not None for one in found]
    return sum(killed) / len(killed)


def _environment(root: Path) -> dict[str, str]:
    """The copy comes before an installed project; no byte code is written, no plugin loaded that is not named."""
    own = {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    pytest_own = {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return os.environ | own | pytest_own


def main(chosen: list[int]) -> None:
    """Runs all mutants, or those with these numbers (from 1), and prints what became of them."""
    mutants = load_mutants()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        root = copy_project(Path(folder))
        for number in chosen or range(1, len(mutants) + 1):
            found.append(outcome(root, mutants[number - 1]))
            print(f"{number:>3} {found[-1]}", flush=True)
    print(f"{killed_share(found):.1%} of {len(found)} killed")


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]])
