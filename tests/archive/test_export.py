"""Exports agree in every format, are valid data packages, and hold nothing of blocked documents."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
import yaml

from archive.database import open_archive, open_reading
from archive.export import TABLES, ExportError, export
from archive.export.tables import HIDDEN, content_line
from archive.keeping.blocks import block
from archive.keeping.ledger import SnapshotRecord, add_problem, add_snapshot, begin_run, describe_source
from archive.keeping.records import AttachmentRecord, CitationRecord, DateRecord, LinkRecord, PageRecord, Publication
from archive.keeping.store import add_event, keep

MADE_AT = "2026-03-01T05:00:00Z"
AT = "2026-03-01T04:00:00Z"
SECRET = "Zwiebelfischkatalog"
"""A word that stands in the blocked document only."""

BLOCKED = "dsmv-datei-zwiebelfischkatalog-pdf"
BLOCKED_URL = "https://www.datenschutz-mv.de/static/DS/Dateien/Zwiebelfischkatalog.pdf"
PARENT_URL = "https://www.datenschutz-mv.de/presse/?id=7"


SITE = {
    "label": "DSMV",
    "label_long": "Landesbeauftragter",
    "publisher": "DSMV",
    "home": "https://www.datenschutz-mv.de/",
    "licence": "nicht angegeben",
    "described_from": None,
    "originals": 0,
}
LICENCE = {"licence": "Datenlizenz", "source_note": None, "url": "https://www.govdata.de/dl-de/by-2-0"}


def snapshot(conn: sqlite3.Connection, run_id: int, url: str) -> int:
    record = SnapshotRecord(
        run_id=run_id,
        url=url,
        fetched_at=AT,
        status=200,
        content_type="text/html",
        sha256="ab",
        bytes=9,
        warc_file="warc/geheimer-name.warc.gz",
        warc_offset=7,
    )
    return add_snapshot(conn, record)


def release(snapshot_id: int) -> Publication:
    """A release that offers a file, with odd characters."""
    text = 'Zeile eins\nZeile "zwei"; mit Komma, Semikolon\u2028und =SUMME(A1)'
    return Publication(
        id="dsmv-7",
        source="dsmv",
        doc_type="pressemitteilung",
        title="Neue Regeln, »alte« Fragen",
        url=PARENT_URL,
        content_sha256="aa",
        snapshot_id=snapshot_id,
        seen_at=AT,
        issuer="DSMV",
        published_on="2026-03-01",
        pages=(PageRecord(page=1, text=text, method="html"),),
        dates=(
            DateRecord(
                role="published", value="2026-03-01", precision="day", raw="01.03.2026", found_in="meta", chosen=True
            ),
        ),
        citations=(
            CitationRecord(
                page=1,
                law="DSGVO",
                unit="Art.",
                number="6",
                paragraph="1",
                sentence=None,
                letter=None,
                raw="x",
                start=0,
            ),
        ),
        attachments=(
            AttachmentRecord(url=BLOCKED_URL, title=f"{SECRET} als Beispiel"),
            AttachmentRecord(url="https://x/b.pdf", title="Merkblatt"),
        ),
        links=(
            LinkRecord(url=BLOCKED_URL, kind="link", evidence=SECRET),
            LinkRecord(url="https://x/b.pdf", kind="link", evidence="Merkblatt"),
        ),
    )


def annex(snapshot_id: int) -> Publication:
    """The file it offers, to be blocked."""
    return Publication(
        id=BLOCKED,
        source="dsmv",
        doc_type="anlage",
        title=f"{SECRET} 2026",
        url=BLOCKED_URL,
        content_sha256="bb",
        snapshot_id=snapshot_id,
        seen_at=AT,
        parent_id="dsmv-7",
        kicker=SECRET,
        number=SECRET,
        teaser=SECRET,
        pages=(PageRecord(page=1, text=f"Der {SECRET} von Erika Musterfrau.", method="pdf"),),
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An archive with two documents, one blocked as the block command does."""
    home = tmp_path / "data"
    with closing(open_archive(home)) as conn:
        run_id = begin_run(conn, source="dsmv", started_at=AT, version="1")
        conn.execute("update runs set outcome = 'failed', detail = 'Keine Rechte: /srv/geheim' where id = 1")
        assert keep(conn, release(snapshot(conn, run_id, PARENT_URL)), run_id=run_id) == "new"
        assert keep(conn, annex(snapshot(conn, run_id, BLOCKED_URL)), run_id=run_id) == "new"
        again = replace(release(snapshot(conn, run_id, PARENT_URL)), content_sha256="cc", title="Neue Regeln")
        assert keep(conn, again, run_id=run_id) == "changed"
        add_event(conn, "dsmv-7", "moved", at=AT, run_id=run_id, detail=BLOCKED)
        add_problem(
            conn, run_id=run_id, url=BLOCKED_URL, document_id=BLOCKED, stage="file", kind="x", detail=SECRET, at=AT
        )
        conn.execute("update snapshots set location = ? where id = 1", (BLOCKED_URL,))
        conn.execute("analyze")
        block(conn, BLOCKED, reason=f"Antrag von Erika Musterfrau ({SECRET})", at=AT)
    return home


def exported(data: Path, target: Path) -> dict[str, Any]:
    """Export; the data package."""
    with closing(open_reading(data)) as conn:
        export(conn, data, target, made_at=MADE_AT)
    package: dict[str, Any] = json.loads((target / "datapackage.json").read_text(encoding="utf-8"))
    return package


def csv_rows(path: Path) -> Iterator[list[Any]]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        yield from rows


def jsonl_rows(path: Path) -> Iterator[list[Any]]:
    with path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            yield list(json.loads(line).values())


def parquet_rows(path: Path) -> Iterator[list[Any]]:
    for row in pyarrow.parquet.read_table(path).to_pylist():
        yield list(row.values())


READERS = {"csv": csv_rows, "jsonl": jsonl_rows, "parquet": parquet_rows}


# -- the formats agree -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", READERS)
def test_every_table_reads_back_with_the_rows_and_the_digest_it_names(kind: str, data: Path, tmp_path: Path) -> None:
    package = exported(data, tmp_path / "out")
    resources = {one["path"]: one for one in package["resources"]}
    for table in TABLES:
        resource = resources[f"{table}.{kind}"]
        rows = list(READERS[kind](tmp_path / "out" / resource["path"]))
        digest = hashlib.sha256(b"".join(content_line(row) for row in rows)).hexdigest()

        assert len(rows) == resource["rowCount"], table
        assert f"sha256:{digest}" == resource["contentHash"], table


def test_all_formats_of_a_table_have_the_same_digest_and_the_database_has_the_same_rows(
    data: Path, tmp_path: Path
) -> None:
    package = exported(data, tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / "archive.db")) as copy:
        for table in TABLES:
            resources = [one for one in package["resources"] if one["path"].startswith(f"{table}.")]
            count = copy.execute(f"select count(*) from {table}").fetchone()[0]

            assert len({one["contentHash"] for one in resources}) == 1
            assert {one["rowCount"] for one in resources} == {count}
            assert len(resources) == 3
        assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
        assert copy.execute("pragma foreign_key_check").fetchall() == []


def test_files_have_the_sizes_and_digests_of_the_package(data: Path, tmp_path: Path) -> None:
    package = exported(data, tmp_path / "out")

    for resource in package["resources"]:
        content = (tmp_path / "out" / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert {one["path"] for one in package["resources"]} == set(os.listdir(tmp_path / "out")) - {"datapackage.json"}


def test_schemas_describe_the_columns(data: Path, tmp_path: Path) -> None:
    package = exported(data, tmp_path / "out")
    types = {"integer": int, "number": float, "string": str}

    for resource in (one for one in package["resources"] if one["format"] == "csv" and "dialect" not in one):
        path = tmp_path / "out" / resource["path"]
        fields = resource["schema"]["fields"]
        with path.open(encoding="utf-8", newline="") as stream:
            header = next(csv.reader(stream))
        assert header == [field["name"] for field in fields]
        for row in csv_rows(path):
            for field, text in zip(fields, row, strict=True):
                if text or field.get("constraints"):
                    types[field["type"]](text)


def test_a_second_export_takes_the_place_of_the_first(data: Path, tmp_path: Path) -> None:
    first = exported(data, tmp_path / "out")
    (tmp_path / "out" / "documents.csv").write_text("alt", encoding="utf-8")

    assert exported(data, tmp_path / "out") == first


def test_exports_go_neither_into_a_file_nor_into_the_archive(data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    for target in (tmp_path / "file", data):
        with pytest.raises(ExportError):
            exported(data, target)


def test_without_pyarrow_there_is_no_parquet_and_no_stale_file(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(data, tmp_path / "out")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    package = exported(data, tmp_path / "out")

    assert not list((tmp_path / "out").glob("*.parquet"))
    assert {one["format"] for one in package["resources"]} == {"csv", "jsonl", "sqlite", "md", "cff"}


def test_the_package_explains_every_field_and_names_licences_where_there_are_any(data: Path, tmp_path: Path) -> None:
    with closing(open_archive(data)) as conn:
        describe_source(conn, {**SITE, "name": "dsmv"}, [{**LICENCE, "source": "dsmv", "doc_type": "sdm"}])
    package = exported(data, tmp_path / "out")
    tables = [one for one in package["resources"] if "schema" in one]

    assert package["version"] == "2026.3.1"
    assert [one["name"] for one in package["licenses"]] == ["notspecified", "dl-de/by-2-0"]
    assert all(one["title"] and one["description"] for one in tables)
    assert [f for one in tables for f in one["schema"]["fields"] if not (f["title"] and f["description"])] == []


def test_the_overview_is_for_spreadsheets(data: Path, tmp_path: Path) -> None:
    """A BOM, semicolons, no text, no cell that is too long or taken for a formula."""
    with closing(open_archive(data)) as conn:
        conn.execute("update documents set title = '=1+1', kicker = ? where id = 'dsmv-7'", ("Zeile\n" * 9000,))
    exported(data, tmp_path / "out")
    content = (tmp_path / "out" / "documents_overview.csv").read_bytes()
    [row] = csv.DictReader(content.decode("utf-8-sig").splitlines(), delimiter=";")

    assert content.startswith(b"\xef\xbb\xbf")
    assert (row["id"], row["title"], row["doc_type_label"]) == ("dsmv-7", "'=1+1", "Pressemitteilung")
    assert max(map(len, row.values())) < 32_767
    assert "text" not in row


def test_dictionaries_and_citation_go_along(data: Path, tmp_path: Path) -> None:
    exported(data, tmp_path / "out")
    texts = {
        path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir() if path.suffix in (".md", ".cff")
    }

    assert "| `published_on` | text | Datum der Veröffentlichung" in texts["data-dictionary.md"]
    assert "| `published_on` | text | Date of publication" in texts["data-dictionary.en.md"]
    assert yaml.safe_load(texts["CITATION.cff"])["version"] == "2026.3.1"


# -- nothing of blocked documents, nothing of the machine ----------------------------------------------


def leaking(target: Path, *words: str) -> list[str]:
    """The files of an export in which one of the words stands, in any case."""
    found = []
    for path in sorted(target.iterdir()):
        content = path.read_bytes().lower()
        if path.suffix == ".parquet":
            content = repr(list(parquet_rows(path))).lower().encode()
        found += [f"{path.name}: {word}" for word in words if word.lower().encode() in content]
    return found


def test_the_archive_itself_held_what_is_looked_for(data: Path) -> None:
    """Otherwise the next tests could not fail."""
    content = (data / "archive.db").read_bytes()

    assert all(word in content for word in (SECRET.encode(), BLOCKED.encode(), b"geheimer-name", b"/srv/geheim"))


def test_no_file_holds_a_trace_of_a_blocked_document(data: Path, tmp_path: Path) -> None:
    exported(data, tmp_path / "out")

    assert leaking(tmp_path / "out", SECRET, "Musterfrau", BLOCKED, BLOCKED_URL) == []


def test_no_file_names_places_of_the_machine(data: Path, tmp_path: Path) -> None:
    exported(data, tmp_path / "out")

    assert leaking(tmp_path / "out", "geheimer-name", "/srv/geheim", str(tmp_path)) == []
    assert HIDDEN["snapshots"] == ("warc_file", "warc_offset")


def test_the_search_index_of_the_copy_still_finds_the_others(data: Path, tmp_path: Path) -> None:
    exported(data, tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / "archive.db")) as copy:
        query = (
            "select title from documents where docno in (select rowid from documents_fts where documents_fts match ?)"
        )

        assert copy.execute(query, ("Merkblatt",)).fetchall() == [("Neue Regeln",)]
        assert copy.execute(query, (SECRET,)).fetchall() == []
        assert copy.execute("select attachments from versions where version = 1").fetchall() == [
            ('[{"url": "https://x/b.pdf", "title": "Merkblatt"}]',)
        ]


# -- while a crawl writes ------------------------------------------------------------------------------


def test_an_export_is_consistent_while_another_connection_writes(data: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with closing(open_archive(data)) as conn:
            number = 100
            while not stop.is_set():
                number += 1
                conn.execute("begin immediate")
                snapshot_id = snapshot(conn, 1, f"https://x/{number}")
                keep(conn, replace(release(snapshot_id), id=f"dsmv-{number}", url=f"https://x/{number}"))
                conn.execute("commit")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            exported(data, tmp_path / "out")
            with closing(sqlite3.connect(tmp_path / "out" / "archive.db")) as copy:
                assert copy.execute("pragma foreign_key_check").fetchall() == []
                documents = copy.execute("select count(*) from documents").fetchone()[0]
            assert sum(1 for _ in csv_rows(tmp_path / "out" / "documents.csv")) == documents
            assert sum(1 for _ in parquet_rows(tmp_path / "out" / "documents.parquet")) == documents
    finally:
        stop.set()
        writer.join()


# -- the frictionless library --------------------------------------------------------------------------

VALIDATE = """
import sys
from frictionless import Package
report = Package(sys.argv[1]).validate()
for task in report.tasks:
    for error in task.errors:
        print(task.name, error.message)
for error in report.errors:
    print(error.message)
sys.exit(not report.valid)
"""


def test_the_package_is_valid_under_the_frictionless_library(data: Path, tmp_path: Path) -> None:
    """In a process of its own: the library is no dependency of anything else here."""
    pytest.importorskip("frictionless", reason="frictionless ist nicht installiert (Extra »check«)")
    exported(data, tmp_path / "out")
    command = [sys.executable, "-W", "ignore", "-c", VALIDATE, str(tmp_path / "out" / "datapackage.json")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "")
