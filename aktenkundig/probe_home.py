"""A look at a site that nobody has described: the feeds its home page announces, and a description to begin with."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from urllib.error import HTTPError
from urllib.parse import parse_qs, urljoin, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import click
from bs4 import BeautifulSoup
from protego import Protego

from crawler.network.politeness import installed_version
from crawler.pages.soup import decode
from crawler.sources import SourceDescription

FEEDS = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_quoted = partial(json.dumps, ensure_ascii=False)
MOST_BYTES, SECONDS, MOST_SHOWN = 2_000_000, 30.0, 12
WHY = {
    "press_portal": "press_portal: die Startseite verweist auf Mitteilungen wie das Landesportal.",
    "feed": "feed: die Startseite kündigt Feeds der eigenen Website an.",
    "sections": "sections: kein eigener Feed ist angekündigt; zu wählen ist, was Übersichten mit Dateien sind.",
    "": "keine: die Startseite kündigt keinen Feed an und verweist auf keine eigenen Seiten.",
}


@dataclass(frozen=True, kw_only=True)
class Home:
    """A home page: where it stands in the end, its title, the feeds it announces with their titles, and its links with
    their texts, both by absolute address."""

    url: str
    title: str
    feeds: Mapping[str, str]
    links: Mapping[str, str]

    @property
    def site(self) -> str:
        """The origin, as a description names it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def releases(self) -> tuple[str, ...]:
        """The paths under which it names releases as the state portals do."""
        return tuple(dict.fromkeys(urlsplit(path).path for path in self._own(self.links) if _is_release(path)))

    @property
    def own_feeds(self) -> dict[str, str]:
        """The announced feeds of the site itself, by path."""
        return self._own(self.feeds)

    @property
    def own_links(self) -> dict[str, str]:
        """The first links to pages of the site, by path."""
        return dict(list(self._own(self.links).items())[:MOST_SHOWN])

    @property
    def kind(self) -> str:
        """The kind of source that would fit, ``""`` where none does."""
        return "press_portal" if self.releases else "feed" if self.own_feeds else "sections" if self.own_links else ""

    def _own(self, addresses: Mapping[str, str]) -> dict[str, str]:
        split = {urlsplit(url): text for url, text in addresses.items()}
        host = urlsplit(self.url).netloc.removeprefix("www.")
        return {
            f"{one.path}{'?' if one.query else ''}{one.query}": text
            for one, text in split.items()
            if one.netloc.removeprefix("www.") == host
        }


def propose(address: str, *, contact: str, delay: float) -> int:
    """Read a home page once, as its robots.txt allows, and print what it announces and a description to copy.

    0 when a kind fits, 1 when none does or the page cannot be had (click.ClickException says why).
    """
    home = read_home(*_fetched(address, contact=contact, delay=delay))
    click.echo(f"Startseite: {home.url}\nAngekündigte Feeds: {len(home.feeds) or 'keiner'}")
    for url, title in home.feeds.items():
        click.echo(f"  {url}  {title}".rstrip())
    click.echo(f"Passende Art: {WHY[home.kind]}")
    if not home.kind:
        return 1
    click.echo("\nEntwurf für crawler/sources/NAME.toml, Zeile für Zeile zu prüfen:\n")
    for line in description(home, seen=datetime.now(UTC)):
        click.echo(line)
    return 0


def read_home(url: str, body: bytes, content_type: str) -> Home:
    """What a home page says of its site. Texts lose white space and what a terminal could take for a command."""
    page = BeautifulSoup(decode(body, content_type), "lxml")
    base = page.select_one("base[href]")
    at = (_joined(url, base["href"]) if base else "") or url
    feeds = {
        _joined(at, tag["href"]): _plain(str(tag.get("title") or ""))
        for tag in page.select('link[rel~="alternate" i][href]')
        if str(tag.get("type") or "").split(";")[0].strip().lower() in FEEDS and _joined(at, tag["href"])
    }
    links: dict[str, str] = {}
    for tag in page.find_all("a", href=True):
        link, text = _joined(at, tag["href"]).partition("#")[0], _plain(tag.get_text(" "))
        if text and urlsplit(link).path.strip("/"):
            links.setdefault(link, text)
    return Home(url=url, title=_plain(page.title.get_text(" ") if page.title else ""), feeds=feeds, links=links)


def description(home: Home, *, seen: datetime) -> Iterator[str]:
    """The lines of a description that loads (``crawler.sources.describe``), switched off until somebody has looked."""
    host = urlsplit(home.site).hostname or ""
    name = "".join(one for one in host.removeprefix("www.").split(".")[0] if one.isascii() and one.isalnum())
    values = {"name": name, "label": home.title or host, "site": home.site, "kind": home.kind}
    yield from (f"{key} = {_quoted(value)}" for key, value in values.items())
    yield "active = false"
    yield f'described_from = "Startseite, gesehen am {seen.day}.{seen.month}.{seen.year}"'
    if home.kind == "press_portal":
        yield f"start = [{', '.join(map(_quoted, home.releases))}]"
    for path, text in {"feed": home.own_feeds, "sections": home.own_links}.get(home.kind, {}).items():
        yield from ("", f"[[{home.kind.removesuffix('s')}s]]", f"path = {_quoted(path)}", f"label = {_quoted(text)}")


def _fetched(address: str, *, contact: str, delay: float) -> tuple[str, bytes, str]:
    """Final address, body and media type. Raises click.ClickException where the page cannot or must not be had."""
    agent = f"aktenkundig/{installed_version()}" + (f" (+{contact})" if contact else "")
    try:
        rules = _asked(urljoin(address, "/robots.txt"), agent)[1].decode("utf-8", "replace")
    except HTTPError as error:
        rules = "User-agent: *\nDisallow: /" if error.code >= 500 else ""
    if not Protego.parse(rules).can_fetch(address, "aktenkundig"):
        raise click.ClickException(f"{address}: robots.txt erlaubt den Abruf nicht.")
    time.sleep(delay)
    try:
        return _asked(address, agent)
    except HTTPError as error:
        raise click.ClickException(f"{address}: Die Seite antwortet mit Status {error.code}.") from error


def _asked(url: str, agent: str) -> tuple[str, bytes, str]:
    opener = build_opener(*([] if os.environ.get("AKTENKUNDIG_PROXY") == "1" else [ProxyHandler({})]))
    try:
        with opener.open(Request(url, headers={"User-Agent": agent}), timeout=SECONDS) as answer:  # noqa: S310
            return answer.url, answer.read(MOST_BYTES), answer.headers.get("Content-Type") or ""
    except HTTPError:
        raise
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{url}: keine Antwort ({getattr(error, 'reason', error)}).") from error


def _joined(at: str, href: object) -> str:
    """The absolute address of a link, ``""`` for what is none."""
    try:
        return _plain(urljoin(at, str(href).strip()))
    except ValueError:
        return ""


def _is_release(url: str) -> bool:
    query = parse_qs(urlsplit(url).query)
    return SourceDescription.id_parameter in query and query.get("processor") == [SourceDescription.processor]


def _plain(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
