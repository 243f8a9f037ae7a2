"""Plays the days of the sample site: each day is the day before plus its events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from aktenkundig.sample.texts import Offer, Paper, Release, World, first_world, load

FIRST_DAY = date(2026, 10, 5)


def calendar_day(day: int) -> date:
    """The date that the site itself believes it is on a day of its history.

    >>> calendar_day(1).isoformat()
    '2026-10-05'
    """
    return FIRST_DAY + timedelta(days=day - 1)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happens to one document (``target``: release number or paper key) on a day.

    ``old`` and ``new`` are texts; ``until`` is the last day of a passing trouble.
    """

    day: int
    kind: str
    target: str = ""
    old: str = ""
    new: str = ""
    until: int = 0
    note: str = ""


@cache
def events() -> tuple[Event, ...]:
    """All events in order of their days."""
    return tuple(Event(**row) for row in load("history.toml")["event"])


@cache
def world_on(day: int) -> World:
    """What both sites show on a day (1…)."""
    world = first_world()
    for event in events():
        if event.day <= day:
            world = EVENTS[event.kind](world, event) if not event.until or day <= event.until else world
    return replace(
        world,
        day=day,
        releases=tuple(sorted((r for r in world.releases if r.appears <= day), key=_newest_first)),
        papers=tuple(paper for paper in world.papers if paper.appears <= day),
    )


def _newest_first(release: Release) -> tuple[int, int]:
    return (-release.published.toordinal(), -release.id)


def _edit(world: World, event: Event) -> World:
    return _each_release(world, event, lambda release: _reworded(release, event))


def _reworded(release: Release, event: Event) -> Release:
    paragraphs = tuple(part.replace(event.old, event.new) for part in release.paragraphs)
    headline = release.headline.replace(event.old, event.new)
    if paragraphs == release.paragraphs and headline == release.headline:
        raise ValueError(f"day {event.day}: {event.old!r} does not stand in release {release.id}")
    return replace(release, paragraphs=paragraphs, headline=headline)


def _redress(world: World, event: Event) -> World:
    return _each_release(world, event, lambda release: replace(release, dress=release.dress + 1))


def _show_widget(world: World, event: Event) -> World:
    return _each_release(world, event, lambda release: replace(release, widget=True))


def _attach(world: World, event: Event) -> World:
    title, _, href = event.new.partition(" | ")
    offer = Offer(href=href, title=title, note="PDF, 0,09 MB")
    return _each_release(world, event, lambda r: replace(r, attachments=(*r.attachments, offer)))


def _withdraw(world: World, event: Event) -> World:
    return replace(world, answers={**world.answers, event.target: event.kind})


def _return(world: World, event: Event) -> World:
    return replace(world, answers={key: how for key, how in world.answers.items() if key != event.target})


def _move(world: World, event: Event) -> World:
    return _each_paper(world, event, lambda paper: replace(paper, href=event.new))


def _resave(world: World, event: Event) -> World:
    return _each_paper(world, event, lambda paper: replace(paper, saves=paper.saves + 1))


def _revise(world: World, event: Event) -> World:
    return _each_paper(world, event, lambda paper: _revised(paper, event))


def _revised(paper: Paper, event: Event) -> Paper:
    if event.old not in paper.body:
        raise ValueError(f"day {event.day}: {event.old!r} does not stand in {paper.key}")
    return replace(paper, body=paper.body.replace(event.old, event.new))


def _relabel(world: World, event: Event) -> World:
    return _each_paper(world, event, lambda paper: replace(paper, date=event.new))


def _refurnish(world: World, event: Event) -> World:
    return replace(world, furniture=world.furniture + 1)


def _publish(world: World, event: Event) -> World:
    """The release or paper itself says when it appears; the event only tells the reader."""
    return world


def _each_release(world: World, event: Event, change: Callable[[Release], Release]) -> World:
    return replace(world, releases=tuple(change(r) if str(r.id) == event.target else r for r in world.releases))


def _each_paper(world: World, event: Event, change: Callable[[Paper], Paper]) -> World:
    return replace(world, papers=tuple(change(p) if p.key == event.target else p for p in world.papers))


EVENTS: dict[str, Callable[[World, Event], World]] = {
    "edit": _edit,
    "redress": _redress,
    "widget": _show_widget,
    "attach": _attach,
    "404": _withdraw,
    "410": _withdraw,
    "503": _withdraw,
    "soft_404": _withdraw,
    "redirect": _withdraw,
    "unlisted": _withdraw,
    "return": _return,
    "move": _move,
    "resave": _resave,
    "revise": _revise,
    "relabel": _relabel,
    "refurnish": _refurnish,
    "publish": _publish,
}
