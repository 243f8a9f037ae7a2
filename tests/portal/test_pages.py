"""Start, topics, status, legal pages, what stands around every page, and addresses behind a proxy."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sample_documents as samples
from archive_builder import add_run, new_archive
from lxml import html
from sample_documents import NOW

from archive.database import SAMPLE, open_archive, set_meta
from archive.health.freshness import answered_nights
from archive.lock import archive_lock
from portal import clock
from portal.layout import freshness
from portal.queries.status import Incident, SourceState
from portal.views.status import troubles


def text_of(portal: Any, path: str) -> str:
    """The words of a page, white space collapsed."""
    answer = portal.get(path)

    assert answer.status_code == 200
    return " ".join(html.fromstring(answer.text).text_content().split())


def test_start_says_what_the_archive_holds(portal: Any, conn: sqlite3.Connection) -> None:
    """Numbers of documents, edits and removals; newest document, since when, last successful run."""
    found = html.fromstring(portal.get("/").text)
    figures = {
        div.find("dt").text: div.find("dd").text_content() for div in found.iterfind(".//dl[@class='figures']/div")
    }
    count = conn.execute("select count(*) from documents where blocked_at is null").fetchone()[0]

    assert figures == {
        "Dokumente": str(count),
        "als geändert gesehen": "2",
        "als entfernt festgestellt": "1",
        "neuestes Dokument": "Januar 2026",
        "archiviert seit": "20. November 2026",
        "letzter erfolgreicher Lauf": "22. November 2026, 04:25 Uhr",
    }
    assert found.find(".//input[@id='q']").get("autofocus") is not None


def test_ways_into_the_archive_lead_to_as_many_hits_as_they_say(portal: Any) -> None:
    """Each entry by authority, type and topic leads to a search with that number of hits."""
    found = html.fromstring(portal.get("/").text)
    entries = found.findall(".//ul[@class='plain counts']/li")

    assert len(entries) >= 10
    for entry in entries:
        hits = html.fromstring(portal.get(entry.find("a").get("href")).text).find(".//h2[@id='treffer']").text
        assert hits.split()[0] == entry.find("span").text, entry.find("a").get("href")


def test_chart_of_years_holds_the_numbers_of_the_table(portal: Any, conn: sqlite3.Connection) -> None:
    """The table under the chart has every year with its sum, the chart a bar per number."""
    found = html.fromstring(portal.get("/").text)
    rows = {
        row.find("th").text: sum(int(cell.text) for cell in row.iterfind("td"))
        for row in found.iterfind(".//figure//tbody/tr")
    }
    counted = conn.execute(
        "select year, count(*) from documents where blocked_at is null and year is not null group by 1"
    )

    assert {year: total for year, total in rows.items() if total} == {str(year): n for year, n in counted}
    cells = [cell.text for cell in found.iterfind(".//figure//tbody//td")]
    assert len(found.findall(".//svg[@class='bars']/rect")) == sum(cell != "0" for cell in cells)


def test_lists_are_in_german_order(portal: Any) -> None:
    """Ä stands with A, not behind Z."""
    found = html.fromstring(portal.get("/themen").text)
    labels = [a.text for a in found.iterfind(".//ul[@class='plain topics']//h2/a")]

    assert labels.index("Auskunft und Betroffenenrechte") < labels.index("Videoüberwachung")
    assert labels == sorted(labels, key=lambda label: label.replace("Ä", "A").replace("Ü", "U").casefold())


def test_topics_have_a_described_trend_line(portal: Any) -> None:
    """Every topic with documents has a line with a text for those who do not see it."""
    found = html.fromstring(portal.get("/themen").text)
    lines = found.findall(".//svg[@role='img']")

    assert len(lines) == len(samples.TOPICS)
    assert all("zuletzt" in line.get("aria-label") for line in lines)


def test_status_shows_runs_alarms_and_coverage(portal: Any) -> None:
    """Runs with their numbers, alarms open and past, coverage that adds up, problems."""
    text = text_of(portal, "/status")

    assert "DSMV, 22. November 2026, 04:25 Uhr in Ordnung: 0 neu, 1 geändert, 0 entfernt; 1 von 12 Einträgen" in text
    assert "missing_section" in text
    assert "fewer_items – 9 statt 12 Einträge" in text
    assert "dsk.example/protokolle.html" in text


def test_problems_and_alarms_are_named_in_german(
    make_reader: Callable[..., Any], data_dir: Path, tmp_path: Path
) -> None:
    """No machine word of the ledger reaches readers where a German name is known."""
    folder = Path(shutil.copytree(data_dir, tmp_path / "data"))
    with closing(sqlite3.connect(folder / "archive.db")) as conn, conn:
        run = conn.execute("select max(id) from runs where finished_at is not null").fetchone()[0]
        conn.execute(
            "insert into problems (run_id, stage, kind, at) values (?, 'fetch', 'robots_forbidden', ?)",
            (run, "2026-11-22T03:20:00Z"),
        )
        conn.execute(
            "insert into incidents (source, kind, opened_at) values ('dsk', 'too_quiet', '2026-11-22T03:20:00Z')"
        )
    text = text_of(make_reader(folder), "/status")

    assert "robots.txt verbietet" in text
    assert "robots_forbidden" not in text
    assert "zu lange nichts Neues" in text


def test_a_run_that_nobody_works_on_has_failed(make_reader: Callable[..., Any], data_dir: Path, tmp_path: Path) -> None:
    """Killed, and no later run has said so yet: it is not going on for ever. While somebody holds the lock it is."""
    folder = Path(shutil.copytree(data_dir, tmp_path / "data"))
    with closing(sqlite3.connect(folder / "archive.db")) as conn, conn:
        conn.execute("insert into runs (source, started_at) values ('dsk', '2026-11-22T05:00:00Z')")
    with archive_lock(folder):
        at_work = text_of(make_reader(folder), "/status")
    left = text_of(make_reader(folder), "/status")

    assert "läuft" in at_work
    assert "Der Lauf wurde abgebrochen." not in at_work
    assert "fehlgeschlagen Der Lauf wurde abgebrochen." in left
    assert "läuft" not in left


def test_coverage_of_listings_adds_up(portal: Any) -> None:
    """Every listing of the latest runs, with numbers of which the first is the sum of the others."""
    found = html.fromstring(portal.get("/status").text)
    table = found.find(".//section[@aria-labelledby='abdeckung']//tbody")
    rows = [[cell.text for cell in row] for row in table]

    assert [row[1] for row in rows] == ["dsk.example/liste", "dsmv.example/liste"]
    assert all(int(row[2]) == sum(int(cell) for cell in row[3:]) for row in rows)


def test_impressum_and_privacy_come_from_the_operator(portal: Any) -> None:
    """The operator's words, and a contact for corrections and removal."""
    assert "Beispielzeitung GmbH" in text_of(portal, "/impressum")
    assert "archiv@zeitung.example" in text_of(portal, "/impressum")
    assert "keine Cookies" in text_of(portal, "/datenschutz")


def test_missing_impressum_is_said(make_reader: Any, data_dir: Path) -> None:
    """Without operator settings the page says that they are missing."""
    bare = make_reader(data_dir)
    bare.datasette._metadata_local["plugins"]["aktenkundig"] = {}

    assert "noch nicht angegeben" in text_of(bare, "/impressum")


def test_footer_shows_the_state_of_the_data(portal: Any) -> None:
    """Time of the last successful run, in Berlin; no warning while it is fresh."""
    text = text_of(portal, "/themen")

    assert "Stand der Daten: 22. November 2026, 04:25 Uhr" in text
    assert "älter als 48 Stunden" not in text


def test_footer_warns_after_48_hours(portal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 48 hours on every page warns, Datasette's own too."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=40))

    for path in ("/", "/archive/documents"):
        assert "älter als 48 Stunden" in text_of(portal, path)


@pytest.mark.parametrize(
    ("runs", "at", "stale"),
    [
        ([], None, True),
        ([("dsmv", "ok", 10)], "2026-11-22T02:00:00Z", False),
        ([("dsmv", "ok", 10), ("dsk", "ok", 60)], "2026-11-20T00:00:00Z", True),
        ([("dsmv", "ok", 60), ("dsmv", "failed", 1)], "2026-11-20T00:00:00Z", True),
        ([("dsmv", "ok", 5), ("dsk", "failed", 5)], "2026-11-22T07:00:00Z", True),
        ([("dsmv", "ok", 60), ("dsmv", "ok", -40_000)], "2026-11-20T00:00:00Z", True),
    ],
)
def test_state_is_that_of_the_source_furthest_behind(runs: list[tuple[str, str, int]], at: str, stale: bool) -> None:
    """Each source counts with the last night in which its documents answered; one without makes the data stale.
    A run of a clock that was ahead by years counts for nothing."""
    conn = new_archive()
    for source, outcome, hours in runs:
        end = (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        add_run(conn, source, at=end, outcome=outcome)
    found = freshness(answered_nights(conn), NOW)
    conn.close()

    assert (found.at, found.stale) == (at, stale)


@pytest.mark.parametrize("path", ["/", "/suche?q=Kamera", "/status", "/archive/documents", "/gibt-es-nicht"])
def test_the_demonstration_says_on_every_page_that_its_texts_are_invented(
    make_reader: Callable[..., Any], data_dir: Path, portal: Any, tmp_path: Path, path: str
) -> None:
    folder = Path(shutil.copytree(data_dir, tmp_path / "data"))
    with closing(sqlite3.connect(folder / "archive.db")) as conn, conn:
        set_meta(conn, SAMPLE, "1")

    assert "Alle Texte sind erfunden" in make_reader(folder).get(path).text
    assert "Alle Texte sind erfunden" not in portal.get(path).text


PAGES = ["/", "/suche?q=Kamera", f"/dokument/{samples.VIDEO.id}", "/themen", "/status", "/daten", "/archive/documents"]


@pytest.mark.parametrize("path", PAGES)
def test_landmarks_and_language(portal: Any, path: str) -> None:
    """One main, one h1, a skip link first, navigation and footer, German as language."""
    found = html.fromstring(portal.get(path).text)

    assert found.get("lang") == "de"
    assert len(found.findall(".//main")) == len(found.findall(".//h1")) == 1
    assert found.find(".//body/a").get("href") == "#inhalt"
    assert found.find(".//nav") is not None
    assert found.find(".//footer") is not None


@pytest.mark.parametrize("path", [*PAGES, "/feed.atom", f"/dokument/{samples.VIDEO.id}/vergleich/1/2", "/archive"])
def test_all_addresses_stay_below_the_base_address(make_reader: Any, data_dir: Path, path: str) -> None:
    """Behind a proxy under /archiv/ every own address begins with it."""
    reader = make_reader(data_dir, base_url="/archiv/")
    answer = reader.get(path)
    found = html.fromstring(answer.content)
    addresses = [
        value
        for element in found.iter("*")
        for name, value in element.attrib.items()
        if name in ("href", "src", "action")
    ]
    own = [a.removeprefix("http://localhost") for a in addresses]

    assert answer.status_code == 200
    assert not [a for a in own if a.startswith("/") and not a.startswith("/archiv")]


@pytest.mark.parametrize("stripped", [False, True], ids=["the proxy leaves the path", "the proxy strips the path"])
def test_every_link_below_a_base_address_leads_somewhere(
    make_reader: Callable[..., Any], data_dir: Path, stripped: bool
) -> None:
    """Whatever the proxy does with the path: links carry it once, and each answers."""
    reader = make_reader(data_dir, base_url="/archiv/")
    asked: dict[str, int] = {}
    todo = ["/archiv/", "/archiv/archive/documents?_size=1", f"/archiv/archive/documents/{samples.VIDEO.id}"]
    while todo and len(asked) < 60:
        address = todo.pop(0)
        if address in asked:
            continue
        sent = address.replace("/archiv/", "/", 1) if stripped else address
        asking = reader.datasette.client.request("GET", sent, avoid_path_rewrites=True)
        answer = reader.loop.run_until_complete(asking)
        asked[address] = answer.status_code
        if "html" in answer.headers["content-type"] and "/original" not in address:
            found = html.fromstring(answer.content)
            links = [a.split("#")[0].removeprefix("http://localhost") for a in found.xpath("//@href|//@src")]
            todo += [a for a in links if a.startswith("/")]

    assert {address: status for address, status in asked.items() if status >= 400} == {}
    assert not [
        address for address in asked if not address.startswith("/archiv/") or address.startswith("/archiv/archiv/")
    ]


def test_a_redirect_keeps_the_base_address(make_reader: Callable[..., Any], data_dir: Path) -> None:
    """Datasette takes slashes at the end away by leading on."""
    answer = make_reader(data_dir, base_url="/archiv/").get("/archive/documents/")

    assert (answer.status_code, answer.headers["location"]) == (302, "/archiv/archive/documents")


def test_public_address_is_used_in_feeds_and_citations(make_reader: Any, data_dir: Path) -> None:
    """With a public address set, permanent addresses use it whatever the request says."""
    reader = make_reader(data_dir)
    reader.datasette._metadata_local["plugins"]["aktenkundig"]["public_url"] = "https://archiv.example/dsb/"
    text = reader.get(f"/dokument/{samples.VIDEO.id}/zitieren.txt").text

    assert text.endswith(f": https://archiv.example/dsb/dokument/{samples.VIDEO.id}/version/3\n")
    assert 'href="https://archiv.example/dsb/feed.atom"' in reader.get("/feed.atom").text


def test_robots_txt(portal: Any) -> None:
    """Searches and the database are closed to search engines, documents are not."""
    text = portal.get("/robots.txt").text

    assert "Disallow: /suche" in text
    assert "Disallow: /dokument/dsmv" not in text


def test_head_requests_answer_like_get(portal: Any) -> None:
    """HEAD works on pages."""
    answer = portal.loop.run_until_complete(portal.datasette.client.head("/themen"))

    assert answer.status_code == 200


def test_a_source_that_never_succeeded_is_not_called_old(
    make_reader: Callable[..., Any], data_dir: Path, tmp_path: Path
) -> None:
    """Beside fresh data of one source the footer says that another is missing, not that all is old."""
    folder = Path(shutil.copytree(data_dir, tmp_path / "data"))
    with closing(sqlite3.connect(folder / "archive.db")) as conn, conn:
        conn.execute("delete from listings")
        conn.execute("delete from problems")
        conn.execute("update runs set outcome = 'failed' where source = 'dsk'")
    text = text_of(make_reader(folder), "/impressum")

    assert "Eine Quelle ist noch nie vollständig gesammelt worden" in text
    assert "älter als 48 Stunden" not in text


def test_an_empty_archive_says_so(make_reader: Callable[..., Any], tmp_path: Path) -> None:
    """Before the first run no page breaks, and the start page says what is to come instead of empty boxes."""
    open_archive(tmp_path).close()
    reader = make_reader(tmp_path)
    for path in ("/suche", "/suche.json", "/suche.csv", "/feed.atom", "/themen", "/status", "/daten"):
        assert reader.get(path).status_code == 200, path
    text = text_of(reader, "/")

    assert "Das Archiv ist noch leer" in text
    assert "Stand der Daten: noch kein erfolgreicher Lauf" in text
    assert "48 Stunden" not in text
    assert "Nach Art" not in text


NIGHT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "last_ok", "alarms", "told"),
    [
        ("ok", "2026-11-22T03:00:00Z", 0, []),
        ("failed", "2026-11-21T13:00:00Z", 0, ["failed"]),
        ("ok", "2026-11-20T11:00:00Z", 0, ["old"]),
        ("failed", "2026-11-12T03:00:00Z", 0, ["old"]),
        ("failed", None, 1, ["old", "incident"]),
        ("alarm", "2026-11-22T03:00:00Z", 1, ["incident"]),
    ],
)
def test_bad_news_come_first(outcome: str, last_ok: str | None, alarms: int, told: list[str]) -> None:
    """Old data, open incidents, and a last run that failed where neither of them says so already."""
    state = SourceState(source="dsk", outcome=outcome, last="2026-11-22T03:00:00Z")
    alarm = Incident(source="dsk", kind="too_few", detail=None, opened_at="2026-11-22T03:00:00Z", closed_at=None)
    sources = freshness({"dsk": (last_ok,) if last_ok else ()}, NIGHT).sources
    found = troubles([state], [alarm] * alarms, sources)

    assert ["old" if one.old else "incident" if one.incident else one.outcome for one in found] == told


@pytest.mark.parametrize("path", ["/", "/status"])
def test_bad_news_stand_on_start_and_status(portal: Any, path: str) -> None:
    """An open incident is the first thing said, in one line on the start page."""
    found = html.fromstring(portal.get(path).text)
    notice = found.find(".//main//*[@class='notice warn']")

    assert "DSK: " in " ".join(notice.text_content().split())
    assert "missing_section" in notice.text_content()
