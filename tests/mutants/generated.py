"""Generates mutants of the modules on which trust rests, and runs each module's own tests against each of them.

``python tests/mutants/generated.py [MODULE ...] [--every N]`` prints the survivors and the share killed, module by module.
It works in a copy of the code; each mutant runs in a forked process of its own, with a time limit.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("archive", "crawler", "pipelines", "aktenkundig")
MODULES = {
    "removal": "settle",
    "store": "keep",
    "blocks": "block",
    "recorder": "Recorder",
    "evidence": "EvidenceMiddleware",
    "conditional": "ConditionalMiddleware",
}
"""The modules by name, whatever folder they lie in, and a name that each of them defines."""

LONGEST_RUN = 60.0
"""Seconds; a mutant that does not come to an end by then has been noticed."""

SQL = re.compile(r"\b(select|insert|update|delete)\b")
SQL_CHANGES = (
    (" and ", " or "),
    (" or ", " and "),
    ("<>", "="),
    (" is null", " is not null"),
    (" is not null", " is null"),
    ("max(", "min("),
    ("min(", "max("),
    (" desc", ""),
    (" <= ", " < "),
    (" < ", " <= "),
    (" + 1", " + 2"),
    ("coalesce(max(", "coalesce(min("),
    (" left join ", " join "),
    (" where ", " where not "),
    ("or ignore ", ""),
    ("= null", "= 'x'"),
)
"""What a slip of the pen makes of a statement that stays a statement."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One defect of a module: where (``line``), what (``change``), and the whole text with it."""

    line: int
    change: str
    text: str


def path_of(module: str) -> Path:
    """Where a module lies, relative to the project. Raises LookupError when it is not there exactly once."""
    found = [
        path
        for room in ROOMS
        for path in (PROJECT / room).rglob(f"{module}.py")
        if re.search(rf"^(def|class) {MODULES[module]}\b", path.read_text("utf-8"), re.MULTILINE)
    ]
    if len(found) != 1:
        raise LookupError(f"{module}.py with {MODULES[module]} lies in {found}")
    return found[0].relative_to(PROJECT)


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of a module's text, in the order of its lines; none equals the module or another one."""
    tree = ast.parse(source)
    made: dict[str, Mutant] = {}
    original = ast.unparse(tree)
    adorning = _adorning(tree)
    for number, node in enumerate(ast.walk(tree)):
        for change, edit in () if id(node) in adorning else _edits(node):
            mutated = copy.deepcopy(tree)
            edit(_at(mutated, number))
            try:
                text = ast.unparse(ast.fix_missing_locations(mutated))
            except (AttributeError, TypeError, ValueError):
                continue
            if text != original:
                made.setdefault(text, Mutant(line=getattr(node, "lineno", 0), change=change, text=text))
    return sorted(made.values(), key=lambda mutant: mutant.line)


def _adorning(tree: ast.AST) -> set[int]:
    """Decorators and annotations: what stands in them is no deed."""
    dress = [
        one
        for node in ast.walk(tree)
        for name in ("decorator_list", "annotation", "returns")
        for one in _as_list(getattr(node, name, None))
    ]
    return {id(node) for one in dress for node in ast.walk(one)}


def _as_list(held: ast.AST | list[ast.AST] | None) -> list[ast.AST]:
    return held if isinstance(held, list) else [held] if held is not None else []


def _at(tree: ast.AST, number: int) -> ast.AST:
    return next(node for at, node in enumerate(ast.walk(tree)) if at == number)


Edit = tuple[str, Callable[[ast.AST], None]]


def _edits(node: ast.AST) -> Iterator[Edit]:
    """What can go wrong at one node: a comparison, and/or, not, a condition, a constant, a statement, a result."""
    if isinstance(node, ast.Compare):
        yield f"comparison {ast.unparse(node)}", _other_comparison
    elif isinstance(node, ast.BoolOp):
        yield f"and/or {ast.unparse(node)[:60]}", _other_junction
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.BitOr | ast.BitAnd | ast.LShift):
        yield f"operator {ast.unparse(node)[:60]}", _other_operator
    elif isinstance(node, ast.If | ast.IfExp):
        yield f"condition {ast.unparse(node.test)[:60]}", _negated
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield f"result {ast.unparse(node.value)[:60]}", lambda one: setattr(one, "value", ast.Constant(None))
    if isinstance(
        node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If | ast.For | ast.With | ast.Try | ast.ExceptHandler
    ):
        yield from _dropped_statements(node)
    if isinstance(
        node,
        ast.Call
        | ast.FunctionDef
        | ast.Assign
        | ast.AnnAssign
        | ast.Dict
        | ast.Return
        | ast.Compare
        | ast.BinOp
        | ast.Tuple
        | ast.keyword
        | ast.Subscript
        | ast.IfExp,
    ):
        yield from _other_constants(node)


def _other_comparison(node: ast.AST) -> None:
    assert isinstance(node, ast.Compare)
    node.ops[0] = COMPARISONS[type(node.ops[0])]()


def _other_junction(node: ast.AST) -> None:
    assert isinstance(node, ast.BoolOp)
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()


def _other_operator(node: ast.AST) -> None:
    assert isinstance(node, ast.BinOp)
    turned = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.LShift: ast.RShift}
    node.op = turned[type(node.op)]()


def _negated(node: ast.AST) -> None:
    assert isinstance(node, ast.If | ast.IfExp)
    node.test = ast.UnaryOp(op=ast.Not(), operand=node.test)


def _dropped_statements(node: ast.AST) -> Iterator[Edit]:
    """Every call, deed and raise of a body, left out (not its docstring, nor a name that others need)."""
    for name in ("body", "orelse", "finalbody"):
        for at, statement in enumerate(getattr(node, name, ())):
            deed = isinstance(statement, ast.Raise | ast.Continue | ast.AugAssign) or (
                isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute | ast.Subscript)
            )
            call = isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant)
            if deed or call:
                yield f"without {ast.unparse(statement)[:60]}", _drop(name, at)


def _drop(name: str, at: int) -> Callable[[ast.AST], None]:
    return lambda node: getattr(node, name).__setitem__(at, ast.Pass())


def _other_constants(node: ast.AST) -> Iterator[Edit]:
    """Constants that stand directly below a node: numbers, truth values, names, statements."""
    for field, child in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        children = child if isinstance(child, list) else [child]
        for at, one in enumerate(children):
            if isinstance(one, ast.arguments):
                for default in range(len(one.kw_defaults)):
                    held = one.kw_defaults[default]
                    if isinstance(held, ast.Constant):
                        for value in _other_values(held.value):
                            yield f"default {held.value!r} -> {value!r}", _set_default(default, value)
            if isinstance(one, ast.Constant):
                for value in _other_values(one.value):
                    yield (
                        f"constant {one.value!r} -> {value!r}"[:90],
                        _set(field, at if child is children else None, value),
                    )


def _set(field: str, at: int | None, value: object) -> Callable[[ast.AST], None]:
    def edit(node: ast.AST) -> None:
        held = getattr(node, field)
        (held if at is None else held[at]).value = value

    return edit


def _set_default(at: int, value: object) -> Callable[[ast.AST], None]:
    return lambda node: setattr(node.args.kw_defaults[at], "value", value)  # type: ignore[attr-defined]


def _other_values(value: object) -> Iterator[object]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, str) and SQL.search(value):
        yield from (value.replace(old, new, 1) for old, new in SQL_CHANGES if old in value)
    elif isinstance(value, str) and re.fullmatch(r"[\w-]+", value):
        yield value + "_"


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


# -- running them --------------------------------------------------------------------------------------


def copy_project(folder: Path) -> Path:
    """The rooms, the tests and their settings below ``folder``; the root of the copy."""
    root = folder / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache", ".hypothesis", "browser", "faults")
    for name in (*ROOMS, "portal", "tests"):
        shutil.copytree(PROJECT / name, root / name, ignore=ignored)
    shutil.copy2(PROJECT / "pyproject.toml", root)
    return root


def tests_of(root: Path, module: str) -> list[str]:
    """The test files that bear a module's name."""
    return sorted(str(path.relative_to(root)) for path in (root / "tests").glob(f"*/test_{module}.py"))


def is_killed(root: Path, path: Path, tests: list[str]) -> bool:
    """Whether these tests notice what stands in ``path`` now: one fails, or they do not come to an end."""
    child = os.fork()
    if child == 0:
        _run_tests(root, path, tests)
    end = time.monotonic() + LONGEST_RUN
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _run_tests(root: Path, path: Path, tests: list[str]) -> None:
    """In the forked process: never returns."""
    import pytest

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.chdir(root)
    _forget(root, path)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os._exit(
        int(pytest.main(["-x", "-q", "--assert=plain", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]))
    )


def survivors(root: Path, module: str, mutants: list[Mutant]) -> Iterator[Mutant]:
    """Those of the mutants that no test of the module notices. Raises AssertionError if tests fail without any."""
    path, tests = root / path_of(module), tests_of(root, module)
    original = path.read_text("utf-8")
    assert tests, f"{module} has no tests of its own"
    assert not is_killed(root, path, tests), f"the tests of {module} fail without a mutant"
    try:
        for mutant in mutants:
            path.write_text(mutant.text, "utf-8")
            if not is_killed(root, path, tests):
                yield mutant
    finally:
        path.write_text(original, "utf-8")


def preload(root: Path) -> None:
    """Import the copy and what it needs, so that the forked processes need not."""
    sys.path[:0] = [str(root), str(root / "tests")]
    sys.dont_write_bytecode = True
    importlib.import_module("pytest")
    importlib.import_module("run_builder")
    importlib.import_module("aktenkundig.replay")
    strangers = [name for name in _loaded() if not str(sys.modules[name].__file__).startswith(str(root))]
    assert not strangers, f"not of the copy: {strangers}"
    for file in _loaded().values():
        _imports(file)  # once, for all the forked processes


def _loaded() -> dict[str, Path]:
    """The modules of the copy that are loaded (and any of that name from elsewhere), with their files."""
    ours = (*ROOMS, "portal", "archive_builder", "run_builder")
    return {
        name: Path(module.__file__)
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in ours and getattr(module, "__file__", None)
    }


def _forget(root: Path, path: Path) -> None:
    """Unload the module of this file and all that import it, however far away."""
    loaded = _loaded()
    gone = {name for name, file in loaded.items() if file == path}
    imports = {name: _imports(file) for name, file in loaded.items()}
    while more := {name for name, wanted in imports.items() if name not in gone and wanted & gone}:
        gone |= more
    for name in gone:
        del sys.modules[name]


@cache
def _imports(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def main() -> int:
    """Run the mutants of the modules named (all without a name); 1 when fewer than 90 of 100 are killed in one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", choices=[[], *MODULES], help="modules, all without a name")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth mutant")
    parser.add_argument("--floor", type=float, default=0.9, help="share that has to be killed")
    chosen = parser.parse_args()
    low = 0
    with tempfile.TemporaryDirectory() as folder:
        root = copy_project(Path(folder))
        preload(root)
        for module in chosen.modules or MODULES:
            mutants = mutants_of((PROJECT / path_of(module)).read_text("utf-8"))[:: chosen.every]
            alive = []
            for mutant in survivors(root, module, mutants):
                alive.append(mutant)
                print(f"  survived: {path_of(module)}:{mutant.line}: {mutant.change}", flush=True)
            share = 1 - len(alive) / len(mutants)
            low += share < chosen.floor
            print(f"{module}: {len(mutants) - len(alive)} of {len(mutants)} killed, {share:.1%}", flush=True)
    return int(low > 0)


if __name__ == "__main__":
    sys.exit(main())
