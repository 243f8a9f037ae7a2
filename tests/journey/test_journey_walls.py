"""Nights on which something else answers for the site: no evidence comes of it, and nothing else is held up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from walled_site import FIRST, SITE, WalledSite, Watch, bare, framed, guidance, release, release_url

from archive.health.incidents import open_incidents

NIGHTS = 9
START = framed("Start", "<h1>Willkommen im Amt</h1><p>Hier finden Sie unsere Themen.</p>")


def numbered(url: str) -> int:
    return sum(url.encode()) * 37


def captcha(url: str) -> bytes:
    """Another number at every address."""
    return bare("Kurz prüfen", f"<h1>Sind Sie ein Mensch?</h1><p>Vorgang {numbered(url)}</p>")


def login(url: str) -> tuple[str, bytes]:
    """In the frame of the site, with a token."""
    field = "<input name='name'><input type='password' name='wort'>"
    return f"{SITE}/konto/?ziel={numbered(url)}", framed("Konto", f"<h1>Konto</h1><form>{field}</form>")


def maintenance(url: str) -> bytes:
    """In the frame of the site, the same everywhere."""
    return framed("Umbau", f"<h1>Wir bauen um</h1><p>Bald sind wir zurück. ({numbered(url)})</p>")


def start_page(url: str) -> tuple[str, bytes]:
    """The relaunched site sends everybody to its start page."""
    return SITE + "/", START


Wall = Callable[[str], bytes | tuple[str, bytes]]

WALLS: dict[str, tuple[Wall, bool]] = {
    "captcha-on-documents": (captcha, False),
    "login-redirect": (login, False),
    "captcha-everywhere": (captcha, True),
    "relaunch-to-start-page": (start_page, False),
    "start-page-at-old-addresses": (lambda url: START, False),
    "maintenance-on-documents": (maintenance, False),
    "maintenance-everywhere": (maintenance, True),
}
"""What answers, and whether the list is walled too."""


@pytest.fixture
def site() -> WalledSite:
    return WalledSite()


@pytest.fixture
def watch(site: WalledSite, tmp_path: Path) -> Iterator[Watch]:
    """An archive after two quiet nights."""
    made = Watch(tmp_path / "data", site)
    assert made.night() == made.night() == []
    yield made
    made.conn.close()


def walled(site: WalledSite, wall: Wall, *, everywhere: bool) -> dict[str, bytes | int | tuple[str, bytes]]:
    before = dict(site.pages)
    site.pages.update({url: wall(url) for url in site.documents()})
    if everywhere:
        site.pages[SITE + "/presse/"] = wall(SITE + "/presse/")
    return before


@pytest.mark.parametrize("unlisted", [0, 1, 3])
@pytest.mark.parametrize("name", WALLS)
def test_nine_nights_behind_a_wall_leave_no_trace(name: str, unlisted: int, site: WalledSite, watch: Watch) -> None:
    """Neither version nor removal, move, new document or unlisting; also of documents that no list names."""
    wall, everywhere = WALLS[name]
    site.numbers = site.numbers[: len(site.numbers) - unlisted]
    watch.night()
    known, before = watch.events(), walled(site, wall, everywhere=everywhere)
    first = watch.night()
    for _ in range(NIGHTS - 1):
        watch.night()
    while_walled = watch.events()
    site.pages = before
    over = watch.night()

    assert first
    assert while_walled == known
    assert over == []
    assert open_incidents(watch.conn) == []
    assert watch.events() == known


def test_a_real_edit_behind_the_wall_is_read_when_it_is_over(site: WalledSite, watch: Watch) -> None:
    """What changed meanwhile is one version, of the first night that shows it."""
    before = walled(site, captcha, everywhere=False)
    watch.night()
    site.pages = before | {SITE + "/Blickpunkte/blatt-kamera/": guidance("kamera und ton")}
    watch.night()

    assert watch.events() == [("changed", "dsmv-seite-blickpunkte-blatt-kamera")]


def test_one_page_put_in_between_is_a_problem_and_no_alarm(site: WalledSite, watch: Watch) -> None:
    url = SITE + "/Blickpunkte/blatt-praxis/"
    site.pages[url] = captcha(url)

    assert watch.night() == []
    assert watch.problems() - {"missing_page"} == {"interposed"}


def test_a_new_page_put_in_between_is_no_first_document(site: WalledSite, watch: Watch) -> None:
    """Until its own page answers there."""
    url = SITE + "/Blickpunkte/blatt-neu/"
    site.pages[SITE + "/Blickpunkte/blatt-praxis/"] = guidance("praxis", ["/Blickpunkte/blatt-neu/"])
    site.pages[url] = captcha(url)
    watch.night()
    walled_events = watch.events()
    site.pages[url] = guidance("neu")
    watch.night()

    assert walled_events == [("changed", "dsmv-seite-blickpunkte-blatt-praxis")]
    assert watch.events()[1:] == [("new", "dsmv-seite-blickpunkte-blatt-neu")]


@pytest.mark.parametrize(
    "title",
    ["Wartungsarbeiten an Servern: worauf Stellen achten", "Zugriff verweigert: wenn Ämter mauern", "Bitte warten"],
)
def test_a_real_page_may_speak_of_such_things(title: str, site: WalledSite, watch: Watch) -> None:
    site.pages[SITE + "/Blickpunkte/blatt-praxis/"] = framed(title, f"<h1>{title}</h1><p>Ein Merkblatt.</p>")
    watch.night()

    assert watch.events() == [("changed", "dsmv-seite-blickpunkte-blatt-praxis")]


@pytest.mark.parametrize("how", [404, 410, "soft", "redirect"])
def test_a_removal_that_is_real_is_established(how: int | str, site: WalledSite, watch: Watch) -> None:
    """Also with three guidance pages and three releases behind a wall for months."""
    for url in [*site.documents()[:3], *(url for url in site.documents() if "blatt-s" in url or "blatt-p" in url)]:
        site.pages[url] = captcha(url)
    for _ in range(4):
        watch.night(days=5)
    gone = site.numbers.pop()
    not_found = framed("Fehler", "<h1>Seite nicht gefunden</h1>")
    ways: dict[int | str, bytes | int | tuple[str, bytes]] = {"soft": not_found, "redirect": (SITE + "/", START)}
    site.pages[release_url(gone)] = ways.get(how, how if isinstance(how, int) else 404)
    for _ in range(4):
        watch.night(days=3)

    assert watch.events() == [("removed", f"dsmv-{gone}")]


def test_what_was_gone_may_return(site: WalledSite, watch: Watch) -> None:
    gone = site.numbers.pop()
    page, site.pages[release_url(gone)] = site.pages[release_url(gone)], 404
    for _ in range(4):
        watch.night(days=3)
    site.numbers.append(gone)
    site.pages[release_url(gone)] = page
    watch.night()

    assert [kind for kind, _ in watch.events()] == ["removed", "returned"]


def test_files_of_a_page_that_cannot_be_read_stay_named(site: WalledSite, watch: Watch) -> None:
    """The parent answers with an error, its files are well: nothing is unlisted."""
    site.pages[release_url(FIRST)] = 500
    site.pages[SITE + "/Blickpunkte/"] = 500
    for _ in range(NIGHTS):
        watch.night()

    assert watch.events() == []


def test_a_file_that_its_page_drops_is_unlisted(site: WalledSite, watch: Watch) -> None:
    site.pages[release_url(FIRST)] = release(FIRST)
    watch.night()

    assert sorted(watch.events()) == [("changed", f"dsmv-{FIRST}"), ("unlisted", "dsmv-datei-vorgang-pdf")]


def test_a_file_that_moves_is_joined_to_its_new_address(site: WalledSite, watch: Watch) -> None:
    site.pages[SITE + "/static/DS/Dateien/vorgang-neu.pdf"] = site.pages.pop(SITE + "/static/DS/Dateien/vorgang.pdf")
    site.pages[release_url(FIRST)] = release(FIRST, ["/static/DS/Dateien/vorgang-neu.pdf"])
    watch.night()

    assert ("moved", "dsmv-datei-vorgang-pdf") in watch.events()


def test_the_same_page_under_its_other_names_is_no_wall(site: WalledSite, watch: Watch) -> None:
    """Three new addresses of one page, which says which of them is its own."""
    paths = [f"/Blickpunkte/{name}/" for name in ("blatt-a", "blatt-a-druck", "blatt-a-alt")]
    site.pages[SITE + "/Blickpunkte/blatt-praxis/"] = guidance("praxis", paths)
    page = guidance("a").replace(b"<title>", f"<link rel='canonical' href='{paths[0]}'><title>".encode())
    site.pages |= dict.fromkeys((SITE + path for path in paths), page)
    watch.night()

    assert [kind for kind, _ in watch.events()] == ["changed", "new", "new", "new"]


def test_without_a_list_no_page_becomes_a_first_document(site: WalledSite, tmp_path: Path) -> None:
    """Nobody knows the frame of the site yet."""
    site.pages[SITE + "/presse/"] = 500
    watch = Watch(tmp_path / "data", site)
    watch.night()
    found = watch.conn.execute("select count(*) from documents where id like 'dsmv-seite-%'").fetchone()[0]
    watch.conn.close()

    assert found == 0
