"""The frame of a site tells its pages from those put in between; addresses in brackets never cost a page."""

from __future__ import annotations

import random
from urllib.parse import urlsplit

import pytest

from crawler.errors import Interposed, UnknownIdentity
from crawler.identity import canonical_url, is_file
from crawler.pages.frame import Frame, gist_of, read_frame, refuse_interposed
from crawler.pages.section_page import read_guidance
from crawler.pages.soup import open_page
from crawler.sources import load_source

SITE = "https://www.datenschutz-mv.de"
SOURCE = load_source("dsmv")


def page(inner: str, *, menu: tuple[str, ...] = ("amt", "recht", "presse", "service"), foot: str = "") -> bytes:
    links = "".join(f"<li><a href='/{name}/'>{name}</a></li>" for name in menu)
    return (
        f"<html><head><title>Haus</title></head><body><header id='kopf'><ul>{links}</ul></header><main>{inner}</main>"
        f"<footer id='fuss'><a href='/Impressum/'>Impressum</a>{foot}</footer></body></html>"
    ).encode()


FRAME = read_frame(
    page("<div class='resultlist'><a href='/presse/?id=1'>Eins</a></div>"), source=SOURCE, url=SITE + "/presse/"
)


@pytest.mark.parametrize(
    "body",
    [
        page("<h1>Zugriff verweigert: was nun?</h1>"),
        page("<p>Kurz.</p>", menu=("amt", "recht", "presse", "service", "recht/eins", "recht/zwei")),
        page("<p>Ein anderes Menü.</p>", menu=("amt", "presse")),
        page("<p>Mehr am Fuß.</p>", foot="<a href='/leicht/'>Leichte Sprache</a>"),
    ],
)
def test_a_page_in_the_frame_of_the_site_is_let_through(body: bytes) -> None:
    """Whatever it speaks of; menus open and close."""
    refuse_interposed(open_page(body, source=SOURCE, url=SITE + "/Blickpunkte/"), FRAME)

    assert FRAME.is_known


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body><h1>Bitte warten</h1></body></html>",
        b"<html><body><main id='kopf'><a href='/'>Start</a><a href='/Impressum/'>Impressum</a></main></body></html>",
        b"<center><h1>503</h1></center>",
        page("<form><input type='password'></form>"),
    ],
)
def test_a_page_without_it_is_refused(body: bytes) -> None:
    """Also one that links home and to the imprint, and the login of the site itself."""
    with pytest.raises(Interposed):
        refuse_interposed(open_page(body, source=SOURCE, url=SITE + "/Blickpunkte/"), FRAME)


def test_a_site_that_asks_for_passwords_everywhere_is_read() -> None:
    """A login field in the head of every page means nothing."""
    field = "<input type='password'>"
    frame = read_frame(page("<div class='resultlist'></div>", foot=field), source=SOURCE, url=SITE + "/presse/")

    refuse_interposed(open_page(page("<p>Text</p>", foot=field), source=SOURCE, url=SITE + "/Blickpunkte/"), frame)

    assert frame.asks_password


@pytest.mark.parametrize("frame", [None, Frame(marks=frozenset({"/a/"}))])
def test_a_site_without_a_frame_is_read_as_it_is(frame: Frame | None) -> None:
    refuse_interposed(open_page(b"<h1>Titel</h1>", source=SOURCE, url=SITE + "/Blickpunkte/"), frame)

    assert frame is None or not frame.is_known


def test_the_gist_leaves_out_tokens_but_no_headings() -> None:
    heads = (("Umbau", 17), ("Umbau", 23), ("Umbau 2", 17))
    bodies = [page(f"<h1>{head}</h1><p>Vorgang {number}</p>") for head, number in heads]
    gists = [gist for body in bodies if (gist := gist_of(body, source=SOURCE, url=SITE))]

    assert len({gist.exact for gist in gists}) == 3
    assert [gist.loose == gists[0].loose for gist in gists] == [True, True, False]


def resolved(href: str) -> str | None:
    try:
        return canonical_url(href, SITE + "/presse/", SOURCE)
    except UnknownIdentity:
        return None


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("http://[::ffff:127.0.0.1]:22/x.pdf", "http://[::ffff:127.0.0.1]:22/x.pdf"),
        ("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]/x"),
        ("https://[2001:DB8::1]:80/x", "https://[2001:db8::1]:80/x"),
        ("http://[::1", None),
        ("http://a[b]c/x.pdf", None),
        ("http://[fe80::1%25eth0]/x", None),
    ],
)
def test_hosts_in_brackets_keep_them(href: str, address: str | None) -> None:
    assert resolved(href) == address


def test_no_address_whatever_costs_its_page() -> None:
    """Twenty thousand odd ones: an address that stays the same when it is read again, or a reason."""
    draw = random.Random(7)
    starts = ("", "http://", "//", "https://[", "http://[::", "\\\\", "http://x@[")
    for _ in range(20_000):
        href = draw.choice(starts) + "".join(draw.choices("http:/[]:@%?#=&.x1-\\é; ", k=draw.randint(0, 12)))
        found = resolved(href)
        if found is not None:
            assert canonical_url(found, "", SOURCE) == found
            assert urlsplit(found).port != 0
            assert is_file(found, SOURCE) in (True, False)


def test_a_page_with_such_a_link_is_read() -> None:
    body = page(
        "<h1>Merkblatt</h1><p><a href='http://[::ffff:127.0.0.1]:22/x.pdf'>Datei</a> <a href='http://[::'>x</a></p>"
    )
    read = read_guidance(body, url=SITE + "/Blickpunkte/", document_id="x", source=SOURCE)

    assert read.page.headline == "Merkblatt"
