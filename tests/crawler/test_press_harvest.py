"""The harvest of a press portal: what is asked after a list page that fails, breaks off or is empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crawler.harvests.harvest import Ask, Fetched, Record
from crawler.harvests.press_portal import PressPortalHarvest
from crawler.items import Evidence, Failure, Known, ListedItem, ListingRead, Memory
from crawler.sources import load_source

SITE = "https://www.datenschutz-mv.de"
PAGES = [f"{SITE}/presse/", *(f"{SITE}/presse/?pager.page.nr={n}&pager.items.offset={n * 30}" for n in (1, 2))]


def list_page(numbers: list[int], following: str = "") -> bytes:
    """A list page with these releases, and the address its next link leads to."""
    rows = "".join(
        f'<div class="teaser"><div class="teaser_meta"><span class="dtstart">01.02.2026</span></div><h3>'
        f'<a href="/presse/?id={n}&amp;processor=processor.sa.pressemitteilung">Meldung {n}</a></h3></div>'
        for n in numbers
    )
    pager = f'<a class="next" href="{following}">weiter</a>' if following else ""
    return (
        f'<html><body><div class="resultlist">{rows}</div><div class="result_bottom_pager">{pager}</div></body></html>'
    ).encode()


def known(number: int) -> Known:
    """A release that an earlier run has found on the list."""
    url = f"{SITE}/presse/?id={number}&processor=processor.sa.pressemitteilung"
    listed = ListedItem(document_id=f"dsmv-{number}", url=url, doc_type="pressemitteilung", label="", title_text="")
    return Known(document_id=f"dsmv-{number}", url=url, doc_type="pressemitteilung", listed=listed)


def harvested(pages: Mapping[str, bytes | int], memory: Memory) -> list[Ask | Record]:
    """Everything a harvest says and asks while its list pages are answered (a number is a status)."""
    harvest = PressPortalHarvest(load_source("dsmv"), memory)
    said: list[Ask | Record] = []
    open_asks = list(harvest.begin())
    evidence = Evidence(snapshot_id=1, fetched_at="2026-11-23T00:00:00Z", sha256="0" * 64)
    while open_asks:
        ask = open_asks.pop(0)
        if ask.kind != "listing":
            continue
        page = pages.get(ask.url, 404)
        status, body = (page, b"") if isinstance(page, int) else (200, page)
        fetched = Fetched(
            url=ask.url, status=status, content_type="text/html", evidence=evidence, load=lambda body=body: body
        )
        answers = list(harvest.answer(ask, fetched))
        open_asks += [one for one in answers if isinstance(one, Ask)]
        said += answers
    return said


def releases(said: list[Ask | Record]) -> list[str]:
    return [one.document_id or "" for one in said if isinstance(one, Ask) and one.kind == "release"]


def problems(said: list[Ask | Record]) -> list[tuple[str, str]]:
    return [(one.kind, one.url) for one in said if isinstance(one, Failure)]


SEEN = Memory(
    documents={f"dsmv-{n}": known(n) for n in (30, 20, 10)}, listings=dict.fromkeys([*PAGES, SITE + "/x/"], 1)
)


def test_behind_a_list_page_that_fails_the_known_ones_are_asked() -> None:
    """A release put onto the third page is found although the second gives no answer."""
    said = harvested({PAGES[0]: list_page([30], PAGES[1]), PAGES[1]: 500, PAGES[2]: list_page([10, 9])}, SEEN)

    assert releases(said) == ["dsmv-30", "dsmv-10", "dsmv-9"]
    assert problems(said) == [("http_500", PAGES[1])]


def test_a_list_that_lost_its_next_link_is_read_on_and_reported() -> None:
    """The list is shorter than what was listed before: its known pages are asked, and what they hold is a problem."""
    said = harvested({PAGES[0]: list_page([30]), PAGES[1]: list_page([20]), PAGES[2]: list_page([10])}, SEEN)

    assert releases(said) == ["dsmv-30", "dsmv-20", "dsmv-10"]
    assert problems(said) == [("next_link_lost", PAGES[1]), ("next_link_lost", PAGES[2])]


def test_a_list_that_became_shorter_is_no_trouble() -> None:
    """Pages that are empty or gone at the end of a list that names less than before: nothing to report but the gap."""
    said = harvested({PAGES[0]: list_page([30, 20]), PAGES[1]: list_page([])}, SEEN)

    assert problems(said) == [("missing_page", PAGES[2])]
    assert [len(one.listing.items) for one in said if isinstance(one, ListingRead)] == [2, 0]


def test_a_whole_list_asks_for_nothing_else() -> None:
    """All known releases are named: pages under other addresses are not asked again."""
    said = harvested({PAGES[0]: list_page([30, 20, 10])}, SEEN)

    assert releases(said) == ["dsmv-30", "dsmv-20", "dsmv-10"]
    assert problems(said) == []


def test_an_empty_page_behind_a_next_link_is_noted() -> None:
    """The first run of all: the page before promised entries."""
    said = harvested({PAGES[0]: list_page([30], PAGES[1]), PAGES[1]: list_page([])}, Memory())

    assert problems(said) == [("empty_page", PAGES[1])]


def test_without_the_first_page_the_others_are_left_alone() -> None:
    """Nothing is new on them, and a site in trouble is not asked more than needed."""
    said = harvested({PAGES[0]: 500, PAGES[1]: list_page([20])}, SEEN)

    assert releases(said) == []
    assert problems(said) == [("http_500", PAGES[0])]


def test_a_next_link_to_another_site_is_an_excluded_link() -> None:
    """The list does not end in silence where its next link may not be followed."""
    said = harvested({PAGES[0]: list_page([30], "https://www.beispiel.de/presse/?pager.page.nr=1")}, Memory())
    listing = next(one.listing for one in said if isinstance(one, ListingRead))

    assert [(one.url, one.reason) for one in listing.excluded] == [
        ("https://www.beispiel.de/presse/?pager.page.nr=1", "die Übersicht geht bei einem anderen Anbieter weiter")
    ]


def test_own_files_in_running_text_are_asked_for_as_documents() -> None:
    """Typed by their path, no annexes; pictures and other bodies' files are not asked for."""
    files = "/static/DS/Dateien"
    text = (
        f'<p>Siehe den <a href="{files}/Publikationen/Taetigkeitsberichte/tb.pdf">Bericht</a>, das Formular'
        f' (<a href="{files}/f.docx">hier</a>), ein <a href="/static/DS/Bilder/x.jpg">Bild</a> und das'
        ' <a href="https://www.example.org/g.pdf">Gutachten</a>.</p>'
    )
    release = (
        '<html><body><div class="dvz-contenttype-pagetitle"><h1>Neues</h1></div><div class="teaser_meta">'
        f'<span class="dtstart">01.02.2026</span></div><div class="absatz">{text}</div></body></html>'
    ).encode()
    harvest = PressPortalHarvest(load_source("dsmv"), Memory())
    list(harvest.begin())
    ask = Ask(url=known(7).url, kind="release", document_id="dsmv-7", doc_type="pressemitteilung")
    evidence = Evidence(snapshot_id=1, fetched_at="2026-11-23T00:00:00Z", sha256="0" * 64)
    fetched = Fetched(url=ask.url, status=200, content_type="text/html", evidence=evidence, load=lambda: release)
    told = [one for one in harvest.answer(ask, fetched) if isinstance(one, Ask)]
    asked = list(harvest.remaining())

    assert told == []

    assert [(one.doc_type, one.listed.title_text, one.listed.parent_id) for one in asked if one.listed] == [
        ("taetigkeitsbericht", "Bericht", None),
        ("information", "f.docx", None),
    ]


def test_a_linked_file_that_could_not_be_had_is_asked_for_again() -> None:
    """Also when the release that links it is unchanged."""
    url = f"{SITE}/static/DS/Dateien/f.docx"
    release = replace(known(7), listed=None, links=(url, "https://www.example.org/"))
    harvest = PressPortalHarvest(load_source("dsmv"), Memory(documents={"dsmv-7": release}))
    list(harvest.begin())
    evidence = Evidence(snapshot_id=1, fetched_at="2026-11-23T00:00:00Z", sha256="0" * 64, unchanged=True)
    ask = Ask(url=release.url, kind="release", document_id="dsmv-7", doc_type="pressemitteilung")
    fetched = Fetched(url=ask.url, status=200, content_type="text/html", evidence=evidence, load=lambda: b"")

    list(harvest.answer(ask, fetched))

    assert [one.url for one in harvest.remaining() if one.kind == "file"] == [url]


def test_a_linked_address_of_a_known_document_is_left_alone() -> None:
    """``?v=2`` means the file that a guidance page lists without it: it would be another version every night."""
    url = f"{SITE}/static/DS/Dateien/f.docx"
    file = Known(document_id="dsmv-datei-f-docx", url=url, doc_type="information")
    release = replace(known(7), listed=None, links=(f"{url}?v=2",))
    memory = Memory(documents={"dsmv-7": release, file.document_id: file})
    harvest = PressPortalHarvest(load_source("dsmv"), memory)
    list(harvest.begin())
    evidence = Evidence(snapshot_id=1, fetched_at="2026-11-23T00:00:00Z", sha256="0" * 64, unchanged=True)
    ask = Ask(url=release.url, kind="release", document_id="dsmv-7", doc_type="pressemitteilung")
    fetched = Fetched(url=ask.url, status=200, content_type="text/html", evidence=evidence, load=lambda: b"")
    list(harvest.answer(ask, fetched))

    assert [one.url for one in harvest.remaining() if one.kind == "file"] == [url]
