"""Saved searches of a newsroom: after each night one message per search that has new, changed or gone hits."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasette.utils import MultiParams

from aktenkundig.messages import FAILURES, MessageSettings, post, reason_of, send_mail
from archive.errors import ArchiveError
from archive.search.engine import answer
from portal.addresses import document_path
from portal.search_request import WATCHED, SearchRequest, read_request
from portal.searching import filters_of, known_values
from portal.stretches import passages
from portal.views.changes import in_one_line
from portal.views.comparison import compare

FILE_VARIABLE = "AKTENKUNDIG_WATCH"
FILE, STATE = "watch.toml", "watch.json"
"""The settings file in the archive's folder unless the variable names another, and what was told already."""

LONGEST_DIFF = 400


class BadWatch(ArchiveError):
    """The settings file of the saved searches makes no sense; its text says where. It never names a recipient."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A saved search: its name, what it asks for, and who is told (mail addresses, web addresses)."""

    name: str
    asked: SearchRequest
    recipients: tuple[str, ...] = field(default=(), repr=False)
    webhook: str = field(default="", repr=False)

    @property
    def targets(self) -> tuple[str, ...]:
        """Everybody who is told, each for himself."""
        return (*self.recipients, *((self.webhook,) if self.webhook else ()))


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What became of one hit. ``event`` is German; ``diff`` the words that changed, ``[-old-] {+new+}``;
    ``compared`` the path of the comparison in the portal; ``note`` says where it became or ceased to be a hit.
    """

    event: str
    id: str
    title: str
    published_on: str | None
    source: str
    url: str
    note: str = ""
    diff: str = ""
    compared: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """What one recipient is told of one saved search; ``number`` is the same when it has to be sent again."""

    watch: Watch
    happenings: tuple[Happening, ...]
    portal: str
    number: str = ""

    @property
    def subject(self) -> str:
        """One line that says how many hits became what."""
        events = [one.event for one in self.happenings]
        counts = [f"{events.count(event)} {event}" for event in dict.fromkeys(events)]
        return f"Aktenkundig: {self.watch.name}: {', '.join(counts)}"

    @property
    def text(self) -> str:
        """The mail."""
        search = self.portal.rstrip("/") + self.watch.asked.address() if self.portal else self.watch.asked.address()
        return "\n".join([f"Gespeicherte Suche »{self.watch.name}«: {search}", *map(self._lines, self.happenings)])

    def _lines(self, one: Happening) -> str:
        head = f"\n{one.event.upper()}: {one.title}{f' ({one.note})' if one.note else ''}"
        lines = [
            head,
            f"  {one.published_on or 'ohne Datum'}, {one.source}, {one.id}",
            *([f"  {one.diff}"] if one.diff else []),
        ]
        places = (document_path(one.id), *((one.compared,) if one.compared else ()))
        lines += [f"  {self.portal.rstrip('/')}{path}" for path in places if self.portal]
        return "\n".join([*lines, f"  Quelle: {one.url}"])

    def as_json(self) -> dict[str, Any]:
        """The webhook's body: ``id``, ``watch``, ``hits`` (the fields of `Happening`) and ``text``."""
        hits = [vars(one) for one in self.happenings]
        return {"id": self.number, "watch": self.watch.name, "hits": hits, "text": f"{self.subject}\n{self.text}"}


def file_of(data: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the saved searches stand; the file need not exist."""
    return Path(environ.get(FILE_VARIABLE) or data / FILE)


def read_watches(
    conn: sqlite3.Connection, path: Path, environ: Mapping[str, str] = os.environ
) -> tuple[tuple[Watch, ...], str]:
    """The saved searches of a file, none where it is missing, and the public address of the portal. Raises BadWatch."""
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return (), ""
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadWatch(f"{path.name} ist nicht lesbar: {error}.") from error
    known, entries = known_values(conn), settings.get("watch", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadWatch(f"{path.name}: Jede Suche beginnt mit einer Zeile [[watch]].")
    watches = tuple(_watch(entry, known, path.name) for entry in entries)
    if len({watch.name for watch in watches}) < len(watches):
        raise BadWatch(f"{path.name}: Zwei Suchen heißen gleich.")
    return watches, str(settings.get("portal") or environ.get("AKTENKUNDIG_PUBLIC_URL") or "")


def _watch(entry: Mapping[str, Any], known: Mapping[str, Any], place: str) -> Watch:
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        raise BadWatch(f'{place}: Einer Suche fehlt ihr Name (name = "…").')
    where = f"{place}, Suche »{name}«"
    values = {key: _several(entry[key], where, key) for key in WATCHED if key in entry}
    asked = read_request(MultiParams({key: list(several) for key, several in values.items() if several}), known)
    recipients, webhook = _several(entry.get("an", []), where, "an"), entry.get("webhook", "")
    strange = [key for key in entry if key not in ("name", "an", "webhook", *WATCHED)]
    mistakes = (
        (strange, f"Diese Angabe gibt es nicht: {', '.join(strange)}."),
        (asked.ignored, f"Das gibt es nicht: {', '.join(map('='.join, asked.ignored))}."),
        (not asked.parameters_given, "Es fehlt, wonach gesucht wird (q, quelle, typ …)."),
        (not recipients and not webhook, "Es fehlt, wem gemeldet wird (an oder webhook)."),
        (
            not re.fullmatch(r"(https?://\S+)?", str(webhook)),
            "webhook muss eine Adresse mit http:// oder https:// sein.",
        ),
        (not all("@" in one for one in recipients), "an erwartet E-Mail-Adressen."),
    )
    for sentence in (said for wrong, said in mistakes if wrong):
        raise BadWatch(f"{where}: {sentence}")
    return Watch(name=name.strip(), asked=asked, recipients=recipients, webhook=webhook)


def _several(value: Any, where: str, key: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | int) and not isinstance(one, bool) for one in values):
        raise BadWatch(f"{where}: {key} erwartet einen Text oder eine Liste von Texten.")
    return tuple(str(one) for one in values if one != "")


_HAPPENED = """
select d.docno, d.id, d.title, d.published_on, d.source, d.url, d.version, d.removed_at, d.moved_to,
  group_concat(e.kind) as kinds, min(iif(e.kind = 'changed', e.version, null)) as first
from events e join documents d on d.id = e.document_id
where e.run_id > ? and e.run_id <= ? and d.blocked_at is null
  and e.kind in ('new', 'changed', 'removed', 'returned', 'moved')
group by d.id order by d.published_on desc, d.docno
"""


def hits_of(conn: sqlite3.Connection, watch: Watch) -> dict[int, str]:
    """The documents with all words that a saved search finds now: number and id."""
    found = answer(conn, watch.asked.query, filters_of(watch.asked), literally=True).full
    ids = dict(conn.execute("select docno, id from documents where blocked_at is null").fetchall())
    return {docno: ids[docno] for docno in found if docno in ids}


def happenings(
    conn: sqlite3.Connection, watch: Watch, *, since: int, until: int, known: Sequence[str] = ()
) -> tuple[Happening, ...]:
    """What the runs after ``since`` up to ``until`` did to the hits of a saved search, each document once.

    ``known`` are the ids of earlier hits: of these also is told what is none any more.
    """
    current, before = hits_of(conn, watch), set(known)
    rows = conn.execute(_HAPPENED, (since, until)).fetchall()
    return tuple(
        _happening(conn, row, is_hit=row["docno"] in current, was_hit=row["id"] in before)
        for row in rows
        if row["docno"] in current or row["id"] in before
    )


def _happening(conn: sqlite3.Connection, row: sqlite3.Row, *, is_hit: bool, was_hit: bool) -> Happening:
    event = _event(row)
    note = "" if is_hit else "trifft die Suche nicht mehr"
    if is_hit and not was_hit and event == "geändert":
        note = "trifft die Suche jetzt"
    about = {name: row[name] for name in ("id", "title", "published_on", "source", "url")}
    if event != "geändert" or row["first"] is None or row["first"] < 2:
        return Happening(event=event, note=note, **about)
    old, new = row["first"] - 1, row["version"]
    compared = compare(conn, row["id"], old, new)
    places = [*(one.changes for one in compared.fields), *passages([(part.op, part.text) for part in compared.text])]
    line = in_one_line(places)
    return Happening(
        event=event,
        note=note,
        diff=line if len(line) <= LONGEST_DIFF else line[:LONGEST_DIFF].rsplit(" ", 1)[0] + " …",
        compared=f"{document_path(row['id'])}/vergleich/{old}/{new}",
        **about,
    )


def _event(row: sqlite3.Row) -> str:
    kinds = set(row["kinds"].split(","))
    if row["removed_at"] and "removed" in kinds:
        return "entfernt"
    if row["moved_to"] and "moved" in kinds:
        return "umgezogen"
    return "neu" if "new" in kinds else "geändert" if "changed" in kinds else "wieder da"


class Told:
    """What was told to whom, in a file beside the archive: names of searches, ids of hits, numbers of runs.

    Recipients stand there as digests. Every change is on the disk before anything else happens.
    """

    def __init__(self, data: Path) -> None:
        self._path = data / STATE
        try:
            self._state: dict[str, dict[str, Any]] = json.loads(self._path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            self._state = {}

    def of(self, watch: Watch) -> dict[str, Any]:
        """The entry of a search: ``query``, ``hits``, ``until`` (run by target), ``sending`` (runs by target)."""
        return self._state.setdefault(watch.name, {"query": None, "hits": [], "until": {}, "sending": {}})

    def save(self) -> None:
        """Write it, whole or not at all."""
        fresh = self._path.with_suffix(".neu")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(self._state, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def key_of(target: str) -> str:
    """What stands for a recipient in the state file."""
    return hashlib.sha256(target.encode()).hexdigest()[:16]


def begin(conn: sqlite3.Connection, data: Path, watches: Sequence[Watch], *, newest: int | None = None) -> None:
    """Before a night: note from which run on each search is told, so that a crash loses nothing.

    ``newest`` is the last run that counts as told for who is new, the newest there is unless given. What a restored
    backup no longer knows was not told.
    """
    told, last = Told(data), _newest_run(conn)
    for watch in watches:
        entry = told.of(watch)
        if entry["query"] != watch.asked.address():
            entry |= {"query": watch.asked.address(), "hits": sorted(hits_of(conn, watch).values())}
        for target in watch.targets:
            until = entry["until"].get(key_of(target), last if newest is None else newest)
            entry["until"][key_of(target)] = min(until, last)
    told.save()


def deliver(
    conn: sqlite3.Connection, data: Path, watches: Sequence[Watch], settings: MessageSettings, *, portal: str
) -> list[str]:
    """After a night: one message to everybody a search has something for; what could not be delivered, in German.

    A message that may have been on its way when the program ended is sent again as the same one (Message-ID, ``id``).
    """
    told, newest = Told(data), _newest_run(conn)
    failed: list[str] = []
    for watch in watches:
        entry = told.of(watch)
        for target in watch.targets:
            failed += _tell(conn, watch, target, told, settings, portal, newest)
        now = hits_of(conn, watch).values()
        lagging = any(entry["until"].get(key_of(target), 0) < newest for target in watch.targets)
        entry["hits"] = sorted({*now, *entry["hits"]} if lagging else now)
        told.save()
    return failed


def _tell(
    conn: sqlite3.Connection, watch: Watch, target: str, told: Told, settings: MessageSettings, portal: str, newest: int
) -> Iterator[str]:
    entry, key = told.of(watch), key_of(target)
    while (since := entry["until"].get(key, newest)) < newest:
        until = entry["sending"].get(key, newest)
        number = hashlib.sha256(f"{watch.name}|{key}|{since}|{until}".encode()).hexdigest()[:32]
        if found := happenings(conn, watch, since=since, until=until, known=entry["hits"]):
            entry["sending"][key] = until
            told.save()
            message = Message(watch=watch, happenings=found, portal=portal, number=number)
            if reason := _reason_against(message, target, settings):
                how = "Webhook" if target == watch.webhook else "E-Mail"
                yield f"Gespeicherte Suche »{watch.name}«: Nachricht per {how} nicht zugestellt ({reason})."
                return
        entry["until"][key] = until
        entry["sending"].pop(key, None)
        told.save()


def _reason_against(message: Message, target: str, settings: MessageSettings) -> str:
    """Send a message; what kept it from arriving, or ``""``."""
    try:
        if target == message.watch.webhook:
            post(target, message.as_json())
        elif settings.smtp_host:
            send_mail(settings, message.subject, message.text, to=target, number=message.number)
        else:
            return "AKTENKUNDIG_SMTP_HOST ist nicht gesetzt"
    except FAILURES as error:
        return reason_of(error)
    return ""


def _newest_run(conn: sqlite3.Connection) -> int:
    return int(conn.execute("select coalesce(max(id), 0) from runs where finished_at is not null").fetchone()[0])


def before_newest(conn: sqlite3.Connection) -> int:
    """The last run before the newest of each source: what came since is today's."""
    sql = "select min(id) - 1 from (select max(id) as id from runs where finished_at is not null group by source)"
    return int(conn.execute(sql).fetchone()[0] or 0)


def todays_message(conn: sqlite3.Connection, data: Path, watch: Watch, *, portal: str) -> Message:
    """What the newest run of each source has for a saved search, whatever was told already."""
    known = Told(data).of(watch)["hits"]
    found = happenings(conn, watch, since=before_newest(conn), until=_newest_run(conn), known=known)
    return Message(watch=watch, happenings=found, portal=portal)
