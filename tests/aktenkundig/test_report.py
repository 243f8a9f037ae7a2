"""The report of a period: every figure is what its query says, and the page needs nothing but itself."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import pytest
from archive_builder import add_run, new_archive, publication, put
from lxml import html

from aktenkundig.cli import main
from aktenkundig.demo import play_history
from aktenkundig.report import BadPeriod, make_report, period, write_report
from archive.database import open_reading
from archive.keeping.ledger import RunCounts, finish_run
from archive.keeping.store import add_event

MADE = "2026-04-01T06:00:00Z"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site harvested on two of its days."""
    data = tmp_path_factory.mktemp("report")
    assert play_history(data, (1, 2)) == 0
    return data


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    """An archive in which every table of the report has something to tell."""
    with closing(new_archive()) as archive:
        first = add_run(archive, "dsk", at="2026-03-01T04:00:00Z")
        put(
            archive,
            publication(
                "dsk-oh-a", "Nach Art. 6.", doc_type="orientierungshilfe", method="pdf", published_on="2026-03-02"
            ),
        )
        put(archive, publication("dsk-oh-b", "Ohne Datum.", doc_type="beschluss", method="pdf"))
        archive.execute(
            "insert into listings (run_id, url, seen, archived, unchanged, excluded, failed) values (?, 'https://x/liste', 9, 2, 4, 1, 2)",
            (first,),
        )
        finish_run(archive, first, finished_at="2026-03-01T04:05:00Z", outcome="ok", counts=RunCounts(new=2))
        run_id = add_run(archive, "dsmv", at="2026-03-12T04:00:00Z")
        for number, text, day in (
            (1, "Zur Orientierungshilfe.", "2026-03-12"),
            (2, "Zur Schule.", "2025-12-31"),
            (3, "Im März.", "2026-03"),
        ):
            put(
                archive,
                publication(f"dsmv-{number}", text, published_on=day, seen_at="2026-03-12T04:00:00Z"),
                run_id=run_id,
            )
        finish_run(archive, run_id, finished_at="2026-03-12T04:05:00Z", outcome="ok", counts=RunCounts(new=3))
        later = add_run(archive, "dsmv", at="2026-03-20T04:00:00Z")
        put(
            archive,
            publication("dsmv-2", "Zur Hochschule.", published_on="2025-12-31", seen_at="2026-03-20T04:00:00Z"),
            run_id=later,
        )
        archive.execute("update documents set removed_at = '2026-03-20T04:00:00Z' where id = 'dsmv-1'")
        add_event(archive, "dsmv-1", "removed", at="2026-03-20T04:00:00Z", run_id=later, detail="404")
        finish_run(archive, later, finished_at="2026-03-20T04:05:00Z", outcome="alarm", counts=RunCounts(changed=1))
        archive.execute("insert into topics (id, label, description) values ('schule', 'Schule', '')")
        archive.execute(
            "insert into document_topics (document_id, topic_id, evidence) values ('dsmv-3', 'schule', 'Titel')"
        )
        archive.execute(
            "insert into citations (document_id, page, law, unit, number, raw, start) values ('dsk-oh-a', 1, 'DSGVO', 'Art.', '6', 'Art. 6', 5)"
        )
        archive.execute(
            "insert into links (document_id, target_id, kind, evidence) values ('dsmv-1', 'dsk-oh-a', 'announces', 'S. 1')"
        )
        yield archive


def figures_and_queries(
    page: str, conn: sqlite3.Connection
) -> tuple[list[tuple[str, int, int, float]], dict[str, list[tuple[object, ...]]]]:
    """Every figure of a page as (query, row, column, value), and what each query of the page says."""
    found = html.fromstring(page)
    queries = {
        heading.get("id"): [tuple(row) for row in conn.execute(heading.getnext().text_content())]
        for heading in found.iter("h3")
        if (heading.get("id") or "").startswith("abfrage-")
    }
    figures = [
        (a.get("href")[1:], int(a.get("data-row")), int(a.get("data-column")), float(a.get("data-value")))
        for a in found.iterfind(".//a[@class='figure']")
    ]
    return figures, queries


def assert_every_figure_is_its_query(page: str, conn: sqlite3.Connection) -> int:
    figures, queries = figures_and_queries(page, conn)
    numbers = sum(isinstance(value, int | float) for rows in queries.values() for row in rows for value in row)

    assert [value for *_, value in figures] == [queries[query][row][column] for query, row, column, _ in figures]
    assert len(figures) == numbers
    return numbers


def test_every_figure_over_the_sample_archive_is_what_its_query_says(sample: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(sample), "report", "--from", "2024", "--to", "2026", "--output", str(tmp_path)])
    with closing(open_reading(sample)) as conn:
        assert assert_every_figure_is_its_query((tmp_path / "bericht.html").read_text(), conn) > 50
    assert ended.value.code == 0
    assert "Alle Texte sind erfunden" in (tmp_path / "bericht.html").read_text()


def test_every_table_tells_what_happened_in_the_period(conn: sqlite3.Connection, tmp_path: Path) -> None:
    report = make_report(conn, since="2026-03-01", until="2026-03-31", made_at=MADE)
    rows = {table.id: table.rows for table in report.tables}
    write_report(report, tmp_path)

    assert_every_figure_is_its_query((tmp_path / "bericht.html").read_text(), conn)
    assert sorted(rows["art"]) == [("dsk", "Orientierungshilfe", 1), ("dsmv", "Pressemitteilung", 2)]
    assert rows["thema"] == (("Schule", 1),)
    assert rows["vorschrift"] == (("Art. 6 DSGVO", 1, 1),)
    assert rows["danach-summe"] == (("geändert", 1, 1), ("entfernt", 1, 1))
    assert rows["geaendert"][0][:4] == ("dsmv-2", "Kameras im Treppenhaus", 2, "Wortlaut")
    assert rows["entfernt"][0][0] == "dsmv-1"
    assert rows["entfernt"][0][5] == "404"
    assert rows["uebernahme-summe"] == ((1, 1, 10, 10.0, 10),)
    assert rows["uebernahmen"][0][5] == 10
    assert rows["laeufe"] == (("dsk", 1, 1, 0, 0, 1, 31), ("dsmv", 2, 1, 1, 0, 1, 31))
    assert rows["uebersichten"] == (("https://x/liste", 1, 9, 2),)
    assert rows["ohne-datum"] == (("dsk", 1),)


def test_days_outside_the_period_do_not_count(conn: sqlite3.Connection) -> None:
    """A document dated with a month counts where the whole month lies in the period."""
    half = make_report(conn, since="2026-03-03", until="2026-03-15", made_at=MADE)
    rows = {table.id: table.rows for table in half.tables}

    assert rows["art"] == (("dsmv", "Pressemitteilung", 1),)
    assert rows["danach-summe"] == (("geändert", 0, 0), ("entfernt", 0, 0))


def test_blocked_documents_are_in_no_table(conn: sqlite3.Connection) -> None:
    conn.execute("update documents set blocked_at = '2026-03-21T04:00:00Z'")
    report = make_report(conn, since="2026-03-01", until="2026-03-31", made_at=MADE)

    assert "dsmv-" not in repr([table.rows for table in report.tables if table.id != "laeufe"])


def test_the_page_needs_nothing_but_itself(conn: sqlite3.Connection, tmp_path: Path) -> None:
    report = make_report(conn, since="2026-03-01", until="2026-03-31", made_at=MADE)
    write_report(report, tmp_path, portal="https://archiv.example/")
    page = html.fromstring((tmp_path / "bericht.html").read_text())
    run = [a.get("href") for a in page.iter("a") if "/archive?sql=" in a.get("href")]

    assert page.get("lang") == "de"
    assert list(page.iter("script", "link", "img", "iframe")) == []
    assert {a.get("href") for a in page.iter("a") if a.get("href")[0] == "#"} <= {
        f"#{e.get('id')}" for e in page.iter() if e.get("id")
    }
    assert [unquote(address.partition("?sql=")[2]) for address in run] == [table.sql for table in report.tables]
    assert "https://archiv.example/dokument/dsmv-2" in [a.get("href") for a in page.iter("a")]


def test_the_data_are_those_of_the_page(conn: sqlite3.Connection, tmp_path: Path) -> None:
    report = make_report(conn, since="2026-03-01", until="2026-03-31", made_at=MADE)
    write_report(report, tmp_path)
    told = json.loads((tmp_path / "bericht.json").read_text())
    with (tmp_path / "bericht.csv").open(newline="") as file:
        cells = list(csv.DictReader(file))

    assert [[tuple(row) for row in table["rows"]] for section in told["sections"] for table in section["tables"]] == [
        list(table.rows) for table in report.tables
    ]
    assert len(cells) == sum(len(row) for table in report.tables for row in table.rows)
    assert {"table": "art", "row": "1", "column": "Dokumente", "value": "2"} in cells


@pytest.mark.parametrize(
    ("since", "until", "said"), [("bald", "2026", "»bald« ist kein Datum"), ("2026", "2025", "bevor er beginnt")]
)
def test_a_period_that_is_none_is_one_sentence(since: str, until: str, said: str) -> None:
    with pytest.raises(BadPeriod, match=said):
        period(since, until)
