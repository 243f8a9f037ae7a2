"""The harvest of a feed source: feeds and list pages name pages and files, and nothing else is followed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crawler.errors import EmptyListing, MissingPart
from crawler.harvests.doubts import is_announced
from crawler.harvests.harvest import Ask, Fetched, Kind, Record
from crawler.harvests.press_portal import FILE, LISTING, RELEASE, PressPortalHarvest
from crawler.identity import is_file, told_apart
from crawler.items import DocumentRead, Evidence, Known, ListedItem, Listing, ListingRead, PageText, Recalled
from crawler.pages.article import read_article
from crawler.pages.feed import read_feed
from crawler.pages.frame import open_whole
from crawler.pages.section_page import read_section


class FeedHarvest(PressPortalHarvest):
    """Pages and files are read, checked and kept as those of a press portal are; their lists differ.

    A feed shows the newest entries only: what it says stays with a document when the entry is gone.
    """

    def _begin(self) -> Iterator[Ask]:
        """All feeds, then the list pages, in the order of the description."""
        self._feeds: dict[str, Evidence] = {}
        self._holders = {known.document_id: known.url for known in self.memory.documents.values()}
        yield from super()._begin()
        for rank, section in enumerate((*self.source.feeds, *self.source.sections)):
            url, priority = self.source.site + section.path, LISTING - rank
            yield from self._new(Ask(url=url, kind="listing", priority=priority, optional=section.optional))

    def _kind_of(self, known: Known) -> Kind:
        return "file" if is_file(known.url, self.source) else "release"

    def _list_page(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        listing = self._read_list(ask.url, fetched.load(), fetched.content_type)
        if not listing.items and self.memory.listings.get(ask.url, 0) > 0:
            raise EmptyListing(ask.url, "no releases where the last run had some")
        listing = replace(listing, items=tuple(map(self._identified, listing.items)))
        yield ListingRead(source=self.source.name, listing=listing, evidence=fetched.evidence, main=not ask.optional)
        for item in listing.items:
            kind: Kind = "file" if is_file(item.url, self.source) else "release"
            self._listed.add(item.document_id)
            self._feeds[item.document_id] = fetched.evidence
            yield from self._new(
                Ask(
                    url=item.url,
                    kind=kind,
                    document_id=item.document_id,
                    doc_type=item.doc_type,
                    listed=self._as_first_named(item),
                    priority=FILE if kind == "file" else RELEASE,
                )
            )

    def _read_list(self, url: str, body: bytes, content_type: str) -> Listing:
        section = self.source.section_at(url)
        assert section is not None
        read = read_feed if section in self.source.feeds else read_section
        return read(body, url=url, section=section, source=self.source, content_type=content_type)

    def _identified(self, item: ListedItem) -> ListedItem:
        """The entry with an id of its own: the first address that has an id keeps it."""
        if self._holders.setdefault(item.document_id, item.url) == item.url:
            return item
        return replace(item, document_id=told_apart(item.document_id, item.url))

    def _as_first_named(self, item: ListedItem) -> ListedItem:
        """What the feed says that named a document first: another that names it too changes nothing."""
        known = self.memory.documents.get(item.document_id)
        before = known.listed if known else None
        return before if before and before.passing and before.rubric != item.rubric else item

    def _after_listing(self, ask: Ask) -> Iterator[Ask]:
        return iter(())

    def _lists(self) -> tuple[str, ...]:
        """Pages that were read as documents stand in the site's frame."""
        return tuple(sorted(one.url for one in self.memory.documents.values() if self._kind_of(one) == "release"))

    def _children(self, url: str, last: Recalled) -> Iterator[str]:
        listing = self._read_list(url, last.body, last.content_type)
        return (item.document_id for item in listing.items if not item.passing)

    def _release(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        if ask.listed is None or not ask.listed.speaks:
            yield from super()._release(ask, fetched)
            return
        open_whole(fetched.load(), url=ask.url, source=self.source, content_type=fetched.content_type)
        yield self._told_by_feed(ask, fetched, ask.listed)

    def _told_by_feed(self, ask: Ask, fetched: Fetched, listed: ListedItem) -> DocumentRead:
        """A document whose page shows no text: what the feed says; the page only shows that it is there."""
        told = self._feeds.get(listed.document_id)
        if told is None:
            return self._document(ask, None, fetched.evidence)
        page = PageText(
            document_id=listed.document_id,
            url=ask.url,
            headline=listed.title_text,
            listed_text=listed.date_text,
            paragraphs=tuple((listed.teaser or "").split("\n\n")),
        )
        return self._document(ask, page, told)

    def _read_page(self, ask: Ask, fetched: Fetched) -> PageText:
        page = read_article(
            fetched.load(),
            url=ask.url,
            document_id=ask.document_id or "",
            source=self.source,
            content_type=fetched.content_type,
        )
        if not page.paragraphs and not page.attachments:
            raise MissingPart(ask.url, "text")
        if is_announced(page.headline, ask.listed):
            self._doubts.learn(fetched.load(), url=ask.url, content_type=fetched.content_type)
        return replace(page, listed_text=ask.listed.date_text if ask.listed else None)
