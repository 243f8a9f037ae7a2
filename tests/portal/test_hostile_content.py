"""Archived content is untrusted: escaped everywhere, harmless as original, readers stay private."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import sample_documents as samples
from lxml import html

HOSTILE = f"/dokument/{samples.HOSTILE.id}"
PAGES = [
    "/",
    "/suche?q=%C3%9Cberwachung",
    "/suche?q=<script>alert(1)</script>",
    "/themen",
    "/status",
    "/daten",
    HOSTILE,
    f"{HOSTILE}/version/1",
    f"{HOSTILE}/vergleich/1/2",
    f"/dokument/{samples.HUGE_TITLE.id}",
    "/impressum",
    "/datenschutz",
    "/archive",
    "/archive/documents",
    f"/archive/documents/{samples.HOSTILE.id}",
    "/archive/links",
    "/archive?sql=select+title,text+from+documents",
    "/archive?sql=kaputt",
    "/gibt-es-nicht~3Cscript~3E",
    f"/dokument/{samples.BLOCKED.id}",
]
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_no_foreign_markup(portal: Any, path: str) -> None:
    """No script but our own, no handler, no frame, no dangerous address, no inline style, no hidden characters."""
    answer = portal.get(path)
    found = html.fromstring(answer.text)
    data = [script for script in found.iter("script") if script.get("type") == "application/ld+json"]
    scripts = [script.get("src") or "" for script in found.iter("script") if script not in data]
    attributes = [(name, value) for element in found.iter("*") for name, value in element.attrib.items()]
    addresses = [value for name, value in attributes if name in ("href", "src", "action")]

    assert all(script.startswith("/-/static-plugins/aktenkundig/portal.js") for script in scripts)
    assert all(json.loads(script.text)["@context"] == "https://schema.org" for script in data)
    assert not [name for name, _ in attributes if name.startswith("on") or name == "style"]
    assert not list(found.iter("iframe", "object", "embed", "style"))
    assert not [a for a in addresses if a.split(":")[0].lower() in ("javascript", "data", "vbscript")]
    assert not INVISIBLE.search(answer.text)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_hardened(portal: Any, path: str) -> None:
    """Policy without unsafe parts, no sniffing, no framing, no referrer for others, no cookie."""
    headers = portal.get(path).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert "set-cookie" not in headers


def test_template_code_in_content_is_not_run(portal: Any) -> None:
    """A title with template syntax is shown as it is."""
    assert "{{ 7*7 }}" in html.fromstring(portal.get(HOSTILE).text).text_content()


def test_huge_titles_are_cut(portal: Any) -> None:
    """A title of a megabyte leaves lists and pages small."""
    for path in ("/", "/suche?q=Roman", f"/dokument/{samples.HUGE_TITLE.id}", "/archive/documents", "/feed.atom"):
        assert len(portal.get(path).content) < 100_000, path


@pytest.mark.parametrize("sample", [samples.VIDEO, samples.HOSTILE, samples.ANNEX], ids=lambda sample: sample.id)
def test_originals_are_served_as_received_but_sandboxed(portal: Any, sample: samples.Sample) -> None:
    """The bytes and the content type as received, under a policy that runs and loads nothing; no old headers."""
    answer = portal.get(f"/dokument/{sample.id}/original")
    policy = answer.headers["content-security-policy"]

    assert answer.content == sample.body
    assert answer.headers["content-type"] == sample.content_type
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "set-cookie" not in answer.headers


def test_pdf_originals_can_be_viewed(portal: Any) -> None:
    """A PDF is shown in place (viewers do not start in a sandbox), still without script or loading."""
    answer = portal.get(f"/dokument/{samples.GUIDANCE.id}/original")

    assert answer.content == samples.GUIDANCE.body
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; object-src 'self'")


def test_files_without_a_viewer_are_downloads(portal: Any) -> None:
    """An office file is offered for download under its id."""
    answer = portal.get(f"/dokument/{samples.ANNEX.id}/original")

    assert answer.headers["content-disposition"] == f'attachment; filename="{samples.ANNEX.id}.bin"'


def test_document_without_bytes_has_no_original(portal: Any) -> None:
    """Where no bytes were kept, 404 says so."""
    assert portal.get(f"/dokument/{samples.REMOVED.id}/original").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/-/databases",
        "/-/databases.json",
        "/-/threads",
        "/-/permissions",
        "/-/allow-debug",
        "/-/messages",
        "/-/patterns",
        "/-/auth-token",
        "/-/logout",
        "/-/actor.json",
        "/_internal",
        "/_internal/databases.json",
    ],
)
def test_inner_pages_of_datasette_are_closed(portal: Any, path: str) -> None:
    """Pages for debugging and signing in look as if they were not there."""
    assert portal.get(path).status_code == 404


def test_writing_is_refused(portal: Any) -> None:
    """Readers cannot post anything."""
    assert portal.post("/archive", data={"sql": "delete from documents"}).status_code in (403, 405)


def test_no_redirect_to_other_hosts(portal: Any) -> None:
    """A path with two slashes never leads off the site."""
    for path in ("//evil.example/", "/\\evil.example/", "/%2f%2fevil.example/"):
        location = portal.get(path).headers.get("location", "/")

        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))
