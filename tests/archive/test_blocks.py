"""Blocking takes a document out of everything, over a list of what stays; its neighbours keep theirs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from archive_builder import AT, add_run, new_archive, publication, put, rows, value
from traces import in_bytes, in_files, traces, words_of

from archive.database import connect, migrate, open_archive
from archive.errors import ArchiveBusy, UnknownDocument
from archive.export import export
from archive.health.verify import DANGLING
from archive.keeping.annexes import link_annexes
from archive.keeping.blocks import block, block_in_copies, forget_deleted, unblock
from archive.keeping.erasing import STAYS, tables
from archive.keeping.ledger import add_problem
from archive.keeping.records import (
    AttachmentRecord,
    CitationRecord,
    DateRecord,
    LinkRecord,
    MendingRecord,
    Publication,
    TopicRecord,
)
from archive.keeping.store import add_event
from archive.search.indexing import check_index

LATER = "2026-03-02T04:00:00Z"
PARENT, ANNEX, PAGE, CITING = "dsmv-7", "dsmv-datei-liste-pdf", "dsmv-8", "dsmv-9"
URL = {one: f"https://www.example.org/{one}" for one in (PARENT, PAGE, CITING)} | {
    ANNEX: "https://www.example.org/static/Quastenflosser_2026.pdf"
}
TITLE = "Quastenflosser und Vollmondnacht"
SECRETS = {
    ANNEX: ("Quastenflosser", "Vollmondnacht", "Erlkönigin", "Zwirnspule", "Nachtjacke", "Moorleiche", "Ofenschirm"),
    PAGE: ("Bratkartoffelverhältnis", "Kesselflicker", "Glockengießer", "Haubentaucher"),
}
"""Words that only a document, and what others say of it, holds."""


def annex() -> Publication:
    """A file with something in every column and every table."""
    return publication(
        ANNEX,
        "Die Erlkönigin trägt die Zwirn-\nspule nach § 4 BDSG.",
        title=TITLE,
        doc_type="anlage",
        url=URL[ANNEX],
        parent_id=PARENT,
        kicker="Nachtjacke",
        number="Moorleiche",
        teaser="Ofenschirm",
        issuer="Nachtjacke",
        section="Moorleiche",
        listed=json.dumps({"label": TITLE, "parent_id": PARENT}),
        published_on="2026-03-01",
        dates=(
            DateRecord(role="published", value="2026-03-01", precision="day", raw="Nachtjacke 1.3.", found_in="label"),
        ),
        citations=(
            CitationRecord(
                page=1,
                law="BDSG",
                unit="§",
                number="4",
                paragraph=None,
                sentence=None,
                letter=None,
                raw="§ 4 BDSG",
                start=40,
            ),
        ),
        mendings=(MendingRecord(page=1, raw="Zwirn-\nspule", mended="Zwirnspule"),),
        links=(LinkRecord(url="https://www.example.org/erlkönigin", kind="link", evidence="Erlkönigin"),),
        topics=(TopicRecord(topic_id="video", evidence="Erlkönigin im Titel", score=1.0),),
        method="pdf",
    )


def parent(**changes: Any) -> Publication:
    """A release that offers the file, links to it, and prints its title."""
    text = f"Zur Sache nach § 5 BDSG.\n\nMehr in »{TITLE}« (PDF), außerdem im Merkblatt. Nach § 6 BDSG gilt das."
    values: dict[str, Any] = {
        "title": "Kameras im Treppenhaus",
        "url": URL[PARENT],
        "attachments": (
            AttachmentRecord(url=URL[ANNEX], title=TITLE),
            AttachmentRecord(url="https://www.example.org/m.pdf", title="Merkblatt"),
        ),
        "links": (
            LinkRecord(url=URL[ANNEX], kind="link", evidence=TITLE),
            LinkRecord(url="https://www.example.org/m.pdf", kind="link", evidence="Merkblatt"),
        ),
        "citations": tuple(
            CitationRecord(
                page=1,
                law="BDSG",
                unit="§",
                number=number,
                paragraph=None,
                sentence=None,
                letter=None,
                raw=f"§ {number} BDSG",
                start=text.index(f"§ {number}"),
            )
            for number in "56"
        ),
        "topics": (TopicRecord(topic_id="video", evidence="»Quastenflosser« auf Seite 1", score=1.0),),
    }
    return publication(PARENT, text, **(values | changes))


def page() -> Publication:
    """A release that another one links to and cites."""
    return publication(
        PAGE,
        "Der Kesselflicker und der Glockengießer sahen den Haubentaucher.",
        title="Bratkartoffelverhältnis beendet",
        url=URL[PAGE],
    )


def citing() -> Publication:
    return publication(
        CITING,
        "Wie berichtet (Bratkartoffelverhältnis beendet), geht es weiter. Das bleibt.",
        title="Es geht weiter",
        url=URL[CITING],
        links=(
            LinkRecord(url=URL[PAGE], kind="link", evidence="Bratkartoffelverhältnis beendet"),
            LinkRecord(url=URL[PAGE], kind="cites", evidence="Glockengießer", target_id=PAGE),
        ),
    )


def fill(conn: sqlite3.Connection) -> None:
    """Two neighbours and two documents to block, with a history and everything that notes keep of them."""
    conn.execute("insert into topics (id, label, description) values ('video', 'Kameras', 'x')")
    run_id = add_run(conn)
    put(conn, parent(title="Kameras im Treppenhaus, früher", content_sha256="00"), run_id=run_id)
    for one in (annex(), page(), citing(), parent()):
        put(conn, one, run_id=run_id)
    link_annexes(conn)
    for one in (ANNEX, PAGE):
        add_problem(
            conn,
            run_id=run_id,
            url=URL[one],
            document_id=one,
            stage="file",
            kind="x",
            detail=f"Vermerk: {' '.join(SECRETS[one])}",
            at=AT,
        )
        add_problem(conn, run_id=run_id, url=URL[one], stage="listing", kind="excluded", detail=SECRETS[one][0], at=AT)
        add_event(conn, CITING, "moved", at=AT, run_id=run_id, detail=one)
    conn.execute("update documents set moved_to = ? where id = ?", (ANNEX, CITING))
    conn.execute("insert into absences values (?, ?, ?, ?, '404')", (ANNEX, run_id, AT, URL[ANNEX]))


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    connection = new_archive()
    fill(connection)
    yield connection
    connection.close()


def dangling(conn: sqlite3.Connection) -> list[str]:
    """What verify would say of the rows."""
    return [name for name, query in DANGLING.items() if "Datum" not in name and conn.execute(query).fetchone()]


NEIGHBOURS = "select id, title, version, content_sha256, first_seen_at from documents where id in ('dsmv-7', 'dsmv-9')"


@pytest.mark.parametrize("blocked", SECRETS)
def test_no_table_and_no_vocabulary_holds_a_word_of_a_blocked_document(blocked: str, conn: sqlite3.Connection) -> None:
    words = words_of(*SECRETS[blocked])
    before, neighbours = traces(conn, words), rows(conn, NEIGHBOURS)
    block(conn, blocked, reason="Antrag", at=LATER)

    assert {one.split(": ")[1] for one in before} == words
    assert traces(conn, words, besides=(blocked, URL[blocked])) == []
    assert rows(conn, NEIGHBOURS) == neighbours
    assert check_index(conn) == []
    assert dangling(conn) == []
    assert rows(conn, "pragma foreign_key_check") == []


@pytest.mark.parametrize(("table", "columns"), STAYS.items())
def test_the_tombstone_keeps_what_the_list_says_and_nothing_else(
    table: str, columns: tuple[str, ...], conn: sqlite3.Connection
) -> None:
    block(conn, ANNEX, reason="Antrag", at=LATER)
    key = "id" if table == "documents" else "document_id"
    row = dict(conn.execute(f"select * from {table} where {key} = ?", (ANNEX,)).fetchone())

    assert {name for name, held in row.items() if held not in (None, "")} <= set(columns)
    assert row[key] == ANNEX


def test_a_new_column_and_a_new_table_are_gone_by_default(conn: sqlite3.Connection) -> None:
    conn.execute("alter table documents add column remark text")
    conn.execute("alter table documents add column worth real not null default 1.5")
    conn.execute("create table summaries (document_id text, text text) strict")
    conn.execute("create table pairs (id integer primary key, other text, url text) strict")
    conn.execute("update documents set remark = 'Erlkönigin'")
    conn.execute("update documents set worth = 9")
    conn.executemany("insert into summaries values (?, ?)", [(ANNEX, "Erlkönigin"), (PARENT, TITLE), (PAGE, "frei")])
    conn.executemany("insert into pairs (other, url) values (?, ?)", [(ANNEX, "x"), (PAGE, URL[ANNEX]), (PAGE, "y")])
    block(conn, ANNEX, reason="Antrag", at=LATER)

    assert rows(conn, "select remark, worth from documents where id = ?", ANNEX) == [(None, 1.5)]
    assert rows(conn, "select * from summaries order by 1") == [
        (PARENT, "██████████████ ███ █████████████"),
        (PAGE, "frei"),
    ]
    assert rows(conn, "select other, url from pairs") == [(None, "x"), (PAGE, "y")]


def test_what_another_document_prints_becomes_bars_and_offsets_stay(conn: sqlite3.Connection) -> None:
    block(conn, ANNEX, reason="Antrag", at=LATER)
    text = value(conn, "select text from documents where id = ?", PARENT)

    assert text == (
        "Zur Sache nach § 5 BDSG.\n\nMehr in »██████████████ ███ █████████████« (PDF), außerdem im Merkblatt. "
        "Nach § 6 BDSG gilt das."
    )
    assert rows(conn, "select number from citations where document_id = ? order by 1", PARENT) == [("5",), ("6",)]
    assert {
        json.loads(one)[0]["title"]
        for (one,) in rows(conn, "select attachments from versions where document_id = ?", PARENT)
    } == {"Merkblatt"}
    assert rows(conn, "select distinct evidence from links where document_id = ?", PARENT) == [("Merkblatt",)]
    assert value(conn, "select attachment_titles from documents where id = ?", PARENT) == "Merkblatt"


def test_a_citation_that_stands_in_the_title_alone_goes_with_it(conn: sqlite3.Connection) -> None:
    told = parent(
        title="Neu",
        content_sha256="77",
        attachments=(AttachmentRecord(url=URL[ANNEX], title="Zur Sache nach § 5 BDSG"),),
    )
    put(conn, told)
    block(conn, ANNEX, reason="Antrag", at=LATER)

    assert rows(conn, "select number from citations where document_id = ?", PARENT) == [("6",)]


TITLES = {
    "the other document's own subject stays": (
        "Kameras im Treppenhaus",
        "Kameras im Treppenhaus",
        "Es geht um Kameras im Treppenhaus.",
        True,
    ),
    "a word that tells nothing stays": ("hier", "Neues", "Mehr dazu hier.", True),
    "an abbreviation stays": ("PDF", "Neues", "Mehr dazu (PDF).", True),
    "a noun goes": ("Zeugenliste", "Neues", "Mehr in der Zeugenliste.", False),
    "a broken line does not hide it": ("Liste der Zeugen", "Neues", "Mehr in der Liste\nder Zeugen.", False),
    "nor do signs": ("Liste der Zeugen", "Neues", "Mehr in der »Liste« der Zeugen.", False),
    "nor another case": ("Liste der Zeugen", "Neues", "Mehr: LISTE DER ZEUGEN.", False),
    "a longer word is another": ("Zeugen", "Neues", "Mehr zur Zeugenvernehmung.", True),
    "words alone are no title": ("Liste der Zeugen", "Neues", "Mehr zu den Zeugen und einer Liste.", True),
    "a file's name goes": ("hier", "Neues", "Siehe Quastenflosser_2026.pdf im Anhang.", False),
    "an address goes": ("hier", "Neues", f"Siehe {URL[ANNEX]} im Netz.", False),
}
"""Printed title of the link → the other document's title, its text, whether the text stays as it is."""


@pytest.mark.parametrize("case", TITLES)
@pytest.mark.parametrize("when", ["read before the block", "read after the block"])
def test_which_titles_are_taken_out_of_another_text(case: str, when: str) -> None:
    printed, title, text, stays = TITLES[case]
    with closing(new_archive()) as conn:
        steps = [
            lambda: put(conn, publication(ANNEX, "x", title="Bericht 17", url=URL[ANNEX])),
            lambda: put(
                conn,
                publication(
                    "dsmv-5", text, title=title, links=(LinkRecord(url=URL[ANNEX], kind="link", evidence=printed),)
                ),
            ),
            lambda: block(conn, ANNEX, reason="x", at=LATER),
        ]
        for number in (0, 1, 2) if when == "read before the block" else (0, 2, 1):
            steps[number]()

        for table in ("documents", "versions"):
            key = "id" if table == "documents" else "document_id"
            assert (value(conn, f"select text from {table} where {key} = 'dsmv-5'") == text) is stays
        assert rows(conn, "select * from links where document_id = 'dsmv-5'") == []
        assert check_index(conn) == []


def test_what_is_read_later_brings_nothing_back(conn: sqlite3.Connection) -> None:
    """Next night the page offers the file as before; the file itself has a new text."""
    words = words_of(*SECRETS[ANNEX])
    block(conn, ANNEX, reason="Antrag", at=LATER)
    put(conn, parent(title="Kameras, neu", content_sha256="11"))
    again = put(
        conn, publication(ANNEX, "Die Erlkönigin kehrt wieder.", title=TITLE, url=URL[ANNEX], content_sha256="22")
    )
    add_problem(
        conn, run_id=1, url=URL[ANNEX], document_id=ANNEX, stage="file", kind="y", detail="Erlkönigin", at=LATER
    )
    link_annexes(conn)

    assert again == "blocked"
    assert value(conn, "select version from documents where id = ?", PARENT) == 3
    assert traces(conn, words, besides=(ANNEX, URL[ANNEX])) == []


def test_a_spelling_that_only_the_blocked_document_had_is_shown_no_more() -> None:
    with closing(new_archive()) as conn:
        put(conn, publication("dsmv-1", "Der SCHRANK steht.", title="Erstes"))
        put(conn, publication("dsmv-2", "Der Schränk steht.", title="Zweites"))
        shown = "select shown from search_words where term = 'schrank'"
        before = value(conn, shown)
        block(conn, "dsmv-2", reason="x", at=LATER)

        assert (before, value(conn, shown)) == ("Schränk", "SCHRANK")


def test_ids_of_others_stay_whole_whatever_words_they_share(conn: sqlite3.Connection) -> None:
    """An id is made of a file's name; another document's may hold the title of the blocked one."""
    other = "dsmv-datei-quastenflosser-2026-pdf-2"
    put(conn, publication(other, "Mehr dazu.", title="Anderes", parent_id=PARENT))
    link_annexes(conn)
    block(conn, ANNEX, reason="x", at=LATER)

    assert rows(conn, "select target_id from links where kind = 'annex' and target_id is not null") == [(other,)]
    assert rows(conn, "select parent_id from documents where id = ?", other) == [(PARENT,)]


def test_blocking_again_adds_a_reason_and_an_unknown_document_is_named(conn: sqlite3.Connection) -> None:
    block(conn, PAGE, reason="eins", at=AT)
    block(conn, PAGE, reason="zwei", at=LATER)

    assert rows(conn, "select reason, url, unblocked_at from blocks order by id") == [
        ("eins", URL[PAGE], None),
        ("zwei", URL[PAGE], None),
    ]
    assert value(conn, "select blocked_at from documents where id = ?", PAGE) == AT
    with pytest.raises(UnknownDocument, match="nicht im Archiv"):
        block(conn, "dsmv-404", reason="x", at=AT)


def test_unblocking_ends_every_block_and_only_blocks(conn: sqlite3.Connection) -> None:
    block(conn, PAGE, reason="eins", at=AT)
    block(conn, PAGE, reason="zwei", at=AT)
    unblock(conn, PAGE, at=LATER)

    assert rows(conn, "select distinct unblocked_at from blocks") == [(LATER,)]
    with pytest.raises(UnknownDocument, match="nicht gesperrt"):
        unblock(conn, PAGE, at=LATER)


def test_a_block_that_fails_changes_nothing(conn: sqlite3.Connection) -> None:
    conn.execute("create trigger no before update of blocked_at on documents begin select raise(abort, 'voll'); end")
    before = rows(conn, "select * from documents order by id")
    with pytest.raises(sqlite3.DatabaseError, match="voll"):
        block(conn, PAGE, reason="x", at=AT)

    assert rows(conn, "select * from documents order by id") == before
    assert rows(conn, "select * from blocks") == []


# -- the bytes -----------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An archive on disk."""
    home = tmp_path / "data"
    with closing(open_archive(home)) as conn:
        fill(conn)
        conn.execute("analyze")
    return home


@pytest.mark.parametrize("blocked", SECRETS)
def test_no_byte_of_it_is_left_in_the_file_its_log_or_a_copy_beside_it(blocked: str, data: Path) -> None:
    path, copy = data / "archive.db", data / "archive-before-m0008_takedown.db"
    copy.write_bytes(path.read_bytes())
    (data / "archive-before.neu").write_bytes(path.read_bytes())
    reader = sqlite3.connect(path)
    before = in_bytes(path, SECRETS[blocked])
    with closing(connect(path)) as conn:
        block(conn, blocked, reason="Antrag", at=LATER)
        assert block_in_copies(data, blocked, reason="Antrag", at=LATER) == [copy.name]
        forget_deleted(conn)
        left = [one for file in data.iterdir() for one in in_bytes(file, SECRETS[blocked])]
        addresses = {word for word in SECRETS[blocked] if word in URL[blocked]}
    reader.close()

    assert before
    assert {one.split(": ")[1] for one in left} <= addresses
    with closing(sqlite3.connect(copy)) as old:
        assert traces(old, words_of(*SECRETS[blocked]), besides=(blocked, URL[blocked])) == []
        assert old.execute("select reason from blocks").fetchall() == [("Antrag",)]


def test_a_copy_of_an_older_schema_is_blocked_as_it_is(data: Path) -> None:
    """It has no column for the address yet; when it is put back, the block holds."""
    copy = data / "archive-before-m0008_takedown.db"
    copy.write_bytes((data / "archive.db").read_bytes())
    with closing(sqlite3.connect(copy)) as old:
        for table, column in (("blocks", "url"), ("blocks", "purged_at"), ("snapshots", "purged_at")):
            old.execute(f"alter table {table} drop column {column}")
        old.execute("delete from _sqlite_migrations where name = 'm0008_takedown'")
        old.commit()
    block_in_copies(data, ANNEX, reason="Antrag", at=LATER)
    migrate(copy)
    with closing(connect(copy)) as back:
        assert rows(back, "select url from blocks") == [(URL[ANNEX],)]
        assert traces(back, words_of(*SECRETS[ANNEX]), besides=(ANNEX, URL[ANNEX])) == []


def test_while_somebody_reads_the_log_is_said_to_hold_bytes_still(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AKTENKUNDIG_BUSY_SECONDS", "0.01")
    with closing(sqlite3.connect(data / "archive.db")) as reader, closing(connect(data / "archive.db")) as conn:
        reader.execute("begin")
        reader.execute("select count(*) from documents").fetchone()
        block(conn, ANNEX, reason="Antrag", at=LATER)
        with pytest.raises(ArchiveBusy, match=r"archive\.db-wal"):
            forget_deleted(conn)
        reader.rollback()
        forget_deleted(conn)

        assert (data / "archive.db-wal").stat().st_size == 0


@pytest.mark.parametrize("blocked", SECRETS)
def test_an_export_holds_nothing_of_it_not_even_the_tombstone(blocked: str, data: Path, tmp_path: Path) -> None:
    with closing(connect(data / "archive.db")) as conn:
        block(conn, blocked, reason=f"Antrag wegen {SECRETS[blocked][0]}", at=LATER)
        export(conn, data, tmp_path / "out", made_at=LATER)

    assert in_files(tmp_path / "out", [*SECRETS[blocked], blocked, URL[blocked]]) == []
    with closing(sqlite3.connect(tmp_path / "out" / "archive.db")) as copy:
        assert copy.execute("pragma foreign_key_check").fetchall() == []
        assert set(tables(copy)) >= set(STAYS)
