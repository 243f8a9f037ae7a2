"""Readers' SQL: what is allowed, and that nothing of it costs the portal memory, time or its life."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hostile_sql import DENIED, ENDLESS, GREEDY
from lxml import html

from portal import public_sql
from portal.permission import Permission, allowed
from portal.pools import POOLS, Overloaded, Pool, Stopped, Worker, close_pools, pool_of
from portal.sandbox import Call, ResultTooLarge, Sandbox, Statement, as_written, batches
from portal.serving import datasette_for

NOT_FOR_READERS = {
    "changes",
    "fts3_tokenizer",
    "fts5",
    "fts5_source_id",
    "last_insert_rowid",
    "load_extension",
    "matchinfo",
    "offsets",
    "optimize",
    "rtreecheck",
    "rtreedepth",
    "rtreenode",
    "sqlite_compileoption_get",
    "sqlite_compileoption_used",
    "sqlite_log",
    "sqlite_source_id",
    "total_changes",
}
"""Functions that SQLite has and somebody has decided to deny."""

OURS = {"escape_fts", "suchausdruck", "suche"}
KILLED = "select instr(hex(zeroblob(1900000)), hex(zeroblob(900000)) || '1')"
"""Asks nothing between its beginning and an end that is minutes away."""


def statement(sql: str, parameters: Any = (), **bounds: Any) -> Statement:
    """A reader's statement with the portal's bounds."""
    usual = {"seconds": 1.5, "rows": 1001, "budget": public_sql.RESULT_BYTES}
    return Statement(sql=sql, parameters=parameters, **{**usual, **bounds})


@pytest.fixture
def sandbox(data_dir: Path) -> Iterator[Sandbox]:
    """What the child process does, without the process."""
    made = Sandbox(f"file:{data_dir / 'archive.db'}?mode=ro", "sql")
    yield made
    made.conn.close()
    made._inner.close()


@pytest.fixture
def worker(data_dir: Path) -> Iterator[Worker]:
    """One child process."""
    made = Worker(f"file:{data_dir / 'archive.db'}?mode=ro", "sql")
    yield made
    made.end()


def _named(sql: str) -> set[str]:
    """What this SQLite says of itself."""
    with closing(sqlite3.connect(":memory:")) as conn:
        return {row[0] for row in conn.execute(sql)}


def test_every_function_of_this_sqlite_is_decided_on() -> None:
    """A function that a newer SQLite brings along is denied, and this test asks for a decision."""
    known = _named("select name from pragma_function_list")

    assert known - allowed()["functions"] <= NOT_FOR_READERS
    assert allowed()["functions"] & NOT_FOR_READERS == set()
    assert allowed()["functions"] - known - OURS == set()


def test_functions_that_are_not_named_are_denied(sandbox: Sandbox) -> None:
    """All that this SQLite reports, the allowed ones aside; the sentence names each."""
    known = _named("select name from pragma_function_list")

    for name in sorted(known - allowed()["functions"]):
        assert any(
            f"nicht erlaubt: {name}" in str(message[-1])
            for arguments in ("", "1", "1, 2", "documents_fts")
            for message in sandbox.answers(statement(f'select "{name}"({arguments}) from documents_fts'))
        ), name


def test_modules_that_are_not_named_are_denied(sandbox: Sandbox) -> None:
    """Every table that SQLite makes up, as its name alone and with a column."""
    made_up = _named("pragma module_list") | {f"pragma_{name}" for name in _named("pragma pragma_list")}
    open_ones = {name for name in sorted(made_up - allowed()["tables"]) if _can_be_read(sandbox, name)}

    assert {"sqlite_stmt", "dbstat", "fts3tokenize", "pragma_database_list"} <= made_up
    assert open_ones == set()


def _can_be_read(sandbox: Sandbox, table: str) -> bool:
    asked = (f"select * from {table}", f"select 1 from {table}", f"select count(*) from {table}('x')")
    return any("error" not in dict.fromkeys(m[0] for m in sandbox.answers(statement(sql))) for sql in asked)


def test_a_virtual_table_of_a_kind_nobody_allowed_is_closed() -> None:
    """Also where it belongs to the archive's own schema; a reader's ``with`` names stay free."""
    conn = sqlite3.connect(":memory:")
    conn.execute("create virtual table boxes using rtree(id, a, b)")
    conn.execute("create virtual table words using fts5(text)")
    permission = Permission(conn)

    conn.execute("select count(*) from words where words match 'x'").fetchall()
    conn.execute("with boxed as (select 1) select count(*) from boxed").fetchall()
    with pytest.raises(sqlite3.DatabaseError):
        conn.execute("select * from boxes").fetchall()
    assert permission.denied == "Diese Tabelle ist hier nicht erlaubt: boxes"
    conn.close()


def test_a_table_that_came_later_is_found(tmp_path: Path) -> None:
    """A migration while the portal runs needs no restart."""
    writer = sqlite3.connect(tmp_path / "later.db", isolation_level=None)
    writer.execute("create table first (a)")
    box = Sandbox(f"file:{tmp_path / 'later.db'}?mode=ro", "sql")
    writer.execute("create table second (a)")
    messages = list(box.answers(statement("select a from second")))
    box.conn.close()
    box._inner.close()
    writer.close()

    assert messages[0] == ("columns", ["a"])


@pytest.mark.parametrize("sql", DENIED, ids=lambda sql: sql[:60])
def test_what_crashes_or_spies_is_refused_in_german(portal: Any, sql: str) -> None:
    """Refused before anything of it runs, in a sentence that names the thing."""
    answer = portal.get("/archive.json", params={"sql": sql})

    assert answer.status_code == 400
    assert any(
        told in answer.json()["error"]
        for told in (
            "ist hier nicht erlaubt",
            "Pragma-Funktionen",
            "hier nur lesen",
            "may not be modified",
            "fts4aux constructor",
        )
    )


def test_a_condition_of_the_table_page_is_no_way_around(portal: Any) -> None:
    """What is denied in a statement is denied in ``_where``."""
    answer = portal.get("/archive/documents.json", params={"_where": "fts3_tokenizer('simple') = 1"})

    assert answer.status_code == 400
    assert "nicht erlaubt: fts3_tokenizer" in answer.json()["error"]


@pytest.mark.parametrize("sql", [*GREEDY[:10], ENDLESS[0], ENDLESS[12]], ids=lambda sql: sql[:40])
def test_greedy_sql_is_refused(portal: Any, sql: str) -> None:
    """Values, results and running time have limits, and the refusal is small."""
    answer = portal.get("/archive.json", params={"sql": sql})

    assert answer.status_code == 400 or answer.json()["rows"] in ([[None]], [])
    assert len(answer.content) < 10_000


def test_a_statement_that_does_not_listen_is_ended(portal: Any) -> None:
    """One opcode of minutes costs a child process its life; the next question gets a new one."""
    answer = portal.get("/archive.json", params={"sql": KILLED})
    after = portal.get("/archive.json", params={"sql": "select 1", "_shape": "arrayfirst"})

    assert answer.status_code == 400
    assert "zu lange gedauert" in answer.json()["error"]
    assert after.json() == [1]


def test_a_condition_that_does_not_listen_is_ended(portal: Any) -> None:
    """The same over ``_where``."""
    answer = portal.get("/archive/topics.json", params={"_where": KILLED.removeprefix("select ") + " = 1"})

    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/archive.csv", "/archive/documents.csv"])
@pytest.mark.parametrize("stream", ["", "1"])
def test_cells_of_a_spreadsheet_are_no_formulas(portal: Any, path: str, stream: str) -> None:
    """Also those that a reader's own statement makes up."""
    asked = {"sql": "select '=1+1' as a, '@SUM(1)' as b, '-2+3' as c"} if path == "/archive.csv" else {}
    answer = portal.get(path, params=asked | ({"_stream": stream} if stream else {}))
    csv.field_size_limit(10_000_000)
    cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]

    assert answer.status_code == 200
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]
    assert not asked or cells[3:] == ["'=1+1", "'@SUM(1)", "'-2+3"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Datasette drops the other facets
@pytest.mark.parametrize("facet", ["fts3_tokenizer('simple')", "id) from sqlite_stmt --", "gibtsnicht"])
def test_a_facet_is_the_name_of_a_column(portal: Any, facet: str) -> None:
    """Whatever else stands there reaches no statement as SQL."""
    answer = portal.get("/archive/documents.json", params={"_facet": facet})

    assert answer.status_code == 400
    assert answer.json()["error"] == f"Diese Spalte gibt es nicht: {facet}"


def test_a_small_question_does_not_wait_behind_long_ones(data_dir: Path) -> None:
    """Each has a short turn; with both long places taken for good, small statements are answered at once."""
    portal = datasette_for(data_dir)
    database = portal.databases["archive"]
    taken = threading.Event()

    async def ask() -> list[Any]:
        long = pool_of(database, "long")
        stuck = [long._threads.submit(taken.wait, 60) for _ in range(POOLS["long"][1])]
        small = [await database.execute("select 1") for _ in range(5)]
        taken.set()
        return [*small, *stuck]

    answers = asyncio.run(ask())[:5]
    close_pools(database)

    assert [list(map(tuple, one.rows)) for one in answers] == [[(1,)]] * 5


def test_budget_counts_bytes_as_they_are_written() -> None:
    """Escapes count, and names of columns; the first row over the budget ends it."""
    rows = [("\x01" * 100,)] * 10

    assert as_written("\x01") == 8
    assert sum(map(len, batches(iter(rows), lambda row: as_written(row[0]), 10_000))) == 10
    with pytest.raises(ResultTooLarge):
        list(batches(iter(rows), lambda row: as_written(row[0]), 6_000))


def test_a_long_name_of_a_column_counts_in_every_row(sandbox: Sandbox) -> None:
    """JSON repeats it."""
    *_, last = sandbox.answers(statement(f'select 1 as "{"n" * 50_000}" from pages, documents, dates limit 900'))

    assert "größer als 5 MB" in last[-1]


def test_an_answer_of_many_rows_ends_where_its_bytes_are_used_up(portal: Any) -> None:
    """As JSON and CSV up to 50,000 rows, on a page 1,000; what is missing is said, and is no error."""
    count = "with recursive c(x) as (select 1 union all select x + 1 from c limit 60000)"
    asked = {"sql": f"{count} select x from c", "_shape": "arrays"}
    wide = {"sql": f"{count} select hex(zeroblob(5000)) from c", "_shape": "arrays"}
    rows, few = portal.get("/archive.json", params=asked).json(), portal.get("/archive.json", params=wide).json()
    page = html.fromstring(portal.get("/archive", params=asked).text)

    assert (len(rows["rows"]), rows["truncated"]) == (50_000, True)
    assert few["truncated"]
    assert 4_800_000 < sum(len(row[0]) for row in few["rows"]) <= 5_000_000
    assert len(page.findall(".//tbody/tr")) == 1000
    assert "mehr als 1.000 Zeilen" in page.text_content()


def test_a_page_of_a_table_is_not_cut_short(sandbox: Sandbox) -> None:
    """Whoever turns pages would never know what is missing: there the bytes are an error."""
    sql = "with recursive c(x) as (select 1 union all select x + 1 from c limit 900) select hex(zeroblob(5000)) from c"
    *_, cut = sandbox.answers(statement(sql, may_end=True))
    *_, refused = sandbox.answers(statement(sql))

    assert cut == ("end", True)
    assert "größer als 5 MB" in refused[-1]


def test_long_reports_stay_readable(worker: Worker) -> None:
    """A text of nearly four megabytes passes through the process."""
    messages = worker.ask(statement("select hex(zeroblob(1900000))"))

    assert len(messages[1][1][0][0]) == 3_800_000


def test_the_child_has_no_secrets(worker: Worker) -> None:
    """Nothing of our environment that is not named for it."""
    environment = Path(f"/proc/{worker.pid}/environ").read_bytes().split(b"\0")

    assert {entry.partition(b"=")[0] for entry in environment if entry} <= {
        b"PYTHONPATH",
        b"MALLOC_ARENA_MAX",
        b"LANG",
        b"LC_CTYPE",
    }


def test_what_the_child_sends_can_name_no_function(worker: Worker) -> None:
    """Answers are plain values: a child that readers' SQL had taken over could not run anything here."""
    call = Call(function=os.getcwd, arguments=(), options={}, seconds=1.0)

    with pytest.raises(Stopped):
        worker.ask(_SmuggledCall(call))  # type: ignore[arg-type]


class _SmuggledCall:
    """A question that the child cannot read: it dies of it, and the parent says so."""

    def __init__(self, call: Call) -> None:
        self.seconds = call.seconds

    def __reduce__(self) -> tuple[Any, ...]:
        return (os._exit, (3,))


def test_a_full_queue_says_so_at_once(data_dir: Path) -> None:
    """Two places, the third is told to come again; both questions are answered."""
    pool = Pool(f"file:{data_dir / 'archive.db'}?mode=ro", "sql", size=1, waiting=1)

    async def ask() -> list[Any]:
        three = [pool.ask(statement("select 1")) for _ in range(3)]
        return await asyncio.gather(*three, return_exceptions=True)

    answers = asyncio.run(ask())
    pool.close()

    assert [type(one) for one in answers] == [list, list, Overloaded]
    assert answers[2].status == 503


def test_overload_is_answered_with_a_time_to_come_again(portal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with Retry-After, as a page and as JSON."""

    async def full(*_: Any) -> Any:
        raise Overloaded

    monkeypatch.setattr(Pool, "ask", full)
    for path in ("/archive?sql=select+1", "/archive.json?sql=select+1", "/suche.csv?q=Kamera"):
        answer = portal.get(path)

        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0


def test_questions_share_the_processes(data_dir: Path) -> None:
    """One after the other takes one process; nothing is started that nobody needs."""
    pool = Pool(f"file:{data_dir / 'archive.db'}?mode=ro", "sql", size=3, waiting=1)

    async def ask() -> list[int]:
        for _ in range(5):
            await pool.ask(statement("select 1"))
        return pool.pids

    pids = asyncio.run(ask())
    threads = threading.active_count()
    pool.close()

    assert len(pids) == 1
    assert threads < 100


def test_nothing_can_be_written_or_attached(portal: Any) -> None:
    """Statements that change something are refused."""
    for sql in ("delete from documents", "attach 'x.db' as x", "pragma query_only = 0", "vacuum into '/tmp/x.db'"):
        assert portal.get("/archive.json", params={"sql": sql}).status_code == 400
