"""A page, a file and an annex are blocked: none of the words that only they held is left anywhere."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastwarc.warc import ArchiveIterator, WarcRecordType
from journeys import Journey
from traces import in_bytes, in_files, traces, words_of

from aktenkundig.cli import cli
from aktenkundig.sample import SampleSite
from archive.database import connect, database_path, open_reading
from archive.german.words import WORD, index_term
from archive.health.verify import verify
from archive.keeping.blocks import unblock
from archive.keeping.erasing import tables
from portal import clock
from portal.serving import datasette_for

KINDS = {
    "page": "source = 'dsmv' and doc_type = 'pressemitteilung' and id not in (select parent_id from documents where parent_id is not null)",
    "file": "doc_type = 'orientierungshilfe' and source = 'dsk'",
    "annex": "doc_type = 'anlage' and parent_id is not null",
}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """An archive of two days."""
    with SampleSite() as site:
        journey = Journey(tmp_path_factory.mktemp("takedown") / "data", site)
        journey.crawl(1)
        journey.crawl(2)
        with closing(journey.db()) as conn:
            conn.execute("analyze")
        yield journey


def command(data: Path, *arguments: str) -> None:
    """Run a command as an operator does, in this process."""
    ran = CliRunner().invoke(cli, ["--data", str(data), *arguments], standalone_mode=False)

    assert not ran.exception, ran.output
    assert not ran.return_value, ran.output


ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Target:
    """A document to block, and the words that only it holds, as spelt."""

    id: str
    url: str
    spelt: set[str]


TEXT = "title || ' ' || coalesce(kicker, '') || ' ' || coalesce(teaser, '') || ' ' || text"


def _beside(conn: sqlite3.Connection) -> str:
    """Addresses, ids, vocabularies, our own words and the schema, in small letters: they tell nothing of a document."""
    queries = (
        "select sql from sqlite_master",
        "select url from snapshots",
        "select id from documents",
        "select label || description from topics",
        "select title from laws union all select label || long from bodies union all select label || plural from doc_types",
        "select url || document_id from links",
        "select title from laws union all select label || long from bodies union all select label || plural from doc_types",
    )
    ours = [*ROOT.glob("portal/pages_html/*.html"), *ROOT.glob("archive/data/d*"), *ROOT.glob("portal/*.toml")]
    printed = [path.read_text(encoding="utf-8") for path in ours]
    return "\n".join([*printed, *(text or "" for query in queries for (text,) in conn.execute(query))]).lower()


class Taken:
    """A page, a file and an annex, and a copy of the archive to block them in."""

    def __init__(self, before: Journey, home: Path) -> None:
        self.data = home / "data"
        shutil.copytree(before.data, self.data)
        (self.data / "archive-before-m0007.db").write_bytes((self.data / "archive.db").read_bytes())
        with closing(connect(database_path(self.data))) as conn:
            rows = conn.execute(f"select id, url, {TEXT}, {', '.join(KINDS.values())} from documents").fetchall()
            beside = _beside(conn)
        held = Counter(term for row in rows for term in words_of(row[2]))
        self.targets = []
        for number in range(3, 3 + len(KINDS)):
            own = {
                row[0]: {word for word in WORD.findall(row[2]) if len(word) > 5 and held[index_term(word)] == 1}
                for row in rows
                if row[number]
            }
            best = max(own, key=lambda one: (len(own[one]), one))
            url = next(row[1] for row in rows if row[0] == best)
            rest = beside + "\n".join(row[2] for row in rows if row[0] != best).lower()
            self.targets.append(Target(best, url, {word for word in own[best] if word.lower() not in rest}))

    def run(self, name: str, *options: str) -> None:
        """A command for each of them."""
        for one in self.targets:
            command(self.data, name, one.id, *options)

    @property
    def spelt(self) -> set[str]:
        """All words, as spelt."""
        return {word for one in self.targets for word in one.spelt}

    @property
    def words(self) -> set[str]:
        """All words, folded."""
        return {index_term(word) for word in self.spelt}

    def left(self) -> list[str]:
        """Every trace of the words in the database, the copy, and the bytes of all files beside the vault."""
        besides = {text for one in self.targets for text in (one.id, one.url)}
        with closing(connect(database_path(self.data))) as conn:
            found = traces(conn, self.words, besides=besides)
        with closing(sqlite3.connect(self.data / "archive-before-m0007.db")) as conn:
            found += traces(conn, self.words, besides=besides)
        return found + [one for path in self.data.iterdir() if path.is_file() for one in in_bytes(path, self.spelt)]

    def faults(self) -> list[str]:
        """What verify says."""
        with closing(open_reading(self.data)) as conn:
            return verify(conn, self.data)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with closing(open_reading(self.data)) as conn:
            return [tuple(row) for row in conn.execute(query, values)]


@pytest.fixture
def taken(before: Journey, tmp_path: Path) -> Taken:
    return Taken(before, tmp_path)


def pages(data: Path, addresses: list[str]) -> dict[str, str]:
    """What the portal shows there."""

    async def ask() -> dict[str, str]:
        datasette = datasette_for(data, operator={})
        try:
            return {one: (await datasette.client.get(one)).text for one in addresses}
        finally:
            if datasette.executor:
                datasette.executor.shutdown()
            for database in datasette.databases.values():
                database.close()

    return asyncio.run(ask())


def addresses(taken: Taken) -> list[str]:
    """Pages, feeds and tables of the portal: what is common to all, and every document that could name the blocked."""
    ids = [one.id for one in taken.targets]
    near = [
        row[0]
        for row in taken.rows(
            "select id from documents where blocked_at is null and (doc_type = 'information'"
            " or id in (select document_id from versions where attachments <> '[]'))"
        )
    ]
    with closing(open_reading(taken.data)) as conn:
        own = sorted(tables(conn))
    lists = [
        "/",
        "/suche?q=Datenschutz",
        "/suche.json?q=Datenschutz",
        "/feed.atom",
        "/aenderungen",
        "/themen",
        "/vorschriften",
        "/status",
    ]
    tabled = [f"/archive/{one}.json?_size=max&_shape=array" for one in own]
    return [
        *lists,
        *(f"/dokument/{one}" for one in [*ids, *near]),
        *(f"/dokument/{one}/original" for one in near),
        *tabled,
    ]


def test_no_word_is_left_in_any_place(taken: Taken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 10, 7, tzinfo=UTC))
    held, asked = taken.left(), addresses(taken)
    before = {one for one, text in pages(taken.data, asked).items() if words_of(text) & taken.words}
    taken.run("block", "--reason", "Antrag")
    shown = pages(taken.data, asked)
    command(taken.data, "export", str(tmp_path / "out"))

    assert all(len(one.spelt) > 3 for one in taken.targets)
    assert len(held) > 3 * len(taken.words)
    assert len(before) > len(taken.targets)
    assert taken.left() == []
    assert {one: found for one, text in shown.items() if (found := words_of(text) & taken.words)} == {}
    assert in_files(tmp_path / "out", taken.spelt) == []
    assert taken.faults() == []


def everything(data: Path) -> dict[str, list[Any]]:
    """All rows, but those of the block itself, of its notes and of the index."""
    skipped = ("blocks", "problems", "search_state", "search_words", "meta")
    with closing(connect(database_path(data))) as conn:
        return {
            name: sorted(map(tuple, conn.execute(f"select * from {name}")), key=repr)
            for name in tables(conn)
            if name not in skipped
        }


@pytest.mark.faults
def test_a_rebuild_brings_no_word_back_and_unblocking_brings_all_back(taken: Taken) -> None:
    whole = everything(taken.data)
    taken.run("block", "--reason", "Antrag")
    command(taken.data, "rebuild")

    assert taken.left() == []
    with closing(connect(database_path(taken.data))) as conn:
        for one in taken.targets[1:]:
            unblock(conn, one.id, at="2026-10-08T00:00:00Z")
    command(taken.data, "unblock", taken.targets[0].id)
    assert everything(taken.data) == whole


# -- purge ---------------------------------------------------------------------------------------------


def answers(data: Path) -> dict[str, list[tuple[str, bytes]]]:
    """Type and body of every answer by address, by another reader than the one that wrote them."""
    found: dict[str, list[tuple[str, bytes]]] = {}
    for path in sorted((data / "warc").glob("*.warc.gz")):
        for record in ArchiveIterator(str(path), parse_http=True, fsspec_args=False):
            if record.record_type in (WarcRecordType.response, WarcRecordType.revisit):
                entry = (record.headers["WARC-Date"], record.reader.read())
                found.setdefault(record.headers["WARC-Target-URI"], []).append(entry)
    return found


@pytest.mark.faults
def test_a_purge_takes_the_bytes_for_good_and_leaves_everything_else_as_it_was(taken: Taken, before: Journey) -> None:
    """The night after fetches them and keeps none; unblocked, the entry is there, and the next fetch brings the text."""
    urls = {one.url for one in taken.targets}
    held = answers(taken.data)
    taken.run("block", "--reason", "Antrag", "--purge")
    now = answers(taken.data)

    assert all(any(body for _, body in held[url]) for url in urls)
    assert now == {url: [(at, b"" if url in urls else body) for at, body in told] for url, told in held.items()}
    assert taken.faults() == []
    kept = taken.rows(
        "select sha256, payload_digest, purged_at from snapshots where status = 200 and url in (?, ?, ?)", *urls
    )
    assert len(kept) >= 3
    assert all(all(row) for row in kept)

    night = Journey(taken.data, before.site)
    night.crawl(3)
    told = taken.rows("select kind from problems where run_id > 4 and url in (?, ?, ?)", *urls)
    assert told == []
    assert {body for url, all_told in answers(taken.data).items() if url in urls for _, body in all_told} == {b""}

    command(taken.data, "rebuild")
    ids = [one.id for one in taken.targets]
    entries = "select title <> '', text, version, blocked_at is not null from documents where id in (?, ?, ?)"
    assert taken.rows(entries, *ids) == [(0, "", 1, 1)] * 3
    assert taken.left() == []
    assert taken.faults() == []

    with closing(connect(database_path(taken.data))) as conn:
        for one in taken.targets[1:]:
            unblock(conn, one.id, at="2026-10-08T00:00:00Z")
    command(taken.data, "unblock", taken.targets[0].id)
    assert taken.rows(entries, *ids) == [(1, "", 1, 0)] * 3
    assert taken.faults() == []

    night.crawl(4)
    texts = "select text <> '', version from documents where id in (?, ?, ?)"
    assert taken.rows(texts, *ids) == [(1, 1)] * 3
    command(taken.data, "rebuild")
    assert taken.rows(texts, *ids) == [(1, 1)] * 3
    assert taken.faults() == []
