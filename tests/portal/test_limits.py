"""Public SQL cannot take the machine's memory or time."""

from __future__ import annotations

import resource
import sqlite3
from typing import Any

import pytest

from portal.limits import BudgetedRows, ResultTooLarge, limit_connection

GREEDY = [
    "select randomblob(500000000)",
    "select zeroblob(2000000000)",
    "select printf('%.500000000c', 'a')",
    "select replace(hex(zeroblob(4000000)), '0', hex(zeroblob(4000)))",
    "with recursive n(i) as (select 1 union all select i + 1 from n limit 1000) select zeroblob(7000000) from n",
    "select group_concat(title || text, zeroblob(1000000)) from documents, pages, dates, links",
    "select 1 where '" + "a" * 3000 + "' like '" + "%a" * 400 + "b'",
    "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n",
]


@pytest.mark.parametrize("sql", GREEDY, ids=lambda sql: sql[:40])
def test_greedy_sql_is_refused(portal: Any, sql: str) -> None:
    """Values, results and running time have limits; the process does not grow by more than 200 MB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = portal.get("/archive.json", params={"sql": sql})

    assert answer.status_code == 400 or answer.json()["rows"] == [[None]]
    assert len(answer.content) < 10_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_row_budget_counts_bytes_of_one_query() -> None:
    """A cursor may return so many bytes and no more; the next cursor starts anew."""
    conn = sqlite3.connect(":memory:")
    conn.row_factory = BudgetedRows(budget=1000)

    assert len(conn.execute("select zeroblob(900)").fetchall()) == 1
    assert len(conn.execute("select zeroblob(900)").fetchall()) == 1
    with pytest.raises(ResultTooLarge):
        conn.execute("select zeroblob(900) union all select zeroblob(901)").fetchall()
    conn.close()


def test_limited_connection_still_reads_large_documents() -> None:
    """A text of several megabytes, as a long report has, passes."""
    conn = sqlite3.connect(":memory:")
    limit_connection(conn)

    assert len(conn.execute("select hex(zeroblob(3000000))").fetchone()[0]) == 6_000_000
    conn.close()


def test_nothing_can_be_written_or_attached(portal: Any) -> None:
    """Statements that change something are refused."""
    for sql in (
        "delete from documents",
        "attach 'x.db' as x",
        "pragma query_only = 0",
        "vacuum into '/tmp/x.db'",
    ):
        assert portal.get("/archive.json", params={"sql": sql}).status_code == 400
