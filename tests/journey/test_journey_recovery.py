"""What is left when the database is lost, older than its WARC files, or changed behind the program's back."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from journeys import Journey

from aktenkundig.cli import cli
from aktenkundig.deep import COMPARED, compare_with_vault
from aktenkundig.replay import rebuild
from aktenkundig.sample.site import answer
from archive.database import connect, database_path, open_reading
from archive.health.verify import verify
from archive.keeping.backup import UnknownFiles, backup, restore, strays
from archive.schema import DERIVED, LEDGER
from archive.vault.reading import members
from archive.vault.writer import CHECKS, RUN


@pytest.fixture
def lost(history: Journey, tmp_path: Path) -> Journey:
    """A copy of the shared archive."""
    shutil.copytree(history.data, tmp_path / "data")
    return Journey(tmp_path / "data", history.site)


def tables(data: Path, names: tuple[str, ...]) -> dict[str, list[tuple[object, ...]]]:
    """Every row of these tables."""
    with closing(connect(database_path(data))) as conn:
        return {name: sorted(map(tuple, conn.execute(f"select * from {name}")), key=repr) for name in names}


def run(data: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a command."""
    done = CliRunner().invoke(cli, ["--data", str(data), *arguments], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.return_value or 0, done.output


def test_warc_files_alone_give_the_archive_back(lost: Journey, tmp_path: Path) -> None:
    blocked = str(lost.value("select id from documents where doc_type = 'pressemitteilung' order by id limit 1"))
    run(lost.data, "block", blocked, "--reason", "Anordnung")
    before = tables(lost.data, (*DERIVED, *LEDGER))
    fresh = tmp_path / "fresh"
    code, said = run(fresh, "restore", "--from-warc", str(lost.data))
    after = tables(fresh, (*DERIVED, *LEDGER))

    assert code == 0
    assert "hergestellt" in said
    assert after["blocks"]
    for name in (*DERIVED, *LEDGER):
        if name != "incidents":
            assert after[name] == before[name], name
    with closing(open_reading(fresh)) as conn:
        assert verify(conn, fresh) == []


NIGHTS = 30
Strokes = dict[tuple[str, str], dict[str, object]]
"""What is other than in the sample's history, by host and target."""


def edited(site: Strokes, host: str, target: str, day: int) -> None:
    """A text grows, at another place each time."""
    body = answer(host, target, day).body
    site[host, target] = {"body": body.replace(b"</p>", f" Nachtrag {day}.</p>".encode(), 1 + day % 2)}


def retitled(site: Strokes, host: str, target: str, day: int) -> None:
    """A headline becomes another."""
    site[host, target] = {"body": answer(host, target, day).body.replace(b"</h1>", f" ({day})</h1>".encode(), 1)}


def gone(site: Strokes, host: str, target: str, day: int) -> None:
    """In every way in which documents leave."""
    how = ({"status": 404}, {"status": 410}, {"status": 302, "headers": {"Location": "/"}}, {"status": 503})
    site[host, target] = dict(how[day % len(how)])


def renamed(site: Strokes, host: str, target: str, day: int) -> None:
    """The address leads on to a new one, which has the bytes."""
    stem, dot, form = target.rpartition(".")
    new = f"{stem}-neu{day}{dot}{form}" if dot and "?" not in target else f"{target}&v={day}"
    told = answer(host, target, day)
    site[host, new] = {"status": 200, "body": told.body, "content_type": told.content_type}
    site[host, target] = {"status": 301, "headers": {"Location": new}}


STROKES: tuple[Callable[[Strokes, str, str, int], None], ...] = (edited, retitled, gone, renamed)


def a_month(journey: Journey, dice: random.Random) -> None:
    """The sample's whole history, and edits, removals, returns and renames beyond it; every fourth night is quiet, two
    are lost to one of the sites."""
    strokes: Strokes = {}
    for day in range(1, NIGHTS + 1):
        if day > 1 and day % 4:
            addresses = journey.rows("select source, url from documents order by id")
            for source, url in dice.sample(addresses, 3):
                parts = urlsplit(str(url))
                dice.choice(STROKES)(strokes, str(source), parts.path + ("?" + parts.query) * bool(parts.query), day)
            for key in dice.sample(sorted(strokes), len(strokes) // 4):
                del strokes[key]
        journey.site.heal()
        for (host, target), what in strokes.items():
            journey.site.fault(target, host=host, **what)
        if day in (10, 21):
            journey.site.fault("*", host="dsk" if day == 10 else "dsmv", reset=True)
        journey.crawl(day)


@pytest.mark.faults
def test_thirty_nights_come_back_from_their_warc_files(journey: Journey, tmp_path: Path) -> None:
    a_month(journey, random.Random(1))
    before = tables(journey.data, (*DERIVED, *LEDGER))
    kinds = {str(row[0]) for row in journey.rows("select distinct kind from events")}
    with closing(open_reading(journey.data)) as conn:
        assert compare_with_vault(conn, journey.data) == []
    code, _ = run(tmp_path / "fresh", "restore", "--from-warc", str(journey.data))
    after = tables(tmp_path / "fresh", (*DERIVED, *LEDGER))

    assert code == 0
    assert {"new", "changed", "removed", "returned", "moved"} <= kinds
    assert [name for name in after if name != "incidents" and after[name] != before[name]] == []
    with closing(open_reading(tmp_path / "fresh")) as conn:
        assert verify(conn, tmp_path / "fresh") == []


def as_older_versions_wrote_it(path: Path) -> None:
    """A WARC file whose beginning says nothing of its run, and that has no records that close it."""
    whole = path.read_bytes()
    kept = [one for one in members(path) if one.record.rec_type != "warcinfo" and one.profile not in (RUN, CHECKS)]
    path.write_bytes(b"".join(whole[one.offset : one.offset + one.length] for one in kept))


def test_older_files_give_the_best_that_can_be_had_and_say_so(journey: Journey, tmp_path: Path) -> None:
    journey.site.validators = False  # older versions kept answers 304 as records of their own
    for day in (1, 3):
        journey.crawl(day)
    told = "select document_id, at, kind from events union all select document_id, seen_at, version from versions"
    before = sorted(journey.rows(told), key=repr)
    for path in (journey.data / "warc").glob("*.warc.gz"):
        as_older_versions_wrote_it(path)
    _, said = run(tmp_path / "fresh", "restore", "--from-warc", str(journey.data / "warc"))
    after = Journey(tmp_path / "fresh", journey.site).rows(told)

    assert said.count("erschlossen") == 4
    assert sorted(after, key=repr) == before


def test_a_lost_database_is_made_again_from_its_own_folder_before_anything_is_fetched(lost: Journey) -> None:
    before = tables(lost.data, DERIVED)
    for path in lost.data.glob("archive.db*"):
        path.unlink()
    with pytest.raises(UnknownFiles, match="restore --from-warc"):
        lost.crawl(12)
    assert not database_path(lost.data).exists()
    run(lost.data, "restore", "--from-warc", str(lost.data))
    restored = tables(lost.data, DERIVED)
    lost.crawl(12, now="2026-10-20T04:00:00Z")

    assert restored == before
    with closing(open_reading(lost.data)) as conn:
        assert verify(conn, lost.data) == []


def test_files_set_aside_leave_a_clean_start(journey: Journey) -> None:
    journey.crawl(1, "dsmv")
    names = sorted(path.name for path in (journey.data / "warc").iterdir())
    for path in journey.data.glob("archive.db*"):
        path.unlink()
    assert journey.crawl(1, "dsmv", now="2026-10-20T04:00:00Z", set_aside=True) == {"dsmv": 0}
    aside = sorted(path.name for folder in journey.data.glob("beiseite-*") for path in folder.iterdir())

    assert aside == names
    with closing(open_reading(journey.data)) as conn:
        assert verify(conn, journey.data) == []


def test_a_backup_beside_newer_files_sets_them_aside_and_says_so(journey: Journey, tmp_path: Path) -> None:
    journey.crawl(1, "dsmv")
    backup(journey.data, tmp_path / "backup")
    journey.crawl(2, "dsmv", now="2026-10-07T04:00:00Z")
    newer = strays_after(journey.data, tmp_path / "backup")
    for path in journey.data.glob("archive.db*"):
        path.unlink()
    copied, aside = restore(tmp_path / "backup", journey.data, at="2026-10-08T04:00:00Z")

    assert copied == 0
    assert aside == newer
    assert len(newer) == 1
    assert strays(journey.data) == []
    assert journey.crawl(3, "dsmv", now="2026-10-09T04:00:00Z") == {"dsmv": 0}
    with closing(open_reading(journey.data)) as conn:
        assert verify(conn, journey.data) == []


def strays_after(data: Path, older: Path) -> list[str]:
    """The files that came after a backup."""
    there = {path.name for path in (older / "warc").glob("*.gz")}
    return sorted(path.name for path in (data / "warc").glob("*.gz") if path.name not in there)


# -- the database itself -------------------------------------------------------------------------------


def test_what_the_vault_says_is_what_is_stored(history: Journey) -> None:
    with closing(open_reading(history.data)) as conn:
        assert compare_with_vault(conn, history.data) == []
    assert not list(history.data.glob("verify-*"))


def test_what_a_block_took_from_others_stays_away_when_all_is_read_again(lost: Journey) -> None:
    """Also the title where a document prints it without a link, which only the reading of both can tell."""
    named = lost.rows(
        "select target_id from links where target_id is not null group by 1 order by count(*) desc, 1 limit 4"
    )
    for (document_id,) in named:
        run(lost.data, "block", str(document_id), "--reason", "Anordnung")
    before = tables(lost.data, DERIVED)
    with closing(open_reading(lost.data)) as conn:
        assert compare_with_vault(conn, lost.data) == []
    run(lost.data, "rebuild")

    assert any("█" in str(row) for row in before["documents"])
    assert tables(lost.data, DERIVED) == before


def test_a_changed_cell_in_each_derived_table_is_named(lost: Journey) -> None:
    """All in one comparison: each table has one sentence that names it, and the index one."""
    changed = []
    with closing(connect(database_path(lost.data))) as conn:
        conn.execute("pragma foreign_keys = off")
        for table in COMPARED:
            if not conn.execute(f"select count(*) from {table}").fetchone()[0]:
                continue
            columns = conn.execute(f"pragma table_info({table})").fetchall()
            texts = [one[1] for one in columns if one[2].lower() == "text" and not one[5] and one[1] != "document_id"]
            name = next(
                (one for one in texts if one in ("text", "title", "label", "raw", "reason", "evidence")), texts[0]
            )
            conn.execute("pragma ignore_check_constraints = on")
            conn.execute(
                f"update {table} set {name} = coalesce({name}, '') || ' x' where rowid = (select min(rowid) from {table})"
            )
            changed.append(table)
        row = conn.execute("select rowid, * from documents_fts limit 1").fetchone()
        conn.execute("insert into documents_fts (rowid, title) values (999999, 'Fremdkörper')")
        conn.execute("update search_words set shown = shown || 'x' where id = (select max(id) from search_words)")
        assert row is not None
    with closing(open_reading(lost.data)) as conn:
        told = compare_with_vault(conn, lost.data)

    assert {one.partition(",")[0] for one in told} >= {*changed, "documents_fts", "search_words"}


def test_a_rebuild_after_many_quiet_nights_gives_the_same_tables(journey: Journey) -> None:
    """Nights that are as the night before are not driven again; the others are."""
    for number, day in enumerate((1, 1, 1, 2, 2, 3, 3, 3)):
        journey.crawl(day, "dsmv", now=f"2026-10-{10 + number}T04:00:00Z")
    before = tables(journey.data, DERIVED)
    with closing(connect(database_path(journey.data))) as conn:
        report = rebuild(conn, journey.data)

    assert tables(journey.data, DERIVED) == before
    assert report.runs == 8
    assert journey.value("select count(*) from snapshots where status = 304") == 0


def test_nights_in_which_old_addresses_rest_are_rebuilt_as_they_were(
    lost: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not asked was neither seen nor missed, then as now. Whatever rests does so in one of two nights."""
    for day, above in ((1, "5000"), (2, "50"), (3, "50")):
        monkeypatch.setenv("AKTENKUNDIG_TURNS_ABOVE", above)
        lost.crawl(12, "dsmv", now=f"2028-03-0{day}T04:00:00Z")
    every, *rested = [row[0] for row in lost.rows("select requests from runs where started_at > '2028' order by id")]
    before = tables(lost.data, DERIVED)
    with closing(connect(database_path(lost.data))) as conn:
        rebuild(conn, lost.data)

    assert tables(lost.data, DERIVED) == before
    assert min(rested) < every, "nothing rested"
