"""The pages of provisions and topics: what cites, with the words around it, and ways on."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import sample_documents as samples
from lxml import html


def test_a_provision_names_every_document_that_cites_it(portal: Any, conn: sqlite3.Connection) -> None:
    """As many as the table says, each with the place itself marked."""
    found = html.fromstring(portal.get("/vorschrift/dsgvo/6").text)
    cited = conn.execute(
        "select count(distinct document_id) from citations c join documents d on d.id = c.document_id"
        " where law = 'DSGVO' and unit = 'Art.' and c.number = '6' and d.blocked_at is null"
    ).fetchone()[0]
    items = found.cssselect("ol.list > li")

    assert found.cssselect("h1")[0].text_content() == "Art. 6 DSGVO"
    assert len(items) == cited > 0
    assert all(item.cssselect("mark")[0].text_content() for item in items)


def test_the_marked_words_are_those_of_the_citation(portal: Any) -> None:
    """What is marked stands in the text where the table says."""
    marks = [
        mark.text_content()
        for mark in html.fromstring(portal.get("/vorschrift/dsgvo/6").text).cssselect(".snippet mark")
    ]

    assert all(re.search(r"\b6\b", mark) for mark in marks)


def test_the_words_around_it_are_whole(portal: Any, conn: sqlite3.Connection) -> None:
    """Neither end of a snippet stands within a word; dots stand only where something is left out."""
    texts = [" ".join(row[0].split()) for row in conn.execute("select text from pages")]
    entrance = html.fromstring(portal.get("/vorschriften").text)
    pages = [html.fromstring(portal.get(link.get("href")).text) for link in entrance.cssselect(".chips a")]
    snippets = [snippet for page in pages for snippet in page.cssselect("p.snippet")]
    for snippet in snippets:
        for count in snippet.cssselect(".count"):
            count.drop_tree()
        words = " ".join(snippet.text_content().split())
        inner = words.removeprefix("… ").removesuffix(" …")
        text = next(text for text in texts if inner in text)
        at = text.index(inner)

        assert words.startswith("… ") == (at > 0)
        assert at == 0 or text[at - 1] == " "
        assert at + len(inner) == len(text) or text[at + len(inner)] in " .,;)"

    assert len(snippets) >= 2


def test_paragraphs_are_lists_of_their_own(portal: Any) -> None:
    whole = html.fromstring(portal.get("/vorschrift/dsgvo/6").text)
    links = [link.get("href") for link in whole.cssselect("nav[aria-label=Absätze] a")]
    part = html.fromstring(portal.get("/vorschrift/dsgvo/6?absatz=1").text)

    assert "/vorschrift/dsgvo/6?absatz=1" in links
    assert 0 < len(part.cssselect("ol.list > li")) <= len(whole.cssselect("ol.list > li"))


def test_state_law_and_recitals_have_addresses(portal: Any) -> None:
    assert portal.get("/vorschrift/dsg-m-v/19").status_code == 200
    assert portal.get("/vorschrift/dsgvo/erwgr-9999").status_code == 404


def test_what_nobody_cites_is_not_found_in_german(portal: Any) -> None:
    answer = portal.get("/vorschrift/dsgvo/9999")

    assert answer.status_code == 404
    assert "in keinem Dokument" in answer.text


def test_every_provision_of_the_entrance_leads_to_its_page(portal: Any) -> None:
    entrance = html.fromstring(portal.get("/vorschriften").text)
    links = [link.get("href") for link in entrance.cssselect("ul.chips a")]

    assert links
    assert all(portal.get(link).status_code == 200 for link in links)


def test_a_document_says_how_many_others_cite_the_same(portal: Any, conn: sqlite3.Connection) -> None:
    others = conn.execute(
        "select count(distinct c.document_id) from citations c join documents d on d.id = c.document_id"
        " where c.law = 'DSGVO' and c.unit = 'Art.' and c.number = '6' and c.document_id <> ?"
        " and d.blocked_at is null",
        (samples.VIDEO.id,),
    ).fetchone()[0]
    links = {
        link.get("href"): link.text_content()
        for link in html.fromstring(portal.get(f"/dokument/{samples.VIDEO.id}").text).cssselect("#vorschriften ~ ul a")
    }

    assert links.get("/vorschrift/dsgvo/6", "").startswith(f"in {others} weiter" if others else "")


def test_blocked_documents_cite_nothing(portal: Any) -> None:
    pages = [portal.get("/vorschriften").text, portal.get("/vorschrift/dsgvo/6").text]

    assert not any(samples.BLOCKED.id in page for page in pages)


def test_every_topic_has_a_page_with_its_feed(portal: Any) -> None:
    """The overview leads to it; it names its newest documents and what became of them."""
    overview = html.fromstring(portal.get("/themen").text)
    links = [link.get("href") for link in overview.cssselect("ul.topics h2 a")]
    pages = [html.fromstring(portal.get(link).text) for link in links]

    assert links
    assert all(link.startswith("/thema/") for link in links)
    assert all(page.cssselect("link[rel=alternate][href*='thema=']") for page in pages)
    assert portal.get("/thema/gibt-es-nicht").status_code == 404
