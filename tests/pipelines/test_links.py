"""Links in the archive: resolved by address, recomputed as a whole, blind to blocked documents."""

from __future__ import annotations

import random
import sqlite3
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.database import open_archive
from pipelines.links import resolve_links
from pipelines.links.catalogue import address_key
from pipelines.links.naming import find_mentions
from pipelines.links.papers import file_version, title_key, whole_words

Row = tuple[str, str, str | None]
GUIDE_URL = "https://www.konferenz.example/media/oh/Leitfaden%20B%C3%B6rse.pdf"


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_archive(tmp_path)
    yield connection
    connection.close()


def add(
    conn: sqlite3.Connection, document_id: str, *, text: str = "", links: tuple[str, ...] = (), **columns: object
) -> None:
    number = conn.execute("select count(*) from documents").fetchone()[0]
    row: dict[str, object] = {
        "id": document_id,
        "docno": number + 1,
        "source": document_id.split("-")[0],
        "doc_type": "orientierungshilfe",
        "title": document_id,
        "url": f"https://www.konferenz.example/media/oh/{document_id}.pdf",
        "first_seen_at": "2024-01-01T00:00:00Z",
        "last_seen_at": "2024-01-01T00:00:00Z",
        "last_changed_at": "2024-01-01T00:00:00Z",
        "content_sha256": "0" * 64,
    } | columns
    marks = ", ".join(f":{name}" for name in row)
    conn.execute(f"insert into documents ({', '.join(row)}) values ({marks})", row)
    conn.execute("insert into pages (document_id, page, text, method) values (?, 1, ?, 'html')", (document_id, text))
    for url in links:
        conn.execute(
            "insert into links (document_id, url, kind, evidence) values (?, ?, 'link', 'mehr')", (document_id, url)
        )


def rows(conn: sqlite3.Connection) -> list[Row]:
    found = conn.execute("select document_id, kind, target_id from links order by document_id, kind, url, target_id")
    return [tuple(row) for row in found]


def release(conn: sqlite3.Connection, document_id: str, **columns: object) -> None:
    add(conn, document_id, doc_type="pressemitteilung", published_on="2024-05-07", **columns)  # type: ignore[arg-type]


def test_link_resolves_when_its_target_is_archived_later(conn: sqlite3.Connection) -> None:
    """Until then the address stays visible with no target."""
    release(conn, "dsmv-1", links=("http://konferenz.example/media/oh/Leitfaden Börse.pdf#page=3",))
    resolve_links(conn)
    before = rows(conn)
    add(conn, "dsk-oh-boerse", url=GUIDE_URL, published_on="2024-05-06")
    resolve_links(conn)

    assert before == [("dsmv-1", "link", None)]
    assert rows(conn) == [("dsmv-1", "announces", "dsk-oh-boerse"), ("dsmv-1", "link", "dsk-oh-boerse")]


def test_blocked_documents_take_no_part(conn: sqlite3.Connection) -> None:
    """No row points to a blocked document, and unblocking brings the links back."""
    add(conn, "dsk-oh-boerse", url=GUIDE_URL, published_on="2024-05-06", title="Leitfaden Börsenspiele an Schulen")
    release(
        conn, "dsmv-1", links=(GUIDE_URL,), text="Die Orientierungshilfe „Leitfaden Börsenspiele an Schulen“ ist da."
    )
    resolve_links(conn)
    open_rows = rows(conn)
    conn.execute("update documents set blocked_at = '2024-06-01T00:00:00Z' where id = 'dsk-oh-boerse'")
    resolve_links(conn)
    blocked_rows = rows(conn)
    conn.execute("update documents set blocked_at = null")
    resolve_links(conn)

    assert ("dsmv-1", "announces", "dsk-oh-boerse") in open_rows
    assert blocked_rows == [("dsmv-1", "link", None)]
    assert rows(conn) == open_rows


def test_result_does_not_depend_on_the_order_of_the_crawl(tmp_path: Path) -> None:
    """Documents that come in another order, over several runs, end with the same rows."""
    documents = [
        ("dsk-oh-a", {"title": "Leitfaden Drachenflug, Version 1.0", "published_on": "2020-01-01"}),
        ("dsk-oh-b", {"title": "Leitfaden Drachenflug, Version 2.0", "published_on": "2022-01-01"}),
        ("dsk-oh-c", {"text": "Siehe Orientierungshilfe „Leitfaden Drachenflug“.", "published_on": "2021-01-01"}),
        ("dsk-oh-d", {"text": "Abrufbar: www.konferenz.example/media/oh/dsk-oh-a.pdf", "published_on": "2021-01-01"}),
    ]
    results = []
    for seed in range(3):
        connection = open_archive(tmp_path / str(seed))
        random.Random(seed).shuffle(documents)
        for document_id, columns in documents:
            add(connection, document_id, **columns)  # type: ignore[arg-type]
            resolve_links(connection)
        results.append(rows(connection))
        connection.close()

    assert results[0] == results[1] == results[2]
    assert ("dsk-oh-b", "replaces", "dsk-oh-a") in results[0]
    assert ("dsk-oh-c", "cites", "dsk-oh-a") in results[0]
    assert ("dsk-oh-d", "cites", "dsk-oh-a") in results[0]


def test_resolving_twice_changes_nothing(conn: sqlite3.Connection) -> None:
    """The rows are replaced, not added to; annexes are left alone."""
    add(conn, "dsk-oh-a", doc_type="kurzpapier", number="7")
    add(conn, "dsk-oh-b", text="Vergleiche Kurzpapier Nr. 7.")
    conn.execute("insert into links (document_id, url, target_id, kind) values ('dsk-oh-a', 'x', 'dsk-oh-b', 'annex')")
    resolve_links(conn)
    once = rows(conn)
    resolve_links(conn)

    assert rows(conn) == once == [("dsk-oh-a", "annex", "dsk-oh-b"), ("dsk-oh-b", "cites", "dsk-oh-a")]


def test_moved_documents_and_redirects_lead_to_where_they_are_now(conn: sqlite3.Connection) -> None:
    """A link to an old address means the document at the new one."""
    add(conn, "dsk-oh-neu")
    add(conn, "dsk-oh-alt", moved_to="dsk-oh-neu")
    run = conn.execute("insert into runs (source, started_at) values ('dsk', '2024-01-01T00:00:00Z')").lastrowid
    conn.execute(
        "insert into snapshots (run_id, url, fetched_at, status, location)"
        " values (?, ?, '2024-01-01T00:00:00Z', 301, ?)",
        (run, "https://www.konferenz.example/alt.pdf", "https://www.konferenz.example/media/oh/dsk-oh-neu.pdf"),
    )
    old = "https://www.konferenz.example/media/oh/dsk-oh-alt.pdf"
    add(conn, "dsmv-1", doc_type="information", links=(old, "https://www.konferenz.example/alt.pdf"))
    resolve_links(conn)

    assert rows(conn) == [("dsmv-1", "link", "dsk-oh-neu"), ("dsmv-1", "link", "dsk-oh-neu")]


def test_address_in_running_text_stays_visible_while_unresolved(conn: sqlite3.Connection) -> None:
    """An address on a host of the archive is kept as a row without a target; others are not."""
    add(conn, "dsk-oh-a", text="Siehe https://konferenz.example/media/oh/fehlt.pdf und https://anderswo.example/x.pdf.")
    resolve_links(conn)
    found = conn.execute("select url, target_id, evidence from links").fetchall()

    assert [tuple(row) for row in found] == [
        ("https://konferenz.example/media/oh/fehlt.pdf", None, "S. 1: https://konferenz.example/media/oh/fehlt.pdf")
    ]


def test_nothing_changed_means_nothing_is_done(conn: sqlite3.Connection) -> None:
    """``changed=()`` leaves the table as it is."""
    add(conn, "dsk-oh-a", doc_type="kurzpapier", number="7")
    add(conn, "dsk-oh-b", text="Vergleiche Kurzpapier Nr. 7.")
    resolve_links(conn, changed=())

    assert rows(conn) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mailto:post@konferenz.example",
        "http://[",
        "ftp://konferenz.example/a",
        "javascript:alert(1)",
        "https://x:99999/",
    ],
)
def test_what_is_no_web_address_has_no_key(url: str) -> None:
    """Hostile addresses raise nothing."""
    assert address_key(url) is None


def test_version_markers_of_real_file_names() -> None:
    """Shapes seen on the section pages: "_V2", "Version_1.1", "V31"."""
    assert file_version("https://x.example/OH_V2.pdf") is not None
    assert file_version("https://x.example/a_Version_1_1_Deutsch.pdf").number == (1, 1, "")  # type: ignore[union-attr]
    assert file_version("https://x.example/20240506_leitfaden.pdf") is None
    assert title_key("Leitfaden Drachenflug (Stand 2020)") == title_key("Leitfaden Drachenflug")


@pytest.mark.parametrize(
    "seed", ["Kurzpapier Nr. 1, ", "„", "Beschluss vom ", "Orientierungshilfe zu ", "https://", "1.", "» ", "vom 1"]
)
def test_a_long_run_of_one_piece_has_two_mentions_a_piece_at_most(seed: str) -> None:
    """And it is read to its end."""
    pieces = 100_000 // len(seed)

    assert len(list(find_mentions(seed * pieces))) <= 2 * pieces


def test_a_thousand_documents_are_linked(conn: sqlite3.Connection) -> None:
    """Cost grows with the text, not with the number of pairs (`python -m benchmarks.hostile`)."""
    words = [f"wort{chr(97 + number % 26)}{number}" for number in range(3000)]
    dice = random.Random(3)
    with conn:
        for number in range(1000):
            text = " ".join(dice.choices(words, k=400)) + f" Kurzpapier Nr. {number % 20 + 1}."
            source = "dsk" if number % 2 else "dsmv"
            add(
                conn,
                f"{source}-{number}",
                text=text,
                doc_type="kurzpapier" if number < 20 else "beschluss",
                number=str(number + 1),
            )
    resolve_links(conn)

    assert len(rows(conn)) >= 900


def test_a_title_of_many_thousand_words_takes_little_memory(conn: sqlite3.Connection) -> None:
    """What linking keeps of a title does not grow with the square of its length."""
    add(conn, "dsk-oh-lang", title=" ".join(f"Wort{number}" for number in range(4000)))
    tracemalloc.start()
    resolve_links(conn)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 16_000_000


def test_a_document_under_its_own_heading_cites_no_namesake(conn: sqlite3.Connection) -> None:
    """A heading repeated in the text means the document itself: not its newer version, not its copy."""
    heading = "Orientierungshilfe Wetterballons an Schulen"
    add(conn, "dsk-a", title=heading, text=f"{heading} 1. Anlass", published_on="2020-01-05")
    add(conn, "dsk-b", title=f"{heading}, Version 2", text=f"{heading} 1. Anlass", published_on="2023-01-05")
    add(conn, "dsk-c", title="Checkliste Wetterballons an Schulen", published_on="2020-01-05")
    resolve_links(conn)

    assert [row for row in rows(conn) if row[1] != "replaces"] == []


def test_the_bare_name_of_a_host_is_no_citation(conn: sqlite3.Connection) -> None:
    """ "www.konferenz.example" names no document."""
    add(conn, "dsk-a", title="Etwas")
    release(conn, "dsmv-1", text="Mehr unter www.konferenz.example und www.konferenz.example/media/oh/fehlt.pdf")
    resolve_links(conn)

    found = conn.execute("select url from links where kind = 'cites'").fetchall()
    assert [url for (url,) in found] == ["www.konferenz.example/media/oh/fehlt.pdf"]


@pytest.mark.parametrize(
    ("cut", "whole"),
    [((4, 9), "Kamera"), ((5, 12), "Kamera am"), ((0, 99), "Die Kamera am Haus-Eck"), ((3, 4), " "), ((7, 7), "")],
)
def test_evidence_is_made_of_whole_words(cut: tuple[int, int], whole: str) -> None:
    """Where a stretch is cut after so many characters the words at its ends are quoted whole."""
    assert whole_words("Die Kamera am Haus-Eck", *cut) == whole
