"""The way of a journalist: start, search with a compound, filter, document, page, diff, cite, feed."""

from __future__ import annotations

from typing import Any

import pytest
import sample_documents as samples

pytestmark = pytest.mark.browser


def find(browser: Any, selector: str) -> Any:
    """The first element of a selector; fails if there is none."""
    return browser.driver.find_element("css selector", selector)


def link(browser: Any, text: str) -> Any:
    """The first link with a text."""
    return browser.driver.find_element("partial link text", text)


def test_from_start_to_feed(browser: Any) -> None:
    """The whole way by mouse, with screenshots."""
    browser.open("/")
    browser.picture("weg-1-start")
    find(browser, "#q").send_keys("Überwachung")
    with browser.leaving():
        find(browser, "form.search button").click()
    browser.picture("weg-2-suche")
    assert "Arbeitsplatzüberwachung" in [mark.text for mark in browser.driver.find_elements("css selector", "mark")]

    with browser.leaving():
        link(browser, "Orientierungshilfen").click()
    assert find(browser, "#treffer").text == "1 Treffer"
    browser.picture("weg-3-gefiltert")

    with browser.leaving():
        link(browser, samples.GUIDANCE.title).click()
    assert f"/dokument/{samples.GUIDANCE.id}?suche=" in browser.driver.current_url
    assert find(browser, "mark:target").text == "Überwachung"
    browser.picture("weg-4-dokument")

    browser.open(f"/dokument/{samples.VIDEO.id}")
    with browser.leaving():
        link(browser, "Nachträglich geändert").click()
    assert "vierzehn" in [ins.text for ins in browser.driver.find_elements("css selector", "ins")]
    browser.picture("weg-5-vergleich")

    with browser.leaving():
        link(browser, "Zum Dokument").click()
    find(browser, ".actions a[href='#zitieren']").click()
    assert find(browser, "#permalink").get_attribute("href").endswith(f"/dokument/{samples.VIDEO.id}/version/3")
    assert "/version/3" in find(browser, "#kurzzitat").text
    browser.picture("weg-6-zitieren")

    browser.open("/suche?q=%C3%9Cberwachung")
    feed = find(browser, ".tools a[href*='feed.atom']").get_attribute("href")
    text = browser.script("return fetch(arguments[0]).then(answer => answer.text())", feed)
    assert samples.VIDEO.title in text


def focused(browser: Any) -> Any:
    """The element that has the focus."""
    return browser.driver.switch_to.active_element


def press(browser: Any, *keys: str) -> None:
    """Press keys where the focus is."""
    from selenium.webdriver import ActionChains

    for key in keys:
        ActionChains(browser.driver).send_keys(key).perform()


def tab_to(browser: Any, wanted: str) -> None:
    """Press the tab key until a link or button with this text has the focus; it must be visible."""
    from selenium.webdriver import Keys

    for _ in range(120):
        press(browser, Keys.TAB)
        element = focused(browser)
        if element.tag_name in ("a", "button", "summary") and wanted in (
            element.text or element.get_attribute("aria-label") or ""
        ):
            outline = browser.script("return getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{wanted}: der Fokus ist nicht zu sehen"
            return
    raise AssertionError(f"{wanted} ist mit der Tastatur nicht zu erreichen")


def test_search_read_and_cite_by_keyboard(browser: Any) -> None:
    """Without a mouse: the focus is in the search box, everything on the way can be reached and is visible."""
    from selenium.webdriver import Keys

    browser.open("/")
    assert focused(browser).get_attribute("id") == "q"
    with browser.leaving():
        press(browser, "Schwimmbad", Keys.ENTER)
    tab_to(browser, samples.VIDEO.title)
    with browser.leaving():
        press(browser, Keys.ENTER)
    assert f"/dokument/{samples.VIDEO.id}" in browser.driver.current_url
    tab_to(browser, "Zitieren")
    press(browser, Keys.ENTER)
    tab_to(browser, "BibTeX")
    press(browser, Keys.ENTER)

    assert browser.script("return document.querySelector('#bibtex').checkVisibility()")


def test_skip_link_is_first_and_leads_to_the_content(browser: Any) -> None:
    """The first tab stop jumps over head and navigation."""
    from selenium.webdriver import Keys

    browser.open("/themen")
    press(browser, Keys.TAB)
    assert focused(browser).text == "Zum Inhalt springen"
    press(browser, Keys.ENTER)

    assert browser.script("return document.activeElement.id") == "inhalt"


def test_copies_a_citation(browser: Any) -> None:
    """The copy button appears and confirms."""
    permission = {"origin": browser.base, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.driver.execute_cdp_cmd("Browser.grantPermissions", permission)
    browser.open(f"/dokument/{samples.VIDEO.id}")
    button = find(browser, "button[data-copy='kurzzitat']")
    browser.script("arguments[0].click()", button)
    browser.script("return new Promise(done => setTimeout(done, 300))")

    assert button.text == "Kopiert"


def test_copies_the_selected_words_with_their_reference(browser: Any) -> None:
    """The button stands there while words are chosen; what it copies leads back to their paragraph."""
    permission = {"origin": browser.base, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.driver.execute_cdp_cmd("Browser.grantPermissions", permission)
    browser.open(f"/dokument/{samples.GUIDANCE.id}")
    button, paragraph = find(browser, "button[data-quote]"), find(browser, ".text p[id]")
    hidden = button.is_displayed()
    browser.script(
        "const words = document.createTreeWalker(arguments[0], NodeFilter.SHOW_TEXT).nextNode();"
        "getSelection().setBaseAndExtent(words, 0, words, 12);"
        "return new Promise(done => setTimeout(done, 100))",
        paragraph,
    )
    shown = button.is_displayed()
    browser.script("arguments[0].click(); return new Promise(done => setTimeout(done, 300))", button)
    copied = browser.script("return navigator.clipboard.readText()")

    assert (hidden, shown) == (False, True)
    assert button.text == "Kopiert"
    assert copied.startswith(f"„{paragraph.text[:12].strip()}“ (")
    assert copied.endswith(f"/dokument/{samples.GUIDANCE.id}/version/1#{paragraph.get_attribute('id')})")
    assert ", S. 1" in copied


def test_everything_is_there_without_script(browser: Any) -> None:
    """With scripts off, search and document work the same."""
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.open("/suche?q=Schwimmbad")
    with browser.leaving():
        link(browser, samples.VIDEO.title).click()
    heading = find(browser, "h1").text
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert heading == samples.VIDEO.title


def test_prints_without_navigation(browser: Any) -> None:
    """In print, head, navigation and buttons are gone, text and dates stay."""
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.open(f"/dokument/{samples.VIDEO.id}")
    shown = browser.script(
        "return ['.masthead', '.actions', '.text', '#angaben ~ .facts'].map(s => document.querySelector(s).checkVisibility())"
    )
    browser.picture("druck")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

    assert shown == [False, False, True, True]


def test_a_printed_search_says_what_was_searched(browser: Any) -> None:
    """The words stand above the hits; what can only be clicked is not printed."""
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.open("/suche?q=Videoüberwachung")
    heading = browser.driver.find_element("css selector", "h1")
    told, size, tools = heading.text, heading.size, browser.driver.find_element("css selector", ".tools").text
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

    assert told == "Suche: „Videoüberwachung“"
    assert size["height"] > 10
    assert "Feed" not in tools
    assert "Sortiert" not in tools
    assert "Treffer" in tools
