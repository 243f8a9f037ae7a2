"""The harvest of a press portal: list pages by their next link, every release, guidance pages, linked files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crawler.addresses import host_of
from crawler.errors import EmptyListing, MissingPart, NotTheDocument, UnknownIdentity, describe_error
from crawler.harvests.doubts import is_announced
from crawler.harvests.harvest import Ask, Fetched, Harvest, Kind, Record
from crawler.identity import document_id_for, file_doc_type, is_file, release_number
from crawler.items import Attachment, Known, Link, ListedItem, Listing, ListingRead, Memory, PageText, Recalled
from crawler.pages.attachments import file_name, says_title
from crawler.pages.release import read_release
from crawler.pages.release_list import read_release_list
from crawler.pages.section_page import read_guidance
from crawler.sources import SourceDescription

LISTING, GUIDANCE, RELEASE, FILE = 100, 90, 50, 10
"""Priorities: lists first, so that they move as little as possible while they are read; guidance pages before
releases, so that a file that both offer is a document of its own and not an annex."""


ANNEX = "anlage"
END_OF_PAGE = "end of page"


class PressPortalHarvest(Harvest):
    """Reads every list page to the end: late and back-dated releases can stand on any of them."""

    def __init__(self, source: SourceDescription, memory: Memory) -> None:
        super().__init__(source, memory)
        self._pages = self._fruitless = 0
        self._linked: dict[str, str] = {}
        self._asked_ids, self._listed = set[str](), set[str]()
        self._list_broken = False

    def _begin(self) -> Iterator[Ask]:
        """The first list page, then the guidance pages."""
        for path in self.source.start:
            yield from self._new(Ask(url=self.source.site + path, kind="listing", priority=LISTING))
        for path in self.source.guidance:
            yield from self._ask_guidance(self.source.site + path)

    def _kind_of(self, known: Known) -> Kind:
        if release_number(known.url, self.source) is not None:
            return "release"
        return "file" if is_file(known.url, self.source) else "page"

    def _read(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        refused = self._refused(ask, fetched)
        if refused is not None:
            yield refused
            yield from self._after_listing(ask)
        elif ask.kind == "listing":
            yield from self._list_page(ask, fetched)
        elif self._led_elsewhere(ask, fetched):
            yield from self._vanished(ask, fetched, "redirect")
        elif ask.kind != "page" and (unchanged := self._unchanged(ask, fetched)):
            yield unchanged
            known = self.memory.documents[unchanged.document_id]
            yield from self._ask_attachments(known.document_id, known.attachments)
            self._note_linked(Link(url=url, text="") for url in known.links)
        else:
            yield from self._content(ask, fetched)

    # -- list pages ---------------------------------------------------------------------------

    def _list_page(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        about = {"url": ask.url, "content_type": fetched.content_type}
        listing = self._reading(
            ask.url, fetched, lambda: read_release_list(fetched.load(), source=self.source, **about)
        )
        self._pages += 1
        self._learn(ask, fetched)
        if not listing.items and not ask.optional:
            self._refuse_empty(ask.url)
            detail = "Die Übersicht enthält keinen Eintrag, obwohl die Seite davor auf sie verweist."
            yield self._failure(ask, "listing", "empty_page", detail, fetched.evidence)
        elif listing.items and ask.optional and not self._list_broken:
            detail = "Keine Seite der Übersicht verweist mehr auf diese, doch sie hat noch Einträge."
            yield self._failure(ask, "listing", "next_link_lost", detail, fetched.evidence)
        yield ListingRead(source=self.source.name, listing=listing, evidence=fetched.evidence)
        for item in listing.items:
            yield from self._new(
                Ask(
                    url=item.url,
                    kind="release",
                    document_id=item.document_id,
                    doc_type=item.doc_type,
                    listed=item,
                    priority=RELEASE,
                )
            )
        goes_on = self._goes_on({item.document_id for item in listing.items})
        if listing.next_url and goes_on:
            yield from self._new(Ask(url=listing.next_url, kind="listing", priority=LISTING))
        elif listing.next_url:
            detail = "Die Übersicht blättert ohne Ende weiter; hier wurde aufgehört."
            yield self._failure(ask, "listing", "endless_pagination", detail, fetched.evidence)
        elif self._lacks_releases():
            yield from self._known_pages()

    def _refuse_empty(self, url: str) -> None:
        """Raise EmptyListing for a page that must have entries: it had some last time, or it is the first one."""
        if self.memory.listings.get(url, 0) > 0:
            raise EmptyListing(url, "no releases where the last run had some")
        if url == self.source.site + self.source.release_path:
            raise EmptyListing(url, "no releases on the first list page")

    def _after_listing(self, ask: Ask) -> Iterator[Ask]:
        """A list page that gave nothing hides where the list goes on: its known pages are asked.

        Without its first page there is no list: that run has failed.
        """
        if ask.kind == "listing" and not ask.optional and ask.url not in self._starts():
            self._list_broken = True
            yield from self._known_pages()

    def _known_pages(self) -> Iterator[Ask]:
        """The list pages that earlier runs have read with entries."""
        for url in sorted(url for url, seen in self.memory.listings.items() if seen > 0):
            if url.partition("?")[0] in self._starts():
                yield from self._new(Ask(url=url, kind="listing", priority=LISTING, optional=True))

    def _starts(self) -> tuple[str, ...]:
        return tuple(self.source.site + path for path in self.source.start)

    def _lacks_releases(self) -> bool:
        """Whether the list, read to its end, does not name a release that it has named before."""
        return any(
            known.listed is not None and self._kind_of(known) == "release" and document_id not in self._listed
            for document_id, known in self.memory.documents.items()
        )

    def _goes_on(self, ids: set[str]) -> bool:
        """False once page after page brings nothing new, or there are more pages than any site has."""
        self._fruitless = 0 if ids - self._listed else self._fruitless + 1
        self._listed |= ids
        return self._fruitless < 3 and self._pages < self.pages_limit

    def _lists(self) -> tuple[str, ...]:
        return self._starts()

    def _children(self, url: str, last: Recalled) -> Iterator[str]:
        if url.partition("?")[0] in self._starts():
            listing = read_release_list(last.body, url=url, source=self.source, content_type=last.content_type)
        else:
            listing = read_guidance(
                last.body, url=url, document_id="", source=self.source, content_type=last.content_type
            ).listing
        return (item.document_id for item in listing.items)

    # -- documents ----------------------------------------------------------------------------

    def _led_elsewhere(self, ask: Ask, fetched: Fetched) -> bool:
        """Whether a redirect ended at something that is not this document."""
        if fetched.url == ask.url:
            return False
        if ask.kind == "file":
            return self._led_to_another(ask, fetched)
        try:
            return document_id_for(fetched.url, self.source) != ask.document_id
        except UnknownIdentity:
            return True

    def _content(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        try:
            if ask.kind == "release":
                yield from self._release(ask, fetched)
            elif ask.kind == "page":
                yield from self._guidance(ask, fetched)
            else:
                yield from self._file(ask, fetched)
        except (NotTheDocument, MissingPart) as error:
            if not self._has_gone(ask, error):
                raise
            failure = self._failure(ask, ask.kind, error.kind, describe_error(error), fetched.evidence)
            yield from self._vanished(ask, fetched, "soft_404", failure)

    def _has_gone(self, ask: Ask, error: NotTheDocument | MissingPart) -> bool:
        """Whether a known document's page is now another page; half a page of a listed one is only unreadable."""
        if ask.document_id not in self.memory.documents:
            return False
        if isinstance(error, NotTheDocument):
            return True
        return error.part != END_OF_PAGE and ask.kind == "release" and ask.document_id not in self._listed

    def _release(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        page = self._read_page(ask, fetched)

        def results() -> Iterator[Ask | Record]:
            yield self._document(ask, page, fetched.evidence)
            yield from self._ask_attachments(page.document_id, page.attachments)
            self._note_linked(page.links)

        if is_announced(page.headline, ask.listed):
            yield from results()
            return
        self._hold(ask, fetched, results)
        if ask.document_id not in self.memory.documents:
            yield from self._ask_attachments(page.document_id, page.attachments)
            self._note_linked(page.links)

    def _read_page(self, ask: Ask, fetched: Fetched) -> PageText:
        address = {"url": ask.url, "document_id": ask.document_id or "", "content_type": fetched.content_type}
        return read_release(fetched.load(), source=self.source, **address)

    def _ask_attachments(self, parent_id: str, attachments: tuple[Attachment, ...]) -> Iterator[Ask]:
        """Also those of an unchanged release: a file that could not be had last time is still wanted."""
        for attachment in attachments:
            yield from self._ask_attachment(parent_id, attachment)

    def _ask_attachment(self, parent_id: str, attachment: Attachment) -> Iterator[Ask]:
        try:
            document_id = document_id_for(attachment.url, self.source)
        except UnknownIdentity:
            return
        known = self.memory.documents.get(document_id)
        if known is not None and known.listed is not None and known.url == attachment.url:
            listed, doc_type = known.listed, known.listed.doc_type
        else:
            listed, doc_type = _annex(document_id, attachment, parent_id), ANNEX
        yield from self._new(
            Ask(
                url=attachment.url,
                kind="file",
                document_id=document_id,
                doc_type=doc_type,
                listed=listed,
                priority=FILE,
            )
        )

    def _note_linked(self, links: Iterable[Link]) -> None:
        """The site's own files that a text links to; of several texts of a link the first in the alphabet stays."""
        for link in links:
            if host_of(link.url) in self.source.hosts and is_file(link.url, self.source):
                texts = [one for one in (self._linked.get(link.url, ""), link.text) if one]
                self._linked[link.url] = min(texts, default="")

    def remaining(self) -> Iterator[Ask]:
        """Files that only texts link to, then every known address that was not asked yet.

        They come last, so that what lists a file or offers it as an attachment has said what it is; an address
        that means a document known at another one (``?v=2``) is left alone.
        """
        for url, text in sorted(self._linked.items()):
            yield from self._ask_linked(Link(url=url, text=text))
        yield from super().remaining()

    def _ask_linked(self, link: Link) -> Iterator[Ask]:
        """A document by itself, of the type its path has."""
        try:
            document_id = document_id_for(link.url, self.source)
        except UnknownIdentity:
            return
        known = self.memory.documents.get(document_id)
        if document_id in self._asked_ids or (known is not None and known.url != link.url):
            return
        listed = known.listed if known else None
        listed = listed or _linked(document_id, link, self.source)
        yield from self._new(
            Ask(
                url=link.url,
                kind="file",
                document_id=document_id,
                doc_type=listed.doc_type,
                listed=listed,
                priority=FILE,
            )
        )

    def _new(self, ask: Ask) -> Iterator[Ask]:
        for new in super()._new(ask):
            self._asked_ids.add(new.document_id or "")
            yield new

    def _ask_guidance(self, url: str) -> Iterator[Ask]:
        document_id = document_id_for(url, self.source)
        yield from self._new(Ask(url=url, kind="page", document_id=document_id, priority=GUIDANCE, optional=True))

    def _guidance(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        """Nothing announces what a guidance page says: it waits for the others, unless it is as it was. What a new
        one leads to is asked at once, so that its files are documents of their own."""
        unchanged = self._unchanged(ask, fetched)
        if unchanged is None:
            self._refuse_interposed(ask, fetched)
        guidance = read_guidance(
            fetched.load(),
            url=ask.url,
            document_id=ask.document_id or "",
            source=self.source,
            content_type=fetched.content_type,
        )
        listing = ListingRead(source=self.source.name, listing=guidance.listing, evidence=fetched.evidence, main=False)

        def results() -> Iterator[Ask | Record]:
            yield unchanged or self._document(ask, guidance.page, fetched.evidence)
            yield listing
            yield from self._ask_listed(guidance.listing)

        if unchanged:
            yield from results()
            return
        self._hold(ask, fetched, results)
        if ask.document_id not in self.memory.documents:
            yield from self._ask_listed(guidance.listing)

    def _ask_listed(self, listing: Listing) -> Iterator[Ask]:
        """The pages and files a guidance page leads to."""
        for item in listing.items:
            if not is_file(item.url, self.source):
                yield from self._ask_guidance(item.url)
                continue
            doc_type = file_doc_type(item.url, self.source)
            yield from self._new(
                Ask(
                    url=item.url,
                    kind="file",
                    document_id=item.document_id,
                    doc_type=doc_type,
                    listed=item,
                    priority=FILE,
                )
            )


def _linked(document_id: str, link: Link, source: SourceDescription) -> ListedItem:
    title = link.text if says_title(link.text) else file_name(link.url)
    return ListedItem(
        document_id=document_id,
        url=link.url,
        doc_type=file_doc_type(link.url, source),
        label=link.text or title,
        title_text=title,
    )


def _annex(document_id: str, attachment: Attachment, parent_id: str) -> ListedItem:
    return ListedItem(
        document_id=document_id,
        url=attachment.url,
        doc_type=ANNEX,
        label=attachment.title,
        title_text=attachment.title,
        parent_id=parent_id,
    )
