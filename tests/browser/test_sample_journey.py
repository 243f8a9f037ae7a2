"""The whole house at once: the sample site is harvested over some days, and a journalist reads what came of it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import portal_over

from aktenkundig.demo import play_history

pytestmark = pytest.mark.browser

GUIDANCE = "dsk-oh-20250318-oh-videoueberwachung-v2"
EDITED = "dsmv-217905"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a portal over the sample archive."""
    data = tmp_path_factory.mktemp("demo")
    assert play_history(data, (1, 2)) == 0
    with portal_over(data) as address:
        yield address


def find(browser: Any, selector: str) -> Any:
    """The first element of a selector; fails if there is none."""
    return browser.driver.find_element("css selector", selector)


def link(browser: Any, text: str) -> Any:
    """The first link with a text."""
    return browser.driver.find_element("partial link text", text)


def test_from_site_to_citation(browser: Any, demo: str) -> None:
    """Start, search with a compound, filter, document, page, diff, cite, feed; with screenshots."""
    browser.driver.get(demo + "/")
    browser.picture("beispiel-1-start")
    find(browser, "#q").send_keys("Überwachung")
    with browser.leaving():
        find(browser, "form.search button").click()
    marks = {mark.text for mark in browser.driver.find_elements("css selector", "mark")}
    assert "Videoüberwachung" in marks
    browser.picture("beispiel-2-suche")

    with browser.leaving():
        link(browser, "Orientierungshilfen").click()
    browser.picture("beispiel-3-gefiltert")
    with browser.leaving():
        link(browser, "Orientierungshilfe Videoüberwachung durch private Stellen, Version 2").click()
    assert f"/dokument/{GUIDANCE}" in browser.driver.current_url
    assert find(browser, "section[id^='seite-'] h2").text.startswith("Seite")
    browser.picture("beispiel-4-dokument")

    browser.driver.get(f"{demo}/dokument/{EDITED}/vergleich/1/2")
    assert "Unbeteiligten" in [one.text for one in browser.driver.find_elements("css selector", "del")]
    assert "Unschuldigen" in [one.text for one in browser.driver.find_elements("css selector", "ins")]
    browser.picture("beispiel-5-vergleich")

    browser.driver.get(f"{demo}/dokument/{EDITED}")
    assert find(browser, "#permalink").get_attribute("href").endswith(f"/dokument/{EDITED}/version/2")
    browser.picture("beispiel-6-zitieren")

    browser.driver.get(f"{demo}/suche?q=Gesichtserkennung")
    feed = find(browser, ".tools a[href*='feed.atom']").get_attribute("href")
    text = browser.script("return fetch(arguments[0]).then(answer => answer.text())", feed)
    assert "<entry>" in text
    assert EDITED in text or "dsmv-" in text


def test_the_archived_original_is_what_was_received(browser: Any, demo: str) -> None:
    """The bytes of a PDF and of a page come back as they were."""
    with urllib.request.urlopen(f"{demo}/dokument/{GUIDANCE}/original", timeout=20) as answer:
        assert answer.read(5) == b"%PDF-"
    with urllib.request.urlopen(f"{demo}/dokument/{EDITED}/original", timeout=20) as answer:
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert b"dvz-contenttype-pagetitle" in answer.read()
