"""What a harvest is: addresses asked, answers read, records handed on; no Scrapy, no network.

The Scrapy spiders and the replay from the vault both drive the same harvest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from crawler.errors import Interposed, NotTheDocument, ReadingError, describe_error
from crawler.harvests.doubts import Answer, Doubts
from crawler.identity import is_file
from crawler.items import (
    DocumentGone,
    DocumentRead,
    Evidence,
    Failure,
    FileBody,
    Known,
    ListedItem,
    Listing,
    ListingRead,
    Memory,
    PageText,
    Recalled,
    StillNamed,
)
from crawler.pages.soup import is_page
from crawler.sources import SourceDescription

logger = logging.getLogger(__name__)

Kind = Literal["listing", "release", "page", "file"]
Record = ListingRead | DocumentRead | DocumentGone | StillNamed | Failure

Readings = dict[str, tuple[str, Listing]]
"""By address: the digest of the listing that was read there last, and what was read."""

GONE = (404, 410)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One address to ask for. Higher ``priority`` is asked earlier.

    ``optional`` marks an address that may well not exist (its absence is noted, nothing more), ``remembered`` one
    that nothing named in this run.
    """

    url: str
    kind: Kind
    document_id: str | None = None
    doc_type: str = "information"
    listed: ListedItem | None = None
    priority: int = 0
    optional: bool = False
    remembered: bool = False


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """An answer. ``url`` is the final address after redirects, canonical.

    ``load`` gives the payload, decoded, without a new request (also when the server said 304).
    """

    url: str
    status: int
    content_type: str
    evidence: Evidence
    load: Callable[[], bytes]


class Harvest:
    """Base of the harvests: keeps what was asked, and turns answers into records.

    Subclasses say where to begin and how each kind of page is read. A list that goes on for ever ends at
    ``pages_limit``, more pages than any of these sites has.
    """

    pages_limit = 3000
    readings: Readings | None = None  # what a replay of many runs has read; None where nothing is asked twice

    def __init__(self, source: SourceDescription, memory: Memory) -> None:
        self.source = source
        self.memory = memory
        self.asked: set[str] = set()
        self._waiting: set[str] = set()
        self._begun = False
        self._doubts: Doubts[Ask | Record] = Doubts(memory=memory, source=source)

    def begin(self) -> Iterator[Ask]:
        """The first addresses of a run."""
        yield from self._begin()
        self._begun = True

    def answer(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        """Read one answer: further addresses and records. Whatever is wrong with it becomes a Failure."""
        yield from self._answer(ask, fetched)
        yield from self._done(ask)

    def _answer(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        if fetched.evidence.withheld and ask.document_id is not None:
            yield self._document(ask, None, fetched.evidence)
            yield from self._after_listing(ask)
            return
        try:
            yield from self._read(ask, fetched)
            return
        except ReadingError as error:
            yield from self._not_read(ask, fetched, error)
        except Exception as error:  # one page must never end a run, nor go unnoticed
            logger.debug("%s konnte nicht gelesen werden", ask.url, exc_info=True)
            detail = f"Unerwarteter Fehler beim Lesen: {type(error).__name__}: {error}"
            yield self._failure(ask, ask.kind, "unexpected", detail[:500], fetched.evidence)
            yield from self._still_named(ask)
        yield from self._after_listing(ask)

    def missed(self, ask: Ask, kind: str, detail: str) -> Iterator[Ask | Record]:
        """An address that gave no answer (refused, timed out, forbidden, too large)."""
        yield self._failure(ask, "fetch", kind, detail, None)
        yield from self._still_named(ask)
        yield from self.left_out(ask)

    def left_out(self, ask: Ask) -> Iterator[Ask | Record]:
        """An address that is not asked after all: nothing is said of it, and the harvest goes on."""
        yield from self._after_listing(ask)
        yield from self._done(ask)

    def finish(self) -> Iterator[Ask | Record]:
        """When nothing is left to do: the known addresses not asked yet, then what was held back until now."""
        asks = list(self.remaining())
        yield from asks
        if not asks:
            self._doubts.recall(self._lists())
            yield from self._doubts.settle()
            yield from self.remaining()

    def remaining(self) -> Iterator[Ask]:
        """Every known address that this run has not asked yet, but for those that rest tonight."""
        for _, known in sorted(self.memory.awake.items()):
            yield from self._new(
                Ask(
                    url=known.url,
                    kind=self._kind_of(known),
                    document_id=known.document_id,
                    doc_type=known.doc_type,
                    listed=known.listed,
                    priority=-10,
                    remembered=True,
                )
            )

    # -- for subclasses -----------------------------------------------------------------

    def _begin(self) -> Iterator[Ask]:
        raise NotImplementedError

    def _lists(self) -> Iterable[str]:
        """Addresses whose pages stand in the site's frame for certain."""
        return ()

    def _children(self, url: str, last: Recalled) -> Iterable[str]:
        """The ids that a page named when it was last read."""
        return ()

    def _read(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        raise NotImplementedError

    def _kind_of(self, known: Known) -> Kind:
        raise NotImplementedError

    def _after_listing(self, ask: Ask) -> Iterator[Ask]:
        """Called when an address is done for this run, whatever came of it."""
        return iter(())

    def _new(self, ask: Ask) -> Iterator[Ask]:
        """The ask, unless its address was asked in this run."""
        if ask.url not in self.asked:
            self.asked.add(ask.url)
            self._waiting.add(ask.url)
            yield ask

    def _reading(self, url: str, fetched: Fetched, read: Callable[[], Listing]) -> Listing:
        """The listing read now, unless these bytes were read before."""
        digest = fetched.evidence.sha256
        last = self.readings.get(url) if self.readings is not None else None
        if last is not None and last[0] == digest:
            return last[1]
        listing = read()
        if self.readings is not None:
            self.readings[url] = digest, listing
        return listing

    def _learn(self, ask: Ask, fetched: Fetched) -> None:
        """Take the frame of the site from a listing, where it is not known yet."""
        if self._doubts.frame is None:
            self._doubts.learn(fetched.load(), url=ask.url, content_type=fetched.content_type)

    def _done(self, ask: Ask) -> Iterator[Ask | Record]:
        """What comes after an answer; after the last one, what closes the run."""
        self._waiting.discard(ask.url)
        if self._begun and not self._waiting:
            yield from self.finish()

    def _still_named(self, ask: Ask) -> Iterator[Record]:
        """For a page that names others and could not be read: what it named before."""
        if ask.kind not in ("listing", "page"):
            return
        last = self.memory.recall(ask.url)
        if last is None:
            return
        try:
            ids = tuple(self._children(ask.url, last))
        except ReadingError:
            ids = ()
        yield StillNamed(source=self.source.name, url=ask.url, document_ids=ids, fetched_at=last.fetched_at)

    def _not_read(self, ask: Ask, fetched: Fetched, error: ReadingError) -> Iterator[Ask | Record]:
        """A page that could not be read as what it ought to be; where it may be another page that is put in between,
        the others decide."""
        said = (
            self._failure(ask, ask.kind, error.kind, describe_error(error), fetched.evidence),
            *self._still_named(ask),
        )
        if isinstance(error, Interposed) or ask.kind == "listing":
            yield from said
        else:
            self._hold(ask, fetched, lambda: said)

    def _hold(self, ask: Ask, fetched: Fetched, results: Callable[[], Iterable[Ask | Record]]) -> None:
        """Keep results back until all answers are there; a page that turns out to be put in between is a Failure."""

        def refuse(error: ReadingError) -> Iterator[Ask | Record]:
            yield self._failure(ask, ask.kind, error.kind, describe_error(error), fetched.evidence)
            yield from self._still_named(ask)

        self._doubts.hold(_as_answer(ask, fetched), results, refuse=refuse)

    def _refuse_interposed(self, ask: Ask, fetched: Fetched) -> None:
        """Raise Interposed for a page without the frame of the site."""
        self._doubts.refuse_interposed(_as_answer(ask, fetched))

    def _file(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        body = fetched.load()
        if is_page(body) and not ask.url.endswith((".html", ".htm")):
            yield from self._page_for_file(ask, fetched)
            return
        kind = fetched.content_type.split(";")[0].strip().lower()
        content = FileBody(document_id=ask.document_id or "", url=ask.url, body=body, content_type=kind)
        yield self._document(ask, content, fetched.evidence)

    def _page_for_file(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        """A web page where a file is wanted: never the file; a known one may have gone."""
        if ask.document_id in self.memory.documents:
            yield from self._vanished(ask, fetched, "soft_404")
            return
        self._refuse_interposed(ask, fetched)
        raise NotTheDocument(ask.url, "a web page stands where a file was")

    def _vanished(self, ask: Ask, fetched: Fetched, reason: str, *said: Record) -> Iterator[Ask | Record]:
        """A page of the site that is not the document: gone, unless it is a page put in between.

        What is no web page, and what has gone for good already, needs no second look.
        """
        known = self.memory.documents.get(ask.document_id or "")
        if known is None or known.gone or not is_page(fetched.load()):
            yield from said
            yield self._absent(ask, fetched, reason)
            return
        self._refuse_interposed(ask, fetched)
        self._hold(ask, fetched, lambda: (*said, self._absent(ask, fetched, reason)))

    def _unchanged(self, ask: Ask, fetched: Fetched) -> DocumentRead | None:
        """The record for a document of which nothing has to be read again, else None.

        Where a redirect led says nothing of what stood at the document's own address before.
        """
        known = self.memory.documents.get(ask.document_id or "")
        redirected = fetched.url != ask.url
        if not fetched.evidence.unchanged or redirected or known is None or known.listed != ask.listed:
            return None
        return self._document(ask, None, fetched.evidence)

    def _led_to_another(self, ask: Ask, fetched: Fetched) -> bool:
        """Whether the address of a file leads to something that is not this file: no file at all, or, where
        nothing names it any more, one that was asked for at its own address."""
        if fetched.url == ask.url:
            return False
        return not is_file(fetched.url, self.source) or (ask.remembered and fetched.url in self.asked)

    def _absent(self, ask: Ask, fetched: Fetched, reason: str) -> DocumentGone | Failure:
        """An address that answered without the document: gone if it was known, else a failure."""
        if ask.document_id in self.memory.documents:
            return DocumentGone(
                source=self.source.name,
                document_id=ask.document_id or "",
                url=ask.url,
                reason=reason,
                evidence=fetched.evidence,
            )
        stage = "missing_page" if ask.optional else f"not_found_{reason}"
        return self._failure(
            ask, "fetch", stage, f"Die Adresse antwortet ohne das Dokument ({reason}).", fetched.evidence
        )

    def _refused(self, ask: Ask, fetched: Fetched) -> DocumentGone | Failure | None:
        """The record for an answer that is not 200; None when it is."""
        if fetched.status == 200:
            return None
        if fetched.status in GONE:
            return self._absent(ask, fetched, str(fetched.status))
        detail = f"Die Adresse antwortet mit Status {fetched.status}."
        return self._failure(ask, "fetch", f"http_{fetched.status}", detail, fetched.evidence)

    def _document(self, ask: Ask, content: PageText | FileBody | None, evidence: Evidence) -> DocumentRead:
        return DocumentRead(
            source=self.source.name,
            document_id=ask.document_id or "",
            url=ask.url,
            doc_type=ask.doc_type,
            listed=ask.listed,
            content=content,
            evidence=evidence,
            publisher=self.source.publisher,
        )

    def _failure(self, ask: Ask, stage: str, kind: str, detail: str, evidence: Evidence | None) -> Failure:
        return Failure(
            source=self.source.name,
            url=ask.url,
            stage=stage,
            kind=kind,
            detail=detail,
            document_id=ask.document_id,
            evidence=evidence,
        )


def _as_answer(ask: Ask, fetched: Fetched) -> Answer:
    return Answer(
        url=ask.url,
        final_url=fetched.url,
        content_type=fetched.content_type,
        document_id=ask.document_id or "",
        load=fetched.load,
    )
