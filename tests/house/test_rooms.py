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

CLOSED_TO_THE_PORTAL = (
    "archive.keeping",
    "archive.vault.writer",
    "archive.vault.seals",
    "archive.vault.seals",
    "archive.search.indexing",
)
"""The writing side, by folder where a whole folder writes. The portal reads."""

PURE = (
    "crawler/pages",
    "pipelines/dates",
    "pipelines/mending",
    "pipelines/citations",
    "pipelines/topics",
    "pipelines/reading",
    "archive/german",
)
"""Folders whose every module takes values and gives values."""

PURE_MODULES = (
    "crawler/identity",
    "crawler/items",
    "crawler/harvest",
    "crawler/press_portal",
    "crawler/sections",
    "crawler/errors",
    "pipelines/office",
    "pipelines/pdf",
    "pipelines/naming",
    "pipelines/papers",
    "pipelines/catalogue",
    "pipelines/editions",
    "archive/diff",
    "archive/statutes",
    "archive/snippets",
    "portal/charts",
    "portal/citing",
    "portal/german_dates",
    "portal/passages",
    "portal/stretches",
    "portal/untrusted",
)
"""Modules that are as pure, by room and name, whatever folder of the room they lie in."""

IMPURE_MODULES = (
    "scrapy",
    "twisted",
    "datasette",
    "sqlite3",
    "sqlite_utils",
    "socket",
    "urllib.request",
    "requests",
    "httpx",
    "subprocess",
    "multiprocessing",
    "threading",
    "time",
    "random",
    "secrets",
    "uuid",
    "tempfile",
    "shutil",
)
IMPURE_NAMES = frozenset({"now", "today", "utcnow", "environ", "environb", "getenv", "urandom", "cwd"})
"""What asks the clock, the environment or chance, as an attribute or imported by name."""


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
        if within(name, CLOSED_TO_THE_PORTAL)
    ]

    assert wrong == []


@pytest.mark.parametrize("closed", CLOSED_TO_THE_PORTAL)
def test_what_is_closed_to_the_portal_exists(closed: str) -> None:
    place = ROOT / closed.replace(".", "/")

    assert place.is_dir() or place.with_suffix(".py").is_file(), f"{closed} is gone; mend this test"


def test_addresses_and_identities_do_not_depend_on_how_pages_are_read() -> None:
    wrong = [
        name
        for path in (*ROOT.glob("crawler/**/identity.py"), *ROOT.glob("crawler/identity/*.py"))
        for name in imports(path)
        if within(name, ("crawler.pages",))
    ]

    assert wrong == []


def impurities(path: Path) -> set[str]:
    """What a module takes from outside: by import, from the clock, from the environment."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    named = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    return {name for name in imports(path) if within(name, IMPURE_MODULES)} | ((attributes | named) & IMPURE_NAMES)


@pytest.mark.parametrize("folder", PURE)
def test_reading_and_normalising_are_pure(folder: str) -> None:
    wrong = {str(path.relative_to(ROOT)): found for path in modules(folder) if (found := impurities(path))}

    assert modules(folder), f"{folder} is gone; mend this test"
    assert wrong == {}


@pytest.mark.parametrize("named", PURE_MODULES)
def test_modules_that_only_turn_values_into_values_are_pure(named: str) -> None:
    room, name = named.split("/")
    found = list((ROOT / room).rglob(f"{name}.py"))

    assert found, f"{named} is gone; mend this test"
    assert [impurities(path) for path in found] == [set() for _ in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from datetime import date\nday = date.today()", {"today"}),
        ("from os import environ", {"environ"}),
        ("import os\nhome = os.getenv('HOME')", {"getenv"}),
        ("import time", {"time"}),
        ("from datetime import date\nday = date(2026, 3, 1)", set()),
    ],
)
def test_clock_and_environment_are_found(text: str, found: set[str], tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(text, encoding="utf-8")

    assert impurities(path) == found


def test_nothing_imports_the_command_line() -> None:
    users = [
        str(path)
        for room in ROOMS[:-1]
        for path in modules(room)
        if any(within(n, ("aktenkundig",)) for n in imports(path))
    ]

    assert users == []


@pytest.mark.parametrize(
    ("inside", "closed"),
    [
        ("crawler/pages", ("crawler.harvests", "crawler.network", "crawler.spiders")),
        ("crawler/harvests", ("crawler.network", "crawler.spiders")),
        ("crawler/network", ("crawler.pages", "crawler.harvests", "crawler.spiders")),
        ("pipelines", ("pipelines.run",)),
    ],
)
def test_folders_are_doors(inside: str, closed: tuple[str, ...]) -> None:
    """Page reading knows no harvest, a harvest no network; nothing that reads knows the run it reads for."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(inside)
        if path.parent != ROOT / "pipelines" / "run"
        for name in imports(path)
        if within(name, closed)
    ]

    assert modules(inside)
    assert wrong == []


def test_what_names_documents_reads_no_pages() -> None:
    """Addresses and ids are a matter of their own: page reading leans on them, not the other way round."""
    leaning = {name for file in ("addresses", "identity") for name in imports(ROOT / f"crawler/{file}.py")}

    assert not [name for name in leaning if within(name, ("crawler.pages",))]
