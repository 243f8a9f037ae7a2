"""The probe shows every field with its element, asks few pages, and says what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from probes import probe

from aktenkundig.fixtures import README_LINE, differences, load_fixtures, save_fixture
from aktenkundig.probe import encoding_of, report
from aktenkundig.probe_reading import Answer, Look, Problem, look_at
from aktenkundig.sample import SampleSite
from crawler.sources import load_source

PRESS = "/presse/"
RELEASE = "/presse/?id="
DSMV = "https://www.datenschutz-mv.de"
DSK = "https://www.datenschutzkonferenz-online.de"


@dataclass(frozen=True)
class Probed:
    """One finished probe: exit code, report, saved fixtures and what was asked."""

    code: int
    text: str
    folder: Path
    asked: list[str]


@pytest.fixture(scope="module")
def dsmv(tmp_path_factory: pytest.TempPathFactory) -> Probed:
    """The press portal, as it should be."""
    folder = tmp_path_factory.mktemp("dsmv")
    with SampleSite() as site:
        code, text = probe(site, "dsmv", save=folder)
        return Probed(code, text, folder, [one.target for one in site.requests])


@pytest.fixture(scope="module")
def dsk(tmp_path_factory: pytest.TempPathFactory) -> Probed:
    """The site of section pages, as it should be."""
    folder = tmp_path_factory.mktemp("dsk")
    with SampleSite() as site:
        code, text = probe(site, "dsk", save=folder)
        return Probed(code, text, folder, [one.target for one in site.requests])


@pytest.fixture
def site() -> Iterator[SampleSite]:
    with SampleSite() as running:
        yield running


def test_a_probe_asks_for_robots_the_first_list_page_and_three_releases(dsmv: Probed) -> None:
    releases = [target for target in dsmv.asked if target.startswith(RELEASE)]

    assert dsmv.code == 0
    assert dsmv.asked[:2] == ["/robots.txt", PRESS]
    assert len(releases) == 3
    assert sorted({*dsmv.asked} - {"/robots.txt", PRESS, *releases}) == sorted(load_source("dsmv").guidance)


def test_a_probe_of_sections_asks_for_them_all_and_three_files(dsk: Probed) -> None:
    files = [target for target in dsk.asked if target.startswith("/media/")]

    assert dsk.code == 0
    assert len(files) == 3
    assert all(target.endswith((".html", ".txt")) for target in dsk.asked if target not in files)


@pytest.mark.parametrize(
    "line",
    [
        "Überschrift",
        "aus div.dvz-contenttype-pagetitle > h1",
        "aus div.teaser_meta > span.dtstart",
        "aus div.absatz > p",
        "aus div.teaser_text > h3 > a",
        "unbekannte Klassen:",
        "Disallow: /merkliste/",
        "verbotene Startadressen: keine",
        "ETag ja, Last-Modified ja  UTF-8",
        "Ergebnis: Die Seiten werden gelesen wie erwartet.",
    ],
)
def test_every_field_stands_there_with_its_element(dsmv: Probed, line: str) -> None:
    assert line in dsmv.text


def test_fallbacks_missing_sections_and_their_interpretation_are_shown(dsk: Probed) -> None:
    assert "Ausweichweg: 8 Einträge nur an ihrem Link erkannt" in dsk.text
    assert "missing_page: Die Seite gibt es nicht (Status 404)." in dsk.text
    assert "Datum 2023-11-23 (published) aus »22/23.11.2023« (label)" in dsk.text
    assert "UTF-8 (der Server nennt keinen)" in dsk.text


def test_the_probe_leaves_no_archive_behind(dsmv: Probed) -> None:
    assert not Path("unused").exists()


# -- fixtures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["dsmv", "dsk"])
def test_saved_pages_read_back_as_they_were_read(source: str, request: pytest.FixtureRequest) -> None:
    probed: Probed = request.getfixturevalue(source)
    fixtures = list(load_fixtures(probed.folder))

    assert len(fixtures) >= 4
    assert {one.kind for one in fixtures} == (
        {"listing", "release", "page"} if source == "dsmv" else {"listing", "file"}
    )
    assert [line for one in fixtures for line in differences(one)] == []
    assert not any(one.reviewed for one in fixtures)
    assert (probed.folder / "README.md").read_text(encoding="utf-8") == README_LINE + "\n"


def test_a_reading_that_differs_is_named_by_field(dsmv: Probed) -> None:
    fixture = next(one for one in load_fixtures(dsmv.folder) if one.kind == "release")
    changed = type(fixture)(**vars(fixture) | {"expected": {**fixture.expected, "number": "7"}})

    assert len(differences(changed)) == 1
    assert "number: erwartet '7'" in differences(changed)[0]


def test_a_reviewed_fixture_is_not_overwritten(dsmv: Probed, tmp_path: Path) -> None:
    fixture = next(load_fixtures(dsmv.folder))
    output = tmp_path / fixture.name / "output.json"
    assert save_fixture(tmp_path, fixture)
    output.write_text(json.dumps({"reviewed": True, "record": {"title": "berichtigt"}}), encoding="utf-8")

    assert not save_fixture(tmp_path, fixture)
    assert "berichtigt" in output.read_text(encoding="utf-8")


LIVE = Path(__file__).resolve().parents[1] / "fixtures" / "live"


def test_reviewed_pages_of_the_live_sites_are_still_read_as_expected() -> None:
    """Operators put what ``probe --save tests/fixtures/live`` wrote here; none is there before the first look."""
    assert [line for one in load_fixtures(LIVE) if one.reviewed for line in differences(one)] == []


# -- what does not fit -------------------------------------------------------------------------------


def test_a_release_without_its_date_does_not_fit(site: SampleSite) -> None:
    body = "<html><body><div class='element_holder'><h1>Ein Titel</h1><p>Ein Text.</p></div></body></html>"
    site.fault(RELEASE + "*", host="dsmv", body=body.encode(), content_type="text/html")
    code, text = probe(site, "dsmv")

    assert code == 1
    assert "fehlt: https://www.datenschutz-mv.de/presse/?id=" in text
    assert "nicht vollständig lesen" in text


SECTION = f"{DSK}/kurzpapiere.html"
PAPER = "<tr><td>{number}</td><td><a href='/media/kp/dsk_kpnr_{at}.pdf'>Papier über Kameras {at}</a></td></tr>"


@pytest.mark.parametrize(("number", "fits"), [("Kurzpapier Nr. {at}", True), ("", False)])
def test_papers_that_need_a_number_and_have_none_do_not_fit(number: str, fits: bool) -> None:
    rows = "".join(PAPER.format(number=number.format(at=at), at=at) for at in range(1, 4))
    body = f"<html><body><main><h1>Kurzpapiere</h1><table>{rows}</table></main></body></html>"
    look, _ = looked("dsk", page(SECTION, "listing", body))

    assert any("Kurzpapiere ohne Nummer" in line for line in look.missing) == (not fits)


RELEASE_PAGE = """<html><body><p>Stand 16.04.2025</p><div class='element_holder'><h1>Kameras</h1>
<div class='teaser_meta'>Nr.20250416 | <span class='dtstart'>16.04.2025</span> | DSMV</div><p>Nr.20250416 gilt.</p>
<p>Kameras</p><ul><li><a href='/static/DS/Dateien/a.pdf'>Leitfaden</a> (PDF, 0,1 MB)</li></ul></div></body></html>"""
ARTICLE = """<html><body><main><div class='top'><p>Pressemitteilung 7/2025</p></div><h1>Kameras im Hof</h1>
<p class='when'>16.04.2025</p><p>Am 16.04.2025 wurde geprüft, und zwar mehr als drei Höfe in zwei Städten.</p></main></body></html>"""
ROWS = """<html><body><main><h1>Kurzpapiere</h1><p>Papier über Kameras, 3</p><table><tr><td class='no'>3</td>
<td class='name'><a href='/media/kp/dsk_kpnr_3.pdf'>Papier über Kameras</a></td></tr></table></main></body></html>"""
PLACES = {
    "a release": (
        ("dsmv", DSMV + RELEASE + "7", "release", RELEASE_PAGE),
        {
            "headline": "div.element_holder > h1",
            "published_text": "div.teaser_meta > span.dtstart",
            "number": "div.element_holder > div.teaser_meta",
            "first_paragraph": "div.element_holder > p",
            "attachment": "ul > li > a",
        },
    ),
    "an article": (
        ("bfdi", load_source("bfdi").site + "/kameras.html", "release", ARTICLE),
        {"headline": "main > h1", "published_text": "main > p.when", "kicker": "div.top > p", "number": "div.top > p"},
    ),
    "a section": (
        ("dsk", f"{DSK}/kurzpapiere.html", "listing", ROWS),
        {"title_text": "td.name > a", "number_text": "tr > td.no"},
    ),
}


@pytest.mark.parametrize("case", PLACES)
def test_the_element_is_the_one_the_reading_takes_the_value_from(case: str) -> None:
    """The same words stand further up as well, where no reader takes them."""
    (source, url, kind, body), expected = PLACES[case]
    look, _ = looked(source, page(url, kind, body))
    found = {field.name: field.element for field in look.pages[0].fields}

    assert {name: (found[name] or "")[-len(path) :] for name, path in expected.items()} == expected


def looked(source: str, *answers: Answer, problems: tuple[Problem, ...] = ()) -> tuple[Look, str]:
    """What a probe makes of these answers, and its report."""
    look = look_at(load_source(source), answers, problems=problems, documents={})
    return look, "\n".join(report(look, stand_in=None))


def page(url: str, kind: str, body: str = "", *, status: int = 200) -> Answer:
    return Answer(url=url, kind=kind, status=status, content_type="text/html", body=body.encode())


def test_a_list_page_without_entries_does_not_fit() -> None:
    look, text = looked("dsmv", page(DSMV + PRESS, "listing", "<html><body><h1>Neu gestaltet</h1></body></html>"))

    assert "Auf keiner Übersicht wurde ein Eintrag gefunden." in look.missing
    assert "Kein einziges Dokument konnte abgerufen werden." in look.missing
    assert "NICHT LESBAR: Unter der Adresse steht etwas anderes" in text


def test_robots_that_forbid_everything_do_not_fit() -> None:
    forbidden = Problem(url=DSMV + PRESS, kind="robots_forbidden", detail="robots.txt verbietet diese Adresse.")
    rules = page(DSMV + "/robots.txt", "robots", "User-agent: *\nDisallow: /\nCrawl-delay: 5\n")
    look, text = looked("dsmv", rules, problems=(forbidden,))

    assert f"{DSMV}{PRESS}: robots.txt verbietet diese Adresse." in look.missing
    assert f"verbotene Startadressen: {DSMV}{PRESS}" in text
    assert "gewünschter Abstand: 5 s" in text


def test_a_site_that_does_not_answer_does_not_fit() -> None:
    silent = Problem(url=DSMV + PRESS, kind="unreachable", detail="Keine Verbindung.")
    look, text = looked("dsmv", problems=(silent,))

    assert f"{DSMV}{PRESS}: Keine Verbindung." in look.missing
    assert "robots.txt: keine Antwort" in text


def test_a_described_section_that_is_gone_does_not_fit_but_an_optional_one_may_be() -> None:
    look, _ = looked(
        "dsk",
        page(f"{DSK}/beschluesse-dsk.html", "listing", status=404),
        page(f"{DSK}/protokolle.html", "listing", status=404),
    )

    assert f"{DSK}/beschluesse-dsk.html: Diese Übersicht gibt es nicht." in look.missing
    assert not any("protokolle" in line for line in look.missing)


def test_a_server_that_lies_about_its_charset_is_shown() -> None:
    lying = Answer(
        url=DSMV + PRESS,
        kind="listing",
        status=200,
        content_type="text/html; charset=iso-8859-1",
        body="<html><body>Maß</body></html>".encode(),
    )

    assert encoding_of(lying) == "UTF-8 (der Server nennt iso-8859-1)"
