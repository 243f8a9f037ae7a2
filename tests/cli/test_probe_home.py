"""The probe of a site nobody has described: what its home page announces, and lines that load as a description; and
the probe of a feed source, whatever kind of feed stands there."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from aktenkundig.cli import cli
from aktenkundig.crawling import CrawlOptions
from aktenkundig.probe import probe_source
from aktenkundig.probe_home import read_home
from crawler.sources import SourceDescription, describe, load_source

HTML = "text/html; charset=utf-8"


class Server(ThreadingHTTPServer):
    """Answers with ``pages`` (path → media type, body), 404 for anything else; ``asked`` is what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, tuple[str, str]] = {}
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        kind, body = self.server.pages.get(self.path, (HTML, ""))
        self.send_response(200 if self.path in self.server.pages else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def proposed(server: Server, home: str) -> tuple[int, str, SourceDescription | None]:
    """Exit code, what was printed, and the description in it."""
    server.pages["/"] = (HTML, home)
    done = CliRunner().invoke(cli, ["probe", server.address + "/", "--delay", "0"], standalone_mode=False)
    begin = done.output.find('name = "')
    return int(done.return_value), done.output, describe(tomllib.loads(done.output[begin:])) if begin >= 0 else None


FEEDS = """<link rel="alternate" type="application/rss+xml" title="Neues &quot;vom&quot; Amt" href="/rss.xml?nn=7">
<link rel="ALTERNATE" type="application/atom+xml" href="atom"><link rel="alternate" hreflang="en" href="/en/">
<link rel="stylesheet" href="/haus.css"><link rel="alternate" type="application/rss+xml" href="https://anders.example/f">"""


def test_announced_feeds_are_listed_and_make_a_description(server: Server) -> None:
    """Only those of the site itself; the page is read once, robots.txt before it."""
    code, text, source = proposed(server, f"<html><head><title>Amt\x1b[31m\nfür Akten</title>{FEEDS}</head></html>")

    assert (code, server.asked) == (0, ["/robots.txt", "/"])
    assert source is not None
    assert (source.kind, source.site, source.active) == ("feed", server.address, False)
    assert [(one.path, one.label) for one in source.feeds] == [("/rss.xml?nn=7", 'Neues "vom" Amt'), ("/atom", "")]
    assert source.label == "Amt [31m für Akten"
    assert "Angekündigte Feeds: 3" in text
    assert "https://anders.example/f" in text
    assert "\x1b" not in text
    assert "gesehen am" in (source.described_from or "")


def test_a_portal_of_releases_and_a_site_of_pages(server: Server) -> None:
    """What the links of the page say decides where no feed does."""
    link = "<a href='/Aktuell/?id=7&amp;processor=processor.sa.pressemitteilung'>Neues</a>"
    portal = proposed(server, f"<title>Portal</title>{FEEDS}{link}{link.replace('7', '8')}")[2]
    pages = proposed(server, "<title>Amt</title><a href='/beschluesse.html#a'>Beschlüsse</a><a href='/'>Start</a>")[2]

    assert portal is not None
    assert (portal.kind, portal.start) == ("press_portal", ("/Aktuell/",))
    assert pages is not None
    assert (pages.kind, [one.path for one in pages.sections]) == ("sections", ["/beschluesse.html"])


def test_a_page_that_announces_nothing_fits_no_kind(server: Server) -> None:
    code, text, source = proposed(server, "<title>Leer</title><a href='https://anders.example/x'>Anders</a>")

    assert (code, source) == (1, None)
    assert "Passende Art: keine" in text
    assert "Angekündigte Feeds: keiner" in text


def test_what_robots_txt_forbids_is_not_asked(server: Server) -> None:
    server.pages["/robots.txt"] = ("text/plain", "User-agent: *\nDisallow: /")
    done = CliRunner().invoke(cli, ["probe", server.address + "/", "--delay", "0"])

    assert done.exit_code == 1
    assert "robots.txt erlaubt den Abruf nicht" in done.output
    assert server.asked == ["/robots.txt"]


def test_a_live_site_wants_a_contact() -> None:
    done = CliRunner().invoke(cli, ["probe", "https://amt.example/"], standalone_mode=False)

    assert "ein Kontakt gebraucht" in str(done.exception)


def test_a_base_moves_the_addresses() -> None:
    page = b"<a href='http://[kaputt'>K</a><base href='/de/'><link rel=alternate type=application/atom+xml href=neu.atom><a href=x.html>X</a>"
    home = read_home("https://amt.example/", page, HTML)

    assert (home.own_feeds, home.own_links) == ({"/de/neu.atom": ""}, {"/de/x.html": "X"})


# -- the probe of a feed source -----------------------------------------------------------------------------

SITE = load_source("bfdi").site
ENTRIES = [(f"Bescheid {n} ist ergangen", f"{SITE}/DE/Bescheid{n}.html") for n in (1, 2)]
ITEMS = "".join(f"<item><title>{t}</title><link>{u}</link>{{date}}</item>" for t, u in ENTRIES)
RSS = ITEMS.format(date="<pubDate>Tue, 03 Mar 2026 09:00:00 +0100</pubDate>")
RDF = ITEMS.format(date="<dc:date>2026-03-03T09:00:00+01:00</dc:date>")
ATOM = "".join(
    f"<entry><title>{t}</title><link href='{u}'/><published>2026-03-03T09:00:00+01:00</published></entry>"
    for t, u in ENTRIES
)
KINDS = {
    "RSS 2.0": f"<?xml version='1.0'?><rss version='2.0'><channel><title>Amt</title>{RSS}</channel></rss>",
    "RSS 1.0": "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
    f" xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Amt</title></channel>{RDF}</rdf:RDF>",
    "Atom": f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Amt</title>{ATOM}</feed>",
}


def probed(server: Server, feed: str) -> tuple[int, str]:
    """Exit code and report of a probe whose feed reads so."""
    source = load_source("bfdi")
    server.pages[source.feeds[0].path] = ("application/xml", feed)
    for title, url in ENTRIES:
        body = f"<html><body><main><h1>{title}</h1><p>Die Behörde hat {title.lower()} und teilt das mit.</p></main></body></html>"
        server.pages[url.removeprefix(SITE)] = (HTML, body)
    options = CrawlOptions(data=Path("unused"), at={"bfdi": server.address}, delay=0.0)
    with redirect_stdout(StringIO()) as printed:
        code = probe_source("bfdi", options)
    return code, printed.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_a_feed_source_is_probed_whatever_its_format(server: Server, kind: str) -> None:
    code, text = probed(server, KINDS[kind])

    assert "Einträge: 2, 2 mit Datum, 0 ausgeschlossene Links" in text
    assert "Datum 2026-03-03 (published)" in text
    assert "Ergebnis: Die Seiten werden gelesen wie erwartet." in text
    assert code == 0


@pytest.mark.parametrize("feed", ["<html><body>Wartung</body></html>", "kein Feed", "<rss><channel/></rss>"])
def test_a_broken_feed_does_not_fit(server: Server, feed: str) -> None:
    code, text = probed(server, feed)

    assert code == 1
    assert "So lassen sich die Seiten nicht vollständig lesen" in text
    assert "Auf keiner Übersicht wurde ein Eintrag gefunden." in text
