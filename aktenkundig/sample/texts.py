"""The records of the sample site and how they are loaded from the data files beside the code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
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
