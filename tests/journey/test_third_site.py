"""A site that nobody knew: ten lines describe it, and crawl, search, portal, feed and export call it by its name."""

from __future__ import annotations

import asyncio
import csv
import json
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from walled_site import Watch, framed

from archive.database import open_reading
from archive.export import export
from archive.search.engine import search
from archive.search.indexing import settle_state
from crawler.sources import describe
from portal.serving import datasette_for

DESCRIPTION = """
name = "lung"
label = "Landesamt für Umwelt, Naturschutz und Geologie Mecklenburg-Vorpommern"
publisher = "LUNG"
site = "https://www.lung.example"
kind = "press_portal"
start = ["/presse/"]
file_paths = ["/static/LUNG/Dateien/"]
licence = "Datenlizenz Deutschland – Zero – Version 2.0"
described_from = "Beispielseiten; Stand März 2026"
"""
SITE = "https://www.lung.example"
NAME = "Landesamt für Umwelt, Naturschutz und Geologie Mecklenburg-Vorpommern"


def address(number: int) -> str:
    return f"{SITE}/presse/?id={number}&processor=processor.sa.pressemitteilung"


class Moor:
    """Three releases about bogs, one with a file."""

    def answer(self, url: str) -> tuple[int, str, bytes]:
        releases = {address(number): number for number in (31, 32, 33)}
        if url == SITE + "/presse/":
            return 200, url, self._list(releases)
        if url.endswith("/karte.pdf"):
            return 200, url, b"Karte der Moore"
        return (200, url, self._release(releases[url])) if url in releases else (404, url, b"")

    def _list(self, releases: dict[str, int]) -> bytes:
        rows = "".join(
            f"<div class='teaser'><div class='teaser_meta'><span class='dtstart'>{n - 30:02}.02.2026</span></div>"
            f"<h3><a href='{url.replace('&', '&amp;')}'>Moor {n} wird vernässt</a></h3></div>"
            for url, n in releases.items()
        )
        return framed("Presse", f"<h1>Presse</h1><div class='resultlist'>{rows}</div>")

    def _release(self, number: int) -> bytes:
        file = "<p><a href='/static/LUNG/Dateien/karte.pdf'>Karte</a> (PDF, 0,1 MB)</p>" if number == 31 else ""
        return framed(
            f"Moor {number}",
            "<div class='element_holder holder_75 center'>"
            f"<div class='dvz-contenttype-pagetitle'><h1>Moor {number} wird vernässt</h1></div>"
            "<div class='dvz-contenttype-presseserviceassistent'><div class='teaser_meta'>"
            f"<span class='dtstart'>{number - 30:02}.02.2026</span> | LUNG</div><div class='absatz'>"
            f"<p>Das Moor {number} speichert wieder Wasser.</p></div></div>"
            f"<div class='dvz-contenttype-attachments'><h2>Anlagen</h2>{file}</div></div>",
        )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("third")
    watch = Watch(folder, Moor(), describe(tomllib.loads(DESCRIPTION)))
    watch.night()
    settle_state(watch.conn)
    watch.conn.close()
    return folder


@pytest.fixture(scope="module")
def ask(data: Path) -> Any:
    loop, portal = asyncio.new_event_loop(), datasette_for(data)
    yield lambda path: loop.run_until_complete(portal.client.get(path))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    for database in portal.databases.values():
        database.close()


def test_ten_lines_describe_it() -> None:
    assert len(DESCRIPTION.strip().splitlines()) <= 10


def test_it_is_harvested_and_found(data: Path) -> None:
    with closing(open_reading(data)) as conn:
        kept = conn.execute("select id, source, publisher, published_on from documents order by id").fetchall()
        found = [hit.id for hit in search(conn, "Moore").hits]

    assert [tuple(row) for row in kept[:3]] == [
        (f"lung-{n}", "lung", "LUNG", f"2026-02-{n - 30:02}") for n in (31, 32, 33)
    ]
    assert [row["id"] for row in kept[3:]] == ["lung-datei-karte-pdf"]
    assert {"lung-31", "lung-32", "lung-33"} <= set(found)


def test_the_portal_calls_it_by_its_name(ask: Any) -> None:
    page, facts = ask("/suche?q=Moor").text, ask("/dokument/lung-32").text

    assert "LUNG" in page
    assert "Datenlizenz Deutschland – Zero – Version 2.0" in facts
    assert "lung.example" in facts
    assert NAME in ask("/daten").text
    assert ask("/suche.json?q=Moor&quelle=lung").json()["total"] >= 3
    assert NAME in ask("/dokument/lung-32/zitieren.txt").text


def test_feed_and_changes_call_it_by_its_name(ask: Any) -> None:
    assert NAME in ask("/feed.atom").text
    assert ask("/feed.atom?quelle=lung").text.count("<entry") >= 3
    assert "LUNG" in ask("/aenderungen").text


def test_the_export_names_it_with_its_terms(data: Path, tmp_path: Path) -> None:
    with closing(open_reading(data)) as conn:
        export(conn, data, tmp_path, made_at="2026-03-07T05:00:00Z")
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    overview = (tmp_path / "documents_overview.csv").read_text(encoding="utf-8-sig").splitlines()
    names = {row["herausgeber_name"] for row in csv.DictReader(overview, delimiter=";")}

    assert package["sources"] == [{"title": f"LUNG: {NAME}", "path": SITE + "/"}]
    assert "LUNG: Datenlizenz Deutschland – Zero – Version 2.0." in package["licenses"][0]["title"]
    assert names == {NAME}
