"""Whether the tests of the modules on which trust rests notice a defect: generated mutants and the share killed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from generated import MODULES, PROJECT, mutants_of, path_of

SOURCE = '''
"""Says."""

def due(checks: int, days: float = 7, *, strict: bool = True) -> str | None:
    """Doc."""
    if checks >= 3 and not strict:
        print("due")
        return conn.execute("select max(id) from runs where a is null and b <> 1")
    return None
'''

CHANGES = [
    "if checks > 3 and (not strict):",
    "if checks >= 3 or not strict:",
    "if not (checks >= 3 and (not strict)):",
    "checks >= 4",
    "strict: bool=False",
    "        pass",
    "print('due_')",
    "min(id)",
    "b = 1",
    "a is not null",
    "a is null or b",
    "return None\n    return None",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_slip_of_the_pen_is_among_the_mutants(change: str) -> None:
    assert [one for one in mutants_of(SOURCE) if change in one.text], [one.text for one in mutants_of(SOURCE)]


def test_no_mutant_is_another_or_the_module_itself() -> None:
    texts = [one.text for one in mutants_of(SOURCE)]

    assert len(set(texts)) == len(texts)
    assert ast.unparse(ast.parse(SOURCE)) not in texts


def test_words_for_people_and_types_are_left_alone() -> None:
    assert all('"""Says."""' in one.text and "-> str | None" in one.text for one in mutants_of(SOURCE))


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_many_mutants_that_are_python(module: str) -> None:
    mutants = mutants_of((PROJECT / path_of(module)).read_text("utf-8"))

    assert len(mutants) >= 20
    assert all(ast.parse(one.text) for one in mutants[::9])


@pytest.mark.faults
@pytest.mark.parametrize("module", MODULES)
def test_nine_of_ten_mutants_are_killed(module: str) -> None:
    """Every mutant of the module, against the module's own tests."""
    command = [sys.executable, str(Path(__file__).with_name("generated.py")), module]
    run = subprocess.run(command, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
