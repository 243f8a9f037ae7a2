"""The documentation speaks of what there is: every command, setting, source and table, and every example works."""

from __future__ import annotations

import re
import shlex
import sqlite3
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest

from aktenkundig.cli import cli
from archive.database import open_archive
from archive.dictionary import described, dictionary
from archive.keeping.ledger import SnapshotRecord, add_snapshot, begin_run
from archive.keeping.records import PageRecord, Publication
from archive.keeping.store import keep
from archive.search.engine import register_functions
from crawler.sources import load_source, source_names

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("aktenkundig", "archive", "crawler", "pipelines", "portal")
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
DICTIONARY = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *sorted((ROOT / "docs").glob("*.md")),
        *sorted((ROOT / "deploy").glob("*.md")),
    )
}
SETTING = re.compile(r"AKTENKUNDIG_[A-Z]+(?:_[A-Z]+)*")


def code() -> Iterator[str]:
    """Every source file of the rooms."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.read_text(encoding="utf-8")


# -- commands ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(cli.commands))
def test_every_command_is_in_the_readme(name: str) -> None:
    assert re.search(rf"`(?:aktenkundig )?{name}[ `]", README), name


def shell_lines(text: str) -> Iterator[str]:
    """The lines of shell examples, and commands in back quotes."""
    for kind, block in re.findall(r"```(\w*)\n(.*?)```", text, re.DOTALL):
        if kind in ("", "sh", "shell", "console"):
            yield from (line.removeprefix("$ ") for line in block.splitlines())
    yield from re.findall(r"(?<!`)`(aktenkundig [^`\n]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def calls() -> list[tuple[str, list[str]]]:
    """Every call of the program in the documentation, with its page."""
    found = []
    for page, text in PAGES.items():
        for line in shell_lines(text):
            called = re.search(r"(?:^|[\s/])aktenkundig\s+((?:--?[a-z]|[a-z]).*)", line)
            if called and "ADRESSE /opt" not in line:
                found.append((page, _without_placeholders(called.group(1))))
    return [(page, arguments) for page, arguments in found if arguments]


def _without_placeholders(text: str) -> list[str]:
    """The arguments; what is in square brackets or behind a comma or a comment is left out."""
    text = re.sub(r"\[[^\]]*\]", "", text.split("  #")[0].split("`, `")[0])
    if text.split(" ")[0] not in (*cli.commands, "--data", "--debug", "--help", "--version"):
        return []
    return shlex.split(text.split(" && ")[0].split(" | ")[0])


def test_there_are_examples_to_check() -> None:
    assert len(calls()) >= 15


@pytest.mark.parametrize(
    ("page", "arguments"), calls(), ids=lambda value: value if isinstance(value, str) else " ".join(value)
)
def test_every_example_call_is_understood(page: str, arguments: list[str]) -> None:
    """Parsed as the command line would, without running anything. ``QUELLE`` and ``…`` stand for themselves."""
    with cli.make_context("aktenkundig", list(arguments), resilient_parsing=True):
        pass
    at = next((place for place, word in enumerate(arguments) if word in cli.commands), None)
    if at is None:
        return
    command, rest = cli.commands[arguments[at]], [word for word in arguments[at + 1 :] if word != "…"]
    known = {option for param in command.params if isinstance(param, click.Option) for option in param.opts}

    assert {word for word in rest if word.startswith("--")} <= known | {"--help"}, page


def test_every_make_target_of_the_documentation_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {word for text in PAGES.values() for word in re.findall(r"`make ([a-z]+)", text)}
    named |= {word for text in PAGES.values() for word in re.findall(r"^(?:sudo )?make ([a-z]+)", text, re.MULTILINE)}

    assert named
    assert named <= targets


# -- settings, sources, incidents ----------------------------------------------------------------------


def environment_variables() -> set[str]:
    """Variables that the code reads from the environment."""
    patterns = (
        r"environ(?:\.get)?[\(\[]\s*\"(AKTENKUNDIG_[A-Z_]+)\"",
        r"envvar=\"(AKTENKUNDIG_[A-Z_]+)\"",
        r"environ, \"[a-z_]+\", \"(AKTENKUNDIG_[A-Z_]+)\"",
        r"^[A-Z_]+ = \"(AKTENKUNDIG_[A-Z_]+)\"",
    )
    return {name for text in code() for pattern in patterns for name in re.findall(pattern, text, re.MULTILINE)}


def test_every_environment_variable_is_described_for_operators() -> None:
    assert len(environment_variables()) >= 15
    assert environment_variables() - set(SETTING.findall(OPERATING)) == set()


def test_the_documentation_names_no_variable_that_nobody_reads() -> None:
    known = {name for text in code() for name in SETTING.findall(text)}

    for page, text in PAGES.items():
        assert set(SETTING.findall(text)) - known == set(), page


@pytest.mark.parametrize("name", source_names())
def test_every_source_is_in_the_readme(name: str) -> None:
    source = load_source(name)

    assert source.publisher in README
    assert source.host in README


def test_every_kind_of_incident_is_described_for_operators() -> None:
    watching = (
        ROOT / "archive" / "health" / "__init__.py",
        ROOT / "archive" / "health" / "disk.py",
        ROOT / "aktenkundig" / "nightly.py",
    )
    kinds = {kind for path in watching for kind in re.findall(r'kind="([a-z_]+)"', path.read_text(encoding="utf-8"))}

    assert len(kinds) >= 12
    assert {kind for kind in kinds if f"`{kind}`" not in OPERATING} == set()


# -- tables and SQL ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """An archive of one document, with what the portal adds to a connection."""
    with closing(open_archive(tmp_path_factory.mktemp("docs"))) as conn:
        seen = "2026-03-01T04:00:00Z"
        run_id = begin_run(conn, source="dsk", started_at=seen, version="1")
        record = SnapshotRecord(run_id=run_id, url="https://x/a.pdf", fetched_at=seen, status=200)
        text = "Die Videoüberwachung im Gesundheitsamt, ein Beschluss über künstliche Intelligenz."
        paper = Publication(
            id="dsk-oh-a",
            source="dsk",
            doc_type="beschluss",
            title="Beschluss zur Videoüberwachung",
            url="https://x/a.pdf",
            content_sha256="a",
            snapshot_id=add_snapshot(conn, record),
            seen_at=seen,
            published_on="2024-05",
            pages=(PageRecord(page=1, text=text, method="pdf"),),
        )
        keep(conn, paper, run_id=run_id)
        register_functions(conn)
        yield conn


def test_every_table_and_column_is_in_the_dictionary(archive: sqlite3.Connection) -> None:
    tables = "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%' and name not like '\\_%' escape '\\'"
    hidden = ("_data", "_idx", "_docsize", "_config", "_content")
    for (name,) in archive.execute(tables).fetchall():
        if name.endswith(hidden):
            continue
        section = DICTIONARY.partition(f"## {name}\n")[2].partition("\n## ")[0]
        assert section, name
        columns = [row[1] for row in archive.execute(f"pragma table_info({name})")]
        described = re.findall(r"^\| `([^`]+)` \|.*\| (.+) \|$", section, re.MULTILINE)
        if "_fts" not in name and not name.endswith("_words"):
            assert sorted(column for column, _ in described) == sorted(columns), name


def test_every_table_and_column_is_described_in_english(archive: sqlite3.Connection) -> None:
    """In ``archive/data/dictionary_en.toml``, and nothing is described there that is not in the archive."""
    tables = dictionary(archive, described("en"))
    silent = [f"{table.name}.{column.name}" for table in tables for column in table.columns if not column.description]
    data = tomllib.loads((ROOT / "archive" / "data" / "dictionary_en.toml").read_text(encoding="utf-8"))

    assert silent + [table.name for table in tables if not table.description] == []
    assert set(data["table"]) <= {table.name for table in tables}


def sql_examples() -> list[tuple[str, str]]:
    """Every SQL block of the documentation."""
    return [(page, sql) for page, text in PAGES.items() for sql in re.findall(r"```sql\n(.*?)```", text, re.DOTALL)]


def test_there_are_sql_examples_to_run() -> None:
    assert len(sql_examples()) >= 6


@pytest.mark.parametrize(("page", "sql"), sql_examples(), ids=lambda value: value[:40].replace("\n", " "))
def test_every_sql_example_runs(page: str, sql: str, archive: sqlite3.Connection) -> None:
    cursor = archive.execute(sql, defaultdict(str))

    assert cursor.description, page
    assert cursor.fetchall() is not None  # some ask for words that stand in no document here


def test_the_sql_examples_find_the_document(archive: sqlite3.Connection) -> None:
    found = [page for page, sql in sql_examples() if archive.execute(sql, defaultdict(str)).fetchall()]

    assert len(found) >= 4


# -- links -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", list(PAGES))
def test_every_link_to_a_file_of_the_project_leads_somewhere(page: str) -> None:
    place = (ROOT / page).parent
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", PAGES[page])

    assert [target for target in targets if not (place / target).exists()] == []
