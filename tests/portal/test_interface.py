"""The interface for programs: its description is made of the addresses, and every answer is what it says."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest
import sample_documents as samples
from lxml import html
from openapi_spec_validator import validate
from rdflib import DCAT, DCTERMS, RDF, Graph, Namespace, URIRef

from portal.openapi import DATASETTE, interface, schemas
from portal.plugin import ROUTES

SCHEMA = Namespace("https://schema.org/")
EXAMPLES = {
    "document": samples.GUIDANCE.id,
    "version": "1",
    "other": samples.SHORT_PAPER.id,
    "old": "1",
    "new": "1",
    "topic": "ki",
    "law": "dsgvo",
    "number": "22",
    "name": "topics.csv",
    "part": "1",
    "table": "topics",
    "row": "ki",
}
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own
UNLISTED = {"/favicon.ico", "/apple-touch-icon.png"}
NEEDS_TWO = {
    "/dokument/{document}/vergleich/{old}/{new}",
    "/sitemap-{part}.xml",
    "/dokument/{document}/vergleich-mit/{other}",
}
"""Of these the sample archive has none."""


@pytest.fixture(scope="module")
def described(portal: Any) -> Any:
    """The description that the portal gives of itself."""
    return portal.get("/openapi.json").json()


def test_the_description_is_valid_openapi(described: Any) -> None:
    validate(described)


def test_every_address_is_described_and_every_description_has_an_address(described: Any) -> None:
    assert set(described["paths"]) == set(interface()["paths"]) == {*ROUTES, *DATASETTE} - UNLISTED


def request_for(address: str, operation: Any) -> str:
    """The address with example parts and every parameter that has an example, or one of a choice."""
    query = []
    for parameter in operation["parameters"]:
        if parameter["in"] == "query" and "example" in parameter:
            query.append((parameter["name"], parameter["example"]))
    path = address.format(**EXAMPLES)
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


@pytest.mark.parametrize("address", sorted(set(interface()["paths"]) - NEEDS_TWO))
def test_every_answer_is_what_the_description_says(portal: Any, described: Any, address: str) -> None:
    """Status, media type, schema and headers, asked with the examples of the description itself."""
    operation = described["paths"][address]["get"]
    answer = portal.get(request_for(address, operation))
    ((kind, content),) = operation["responses"]["200"]["content"].items()

    assert answer.status_code == 200, answer.text
    assert kind == "*/*" or answer.headers["content-type"].partition(";")[0] == kind
    for name in operation["responses"]["200"].get("headers", ()):
        assert answer.headers[name] in ("ja", "nein")
    if "schema" in content:
        check(answer.json(), content["schema"], described)


def check(answer: Any, schema: Any, described: Any) -> None:
    """Hold an answer to a schema of the description."""
    whole = {**schema, "components": described["components"]}
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(answer)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=Kamera+Datenschuts",
        "q=gibtesnicht",
        "q=Art.+22+DSGVO&seite=2",
        "typ=erlass&foo=1&von=gestern",
        "q=KI+Hund",
    ],
)
def test_searches_of_every_kind_keep_to_the_schema(portal: Any, query: str) -> None:
    """The schema as a document of its own; no part of an answer is missing from it."""
    schema = portal.get("/suche.schema.json").json()
    answer = portal.get(f"/suche.json?{query}").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(answer, schema)

    assert answer.keys() == schema["properties"].keys()
    assert all(hit.keys() == schemas()["Hit"]["properties"].keys() for hit in answer["hits"])
    assert schema["$id"] == "http://localhost/suche.schema.json"


@pytest.mark.parametrize(
    "path", ["/archive.json?sql=select+x", "/archive/akten.json", "/dokument/dsmv-0/zitieren.json"]
)
def test_errors_keep_to_the_schema(portal: Any, described: Any, path: str) -> None:
    answer = portal.get(path)

    assert answer.status_code in (400, 404)
    check(answer.json(), {"$ref": "#/components/schemas/Error"}, described)


IGNORED = [
    ("typ=erlass", ["typ=erlass"]),
    ("typ=erlass&typ=beschluss", ["typ=erlass"]),
    ("thema=wetter&quelle=bund&herausgeber=XYZ", ["thema=wetter", "quelle=bund", "herausgeber=XYZ"]),
    ("vorschrift=marsrecht/1&vorschrift=dsgvo", ["vorschrift=marsrecht/1", "vorschrift=dsgvo"]),
    (
        "bis=bald&datum=mit&genau=ja&sortierung=zufall&seite=x",
        ["bis=bald", "datum=mit", "genau=ja", "sortierung=zufall", "seite=x"],
    ),
    ("utm_source=brief&Q=1&q=", ["utm_source=brief", "Q=1"]),
    ("typ=Beschluss&quelle=DSK&herausgeber=dsk&vorschrift=DSGVO/22&von=2024&bis=&sortierung=datum&seite=1&genau=0", []),
]


@pytest.mark.parametrize(("query", "ignored"), IGNORED)
def test_what_does_not_exist_is_named_and_not_heeded(portal: Any, query: str, ignored: list[str]) -> None:
    """Unknown parameters and values; what is left filters as if they were not there."""
    answer = portal.get(f"/suche.json?{query}").json()
    kept = "&".join(pair for pair in query.split("&") if pair not in ignored)

    assert answer["ignored"] == ignored
    assert answer["total"] == portal.get(f"/suche.json?{kept}").json()["total"]


def test_the_page_says_what_it_does_not_filter_by(portal: Any) -> None:
    found = html.fromstring(portal.get("/suche?typ=erlass&utm_source=brief").text)
    notices = [" ".join(p.text_content().split()) for p in found.cssselect("p.notice.warn")]

    assert notices == ["„typ=erlass“ gibt es nicht; danach wird nicht gefiltert."]
    assert portal.get("/aenderungen.json?art=verbrannt").json()["ignored"] == ["art=verbrannt"]
    assert portal.get("/suche.csv?typ=erlass").headers["x-ignoriert"] == "typ=erlass"


def test_files_that_are_not_whole_say_so_beside_the_link(portal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.views import search, search_data

    whole = portal.get("/suche").text
    monkeypatch.setattr(search_data, "MOST_ROWS", 3)
    monkeypatch.setattr(search, "_FILES", (("CSV", "/suche.csv", 3),))

    assert "nur die ersten" not in whole
    assert "(nur die ersten 3)" in portal.get("/suche").text
    assert portal.get("/suche.csv").headers["x-vollstaendig"] == "nein"
    assert portal.get("/suche.csv?q=Kamera").headers["x-vollstaendig"] == "ja"


# -- the data set for catalogues -----------------------------------------------------------------------


def test_catalogues_understand_the_data_set(portal: Any) -> None:
    """What DCAT-AP asks of catalogue, data set and distributions, read by a parser that is not ours."""
    graph = Graph().parse(data=portal.get("/daten.jsonld").text, format="json-ld")
    (catalogue,), (dataset,) = graph.subjects(RDF.type, DCAT.Catalog), graph.subjects(RDF.type, DCAT.Dataset)
    files = list(graph.objects(dataset, DCAT.distribution))

    for thing in (catalogue, dataset):
        for part in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher):
            assert graph.value(thing, part), part
    assert graph.value(catalogue, DCAT.dataset) == dataset
    assert len(files) > 20
    for one in files:
        assert isinstance(graph.value(one, DCAT.accessURL), URIRef)
        assert graph.value(one, DCTERMS.format)
        assert portal.get(str(graph.value(one, DCAT.downloadURL)).removeprefix("http://localhost")).status_code == 200


def test_the_page_of_the_data_describes_it_for_search_engines(portal: Any) -> None:
    """As schema.org Dataset in the page itself; it leads to the description for catalogues."""
    found = html.fromstring(portal.get("/daten").text)
    thing = json.loads(found.cssselect("script[type='application/ld+json']")[0].text)
    thing["@context"] = {"@vocab": str(SCHEMA)}
    graph = Graph().parse(data=json.dumps(thing), format="json-ld")
    (dataset,) = graph.subjects(RDF.type, SCHEMA.Dataset)

    assert all(
        graph.value(dataset, SCHEMA[part]) for part in ("name", "description", "url", "publisher", "dateModified")
    )
    assert len(list(graph.objects(dataset, SCHEMA.distribution))) > 20
    assert found.cssselect("link[rel=alternate][type='application/ld+json']")[0].get("href") == "/daten.jsonld"


def test_the_page_of_the_data_lists_the_interface(portal: Any) -> None:
    text = (
        html.fromstring(portal.get("/daten").text)
        .cssselect("section[aria-labelledby=schnittstellen]")[0]
        .text_content()
    )

    for address, entry in interface()["paths"].items():
        assert (address in text) or "returns" not in entry
