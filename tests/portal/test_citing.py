"""Citations: short form, BibTeX, CSL-JSON, at the printed precision, of exactly one version."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import sample_documents as samples
from lxml import etree, html

from portal.citing import in_bibtex
from portal.views import citation

CSL_SCHEMA = json.loads(Path(__file__).with_name("csl_item.json").read_text(encoding="utf-8"))
SHOWN = [sample for sample in samples.SAMPLES if sample is not samples.BLOCKED]


@pytest.mark.parametrize("sample", SHOWN, ids=lambda sample: sample.id)
def test_csl_is_valid(portal: Any, sample: samples.Sample) -> None:
    """CSL-JSON of every document keeps to the schema."""
    jsonschema = pytest.importorskip("jsonschema")
    answer = portal.get(f"/dokument/{sample.id}/zitieren.json")

    assert answer.headers["content-type"] == "application/vnd.citationstyles.csl+json"
    jsonschema.validate(answer.json(), CSL_SCHEMA)


def test_csl_dates_are_as_precise_as_printed(portal: Any) -> None:
    """A printed month has two date parts, an undated document no date."""
    month = portal.get(f"/dokument/{samples.GUIDANCE.id}/zitieren.json").json()[0]
    undated = portal.get(f"/dokument/{samples.SHORT_PAPER.id}/zitieren.json").json()[0]

    assert month["issued"] == {"date-parts": [[2026, 1]]}
    assert month["author"] == [{"literal": "Datenschutzkonferenz"}]
    assert "issued" not in undated


def test_bibtex_entry(portal: Any) -> None:
    """Key, protected title, month word, permanent address of the version."""
    text = portal.get(f"/dokument/{samples.GUIDANCE.id}/zitieren.bib").text

    assert text.startswith(f"@report{{{samples.GUIDANCE.id}-v1,\n")
    for line in ("year = {2026}", "month = jan", "date = {2026-01}", f"title = {{{{{samples.GUIDANCE.title}}}}}"):
        assert f"  {line}," in text
    assert f"url = {{http://localhost/dokument/{samples.GUIDANCE.id}/version/1}}" in text


@pytest.mark.parametrize("sample", SHOWN, ids=lambda sample: sample.id)
def test_bibtex_braces_balance(portal: Any, sample: samples.Sample) -> None:
    """Whatever stands in a title, braces balance and there is one entry."""
    text = portal.get(f"/dokument/{sample.id}/zitieren.bib").text
    depth = 0
    for brace in re.findall(r"[{}]", text):
        depth += 1 if brace == "{" else -1

        assert depth >= 0
    assert depth == 0
    assert text.count("\n@") == 0


def test_short_citation(portal: Any) -> None:
    """Author, title, kind, date, version and its permanent address, in one German sentence."""
    text = portal.get(f"/dokument/{samples.RESOLUTION.id}/zitieren.txt").text

    assert text == (
        f"Datenschutzkonferenz: {samples.RESOLUTION.title}. Entschließung, 26. März 2025. Archivierte Fassung 1"
        f" vom 20. November 2026: http://localhost/dokument/{samples.RESOLUTION.id}/version/1\n"
    )


def test_an_old_version_is_cited_as_such(portal: Any) -> None:
    """The citation of version 1 names version 1 and its title."""
    text = portal.get(f"/dokument/{samples.VIDEO.id}/zitieren.txt?version=1").text

    assert "Kameras sollen abgebaut werden" in text
    assert text.endswith(f"/dokument/{samples.VIDEO.id}/version/1\n")


def test_a_citation_processor_understands_the_csl(portal: Any) -> None:
    """A processor that is not ours sets issuer, title, year and address in a published style."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON

    item = portal.get(f"/dokument/{samples.GUIDANCE.id}/zitieren.json").json()[0]
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, CiteProcJSON([item]), formatter.plain)
    bibliography.register(Citation([CitationItem(item["id"])]))
    (entry,) = map(str, bibliography.bibliography())

    assert "Datenschutzkonferenz" in entry
    assert samples.GUIDANCE.title in entry
    assert "2026" in entry
    assert item["URL"] in entry


def test_a_page_is_cited_with_its_number(portal: Any) -> None:
    """Short form, BibTeX and CSL name the page, and the address leads to it."""
    path = f"/dokument/{samples.GUIDANCE.id}"
    text = portal.get(f"{path}/zitieren.txt?seite=2").text
    entry = portal.get(f"{path}/zitieren.bib?seite=2").text
    item = portal.get(f"{path}/zitieren.json?seite=2").json()[0]

    assert ", S. 2." in text
    assert text.endswith(f"{path}/version/1#seite-2\n")
    assert "  pages = {2}," in entry
    assert (item["page"], item["URL"]) == ("2", f"http://localhost{path}/version/1#seite-2")


def test_every_page_of_a_paper_offers_its_citation(portal: Any) -> None:
    """One click from the page of the text; the box then speaks of that page."""
    path = f"/dokument/{samples.GUIDANCE.id}"
    links = [
        link.get("href")
        for link in html.fromstring(portal.get(path).text).iter("a")
        if (link.text or "").startswith("Seite ") and "zitieren" in (link.text or "")
    ]
    box = html.fromstring(portal.get(links[1]).text).cssselect("section.cite")[0].text_content()

    assert links[1] == f"{path}/version/1?seite=2#zitieren"
    assert "Seite 2 zitieren" in box
    assert ", S. 2." in box


@pytest.mark.parametrize("page", ["0", "99", "x"])
def test_a_page_that_is_not_there_cannot_be_cited(portal: Any, page: str) -> None:
    assert portal.get(f"/dokument/{samples.GUIDANCE.id}/zitieren.txt?seite={page}").status_code == 404


@pytest.mark.parametrize("sample", SHOWN, ids=lambda sample: sample.id)
def test_the_head_says_what_the_document_is(portal: Any, sample: samples.Sample) -> None:
    """Title, author, date and address in schema.org's words, in the tags of reference managers, in OpenGraph."""
    head = html.fromstring(portal.get(f"/dokument/{sample.id}").text)
    thing = json.loads(head.cssselect("script[type='application/ld+json']")[0].text)
    tags = {meta.get("name") or meta.get("property"): meta.get("content") for meta in head.iter("meta")}
    item = portal.get(f"/dokument/{sample.id}/zitieren.json").json()[0]

    assert thing["name"] == tags["citation_title"] == tags["og:title"] == item["title"]
    assert thing["author"]["name"] == tags["citation_author"] == item["author"][0]["literal"]
    assert thing["url"] == tags["og:url"] == item["URL"]
    assert thing.get("datePublished", "").replace("-", "/") == tags.get("citation_publication_date", "")
    assert ("citation_pdf_url" in tags) == (thing["@type"] == "Report")


# -- all hits of a search ------------------------------------------------------------------------------


def test_all_hits_of_a_search_are_cited(portal: Any) -> None:
    """Each document once, with the entry that its own page has; filters are those of the search."""
    keys = re.findall(r"^@\w+\{(.+)-v\d+,$", portal.get("/suche.bib").text, re.MULTILINE)
    items = portal.get("/suche.csl.json").json()
    chosen = portal.get("/suche.csl.json?q=Intelligenz&quelle=dsk").json()

    assert sorted(keys) == sorted(sample.id for sample in SHOWN)
    assert [item["archive_location"] for item in items] == keys
    assert [item["archive_location"] for item in chosen] == [samples.RESOLUTION.id]
    assert chosen == portal.get(f"/dokument/{samples.RESOLUTION.id}/zitieren.json").json()
    assert portal.get(f"/dokument/{samples.VIDEO.id}/zitieren.bib").text in portal.get("/suche.bib").text


def test_files_of_citations_say_whether_they_are_whole(portal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted beforehand, in a header; what was not heeded stands in another."""
    whole = portal.get("/suche.bib?typ=erlass")
    monkeypatch.setattr(citation, "MOST_CITED", 2)

    assert (whole.headers["x-vollstaendig"], whole.headers["x-ignoriert"]) == ("ja", "typ=erlass")
    assert portal.get("/suche.bib").headers["x-vollstaendig"] == "nein"
    assert portal.get("/suche.csl.json?typ=beschluss&q=gibtesnicht").json() == []


def test_the_csl_of_a_search_is_valid(portal: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    answer = portal.get("/suche.csl.json")

    assert answer.headers["content-type"] == "application/vnd.citationstyles.csl+json"
    jsonschema.validate(answer.json(), CSL_SCHEMA)


def test_a_body_has_one_name(portal: Any) -> None:
    """Whether it is the issuer, or the body on whose site a document stands, here and in the feed."""
    items = portal.get("/suche.csl.json").json()
    feed = etree.fromstring(portal.get("/feed.atom").content)
    names = {item["author"][0]["literal"] for item in items} | {item["publisher"] for item in items}
    authors = {element.text for element in feed.iterfind(".//{*}author/{*}name")}

    assert authors <= names
    assert sum("Mecklenburg-Vorpommern" in name for name in names) == 1
    assert names >= {"Datenschutzkonferenz"}


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Was heißt {neu}?", r"Was heißt \{neu\}?"),
        ("Was heißt {neu? Ein Blick", "Was heißt (neu? Ein Blick"),
        ("Was heißt neu}? }{ Ein {Blick}", r"Was heißt neu)? )( Ein \{Blick\}"),
        ("{{a} b", r"(\{a\} b"),
        (r"100 % & \mehr_", r"100 \% \& \textbackslash{}mehr\_"),
    ],
)
def test_braces_of_a_title_stay_readable(title: str, written: str) -> None:
    """Pairs stay, a lone one becomes a round bracket: as a command it would be read by TeX alone."""
    assert in_bibtex(title) == written


@pytest.mark.skipif(shutil.which("biber") is None, reason="biber ist nicht installiert (Debian: biber)")
def test_biber_has_nothing_to_say(portal: Any, tmp_path: Path) -> None:
    """The whole file, pages of papers and of web pages included; only a date that nobody printed may be missing."""
    paths = ["/suche.bib", *(f"/dokument/{one.id}/zitieren.bib?seite=1" for one in (samples.GUIDANCE, samples.VIDEO))]
    (tmp_path / "all.bib").write_text("\n".join(portal.get(path).text for path in paths), encoding="utf-8")
    ran = subprocess.run(
        ["biber", "--tool", "--validate-datamodel", "--nolog", "--output-file", "out.bib", "all.bib"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    said = [
        line for line in ran.stdout.splitlines() if line.startswith(("WARN", "ERROR")) and "'date, year'" not in line
    ]

    assert said == []
    assert ran.returncode == 0
    assert (tmp_path / "out.bib").read_text(encoding="utf-8").count("\n}") == len(SHOWN) + len(paths) - 1
