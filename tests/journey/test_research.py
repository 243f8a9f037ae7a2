"""The questions of docs/research.md, asked of the archive of the sample site."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from journeys import Journey

from archive.export import export
from archive.search.engine import register_functions

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "research.md").read_text(encoding="utf-8")
QUESTIONS = {int(number): sql for number, sql in re.findall(r"^\*\*(\d+)\. .*?```sql\n(.*?)```", PAGE, re.M | re.S)}
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SHELL = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
EMPTY = {22: "without OCR installed no page of the sample site is read by it"}
"""Questions that may find nothing in the sample archive, with the reason."""


@pytest.fixture(scope="module")
def conn(history: Journey) -> Iterator[sqlite3.Connection]:
    with closing(history.db()) as conn:
        register_functions(conn)
        yield conn


@pytest.fixture(scope="module")
def values(conn: sqlite3.Connection) -> dict[str, object]:
    """What is put in for the parameters, taken from the archive itself."""
    edited, seen = conn.execute("select document_id, seen_at from v_changes where what like '%Wortlaut%'").fetchone()
    sentence = conn.execute("select substr(text, 1, 40) from documents where text <> '' limit 1").fetchone()[0]
    provision, year = conn.execute(
        "select provision, year from v_citations where year is not null group by 1, 2 order by count(*) desc"
    ).fetchone()
    return {
        "dokument": edited,
        "tag": seen[:10],
        "satz": sentence,
        "wort": "Kamera",
        "vorschrift": provision,
        "jahr": year,
    }


def test_there_are_thirty_questions_and_each_is_short() -> None:
    assert sorted(QUESTIONS) == list(range(1, 31))
    assert {number: sql for number, sql in QUESTIONS.items() if sql.count("\n") > 12} == {}
    assert sum(sql.startswith("with ") for sql in QUESTIONS.values()) <= 6


@pytest.mark.parametrize("number", sorted(QUESTIONS))
def test_question_is_answered(number: int, conn: sqlite3.Connection, values: dict[str, object]) -> None:
    found = conn.execute(QUESTIONS[number], values).fetchall()

    assert found or number in EMPTY
    assert all(any(value is not None for value in tuple(row)) for row in found)


# -- recipes for other tools ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exported(history: Journey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("export")
    with closing(history.db()) as conn:
        export(conn, history.data, target, made_at="2026-12-01T05:00:00Z")
    return target


def ran(command: list[str], folder: Path, **variables: str) -> str:
    """What a program in a process of its own prints; it ends well. Datasette loads no plugin of ours there."""
    here = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DATASETTE_LOAD_PLUGINS": "",
        "COLUMNS": "200",
    }
    environment = os.environ | here | variables
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("library", "prints"),
    [("pandas", "2024"), ("polars", "published_on"), ("duckdb", "Datenschutzkonferenz"), ("frictionless", "True")],
)
def test_recipe_in_python_runs(library: str, prints: str, exported: Path) -> None:
    [recipe] = [one for one in PYTHON if re.search(rf"^(import|from) {library}", one, re.MULTILINE)]

    assert prints in ran([sys.executable, "-W", "ignore", "-c", recipe], exported)


def test_there_is_no_other_recipe() -> None:
    assert (len(PYTHON), len(SHELL)) == (4, 3)


@pytest.mark.parametrize(("tool", "prints"), [("csvcut", "DSGVO"), ("datasette", '"doc_type_label": "Beschluss"')])
def test_recipe_for_the_command_line_runs(tool: str, prints: str, exported: Path) -> None:
    [recipe] = [one for one in SHELL if one.startswith(tool)]

    assert prints in ran(["bash", "-o", "pipefail", "-ec", recipe], exported)


EVERY_FILE = """
import csv, glob, duckdb, pandas, polars
for path in sorted(glob.glob("*.csv")):
    sign = ";" if "overview" in path else ","
    with open(path, encoding="utf-8-sig", newline="") as stream:
        csv.field_size_limit(10**9)
        count = sum(1 for _ in csv.reader(stream, delimiter=sign)) - 1
    read = duckdb.sql(f"select * from read_csv('{path}', delim = '{sign}', all_varchar = true, max_line_size = 10000000)")
    found = (len(pandas.read_csv(path, sep=sign)), polars.read_csv(path, separator=sign, infer_schema=False).height,
             len(read.fetchall()))
    assert set(found) == {count}, (path, count, found)
for path in glob.glob("*.parquet"):
    assert len(pandas.read_parquet(path)) == polars.read_parquet(path).height
print("alle")
"""


def test_every_file_opens_in_pandas_polars_and_duckdb_with_all_its_rows(exported: Path) -> None:
    assert "alle" in ran([sys.executable, "-W", "ignore", "-c", EVERY_FILE], exported)


def test_every_table_opens_in_csvkit(exported: Path) -> None:
    script = 'for file in *.csv; do csvcut -z 10000000 -n "$file" > /dev/null; done; echo alle'

    assert "alle" in ran(["bash", "-ec", script], exported)


def test_stock_datasette_opens_every_table_and_view(exported: Path) -> None:
    with closing(sqlite3.connect(exported / "archive.db")) as conn:
        names = [
            name
            for (name,) in conn.execute("select name from sqlite_master where type in ('table', 'view')")
            if not name.startswith("sqlite_")
        ]
    paths = [f"/archive/{name}.json?_size=1" for name in names]
    script = f"""
import asyncio
from datasette.app import Datasette
portal = Datasette(["archive.db"])
async def ask():
    for path in {paths!r}:
        answer = await portal.client.get(path)
        assert answer.status_code == 200, path
asyncio.run(ask())
print("alle")
"""
    assert "v_citations" in names
    assert "alle" in ran([sys.executable, "-W", "ignore", "-c", script], exported)


REPLAY = """
import hashlib, sys
from io import BytesIO
from urllib.parse import quote
from pywb.warcserver.warcserver import WarcServer
from warcio.archiveiterator import ArchiveIterator
from werkzeug.test import Client
player = Client(WarcServer(custom_config={"collections": {"archiv": {
    "index_paths": "collections/archiv/indexes", "archive_paths": "collections/archiv/archive/"}}}))
for url in sys.argv[1:]:
    answer = player.get(f"/archiv/resource?closest=21000101000000&url={quote(url, safe='')}")
    record = next(iter(ArchiveIterator(BytesIO(answer.get_data()))))
    print("shown", record.rec_type, hashlib.sha256(record.content_stream().read()).hexdigest())
"""


def test_pywb_replays_pages_and_papers_whole_after_quiet_nights(history: Journey, tmp_path: Path) -> None:
    """The newest answer of five pages and five papers that were asked for again in ten nights and had not changed."""
    pytest.importorskip("pywb", reason="pywb needs a gevent that is made for Python 3.11 and older")
    later = Journey(Path(shutil.copytree(history.data, tmp_path / "data")), history.site)
    for day in (13, 14):
        later.crawl(day)
    [recipe] = [one for one in SHELL if "$DATEN" in one]
    ran(["bash", "-ec", recipe], tmp_path, DATEN=str(later.data))
    query = (
        "select url, sha256 from snapshots where id in (select max(id) from snapshots where status = 200 group by url)"
        " and url in (select url from documents where version = 1 and removed_at is null) and url {} '%.pdf' limit 5"
    )
    wanted = dict(later.rows(query.format("not like")) + later.rows(query.format("like")))
    nights = later.value("select count(*) - 1 from runs where source = 'dsmv' and outcome <> 'failed'")
    printed = ran([sys.executable, "-W", "ignore", "-c", REPLAY, *wanted], tmp_path)

    assert (nights, len(wanted)) == (10, 10)
    shown = [line.split()[1:] for line in printed.splitlines() if line.startswith("shown")]
    assert shown == [["response", digest] for digest in wanted.values()]
