"""The doors between the rooms open one way only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("crawler", "pipelines", "archive", "portal", "aktenkundig")

ALLOWED: dict[str, tuple[str, ...]] = {
    "crawler": ("crawler",),
    "pipelines": ("pipelines", "crawler.items", "archive"),
    "archive": ("archive",),
    "portal": ("portal", "archive"),
    "aktenkundig": ROOMS,
}

WRITING_SIDE = (
    "archive.store", "archive.ledger", "archive.removal", "archive.blocks", "archive.vault", "archive.torn",
    "archive.search.indexing",
)  # fmt: skip
"""What the portal must not touch: it reads."""

PURE = ("crawler/pages", "pipelines/dates", "pipelines/mending", "pipelines/citations", "pipelines/topics",
        "archive/german")  # fmt: skip
IMPURE_MODULES = (
    "scrapy",
    "twisted",
    "sqlite3",
    "sqlite_utils",
    "socket",
    "urllib.request",
    "requests",
    "httpx",
)


def modules(folder: str) -> list[Path]:
    """All Python files of a room."""
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Dotted names a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def within(name: str, allowed: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of the allowed ones or lies below one."""
    return any(name == one or name.startswith(one + ".") for one in allowed)


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_only_through_their_doors(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(room)
        for name in imports(path)
        if name.split(".")[0] in ROOMS and not within(name, ALLOWED[room]) and name != "crawler"
    ]

    assert wrong == []


def test_the_portal_only_reads() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("portal")
        for name in imports(path)
        if within(name, WRITING_SIDE)
    ]

    assert wrong == []


@pytest.mark.parametrize("folder", PURE)
def test_reading_and_normalising_are_pure(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(folder)
        for name in imports(path)
        if within(name, IMPURE_MODULES)
    ]

    assert modules(folder), f"{folder} is gone; mend this test"
    assert wrong == []


def test_nothing_imports_the_command_line() -> None:
    users = [
        str(path)
        for room in ROOMS[:-1]
        for path in modules(room)
        if any(within(n, ("aktenkundig",)) for n in imports(path))
    ]

    assert users == []


def test_what_names_documents_reads_no_pages() -> None:
    """Addresses and ids are a matter of their own: page reading leans on them, not the other way round."""
    leaning = {name for file in ("addresses", "identity") for name in imports(ROOT / f"crawler/{file}.py")}

    assert not [name for name in leaning if within(name, ("crawler.pages",))]
