"""What machines ask for: sitemap, OpenSearch, icons, robots.txt, security.txt, read by parsers that are not ours."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
import sample_documents as samples
from lxml import etree, html

from portal.views import machines


def located(body: bytes) -> list[str]:
    """The addresses of a sitemap."""
    return [element.text or "" for element in etree.fromstring(body).iter(f"{{{machines.SITEMAP}}}loc")]


def test_the_sitemap_lists_what_the_sources_still_offer(portal: Any, conn: Any) -> None:
    answer = portal.get("/sitemap.xml")
    found = located(answer.content)
    offered = conn.execute("select count(*) from documents where blocked_at is null and removed_at is null").fetchone()[
        0
    ]

    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert sum("/dokument/" in address for address in found) == offered
    assert f"http://localhost/dokument/{samples.VIDEO.id}" in found
    assert not any(samples.REMOVED.id in address or samples.BLOCKED.id in address for address in found)
    assert all(portal.get(address.removeprefix("http://localhost")).status_code == 200 for address in found)


def test_a_large_archive_has_an_index_of_sitemaps(portal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = located(portal.get("/sitemap.xml").content)
    monkeypatch.setattr(machines, "MOST_ADDRESSES", 5)
    parts = located(portal.get("/sitemap.xml").content)
    listed = [one for part in parts for one in located(portal.get(part.removeprefix("http://localhost")).content)]

    assert len(parts) > 1
    assert listed == whole
    assert portal.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404


def test_opensearch_leads_to_the_search(portal: Any) -> None:
    root = etree.fromstring(portal.get("/opensearch.xml").content)
    template = next(
        url.get("template") for url in root.iter(f"{{{machines.OPENSEARCH}}}Url") if url.get("type") == "text/html"
    )
    link = html.fromstring(portal.get("/").text).cssselect("link[rel=search]")[0]

    assert template == "http://localhost/suche?q={searchTerms}"
    assert link.get("href") == "/opensearch.xml"
    assert portal.get(template.removeprefix("http://localhost").format(searchTerms="Kamera")).status_code == 200


def test_icons_are_what_they_say(portal: Any) -> None:
    """An ICO with two sizes, a PNG of 180 pixels, a preview of 1200 by 630."""
    icon, touch = portal.get("/favicon.ico"), portal.get("/apple-touch-icon.png")
    preview = portal.get("/-/static-plugins/aktenkundig/preview.png").content

    assert struct.unpack("<HHH", icon.content[:6]) == (0, 1, 2)
    assert icon.headers["content-type"] == "image/x-icon"
    assert struct.unpack(">II", touch.content[16:24]) == (180, 180)
    assert struct.unpack(">II", preview[16:24]) == (1200, 630)


def test_robots_name_the_sitemap(portal: Any) -> None:
    assert "Sitemap: http://localhost/sitemap.xml" in portal.get("/robots.txt").text


def test_the_security_contact_is_the_operators(portal: Any) -> None:
    text = portal.get("/.well-known/security.txt").text

    assert text.startswith("Contact: mailto:archiv@zeitung.example\nExpires: 20")


def test_without_a_contact_there_is_no_security_txt(make_reader: Any, data_dir: Path) -> None:
    bare = make_reader(data_dir)
    bare.datasette._metadata_local["plugins"]["aktenkundig"] = {}

    assert bare.get("/.well-known/security.txt").status_code == 404


def test_every_entrance_describes_itself(portal: Any) -> None:
    for path in ("/", "/aenderungen", "/themen", "/vorschriften"):
        found = html.fromstring(portal.get(path).text)

        assert found.cssselect("meta[name=description]")[0].get("content")
        assert found.cssselect("meta[property='og:image']")[0].get("content").endswith("/preview.png")
