"""How the portal speaks HTTP: methods, conditional requests, redirects."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path
from typing import Any

import fixture_archive
import httpx
import pytest
import sample_documents as samples
from lxml import html

ORIGINALS = [samples.VIDEO.id, samples.GUIDANCE.id]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/suche", "/feed.atom", "/archive", "/gibt-es-nicht"])
def test_only_reading_is_allowed(portal: Any, method: str, path: str) -> None:
    """Every method but GET and HEAD is refused, with the list of those allowed and all security headers."""
    answer = portal.loop.run_until_complete(portal.datasette.client.request(method, path))

    assert (answer.status_code, answer.headers["allow"], answer.text) == (405, "GET, HEAD, OPTIONS", "")
    assert answer.headers["x-content-type-options"] == "nosniff"


DATA = [
    "/suche.json?q=Kamera",
    "/suche.csv",
    "/suche.bib",
    "/suche.csl.json",
    "/feed.atom",
    "/aenderungen.json",
    "/aenderungen.csv",
    "/daten/download/topics.csv",
    "/daten/download/archive.db",
    "/archive/topics.json",
    "/archive/topics.csv",
    f"/dokument/{samples.VIDEO.id}/zitieren.bib",
    "/dokument/gibtesnicht/zitieren.json",
    "/archive/gibtesnicht.json",
]
PAGES = ["/", "/suche", "/archive", "/archive/topics", f"/dokument/{samples.VIDEO.id}/original"]


@pytest.mark.parametrize("path", DATA)
def test_data_may_be_read_from_pages_of_others(portal: Any, path: str) -> None:
    """The answer says so, an error too; and so does the answer to the question a browser asks before."""
    asked = portal.loop.run_until_complete(portal.datasette.client.request("OPTIONS", path))

    for answer in (portal.get(path), asked):
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
        assert answer.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]
        assert "access-control-allow-credentials" not in answer.headers
    assert (asked.status_code, asked.content) == (204, b"")
    assert "GET" in asked.headers["access-control-allow-methods"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_stay_closed_to_others(portal: Any, path: str) -> None:
    asked = portal.loop.run_until_complete(portal.datasette.client.request("OPTIONS", path))

    assert (asked.status_code, asked.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    for answer in (portal.get(path), asked):
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/feed.atom", *(f"/dokument/{one}/original" for one in ORIGINALS)])
def test_what_a_reader_has_is_not_sent_again(portal: Any, path: str) -> None:
    """The tag in any list, weak or strong, and the date are each enough for 304; both stand in the answer."""
    first = portal.get(path)
    tag, date = first.headers["etag"], first.headers["last-modified"]
    for header, value in (
        ("If-None-Match", tag),
        ("If-None-Match", f'"x", W/{tag}'),
        ("If-None-Match", "*"),
        ("If-Modified-Since", date),
    ):
        again = portal.get(path, headers={header: value})

        assert (again.status_code, again.content) == (304, b""), (header, value)
        assert again.headers["etag"] == tag


@pytest.mark.parametrize("path", ["/feed.atom", *(f"/dokument/{one}/original" for one in ORIGINALS)])
def test_an_older_copy_is_replaced(portal: Any, path: str) -> None:
    """A foreign tag, an older date, an unreadable date, and a foreign tag beside the right date get the whole."""
    date = portal.get(path).headers["last-modified"]
    for headers in (
        {"If-None-Match": '"x"'},
        {"If-Modified-Since": "Mon, 05 Jan 1970 04:00:01 GMT"},
        {"If-Modified-Since": "gestern"},
        {"If-None-Match": '"x"', "If-Modified-Since": date},
    ):
        assert portal.get(path, headers=headers).status_code == 200, headers


def test_a_block_makes_every_copy_of_the_feed_old(tmp_path: Path, make_reader: Any) -> None:
    """A reader who asks by date alone gets the feed without the blocked document."""
    fixture_archive.build(tmp_path)
    reader = make_reader(tmp_path)
    date = reader.get("/feed.atom").headers["last-modified"]
    writer = sqlite3.connect(tmp_path / "archive.db")
    at = "2026-12-01T05:00:00Z"
    writer.execute("update documents set blocked_at = ? where id = ?", (at, samples.VIDEO.id))
    writer.execute(
        "insert into blocks (document_id, reason, blocked_at) values (?, 'Anordnung', ?)", (samples.VIDEO.id, at)
    )
    writer.commit()
    writer.close()
    answer = reader.get("/feed.atom", headers={"If-Modified-Since": date})

    assert answer.status_code == 200
    assert samples.VIDEO.id not in answer.text


@pytest.mark.parametrize("number", ["0", "-1", "99", "neueste", "1e3", "٣"])
@pytest.mark.parametrize("part", ["original", "zitieren.bib", "zitieren.json", "zitieren.txt"])
def test_a_version_that_does_not_exist_is_not_replaced_by_another(portal: Any, part: str, number: str) -> None:
    """Evidence is asked for exactly or not found."""
    answer = portal.get(f"/dokument/{samples.VIDEO.id}/{part}", params={"version": number})

    assert answer.status_code == 404


def test_the_base_address_without_its_slash_leads_to_the_start(make_reader: Any, data_dir: Path) -> None:
    """Who types the address of a portal below a path arrives."""
    reader = make_reader(data_dir, base_url="/archiv/")

    async def ask() -> Any:
        transport = httpx.ASGITransport(app=reader.datasette.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/archiv")

    answer = reader.loop.run_until_complete(ask())

    assert (answer.status_code, answer.headers["location"]) == (301, "/archiv/")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/suche?q=Datenschutz",
        "/aenderungen",
        "/themen",
        "/thema/ki",
        "/vorschriften",
        "/vorschrift/dsgvo/22",
        "/status",
        "/daten",
        f"/dokument/{samples.VIDEO.id}",
        f"/dokument/{samples.GUIDANCE.id}",
        "/gibtesnicht",
    ],
)
def test_pages_are_light(portal: Any, path: str) -> None:
    """At most four requests and 60 kB, compressed, the archived text apart."""
    body = html.fromstring(portal.get(path).content)
    for text in body.xpath("//div[@class='text']"):
        text.drop_tree()
    loaded = body.xpath("//link[@rel='stylesheet' or @rel='icon']/@href | //script/@src | //img/@src")
    parts = [html.tostring(body), *(portal.get(address).content for address in loaded)]

    assert len(parts) <= 4
    assert sum(len(gzip.compress(part)) for part in parts) <= 60_000
