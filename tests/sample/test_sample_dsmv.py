"""Every quirk that is known of the DSMV site occurs on the sample site, seen in its bytes."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag

from aktenkundig.sample.dsmv_pages import PAGE_SIZE, release_path
from aktenkundig.sample.history import world_on
from aktenkundig.sample.site import answer
from aktenkundig.sample.texts import Release

WORLD = world_on(2)


def release_column(release: Release) -> Tag:
    body = answer("dsmv", release_path(release.id), 2).body
    column = BeautifulSoup(body, "lxml").select_one("div.element_holder.holder_75.center")
    assert column is not None
    return column


def listing(offset: int, day: int = 1) -> BeautifulSoup:
    page = answer("dsmv", f"/presse/?pager.page.nr={offset // PAGE_SIZE}&pager.items.offset={offset}", day)
    return BeautifulSoup(page.body, "lxml")


def text(release: Release) -> str:
    return release_column(release).get_text(" ")


def has_lines(column: Tag, tag: str) -> bool:
    return bool(column.select(f".dvz-contenttype-pagetitle {tag}"))


SHOWN: dict[str, Callable[[Release], object]] = {
    "h1h2": lambda r: has_lines(release_column(r), "h2"),
    "spans": lambda r: has_lines(release_column(r), "h1 > span"),
    "broken_headline": lambda r: "\n" in r.headline,
    "broken_kicker": lambda r: "\n" in r.kicker,
    "four_lines": lambda r: len(r.kicker.split("\n") + r.headline.split("\n")) >= 4,
    "kicker_date": lambda r: re.search(r"vom \d+\.", r.kicker + r.headline),
    "kicker_only": lambda r: not r.kicker and r.headline.startswith("Pressemitteilung der Konferenz"),
    "no_kicker": lambda r: not r.kicker and "Pressemitteilung" not in r.headline,
    "headline_first": lambda r: r.headline_first,
    "dsk": lambda r: "Datenschutzkonferenz" in text(r) or "Datenschutzaufsichtsbehörden" in text(r),
    "ifk": lambda r: "Informationsfreiheitsbeauftragten" in r.kicker,
    "wrong_body": lambda r: "Informationsfreiheitsbeauftragten" in r.kicker and "Datenschutzkonferenz" in text(r),
    "joint": lambda r: r.kicker.lower().startswith("gemeinsame pressemitteilung"),
    "wrong_number": lambda r: r.number != f"{r.published:%Y%m%d}" and f"Nr.{r.number}" in text(r),
    "second_of_day": lambda r: r.number.endswith("_2"),
    "number_missing": lambda r: "Nr." not in text(r),
    "hard_hyphen": lambda r: re.search(r"[a-zäöüß]{3}-[a-zäöüß]{3}", text(r)),
    "spaced_hyphen": lambda r: re.search(r"(DS|Corona)- [A-Z]", text(r)),
    "unicode_hyphen": lambda r: re.search("[\u2010\u2011]", text(r)),
    "contact_br": lambda r: release_column(r).select(".absatz p br"),
    "attachments_only": lambda r: not release_column(r).select(".absatz p") and r.attachments,
    "caption": lambda r: r.caption in text(r) and "Details anzeigen" in text(r),
    "lost_bullets": lambda r: re.search(r"[:.?] [•–] ", text(r)),
    "symbol_bullets": lambda r: "\uf0b7" in text(r),
    "static_link": lambda r: release_column(r).select('a[href^="/static/DS/Dateien/"]'),
    "umlaut_link": lambda r: release_column(r).select('a[href*="%C3%9C"]'),
    "download_link": lambda r: release_column(r).select('a[href^="/serviceassistent/download?id="]'),
    "late_inserted": lambda r: r.appears > 1 and r.published.year < 2026,
}


@pytest.mark.parametrize("quirk", sorted(SHOWN))
def test_quirk_is_present_and_shown(quirk: str) -> None:
    """A release that claims a quirk shows it, and every quirk is claimed at least once."""
    releases = [release for release in WORLD.releases if quirk in release.quirks]

    assert releases
    assert all(SHOWN[quirk](release) for release in releases)


def test_three_list_pages_with_thirty_each() -> None:
    """At least 62 releases; 30 a page, newest first, every one listed once."""
    hrefs, dates, offset = [], [], 0
    while True:
        page = listing(offset)
        hrefs += [str(link["href"]) for link in page.select(".teaser h3 > a")]
        dates += [cell.get_text().split(".")[::-1] for cell in page.select(".teaser .dtstart")]
        following = page.select_one("div.result_bottom_pager a.next")
        if following is None:
            break
        offset = int(str(following["href"]).rpartition("=")[2])

    assert len(hrefs) == len(set(hrefs)) >= 62
    assert offset == 60
    assert dates == sorted(dates, reverse=True)


def test_captions_stand_before_and_inside_teasers() -> None:
    """A caption in the list is a paragraph of its own or the beginning of the teaser."""
    shown = {release.caption_place for release in WORLD.releases if release.caption}
    pages = "".join(str(listing(offset)) for offset in (0, 30, 60))

    assert {"before", "inside"} <= shown
    assert all(r.caption in pages for r in WORLD.releases if r.caption_place and r.appears == 1)


def test_captions_are_printed_once_to_three_times() -> None:
    """The image block prints the caption up to three times."""
    times = {
        len(release_column(release).select(".bildunterschrift, .description, .hidden_description"))
        for release in WORLD.releases
        if release.caption
    }

    assert times == {1, 2, 3}


def test_pictures_stand_before_the_meta_line_and_inside_the_text() -> None:
    """As the portal and its sister sites have them."""
    columns = [release_column(release) for release in WORLD.releases if release.caption]
    inside = [bool(column.select(".absatz .absatz_image")) for column in columns]

    assert set(inside) == {True, False}


def test_two_releases_share_a_title() -> None:
    """Two documents have the same title, two others the same number."""
    titles = Counter(release.headline for release in WORLD.releases)
    numbers = Counter(release.number for release in WORLD.releases if release.number)

    assert titles["Wenn der Nachbar filmt"] == 2
    assert 2 in numbers.values()


def test_kicker_stands_first_until_2024_and_headline_since_august_2025() -> None:
    """The order changed with the system's new version."""
    for release in WORLD.releases:
        if release.kicker and release.headline:
            lines = release_column(release).select_one(".dvz-contenttype-pagetitle")
            assert lines is not None
            words = " ".join(lines.get_text(" ").split())
            first = release.headline if release.headline_first else release.kicker
            assert words.startswith(first.replace("\n", " "))
    assert {r.headline_first for r in WORLD.releases if r.published.year <= 2024} == {False}
    assert {r.headline_first for r in WORLD.releases if r.published.year == 2026 and r.kicker} == {True}


def test_identity_rises_with_time_among_what_was_there_on_day_one() -> None:
    """Numbers grow with time; only what is inserted late breaks the order."""
    numbers = [release.id for release in world_on(1).releases]

    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize("path", [page.path for page in WORLD.guidance])
def test_guidance_links_lead_to_files_or_pages(path: str) -> None:
    """What a guidance page links on its own host is there, but for one page that is missing."""
    column = BeautifulSoup(answer("dsmv", path, 1).body, "lxml").select_one("div.center")
    assert column is not None
    own = [str(link["href"]) for link in column.select("a[href]") if str(link["href"]).startswith("/")]
    missing = [href for href in own if answer("dsmv", href, 1).status != 200]

    assert missing in ([], ["/Blickpunkte/Passkeys/"])


def test_unknown_addresses_answer_404() -> None:
    """An unknown number, a number that is none, and a page behind the last one."""
    for target in ("/presse/?id=1", "/presse/?id=abc", "/presse/?pager.items.offset=900", "/nirgends/"):
        assert answer("dsmv", target, 1).status == 404


def test_pages_have_real_size() -> None:
    """Release pages weigh what real ones do: 12 to 25 kB."""
    sizes = [len(answer("dsmv", release_path(release.id), 2).body) for release in WORLD.releases]

    assert min(sizes) > 11_000
    assert max(sizes) < 25_000


def test_no_sentence_of_the_real_releases(shared_sentences: frozenset[str]) -> None:
    """The texts are invented: no sentence of the kept real releases occurs in them."""
    own = " ".join(" ".join(release.paragraphs) for release in WORLD.releases)

    assert not [sentence for sentence in shared_sentences if sentence in own]


@pytest.mark.parametrize("host", ["www.informationsfreiheit-mv.de", "datenschutz-mv.de"])
def test_some_entries_lead_to_the_same_release_on_another_host(host: str) -> None:
    """On the second host, and without ``www``: the release is the one of the first host."""
    links = [str(a["href"]) for offset in (0, 30, 60) for a in listing(offset).select("h3 a")]
    there = [link for link in links if link.startswith(f"https://{host}/presse/?id=")]

    assert there
    for link in there:
        release_id = int(link.partition("?id=")[2].partition("&")[0])
        assert release_path(release_id) in link
        assert answer("dsmv", release_path(release_id), 1).status == 200
