"""Rebuilds an archive: every stored run again, the same harvest and recorder, answered from the vault."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from archive.database import set_meta, transaction
from archive.errors import RecordUnreadable
from archive.keeping.ledger import describe_source, last_read_snapshot
from archive.keeping.removal import RemovalRule
from archive.schema import DERIVED
from archive.search.indexing import clear_index, settle_state
from archive.vault.reading import read_payload
from crawler.harvests import harvest_for
from crawler.harvests.harvest import Ask, Fetched, Harvest, Record
from crawler.identity import canonical_url
from crawler.items import DocumentRead, Evidence, FileBody
from crawler.sources import load_source, source_names
from pipelines.files.file_worker import FileWorker
from pipelines.reading_version import READING_VERSION, READING_VERSION_KEY
from pipelines.run import Run, write_vocabularies
from pipelines.run.closing import link_documents, settle_run
from pipelines.run.memory import remember
from pipelines.run.recorder import Recorder

REDIRECTS = (301, 302, 303, 307, 308)
REPEATED = (408, 429, 500, 502, 503, 504, 522, 524)


class Replay:
    """One run of the ledger, driven again without the network."""

    def __init__(self, conn: sqlite3.Connection, data: Path, run: sqlite3.Row, *, files: FileWorker) -> None:
        self._conn = conn
        self._data = data
        self._run = run
        memory = remember(conn, run["source"], before_run=run["id"], data=data)
        self._source = load_source(run["source"])
        self._harvest: Harvest = harvest_for(self._source, memory)
        self._recorder = Recorder(
            Run(conn=conn, run_id=run["id"], source=run["source"], memory=memory, now=lambda: str(run["started_at"])),
            files=files,
        )
        self._queue: list[tuple[int, int, Ask]] = []
        self._order = count()
        self.unreadable: list[str] = []

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
            if isinstance(result, DocumentRead) and isinstance(result.content, FileBody):
                file_text = self._recorder.read_file(result.content)
            self._recorder.record(result, file_text=file_text)

    def _results(self, ask: Ask) -> Iterator[Ask | Record]:
        snapshot = self._answer_to(ask.url)
        if snapshot is not None:
            yield from self._harvest.answer(ask, self._fetched(snapshot))
            return
        problem = self._conn.execute(
            "select kind, coalesce(detail, '') from problems where run_id = ? and url = ? and stage = 'fetch'"
            " order by id limit 1",
            (self._run["id"], ask.url),
        ).fetchone()
        results = self._harvest.missed(ask, *(problem or ("not_asked", "")))
        # An address that this run never asked (an older reader did not know it) is no failure of that run.
        yield from results if problem else (result for result in results if isinstance(result, Ask))

    def _answer_to(self, url: str) -> sqlite3.Row | None:
        """The last snapshot of those that were taken to answer for an address in this run, redirects followed."""
        row = self._conn.execute(
            "select * from (select * from snapshots where run_id = :run and url = :url and asked_url is null"
            " union all select * from snapshots where run_id = :run and asked_url = :url)"
            " order by id desc limit 1",
            {"run": self._run["id"], "url": url},
        ).fetchone()
        if row is None:
            return None
        if row["status"] in REPEATED:
            return None if self._gave_up(url) else row
        led_on = row["status"] in REDIRECTS and row["location"]
        return None if led_on else self._if_used(row)

    def _gave_up(self, url: str) -> bool:
        query = "select 1 from problems where run_id = ? and url = ? and stage = 'fetch' and kind not like 'http_%'"
        return self._conn.execute(query, (self._run["id"], url)).fetchone() is not None

    def _if_used(self, row: sqlite3.Row) -> sqlite3.Row | None:
        """A body that could not be unpacked was never read; in a run that was cut short, only what had been
        stored counts: the rest came again later."""
        unpacked = row["status"] != 200 or row["sha256"] is not None
        return row if unpacked and (self._run["settled"] or row["read_at"]) else None

    def _fetched(self, row: sqlite3.Row) -> Fetched:
        last_run = last_read_snapshot(self._conn, row["url"], before_run=self._run["id"])
        previous = last_read_snapshot(self._conn, row["url"], before=row["id"])
        payload, status = row, row["status"]
        if status == 304 and previous is not None:
            payload, status = previous, 200
        unchanged = status == 200 and last_run is not None and last_run["sha256"] == payload["sha256"]
        if last_run is not None and last_run["purged_at"] is not None:
            unchanged = False  # what the last run read is kept no more
        evidence = Evidence(
            snapshot_id=payload["id"],
            fetched_at=row["fetched_at"],
            sha256=payload["sha256"] or "",
            unchanged=unchanged,
            withheld=status == 200 and payload["purged_at"] is not None,
        )
        return Fetched(
            url=canonical_url(row["url"], "", self._source),
            status=status,
            content_type=row["content_type"] or payload["content_type"] or "",
            evidence=evidence,
            load=lambda: self._load(payload["id"]),
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


def rebuild(
    conn: sqlite3.Connection, data: Path, *, progress: Callable[[int, int], None] = lambda done, of: None
) -> RebuildReport:
    """Replay every run, oldest first, in one transaction: readers see the old state until all is done.

    Call under the archive's lock. The ledger (runs, snapshots, listings, problems, blocks) stays.
    Raises RecordUnreadable, and changes nothing, when damaged WARC files would cost a document or a version.
    """
    runs = conn.execute("select * from runs where outcome <> 'running' order by id").fetchall()
    answers, before = 0, _versions(conn)
    unreadable: list[str] = []
    with transaction(conn), FileWorker() as files:
        clear_derived(conn)
        write_vocabularies(conn)
        for name in source_names():
            describe_source(conn, *load_source(name).entry())
        for done, run in enumerate(runs, start=1):
            replay = Replay(conn, data, run, files=files)
            answers += replay.play()
            unreadable += replay.unreadable
            progress(done, len(runs))
        _refuse_losses(before - _versions(conn), unreadable)
        link_documents(conn)
        settle_state(conn)
        set_meta(conn, READING_VERSION_KEY, READING_VERSION)
        documents = conn.execute("select count(*) from documents").fetchone()[0]
    return RebuildReport(runs=len(runs), answers=answers, documents=documents)


def _versions(conn: sqlite3.Connection) -> set[tuple[str, int]]:
    return {(row[0], row[1]) for row in conn.execute("select document_id, version from versions")}


def _refuse_losses(lost: set[tuple[str, int]], unreadable: list[str]) -> None:
    if lost and unreadable:
        raise RecordUnreadable(
            f"{len(unreadable)} Belege sind nicht lesbar, {len(lost)} Fassungen gingen verloren; "
            f"das Archiv bleibt, wie es war. Zuerst: {unreadable[0]}"
        )


def clear_derived(conn: sqlite3.Connection) -> None:
    """Empty the derived tables and the index."""
    clear_index(conn)
    for table in reversed(DERIVED):
        conn.execute(f"delete from {table}")
