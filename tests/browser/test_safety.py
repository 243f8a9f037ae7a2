"""In a real browser: nothing archived runs, nothing is asked of other hosts, no cookie is set."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sample_documents as samples

pytestmark = pytest.mark.browser

HOSTILE = f"/dokument/{samples.HOSTILE.id}"
ARCHIVED = [f"{HOSTILE}/original", f"/dokument/{samples.VIDEO.id}/original"]
SHOWN = [
    "/",
    "/suche?q=%C3%9Cberwachung",
    HOSTILE,
    f"{HOSTILE}/version/1",
    f"{HOSTILE}/vergleich/1/2",
    "/status",
    "/daten",
    f"/dokument/{samples.HUGE_TITLE.id}",
    "/archive/documents",
    f"/archive/documents/{samples.HOSTILE.id}",
    "/archive/links",
    "/suche?q=%3Cimg+src%3Dx+onerror%3Dwindow.__pwned%3D1%3E",
    "/%3Cscript%3E",
]


@pytest.mark.parametrize("path", [*SHOWN, *ARCHIVED])
def test_no_archived_script_runs(browser: Any, path: str) -> None:
    """Opened and clicked through, no script of the archive runs; the page is there."""
    browser.open(path)
    browser.script("for (const d of document.querySelectorAll('details')) d.open = true")

    assert browser.script("return window.__pwned === undefined && document.title !== 'pwned'")
    assert browser.script("return (document.body || document.documentElement).textContent.length > 0")
    assert browser.driver.get_cookies() == []


def test_clicking_through_every_page_stays_on_the_host(browser: Any, base: str) -> None:
    """Every address reachable from the start page by own links: all requests go to the portal itself."""
    browser.requests()
    waiting, seen, named = ["/", *ARCHIVED], set[str](), {"evil.example"}
    while waiting and len(seen) < 250:
        path = waiting.pop(0)
        seen.add(path)
        browser.open(path)
        named |= set(re.findall(r"//([a-z0-9.-]+)", browser.driver.page_source)) - {"127.0.0.1"}
        if "/original" in path:
            continue
        links = browser.script("return [...document.querySelectorAll('a[href]')].map(a => a.href)")
        own = {link.removeprefix(base).partition("#")[0] for link in links if link.startswith(base + "/")}
        skipped = ("/daten/download", "/suche.csv", "/archive/", "/feed", "/suche.json", "/zitieren", "/archive?")
        waiting += sorted(path for path in own - seen - set(waiting) if not any(part in path for part in skipped))

    foreign = [
        url for url in browser.requests() if not url.startswith((base, "data:", "about:", "chrome-extension:", "blob:"))
    ]
    assert len(seen) > 60
    assert len(named) > 5
    assert named.isdisjoint(browser.trapped())
    assert foreign == []


def test_the_trap_would_catch_a_request(browser: Any) -> None:
    """The trap works: a page that does ask another host is caught."""
    browser.driver.get("http://fremd.example/")

    assert "fremd.example" in browser.trapped()


def test_pdf_original_opens_in_the_viewer(browser: Any) -> None:
    """Chromium shows an archived PDF in place."""
    browser.open(f"/dokument/{samples.GUIDANCE.id}/original#page=1")

    assert browser.script("return document.contentType") == "application/pdf"
    browser.picture("pdf-original")


def test_content_policy_is_never_broken_by_our_own_pages(browser: Any) -> None:
    """The console reports no violation of the policy on any kind of page."""
    browser.driver.get_log("browser")
    for path in SHOWN:
        browser.open(path)
    messages = [entry["message"] for entry in browser.driver.get_log("browser")]

    assert [message for message in messages if "Content Security Policy" in message or "Refused" in message] == []
