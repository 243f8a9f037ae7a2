"""What changed: the page, its filters, its data and its feed; each change with its decisive words."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import sample_documents as samples
from lxml import etree, html

from portal.stretches import passages

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(portal: Any, path: str) -> list[Any]:
    """The list items of the page."""
    found: list[Any] = html.fromstring(portal.get(path).text).cssselect("ol.changes > li")
    return found


def records(portal: Any, query: str = "") -> list[dict[str, Any]]:
    """The changes as JSON."""
    found: list[dict[str, Any]] = portal.get(f"/aenderungen.json{query}").json()["changes"]
    return found


def test_every_edit_is_there_with_its_words(portal: Any) -> None:
    """What was taken out stands in ``del``, what was put in in ``ins``, and a click leads to the whole diff."""
    item = next(
        one for one in entries(portal, "/aenderungen") if f"{samples.VIDEO.id}/vergleich" in html.tostring(one).decode()
    )

    assert item.cssselect("del, ins")
    assert item.cssselect("h3 a")[0].get("href").startswith(f"/dokument/{samples.VIDEO.id}/vergleich/")


def test_newest_first(portal: Any) -> None:
    moments = [record["at"] for record in records(portal)]

    assert moments == sorted(moments, reverse=True)
    assert len(moments) > 1


def test_removals_say_what_was_seen_and_what_was_decided(portal: Any) -> None:
    text = " ".join(entries(portal, "/aenderungen?art=entfernt")[0].text_content().split())

    assert samples.REMOVED.title in text
    assert "als entfernt festgestellt am" in text


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("?art=entfernt", lambda record: record["kinds"] == ["entfernt"]),
        ("?art=wortlaut", lambda record: "wortlaut" in record["kinds"]),
        ("?art=entfernt&art=wortlaut", lambda record: {"entfernt", "wortlaut"} & set(record["kinds"])),
        ("?quelle=dsk", lambda record: record["source"] == "dsk"),
        ("?typ=pressemitteilung", lambda record: record["doc_type"] == "pressemitteilung"),
        ("?von=2026-11-22", lambda record: record["at"] >= "2026-11-22"),
        ("?bis=2026-11-21", lambda record: record["at"] < "2026-11-22"),
    ],
)
def test_filters_keep_what_fits_and_nothing_else(portal: Any, query: str, holds: Any) -> None:
    everything, chosen = records(portal), records(portal, query)

    assert chosen == [record for record in everything if holds(record)]
    assert portal.get(f"/aenderungen.json{query}").json()["total"] == len(chosen)


def test_a_kind_that_does_not_exist_counts_as_not_given(portal: Any) -> None:
    assert records(portal, "?art=quatsch") == records(portal)


def test_csv_holds_what_the_page_holds(portal: Any) -> None:
    """A byte order mark for spreadsheets, one row a change, the words in one line."""
    body = portal.get("/aenderungen.csv").text
    rows = list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff"))))

    assert body.startswith("\ufeff")
    assert [row["id"] for row in rows] == [record["id"] for record in records(portal)]
    assert any("[-" in row["diff"] or "{+" in row["diff"] for row in rows)


def test_the_feed_of_changes_holds_changes_alone_with_their_words(portal: Any) -> None:
    root = etree.fromstring(portal.get("/feed.atom?nur=aenderungen").content)
    found = root.findall(f"{ATOM}entry")
    terms = {entry.findall(f"{ATOM}category")[1].get("term") for entry in found}
    contents = [entry.findtext(f"{ATOM}content") or "" for entry in found]

    assert terms <= {"changed", "removed", "returned"}
    assert "changed" in terms
    assert any("<del>" in content or "<ins>" in content for content in contents)
    assert root.findtext(f"{ATOM}id") != etree.fromstring(portal.get("/feed.atom").content).findtext(f"{ATOM}id")


def test_blocked_documents_are_not_there(portal: Any) -> None:
    assert samples.BLOCKED.id not in portal.get("/aenderungen.json").text
    assert samples.BLOCKED.id not in portal.get("/aenderungen").text


def test_the_start_page_leads_here(portal: Any) -> None:
    """By the figures, and by the newest changes themselves."""
    found = html.fromstring(portal.get("/").text)
    links = {link.get("href") for link in found.iter("a")}

    assert {"/aenderungen", "/aenderungen?art=entfernt"} <= links
    assert found.cssselect("#geaendert")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("=", "gleich")], []),
        ([("-", "alt")], [[("-", "alt")]]),
        (
            [("=", "eins "), ("-", "a"), ("=", " nah "), ("+", "b")],
            [[("=", "eins "), ("-", "a"), ("=", " nah "), ("+", "b")]],
        ),
        ([("-", "a"), ("=", " ende\n\nneu "), ("+", "b")], [[("-", "a"), ("=", " ende")], [("=", "neu "), ("+", "b")]]),
    ],
)
def test_passages_keep_changes_and_their_neighbourhood(changes: Any, expected: Any) -> None:
    assert passages(changes) == expected
