"""The Atom feeds: valid, ordered, filtered, with edits and removals, stable ids."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import fixture_archive
import pytest
import sample_documents as samples
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
PATHS = ["/feed.atom", "/feed.atom?q=%C3%9Cberwachung", "/feed.atom?quelle=dsk&von=2025", "/feed.atom?q=gibtesnicht"]


def feed(portal: Any, path: str) -> Any:
    """The parsed feed."""
    answer = portal.get(path)

    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return etree.fromstring(answer.content)


def titles(root: Any) -> list[str]:
    """The titles of the entries."""
    return [entry.findtext(f"{ATOM}title") for entry in root.iterfind(f"{ATOM}entry")]


@pytest.mark.parametrize("path", PATHS)
def test_is_valid(portal: Any, path: str) -> None:
    """Valid Atom, with and without hits, hostile titles included."""
    SCHEMA.assertValid(feed(portal, path))


@pytest.mark.parametrize("path", PATHS)
def test_feed_readers_can_read_it(portal: Any, path: str) -> None:
    """A strict feed library reads it without complaint."""
    feedparser = pytest.importorskip("feedparser")
    found = feedparser.parse(portal.get(path).content)

    assert not found.bozo
    assert found.version == "atom10"
    assert all(entry.id and entry.link and entry.updated_parsed for entry in found.entries)


def test_ids_are_unique_and_independent_of_the_address(portal: Any, make_reader: Any, data_dir: Path) -> None:
    """No id occurs twice, and ids stay the same under another address."""
    elsewhere = make_reader(data_dir, base_url="/archiv/")
    ids = [entry.findtext(f"{ATOM}id") for entry in feed(portal, "/feed.atom").iterfind(f"{ATOM}entry")]
    others = feed(elsewhere, "/feed.atom")

    assert len(ids) == len(set(ids)) == 14
    assert ids == [entry.findtext(f"{ATOM}id") for entry in others.iterfind(f"{ATOM}entry")]


def test_newest_happening_comes_first(portal: Any) -> None:
    """Entries are ordered by when the archive saw it."""
    moments = [entry.findtext(f"{ATOM}updated") for entry in feed(portal, "/feed.atom").iterfind(f"{ATOM}entry")]

    assert moments == sorted(moments, reverse=True)


def test_edits_and_removals_have_entries(portal: Any) -> None:
    """An edit leads to its diff, a removal is announced."""
    root = feed(portal, "/feed.atom")
    links = {entry.find(f"{ATOM}link").get("href") for entry in root.iterfind(f"{ATOM}entry")}

    assert f"http://localhost/dokument/{samples.VIDEO.id}/vergleich/2/3" in links
    assert f"Entfernt: {samples.REMOVED.title}" in titles(root)


def test_a_return_has_an_entry(tmp_path: Path, make_reader: Any) -> None:
    """A removed document that is found again is announced, once, under the time of its return."""
    fixture_archive.build(tmp_path)
    writer = sqlite3.connect(tmp_path / "archive.db")
    at, document_id = "2026-11-21T03:00:05Z", samples.REMOVED.id
    writer.execute("update documents set removed_at = null, returned_at = ? where id = ?", (at, document_id))
    for _ in range(2):
        writer.execute("insert into events (document_id, at, kind) values (?, ?, 'returned')", (document_id, at))
    writer.commit()
    writer.close()
    root = feed(make_reader(tmp_path), "/feed.atom")
    entries = {entry.findtext(f"{ATOM}title"): entry for entry in root.iterfind(f"{ATOM}entry")}
    title = f"Wieder da: {samples.REMOVED.title}"

    assert titles(root).count(title) == 1
    assert entries[title].findtext(f"{ATOM}updated") == at


@pytest.mark.parametrize(("switch", "word"), [("aenderungen=nein", "Geändert:"), ("entfernungen=nein", "Entfernt:")])
def test_edits_and_removals_can_be_switched_off(portal: Any, switch: str, word: str) -> None:
    """Each kind of entry can be left out, and only that kind."""
    everything, fewer = titles(feed(portal, "/feed.atom")), titles(feed(portal, f"/feed.atom?{switch}"))

    assert [title for title in everything if not title.startswith(word)] == fewer
    assert len(fewer) < len(everything)


def test_follows_the_filters_of_the_search(portal: Any) -> None:
    """The feed of a search holds what the search finds."""
    root = feed(portal, "/feed.atom?q=Intelligenz&quelle=dsk&aenderungen=nein")

    assert titles(root) == [samples.RESOLUTION.title]
    assert root.findtext(f"{ATOM}title") == "Aktenkundig: „Intelligenz“, DSK"


def test_unchanged_feed_is_not_sent_again(portal: Any) -> None:
    """A feed reader that sends the tag back gets 304."""
    tag = portal.get("/feed.atom").headers["etag"]

    assert portal.get("/feed.atom", headers={"If-None-Match": tag}).status_code == 304


def test_order_and_page_of_a_search_do_not_make_another_feed(portal: Any) -> None:
    """Whatever page of hits the reader came from, the feed has the same id."""
    ids = {
        feed(portal, f"/feed.atom?quelle=dsk{more}").findtext(f"{ATOM}id")
        for more in ("", "&sortierung=datum", "&seite=2")
    }

    assert len(ids) == 1


def test_browsers_see_a_page(portal: Any) -> None:
    """A feed names its XSL sheet, which makes a German page of it; who asks for pages gets XML for that."""
    answer = portal.get("/feed.atom", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    root = etree.fromstring(answer.content)
    sheet = root.getprevious().get("href")
    made = etree.XSLT(etree.fromstring(portal.get(sheet).content))(root)

    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert made.findtext(".//h1") == "Aktenkundig: alles Neue"
    assert len(made.findall(".//li")) == len(root.findall(f"{ATOM}entry"))
    assert made.find(".//link").get("href").endswith("/-/static-plugins/aktenkundig/portal.css")


def links(root: Any) -> dict[str, str]:
    """The addresses of a feed by what they are to it."""
    return {link.get("rel"): link.get("href").removeprefix("http://localhost") for link in root.iterfind(f"{ATOM}link")}


@pytest.mark.parametrize("query", ["", "?quelle=dsmv&entfernungen=nein"])
def test_a_long_feed_has_pages(tmp_path: Path, make_reader: Any, data_dir: Path, query: str) -> None:
    """``next`` leads through all of it, each entry once and in order; every page is valid and the same feed."""
    folder = Path(shutil.copytree(data_dir, tmp_path / "data"))
    with closing(sqlite3.connect(folder / "archive.db")) as conn, conn:
        for table, key in (("documents", "id"), ("versions", "document_id")):
            own = [row[1] for row in conn.execute(f"pragma table_info({table})") if row[1] not in (key, "docno")]
            number = "docno, " if table == "documents" else ""
            conn.execute(
                "with recursive c(x) as (select 1001 union all select x + 1 from c limit 120)"
                f" insert into {table} ({key}, {number}{', '.join(own)})"
                f" select 'dsmv-9' || x, {'x, ' if number else ''}{', '.join(own)} from c, {table} where {key} = ?",
                (samples.VIDEO.id,),
            )
    reader, path, seen, ids = make_reader(folder), f"/feed.atom{query}", [], set()
    while path:
        root = feed(reader, path)
        SCHEMA.assertValid(root)
        seen += [
            (entry.findtext(f"{ATOM}updated"), entry.findtext(f"{ATOM}id")) for entry in root.iterfind(f"{ATOM}entry")
        ]
        ids.add(root.findtext(f"{ATOM}id"))
        assert links(root)["self"] == path
        path = links(root).get("next", "")

    assert len(seen) == len({one for _, one in seen}) > 360
    assert [at for at, _ in seen] == sorted((at for at, _ in seen), reverse=True)
    assert len(ids) == 1
    assert links(feed(reader, f"/feed.atom{query}{'&' if query else '?'}seite=2"))["previous"] == f"/feed.atom{query}"
