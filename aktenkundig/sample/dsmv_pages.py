"""Renders the pages of the DSMV site in its own markup."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from string import Template

from aktenkundig.sample.history import calendar_day
from aktenkundig.sample.texts import Guidance, Offer, Release, World, block, inline, load, plain, template

PAGE_SIZE = 30
PRESS = "/presse/"
RELEASE_QUERY = "id={}&processor=processor.sa.pressemitteilung"


def release_path(release_id: int) -> str:
    """The address of a release below its host.

    >>> release_path(171183)
    '/presse/?id=171183&processor=processor.sa.pressemitteilung'
    """
    return PRESS + "?" + RELEASE_QUERY.format(release_id)


OTHER_HOSTS = {3: "https://www.informationsfreiheit-mv.de", 11: "https://datenschutz-mv.de"}
"""Some entries lead to the same release on the second host, or without ``www``."""


def listing_page(releases: Sequence[Release], offset: int, world: World) -> str:
    """The list of releases from ``offset``, thirty a page."""
    shown = releases[offset : offset + PAGE_SIZE]
    content = Template(template("dsmv_listing.html")).substitute(
        teasers="\n".join(_teaser(release) for release in shown),
        pager=_pager(len(releases), offset),
        total=len(releases),
    )
    return framed("Pressemitteilungen", content, world)


def _teaser(release: Release) -> str:
    caption = f"<p>{inline(release.caption)}</p>" if release.caption_place == "before" else ""
    inside = f"{inline(release.caption)}<br />" if release.caption_place == "inside" else ""
    words = release.teaser or (plain(release.paragraphs[0])[:380] if release.paragraphs else "")
    return _part("dsmv_teaser.html").substitute(
        date=f"{release.published:%d.%m.%Y}",
        href=escape(OTHER_HOSTS.get(release.id % 17, "") + release_path(release.id)),
        title=inline(release.list_title),
        caption=caption,
        teaser=f"<p>{inside}{inline(words)}</p>" if words else "",
    )


def _pager(total: int, offset: int) -> str:
    pages = range((total + PAGE_SIZE - 1) // PAGE_SIZE)
    here = offset // PAGE_SIZE
    numbers = " ".join(
        f'<span class="current">{page + 1}</span>' if page == here else _page_link(page, "number", str(page + 1))
        for page in pages
        if abs(page - here) < 6
    )
    back = _page_link(here - 1, "prev", "zurück") if here else ""
    more = _page_link(here + 1, "next", "weiter") if here + 1 < len(pages) else ""
    return f"{back} {numbers} {more}"


def _page_link(page: int, kind: str, words: str) -> str:
    href = f"{PRESS}?pager.page.nr={page}&amp;pager.items.offset={page * PAGE_SIZE}"
    return f'<a class="{kind}" href="{href}">{words}</a>'


def release_page(release: Release, world: World) -> str:
    """The page of one release. ``dress`` above 0 changes its markup and tokens, never its text."""
    content = _part("dsmv_release.html").substitute(
        heading=_heading(release),
        image="" if _pictured(release) else _image(release),
        number=f'<span class="nummer">Nr.{release.number}</span> |' if release.number else "",
        date=f"{release.published:%d.%m.%Y}",
        body=_body(release),
        attachments=_attachments(release.attachments),
        token=f"{release.id * 7919 + release.dress * 104729:x}",
        widget=_widget(world.day) if release.widget else "",
    )
    return framed(release.list_title, content, world)


def _widget(day: int) -> str:
    """What changes with every visit, and what a relaunch may put beside a text: none of it is the text."""
    today = f"{calendar_day(day):%d.%m.%Y}"
    return (
        f'<div class="stand_heute">Stand heute: {today}, 08:00 Uhr<p>Gedruckt am {today}</p>'
        '<ul class="weitergeben"><li><a href="https://www.example.org/sharer.php?u=x">Weitergeben</a></li></ul>'
        f'<p><a href="{PRESS}?{RELEASE_QUERY.format(100_000 + day)}">Vorherige Meldung</a></p></div>'
    )


def _heading(release: Release) -> str:
    kicker, headline = release.kicker.split("\n"), release.headline.split("\n")
    parts = [headline, kicker] if release.headline_first else [kicker, headline]
    parts = [lines for lines in parts if lines != [""]]
    if release.heading == "h1h2" and len(parts) == 2:
        first, second = (inline("\n".join(lines)) for lines in parts)
        return f"<h1>{first}</h1>\n<h2>{second}</h2>"
    lines = [line for part in parts for line in part]
    if release.heading == "spans":
        return "<h1>" + "\n".join(f'<span class="zeile">{inline(line)}</span>' for line in lines) + "</h1>"
    return f"<h1>{inline(chr(10).join(lines))}</h1>"


def _image(release: Release) -> str:
    if not release.caption:
        return ""
    caption = inline(release.caption)
    shown = [f'<div class="bildunterschrift">{caption}</div>'] * release.caption_times
    return Template(template("dsmv_image.html")).substitute(id=release.id, captions="\n".join(shown))


def _pictured(release: Release) -> bool:
    """Whether the picture stands inside the text, as on sister sites."""
    return bool(release.caption and release.paragraphs and release.id % 2)


def _picture(release: Release) -> str:
    caption = inline(release.caption)
    address = f"/static/DS/Bilder/{release.id}.jpg"
    return (
        f'<div class="absatz_image right"><a class="lightbox" href="{address}" title="{caption}">'
        f'<img src="/static/DS/Bilder/{release.id}_klein.jpg" alt="{caption}"><span>Details anzeigen</span></a>'
        f'<span class="description">{caption}</span><div class="hidden_description">{caption}</div></div>'
    )


def _body(release: Release) -> str:
    blocks = [block(paragraph) for paragraph in release.paragraphs]
    blocks[:0] = [_picture(release)] if _pictured(release) else []
    if release.dress:
        return "\n".join(f'<div class="absatz neu">\n  <div>\n{part}\n  </div>\n</div>' for part in blocks)
    return '<div class="absatz">\n' + "\n".join(blocks) + "\n</div>" if blocks else ""


def _attachments(offers: Sequence[Offer]) -> str:
    if not offers:
        return ""
    entries = "\n".join(
        f'<li><a href="{escape(offer.href)}">{inline(offer.title)}</a> <span>({offer.note})</span></li>'
        for offer in offers
    )
    return f'<div class="anlagen"><h3>Anlagen</h3>\n<ul>\n{entries}\n</ul></div>'


def guidance_page(page: Guidance, world: World) -> str:
    """A guidance page: a heading and blocks with links, as far as known."""
    blocks = "\n".join(block(part.strip()) for part in page.body.strip().split("\n\n"))
    content = Template(template("dsmv_guidance.html")).substitute(title=inline(page.title), body=blocks)
    return framed(page.title, content, world)


def start_page(world: World) -> str:
    """The start page of the site."""
    return framed("Startseite", template("dsmv_start.html"), world)


def error_page(world: World) -> str:
    """What the site shows where nothing is."""
    return framed("Seite nicht gefunden", template("dsmv_error.html"), world)


def framed(title: str, content: str, world: World) -> str:
    """Put a content into the frame of the site: navigation, search form, footer."""
    return _part("dsmv_frame.html").substitute(
        title=inline(title), content=content, menu=_menu(world.furniture), edition=world.furniture
    )


@cache
def _part(name: str) -> Template:
    return Template(template(name))


@cache
def _menu(edition: int) -> str:
    """The site's navigation; each edition of the frame marks its entries in another way."""
    groups = load("furniture.toml")["menu"]
    css = "nav_item" if not edition else f"nav_item edition_{edition}"
    entries = []
    for group in groups:
        children = "".join(
            f'\n    <li class="{css} level_2"><a class="nav_link" href="{child["href"]}"'
            f' title="{child["label"]}"><span>{child["label"]}</span></a></li>'
            for child in group["children"]
        )
        entries.append(
            f'  <li class="{css} level_1"><a class="nav_link" href="{group["href"]}">'
            f"<span>{group['label']}</span></a>\n   <ul>{children}\n   </ul>\n  </li>"
        )
    return "\n".join(entries)
