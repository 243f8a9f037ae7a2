"""Records what a harvest yields, one scraped record at a time, and keeps the sums of the run."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from archive.database import transaction
from archive.health.trouble import is_lately, troubled_documents
from archive.keeping.ledger import add_problem, mark_read
from archive.keeping.records import Publication
from archive.keeping.removal import Gone
from archive.keeping.store import Outcome, is_blocked, keep, keep_entry, touch
from crawler.items import DocumentGone, DocumentRead, Failure, FileBody, ListingRead, StillNamed
from pipelines.files import FileText, OcrPage
from pipelines.files.file_worker import FileWorker
from pipelines.files.reader import read_file
from pipelines.mending import is_word
from pipelines.reading.publication import ReadingProblem, publication_of_file, publication_of_page
from pipelines.run import Run

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ListingSeen:
    """What a run keeps in memory of a listing: the ids it names, how many links were left out, its markup."""

    items: tuple[str, ...]
    excluded: int
    markup: str


class UnreadFile(RuntimeError):
    """The extractor broke on a file in a way nobody foresaw; the document is named in ``problems``."""


class Recorder:
    """Turns scraped records into rows, in the transaction of its caller.

    ``answered`` maps document ids to when they answered with their content, ``gone`` to the check
    that found them missing; ``complete`` turns false when a listing could not be read; ``kept`` counts
    the documents that were read and stored, ``unread_listings`` the listings that answered with something else,
    ``causes`` why listings did not answer.
    """

    def __init__(self, run: Run, *, files: FileWorker | None = None) -> None:
        self.run = run
        self.listings: dict[str, ListingSeen] = {}
        self.answered: dict[str, str] = {}
        self.gone: dict[str, Gone] = {}
        self.outcomes: dict[str, str] = {}
        self.causes: Counter[str] = Counter()
        self.complete = True
        self.main_listings = 0
        self.unread_listings = 0
        self.kept = 0
        self._named: set[str] = set()
        self._still_named: set[str] = set()
        self._unread: set[str] = set()
        self._last_read: dict[str, str] = {}
        self._failed: set[str] = set()
        self._files = files or FileWorker()

    def close(self) -> None:
        """End the extractor process."""
        self._files.close()

    def kept_ocr(self, body: FileBody) -> tuple[OcrPage, ...]:
        """What was recognised in these very bytes before."""
        query = "select page, text, program from ocr_pages where sha256 = ? group by page"
        found = self.run.conn.execute(query, (hashlib.sha256(body.body).hexdigest(),))
        return tuple(OcrPage(page=page, text=text, program=program) for page, text, program in found)

    def read_file(self, body: FileBody, kept: tuple[OcrPage, ...] = ()) -> FileText:
        """The text of a file; may take long, touches no table."""
        name, kind = unquote(body.url.rsplit("/", 1)[-1]), body.content_type
        return read_file(body.body, content_type=kind, file_name=name, worker=self._files, is_word=is_word, kept=kept)

    def _keep_ocr(self, item: DocumentRead, body: FileBody, pages: tuple[OcrPage, ...]) -> None:
        if is_blocked(self.run.conn, item.document_id):
            return
        digest = hashlib.sha256(body.body).hexdigest()
        self.run.conn.executemany(
            "insert into ocr_pages (sha256, page, document_id, text, program, run_id) values (?, ?, ?, ?, ?, ?)"
            " on conflict do update set text = excluded.text, program = excluded.program"
            " where program <> excluded.program",
            [(digest, one.page, item.document_id, one.text, one.program, self.run.run_id) for one in pages],
        )

    def record(self, item: Any, *, file_text: FileText | None = None) -> None:
        """Record one item. A reading that breaks is a problem of that document, never of the run.

        Raises only what the store cannot survive (sqlite3.OperationalError, OSError).
        """
        try:
            with transaction(self.run.conn):
                self._dispatch(item, file_text)
        except (sqlite3.OperationalError, OSError):
            raise
        except Exception as error:  # one document must never end a run
            logger.warning("%s konnte nicht verarbeitet werden: %s", getattr(item, "url", "?"), error)
            logger.debug("Wo das geschah:", exc_info=True)
            self._problem_of(item, error)

    # -- the kinds of records ---------------------------------------------------------------

    def _dispatch(self, item: Any, file_text: FileText | None) -> None:
        match item:
            case ListingRead():
                self._listing(item)
            case DocumentRead(content=None):
                self._unchanged(item)
            case DocumentRead():
                self._document(item, file_text)
            case DocumentGone():
                self._gone(item)
            case StillNamed():
                self._keeps_naming(item)
            case Failure():
                self._failure(item)

    def _listing(self, item: ListingRead) -> None:
        listing = item.listing
        self.listings[listing.url] = ListingSeen(
            items=tuple(entry.document_id for entry in listing.items),
            excluded=len(listing.excluded),
            markup=listing.markup,
        )
        self.main_listings += item.main
        self._named.update(entry.document_id for entry in listing.items if not entry.passing)
        for link in listing.excluded:
            reason = f"{link.reason}: {link.text}".strip(": ")
            self._say_once(link.url, "excluded", reason, item.evidence.fetched_at)
        if any(entry.fallback for entry in listing.items):
            detail = f"Die bekannte Auszeichnung fehlt; gelesen wurde nach Links ({listing.markup})."
            self._say_once(listing.url, "fallback_markup", detail, item.evidence.fetched_at)
        mark_read(self.run.conn, item.evidence.snapshot_id, at=item.evidence.fetched_at)

    def _unchanged(self, item: DocumentRead) -> None:
        seen_at = item.evidence.fetched_at
        if item.evidence.withheld:
            keep_entry(self.run.conn, publication_of_file(item, FileText(kind="none"))[0])
        touch(self.run.conn, item.document_id, seen_at=seen_at)
        mark_read(self.run.conn, item.evidence.snapshot_id, at=seen_at)
        if item.listed is None or item.listed.passing:
            self._named.add(item.document_id)
        self._came_out(
            item.document_id, "blocked" if is_blocked(self.run.conn, item.document_id) else "unchanged", seen_at
        )

    def _document(self, item: DocumentRead, file_text: FileText | None) -> None:
        if file_text is not None and isinstance(item.content, FileBody):
            self._keep_ocr(item, item.content, file_text.ocr)
        publication, problems = _reading(item, file_text)
        if file_text is not None and not file_text.sound and item.document_id in self.run.memory.documents:
            self._cut_short(item, problems)
            return
        outcome = keep(self.run.conn, publication, run_id=self.run.run_id)
        self.kept += 1
        if item.listed is None or item.listed.passing:
            self._named.add(item.document_id)
        self._note(item, problems)
        self._came_out(item.document_id, outcome, item.evidence.fetched_at)

    def _cut_short(self, item: DocumentRead, problems: tuple[ReadingProblem, ...]) -> None:
        """Reading ran out of time or broke: the known text stays, and the next run asks in full again."""
        self._note(item, problems)
        touch(self.run.conn, item.document_id, seen_at=item.evidence.fetched_at)
        self.answered[item.document_id] = item.evidence.fetched_at
        self.outcomes[item.document_id] = "failed"
        self._count_failed(item.document_id)

    def _gone(self, item: DocumentGone) -> None:
        self.gone[item.document_id] = Gone(url=item.url, reason=item.reason, at=item.evidence.fetched_at)
        self.outcomes[item.document_id] = "failed"
        self._count_failed(item.document_id)

    def _keeps_naming(self, item: StillNamed) -> None:
        self._still_named.update(item.document_ids)
        self._last_read[item.url] = item.fetched_at

    def _failure(self, item: Failure) -> None:
        at = item.evidence.fetched_at if item.evidence else None
        said = item.kind == "robots_unreachable" and item.detail in self.causes and not self.listings
        if not said:  # one cause that keeps the whole site away is one problem
            self._problem(item.url, item.stage, item.kind, item.detail, at, item.document_id)
        if item.stage == "fetch" and item.document_id is None:
            self.causes[item.detail] += 1
        if item.kind in ("missing_page", "not_listed", "empty_page"):
            return
        self.unread_listings += item.stage == "listing" and not item.kind.startswith("http_")
        self._count_failed(item.document_id or item.url)
        if item.document_id:
            self.outcomes[item.document_id] = "failed"
        else:
            self._lacks(item.url)

    def _lacks(self, url: str) -> None:
        self.complete = False
        self._unread.add(url)

    def _count_failed(self, what: str) -> None:
        """Once for every document or address, however much is wrong with it."""
        self.run.counts.failed += what not in self._failed
        self._failed.add(what)

    # -- sums ---------------------------------------------------------------------------------

    def named_documents(self) -> set[str]:
        """Documents that a listing, or a page seen in this run by its attachments or in its text, names."""
        return self._named | {child for parent, child in self._offered() if parent in self.answered}

    @property
    def frozen(self) -> bool:
        """Whether a listing is missing that was there lately: then nobody can say what is not named any more.

        One that has been missing for long holds up its own entries only.
        """
        return any(is_lately(self._missing_since(url), now=self.run.now()) for url in self._unread)

    def _missing_since(self, url: str) -> str:
        first = self.run.conn.execute(
            "select min(at) from problems where url = ? and document_id is null", (url,)
        ).fetchone()[0]
        return self._last_read.get(url) or first or self.run.now()

    def undecided_documents(self) -> set[str]:
        """Documents of whose absence this run can say nothing: named by a page that could not be read, or of a kind
        among which pages put in between answered, or many failed."""
        gone = {known.document_id for known in self.run.memory.documents.values() if known.gone}
        silent = gone | self.gone.keys() | self.answered.keys()
        children = {child for parent, child in self._offered() if parent not in silent}
        troubled = troubled_documents(self.run.conn, run_id=self.run.run_id, now=self.run.now())
        return children | self._still_named | troubled

    def _offered(self) -> list[tuple[str, str]]:
        """Every document of the source with each file its newest version offers or links to, as (parent, child)."""
        return self.run.conn.execute(
            "select d.id, child.id from documents d"
            " join versions v on v.document_id = d.id and v.version = d.version,"
            " json_each(v.attachments) a join documents child on child.url = json_extract(a.value, '$.url')"
            " where d.source = ? and v.attachments <> '[]'"
            " union select d.id, child.id from documents d"
            " join versions v on v.document_id = d.id and v.version = d.version,"
            " json_each(v.links) l join documents child on child.url = l.value and child.source = d.source"
            " where d.source = ? and d.page_count is null and v.links <> '[]'",
            (self.run.source, self.run.source),
        ).fetchall()

    def listing_sums(self) -> list[dict[str, object]]:
        """For every listing: how many of its links came to what; ``seen`` is the sum of the rest."""
        return [self._sums(url, listing) for url, listing in sorted(self.listings.items())]

    def _sums(self, url: str, listing: ListingSeen) -> dict[str, object]:
        sums = {"archived": 0, "unchanged": 0, "excluded": listing.excluded, "failed": 0}
        for document_id in set(listing.items):
            sums[self.outcomes.get(document_id, "failed")] += 1
        return sums | {"run_id": self.run.run_id, "url": url, "seen": sum(sums.values()), "markup": listing.markup}

    def count_listed(self) -> None:
        """Bring the run's ``listed`` and ``excluded`` up to date."""
        items = {document_id for listing in self.listings.values() for document_id in listing.items}
        self.run.counts.listed = len(items)
        blocked = sum(1 for outcome in self.outcomes.values() if outcome == "excluded")
        self.run.counts.excluded = blocked + sum(listing.excluded for listing in self.listings.values())

    def _came_out(self, document_id: str, outcome: Outcome, seen_at: str) -> None:
        self.answered[document_id] = seen_at
        if outcome == "blocked":
            self.outcomes[document_id] = "excluded"
        elif outcome == "unchanged":
            self.run.counts.unchanged += 1
            self.outcomes[document_id] = "unchanged"
        else:
            setattr(self.run.counts, outcome, getattr(self.run.counts, outcome) + 1)
            self.outcomes[document_id] = "archived"

    # -- problems -----------------------------------------------------------------------------

    def _say_once(self, url: str, kind: str, detail: str, at: str) -> None:
        """Note something lasting about a listing once, not every night."""
        told = self.run.conn.execute(
            "select 1 from problems where url = ? and kind = ? and run_id <> ?", (url, kind, self.run.run_id)
        ).fetchone()
        if told is None:
            self._problem(url, "listing", kind, detail, at)

    def _note(self, item: DocumentRead, problems: tuple[ReadingProblem, ...]) -> None:
        for problem in problems:
            self._problem(
                item.url, problem.stage, problem.kind, problem.detail, item.evidence.fetched_at, item.document_id
            )

    def _problem_of(self, item: Any, error: Exception) -> None:
        evidence = getattr(item, "evidence", None)
        document_id = getattr(item, "document_id", None)
        detail = f"Unerwarteter Fehler beim Lesen: {type(error).__name__}: {error}"
        self._problem(
            getattr(item, "url", None), "store", "unexpected", detail, evidence and evidence.fetched_at, document_id
        )
        self._count_failed(document_id or str(getattr(item, "url", "")))
        if document_id:
            self.outcomes[document_id] = "failed"
        else:
            self._lacks(str(getattr(item, "url", "")))

    def _problem(
        self, url: str | None, stage: str, kind: str, detail: str, at: str | None, document_id: str | None = None
    ) -> None:
        add_problem(
            self.run.conn,
            run_id=self.run.run_id,
            url=url,
            document_id=document_id,
            stage=stage,
            kind=kind,
            detail=detail,
            at=at or self.run.now(),
        )


def _reading(item: DocumentRead, file_text: FileText | None) -> tuple[Publication, tuple[ReadingProblem, ...]]:
    if not isinstance(item.content, FileBody):
        return publication_of_page(item)
    if file_text is None:
        raise UnreadFile(item.url)
    return publication_of_file(item, file_text)
