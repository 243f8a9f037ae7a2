"""What readers come for, from the start page by links and forms alone: no script runs, few clicks, no scrolling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import open_chromium, portal_over
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.support.wait import WebDriverWait

from aktenkundig.demo import play_history

pytestmark = pytest.mark.browser

OLD = "dsk-oh-20200917-oh-videoueberwachung"
NEW = "dsk-oh-20250318-oh-videoueberwachung-v2"
PAPER = "dsk-oh-20240506-oh-ki-systeme-auswaehlen"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a portal over the sample site's archive of its whole history."""
    data = tmp_path_factory.mktemp("tasks")
    assert play_history(data) == 0
    with portal_over(data) as address:
        yield address


class Reader:
    """Reads without script; counts the clicks since the start page."""

    def __init__(self, driver: Any, base: str) -> None:
        self.driver, self.base, self.clicks = driver, base, 0

    def start(self) -> None:
        """Be on the start page."""
        self.driver.get(self.base + "/")
        self.clicks = 0

    def click(self, selector: str, words: str = "") -> None:
        """Click the first visible link or button of a selector that has these words."""
        found = self.driver.find_elements("css selector", selector)
        element = next(one for one in found if words in one.text and one.is_displayed())
        self.driver.execute_cdp_cmd("Page.bringToFront", {})
        before = self.driver.find_element("css selector", "html")
        address = self.driver.current_url
        element.click()
        self.clicks += 1
        WebDriverWait(self.driver, 30, ignored_exceptions=[WebDriverException]).until(
            lambda _: self._has_left(before, address)
        )

    def _has_left(self, before: Any, address: str) -> bool:
        """Whether another page, or another place of the same one, is shown: a click may return before that."""
        try:
            before.is_displayed()
        except StaleElementReferenceException:
            return True
        at = str(self.driver.current_url)
        return at != address and at.partition("#")[0] == address.partition("#")[0]

    def ask(self, words: str) -> None:
        """Type into the search box of the start page and send it."""
        self.driver.find_element("id", "q").send_keys(words)
        self.click("form.search button.primary")

    def text(self, selector: str = "main") -> str:
        """The visible words."""
        return " ".join(one.text for one in self.driver.find_elements("css selector", selector))

    def in_view(self, selector: str) -> bool:
        """Whether something is on the screen as it is, unscrolled; measured by the browser, not by a script."""
        element = self.driver.find_element("css selector", selector)
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssVisualViewport"]
        top = element.rect["y"] - size["pageY"]
        return bool(element.is_displayed() and top >= 0 and top + element.rect["height"] <= size["clientHeight"])


@pytest.fixture(scope="module", params=[1280, 390])
def reader(request: Any, demo: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A reader at a desk or with a phone, with scripts switched off."""
    with open_chromium(tmp_path_factory.mktemp("chromium-tasks")) as driver:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        metrics = {"width": request.param, "height": 844, "deviceScaleFactor": 1, "mobile": request.param < 600}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        one = Reader(driver, demo)
        one.start()
        yield one


def test_who_changed_what(reader: Reader) -> None:
    """The words that were changed stand one click away, with the body and the time between."""
    reader.start()
    reader.click(".figures a", "")

    assert reader.clicks == 1
    assert "/aenderungen" in reader.driver.current_url
    assert "geändert zwischen" in reader.text()
    assert reader.driver.find_elements("css selector", ".changes ins")
    assert reader.driver.find_elements("css selector", ".changes del")


def test_the_newest_version_of_a_replaced_paper(reader: Reader) -> None:
    """One click from the old one."""
    reader.driver.get(f"{reader.base}/dokument/{OLD}")
    reader.clicks = 0
    assert reader.in_view(".notice.warn a")
    reader.click(".notice.warn a")

    assert (reader.clicks, reader.driver.current_url) == (1, f"{reader.base}/dokument/{NEW}")


def test_all_that_cites_a_provision(reader: Reader) -> None:
    """Two clicks to every document that cites Art. 28 DSGVO, with the words around it."""
    reader.start()
    reader.click("a", "Alle zitierten Vorschriften")
    reader.click(".chips a", "Art. 28")

    assert (reader.clicks, reader.driver.current_url) == (2, f"{reader.base}/vorschrift/dsgvo/28")
    assert "28" in reader.text(".snippet mark")


def test_cite_a_page(reader: Reader) -> None:
    """One click on a page's head; the citation names it and leads back to it."""
    reader.driver.get(f"{reader.base}/dokument/{PAPER}#seite-5")
    reader.clicks = 0
    reader.click(".page-head a", "Seite 5 zitieren")

    assert reader.clicks == 1
    assert ", S. 5." in reader.text("#kurzzitat")
    assert reader.driver.find_element("id", "permalink").get_attribute("href").endswith("/version/1#seite-5")


def test_follow_a_topic(reader: Reader) -> None:
    """Two clicks to the page of a topic, where its feed is."""
    reader.start()
    reader.click("nav[aria-label=Hauptnavigation] a", "Themen")
    reader.click(".topics h2 a", "Künstliche Intelligenz")
    feed = reader.driver.find_element("partial link text", "Feed zu diesem Thema").get_attribute("href")

    assert reader.clicks == 2
    assert feed == reader.driver.current_url.replace("/thema/", "/feed.atom?thema=")


def test_the_place_of_a_hit_is_on_the_screen(reader: Reader) -> None:
    """From the hit into the document: the found words are seen without scrolling."""
    reader.start()
    reader.ask("Trainingsdaten Sprachmodell")
    reader.click(".list h3 a", "Auswahl und Einführung")

    assert f"/dokument/{PAPER}" in reader.driver.current_url
    assert reader.in_view(".text mark:target")


def test_removed_documents(reader: Reader) -> None:
    """One click; each with when it was seen last and since when it is missing."""
    reader.start()
    reader.click(".figures a[href$='art=entfernt']")

    assert reader.clicks == 1
    assert "zuletzt gesehen am" in reader.text()
    assert "fehlt seit" in reader.text()


def test_everything_of_a_body(reader: Reader) -> None:
    """One click; those it issued, and those on its site that name nobody."""
    reader.start()
    reader.click(".ways a", "Datenschutzkonferenz (DSK)")

    assert reader.clicks == 1
    assert "herausgeber=DSK" in reader.driver.current_url
    assert int(reader.text("#treffer").split()[0]) > 60


def test_the_first_hit_is_on_the_first_screen(reader: Reader) -> None:
    """Also with a phone."""
    reader.start()
    reader.ask("Videoüberwachung")

    assert reader.in_view(".list h3 a")
