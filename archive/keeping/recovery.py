"""Makes the ledger of a lost archive again, from nothing but its WARC files."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from archive.database import transaction
from archive.keeping.ledger import Check, add_check, fold_checks, last_read_snapshot
from archive.vault.reading import CodingError, Member, decoded, digest_of, members
from archive.vault.seals import seal
from archive.vault.writer import BLOCKS, CHECKS, FOLDER, IDENTICAL, NOTES, PURGED, RUN

Row = dict[str, Any]
Place = tuple[str, int]
REDIRECTS = (301, 302, 303, 307, 308)

NOT_TOLD = "In WARC-Dateien stehen keine Vorfälle (incidents): die Tabelle ist leer."
GUESSED = (
    "{}: ohne Angaben über ihren Lauf (ältere Version oder abgebrochen); Lauf, gelesene Antworten und Weiterleitungen "
    "sind erschlossen, Übersichten und Probleme fehlen."
)
DAMAGED = "{}: ein Eintrag ab Byte {} ist beschädigt und bleibt weg."
LOST = "{}: zum Abruf von {} ({}) fehlt der Eintrag; er bleibt weg."


@dataclass(kw_only=True)
class _File:
    """What a WARC file holds: its answers in their order, what it tells of its run, and the answers 304 it notes."""

    name: str
    path: Path
    answers: list[Row] = field(default_factory=list)
    account: Mapping[str, Any] | None = None
    info: dict[str, str] = field(default_factory=dict)
    notes: list[Mapping[str, Any]] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    purged: dict[str, str] = field(default_factory=dict)

    @property
    def run(self) -> Row:
        """The row of its run: as it was told, else what can be made out."""
        told = _rows(self.account, "runs")
        if told:
            return told[0] | {"warc_file": self.name}
        source, _, number = self.path.name.removesuffix(".warc.gz").rsplit("-", 2)
        cut_short, times = "run" in self.info, [one["fetched_at"] for one in self.answers] or [self.info["at"]]
        return {
            "id": int(number),
            "source": source,
            "started_at": self.info["at"],
            "finished_at": max(times),
            "outcome": "failed" if cut_short else "ok",
            "settled": int(not cut_short),
            "detail": "Der Lauf wurde abgebrochen." if cut_short else "Aus der WARC-Datei erschlossen.",
            "requests": len(self.answers) + len(self.notes),
            "not_modified": sum(one["status"] == 304 for one in self.answers) + len(self.notes),
            "version": self.info.get("software", "").removeprefix("aktenkundig "),
            "warc_file": self.name,
        }


def recover(conn: sqlite3.Connection, data: Path) -> list[str]:
    """Fill the ledger of an empty archive from the WARC files in ``data``; German sentences on what could not be had.

    Derived tables stay empty: a rebuild follows. All or nothing.
    """
    found = [_scan(path) for path in sorted((data / FOLDER).glob("*.warc.gz"))]
    files = sorted((one for one in found if not one.path.name.startswith(BLOCKS)), key=_order)
    said = [DAMAGED.format(one.name, offset) for one in found for offset in one.damaged]
    said += [GUESSED.format(one.name) for one in files if one.account is None]
    with transaction(conn):
        recovery = _Recovery(conn)
        for file in files:
            said += recovery.take(file)
        _insert(conn, "blocks", _merged(row for one in found for row in _rows(one.account, "blocks")))
    return [*said, NOT_TOLD]


def _order(file: _File) -> tuple[str, int]:
    return str(file.run["started_at"]), int(file.run["id"])


class _Recovery:
    """Takes files in the order of their runs. Numbers stay what they were, where nothing else has them."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._places: dict[tuple[str, str, str | None], Place] = {}
        self._numbers: dict[int, int] = {}
        self._last_run = self._last_snapshot = 0

    def take(self, file: _File) -> list[str]:
        """Bring in one run; what of it is lost."""
        run = file.run
        run_id = self._last_run = max(int(run["id"]), self._last_run + 1)
        _insert(self._conn, "runs", [run | {"id": run_id, "warc_sha256": None, "warc_bytes": None}])
        for answer in file.answers:
            self._place(answer, file)
        told = _rows(file.account, "snapshots")
        rows, lost = _matched(told, file) if file.account is not None else (list(_guessed(file)), [])
        for row in rows:
            old = row.pop("id", None)
            new = self._last_snapshot = max(old or 0, self._last_snapshot + 1)
            if row["payload_digest"] and not row["sha256"]:
                row |= self._measured(row)
            self._numbers |= {} if old is None else {old: new}
            _insert(self._conn, "snapshots", [row | {"id": new, "run_id": run_id}])
        self._checks(file, run_id)
        for table in ("listings", "problems", "ocr_pages", "document_numbers"):
            mapped = [row | {"run_id": run_id} if "run_id" in row else row for row in _rows(file.account, table)]
            _insert(self._conn, table, mapped)
        seal(self._conn, run_id, file.path)
        return lost

    def _place(self, answer: Row, file: _File) -> None:
        """Where the payload lies: with the answer itself, or with the one that it repeats."""
        repeats = answer.pop("repeats")
        place = self._places.get((*repeats, answer["payload_digest"])) if repeats else None
        answer["warc_file"], answer["warc_offset"] = place or (file.name, answer.pop("offset"))
        key = (answer["url"], answer["fetched_at"], answer["payload_digest"])
        self._places[key] = (answer["warc_file"], answer["warc_offset"])

    def _measured(self, row: Row) -> Row:
        """Digest and size of bytes that an earlier answer brought."""
        query = "select sha256, bytes from snapshots where warc_file = ? and warc_offset = ? order by id limit 1"
        found = self._conn.execute(query, (row["warc_file"], row["warc_offset"])).fetchone()
        return {"sha256": found[0], "bytes": found[1]} if found else {}

    def _checks(self, file: _File, run_id: int) -> None:
        told = _rows(file.account, "checks")
        for row in told:
            for number, after in enumerate(json.loads(row["seconds"]), start=row["first_snapshot_id"]):
                if number in self._numbers:
                    new = self._numbers[number]
                    one = {"run_id": run_id, "first_snapshot_id": new, "last_snapshot_id": new}
                    _insert(self._conn, "checks", [one | {"seconds": f"[{after}]", "asked_url": row["asked_url"]}])
        for note in file.notes if file.account is None else ():
            before = last_read_snapshot(self._conn, note["url"])
            if before is not None:
                check = Check(snapshot_id=before["id"], at=note["at"], asked_url=note.get("asked_url"))
                add_check(self._conn, run_id, check)
        fold_checks(self._conn, run_id)


def _matched(told: list[Row], file: _File) -> tuple[list[Row], list[str]]:
    """The rows that were told, each with the place of its record in the file; those without one are lost."""
    answers: dict[tuple[object, ...], deque[Row]] = defaultdict(deque)
    for answer in file.answers:
        answers[_key(answer)].append(answer)
    rows, lost = [], []
    for row in told:
        if not answers[_key(row)]:
            lost.append(LOST.format(file.name, row["url"], row["fetched_at"]))
            continue
        answer = answers[_key(row)].popleft()
        places = {name: answer[name] for name in ("warc_file", "warc_offset")}
        rows.append(row | places | {"purged_at": answer["purged_at"] or row["purged_at"]})
    return rows, lost


def _key(row: Row) -> tuple[object, ...]:
    return row["url"], row["fetched_at"], row["status"]


def _guessed(file: _File) -> Iterator[Row]:
    """The rows of a file that does not tell them: what leads where is followed, every good answer counts as read."""
    led_to: dict[str, str] = {}
    measured = {one.offset: _measure(one) for one in members(file.path) if one.record is not None}
    for answer in file.answers:
        asked = led_to.pop(answer["url"], None)
        if answer["status"] in REDIRECTS and answer["location"]:
            led_to[urljoin(answer["url"], answer["location"])] = asked or answer["url"]
        sha256, size = measured.get(answer["warc_offset"], (None, 0)) if answer["warc_file"] == file.name else (None, 0)
        read = answer["fetched_at"] if answer["status"] == 200 else None
        yield answer | {"sha256": sha256, "bytes": size, "asked_url": asked, "read_at": read}


def _measure(member: Member) -> tuple[str | None, int]:
    """SHA-256 and size of the payload without its coding; (None, 0) where there is none."""
    http = member.record.http_headers
    if member.record.rec_type != "response" or http is None:
        return None, 0
    coding = http.get_header("Content-Encoding") or ""
    try:
        return digest_of(member.body, coding), len(decoded(member.body, coding))
    except CodingError:
        return None, 0


def _scan(path: Path) -> _File:
    """Go through a file once."""
    file = _File(name=f"{FOLDER}/{path.name}", path=path)
    for member in members(path):
        if member.record is None:
            file.damaged.append(member.offset)
        else:
            _take_in(file, member)
    beside = path.with_name(path.name + NOTES)
    if file.account is None and beside.exists():
        file.notes = _lines(beside.read_bytes())
    for answer in file.answers:
        answer["purged_at"] = file.purged.get(answer.pop("record_id"), answer["purged_at"])
    file.info.setdefault("at", min((one["fetched_at"] for one in file.answers), default="1970-01-01T00:00:00Z"))
    return file


def _take_in(file: _File, member: Member) -> None:
    record, profile = member.record, member.profile
    if record.rec_type == "warcinfo":
        lines = member.body.decode("utf-8", "replace").splitlines()
        file.info = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
        file.info["at"] = record.rec_headers.get_header("WARC-Date")
    elif profile == RUN:
        file.account = json.loads(member.body)
    elif profile == CHECKS:
        file.notes = _lines(member.body)
    elif profile == PURGED and record.rec_type == "metadata":
        at = member.body.decode().partition("purged-at:")[2].splitlines()[0].strip()
        file.purged[record.rec_headers.get_header("WARC-Refers-To")] = at
    elif record.rec_type in ("response", "revisit") and record.http_headers is not None:
        file.answers.append(_answer(member))


def _lines(notes: bytes) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in notes[: notes.rfind(b"\n") + 1].splitlines()]


def _answer(member: Member) -> Row:
    """What a record says of its answer, by the columns of ``snapshots``."""
    head, http = member.record.rec_headers.get_header, member.record.http_headers
    status, at, url = int(http.get_statuscode()), head("WARC-Date"), head("WARC-Target-URI")
    repeats = None
    if member.profile == IDENTICAL:
        repeats = (head("WARC-Refers-To-Target-URI"), head("WARC-Refers-To-Date"))
    names = {"content_type": "Content-Type", "etag": "ETag", "last_modified": "Last-Modified", "location": "Location"}
    return {name: http.get_header(header) for name, header in names.items()} | {
        "url": url,
        "fetched_at": at,
        "status": status,
        "payload_digest": head("WARC-Payload-Digest") if status != 304 else None,
        "purged_at": at if member.profile == PURGED else None,
        "offset": member.offset,
        "repeats": repeats,
        "record_id": head("WARC-Record-ID"),
    }


def _rows(account: Mapping[str, Any] | None, table: str) -> list[Row]:
    told = (account or {}).get(table, {"columns": [], "rows": []})
    return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]


def _merged(rows: Iterable[Row]) -> list[Row]:
    """Rows told again and again, by their number: a value that was filled in once stays."""
    merged: dict[int, Row] = {}
    for row in rows:
        known = merged.setdefault(row["id"], dict(row))
        known |= {name: value for name, value in row.items() if value is not None}
    return [merged[number] for number in sorted(merged)]


def _insert(conn: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    """Enter rows, as far as this version has their columns; what is there already stays."""
    columns = {row[1] for row in conn.execute(f"pragma table_info({table})")}
    for row in rows:
        names = [name for name in row if name in columns]
        marks = ", ".join(f":{name}" for name in names)
        conn.execute(f"insert or ignore into {table} ({', '.join(names)}) values ({marks})", row)
