"""How the plugin behaves where it is a guest: beside other databases, and towards Datasette's own parts."""

from __future__ import annotations

import asyncio
import inspect
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette import __version__, handle_exception
from datasette.app import Datasette
from datasette.database import Database

from archive.dictionary import descriptions
from portal.public_sql import executing, replace_internals
from portal.settings import is_archive

ROOT = Path(__file__).resolve().parents[2]


ASKING = """
import asyncio, json, sys
from datasette.app import Datasette

async def ask(target, database, *paths):
    client = Datasette([database]).client
    answers = [await client.get(path) for path in paths]
    with open(target, "w") as file:
        json.dump([[one.status_code, sorted(one.headers), one.text] for one in answers], file)

asyncio.run(ask(*sys.argv[1:]))
"""
"""In a process of its own, where Datasette loads its plugins as it does for others."""


@pytest.mark.parametrize("name", ["other", "archive"])
def test_other_databases_are_left_alone(name: str, tmp_path: Path) -> None:
    """No page of ours, no German, no headers, no functions; CSV as it is. Whatever it is called."""
    with closing(sqlite3.connect(tmp_path / f"{name}.db")) as conn, conn:
        conn.execute("create table documents (id integer primary key, title text)")
        conn.execute("insert into documents (title) values ('=foreign')")
    pages = ("/", f"/{name}/documents", f"/{name}/documents.csv")
    absent = ("/suche", "/daten", "/feed.atom", "/openapi.json")
    sql = f"/{name}.json?sql=select+suchausdruck('x')"
    ran = subprocess.run(
        [sys.executable, "-c", ASKING, str(tmp_path / "answers"), str(tmp_path / f"{name}.db"), *pages, sql, *absent],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    answers = json.loads((tmp_path / "answers").read_text(encoding="utf-8"))

    assert [status for status, _, _ in answers] == [200] * len(pages) + [400] + [404] * len(absent), ran.stderr
    assert answers[2][2].splitlines() == ["id,title", "1,=foreign"]
    assert "suchausdruck" in answers[3][2]
    for _, headers, text in answers:
        assert "Aktenkundig" not in text
        assert not {"content-security-policy", "access-control-allow-origin"} & set(headers)


def test_an_archive_is_known_by_its_tables(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("kein SQLite", encoding="utf-8")

    assert is_archive(str(data_dir / "archive.db"))
    assert not is_archive(str(tmp_path / "text.db"))
    assert not is_archive(str(tmp_path / "missing.db"))


def test_plain_datasette_shows_an_archive_of_ours_as_we_do(data_dir: Path) -> None:
    """``datasette archive.db``: pages, search and limits, without descriptions."""

    async def ask() -> Any:
        datasette = Datasette([str(data_dir / "archive.db")])
        answer = await datasette.client.get("/suche.json?q=Kamera")
        datasette.databases["archive"].close()
        return answer.json()

    assert asyncio.run(ask())["total"] > 0


def test_descriptions_are_part_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the same name where the portal is started is not taken; the one at the root is the same file."""
    (tmp_path / "datasette-metadata.json").write_text('{"title": "foreign"}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert descriptions()["databases"]["archive"]["queries"]
    assert descriptions() == json.loads((ROOT / "datasette-metadata.json").read_text(encoding="utf-8"))


EXPECTED = {
    "0.65": ["self", "sql", "params", "truncate", "custom_time_limit", "page_size", "log_sql_errors"],
    "1.0": ["self", "sql", "params", "truncate", "custom_time_limit", "page_size", "log_sql_errors"],
}
"""How ``Database.execute`` is called, by Datasette's version."""


def test_what_we_replace_is_still_what_we_took_it_for() -> None:
    """Two places: how statements are run, and the printer of tracebacks. A new Datasette asks for a look at both."""
    version = next((known for known in EXPECTED if __version__.startswith(known)), None)
    ours = list(inspect.signature(executing(Database(Datasette(), is_memory=True))).parameters)

    assert version is not None, f"Datasette {__version__}: bitte portal/public_sql.py ansehen"
    assert list(inspect.signature(Database.execute).parameters) == EXPECTED[version]
    assert EXPECTED[version] == ["self", *ours]
    assert "rich" in vars(handle_exception)


def test_internals_are_replaced_in_one_place() -> None:
    """Nothing else in the room sets an attribute of Datasette's own modules or objects."""
    named = [
        path.name
        for path in (ROOT / "portal").rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in (".rich = ", "database.execute = ", "views.csv"))
    ]

    assert named == [inspect.getsourcefile(replace_internals).rpartition("/")[2]]  # type: ignore[union-attr]


def test_statements_are_answered_as_datasette_itself_would(data_dir: Path) -> None:
    """Rows, truncation and description of the two ways agree."""

    async def both(sql: str) -> list[Any]:
        datasette = Datasette([str(data_dir / "archive.db")])
        database = datasette.databases["archive"]
        ours: Callable[..., Any] = executing(database)
        answers = [await run(sql, truncate=True) for run in (database.execute, ours)]
        database.close()
        return [([tuple(row) for row in one.rows], one.truncated, one.columns) for one in answers]

    for sql in ("select id, year from documents order by docno", "select 1 as a where 0"):
        plain, replaced = asyncio.run(both(sql))

        assert plain == replaced
