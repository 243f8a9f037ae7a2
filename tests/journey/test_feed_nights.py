"""A source that is known by a feed: what is new, edited, re-dated, out of the feed, or gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from walled_site import Watch, bare, framed

from crawler.sources import SourceDescription, describe

SITE = "https://www.amt.example"
FEED, LIST = "/feed.xml?nn=1", "/meldungen.html"
ENTRIES, SHOWN = 60, 20


def source(**changes: Any) -> SourceDescription:
    """The description of the made site: a feed of its newest entries."""
    table = {"name": "amt", "label": "Amt für Akten", "site": SITE, "kind": "feed", "ignored_parameters": ["nn", "v"]}
    return describe(table | {"feeds": [{"path": FEED, "label": "Meldungen", "doc_type": "information"}]} | changes)


def address(number: int) -> str:
    return f"{SITE}/DE/Meldungen/{number:03}_akte.html"


@dataclass
class FeedSite:
    """Sixty pages; the feed shows the newest of them. ``texts``, ``days`` and ``gone`` change between nights."""

    newest: int = ENTRIES
    texts: dict[int, str] = field(default_factory=dict)
    days: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    feed: bytes | int | None = None
    walled: bool = False

    def answer(self, url: str) -> tuple[int, str, bytes]:
        """As a server does: feed, list, pages and one file."""
        if self.walled:
            return 200, url, bare("Prüfung", "<h1>Einen Moment</h1><p>Ihr Browser wird geprüft.</p>")
        if url == SITE + FEED:
            found = self.feed if self.feed is not None else self.shown()
            return (found, url, b"") if isinstance(found, int) else (200, url, found)
        if url == SITE + LIST:
            numbers = [one for one in range(1, self.newest + 1) if one not in self.gone]
            links = "".join(
                f"<li>{self.day(n)}: <a href='{address(n)}?nn=7'>Akte {n} geprüft</a></li>" for n in numbers
            )
            return 200, url, framed("Meldungen", f"<h1>Meldungen</h1><ul>{links}</ul>")
        number = next((one for one in range(1, self.newest + 1) if url == address(one)), None)
        if number is None or number in self.gone:
            return (200, url, b"%PDF-1.7 Bericht") if url.endswith(".pdf?__blob=publicationFile") else (404, url, b"")
        return 200, url, self.page(number)

    def day(self, number: int) -> str:
        return self.days.get(number, f"{1 + number % 28:02}.01.2026")

    def page(self, number: int) -> bytes:
        file = "<p><a href='/DE/bericht.pdf?__blob=publicationFile&amp;v=3'>Bericht</a> (PDF, 1 MB)</p>"
        text = self.texts.get(number, f"Die Akte {number} wurde am 2. Mai 2025 geprüft; das Ergebnis steht hier.")
        return framed(f"Akte {number}", f"<h1>Akte {number} geprüft</h1><p>{text}</p>{file if number == 5 else ''}")

    def shown(self) -> bytes:
        items = "".join(self.item(one) for one in range(self.newest, self.newest - SHOWN, -1))
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Amt</title>{items}</channel></rss>".encode()

    def item(self, number: int) -> str:
        day, month, year = self.day(number).split(".")
        moment = f"{day} {'Jan' if month == '01' else 'Feb'} {year} 09:00:00 +0200"
        link = address(number) + "?nn=252&amp;v=1"
        return f"<item><title>Akte {number} geprüft</title><link>{link}</link><pubDate>{moment}</pubDate></item>"


@pytest.fixture
def site() -> FeedSite:
    return FeedSite()


def test_three_nights_of_sixty_entries(tmp_path: Path, site: FeedSite) -> None:
    """An edit, a removal, a re-dated entry, entries that leave the feed: each is told once, nothing else is."""
    watch = Watch(
        tmp_path,
        site,
        source(sections=[{"path": LIST, "label": "Liste", "date_at": ["front"]}], page_paths=["/DE/Meldungen/"]),
    )
    watch.night()
    known = watch.conn.execute("select count(*), count(published_on), min(published_on) from documents").fetchone()
    assert tuple(known) == (ENTRIES + 1, ENTRIES, "2026-01-01")
    site.newest, site.texts[55], site.days[50], site.gone = 63, "Die Akte 55 ist neu gefasst.", "04.02.2026", {30}
    watch.night()
    for _ in range(3):
        watch.night(days=3)

    assert sorted(watch.events()) == sorted(
        [("changed", "amt-de-meldungen-055-akte"), ("changed", "amt-de-meldungen-050-akte")]
        + [("new", f"amt-de-meldungen-0{n}-akte") for n in (61, 62, 63)]
        + [("removed", "amt-de-meldungen-030-akte")]
    )
    rows = watch.conn.execute(
        "select value, raw, found_in, role from dates where document_id like '%-050-%' and chosen"
    )
    assert [tuple(row) for row in rows] == [("2026-02-04", "04 Feb 2026 09:00:00 +0200", "label", "published")]
    sums = watch.conn.execute(
        "select url, seen, archived, unchanged, failed from listings where run_id = 2 order by url"
    )
    assert [tuple(row)[1:] for row in sums] == [(20, 5, 15, 0), (62, 5, 57, 0)]
    watch.conn.close()


def test_absence_from_the_feed_means_nothing(tmp_path: Path, site: FeedSite) -> None:
    """Entries that the feed no longer shows are asked at their addresses; none is unlisted, none removed."""
    watch = Watch(tmp_path, site, source())
    watch.night()
    site.newest = ENTRIES + SHOWN
    for _ in range(4):
        watch.night(days=3)

    kinds = {kind for kind, _ in watch.events()}
    assert kinds == {"new"}
    assert watch.conn.execute("select count(*) from documents where unlisted_at is null").fetchone()[0] == 2 * SHOWN
    assert watch.problems() == set()
    watch.conn.close()


def test_the_address_alone_decides_a_removal(tmp_path: Path, site: FeedSite) -> None:
    """A page that is gone counts as removed after its checks, though the feed still names it."""
    watch = Watch(tmp_path, site, source())
    watch.night()
    site.gone = {58}
    watch.night()
    watch.night()
    assert watch.events() == []
    watch.night(days=8)

    assert watch.events() == [("removed", "amt-de-meldungen-058-akte")]
    watch.conn.close()


@pytest.mark.parametrize("feed", [500, b"<html><body>Wartung</body></html>", b"<rss><channel/></rss>"])
def test_a_feed_that_fails_is_told_and_takes_nothing_away(tmp_path: Path, site: FeedSite, feed: bytes | int) -> None:
    """A feed that answers otherwise, or is empty where it was not, is an alarm; its documents stay."""
    watch = Watch(tmp_path, site, source())
    watch.night()
    site.feed = feed
    findings = watch.night(days=9)

    assert findings
    assert watch.events() == []
    watch.conn.close()


def test_a_page_put_in_between_is_no_edit(tmp_path: Path, site: FeedSite) -> None:
    """The same page at every address says nothing of the documents behind them."""
    watch = Watch(tmp_path, site, source())
    watch.night()
    site.walled = True
    watch.night(days=9)
    watch.night(days=9)
    site.walled = False
    watch.night()

    assert watch.events() == []
    watch.conn.close()


def test_the_text_of_an_entry_where_its_page_shows_none(tmp_path: Path, site: FeedSite) -> None:
    """A feed that is described so gives title, day and text; the page only says whether it is there."""
    feeds = [{"path": FEED, "label": "News", "text": "entry", "issuer": "EDSA"}]
    watch = Watch(tmp_path, site, source(feeds=feeds))
    site.feed = (
        b"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title><entry><title>Board meets</title>"
        b"<link rel='alternate' href='/DE/Meldungen/060_akte.html'/><published>2026-02-10T23:30:00Z</published>"
        b"<summary type='html'>&lt;p&gt;First.&lt;/p&gt;&lt;p&gt;Second.&lt;/p&gt;</summary></entry></feed>"
    )
    watch.night()
    watch.night()
    site.gone = {60}
    for _ in range(3):
        watch.night(days=4)

    row = watch.conn.execute("select title, text, published_on, issuer from documents").fetchone()
    assert tuple(row) == ("Board meets", "First.\n\nSecond.", "2026-02-11", "EDSA")
    assert watch.events() == [("removed", "amt-de-meldungen-060-akte")]
    watch.conn.close()


def test_the_line_of_place_and_day_dates_what_the_feed_does_not(tmp_path: Path, site: FeedSite) -> None:
    """With its precision, its words as printed and where they stand; a day in the running text dates nothing."""
    watch = Watch(tmp_path, site, source())
    links = "".join(f"<item><title>Akte {n} geprüft</title><link>{address(n)}</link></item>" for n in (7, 8))
    site.feed = f"<rss version='2.0'><channel><title>Amt</title>{links}</channel></rss>".encode()
    site.texts[7] = "Die Akte 7 ist zu.</p><p>Das Amt teilt es mit.</p><p>Bonn, den 25. März 2021"
    watch.night()

    rows = watch.conn.execute("select document_id, value, precision, raw, found_in from dates where chosen")
    assert [tuple(row) for row in rows] == [("amt-de-meldungen-007-akte", "2021-03-25", "day", "25. März 2021", "body")]
    watch.conn.close()


# -- old addresses in turns ----------------------------------------------------------------------------------


def numbers(watch: Watch) -> set[int]:
    """The pages that the last night asked for."""
    return {int(url.rpartition("/")[2][:3]) for url in watch.asked if url.endswith("_akte.html")}


def week(watch: Watch, nights: int = 7, *, files: list[bool] | None = None) -> list[set[int]]:
    """The pages of each night; ``files`` gets whether the one file was asked for."""
    found = []
    for _ in range(nights):
        watch.night()
        found.append(numbers(watch))
        if files is not None:
            files.append(any("bericht.pdf" in url for url in watch.asked))
    return found


@pytest.fixture
def old(tmp_path: Path, site: FeedSite) -> Iterator[Watch]:
    """An archive of sixty-five entries, twenty of them in the feed, all of them known for more than a year; above
    fifty addresses the old ones take turns."""
    watch = Watch(tmp_path, site, source())
    for site.newest in (20, 40, 60, 65):
        watch.night()
    watch.night(days=370)
    watch.turns_above = 50
    yield watch
    watch.conn.close()


def test_old_addresses_are_asked_in_turns_and_newest_ones_every_night(old: Watch, site: FeedSite) -> None:
    """In a week each of them once, about as many each night; a file goes with the page that offers it."""
    files = list[bool]()
    nights = week(old, files=files)
    shown, rest = set(range(46, 66)), set(range(1, 46))

    assert all(night >= shown for night in nights)
    assert Counter(one for night in nights for one in night - shown) == Counter(rest)
    assert max(len(night - shown) for night in nights) <= 7
    assert old.problems() == set()
    assert {kind for kind, _ in old.events()} == {"new"}
    assert [5 in night for night in nights] == files


def test_a_small_source_and_a_young_one_are_asked_as_ever(tmp_path: Path, site: FeedSite, old: Watch) -> None:
    old.turns_above = 66
    assert all(len(night) == 65 for night in week(old, 2))

    young = Watch(tmp_path / "young", site, source())
    for site.newest in (20, 40, 65):
        young.night()
    young.turns_above = 5
    assert all(len(night) == 60 for night in week(young, 2))
    young.conn.close()


def test_a_missed_turn_is_made_up_for(old: Watch) -> None:
    """After some nights that were not run, what has not been seen for a week comes at once."""
    nights = week(old)
    old.night(days=4)

    missed = set.union(*nights[:3]) - set(range(46, 66))
    assert missed - numbers(old) == set()


def test_a_removal_waits_for_its_checks(old: Watch, site: FeedSite) -> None:
    """A page that is gone is missed at its turn, asked every night from then on, and removed after the same three
    checks over seven days as any other; what was not asked is neither seen nor missed."""
    site.gone = {5, 17}
    turns = week(old)
    first = {one: next(at for at, night in enumerate(turns) if one in night) for one in site.gone}

    for one, turn in first.items():
        assert all(one in night for night in turns[turn:])
        assert not any(one in night for night in turns[:turn])
    assert [kind for kind, _ in old.events() if kind == "removed"] == []
    week(old)
    removed = {document_id for kind, document_id in old.events() if kind == "removed"}
    assert {"amt-de-meldungen-005-akte", "amt-de-meldungen-017-akte"} <= removed
    site.gone.clear()
    week(old)
    assert {document_id for kind, document_id in old.events() if kind == "returned"} == removed


def test_what_was_changed_at_an_old_address_is_found_within_a_week(old: Watch, site: FeedSite) -> None:
    site.texts[9] = "Die Akte 9 ist neu gefasst."
    week(old)

    assert ("changed", "amt-de-meldungen-009-akte") in old.events()
