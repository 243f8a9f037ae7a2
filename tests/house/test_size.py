"""The house stays small: few modules, short functions. The figures are those reached; they only go down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("crawler", "pipelines", "archive", "portal", "aktenkundig")

MOST_MODULES = 255
LONGEST_MODULE, LONGEST_FUNCTION = 350, 45
MEDIAN_FUNCTION, NINE_OF_TEN = 8, 18


def modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def functions() -> Iterator[tuple[str, int]]:
    """Every function with its lines, decorators not counted."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - node.lineno + 1


def test_there_are_few_modules() -> None:
    assert len(modules()) <= MOST_MODULES


def test_no_module_is_long() -> None:
    lines = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in modules()}

    assert {name: count for name, count in lines.items() if count > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    lengths = [length for _, length in functions()]

    assert {name: length for name, length in functions() if length > LONGEST_FUNCTION} == {}
    assert median(lengths) <= MEDIAN_FUNCTION
    assert quantiles(lengths, n=10)[-1] <= NINE_OF_TEN
