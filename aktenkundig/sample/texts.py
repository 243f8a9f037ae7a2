"""The texts of the sample site, written or put together from a stock of sentences; how they become HTML."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from html import escape
from importlib import resources
from typing import Any

HEADLINE_FIRST_FROM = date(2025, 8, 1)
"""From August 2025 the headline stands before the kicker on the real site."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A file offered under "Anlagen": its address as printed, its title, the remark behind it."""

    href: str
    title: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Release:
    """A press release of the DSMV site.

    ``\\n`` in ``kicker`` and ``headline`` is a broken line. ``heading`` is ``br``, ``h1h2`` or
    ``spans``. ``caption_place`` says where the list shows the caption: ``""``, ``before`` the
    teaser or ``inside`` it. ``appears`` is the day from which the release exists.
    """

    id: int
    published: date
    number: str = ""
    kicker: str = ""
    headline: str = ""
    headline_first: bool = False
    heading: str = "br"
    teaser: str = ""
    caption: str = ""
    caption_times: int = 1
    caption_place: str = ""
    paragraphs: tuple[str, ...] = ()
    attachments: tuple[Offer, ...] = ()
    quirks: tuple[str, ...] = ()
    appears: int = 1
    dress: int = 0
    widget: bool = False

    @property
    def list_title(self) -> str:
        return (self.headline or self.kicker).replace("\n", " ")


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """A guidance page of the DSMV site; ``body`` in the small markup of ``markup.py``."""

    path: str
    title: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A file of either site, and its entry on a section page.

    ``href`` is printed as it stands, raw spaces and all. ``date`` is the printed date or empty.
    ``form`` is ``report``, ``short``, ``scan``, ``encrypted``, ``truncated``, ``odt``, ``docx`` or
    ``html`` (a page served under a PDF's name). ``filler`` pages come from the sentence stock of a ``theme``.
    ``annex_of`` is the key of the paper whose hint box names this one.
    """

    key: str
    href: str
    title: str
    section: str = ""
    date: str = ""
    separator: str = "-"
    number: str = ""
    notes: tuple[str, ...] = ()
    annex_of: str = ""
    form: str = "short"
    head: str = ""
    body: str = ""
    theme: str = ""
    filler: int = 0
    same_as: str = ""
    saves: int = 0
    appears: int = 1


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """An entry of a section page that leads to another body's site."""

    section: str
    href: str
    title: str
    date: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A section page of the DSK site; ``markup`` is ``thumbnails``, ``kurzpapiere`` or ``plain``."""

    name: str
    title: str
    markup: str = "thumbnails"
    intro: str = ""
    menu_only: bool = False


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything both sites show on one day.

    ``answers`` says which documents do not answer normally: ``404``, ``410``, ``503``, ``soft_404``,
    ``redirect`` or ``unlisted``, by release number or paper key. ``furniture`` is the edition of the
    site's frame.
    """

    releases: tuple[Release, ...]
    guidance: tuple[Guidance, ...]
    papers: tuple[Paper, ...]
    foreign: tuple[Foreign, ...]
    sections: tuple[Section, ...]
    answers: Mapping[str, str] = field(default_factory=dict)
    furniture: int = 0
    day: int = 1

    @cached_property
    def by_number(self) -> dict[str, Release]:
        return {str(release.id): release for release in self.releases}


@cache
def first_world() -> World:
    """All texts of the data files, as on day 1 but for what appears later."""
    return World(
        releases=_releases(),
        guidance=tuple(Guidance(**row) for row in load("guidance.toml")["page"]),
        papers=_papers("dsk_papers.toml") + _papers("dsk_resolutions.toml") + _papers("dsmv_files.toml"),
        foreign=tuple(Foreign(**row) for row in load("dsk_sections.toml")["foreign"]),
        sections=tuple(Section(**row) for row in load("dsk_sections.toml")["section"]),
    )


def load(name: str) -> dict[str, Any]:
    """One TOML file of the ``data`` folder."""
    raw = resources.files("aktenkundig.sample").joinpath("data", name).read_text(encoding="utf-8")
    return tomllib.loads(raw)


def template(name: str) -> str:
    """One file of the ``templates`` folder."""
    return resources.files("aktenkundig.sample").joinpath("templates", name).read_text(encoding="utf-8")


def _releases() -> tuple[Release, ...]:
    names = load("bodies.toml")
    rows = [row for number in (1, 2, 3, 4) for row in load(f"releases_{number}.toml")["release"]]
    return tuple(_release(row, names) for row in rows)


def _release(row: dict[str, Any], names: Mapping[str, Any]) -> Release:
    row = dict(row)
    paragraphs = [part.strip() for part in row.pop("body", "").strip().split("\n\n") if part.strip()]
    contact = row.pop("contact", "")
    if contact:
        paragraphs.append(names["contacts"][contact].strip())
    row["kicker"] = _filled(row.get("kicker", ""), names["kickers"])
    row.setdefault("headline_first", row["published"] >= HEADLINE_FIRST_FROM)
    row.setdefault("number", row["published"].strftime("%Y%m%d"))
    row["attachments"] = tuple(Offer(**offer) for offer in row.pop("attachments", ()))
    row["quirks"] = tuple(row.pop("quirks", ()))
    return Release(**row, paragraphs=tuple(paragraphs))


def _filled(kicker: str, names: Mapping[str, str]) -> str:
    """Put the long name of a body in the place of its short sign: ``{DSK} vom 6. Mai 2024``."""
    for sign, name in names.items():
        kicker = kicker.replace("{" + sign + "}", name)
    return kicker


def _papers(name: str) -> tuple[Paper, ...]:
    return tuple(Paper(**{**row, "notes": tuple(row.get("notes", ()))}) for row in load(name)["paper"])


SLOT = re.compile(r"\{(\w+)\}")
PARAGRAPHS_A_PAGE = 6
SENTENCES_A_PARAGRAPH = 7
NEWEST = date(2026, 9, 30)
NEWEST_ID = 290_000


def made_releases(count: int) -> list[Release]:
    """``count`` press releases, newest first, about two a week."""
    return [made_release(index) for index in range(count)]


def made_release(index: int) -> Release:
    """The release number ``index`` counted from the newest (0)."""
    theme = _pick(_stock()["theme"], index, "theme")
    paragraphs = [
        _made_paragraph(theme, f"{index}/{part}", 4 + _number(index, "length") % 4) for part in range(5 + index % 5)
    ]
    return Release(
        id=NEWEST_ID - index * 11,
        published=NEWEST - timedelta(days=index * 7 // 2),
        number=(NEWEST - timedelta(days=index * 7 // 2)).strftime("%Y%m%d"),
        kicker="" if index % 3 else "Pressemitteilung",
        headline=_worded(_pick(theme["headlines"], index, "headline"), f"{index}"),
        heading=("br", "h1h2", "spans")[index % 3],
        headline_first=index % 2 == 0,
        paragraphs=tuple(paragraphs),
    )


def filler_chapters(key: str, theme_name: str, pages: int) -> list[str]:
    """Headings and paragraphs that fill about ``pages`` printed pages; ``key`` decides which."""
    blocks: list[str] = []
    for chapter in range(pages):
        theme = _theme(theme_name)
        heading = theme["chapters"][chapter % len(theme["chapters"])]
        blocks.append(f"## {chapter + 3}. {heading}")
        blocks += [
            _made_paragraph(theme, f"{key}{chapter}/{part}", SENTENCES_A_PARAGRAPH) for part in range(PARAGRAPHS_A_PAGE)
        ]
    return blocks


def _theme(name: str) -> dict[str, Any]:
    return next(theme for theme in _stock()["theme"] if theme["name"] == name)


def _made_paragraph(theme: dict[str, Any], seed: str, count: int) -> str:
    sentences = [*theme["sentences"], *_stock()["general"]]
    order = sorted(range(len(sentences)), key=lambda at: _number(seed, at))
    return " ".join(_worded(sentences[at], f"{seed}:{at}") for at in order[:count])


def _worded(text: str, seed: str) -> str:
    """Put words into the slots of a sentence: ``{ort}`` becomes ``Wismar``."""
    return SLOT.sub(lambda found: _pick(_stock()["slots"][found[1]], seed, found.start()), text)


def _pick(options: Sequence[Any], *seed: object) -> Any:
    return options[_number(*seed) % len(options)]


def _number(*seed: object) -> int:
    """A number that looks random and is the same for the same seed on every machine."""
    return int.from_bytes(hashlib.blake2b(repr(seed).encode(), digest_size=4).digest(), "big")


@cache
def _stock() -> dict[str, Any]:
    return load("stock.toml")


LINK = re.compile(r"&lt;&lt;(.+?)\|(.+?)&gt;&gt;")


def inline(text: str) -> str:
    """Escape a text; ``<<address|words>>`` is a link, a line break is ``<br>``.

    >>> inline("Siehe <</presse/|Presse>> & mehr\\nTelefon")
    'Siehe <a href="/presse/">Presse</a> &amp; mehr<br />Telefon'
    """
    html = LINK.sub(lambda found: f'<a href="{found[1]}">{found[2]}</a>', escape(text, quote=False))
    return html.replace("\n", "<br />")


def block(text: str) -> str:
    """One paragraph, heading (``## ``) or list (every line ``* ``).

    >>> block("* Zweck\\n* Frist")
    '<ul><li>Zweck</li><li>Frist</li></ul>'
    """
    lines = text.split("\n")
    if all(line.startswith("* ") for line in lines):
        return "<ul>" + "".join(f"<li>{inline(line[2:])}</li>" for line in lines) + "</ul>"
    if text.startswith("## "):
        return f"<h2>{inline(text[3:])}</h2>"
    return f"<p>{inline(text)}</p>"


def plain(text: str) -> str:
    """The words of a text without its markup, on one line.

    >>> plain("Siehe <</presse/|Presse>>\\nund mehr")
    'Siehe Presse und mehr'
    """
    return re.sub(r"<<.+?\|(.+?)>>", r"\1", text).replace("\n", " ").replace("* ", "")
