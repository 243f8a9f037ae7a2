"""The search page: hits, filters with the numbers of the SQL, chart, paging, JSON and CSV."""

from __future__ import annotations

import codecs
import csv
import io
import re
import shutil
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import sample_documents as samples
from datasette.utils import MultiParams
from lxml import html

from portal.search_request import read_request

QUERY = "/suche?q=%C3%9Cberwachung"


def results(portal: Any, path: str) -> Any:
    """The parsed page of a search."""
    answer = portal.get(path)

    assert answer.status_code == 200
    return html.fromstring(answer.text)


def hit_links(found: Any) -> list[str]:
    """The addresses of the hits in order, without the question they take along."""
    return [re.sub(r"\?suche=[^#]*|:~:text=.*", "", a.get("href")) for a in found.iterfind(".//ol/li/h3/a")]


def test_finds_compounds_and_marks_them(portal: Any) -> None:
    """A part finds the compound, and the compound is marked in the snippet."""
    found = results(portal, QUERY)

    assert f"/dokument/{samples.VIDEO.id}" in hit_links(found)
    assert "Arbeitsplatzüberwachung" in {mark.text for mark in found.iterfind(".//mark")}


def test_a_hit_in_a_file_leads_to_its_page(portal: Any) -> None:
    """A hit in a PDF names the page and leads to its anchor."""
    found = results(portal, QUERY)

    assert f"/dokument/{samples.GUIDANCE.id}#fund-2-1" in hit_links(found)
    assert "(Seite 2 von 3)" in found.text_content()


def test_facets_equal_the_sql(portal: Any, conn: sqlite3.Connection) -> None:
    """The number beside each filter is what SQL counts."""
    found = portal.get("/suche.json").json()["facets"]
    rows = conn.execute("select doc_type, count(*) from documents where blocked_at is null group by 1")
    topics = conn.execute(
        "select topic_id, count(*) from document_topics join documents on id = document_id"
        " where blocked_at is null group by 1"
    )

    assert {item["value"]: item["count"] for item in found["doc_type"]} == dict(rows.fetchall())
    assert {item["value"]: item["count"] for item in found["topic"]} == dict(topics.fetchall())


def test_a_filter_click_gives_the_number_shown(portal: Any) -> None:
    """Every filter link leads to as many hits as it says."""
    found = results(portal, "/suche")
    entries = found.findall(".//aside//ul[@class='plain counts']/li")

    assert len(entries) > 8
    for entry in entries:
        total = results(portal, entry.find("a").get("href")).find(".//h2[@id='treffer']").text
        assert total.split()[0] == entry.find("span").text, entry.find("a").get("href")


def test_year_bars_can_be_clicked(portal: Any) -> None:
    """A bar limits the search to its year; the chosen bar takes the limit off again."""
    bars = results(portal, QUERY).findall(".//ul[@class='year-bars']//a")
    target = next(bar.get("href") for bar in bars if "2024" in bar.get("title"))
    found = results(portal, target)
    chosen = found.find(".//ul[@class='year-bars']//a[@aria-current]")

    assert hit_links(found) == [f"/dokument/{samples.VIDEO.id}"]
    assert parse_qs(urlsplit(chosen.get("href")).query) == {"q": ["Überwachung"]}


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("von=2024&bis=2024", {samples.VIDEO.id}),
        ("von=05.2024&bis=05.2024", {samples.VIDEO.id}),
        ("von=06.05.2024&bis=06.05.2024", {samples.VIDEO.id}),
        ("von=07.05.2024&bis=12.2024", set()),
        ("von=31.01.2026", {samples.GUIDANCE.id}),
        ("bis=01.2020", set()),
    ],
)
def test_period_fields_understand_german_dates(portal: Any, period: str, expected: set[str]) -> None:
    """Years, months and days as readers type them; a printed month overlaps each of its days."""
    hits = portal.get(f"/suche.json?{period}").json()["hits"]

    assert {hit["id"] for hit in hits} == expected


def test_unreadable_period_is_said(portal: Any) -> None:
    """What is not a date is said to be none, and does not limit the search."""
    found = results(portal, "/suche?von=gestern")

    assert "ist als Datum nicht zu verstehen" in found.text_content()
    assert len(hit_links(found)) == 10


def test_a_period_that_ends_before_it_begins_is_said(portal: Any) -> None:
    """The reader is offered the period the right way round; overlapping precisions are no mistake."""
    found = results(portal, "/suche?von=2026&bis=05.2025")
    offer = next(a for a in found.iterfind(".//a") if a.text_content().startswith("Von Mai 2025 bis 2026"))
    better = results(portal, offer.get("href"))

    assert "endet, bevor er beginnt" in found.text_content()
    assert hit_links(better)
    assert "endet, bevor" not in results(portal, "/suche?von=05.2025&bis=2025").text_content()


@pytest.mark.parametrize(("typed", "offered"), [("von 2026 bis 05.2025", True), ('"von 2025 bis 2026"', False)])
def test_a_period_among_the_words_is_offered_as_one(typed: str, offered: bool, portal: Any) -> None:
    found = results(portal, f"/suche?q={quote(f'Datenschutz {typed}')}")
    offers = [a.get("href") for a in found.iterfind(".//a") if a.text_content().startswith("Von Mai 2025 bis 2026")]

    assert [parse_qs(urlsplit(one).query) for one in offers] == [
        {"q": ["Datenschutz"], "von": ["05.2025"], "bis": ["2026"]}
    ] * offered


def test_a_page_past_the_end_leads_to_the_last_one(portal: Any) -> None:
    """It is not said that nothing was found, and no page number beyond the last is shown."""
    found = results(portal, "/suche?q=Datenschutz&seite=400")
    back = next(a for a in found.iterfind(".//a") if a.text_content().startswith("Zur letzten Seite"))

    assert not hit_links(found)
    assert "kein Dokument" not in found.text_content()
    assert "Seite 400" not in found.text_content()
    assert hit_links(results(portal, back.get("href")))


def test_no_hits_come_with_a_way_on(portal: Any) -> None:
    """Where nothing is found, the page says so and how to go on."""
    found = results(portal, "/suche?q=gibtesnicht&typ=beschluss")
    ways = [a.text_content() for a in found.iterfind(".//ul[@class='tips']//a")]

    assert "kein Dokument" in found.text_content()
    assert ways[0] == "Ohne Filter suchen"
    assert "Sortiert nach" not in found.text_content()


def test_sorting_by_date_puts_undated_last(portal: Any) -> None:
    """By date: the newest first, undated ones last."""
    dates = [hit["published_on"] for hit in portal.get("/suche.json?sortierung=datum").json()["hits"]]
    dated = [date for date in dates if date]

    assert dated == sorted(dated, reverse=True)
    assert dates[len(dated) :] == [None, None]


def test_a_slip_is_mended_and_said_with_a_way_back(portal: Any) -> None:
    """The page says what it looked for besides, and leads to the search for just what was typed."""
    found = results(portal, "/suche?q=Schwimbad")
    notice = found.find(".//p[@class='notice']")
    back = parse_qs(urlsplit(notice.find("a").get("href")).query)

    assert "schwimmbad" in notice.text_content().casefold()
    assert (back["q"], back["genau"]) == (["Schwimbad"], ["1"])
    assert hit_links(found)
    assert hit_links(results(portal, "/suche?q=Schwimbad&genau=1")) == []


def test_near_hits_are_named_near(portal: Any) -> None:
    """No document has all the words: the page says so, and of each hit which words it lacks."""
    found = results(portal, "/suche?q=%C3%9Cberwachung+Kreuzfahrtschiff")
    data = portal.get("/suche.json?q=%C3%9Cberwachung+Kreuzfahrtschiff").json()

    assert "Kein Dokument enthält alle Wörter." in found.text_content()
    assert "ohne: Kreuzfahrtschiff" in found.text_content()
    assert data["full"] == 0
    assert {tuple(hit["missing"]) for hit in data["hits"]} == {("Kreuzfahrtschiff",)}
    assert all("<mark>" not in hit["snippet"] for hit in data["hits"])
    assert any("<mark>" in hit["snippet_html"] for hit in data["hits"])


def test_pages_have_stable_addresses(portal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paging keeps query and filters, and the pages together hold every hit once."""
    monkeypatch.setattr("portal.views.search.PAGE_SIZE", 4)
    path, seen = "/suche?sortierung=datum", []
    while path:
        found = results(portal, path)
        seen += hit_links(found)
        links = found.xpath("//nav[@class='pager']/a[@rel='next']/@href")
        path = links[0] if links else ""

    assert len(seen) == len(set(seen)) == 10


@pytest.mark.parametrize("page", ["0", "-3", "99999999", "x", "٣", ""])
def test_odd_page_numbers_are_harmless(portal: Any, page: str) -> None:
    """Whatever stands in ``seite``, a page is shown."""
    results(portal, f"/suche?seite={page}")


@pytest.mark.parametrize(
    "query", ['"', "* OR", "NEAR(", "') --", "\x00", "a" * 5000, "-", "title:x", "(", "\u202e<script>", "%ff"]
)
def test_no_query_is_an_error(portal: Any, query: str) -> None:
    """Nothing typed gives an error, in page, JSON, CSV and feed."""
    for path in ("/suche", "/suche.json", "/suche.csv", "/feed.atom"):
        assert portal.get(path, params={"q": query}).status_code == 200


def test_removed_hits_are_marked(portal: Any) -> None:
    """A removed document is found and marked."""
    found = results(portal, "/suche?q=Meldepflicht")

    assert hit_links(found) == [f"/dokument/{samples.REMOVED.id}#fund-1-1"]
    assert found.find(".//span[@class='badge gone']").text == "entfernt"


def test_csv_holds_every_hit_and_no_formula(portal: Any) -> None:
    """All hits as rows, with full addresses; no cell begins like a formula."""
    answer = portal.get("/suche.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer.content.startswith(codecs.BOM_UTF8)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(rows) == 10
    assert rows[0]["url"].startswith("http://localhost/dokument/")
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "@", "-")]


def test_search_leads_to_its_own_feed_and_data(portal: Any) -> None:
    """The links to feed, CSV and JSON carry exactly this search."""
    hrefs = {a.get("href") for a in results(portal, QUERY + "&typ=pressemitteilung").iterfind(".//a")}

    for path in ("/feed.atom", "/suche.csv", "/suche.json"):
        assert f"{path}?q=%C3%9Cberwachung&typ=pressemitteilung" in hrefs


def test_weight_of_start_and_search(portal: Any) -> None:
    """Start and search, with style and script, weigh at most 150 kB."""
    assets = sum(
        len(portal.get(f"/-/static-plugins/aktenkundig/{name}").content)
        for name in ("portal.css", "portal.js", "icon.svg")
    )

    for path in ("/", "/suche", QUERY):
        assert len(portal.get(path).content) + assets < 150_000, path


def test_json_names_values_and_says_what_it_ignored(portal: Any) -> None:
    """Filters have German names in the data too, and a period that is no date is told."""
    found = portal.get("/suche.json?von=gestern").json()

    assert {count["value"]: count["label"] for count in found["facets"]["source"]} == {"dsk": "DSK", "dsmv": "DSMV"}
    assert ("pressemitteilung", "Pressemitteilungen") in {
        (count["value"], count["label"]) for count in found["facets"]["doc_type"]
    }
    assert found["ignored"] == ["von=gestern"]


@pytest.mark.parametrize("written", ["quelle=DSK", "typ=Pressemitteilung"])
def test_filters_are_read_in_any_case(portal: Any, written: str) -> None:
    """Who writes a source or a type with capitals finds the same."""
    given = portal.get(f"/suche.json?{written}").json()["total"]

    assert given == portal.get(f"/suche.json?{written.lower()}").json()["total"] > 0


def test_a_prefix_of_one_letter_is_said_to_be_too_short(portal: Any) -> None:
    """It would match a tenth of all words; two letters are a prefix like any other."""
    assert "mindestens zwei Buchstaben: „a*“" in portal.get("/suche", params={"q": "a* OR Kamera"}).text
    assert "mindestens zwei Buchstaben" not in portal.get("/suche", params={"q": "Ka*"}).text


def words(element: Any) -> str:
    """The text of an element, white space collapsed."""
    return " ".join(element.text_content().split())


def total(found: Any) -> int:
    """The number of hits as shown."""
    return int(words(found.find(".//h2[@id='treffer']")).split()[0])


def test_several_values_of_a_filter(portal: Any) -> None:
    """A click adds a value to the one that is chosen, with its own number; each can be taken off alone."""
    one = results(portal, "/suche?typ=beschluss")
    kinds = one.find(".//section[@aria-labelledby='filter-doc_type']")
    add = next(a for a in kinds.iterfind(".//a") if a.get("aria-current") is None)
    count = int(words(add.getnext()))
    both = results(portal, add.get("href"))
    chips = [a.get("href") for a in both.iterfind(".//ul[@class='active-filters']//a")]

    assert add.get("href").startswith("/suche?typ=beschluss&typ=")
    assert total(both) == total(one) + count
    assert len(chips) == 2
    assert "/suche?typ=beschluss" in chips


def test_a_body_of_no_statement_is_the_one_that_published(
    portal: Any, make_reader: Any, data_dir: Path, tmp_path: Path
) -> None:
    """Label, facet and filter use the same word; "nicht genannt" is nowhere."""
    folder = Path(shutil.copytree(data_dir, tmp_path / "data"))
    with closing(sqlite3.connect(folder / "archive.db")) as conn, conn:
        conn.execute("update documents set publisher = upper(source), issuer = nullif(issuer, 'DSK')")
        count = conn.execute("select count(*) from documents where source = 'dsk' and blocked_at is null").fetchone()[0]
    found = results(make_reader(folder), "/suche?herausgeber=DSK")
    entry = found.find(".//section[@aria-labelledby='filter-issuer']//a[@aria-current]")

    assert total(found) == count
    assert entry.text == "Datenschutzkonferenz (DSK)"
    assert all("Datenschutzkonferenz (DSK)" in words(p) for p in found.cssselect("ol.list > li > p.meta:first-child"))
    assert "nicht genannt" not in words(found)


def test_oldest_first(portal: Any) -> None:
    """The order of dates turned round, undated ones last; the form keeps it."""
    found = results(portal, "/suche?sortierung=datum-alt")
    dates = [time.get("datetime") for time in found.cssselect("ol.list > li > p.meta time")]

    assert dates == sorted(dates)
    assert "ohne Datum" in words(found.cssselect("ol.list > li")[-1])
    assert found.find(".//input[@name='sortierung']").get("value") == "datum-alt"


def test_undated_documents_are_counted_beside_a_period(portal: Any) -> None:
    """Whoever sets a period learns how many have no date, and gets to them."""
    found = results(portal, "/suche?von=2024&bis=2026")
    link = next(a for a in found.iterfind(".//a") if words(a).endswith("ohne Datum"))
    undated = results(portal, link.get("href"))

    assert total(undated) == int(words(link).split()[0]) > 0
    assert not undated.cssselect("ol.list > li > p.meta time")
    assert not any(words(a).endswith(" ohne Datum") for a in results(portal, "/suche?q=Datenschutz").iterfind(".//a"))


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("q=Kamera&typ=beschluss", "Suche: „Kamera“, Beschlüsse – Aktenkundig"),
        ("vorschrift=dsgvo/28&von=2024", "Suche: Art. 28 DSGVO, ab 2024 – Aktenkundig"),
        ("", "Suche – Aktenkundig"),
    ],
)
def test_the_title_says_what_is_chosen(portal: Any, query: str, title: str) -> None:
    assert results(portal, f"/suche?{query}").find(".//title").text == title


def test_feeds_take_provisions(portal: Any) -> None:
    """``vorschrift=`` filters a feed, and its title says so."""
    feed = html.fromstring(portal.get("/feed.atom?vorschrift=dsgvo/22").content)
    everything = html.fromstring(portal.get("/feed.atom").content)

    assert feed.find(".//title").text == "Aktenkundig: Art. 22 DSGVO"
    assert 0 < len(feed.findall(".//entry")) < len(everything.findall(".//entry"))


@pytest.mark.parametrize(
    "address",
    [
        "q=Kamera",
        "q=%22feste+Wendung%22+-Schule+%5C&quelle=dsk&quelle=dsmv&von=05.2024&bis=2025",
        "q=a%7Fb%00c&typ=beschluss",
        "typ=pressemitteilung&vorschrift=dsgvo/28&datum=ohne",
    ],
)
def test_the_page_shows_the_lines_of_a_saved_search(portal: Any, address: str) -> None:
    """They are TOML, and mean what the page shows."""
    found = html.fromstring(portal.get(f"/suche?{address}").text)
    lines = next(pre.text_content() for pre in found.iter("pre") if "[[watch]]" in pre.text_content())
    (entry,) = tomllib.loads(lines)["watch"]
    asked = read_request(MultiParams(parse_qs(address)))
    values = {key: value if isinstance(value, list) else [value] for key, value in entry.items()}

    assert entry["an"] == ["redaktion@example.org"]
    assert read_request(MultiParams({k: v for k, v in values.items() if k not in ("name", "an")})) == asked


def test_the_bare_search_page_offers_nothing_to_save(portal: Any) -> None:
    assert "[[watch]]" not in portal.get("/suche").text


def test_earlier_versions_are_searched_on_demand(portal: Any) -> None:
    """What only an earlier version says is found once asked for; page, JSON, CSV and feed lead to that version."""
    query = "/suche?q=%22sollen+abgebaut%22"
    page, data = (
        results(portal, f"{query}&fassungen=alle"),
        portal.get(f"{query.replace('?', '.json?')}&fassungen=alle"),
    )
    (hit,) = data.json()["hits"]
    way = f"/dokument/{samples.VIDEO.id}/version/1"

    assert hit_links(results(portal, f"{query}&genau=1")) == []
    assert [link.split("#")[0] for link in hit_links(page)] == [way]
    assert "Nur in einer früheren Fassung" in page.text_content()
    assert (hit["version"], hit["missing"], data.json()["earlier"]) == (1, [], 1)
    assert hit["url"] == f"http://localhost{way}#seite-1"
    assert f"{way}#seite-1" in portal.get(f"{query.replace('?', '.csv?')}&fassungen=alle").text
    assert samples.VIDEO.id in portal.get(f"/feed.atom?{query.partition('?')[2]}&fassungen=alle").text
