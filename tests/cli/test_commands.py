"""Every command does what its help says, over a small archive."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from commands import COMMAND, SmallArchive, run, run_process

from aktenkundig import reading_commands
from archive.errors import REBUILD
from archive.keeping.ledger import RunCounts
from archive.lock import archive_lock
from pipelines.run.progress import progress_line

EDITED = "select document_id from versions where version = 2 order by document_id limit 1"
HIT_KEYS = [
    "id",
    "title",
    "published_on",
    "source",
    "doc_type",
    "page",
    "snippet",
    "snippet_html",
    "score",
    "missing",
    "corrected",
    "same_as",
    "removed_at",
]


def value(data: Path, query: str) -> str:
    """The one value of a query."""
    with closing(sqlite3.connect(data / "archive.db")) as conn:
        return str(conn.execute(query).fetchone()[0])


def test_crawl_into_a_log_writes_plain_lines(small: SmallArchive) -> None:
    lines = small.logged.err.splitlines()

    assert small.logged.code == 0
    assert "\r" not in small.logged.err
    assert "\x1b" not in small.logged.err
    assert re.fullmatch(r"dsmv \([\d,]+/s\): \d+ Links, \d+ geholt, \d+ neu, 0 anders, 0 gleich, \d+ Fehler", lines[-1])


def test_a_crawl_that_failed_says_why_in_one_sentence(tmp_path: Path) -> None:
    """Nobody answers at the address: exit code 1, and the reason as the last line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ran = run_process("--data", str(tmp_path), "crawl", "dsmv", "--at", f"dsmv=http://127.0.0.1:{port}")

    assert ran.code == 1
    assert ran.err.splitlines()[-1] == (
        "Fehler: dsmv: Keine Übersichtsseite hat geantwortet. robots.txt ist nicht erreichbar; es wird nichts abgerufen."
        " Grund: Der Server nimmt keine Verbindung an."
    )


def test_crawl_on_a_terminal_rewrites_one_line_that_fits(small: SmallArchive) -> None:
    shown = small.live.err.split("\r\x1b[K")

    assert small.live.code == 0
    assert len(shown) > 3
    assert all(line.startswith("dsmv (") for line in shown[1:])
    assert all(len(line) < 70 for line in shown[1:-1])


def test_sources_shows_names_and_start_addresses(tmp_path: Path) -> None:
    ran = run(tmp_path, "sources")

    assert ran.code == 0
    assert "dsmv  Landesbeauftragter" in ran.out
    assert "    https://www.datenschutzkonferenz-online.de/kurzpapiere.html" in ran.out


# -- search ----------------------------------------------------------------------------------------


def test_search_as_json_has_exactly_the_keys_of_the_contract(small: SmallArchive) -> None:
    ran = run(small.data, "search", "Datenschutz", "--format", "json", "--limit", "3")
    hits = json.loads(ran.out)

    assert ran.code == 0
    assert len(hits) == 3
    assert [list(hit) for hit in hits] == [HIT_KEYS] * 3
    assert all(hit["source"] == "dsmv" for hit in hits)


def test_search_as_table_shows_date_title_and_id(small: SmallArchive) -> None:
    ran = run(small.data, "search", "Datenschutz", "--limit", "2")

    assert ran.out.count("    dsmv-") == 2
    assert "weitere Treffer (mehr mit --limit)." in ran.out


@pytest.mark.parametrize("typed", ["von 2024 bis 2020", "zwischen 2020 und 2024"])
def test_a_period_among_the_words_is_answered_with_where_it_filters(typed: str, small: SmallArchive) -> None:
    assert (
        "das kann das Portal: /suche?q=Datenschutz&von=2020&bis=2024\n"
        in run(small.data, "search", f"Datenschutz {typed}").out
    )
    assert "das kann das Portal" not in run(small.data, "search", "Datenschutz von Kameras bis Drohnen").out


def test_search_without_hits_says_so(small: SmallArchive) -> None:
    assert "Keine Treffer." in run(small.data, "search", "Quittenmarmelade").out
    assert json.loads(run(small.data, "search", "Quittenmarmelade", "--format", "json").out) == []


# -- diff, status, verify --------------------------------------------------------------------------


def test_diff_marks_gone_and_new_words(small: SmallArchive) -> None:
    ran = run(small.data, "diff", value(small.data, EDITED))

    assert ran.code == 0
    assert ran.out.startswith("Fassung 1 (2026-10-05T04:0")
    assert "[-" in ran.out or "{+" in ran.out


def test_diff_takes_both_numbers_and_refuses_unknown_ones(small: SmallArchive) -> None:
    edited = value(small.data, EDITED)

    assert run(small.data, "diff", edited, "1", "2").out == run(small.data, "diff", edited).out
    assert "keine Fassung 9 (vorhanden: 1 bis 2)" in run(small.data, "diff", edited, "1", "9").err
    assert run(small.data, "diff", edited, "1", "9").code == 2


def test_diff_of_a_document_that_never_changed_says_so(small: SmallArchive) -> None:
    unchanged = value(small.data, "select id from documents where version = 1 order by id limit 1")

    assert "hat bisher nur Fassung 1." in run(small.data, "diff", unchanged).out


def test_diff_of_equal_versions_says_so(own: Path) -> None:
    """Changed and changed back: the first and the third version are the same."""
    edited = value(own, EDITED)
    columns = "title, kicker, number, teaser, text, published_on, issued_on, attachments, links, content_sha256"
    with closing(sqlite3.connect(own / "archive.db")) as conn, conn:
        conn.execute(
            f"insert into versions (document_id, version, seen_at, {columns}) select document_id, 3, seen_at, {columns}"
            " from versions where document_id = ? and version = 1",
            (edited,),
        )

    assert run(own, "diff", edited, "1", "3").out == f"Die Fassungen 1 und 3 von »{edited}« sind gleich.\n"
    assert run(own, "diff", edited, "2", "2").out == f"Die Fassungen 2 und 2 von »{edited}« sind gleich.\n"
    assert "Fassung 2 (" in run(own, "diff", edited, "2", "3").out


@pytest.mark.parametrize("arguments", [("-Kamera",), ("-Kamera", "--limit", "3"), ("--format=table", "-Kamera")])
def test_a_word_to_leave_out_is_no_option(small: SmallArchive, arguments: tuple[str, ...]) -> None:
    ran = run(small.data, "search", *arguments)

    assert ran.code == 0
    assert "dsmv-" in ran.out


def test_a_removed_document_is_marked_among_the_hits(own: Path) -> None:
    with closing(sqlite3.connect(own / "archive.db")) as conn, conn:
        conn.execute("update documents set removed_at = '2026-10-06T04:00:00Z'")

    assert "ENTFERNT, festgestellt am 2026-10-06" in run(own, "search", "Kamera").out


def test_status_names_what_was_new(small: SmallArchive) -> None:
    new = (
        "select d.title from events e join documents d on d.id = e.document_id where e.kind = 'new'"
        " and e.run_id = (select max(id) from runs) order by d.published_on desc, d.docno limit 1"
    )

    assert f"  neu: {value(small.data, new)} (dsmv-" in run(small.data, "status").out


def test_the_progress_line_fits_a_terminal_and_keeps_the_rate() -> None:
    counts = RunCounts(requests=1018, new=9, changed=12, unchanged=1004, failed=17)
    line = progress_line("dsmv", counts, found=1018, seconds=500)

    assert "(2,0/s)" in line
    assert len(line) <= 80


def test_an_export_without_parquet_says_so(
    small: SmallArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_commands, "find_spec", lambda name: None)
    ran = run(small.data, "export", str(tmp_path / "ziel"))

    assert ran.code == 0
    assert "Ohne Parquet: Dafür fehlt pyarrow" in ran.err


def test_status_shows_holdings_runs_and_complete_listings(small: SmallArchive) -> None:
    ran = run(small.data, "status")

    assert ran.code == 0
    assert "dsmv: Lauf 2 vom 2026-10-06T04:0" in ran.out
    assert "in Ordnung" in ran.out
    assert "30 Links = " in ran.out


def test_a_run_that_nobody_works_on_is_shown_as_broken_off(own: Path) -> None:
    with closing(sqlite3.connect(own / "archive.db")) as conn, conn:
        conn.execute("insert into runs (source, started_at) values ('dsmv', '2026-10-07T04:00:00Z')")
    abandoned = run(own, "status").out
    with archive_lock(own):
        at_work = run(own, "status").out

    assert "Lauf 3 vom 2026-10-07T04:00:00Z: ABGEBROCHEN" in abandoned
    assert "Lauf 3 vom 2026-10-07T04:00:00Z: läuft" in at_work


def test_verify_finds_nothing_and_then_a_changed_byte(own: Path) -> None:
    assert (run(own, "verify").code, run(own, "verify").out) == (0, "")

    vault = sorted((own / "warc").glob("*.warc.gz"))[0]
    content = bytearray(vault.read_bytes())
    content[len(content) // 2] ^= 0xFF
    vault.write_bytes(content)
    ran = run(own, "verify")
    assert ran.code == 1
    assert ran.out.strip().endswith("Beanstandungen.")


# -- block and unblock -----------------------------------------------------------------------------


def test_block_and_unblock_delete_the_files_for_download(own: Path) -> None:
    assert (own / "downloads" / "documents.csv").exists()
    edited = value(own, EDITED)
    run(own, "block", edited, "--reason", "Antrag vom 1.3.")
    assert not (own / "downloads").exists()
    run(own, "rebuild")
    assert (own / "downloads" / "documents.csv").exists()
    run(own, "unblock", edited)
    assert not (own / "downloads").exists()


def test_a_blocked_document_leaves_search_and_file_and_comes_back(own: Path) -> None:
    edited = value(own, EDITED)
    title = value(own, f"select title from documents where id = '{edited}'")
    assert run(own, "block", edited, "--reason", "Antrag vom 1.3.").code == 0
    bytes_left = (own / "archive.db").read_bytes()
    hits = json.loads(run(own, "search", title, "--format", "json").out)

    assert edited not in [hit["id"] for hit in hits]
    assert title.encode() not in bytes_left
    assert run(own, "verify").code == 0

    assert run(own, "unblock", edited).code == 0
    assert value(own, f"select title from documents where id = '{edited}'") == title


def test_block_and_unblock_refuse_what_they_do_not_know(own: Path) -> None:
    assert "nicht im Archiv" in run(own, "block", "dsmv-1", "--reason", "x").err
    assert "nicht gesperrt" in run(own, "unblock", value(own, EDITED)).err
    assert run(own, "block", value(own, EDITED)).err == "Fehler: Es fehlt eine Angabe: --reason.\n"


# -- rebuild, backup, restore, export ----------------------------------------------------------------


def test_rebuild_makes_the_same_documents_again(own: Path) -> None:
    query = "select group_concat(id || version || content_sha256 || text) from (select * from documents order by id)"
    before = value(own, query)
    ran = run(own, "rebuild")

    assert ran.code == 0
    assert "aus 2 Läufen neu aufgebaut" in ran.out
    assert value(own, query) == before


def test_a_backup_restores_to_an_archive_that_verifies(small: SmallArchive, tmp_path: Path) -> None:
    assert run(small.data, "backup", str(tmp_path / "safe")).code == 0
    assert run(tmp_path / "back", "restore", str(tmp_path / "safe")).code == 0

    assert run(tmp_path / "back", "verify").code == 0
    assert run(tmp_path / "back", "restore", str(tmp_path / "safe")).code == 2


def test_export_writes_every_table_and_a_data_package(small: SmallArchive, tmp_path: Path) -> None:
    ran = run(small.data, "export", str(tmp_path / "out"))

    assert ran.code == 0
    assert {"documents.csv", "documents.jsonl", "archive.db", "datapackage.json"} <= set(os.listdir(tmp_path / "out"))


# -- what can go wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["verify"],
        ["rebuild"],
        ["search", "x"],
        ["diff", "dsmv-1"],
        ["export", "out"],
        ["backup", "safe"],
        ["block", "dsmv-1", "--reason", "x"],
        ["unblock", "dsmv-1"],
        ["serve"],
    ],
)
def test_commands_without_an_archive_say_so_and_make_nothing(tmp_path: Path, arguments: list[str]) -> None:
    ran = run(tmp_path / "nothing", *arguments)

    assert ran.code == 2
    assert ran.err.startswith("Fehler: Kein Archiv unter ")
    assert not (tmp_path / "nothing").exists()


def test_a_second_writer_leaves_with_a_clear_word(own: Path) -> None:
    with archive_lock(own):
        ran = run(own, "rebuild")

    assert ran.code == 2
    assert "Ein anderer Lauf arbeitet gerade" in ran.err


def test_a_file_that_is_no_archive_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"kein SQLite" * 500)

    assert run(tmp_path, "status").err == f"Fehler: archive.db ist keine SQLite-Datenbank oder beschädigt; {REBUILD}\n"


def test_a_port_that_is_taken_is_named(small: SmallArchive) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ran = run(small.data, "serve", "--port", str(port))

    assert ran.code == 2
    assert ran.err == (f"Fehler: Die Adresse 127.0.0.1:{port} ist schon belegt; bitte einen anderen Port wählen.\n")


def test_a_traceback_is_shown_with_debug_only(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"kein SQLite" * 500)
    quiet = run_process("--data", str(tmp_path), "status")
    loud = run_process("--data", str(tmp_path), "--debug", "status")

    assert "Traceback" not in quiet.err
    assert "Traceback" in loud.err
    assert quiet.code == loud.code == 2


def test_a_reader_that_goes_away_is_no_error(small: SmallArchive) -> None:
    listing = subprocess.Popen(
        [*COMMAND, "--data", str(small.data), "search", "Datenschutz", "--limit", "1000", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert listing.stdout is not None
    listing.stdout.close()
    assert listing.stderr is not None
    complaint = listing.stderr.read()
    listing.stderr.close()

    assert (listing.wait(timeout=60), complaint) == (1, "")


def test_the_data_folder_comes_from_option_or_environment(small: SmallArchive, tmp_path: Path) -> None:
    from_environment = run_process("status", AKTENKUNDIG_DATA=str(small.data))

    assert from_environment.out.startswith(f"Archiv {small.data}")
    assert run_process("--data", str(tmp_path), "status", AKTENKUNDIG_DATA=str(small.data)).code == 2
