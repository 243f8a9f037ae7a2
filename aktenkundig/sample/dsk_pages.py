"""Renders the section pages of the DSK site in their own markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from string import Template

from aktenkundig.sample.texts import Foreign, Paper, Section, World, template

Entry = Paper | Foreign


def section_page(section: Section, world: World) -> str:
    """One section: all its entries on one long page, newest first, undated ones last."""
    entries = _entries(section, world)
    annexes = _annexes(world)
    if section.markup == "kurzpapiere":
        content = "\n".join(_kurzpapier(entry) for entry in entries if isinstance(entry, Paper))
    elif section.markup == "plain":
        content = "\n".join(_plain(entry) for entry in entries)
    else:
        content = '<ul class="thumbnail_list">\n' + "\n".join(_thumbnails(entries, annexes)) + "\n</ul>"
    return framed(section.title, f"<h1>{escape(section.title)}</h1>\n{_intro(section)}{content}", world)


def _intro(section: Section) -> str:
    return f'<p class="intro">{escape(section.intro)}</p>\n' if section.intro else ""


def _entries(section: Section, world: World) -> list[Entry]:
    papers: list[Entry] = [
        paper
        for paper in world.papers
        if paper.section == section.name and not paper.annex_of and world.answers.get(paper.key) in (None, "503")
    ]
    return papers + [foreign for foreign in world.foreign if foreign.section == section.name]


def _annexes(world: World) -> dict[str, list[Paper]]:
    found: dict[str, list[Paper]] = {}
    for paper in world.papers:
        if paper.annex_of and world.answers.get(paper.key) is None:
            found.setdefault(paper.annex_of, []).append(paper)
    return found


def _thumbnails(entries: Sequence[Entry], annexes: dict[str, list[Paper]]) -> Iterable[str]:
    year = ""
    for index, entry in enumerate(entries):
        if entry.date and entry.date[-4:] != year:
            year = entry.date[-4:]
            yield f'<li class="thumbnail head"><div class="headline_table">{year}</div></li>'
        yield _thumbnail(entry, annexes.get(entry.key, []) if isinstance(entry, Paper) else [], odd=index % 2 == 1)


def _thumbnail(entry: Entry, annexes: Sequence[Paper], *, odd: bool) -> str:
    css = "thumbnail odd" if odd else "thumbnail"
    hints = "".join(
        f'\n  <div class="hint-box"><small><a href="{_href(annex)}">{escape(annex.title)}</a></small></div>'
        for annex in annexes
    )
    return (
        f'<li class="{css}"><a href="{_href(entry)}"><div class="headline_table">'
        f'<div class="date">{_label(entry)}</div></div></a>{hints}</li>'
    )


def _label(entry: Entry) -> str:
    """Date in bold, separator, title; "Stand …" is plain text, and an undated entry is its title."""
    separator = entry.separator if isinstance(entry, Paper) else "-"
    title = escape(entry.title, quote=False)
    if not entry.date:
        return title
    if entry.date.startswith("Stand"):
        return f"{entry.date} {separator} {title}"
    return f"<b>{entry.date}</b> {separator} {title}"


def _kurzpapier(paper: Paper) -> str:
    """Its number stands behind "Nr." or is a node of its own, in one element or another."""
    node = ("Nr. {}", "<span>{}</span>", "<b>{}</b>")[int(paper.number or 0) % 3].format(paper.number)
    notes = "".join(f'<span class="note">{escape(note)}</span>' for note in paper.notes)
    return (
        f'<div class="kurzpapier"><a href="{_href(paper)}"><div class="nr">{node}</div>'
        f'<div class="titel">{escape(paper.title)}</div>{notes}</a></div>'
    )


def _plain(entry: Entry) -> str:
    date = f"{entry.date}: " if entry.date else ""
    words = f"{date}{escape(entry.title)}"
    return f'<h3>{words}</h3>\n<p><a href="{_href(entry)}">Herunterladen (PDF)</a></p>'


def _href(entry: Entry) -> str:
    return escape(entry.href)


def framed(title: str, content: str, world: World) -> str:
    """Put a content into the frame of the site with its menu."""
    return _frame().substitute(
        title=escape(title), content=content, menu=_menu(world.sections), edition=world.furniture
    )


@cache
def _frame() -> Template:
    return Template(template("dsk_frame.html"))


@cache
def _menu(sections: tuple[Section, ...]) -> str:
    return "\n".join(f'<li><a href="{section.name}.html">{escape(section.title)}</a></li>' for section in sections)


def start_page(world: World) -> str:
    """The start page of the site."""
    text = "<p>Nachgebildete Seite mit erfundenen Papieren; die Abschnitte stehen im Menü.</p>"
    return framed("Datenschutzkonferenz", f"<h1>Datenschutzkonferenz (Beispielseite)</h1>\n{text}", world)


def error_page(world: World) -> str:
    """What the site shows where nothing is."""
    return framed("Fehler 404", "<h1>Fehler 404</h1>\n<p>Diese Seite gibt es nicht.</p>", world)
