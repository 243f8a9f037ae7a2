"""For researchers: dictionary, SQL examples, downloads, and Datasette's own pages in German."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sample_documents as samples
from lxml import html

from archive.dictionary import INTERNAL, as_markdown, described, descriptions, dictionary
from archive.export import LEFT_OUT, NOTES, TABLES
from portal.views import archive_csv
from portal.views.data import downloads

ROOT = Path(__file__).resolve().parents[2]
ARCHIVE = descriptions()["databases"]["archive"]
EXAMPLES = ARCHIVE["queries"]
PARAMETERS = {"q": "Überwachung"}


def test_every_table_and_column_is_described(conn: sqlite3.Connection) -> None:
    """Each table has title and description, each column a description, and none is described that is not there."""
    tables = dictionary(conn, ARCHIVE["tables"])

    for table in tables:
        assert table.name in ARCHIVE["tables"], f"{table.name} fehlt in datasette-metadata.json"
        assert table.title != table.name
        assert table.description, table.name
        described = set(ARCHIVE["tables"][table.name]["columns"])
        assert described == {column.name for column in table.columns}, table.name
    assert set(ARCHIVE["tables"]) == {table.name for table in tables}


@pytest.mark.parametrize(("language", "name"), [("de", "data-dictionary.md"), ("en", "data-dictionary.en.md")])
def test_dictionary_in_the_docs_is_the_schema(conn: sqlite3.Connection, language: str, name: str) -> None:
    """Both pages are what ``python -m archive.dictionary de`` and ``… en`` write."""
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")

    assert written == as_markdown(dictionary(conn, described(language)), language), "python -m archive.dictionary"


def test_what_only_the_program_needs_is_marked_and_stands_last(conn: sqlite3.Connection) -> None:
    for language in ("de", "en"):
        tables = dictionary(conn, described(language))
        parts = [tables, *(table.columns for table in tables)]
        marked = [[one.description.startswith(INTERNAL) for one in part] for part in parts]

        assert all(part == sorted(part) for part in marked)
        assert sum(map(sum, marked)) >= 16


def test_there_are_ten_examples() -> None:
    """At least ten canned queries with German titles and descriptions."""
    assert len(EXAMPLES) >= 10
    assert all(example["title"] and example["description"] for example in EXAMPLES.values())


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_runs_and_finds_something(portal: Any, name: str) -> None:
    """Every SQL example runs within the limits and has rows on the sample archive."""
    answer = portal.get(f"/archive/{name}.json", params={"_shape": "array", **PARAMETERS})

    assert answer.status_code == 200
    assert len(answer.json()) > 0
    assert portal.get(f"/archive/{name}", params=PARAMETERS).status_code == 200


def test_page_shows_examples_dictionary_and_downloads(portal: Any) -> None:
    """All examples, all tables and all files stand on the page."""
    text = portal.get("/daten").text

    for name in EXAMPLES:
        assert f'href="/archive/{name}"' in text
    for table in ARCHIVE["tables"]:
        assert f'id="tabelle-{table}"' in text
    for name in downloads():
        assert f'href="/daten/download/{name}"' in text


def test_database_download_is_whole_and_without_blocked_content(portal: Any, tmp_path: Path) -> None:
    """The SQLite file opens, holds all documents, and nothing of a blocked one."""
    answer = portal.get("/daten/download/archive.db")
    copy = tmp_path / "copy.db"
    copy.write_bytes(answer.content)
    conn = sqlite3.connect(copy)
    count = conn.execute("select count(*) from documents where blocked_at is null").fetchone()[0]
    state = conn.execute("pragma integrity_check").fetchone()[0]
    conn.close()

    assert answer.headers["content-disposition"] == 'attachment; filename="archive.db"'
    assert (count, state) == (10, "ok")
    assert b"GESPERRTER" not in answer.content


def test_table_downloads(portal: Any) -> None:
    """CSV and JSON Lines hold the same rows; the package describes them."""
    csv.field_size_limit(2_000_000)
    rows = list(csv.DictReader(io.StringIO(portal.get("/daten/download/topics.csv").text)))
    lines = [json.loads(line) for line in portal.get("/daten/download/topics.jsonl").text.splitlines()]
    package = portal.get("/daten/download/datapackage.json").json()

    assert [row["id"] for row in rows] == [line["id"] for line in lines]
    assert len(rows) >= len(samples.TOPICS)
    assert {"topics.csv", "topics.jsonl", "archive.db"} <= {resource["path"] for resource in package["resources"]}


@pytest.mark.parametrize("name", ["../archive.db", "archive.sqlite", "documents.exe", "runs.csv/..", "secrets.csv"])
def test_only_files_on_offer_can_be_had(portal: Any, name: str) -> None:
    """Any other name answers 404."""
    assert portal.get(f"/daten/download/{name}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/archive/documents.json?_shape=array&_size=max",
        "/archive/documents.csv?_size=max",
        "/archive/versions.json",
        "/archive.json?sql=select+*+from+documents",
        "/archive/pages.csv",
        f"/archive/documents/{samples.BLOCKED.id}",
        f"/archive/documents/{samples.BLOCKED.id}.json",
        "/archive/documents?_search=GESPERRTER",
        "/archive/blocks.json",
    ],
)
def test_datasette_shows_only_the_tombstone_of_a_blocked_document(portal: Any, path: str) -> None:
    """Tables, rows, JSON, CSV, SQL and search show no content of a blocked document."""
    answer = portal.get(path)

    assert answer.status_code == 200
    assert "GESPERRTER INHALT" not in answer.text
    assert "GESPERRTER TITEL" not in answer.text


def test_rows_are_reached_by_id_and_foreign_keys_carry_labels(portal: Any) -> None:
    """A document's row has its id as address; a row that refers to it shows its title."""
    assert portal.get(f"/archive/documents/{samples.VIDEO.id}").status_code == 200
    assert (
        f'<a href="/archive/documents/{samples.VIDEO.id}">{samples.VIDEO.title}</a>'
        in portal.get("/archive/dates").text
    )


def test_datasette_pages_are_german(portal: Any) -> None:
    """Title, description and columns of a table in German; the search box works with German forms."""
    text = portal.get("/archive/documents?_search=Videoüberwachungen").text

    assert '<html lang="de">' in text
    assert "Ein Eintrag je veröffentlichtem Dokument" in text
    assert samples.VIDEO.id in text


def test_search_expression_in_sql(portal: Any) -> None:
    """``suchausdruck`` brings the German search into SQL."""
    sql = (
        "select d.id from documents_fts join documents d on d.docno = documents_fts.rowid"
        " where documents_fts match suchausdruck(:q)"
    )
    rows = portal.get("/archive.json", params={"sql": sql, "q": "Arbeitsplatz", "_shape": "array"}).json()

    assert [row["id"] for row in rows] == [samples.ANNOUNCEMENT.id]


def test_a_filtered_table_says_in_german_what_it_shows(portal: Any) -> None:
    """Filter, order and the comparisons on offer are German; nothing of Datasette's English is left."""
    text = " ".join(html.fromstring(portal.get("/archive/documents?source=dsk&_sort=id").text).text_content().split())

    assert "source = dsk · sortiert nach id, aufsteigend" in text
    assert "beginnt mit" in text
    for english in ("sorted by", "starts with", "is null", "descending"):
        assert english not in text


def test_a_row_is_shown_as_a_record(portal: Any) -> None:
    """Column by column, with its text whole, and only with tables that hold something for it."""
    found = html.fromstring(portal.get(f"/archive/documents/{samples.VIDEO.id}").text)
    record = found.find(".//dl[@class='record']")
    names = [term.text for term in record.iterfind("dt")]

    assert names[:3] == ["id", "docno", "source"]
    assert record.findall("dd")[0].text_content() == samples.VIDEO.id
    assert "0 Zeilen" not in found.text_content()


# -- tables and queries as CSV -------------------------------------------------------------------------


def rows_of(answer: Any) -> list[list[str]]:
    """The lines of a CSV answer."""
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.text)))


@pytest.mark.parametrize(
    ("path", "lines", "whole"),
    [
        ("/archive/dates.csv?_size=4", 5, "nein"),
        ("/archive/dates.csv?_size=4&_header=off", 4, "nein"),
        ("/archive/dates.csv?_stream=on", None, "ja"),
        ("/archive/dates.csv?_stream=on&_size=4", None, "ja"),
        ("/archive.csv?sql=select+1+as+a,+2+as+a", 2, "ja"),
        ("/archive.csv?sql=select+1+as+a+where+0", 1, "ja"),
        (
            "/archive.csv?sql=with+recursive+c(x)+as+(select+1+union+all+select+x%2B1+from+c)+select+x+from+c",
            50_001,
            "nein",
        ),
        ("/archive/themen_je_jahr.csv", None, "ja"),
        (f"/archive/documents/{samples.VIDEO.id}.csv", 2, "ja"),
    ],
)
def test_a_csv_says_whether_it_is_whole(portal: Any, path: str, lines: int | None, whole: str) -> None:
    """In a header, known before the first row; every line is a row."""
    answer = portal.get(path)
    rows = rows_of(answer)

    assert answer.headers["x-vollstaendig"] == whole
    assert lines is None or len(rows) == lines
    assert {len(row) for row in rows} == {len(rows[0])}


def test_a_streamed_table_is_all_of_it(portal: Any, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Part by part, each row once."""
    monkeypatch.setattr(archive_csv, "PART", 3)
    rows = rows_of(portal.get("/archive/citations.csv?_stream=on"))
    chosen = rows_of(portal.get("/archive/citations.csv?_stream=on&law=DSGVO&_sort=number"))

    assert len(rows) - 1 == conn.execute("select count(*) from citations").fetchone()[0] > 3
    assert len({tuple(row) for row in rows}) == len(rows)
    assert len(chosen) - 1 == conn.execute("select count(*) from citations where law = 'DSGVO'").fetchone()[0]


def test_labels_stand_beside_what_they_name(portal: Any) -> None:
    header, first, *_ = rows_of(portal.get("/archive/dates.csv?_labels=on"))

    assert header[1:3] == ["document_id", "document_id_label"]
    assert first[1:3] == [samples.VIDEO.id, samples.VIDEO.title]


def test_the_links_to_csv_say_what_they_hold(portal: Any) -> None:
    table = html.fromstring(portal.get("/archive/dates?_size=3").text).text_content()
    whole = html.fromstring(portal.get("/archive/topics").text).text_content()

    assert "CSV, nur diese Seite" in table
    assert "CSV, alle Zeilen" in table
    assert "nur diese Seite" not in whole


def test_the_page_says_what_the_downloads_leave_out(portal: Any) -> None:
    text = " ".join(html.fromstring(portal.get("/daten").text).text_content().split())

    assert LEFT_OUT in text
    assert all(table in LEFT_OUT for table in NOTES)
    assert not set(NOTES) & set(TABLES)
