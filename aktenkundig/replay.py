"""Rebuilds an archive: every stored run again, the same harvest and recorder, answered from the vault."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from archive.database import connect, database_path, migrate, set_meta, transaction
from archive.errors import RecordUnreadable
from archive.keeping.backup import bring_warc_files
from archive.keeping.blocks import block_again, forget_blocked, lift_for_rebuild, settle_references
from archive.keeping.ledger import checks_of, describe_source, last_read_snapshot
from archive.keeping.recovery import recover
from archive.keeping.removal import RemovalRule
from archive.keeping.store import touch
from archive.schema import DERIVED
from archive.search.indexing import clear_index, settle_state
from archive.vault.reading import read_payload
from crawler.harvests import harvest_for
from crawler.harvests.harvest import Ask, Fetched, Harvest, Readings, Record
from crawler.identity import canonical_url
from crawler.items import DocumentRead, Evidence, FileBody
from crawler.sources import load_source, source_names
from pipelines.files.file_worker import FileWorker
from pipelines.reading_version import READING_VERSION, READING_VERSION_KEY
from pipelines.run import Run, write_vocabularies
from pipelines.run.closing import link_documents, settle_run
from pipelines.run.memory import remember
from pipelines.run.recorder import Recorder

SHOWN = 20
"""So many losses are named."""

REDIRECTS = (301, 302, 303, 307, 308)
REPEATED = (408, 429, 500, 502, 503, 504, 522, 524)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came for an address: the ``snapshots`` row of its bytes, when, and whether it was an answer 304 that
    confirmed the bytes read before."""

    row: sqlite3.Row
    at: str
    confirmed: bool = False

    @property
    def gist(self) -> tuple[object, ...]:
        """Where it came from in the end, and what it said."""
        return (self.row["url"], self.row["status"], self.row["sha256"], self.row["location"])


Answers = Mapping[str, Answer]
"""The answer that counted for each address that was asked."""


def answers_of(conn: sqlite3.Connection, run_id: int) -> Answers:
    """The answers of a run; those 304 stand for what they confirmed, wherever they are kept."""
    found = {}
    for row in conn.execute("select * from snapshots where run_id = ? order by id", (run_id,)):
        kept = last_read_snapshot(conn, row["url"], before=row["id"]) if row["status"] == 304 else None
        found[row["asked_url"] or row["url"]] = Answer(row=kept or row, at=row["fetched_at"], confirmed=bool(kept))
    confirmed = conn.execute(
        "select s.* from checks c join snapshots s on s.id between c.first_snapshot_id and c.last_snapshot_id"
        " where c.run_id = ?",
        (run_id,),
    )
    rows = {row["id"]: row for row in confirmed}
    for check in checks_of(conn, run_id):
        row = rows[check.snapshot_id]
        found[check.asked_url or row["url"]] = Answer(row=row, at=check.at, confirmed=True)
    return found


class Replay:
    """One run of the ledger, driven again without the network."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        data: Path,
        run: sqlite3.Row,
        *,
        files: FileWorker,
        answers: Answers | None = None,
        readings: Readings | None = None,
    ) -> None:
        self._conn = conn
        self._answers = answers_of(conn, run["id"]) if answers is None else answers
        self._data = data
        self._run = run
        memory = remember(conn, run["source"], before_run=run["id"], data=data)
        self._source = load_source(run["source"])
        self._harvest: Harvest = harvest_for(self._source, memory)
        self._harvest.readings = readings
        self._recorder = Recorder(
            Run(conn=conn, run_id=run["id"], source=run["source"], memory=memory, now=lambda: str(run["started_at"])),
            files=files,
        )
        self._queue: list[tuple[int, int, Ask]] = []
        self._order = count()
        self._asked_for: set[tuple[str, str]] = set()
        self.unreadable: list[str] = []

    @property
    def answered(self) -> Set[tuple[str, str]]:
        """The documents that answered with their content, each with the address that was asked for it."""
        return {(document_id, url) for document_id, url in self._asked_for if document_id in self._recorder.answered}

    def play(self) -> int:
        """Replay everything; the number of answers that were read."""
        answers = self._drain(self._harvest.begin())
        while results := list(self._harvest.finish()):
            self._take(results)
            answers += self._drain(())
        if self._run["settled"]:
            rule = RemovalRule(checks=self._run["removal_checks"], days=self._run["removal_days"])
            settle_run(self._conn, self._recorder, rule=rule, at=self._run["finished_at"])
        return answers

    def _drain(self, asks: Iterable[Ask]) -> int:
        self._put(asks)
        answers = 0
        while self._queue:
            ask = heapq.heappop(self._queue)[2]
            self._take(self._results(ask))
            answers += 1
        return answers

    def _put(self, asks: Iterable[Ask]) -> None:
        for ask in asks:
            heapq.heappush(self._queue, (-ask.priority, next(self._order), ask))

    def _take(self, results: Iterable[Ask | Record]) -> None:
        for result in results:
            if isinstance(result, Ask):
                self._put([result])
                continue
            file_text = None
            if isinstance(result, DocumentRead):
                self._asked_for.add((result.document_id, result.url))
                if isinstance(result.content, FileBody):
                    kept = self._recorder.kept_ocr(result.content)
                    file_text = self._recorder.read_file(result.content, kept)
            self._recorder.record(result, file_text=file_text)

    def _results(self, ask: Ask) -> Iterator[Ask | Record]:
        answer = self._answer_to(ask.url)
        if answer is not None:
            yield from self._harvest.answer(ask, self._fetched(answer))
            return
        problem = self._conn.execute(
            "select kind, coalesce(detail, '') from problems where run_id = ? and url = ? and stage = 'fetch'"
            " order by id limit 1",
            (self._run["id"], ask.url),
        ).fetchone()
        # An address that this run never asked (it rested, or no reader knew it) is no failure of that run.
        yield from self._harvest.missed(ask, *problem) if problem else self._harvest.left_out(ask)

    def _answer_to(self, url: str) -> Answer | None:
        """The last of the answers that were taken to answer for an address in this run, redirects followed."""
        answer = self._answers.get(url)
        if answer is None or answer.confirmed:
            return answer
        if answer.row["status"] in REPEATED:
            return None if self._gave_up(url) else answer
        led_on = answer.row["status"] in REDIRECTS and answer.row["location"]
        return None if led_on or not self._is_used(answer.row) else answer

    def _gave_up(self, url: str) -> bool:
        query = "select 1 from problems where run_id = ? and url = ? and stage = 'fetch' and kind not like 'http_%'"
        return self._conn.execute(query, (self._run["id"], url)).fetchone() is not None

    def _is_used(self, row: sqlite3.Row) -> bool:
        """A body that could not be unpacked was never read; in a run that was cut short, only what had been
        stored counts: the rest came again later."""
        unpacked = row["status"] != 200 or row["sha256"] is not None
        return bool(unpacked and (self._run["settled"] or row["read_at"]))

    def _fetched(self, answer: Answer) -> Fetched:
        row, status = answer.row, 200 if answer.confirmed else answer.row["status"]
        last_run: sqlite3.Row | None = row
        if not answer.confirmed or row["run_id"] == self._run["id"]:
            last_run = last_read_snapshot(self._conn, row["url"], before_run=self._run["id"])
        unchanged = status == 200 and last_run is not None and last_run["sha256"] == row["sha256"]
        if last_run is not None and last_run["purged_at"] is not None:
            unchanged = False  # what the last run read is kept no more
        evidence = Evidence(
            snapshot_id=row["id"],
            fetched_at=answer.at,
            sha256=row["sha256"] or "",
            unchanged=unchanged,
            withheld=status == 200 and row["purged_at"] is not None,
        )
        return Fetched(
            url=canonical_url(row["url"], "", self._source),
            status=status,
            content_type=row["content_type"] or "",
            evidence=evidence,
            load=lambda: self._load(row["id"]),
        )

    def _load(self, snapshot_id: int) -> bytes:
        """The stored bytes; what cannot be read any more is noted in ``unreadable``."""
        try:
            return read_payload(self._conn, self._data, snapshot_id).body
        except RecordUnreadable as error:
            self.unreadable.append(str(error))
            raise


@dataclass(frozen=True, kw_only=True)
class RebuildReport:
    """What a rebuild went through."""

    runs: int
    answers: int
    documents: int
    unreadable: tuple[str, ...] = ()


class Nights:
    """The runs of one source, one after the other: a run that is as the one before it is not driven again."""

    def __init__(self, conn: sqlite3.Connection, data: Path, source: str, files: FileWorker) -> None:
        self._conn, self._data, self._source, self._files = conn, data, source, files
        self._readings: Readings = {}
        self._before: dict[str, tuple[object, ...]] | None = None
        self._answered: Set[tuple[str, str]] = frozenset()
        self._seen: dict[str, str] = {}
        self.unreadable: list[str] = []

    def take(self, run: sqlite3.Row) -> int:
        """Bring in what a run brought; the number of answers that were read."""
        answers = answers_of(self._conn, run["id"])
        gists = {url: answer.gist for url, answer in answers.items()}
        if gists == self._before and self._is_calm(run):
            for document_id, url in self._answered:
                self._seen[document_id] = max(answers[url].at, self._seen.get(document_id, ""))
            return 0
        self.settle()
        replay = Replay(self._conn, self._data, run, files=self._files, answers=answers, readings=self._readings)
        read = replay.play()
        self.unreadable += replay.unreadable
        self._before = gists if self._is_calm(run) and not replay.unreadable else None
        self._answered = replay.answered
        return read

    def settle(self) -> None:
        """Note when documents were last seen in the runs that were not driven."""
        for document_id, seen_at in self._seen.items():
            touch(self._conn, document_id, seen_at=seen_at)
        self._seen.clear()

    def _is_calm(self, run: sqlite3.Row) -> bool:
        """Whether nothing of a run goes on in the next one: it came to its end, nothing is being missed, and nothing
        went wrong whose consequences depend on how long it lasts."""
        return bool(run["settled"]) and not self._conn.execute(_RESTLESS, (run["id"], self._source)).fetchone()[0]


_RESTLESS = """
select exists (select 1 from problems where run_id = ?
    and kind not in ('dead_link', 'missing_page', 'not_listed', 'empty_page', 'excluded', 'fallback_markup')
    and (document_id in (select id from documents) or document_id is null and not (stage = 'fetch'
      and (kind like 'not_found_%' or kind = 'robots_forbidden') and url not in (select url from listings))))
  or exists (select 1 from absences a join documents d on d.id = a.document_id where d.source = ?
    and d.removed_at is null)
"""


def rebuild(
    conn: sqlite3.Connection, data: Path, *, progress: Callable[[int, int], None] = lambda done, of: None
) -> RebuildReport:
    """Replay every run that changed something, oldest first, in one transaction: readers see the old state until all
    is done.

    Call under the archive's lock. The ledger (runs, snapshots, checks, listings, problems, blocks) stays.
    Raises RecordUnreadable, and changes nothing, when damaged WARC files would cost a document or a version.
    """
    runs = conn.execute("select * from runs where outcome <> 'running' order by id").fetchall()
    answers, before = 0, _versions(conn)
    with transaction(conn), FileWorker() as files:
        clear_derived(conn)
        write_vocabularies(conn)
        lifted = lift_for_rebuild(conn)
        known = {row[0] for row in conn.execute("select name from sources")} & {*source_names()}
        for name in sorted(known | {run["source"] for run in runs}):
            describe_source(conn, *load_source(name).entry())
        nights = {name: Nights(conn, data, name, files) for name in {run["source"] for run in runs}}
        for done, run in enumerate(runs, start=1):
            answers += nights[run["source"]].take(run)
            progress(done, len(runs))
        for one in nights.values():
            one.settle()
        unreadable = tuple(dict.fromkeys(said for one in nights.values() for said in one.unreadable))
        _refuse_losses(before - _versions(conn), unreadable)
        link_documents(conn)
        settle_references(conn)
        block_again(conn, lifted)
        settle_state(conn)
        set_meta(conn, READING_VERSION_KEY, READING_VERSION)
        documents = conn.execute("select count(*) from documents").fetchone()[0]
    return RebuildReport(runs=len(runs), answers=answers, documents=documents, unreadable=unreadable)


def restore_from_warc(
    source: Path, data: Path, *, at: str, progress: Callable[[int, int], None] = lambda done, of: None
) -> tuple[RebuildReport, list[str], list[str]]:
    """Make an archive in ``data`` from the WARC files in ``source`` alone: what was rebuilt, files that were set
    aside, and German sentences on what could not be had. It takes its place when it is whole. Raises BackupError."""
    aside = bring_warc_files(source, data, at=at)
    fresh = data / "archive-fresh.neu"
    for path in data.glob(f"{fresh.name}*"):
        path.unlink()
    migrate(fresh)
    with closing(connect(fresh)) as conn:
        conn.execute("pragma foreign_keys = off")  # what is told names documents that are read afterwards
        said = recover(conn, data)
        report = rebuild(conn, data, progress=progress)
        forget_blocked(conn)
    fresh.replace(database_path(data))
    return report, aside, [*said, *report.unreadable]


def _versions(conn: sqlite3.Connection) -> set[tuple[str, int]]:
    return {(row[0], row[1]) for row in conn.execute("select document_id, version from versions")}


def _refuse_losses(lost: set[tuple[str, int]], unreadable: Sequence[str]) -> None:
    if lost and unreadable:
        names = ", ".join(f"{document_id} ({version}. Fassung)" for document_id, version in sorted(lost)[:SHOWN])
        raise RecordUnreadable(
            f"{len(unreadable)} Belege sind nicht lesbar, {len(lost)} Fassungen gingen verloren: {names}"
            f"{' …' if len(lost) > SHOWN else ''}. Das Archiv bleibt, wie es war. {' '.join(unreadable[:SHOWN])}"
        )


def clear_derived(conn: sqlite3.Connection) -> None:
    """Empty the derived tables and the index."""
    clear_index(conn)
    for table in reversed(DERIVED):
        conn.execute(f"delete from {table}")
