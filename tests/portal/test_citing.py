"""Citations: short form, BibTeX, CSL-JSON, at the printed precision, of exactly one version."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sample_documents as samples

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

    assert text.startswith(f"@misc{{{samples.GUIDANCE.id}-v1,\n")
    for line in (
        "year = {2026}",
        "month = jan",
        "date = {2026-01}",
        f"title = {{{{{samples.GUIDANCE.title}}}}}",
    ):
        assert f"  {line}," in text
    assert f"url = {{http://localhost/dokument/{samples.GUIDANCE.id}/version/1}}" in text


@pytest.mark.parametrize("sample", SHOWN, ids=lambda sample: sample.id)
def test_bibtex_braces_balance(portal: Any, sample: samples.Sample) -> None:
    """Whatever stands in a title, braces balance and there is one entry."""
    text = re.sub(r"\\[{}]", "", portal.get(f"/dokument/{sample.id}/zitieren.bib").text)
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
